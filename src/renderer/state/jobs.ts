/** The jobs that the lists show, newest first, by page kind. */
import type { JobSummary } from '../../common/model/jobs';
import { request } from '../bridge';
import { PAGE_KINDS, type PageKind } from '../kinds';
import { createStore, useStore } from './store';

/** Jobs read at once; older ones come with "Show older". */
export const LIST_PAGE = 100;

export interface JobsOfKind {
  /** Newest first. */
  readonly ids: readonly number[];
  /** Jobs of this kind in the database. */
  readonly total: number;
  readonly active: number;
  readonly loaded: boolean;
}

export interface Jobs {
  readonly byId: ReadonlyMap<number, JobSummary>;
  readonly kinds: Readonly<Record<PageKind, JobsOfKind>>;
  /** Those that can be resumed after their process ended. */
  readonly interrupted: readonly number[];
}

const NONE: JobsOfKind = { ids: [], total: 0, active: 0, loaded: false };

export const jobsStore = createStore<Jobs>({
  byId: new Map(),
  kinds: { download: NONE, hash: NONE, verify: NONE, copy: NONE },
  interrupted: [],
});

export function useJob(id: number | null): JobSummary | null {
  return useStore(jobsStore, (jobs) => (id === null ? null : (jobs.byId.get(id) ?? null)));
}

export function isActive(job: JobSummary): boolean {
  return job.state === 'running' || job.state === 'queued';
}

function arrange(
  byId: ReadonlyMap<number, JobSummary>,
  totals: Readonly<Record<PageKind, number>>,
  loaded: Readonly<Record<PageKind, boolean>>,
): Jobs {
  const sorted = [...byId.values()].sort((a, b) => b.id - a.id);
  const ofKind = (kind: PageKind): JobsOfKind => {
    const own = sorted.filter((job) => job.kind === kind);
    return {
      ids: own.map((job) => job.id),
      total: Math.max(totals[kind], own.length),
      active: own.filter(isActive).length,
      loaded: loaded[kind],
    };
  };
  return {
    byId,
    kinds: {
      download: ofKind('download'),
      hash: ofKind('hash'),
      verify: ofKind('verify'),
      copy: ofKind('copy'),
    },
    interrupted: sorted.filter((job) => job.state === 'interrupted' && !job.foreign).map((job) => job.id),
  };
}

function facts(jobs: Jobs): [Record<PageKind, number>, Record<PageKind, boolean>] {
  const { download, hash, verify, copy } = jobs.kinds;
  return [
    { download: download.total, hash: hash.total, verify: verify.total, copy: copy.total },
    { download: download.loaded, hash: hash.loaded, verify: verify.loaded, copy: copy.loaded },
  ];
}

/** Takes in jobs that are new or have changed. */
export function mergeJobs(changed: readonly JobSummary[]): void {
  if (changed.length === 0) return;
  jobsStore.update((jobs) => {
    const byId = new Map(jobs.byId);
    const [totals, loaded] = facts(jobs);
    let newest = 0;
    for (const id of jobs.byId.keys()) newest = Math.max(newest, id);
    for (const job of changed) {
      if (hidden.has(job.id)) {
        hidden.set(job.id, job);
        continue;
      }
      const before = byId.get(job.id);
      if (before === undefined && job.id > newest) totals[job.kind] += 1;
      byId.set(job.id, job);
    }
    return arrange(byId, totals, loaded);
  });
}

/** Taken off the lists, and not forgotten yet. */
const hidden = new Map<number, JobSummary>();

export function hideJobs(jobs: readonly JobSummary[]): void {
  for (const job of jobs) hidden.set(job.id, job);
  for (const { id } of jobs) takeOff(id);
}

function hiddenOf(kind: PageKind): number {
  return [...hidden.values()].filter((job) => job.kind === kind).length;
}

/** Puts them back, as they are now. */
export function showHiddenJobs(ids: readonly number[]): void {
  const back = ids.flatMap((id) => hidden.get(id) ?? []);
  for (const id of ids) hidden.delete(id);
  jobsStore.update((jobs) => {
    const [totals, loaded] = facts(jobs);
    for (const { kind } of back) totals[kind] += 1;
    return arrange(new Map([...jobs.byId, ...back.map((job) => [job.id, job] as const)]), totals, loaded);
  });
}

export function forgetJob(id: number): void {
  hidden.delete(id);
  takeOff(id);
}

function takeOff(id: number): void {
  jobsStore.update((jobs) => {
    const job = jobs.byId.get(id);
    if (job === undefined) return jobs;
    const byId = new Map(jobs.byId);
    byId.delete(id);
    const [totals, loaded] = facts(jobs);
    totals[job.kind] -= 1;
    return arrange(byId, totals, loaded);
  });
}

/** Reads the next older jobs of a kind; at first the newest. @throws HeddleError */
export async function loadJobs(kind: PageKind, again = false): Promise<void> {
  const offset = again ? 0 : jobsStore.get().kinds[kind].ids.length + hiddenOf(kind);
  const list = await request('jobs:list', { kind, offset, limit: LIST_PAGE });
  jobsStore.update((jobs) => {
    const byId = new Map(jobs.byId);
    for (const job of list.jobs) if (!hidden.has(job.id)) byId.set(job.id, job);
    const [totals, loaded] = facts(jobs);
    totals[kind] = list.total - hiddenOf(kind);
    loaded[kind] = true;
    return arrange(byId, totals, loaded);
  });
}

/** @throws HeddleError */
export async function loadAllKinds(): Promise<void> {
  await Promise.all(PAGE_KINDS.map((kind) => loadJobs(kind, true)));
}
