/** What every thread did in one run, piece by piece; very short tasks of one lane in a row are joined. */
import type { TimelinePiece } from '../../common/experiments/experiment';

/** A picture has no room for more. */
const MOST_PIECES = 10_000;
/** While a run goes on: shorter than this nobody sees. */
const SHORTEST_LIVE_MS = 2;

/**
 * Joins pieces of one lane while the joined one is not longer than `longestMs`. Of two that follow each other on a lane
 * the span is longer then, so there are at most twice as many as fit into the time of all lanes.
 */
function joined(last: TimelinePiece, next: TimelinePiece, longestMs: number): TimelinePiece | null {
  if (last.failed !== next.failed || next.endMs - last.startMs > longestMs) return null;
  return {
    ...next,
    startMs: Math.min(last.startMs, next.startMs),
    endMs: Math.max(last.endMs, next.endMs),
    tasks: last.tasks + next.tasks,
  };
}

function laneKey({ worker, lane }: TimelinePiece): string {
  return `${worker}/${lane}`;
}

/** In order of their starts. */
export function joinPieces(
  pieces: readonly TimelinePiece[],
  wallMs: number,
  most = MOST_PIECES,
): TimelinePiece[] {
  const ordered = pieces.toSorted((left, right) => left.startMs - right.startMs);
  if (ordered.length <= most) return ordered;
  const lanes = new Set(ordered.map(laneKey)).size;
  const longestMs = (2 * lanes * wallMs) / most;
  const kept: TimelinePiece[] = [];
  const lastOf = new Map<string, number>();
  for (const piece of ordered) {
    const key = laneKey(piece);
    const at = lastOf.get(key);
    const last = at === undefined ? undefined : kept[at];
    const one = last === undefined ? null : joined(last, piece, longestMs);
    if (at !== undefined && one !== null) {
      kept[at] = one;
    } else {
      lastOf.set(key, kept.length);
      kept.push(piece);
    }
  }
  return kept;
}

/** Hears of every task of a run, and gives what is new to whoever watches. */
export class TimelineRecorder {
  readonly #pieces: TimelinePiece[] = [];
  /** The last piece of each lane, which may still grow. */
  readonly #open = new Map<string, TimelinePiece>();
  #new: TimelinePiece[] = [];

  add(piece: TimelinePiece): void {
    this.#pieces.push(piece);
    const key = laneKey(piece);
    const last = this.#open.get(key);
    const longestMs = Math.max(SHORTEST_LIVE_MS, (2 * this.#open.size * piece.endMs) / MOST_PIECES);
    const one = last === undefined ? null : joined(last, piece, longestMs);
    if (last !== undefined && one === null) this.#new.push(last);
    this.#open.set(key, one ?? piece);
  }

  /** Pieces that have ended since it was asked last; the last one of each lane waits for its neighbours. */
  takeNew(elapsedMs: number): TimelinePiece[] {
    for (const [key, piece] of this.#open) {
      if (elapsedMs - piece.endMs < SHORTEST_LIVE_MS) continue;
      this.#new.push(piece);
      this.#open.delete(key);
    }
    const fresh = this.#new;
    this.#new = [];
    return fresh;
  }

  pieces(wallMs: number): TimelinePiece[] {
    return joinPieces(this.#pieces, wallMs);
  }
}
