/** How far a job is, as the database will say it once the recorder has flushed; and what each worker did for it. */
import type { OutcomeColumns } from '../../common/model/answer';
import type { ErrorData } from '../../common/model/errors';
import type { JobSummary } from '../../common/model/jobs';
import { valueAt, type Packet } from '../../common/model/packet';
import { NO_TASKS, isUncopied, type SettledState, type TaskCounts } from '../../common/model/tasks';
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

/** A task counts once, after its last attempt. */
interface Settled {
  tasks: number;
  failed: number;
  bytes: number;
}

export type AttemptListener = (name: string, time: AttemptTime, failed: boolean) => void;

const NOTHING_SETTLED: Readonly<Settled> = { tasks: 0, failed: 0, bytes: 0 };

export class JobTally {
  readonly strips = new Strips();
  /** What each worker has settled, for the statistics. */
  readonly #byWorker = new Map<number, Settled>();
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

  settledBy(worker: number): Readonly<Settled> {
    return this.#byWorker.get(worker) ?? NOTHING_SETTLED;
  }

  #settledOf(worker: number): Settled {
    let settled = this.#byWorker.get(worker);
    if (settled === undefined) this.#byWorker.set(worker, (settled = { ...NOTHING_SETTLED }));
    return settled;
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
      if (results !== null && !isUncopied(valueAt(results.findings, at)))
        this.bytesKnown += bytes - (valueAt(packet.sizes, task) ?? 0);
      if (worker !== null) this.#settledOf(worker).bytes += bytes;
    }
    if (worker === null || to === null) return;
    if (to !== 'queued') {
      const settled = this.#settledOf(worker);
      settled.tasks += 1;
      if (to === 'failed') settled.failed += 1;
    }
    const lane = valueAt(ends.lanes, at);
    const [startedAtMs = 0, endedAtMs = 0] = [ends.startedAtMs[at], ends.endedAtMs[at]];
    const outcome: SettledState = error !== null ? 'failed' : to === 'queued' ? 'done' : to;
    const name = packet.names[task] ?? '';
    const { submittedAtMs } = ends;
    this.#onAttempt?.(name, { worker, lane, submittedAtMs, startedAtMs, endedAtMs }, outcome === 'failed');
    this.strips.add(worker, lane, startedAtMs, endedAtMs, outcome, name);
  }
}
