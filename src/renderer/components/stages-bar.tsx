/** Read, written and on the device: three layers of one bar. */
import type { Stages } from '../lib/stages';
import { percentText } from '../lib/text';
import { text } from '../../common/text/text';
import styles from './stages-bar.module.css';

export function StagesBar({ stages }: { readonly stages: Stages }) {
  const label = text('stages.all', {
    read: percentText(stages.read),
    written: percentText(stages.written),
    device: percentText(stages.device),
  });
  return (
    <span className={styles['bar']} role="img" aria-label={label} title={label}>
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

export function StagesLegend() {
  return (
    <p className={styles['legend']} aria-hidden="true">
      {(['read', 'written', 'device'] as const).map((stage) => (
        <span key={stage} className={styles['entry']}>
          <span className={styles['swatch']} data-stage={stage} />
          {text(`stages.${stage}`)}
        </span>
      ))}
    </p>
  );
}
