/** Tasks of one lane as strips, no more of them than pixels. */
import type { TimelinePiece } from '../../../common/experiments/experiment';

export interface Strip {
  /** Pixels from the start of the run. */
  readonly x: number;
  readonly width: number;
  readonly tasks: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Of the last task. */
  readonly name: string;
  readonly failed: boolean;
}

/** Narrower than this, strips and the gaps between them cannot be told apart. */
const NARROW = 1.5;

/**
 * Pieces that would be too narrow to see join their neighbours. A failed one stays seen: what joins it has failed too.
 *
 * @param pieces of one lane, by start
 */
export function stripsOf(pieces: readonly TimelinePiece[], pixelsPerMs: number): Strip[] {
  const strips: Strip[] = [];
  for (const piece of pieces) {
    const x = piece.startMs * pixelsPerMs;
    const end = Math.max(x, piece.endMs * pixelsPerMs);
    const last = strips.at(-1);
    const joins =
      last !== undefined &&
      x - (last.x + last.width) < NARROW / 2 &&
      (end - x < NARROW || last.width < NARROW) &&
      // It grows to a few pixels at most, so that a lane of tiny tasks is not one block.
      end - last.x < 2 * NARROW;
    if (!joins) {
      const { startMs, endMs, tasks, name, failed } = piece;
      strips.push({ x, width: end - x, startMs, endMs, tasks, name, failed });
      continue;
    }
    strips[strips.length - 1] = {
      x: last.x,
      width: Math.max(last.width, end - last.x),
      startMs: last.startMs,
      endMs: Math.max(last.endMs, piece.endMs),
      tasks: last.tasks + piece.tasks,
      name: piece.name,
      failed: last.failed || piece.failed,
    };
  }
  return strips;
}
