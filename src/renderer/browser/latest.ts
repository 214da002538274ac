/**
 * News and replies come by ways of their own, and a reply may be overtaken by news of what happened after it. So what
 * replies say of jobs and settings gives way to newer news. Pure.
 */
import type { Settings } from '../../common/model/settings';
import type { JobSnapshot } from '../../common/model/frames';
import type { JobSummary } from '../../common/model/jobs';

/** Of so many jobs the news are remembered: replies are late by moments. */
const MOST_JOBS = 500;

interface Told<Value> {
  /** The number of the news. */
  readonly at: number;
  readonly value: Value;
}

export class Latest {
  /** `null`: removed. The latest last. */
  readonly #jobs = new Map<number, Told<JobSummary | null>>();
  #settings: Told<Settings> | null = null;

  /** @param at the number of the news */
  take(name: string, payload: unknown, at: number): void {
    if (name === 'settings-changed') this.#settings = { at, value: payload as Settings };
    else if (name === 'job-removed')
      this.#remember((payload as { jobId: number }).jobId, { at, value: null });
    else if (name === 'jobs-changed')
      for (const job of payload as readonly JobSummary[]) this.#remember(job.id, { at, value: job });
  }

  /** What a reply says, as it is by now. @param at the number of the last news before it was made */
  renewed(name: string, value: unknown, at: number): unknown {
    switch (name) {
      case 'jobs:create':
      case 'jobs:run-dry':
        return this.#newer(value as JobSummary, at) ?? value;
      case 'jobs:unfinished':
        return this.#list(value as readonly JobSummary[], at);
      case 'jobs:list': {
        const list = value as { readonly jobs: readonly JobSummary[] };
        return { ...list, jobs: this.#list(list.jobs, at) };
      }
      case 'jobs:watch':
        return this.#snapshot(value as JobSnapshot | null, at);
      case 'settings:get':
      case 'settings:set':
      case 'experiments:adopt':
        return this.#settings !== null && this.#settings.at > at ? this.#settings.value : value;
      default:
        return value;
    }
  }

  #remember(id: number, told: Told<JobSummary | null>): void {
    this.#jobs.delete(id);
    this.#jobs.set(id, told);
    for (const oldest of this.#jobs.keys()) {
      if (this.#jobs.size <= MOST_JOBS) break;
      this.#jobs.delete(oldest);
    }
  }

  #newer(job: JobSummary, at: number): JobSummary | null {
    const told = this.#jobs.get(job.id);
    return told !== undefined && told.at > at ? told.value : job;
  }

  #list(jobs: readonly JobSummary[], at: number): readonly JobSummary[] {
    return jobs.flatMap((job) => this.#newer(job, at) ?? []);
  }

  /** Of a job that has stopped meanwhile nothing runs any more. */
  #snapshot(snapshot: JobSnapshot | null, at: number): JobSnapshot | null {
    if (snapshot === null) return null;
    const told = this.#jobs.get(snapshot.frame.jobId);
    if (told === undefined || told.at <= at || told.value === null) return snapshot;
    return { ...snapshot, frame: { ...snapshot.frame, state: told.value.state } };
  }
}
