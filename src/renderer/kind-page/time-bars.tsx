/** Where the time of a download went: its steps below each other, each from where the one before ended. */
import type { DownloadTimes } from '../../common/model/download';
import { formatDecimal, formatDuration } from '../../common/model/units';
import { text } from '../../common/text/text';
import styles from './time-bars.module.css';

const STEPS = [
  'queueMs',
  'dnsMs',
  'connectMs',
  'tlsMs',
  'waitMs',
  'bodyMs',
  'diskMs',
] as const satisfies readonly (keyof DownloadTimes)[];

interface Step {
  readonly key: (typeof STEPS)[number];
  readonly ms: number;
  /** Milliseconds from the first one's beginning. */
  readonly at: number;
}

function stepsOf(times: DownloadTimes): { readonly steps: readonly Step[]; readonly total: number } {
  const steps: Step[] = [];
  let total = 0;
  for (const key of STEPS) {
    // Jobs of older versions kept fewer of them.
    const ms = times[key] as number | null | undefined;
    if (ms === null || ms === undefined) continue;
    steps.push({ key, ms, at: total });
    total += ms;
  }
  return { steps, total: Math.max(total, 0.001) };
}

export function TimeBars({ times }: { readonly times: DownloadTimes }) {
  const { steps, total } = stepsOf(times);
  return (
    <dl className={styles['bars']} aria-label={text('detail.times')}>
      {steps.map((step) => (
        <div key={step.key} className={styles['step']}>
          <dt className={styles['name']}>{text(`detail.times.${step.key}`)}</dt>
          <dd className={styles['value']}>
            <span className={styles['track']} aria-hidden="true">
              <span
                className={styles['bar']}
                data-step={step.key}
                style={{ left: `${(step.at / total) * 100}%`, width: `${(step.ms / total) * 100}%` }}
              />
            </span>
            <span className={styles['time']}>{stepText(step.ms)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Steps on one machine take less than a millisecond. */
function stepText(ms: number): string {
  return ms < 9.95 ? `${formatDecimal(ms, 1)} ms` : formatDuration(ms);
}
