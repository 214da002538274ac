/** Where the pieces of a worker's strip lie. Pure: milliseconds in, pixels out. */
import type { StripSegment } from '../../common/model/frames';
import type { SettledState } from '../../common/model/tasks';

export type StripTone = 0 | 1 | 2 | 3 | 'failed' | 'skipped';

export interface StripRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly tone: StripTone;
}

export interface RunningPiece {
  readonly lane: number;
  readonly startedAtMs: number;
}

export interface StripView {
  readonly segments: readonly StripSegment[];
  readonly running: readonly RunningPiece[];
  /** Tasks that may be in flight at once; at least 1. A few have a row each, more share rows. */
  readonly lanes: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** Between two tasks, so that each is seen; shared among sub-rows too. */
const GAP_PX = 1.5;
const MIN_WIDTH_PX = 1;
/** Thinner rows than these would be a haze. */
const MAX_ROWS = 2;

/** The same task has the same shade while it runs and when it has ended: it depends on its start alone. */
export function shadeOf(lane: number, startMs: number): 0 | 1 | 2 | 3 {
  let mixed = (Math.round(startMs) % 0x7fffffff) ^ Math.imul(lane + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) & 3) as 0 | 1 | 2 | 3;
}

function toneOf(outcome: SettledState, lane: number, startMs: number): StripTone {
  if (outcome === 'failed') return 'failed';
  if (outcome === 'done') return shadeOf(lane, startMs);
  return 'skipped';
}

export function layoutStrip(view: StripView): StripRect[] {
  const span = view.toMs - view.fromMs;
  if (span <= 0 || view.width <= 0) return [];
  const lanes = Math.max(1, view.lanes);
  const rows = Math.min(lanes, MAX_ROWS);
  const rowGap = rows > 1 ? 1 : 0;
  const height = (view.height - rowGap * (rows - 1)) / rows;
  const rects: StripRect[] = [];
  const place = (lane: number, startMs: number, endMs: number, tone: StripTone): void => {
    const start = Math.max(startMs, view.fromMs);
    const end = Math.min(endMs, view.toMs);
    if (end < start || lane >= lanes) return;
    const x = ((start - view.fromMs) / span) * view.width;
    const full = ((end - start) / span) * view.width;
    rects.push({
      x,
      // In a row that is shared the later task lies over the earlier one.
      y: (lane % rows) * (height + rowGap),
      width: Math.max(MIN_WIDTH_PX, full > 2 * GAP_PX ? full - GAP_PX : full),
      height,
      tone,
    });
  };
  for (const segment of view.segments) {
    place(
      segment.lane,
      segment.startMs,
      segment.endMs,
      toneOf(segment.outcome, segment.lane, segment.startMs),
    );
  }
  for (const task of view.running) {
    place(task.lane, task.startedAtMs, view.toMs, shadeOf(task.lane, task.startedAtMs));
  }
  return rects;
}

/** Drops what ended before `beforeMs`. Segments are in order of their ends but for lanes, so all are looked at. */
export function trimSegments(segments: readonly StripSegment[], beforeMs: number): readonly StripSegment[] {
  const first = segments[0];
  if (first === undefined || first.endMs >= beforeMs) return segments;
  return segments.filter((segment) => segment.endMs >= beforeMs);
}
