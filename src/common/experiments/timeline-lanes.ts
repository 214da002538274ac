/** The lanes of a timeline: one for each thread, or several where it has several tasks in flight. */
import type { TimelinePiece } from './experiment';

export interface Lane {
  readonly worker: number;
  readonly lane: number;
  /** By start. */
  readonly pieces: readonly TimelinePiece[];
}

/** More than a thread has. */
const MOST_LANES = 4096;

/** By thread, then by lane. */
export function lanesOf(pieces: readonly TimelinePiece[]): Lane[] {
  const lanes = new Map<number, TimelinePiece[]>();
  for (const piece of pieces) {
    const key = piece.worker * MOST_LANES + piece.lane;
    const own = lanes.get(key);
    if (own === undefined) lanes.set(key, [piece]);
    else own.push(piece);
  }
  return [...lanes]
    .sort(([a], [b]) => a - b)
    .map(([key, own]) => ({
      worker: Math.floor(key / MOST_LANES),
      lane: key % MOST_LANES,
      pieces: own.sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs),
    }));
}
