/** How far a job is, as the database will say it once the recorder has flushed; and what each worker did for it. */
import type { OutcomeColumns } from '../../common/model/answer';
import type { ErrorData } from '../../common/model/errors';
import type { JobSummary } from '../../common/model/jobs';
import { valueAt, type Packet } from '../../common/model/packet';
import { NO_TASKS, type SettledState, type TaskCounts } from '../../common/model/tasks';
import type { TimedEnds } from '../pool';
import type { Planned } from '../store/packet-store';
import type { Becomes } from '../store/task-writes';
import { Strips, type AttemptTime } from './strips';

/** One attempt of those that are told together. */
export interface Attempt {
  readonly packet: Packet;
  /** Index into the packet. */
  readonly task: number;
  readonly ends: TimedEnds<OutcomeColumns>;
  /** Its place in the ends. */
  readonly at: number;
  readonly error: ErrorData | null;
}

export type AttemptListener = (name: string, time: AttemptTime, failed: boolean) => void;

export class JobTally {
  readonly strips = new Strips();
  /** Bytes of settled tasks by worker, for the statistics. */
  readonly bytesByWorker = new Map<number, number>();
  readonly #counts: Record<keyof TaskCounts, number>;
  readonly #onAttempt: AttemptListener | null;
  bytesDone: number;
  bytesKnown: number;

  /** @param onAttempt is told of each attempt that has ended */
  constructor(
    { counts, bytesDone, bytesKnown }: Pick<JobSummary, 'counts' | 'bytesDone' | 'bytesKnown'>,
    onAttempt: AttemptListener | null,
  ) {
    this.#counts = { ...NO_TASKS, ...counts };
    this.bytesDone = bytesDone;
    this.bytesKnown = bytesKnown;
    this.#onAttempt = onAttempt;
  }

  get counts(): TaskCounts {
    return this.#counts;
  }

  /** What the database says: nothing runs. */
  reset({ counts, bytesDone, bytesKnown }: Pick<JobSummary, 'counts' | 'bytesDone' | 'bytesKnown'>): void {
    Object.assign(this.#counts, counts);
    this.bytesDone = bytesDone;
    this.bytesKnown = bytesKnown;
  }

  planned({ added, bytesKnown, bytesDone }: Planned): void {
    for (const state of ['queued', 'done', 'failed', 'skipped'] as const) this.#counts[state] += added[state];
    this.bytesKnown += bytesKnown;
    this.bytesDone += bytesDone;
  }

  move(from: keyof TaskCounts, to: keyof TaskCounts, count: number): void {
    this.#counts[from] -= count;
    this.#counts[to] += count;
  }

  ended({ packet, task, ends, at, error }: Attempt, to: Becomes): void {
    const { worker, results } = ends;
    this.move('running', to ?? 'queued', 1);
    if (to === 'done') {
      const bytes = results === null ? 0 : valueAt(results.bytes, at);
      this.bytesDone += bytes;
      // Of what was brought up to date no byte was copied.
      if (results !== null && valueAt(results.findings, at) !== 'updated')
        this.bytesKnown += bytes - (valueAt(packet.sizes, task) ?? 0);
      if (worker !== null) this.bytesByWorker.set(worker, (this.bytesByWorker.get(worker) ?? 0) + bytes);
    }
    if (worker === null || to === null) return;
    const lane = valueAt(ends.lanes, at);
    const [startedAtMs = 0, endedAtMs = 0] = [ends.startedAtMs[at], ends.endedAtMs[at]];
    const outcome: SettledState = error !== null ? 'failed' : to === 'queued' ? 'done' : to;
    const name = packet.names[task] ?? '';
    const { submittedAtMs } = ends;
    this.#onAttempt?.(name, { worker, lane, submittedAtMs, startedAtMs, endedAtMs }, outcome === 'failed');
    this.strips.add(worker, lane, startedAtMs, endedAtMs, outcome, name);
  }
}
