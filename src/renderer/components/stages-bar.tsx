/** Read, written and on the device: three layers of one bar. */
import type { Stages } from '../lib/stages';
import { percentText } from '../lib/text';
import styles from './stages-bar.module.css';

export function StagesBar({ stages }: { readonly stages: Stages }) {
  const text = `Read ${percentText(stages.read)}, written ${percentText(stages.written)}, on the device ${percentText(stages.device)}`;
  return (
    <span className={styles['bar']} role="img" aria-label={text} title={text}>
      {(['read', 'written', 'device'] as const).map((stage) => (
        <span
          key={stage}
          className={styles['layer']}
          data-stage={stage}
          style={{ width: `${stages[stage] * 100}%` }}
        />
      ))}
    </span>
  );
}

const STAGE_WORDS = { read: 'read', written: 'written', device: 'on the device' } as const;

export function StagesLegend() {
  return (
    <p className={styles['legend']} aria-hidden="true">
      {(['read', 'written', 'device'] as const).map((stage) => (
        <span key={stage} className={styles['entry']}>
          <span className={styles['swatch']} data-stage={stage} />
          {STAGE_WORDS[stage]}
        </span>
      ))}
    </p>
  );
}
