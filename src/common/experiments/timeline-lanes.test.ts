import { expect, it } from 'vitest';
import type { TimelinePiece } from './experiment';
import { lanesOf } from './timeline-lanes';

function piece(worker: number, lane: number, startMs: number): TimelinePiece {
  return { worker, lane, startMs, endMs: startMs + 1, tasks: 1, name: 'a', failed: false };
}

it('sorts lanes by thread and number, and the pieces of each by start', () => {
  const pieces = [piece(10, 0, 5), piece(2, 1, 3), piece(2, 0, 8), piece(2, 1, 1), piece(10, 0, 0)];
  const lanes = lanesOf(pieces).map(({ worker, lane, pieces: own }) => [
    worker,
    lane,
    own.map(({ startMs }) => startMs),
  ]);
  expect(lanes).toEqual([
    [2, 0, [8]],
    [2, 1, [1, 3]],
    [10, 0, [0, 5]],
  ]);
  expect(lanesOf([])).toEqual([]);
});
