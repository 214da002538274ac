/** Which downloads become tasks of one job: where very many wait, lists of jobs stay short and threads have enough to do. */
import type { Download } from './download';
import { jobKey, mayShare } from './requested';

const SHARE_FROM = 32;
const MOST_IN_JOB = 256;

/** Whether so many wait that they share jobs. */
export function isCrowded(waiting: readonly Download[]): boolean {
  return waiting.length >= SHARE_FROM;
}

/**
 * Those whose turn is next, together.
 * @param waiting in their order
 * @param places jobs that may begin
 * @param share whether several may become one job
 */
export function nextTogether(
  waiting: readonly Download[],
  places: number,
  share: boolean,
): readonly Download[] {
  const [first] = waiting;
  if (first === undefined) return [];
  if (first.jobId !== null) return waiting.filter(({ jobId }) => jobId === first.jobId);
  if (!share || !mayShare(first.requested)) return [first];
  const key = jobKey(first.requested);
  const most = Math.min(MOST_IN_JOB, Math.ceil(waiting.length / places));
  const group: Download[] = [];
  for (const each of waiting) {
    if (group.length === most || each.jobId !== null) break;
    if (!mayShare(each.requested) || jobKey(each.requested) !== key) break;
    group.push(each);
  }
  return group;
}

/** What their job is called. @param paths of their files */
export function jobName(paths: readonly string[]): string {
  const [first = ''] = paths;
  const name = first.slice(first.lastIndexOf('/') + 1) || 'Download';
  return paths.length === 1 ? name : `${name} and ${paths.length - 1} more`;
}
