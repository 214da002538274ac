/** When progress is said aloud: at quarters, and not of jobs that are over in a moment. Pure. */
import { sharesOf, type Progress } from './text';

/** Sooner than this after the last word, another one would only be noise. */
const QUIET_MS = 10_000;

export interface Spoken {
  readonly quarter: number;
  readonly atMs: number;
}

/**
 * @param before what was said of this job last; of a new one, when it began to be watched, and its quarter then
 * @returns what is to be said now, `null` for nothing
 */
export function nextWord(before: Spoken, job: Progress, nowMs: number): Spoken | null {
  const quarter = quarterOf(job);
  if (quarter <= before.quarter || quarter > 3 || nowMs - before.atMs < QUIET_MS) return null;
  return { quarter, atMs: nowMs };
}

/** 0 to 4; 0 as long as its tasks are not all known. */
export function quarterOf(job: Progress): number {
  if (!job.planned) return 0;
  const { done, running, failed } = sharesOf(job);
  return Math.floor((done + running + failed) * 4 + 1e-9);
}
