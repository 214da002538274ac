import type { Shares } from '../lib/text';
import styles from './progress-bar.module.css';

/** Done green, running accent, failed red: parts of one bar. The text beside it says the same. */
export function ProgressBar({ shares }: { readonly shares: Shares }) {
  return (
    <div className={styles['bar']} aria-hidden="true">
      <Part share={shares.done} look="done" />
      <Part share={shares.running} look="running" />
      <Part share={shares.failed} look="failed" />
    </div>
  );
}

function Part({ share, look }: { readonly share: number; readonly look: 'done' | 'running' | 'failed' }) {
  if (share <= 0) return null;
  return (
    <div className={`${styles['part'] ?? ''} ${styles[look] ?? ''}`} style={{ width: `${share * 100}%` }} />
  );
}
