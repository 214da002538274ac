/** A bar for each contender: its median, the interval as a whisker, every run as a mark below. */
import { text } from '../../../common/text/text';
import type { Experiment, ExperimentFrame } from '../../../common/experiments/experiment';
import { preciseTime } from '../../../common/experiments/figures';
import { contenderNames, intervalText, ratioText } from '../../../common/experiments/text';
import { formatDecimal } from '../../../common/model/units';
import { barsOf, type BarDot, type ContenderBar } from '../../lib/contender-bars';
import styles from './bars.module.css';

interface BarsProps {
  readonly experiment: Experiment;
  /** While it runs. */
  readonly frame: ExperimentFrame | null;
  /** Without the columns at the right, for narrow places. */
  readonly mini?: boolean;
}

export function Bars({ experiment, frame, mini = false }: BarsProps) {
  const { contenders, repeats } = experiment.request;
  const { bars } = barsOf(experiment, frame);
  const names = contenderNames(contenders);
  const running = experiment.state === 'running';
  return (
    <ul
      className={`${styles['bars'] ?? ''} ${mini ? (styles['mini'] ?? '') : ''}`}
      aria-label={text('bars.label')}
    >
      {bars.map((bar) => {
        const mode = contenders[bar.contender]?.mode ?? 'pool';
        return (
          <li key={bar.contender} className={styles['row']} data-mode={mode}>
            <span className={styles['name']} title={names[bar.contender]}>
              {names[bar.contender]}
            </span>
            <Plot bar={bar} />
            <span className={styles['median']}>
              <span className="visually-hidden">{text('bars.median')} </span>
              {bar.medianMs === null ? '–' : preciseTime(bar.medianMs)}
            </span>
            <span className={styles['ratio']}>
              {running
                ? text('bars.of', { done: bar.runs, total: repeats })
                : bar.isReference
                  ? `${formatDecimal(1, 1)}×`
                  : bar.ratio === null
                    ? '–'
                    : ratioText(bar.ratio)}
            </span>
            <span className="visually-hidden">{spoken(bar, running)}</span>
          </li>
        );
      })}
    </ul>
  );
}

function spoken({ ratio, dots }: ContenderBar, running: boolean): string {
  if (running) return text('bars.runs-done');
  const outliers = dots.filter(({ outlier }) => outlier).length;
  const all = text('bars.runs', { count: dots.length });
  const runs = outliers === 0 ? all : text('bars.far', { runs: all, far: outliers });
  if (ratio === null) return `; ${runs}`;
  const verdict = text(`finding.verdict.${ratio.verdict}`);
  return `, ${text('bars.interval', { interval: intervalText(ratio), verdict })}; ${runs}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}

function Plot({ bar }: { readonly bar: ContenderBar }) {
  return (
    <svg className={styles['plot']} aria-hidden="true" focusable="false">
      {bar.running !== null && (
        <rect className={styles['now']} x="0" y="3" height="14" rx="2" width={percent(bar.running)} />
      )}
      <rect className={styles['bar']} x="0" y="3" height="14" rx="2" width={percent(bar.length)} />
      {bar.whisker !== null && (
        <g className={styles['whisker']}>
          <line x1={percent(bar.whisker.from)} x2={percent(bar.whisker.to)} y1="10" y2="10" />
          <line x1={percent(bar.whisker.from)} x2={percent(bar.whisker.from)} y1="6" y2="14" />
          {!bar.whisker.isCut && (
            <line x1={percent(bar.whisker.to)} x2={percent(bar.whisker.to)} y1="6" y2="14" />
          )}
        </g>
      )}
      {bar.dots.map((dot) => (
        <Dot key={dot.runId} dot={dot} />
      ))}
    </svg>
  );
}

/** A circle; an outlier is a diamond, so that it is told apart without its colour. */
function Dot({ dot }: { readonly dot: BarDot }) {
  const title = dot.outlier
    ? text('bars.dot-far', { time: preciseTime(dot.wallMs) })
    : preciseTime(dot.wallMs);
  if (!dot.outlier) {
    return (
      <circle className={styles['dot']} cx={percent(dot.at)} cy="23.5" r="2.2">
        <title>{title}</title>
      </circle>
    );
  }
  return (
    <svg x={percent(dot.at)} y="24" overflow="visible">
      <path className={styles['outlier']} d="M0-4.2 4.2 0 0 4.2-4.2 0Z">
        <title>{title}</title>
      </path>
    </svg>
  );
}
