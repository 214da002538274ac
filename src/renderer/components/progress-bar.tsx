import type { Shares } from '../lib/text';
import styles from './progress-bar.module.css';

interface ProgressBarProps {
  readonly shares: Shares;
  /** What counts as failed only differs: amber. */
  readonly differs?: boolean;
}

/** Done green, running accent, failed red: parts of one bar. The text beside it says the same. */
export function ProgressBar({ shares, differs = false }: ProgressBarProps) {
  return (
    <div className={styles['bar']} aria-hidden="true">
      <Part share={shares.done} look="done" />
      <Part share={shares.running} look="running" />
      <Part share={shares.failed} look={differs ? 'differs' : 'failed'} />
    </div>
  );
}

function Part({
  share,
  look,
}: {
  readonly share: number;
  readonly look: 'done' | 'running' | 'failed' | 'differs';
}) {
  if (share <= 0) return null;
  return (
    <div className={`${styles['part'] ?? ''} ${styles[look] ?? ''}`} style={{ width: `${share * 100}%` }} />
  );
}
