/** A time axis that starts at 0: where its ticks lie and what they say. Pure. */
import { formatDecimal } from '../../common/model/units';

export interface Tick {
  readonly ms: number;
  readonly text: string;
}

/** Ticks nearer to an end than this would run into its label. CSS pixels. */
const NEAR_END_PX = 52;
/** About so far apart. */
const APART_PX = 125;

/** The smallest of 1, 2, 5 × 10ⁿ that is not below the value; 1 for what is not above 0. */
export function niceCeil(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const factor of [1, 2, 5, 10]) {
    const nice = factor * power;
    if (nice >= value * (1 - 1e-9)) return nice;
  }
  return 10 * power;
}

/** Shown at both ends with its unit, between them without one. */
function unitOf(maxMs: number): { readonly ms: number; readonly sign: string } {
  if (maxMs < 1000) return { ms: 1, sign: 'ms' };
  return maxMs < 300_000 ? { ms: 1000, sign: 's' } : { ms: 60_000, sign: 'min' };
}

/**
 * Ticks at round values and one at each end. A view that begins later than 0 has its ticks at round values too.
 *
 * @param width CSS pixels
 */
export function timeTicks(fromMs: number, toMs: number, width: number): Tick[] {
  const span = toMs - fromMs;
  if (!(span > 0)) return [{ ms: fromMs, text: `0 ${unitOf(toMs).sign}` }];
  const unit = unitOf(toMs);
  const step = niceCeil(span / Math.min(6, Math.max(1, width / APART_PX)));
  const near = width > 0 ? (NEAR_END_PX / width) * span : span;
  const digits = Math.max(0, -Math.floor(Math.log10(step / unit.ms) + 1e-9));
  const written = (ms: number, places = digits): string => formatDecimal(ms / unit.ms, places);
  const ticks: Tick[] = [{ ms: fromMs, text: `${fromMs === 0 ? '0' : written(fromMs)} ${unit.sign}` }];
  for (let index = Math.floor(fromMs / step) + 1; index * step < toMs; index += 1) {
    const ms = index * step;
    if (ms - fromMs < near || toMs - ms < near) continue;
    ticks.push({ ms, text: written(ms) });
  }
  const atEnd = toMs / unit.ms;
  ticks.push({ ms: toMs, text: `${written(toMs, Math.max(digits, atEnd < 10 ? 1 : 0))} ${unit.sign}` });
  return ticks;
}
