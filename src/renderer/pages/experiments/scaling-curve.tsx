/** What each pool size gained, against the line where every thread counts in full. */
import { text } from '../../../common/text/text';
import type { Scaling } from '../../../common/experiments/experiment';
import { formatDecimal } from '../../../common/model/units';
import styles from './scaling-curve.module.css';

const WIDTH = 380;
const HEIGHT = 224;
const LEFT = 38;
const RIGHT = 24;
const TOP = 14;
const BOTTOM = 44;

export function ScalingCurve({ scaling, cores }: { readonly scaling: Scaling; readonly cores: number }) {
  const { points, serialShare } = scaling;
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  // Doubling the threads is one step to the right; doubling the speed one step up: the ideal is a straight line.
  const steps = Math.max(1, Math.log2(last.size / first.size));
  const most = Math.max(...points.map(({ speedup }) => speedup), 1.2);
  const least = Math.min(...points.map(({ speedup }) => speedup), 1);
  const top = Math.min(last.size / first.size, Math.max(2, most * 1.5));
  const x = (size: number): number => LEFT + (Math.log2(size / first.size) / steps) * (WIDTH - LEFT - RIGHT);
  const low = Math.log2(Math.min(1, least * 0.95));
  const high = Math.log2(Math.max(top, 1.5));
  const y = (speedup: number): number =>
    TOP + (1 - (Math.log2(speedup) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const ideal = Math.min(last.size, first.size * 2 ** high);
  const line = points.map(({ size, speedup }) => `${x(size).toFixed(1)},${y(speedup).toFixed(1)}`).join(' ');
  const told = points.map(({ size, speedup }) => `${size}: ${timesText(speedup)}`).join(', ');
  const levels = [1, 2, 4, 8, 16, 32, 64].filter((level) => Math.log2(level) <= high + 0.01);
  return (
    <figure className={styles['figure']}>
      <svg
        className={styles['curve']}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={text('curve.label', { count: first.size, points: told })}
      >
        {levels.map((level) => (
          <g key={level}>
            <line className={styles['grid']} x1={LEFT} x2={WIDTH - RIGHT} y1={y(level)} y2={y(level)} />
            <text className={styles['label']} x={LEFT - 8} y={y(level) + 4} textAnchor="end">
              {level}×
            </text>
          </g>
        ))}
        {points.map(({ size }) => (
          <text key={size} className={styles['label']} x={x(size)} y={HEIGHT - 10} textAnchor="middle">
            {size}
          </text>
        ))}
        <line
          className={styles['ideal']}
          x1={x(first.size)}
          y1={y(1)}
          x2={x(ideal)}
          y2={y(ideal / first.size)}
        />
        <polyline className={styles['line']} points={line} />
        {points.map(({ size, speedup }) => (
          <g key={size}>
            <circle className={styles['point']} cx={x(size)} cy={y(speedup)} r="3.5" />
            {size !== first.size && (
              <text className={styles['value']} x={x(size)} y={y(speedup) + 18} textAnchor="middle">
                {timesText(speedup)}
              </text>
            )}
          </g>
        ))}
        <text
          className={styles['label']}
          x={(x(first.size) + x(ideal)) / 2 - 8}
          y={(y(1) + y(ideal / first.size)) / 2}
          textAnchor="end"
        >
          {text('curve.ideal')}
        </text>
      </svg>
      <figcaption className={styles['caption']}>
        <p>{sharePhrase(serialShare)}</p>
        <p>{text('curve.axes', { first: first.size, cores })} </p>
      </figcaption>
    </figure>
  );
}

/** `1.82×`, `3.1×` */
function timesText(times: number): string {
  return `${formatDecimal(times, times < 1.95 ? 2 : 1)}×`;
}

/** By Amdahl's law no number of threads makes work faster than one over its serial share. */
function sharePhrase(share: number | null): string {
  if (share === null) return text('curve.no-share');
  const percent = `${formatDecimal(share * 100, share < 0.0995 ? 1 : 0)} %`;
  if (share < 0.005) return text('curve.no-serial', { share: percent });
  return text('curve.serial', { share: percent, times: timesText(1 / share) });
}
