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
  /** The job that each of those who watch looks at. */
  readonly #watched = new Map<object, number>();
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

  /** Frames of this job have its workers from now on. @param watcher each of them watches one job at a time */
  watch(id: number | null, watcher: object = this): void {
    if (id === null) this.#watched.delete(watcher);
    else this.#watched.set(watcher, id);
  }

  frames(): JobFrame[] {
    const watched = new Set(this.#watched.values());
    return [...this.#active].map(([id, { monitor }]) => monitor.sample(watched.has(id)));
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
    const watchers = [...this.#watched.values()].filter((watched) => watched === id);
    return this.#active.get(id)?.monitor.snapshot(watchers.length > 1) ?? this.#snapshots.get(id) ?? null;
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
