/** What other processes do with their jobs, which is seen in the database alone; and what dead ones left. */
import { toErrorData } from '../common/model/errors';
import type { JobSummary } from '../common/model/jobs';
import type { News } from './news';
import type { InstanceLock } from './store/instance-lock';
import type { JobRepository } from './store/job-repository';

const POLL_MS = 1000;

export interface OtherProcessesParts {
  readonly jobs: JobRepository;
  readonly lock: InstanceLock;
  readonly news: News;
  readonly job: (id: number) => JobSummary | null;
  /** Ends the experiments of processes that are gone. */
  readonly endExperiments: () => Promise<void>;
}

export class OtherProcesses {
  readonly #parts: OtherProcessesParts;
  readonly #timer: NodeJS.Timeout;
  #foreign = new Set<number>();

  /** Looks now, and once a second until it is closed. */
  constructor(parts: OtherProcessesParts) {
    this.#parts = parts;
    this.#interruptOrphans();
    this.#timer = setInterval(() => {
      parts.news.guard(() => {
        this.#poll();
      });
    }, POLL_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Whether another process runs jobs, which nobody here can hold. */
  hasJobs(): boolean {
    return this.#parts.jobs.owned().some(({ summary }) => summary.foreign);
  }

  #poll(): void {
    const { jobs, lock, news, job, endExperiments } = this.#parts;
    lock.keep();
    const changed = new Set(this.#interruptOrphans());
    endExperiments().catch((error: unknown) => {
      news.emit('notice', toErrorData(error));
    });
    const foreign = jobs.owned().flatMap(({ summary }) => (summary.foreign ? [summary.id] : []));
    for (const id of [...foreign, ...this.#foreign]) changed.add(id);
    this.#foreign = new Set(foreign);
    const summaries = [...changed].flatMap((id) => job(id) ?? []);
    if (summaries.length > 0) news.emit('jobs-changed', summaries);
  }

  /** Jobs whose process is gone can go on; what ran there counts as queued already. */
  #interruptOrphans(): number[] {
    const { jobs, lock } = this.#parts;
    return jobs.interruptOrphans((owner) => owner !== lock.id && !lock.isAlive(owner));
  }
}
