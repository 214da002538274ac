/** The jobs that run in this process, and how the last ones looked when they stopped. */
import type { JobFrame, JobSnapshot } from '../../common/model/frames';
import type { JobSummary } from '../../common/model/jobs';
import type { RestState } from '../store/job-repository';
import type { JobRunner } from './job-runner';
import type { JobMonitor } from './monitor';

/** Jobs whose last frame is kept, for who looks at them next. */
const KEPT_SNAPSHOTS = 10;

export interface ActiveJob {
  readonly runner: JobRunner;
  readonly monitor: JobMonitor;
}

export class ActiveJobs {
  readonly #active = new Map<number, ActiveJob>();
  /** The latest last. */
  readonly #snapshots = new Map<number, JobSnapshot>();

  get isEmpty(): boolean {
    return this.#active.size === 0;
  }

  add(id: number, job: ActiveJob): void {
    this.#active.set(id, job);
  }

  delete(id: number): void {
    this.#active.delete(id);
  }

  runner(id: number): JobRunner | null {
    return this.#active.get(id)?.runner ?? null;
  }

  /** @param watched the job whose frame has its workers */
  frames(watched: number | null): JobFrame[] {
    return [...this.#active].map(([id, { monitor }]) => monitor.sample(id === watched));
  }

  /** What the runner knows is newer than what is stored. */
  live(job: JobSummary): JobSummary {
    const active = this.#active.get(job.id);
    if (active === undefined) return job;
    const { runner, monitor } = active;
    return {
      ...job,
      counts: { ...runner.tally.counts },
      bytesDone: runner.tally.bytesDone,
      bytesKnown: runner.tally.bytesKnown,
      planned: runner.planned,
      elapsedMs: monitor.elapsedMs,
    };
  }

  /** `null`: it did not run here, or long ago. */
  snapshot(id: number): JobSnapshot | null {
    return this.#active.get(id)?.monitor.snapshot() ?? this.#snapshots.get(id) ?? null;
  }

  keepSnapshot(id: number, { frame, throughput }: JobSnapshot, state: RestState): void {
    this.#snapshots.delete(id);
    this.#snapshots.set(id, { frame: { ...frame, state }, throughput });
    for (const oldest of this.#snapshots.keys()) {
      if (this.#snapshots.size <= KEPT_SNAPSHOTS) break;
      this.#snapshots.delete(oldest);
    }
  }

  forget(id: number): void {
    this.#snapshots.delete(id);
  }
}
