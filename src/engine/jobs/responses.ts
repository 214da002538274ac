/** Sums up what a job's tasks were answered. A million tasks are read in slices, so that nobody's turn takes long. */
import type { ResponseSummary } from '../../common/model/responses';
import type { TaskRepository } from '../store/task-repository';
import { DurationHistogram } from './percentiles';

const SLICE = 2000;

/** @param tasks how many the job has */
export async function summarizeResponses(
  repository: TaskRepository,
  jobId: number,
  tasks: number,
): Promise<ResponseSummary> {
  const statuses = new Map<number | null, number>();
  const firstByte = new DurationHistogram();
  const total = new DurationHistogram();
  for (let from = 0; from < tasks; from += SLICE) {
    for (const answer of repository.answers(jobId, from, SLICE)) {
      const status = answer.status ?? statusOf(answer.errorCode);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (answer.firstByteMs !== null) firstByte.add(answer.firstByteMs);
      if (answer.status !== null && answer.totalMs !== null) total.add(answer.totalMs);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    statuses: [...statuses]
      .map(([status, count]) => ({ status, tasks: count }))
      .sort((a, b) => b.tasks - a.tasks),
    firstByteMs: firstByte.percentiles(),
    totalMs: total.percentiles(),
  };
}

/** Failures carry the status in their code. */
export function statusOf(errorCode: string | null): number | null {
  if (errorCode === 'not-modified') return 304;
  const [, digits] = /^http-(\d{3})$/u.exec(errorCode ?? '') ?? [];
  return digits === undefined ? null : Number(digits);
}
