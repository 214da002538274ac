/** Samples a running job ten times a second into one frame. */
import { nowMs } from '../../common/threads/board';
import type {
  JobFrame,
  JobSnapshot,
  RunningTask,
  StripSegment,
  ThroughputSample,
  WorkerFrame,
} from '../../common/model/frames';
import { settledTasks, totalTasks, type TaskCounts } from '../../common/model/tasks';
import { formatWait } from '../../common/model/units';
import type { Executor } from '../pool';
import type { JobRunner } from './job-runner';
import { Rate } from './rate';
import type { WorkerNow } from './running-now';

const THROUGHPUT_SAMPLES = 120;
/** Every job ends with one thread, for a moment. */
const ALONE_MS = 1000;

export class JobMonitor {
  readonly #runner: JobRunner;
  readonly #jobId: number;
  readonly #elapsedBeforeMs: number;
  readonly #settledBefore: number;
  readonly #rate = new Rate();
  readonly #workerRates = new Map<number, Rate>();
  readonly #taskRates = new Map<number, Rate>();
  readonly #throughput: ThroughputSample[] = [];
  #lastThroughputMs = 0;
  #last: JobFrame | null = null;
  #aloneSinceMs: number | null = null;

  /** @param elapsedBeforeMs time of earlier runs of the same job */
  constructor(runner: JobRunner, jobId: number, elapsedBeforeMs: number) {
    this.#runner = runner;
    this.#jobId = jobId;
    this.#elapsedBeforeMs = elapsedBeforeMs;
    this.#settledBefore = settledTasks(runner.tally.counts);
  }

  get elapsedMs(): number {
    return this.#elapsedBeforeMs + nowMs() - this.#runner.startedAtMs;
  }

  /** @param detailed with workers, for whoever watches this job */
  sample(detailed: boolean): JobFrame {
    return this.#sample((now) => (detailed ? this.#workers(now, (worker) => this.#fresh(worker, now)) : []));
  }

  #fresh(worker: number, now: number): readonly StripSegment[] {
    return this.#runner.tally.strips.takeFresh(worker, now);
  }

  #sample(workersAt: (now: number) => readonly WorkerFrame[]): JobFrame {
    const now = nowMs();
    const runner = this.#runner;
    const readings = runner.runningNow();
    const inFlightBytes = readings.reduce(
      (sum, { running }) => sum + running.reduce((bytes, task) => bytes + task.bytesDone, 0),
      0,
    );
    const truly = readings.reduce((sum, { running }) => sum + running.length, 0);
    const counts: TaskCounts = {
      ...runner.tally.counts,
      running: Math.min(truly, runner.tally.counts.running),
      queued:
        runner.tally.counts.queued +
        runner.tally.counts.running -
        Math.min(truly, runner.tally.counts.running),
    };
    const settled = settledTasks(counts);
    const bytesDone = runner.tally.bytesDone + inFlightBytes;
    const rate = this.#rate.add({ atMs: now, bytes: bytesDone, tasks: settled });
    this.#remember(now, rate);
    const elapsedMs = this.elapsedMs;
    this.#last = {
      jobId: this.#jobId,
      state: 'running',
      counts,
      planned: runner.planned,
      rowWrites: runner.rowWrites,
      bytesDone,
      bytesKnown: runner.tally.bytesKnown,
      ...rate,
      elapsedMs,
      remainingMs: this.#remaining(counts, settled, now),
      connections: runner.connections(counts.running),
      waitingFor: waitingFor(runner),
      alone: this.#alone(runner.planned && counts.queued === 0 ? readings : [], now),
      fewerThreads: fewerText(runner.executor),
      workers: workersAt(now),
    };
    return this.#last;
  }

  /**
   * Everything that a new watcher needs.
   * @param isShared others watch the job as well: what the next frame tells all of them is left to it
   */
  snapshot(isShared = false): JobSnapshot {
    const { strips } = this.#runner.tally;
    const frame = this.#sample((now) =>
      this.#workers(now, (worker) => {
        if (isShared) return strips.told(worker);
        this.#fresh(worker, now);
        return strips.history(worker);
      }),
    );
    return { frame, throughput: [...this.#throughput] };
  }

  /** @param workers none as long as tasks are queued or may come */
  #alone(workers: readonly WorkerNow[], now: number): string | null {
    const text = aloneText(workers);
    if (text === null) this.#aloneSinceMs = null;
    else this.#aloneSinceMs ??= now;
    return this.#aloneSinceMs !== null && now - this.#aloneSinceMs >= ALONE_MS ? text : null;
  }

  #remember(now: number, rate: { bytesPerSecond: number; tasksPerSecond: number }): void {
    if (now - this.#lastThroughputMs < 1000) return;
    this.#lastThroughputMs = now;
    this.#throughput.push({ atMs: now, ...rate });
    if (this.#throughput.length > THROUGHPUT_SAMPLES) this.#throughput.shift();
  }

  /** At the mean pace of this run, by tasks; running ones count by their share. */
  #remaining(counts: TaskCounts, settled: number, now: number): number | null {
    if (!this.#runner.planned) return null;
    const doneHere = settled - this.#settledBefore;
    const spent = now - this.#runner.startedAtMs;
    const left = totalTasks(counts) - settled;
    if (left === 0) return 0;
    const known = this.#runner.tally.bytesKnown;
    if (known > 0 && this.#runner.tally.bytesDone > 0 && spent > 1000) {
      const { bytesPerSecond } = this.#throughput.at(-1) ?? { bytesPerSecond: 0 };
      if (bytesPerSecond > 0 && known > this.#runner.tally.bytesDone && doneHere < 50) {
        return ((known - this.#runner.tally.bytesDone) / bytesPerSecond) * 1000;
      }
    }
    return doneHere < 3 || spent < 500 ? null : (left / doneHere) * spent;
  }

  #workers(now: number, segmentsOf: (worker: number) => readonly StripSegment[]): WorkerFrame[] {
    const { executor, startedAtMs } = this.#runner;
    const { strips } = this.#runner.tally;
    const measures = new Map(executor.measures().workers.map((measure) => [measure.worker, measure]));
    const seen = new Set<number>();
    const frames = this.#runner.runningNow().map(({ worker, alive, lanes, running }): WorkerFrame => {
      const tasks = running.map((reading): RunningTask => {
        seen.add(reading.id);
        let rate = this.#taskRates.get(reading.id);
        if (rate === undefined) {
          rate = new Rate();
          rate.add({ atMs: reading.startedAtMs, bytes: 0, tasks: 0 });
          this.#taskRates.set(reading.id, rate);
        }
        return {
          taskId: reading.id,
          lane: reading.lane,
          name: reading.name,
          startedAtMs: reading.startedAtMs,
          bytesDone: reading.bytesDone,
          bytesTotal: reading.bytesTotal,
          bytesRead: reading.bytesRead,
          bytesWritten: reading.bytesWritten,
          bytesPerSecond: rate.add({ atMs: now, bytes: reading.bytesDone, tasks: 0 }).bytesPerSecond,
        };
      });
      let rate = this.#workerRates.get(worker);
      if (rate === undefined) this.#workerRates.set(worker, (rate = new Rate()));
      const bytes =
        this.#runner.tally.settledBy(worker).bytes + running.reduce((sum, task) => sum + task.bytesDone, 0);
      const oldest = running.length === 0 ? null : Math.min(...running.map((task) => task.startedAtMs));
      return {
        worker,
        alive,
        lanes,
        running: tasks,
        ...rate.add({ atMs: now, bytes, tasks: measures.get(worker)?.tasks ?? 0 }),
        segments: segmentsOf(worker),
        busyShare: strips.busyShare(worker, startedAtMs, now, oldest),
      };
    });
    for (const id of this.#taskRates.keys()) if (!seen.has(id)) this.#taskRates.delete(id);
    return frames;
  }
}

function waitingFor({ waitingUntilMs, heldHost, rules }: JobRunner): string | null {
  if (rules.network?.nextLookMs != null)
    return 'There is no network. The downloads continue when it is back.';
  if (waitingUntilMs === null) return null;
  const next = `next attempt in ${formatWait(waitingUntilMs - nowMs())}`;
  if (heldHost === null) return `Waiting: ${next}`;
  const { name, lastError } = heldHost;
  return [`${name} asks to wait: ${next}`, lastError ?? []].flat().join('. ');
}

function fewerText({ fewer, size }: Pick<Executor<unknown, unknown>, 'fewer' | 'size'>): string | null {
  if (fewer === null) return null;
  const { threads, reason, jobs, total } = fewer;
  const why = reason === 'shared' ? `${jobs} jobs share ${total}.` : 'the processors are busy.';
  return `${threads} of ${size} threads: ${why}`;
}

function aloneText(workers: readonly WorkerNow[]): string | null {
  const alive = workers.filter((worker) => worker.alive);
  const [first, ...others] = alive.filter(({ running }) => running.length > 0);
  if (first === undefined || others.length > 0 || alive.length < 2) return null;
  const [task, ...more] = first.running;
  const what = more.length === 0 ? (task?.name ?? '') : `${more.length + 1} tasks`;
  const idle = alive.length - 1;
  return `W${first.worker} works alone: ${what}. ${idle === 1 ? '1 thread has' : `${idle} threads have`} nothing left to do.`;
}
