/** What each worker did in the last 30 seconds, in pieces few enough to draw. */
import { STRIP_WINDOW_MS, type StripSegment } from '../../common/model/frames';
import type { SettledState } from '../../common/model/tasks';

/** Tasks closer together than this join into one piece… */
const JOIN_GAP_MS = 30;
/** …until the piece is this long. */
const JOIN_LENGTH_MS = 150;
/** A shorter pause between two tasks is not told apart from work. */
const IDLE_MS = 2;

/** When and where an attempt ran. Times are milliseconds since the epoch. */
export interface AttemptTime {
  readonly worker: number;
  readonly lane: number;
  readonly submittedAtMs: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

type Segment = { -readonly [Key in keyof StripSegment]: StripSegment[Key] };

/** When at least one task ran: spans apart from each other, in order. */
class BusyTime {
  #spans: { startMs: number; endMs: number }[] = [];

  add(startMs: number, endMs: number): void {
    const spans = this.#spans;
    let first = spans.length;
    while (first > 0 && (spans[first - 1]?.endMs ?? 0) + IDLE_MS >= startMs) first--;
    let next = first;
    const span = { startMs, endMs };
    for (
      let other = spans[next];
      other !== undefined && other.startMs <= endMs + IDLE_MS;
      other = spans[++next]
    ) {
      span.startMs = Math.min(span.startMs, other.startMs);
      span.endMs = Math.max(span.endMs, other.endMs);
    }
    spans.splice(first, next - first, span);
  }

  /** Milliseconds between two times. */
  between(fromMs: number, untilMs: number): number {
    let sum = 0;
    for (const { startMs, endMs } of this.#spans)
      sum += Math.max(0, Math.min(endMs, untilMs) - Math.max(startMs, fromMs));
    return sum;
  }

  forget(beforeMs: number): void {
    const gone = this.#spans.findIndex(({ endMs }) => endMs >= beforeMs);
    if (gone > 0) this.#spans.splice(0, gone);
  }
}

class WorkerStrip {
  readonly busy = new BusyTime();
  readonly segments: Segment[] = [];
  /** The open piece of each lane: it may still grow, so no frame has it yet. */
  readonly open = new Map<number, Segment>();
  /** Closed pieces that no frame has had. */
  fresh: Segment[] = [];

  add(segment: Segment): void {
    this.busy.add(segment.startMs, segment.endMs);
    const open = this.open.get(segment.lane);
    if (
      open?.outcome === segment.outcome &&
      segment.startMs - open.endMs < JOIN_GAP_MS &&
      segment.endMs - open.startMs < JOIN_LENGTH_MS
    ) {
      open.endMs = Math.max(open.endMs, segment.endMs);
      open.tasks += 1;
      open.name = segment.name;
      return;
    }
    if (open !== undefined) this.#close(open);
    this.open.set(segment.lane, segment);
  }

  /** Closes the pieces that can no longer grow. */
  settle(nowMs: number): void {
    for (const [lane, open] of this.open) {
      if (nowMs - open.endMs < JOIN_GAP_MS) continue;
      this.open.delete(lane);
      this.#close(open);
    }
    this.#forget(nowMs);
  }

  /** Nothing follows: closes every piece. */
  end(): void {
    for (const open of this.open.values()) this.#close(open);
    this.open.clear();
  }

  #close(segment: Segment): void {
    this.segments.push(segment);
    this.fresh.push(segment);
    // Nobody may be watching: then nobody takes what is fresh.
    this.#forget(segment.endMs);
  }

  #forget(nowMs: number): void {
    const oldest = nowMs - STRIP_WINDOW_MS;
    this.busy.forget(oldest);
    for (const list of [this.segments, this.fresh]) {
      const gone = list.findIndex(({ endMs }) => endMs >= oldest);
      if (gone !== 0) list.splice(0, gone < 0 ? list.length : gone);
    }
  }
}

export class Strips {
  readonly #workers = new Map<number, WorkerStrip>();

  add(
    worker: number,
    lane: number,
    startMs: number,
    endMs: number,
    outcome: SettledState,
    name: string,
  ): void {
    let strip = this.#workers.get(worker);
    if (strip === undefined) {
      strip = new WorkerStrip();
      this.#workers.set(worker, strip);
    }
    strip.add({ lane, startMs, endMs, outcome, tasks: 1, name });
  }

  /** No task follows: the next call of {@link takeFresh} gives the last pieces too. */
  end(): void {
    for (const strip of this.#workers.values()) strip.end();
  }

  /** Pieces that ended since the last call. */
  takeFresh(worker: number, nowMs: number): StripSegment[] {
    const strip = this.#workers.get(worker);
    if (strip === undefined) return [];
    strip.settle(nowMs);
    const fresh = strip.fresh;
    strip.fresh = [];
    return fresh;
  }

  /** Everything of the last 30 seconds that frames have had. */
  history(worker: number): readonly StripSegment[] {
    return this.#workers.get(worker)?.segments ?? [];
  }

  /** What of {@link history} the last call of {@link takeFresh} has given, or one before it. */
  told(worker: number): readonly StripSegment[] {
    const { segments = [], fresh = [] } = this.#workers.get(worker) ?? {};
    return segments.slice(0, Math.max(0, segments.length - fresh.length));
  }

  /** Share of the window in which at least one task ran, 0 to 1. `runningSinceMs`: start of the oldest running task. */
  busyShare(worker: number, sinceMs: number, nowMs: number, runningSinceMs: number | null): number {
    const from = Math.max(sinceMs, nowMs - STRIP_WINDOW_MS);
    if (nowMs <= from) return 0;
    const until = runningSinceMs === null ? nowMs : Math.max(from, runningSinceMs);
    const busy = (this.#workers.get(worker)?.busy.between(from, until) ?? 0) + nowMs - until;
    return Math.min(1, busy / (nowMs - from));
  }
}
