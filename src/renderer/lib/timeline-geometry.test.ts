import { describe, expect, it } from 'vitest';
import type { Timeline, TimelinePiece } from '../../common/experiments/experiment';
import {
  firstFocus,
  focusAt,
  layoutTimelines,
  moveFocus,
  pieceAt,
  stripBox,
  xOf,
  zoomed,
  type TimelineFocus,
} from './timeline-geometry';

function piece(worker: number, lane: number, startMs: number, endMs: number): TimelinePiece {
  return { worker, lane, startMs, endMs, tasks: 1, name: `${worker}.${lane}@${startMs}`, failed: false };
}

function timeline(
  contender: number,
  pieces: readonly TimelinePiece[],
  busy: readonly number[] = [],
): Timeline {
  return {
    contender,
    runId: contender + 1,
    wallMs: Math.max(...pieces.map(({ endMs }) => endMs)),
    pieces,
    activity: busy.map((worker) => ({ worker, atMs: 10, share: 0.5 })),
  };
}

const ONE = timeline(0, [piece(1, 0, 0, 40), piece(1, 0, 40, 100)]);
const TWO = timeline(1, [piece(2, 0, 0, 30), piece(1, 0, 0, 20), piece(1, 0, 20, 50), piece(2, 0, 30, 45)]);

describe('layoutTimelines', () => {
  it('stacks runs, a row for each lane of each thread, none over another', () => {
    const { sections, wallMs, height } = layoutTimelines([ONE, TWO]);
    expect(wallMs).toBe(100);
    expect(sections.map(({ rows }) => rows.map(({ worker }) => worker))).toEqual([[1], [1, 2]]);
    const spans = sections.flatMap(({ rows }) => rows.map(({ y, height: high }) => [y, y + high]));
    for (const [index, [top]] of spans.entries()) {
      if (index > 0) expect(top).toBeGreaterThanOrEqual(spans[index - 1]?.[1] ?? 0);
    }
    expect(height).toBeGreaterThanOrEqual(spans.at(-1)?.[1] ?? Infinity);
  });

  it('puts the pieces of a lane in order, however they came', () => {
    const { sections } = layoutTimelines([timeline(0, [piece(1, 0, 40, 100), piece(1, 0, 0, 40)])]);
    expect(sections[0]?.rows[0]?.pieces.map(({ startMs }) => startMs)).toEqual([0, 40]);
  });

  it('has a band of activity below each thread that was sampled', () => {
    const [section] = layoutTimelines([timeline(0, [...TWO.pieces], [1, 2])]).sections;
    expect(section?.bands.map(({ worker }) => worker)).toEqual([1, 2]);
    expect(section?.bands[0]?.y).toBeGreaterThan(section?.rows[0]?.y ?? Infinity);
    expect(section?.rows[1]?.y).toBeGreaterThan(section?.bands[0]?.y ?? Infinity);
  });

  it('lets thousands of short threads share rows, without overlaps', () => {
    const many = Array.from({ length: 2000 }, (_, index) => piece(index + 1, 0, index * 5, index * 5 + 18));
    const [section] = layoutTimelines([timeline(0, many)]).sections;
    expect(section?.rows.length).toBe(4);
    for (const { pieces } of section?.rows ?? []) {
      for (let at = 1; at < pieces.length; at += 1) {
        expect(pieces[at]?.startMs).toBeGreaterThanOrEqual(pieces[at - 1]?.endMs ?? Infinity);
      }
    }
  });
});

describe('a view', () => {
  const view = { fromMs: 0, toMs: 100, width: 500 };
  it('places strips in proportion, with a gap where there is room', () => {
    expect(xOf(40, view)).toBe(200);
    expect(stripBox(piece(1, 0, 40, 60), view)).toEqual({ x: 200, width: 99 });
    expect(stripBox(piece(1, 0, 40, 40.01), view)?.width).toBe(0.6);
  });

  it('cuts what lies across its edges and leaves out what lies beyond', () => {
    const near = { fromMs: 50, toMs: 60, width: 500 };
    expect(stripBox(piece(1, 0, 40, 55), near)).toEqual({ x: 0, width: 249 });
    expect(stripBox(piece(1, 0, 0, 40), near)).toBeNull();
  });

  it('comes nearer around a moment and never leaves the axis', () => {
    expect(zoomed(view, 100, 0.5, 50)).toEqual({ fromMs: 25, toMs: 75 });
    expect(zoomed(view, 100, 0.5, 0)).toEqual({ fromMs: 0, toMs: 50 });
    expect(zoomed({ fromMs: 50, toMs: 100 }, 100, 4, 60)).toEqual({ fromMs: 0, toMs: 100 });
  });
});

describe('focus', () => {
  const layout = layoutTimelines([ONE, TWO]);
  const view = { fromMs: 0, toMs: 100, width: 500 };
  const startOf = (focus: TimelineFocus | null): string | undefined => pieceAt(layout, focus)?.piece.name;

  it('finds the strip under the pointer, and none in a gap', () => {
    const row = layout.sections[1]?.rows[0];
    expect(startOf(focusAt(layout, view, 120, row?.y ?? 0))).toBe('1.0@20');
    expect(focusAt(layout, view, 400, row?.y ?? 0)).toBeNull();
  });

  it('moves along lanes, across lanes and across contenders, and stops at the ends', () => {
    const first = firstFocus(layout);
    expect(startOf(first)).toBe('1.0@0');
    if (first === null) throw new Error('nothing to look at');
    const press = (from: TimelineFocus, ...keys: string[]): TimelineFocus =>
      keys.reduce((focus, key) => moveFocus(layout, focus, key) ?? focus, from);
    expect(startOf(press(first, 'ArrowRight'))).toBe('1.0@40');
    expect(press(first, 'ArrowLeft')).toEqual(first);
    expect(press(first, 'ArrowRight', 'ArrowRight')).toEqual(press(first, 'End'));
    expect(press(first, 'ArrowDown')).toEqual({ section: 1, row: 0, piece: 0 });
    expect(startOf(press(first, 'PageDown', 'ArrowDown', 'End'))).toBe('2.0@30');
    expect(press(first, 'ArrowDown', 'ArrowDown', 'ArrowDown').section).toBe(1);
    expect(press(first, 'ArrowDown', 'ArrowUp').section).toBe(0);
    expect(moveFocus(layout, first, 'a')).toBeNull();
  });
});
