import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TimelinePiece } from '../../common/experiments/experiment';
import { TimelineRecorder, joinPieces } from './timeline';

/** Tasks that follow each other on a few lanes. */
const runs = fc
  .array(
    fc.record({
      worker: fc.integer({ min: 1, max: 3 }),
      lane: fc.integer({ min: 0, max: 1 }),
      gap: fc.double({ min: 0, max: 5, noNaN: true }),
      length: fc.double({ min: 0, max: 5, noNaN: true }),
      failed: fc.boolean(),
    }),
    { maxLength: 400 },
  )
  .map((tasks) => {
    const ends = new Map<string, number>();
    return tasks.map(({ worker, lane, gap, length, failed }, index): TimelinePiece => {
      const key = `${worker}/${lane}`;
      const startMs = (ends.get(key) ?? 0) + gap;
      ends.set(key, startMs + length);
      return { worker, lane, startMs, endMs: startMs + length, tasks: 1, name: `${index}`, failed };
    });
  });

function wallOf(pieces: readonly TimelinePiece[]): number {
  return Math.max(1, ...pieces.map(({ endMs }) => endMs));
}

function tasksOf(pieces: readonly TimelinePiece[], failed: boolean): number {
  return pieces.filter((piece) => piece.failed === failed).reduce((sum, { tasks }) => sum + tasks, 0);
}

function expectSound(pieces: readonly TimelinePiece[], all: readonly TimelinePiece[]): void {
  for (const failed of [true, false]) expect(tasksOf(pieces, failed)).toBe(tasksOf(all, failed));
  const ends = new Map<string, number>();
  for (const { worker, lane, startMs, endMs } of pieces) {
    const key = `${worker}/${lane}`;
    // No two of one lane overlap.
    expect(startMs).toBeGreaterThanOrEqual(ends.get(key) ?? 0);
    ends.set(key, endMs);
  }
}

describe('joining', () => {
  test('keeps every task, overlaps nothing, and leaves alone what is few', () => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 20, max: 400 }), (all, most) => {
        const pieces = joinPieces(all, wallOf(all), most);
        expectSound(pieces, all);
        if (all.length <= most) expect(pieces).toHaveLength(all.length);
      }),
    );
  });

  test('of tasks that went alike leaves no more than there is room for', () => {
    const all = Array.from({ length: 50_000 }, (_, index): TimelinePiece => {
      const startMs = Math.floor(index / 2) * 0.1;
      return {
        worker: 1 + (index % 2),
        lane: 0,
        startMs,
        endMs: startMs + 0.05,
        tasks: 1,
        name: '',
        failed: false,
      };
    });
    const pieces = joinPieces(all, 2500);
    expect(pieces.length).toBeLessThanOrEqual(10_000);
    expect(pieces.length).toBeGreaterThan(2000);
    expectSound(pieces, all);
  });
});

test('whoever watches is told every task once', () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: 1, max: 50 }), (all, every) => {
      const recorder = new TimelineRecorder();
      const told: TimelinePiece[] = [];
      const ordered = all.toSorted((left, right) => left.endMs - right.endMs);
      ordered.forEach((piece, index) => {
        recorder.add(piece);
        if (index % every === 0) told.push(...recorder.takeNew(piece.endMs));
      });
      told.push(...recorder.takeNew(Infinity));
      expectSound(told, all);
      expect(recorder.takeNew(Infinity)).toEqual([]);
      expectSound(recorder.pieces(wallOf(all)), all);
    }),
  );
});
