/** The JSON Lines of `--json`: a contract, others script against it. Sizes in bytes, times in milliseconds. */
import type { JobSummary } from './jobs';
import type { TaskRow } from './tasks';

export function taskLine(jobId: number, task: TaskRow): Record<string, unknown> {
  return {
    type: 'task',
    job: jobId,
    task: task.id,
    state: task.state,
    source: task.source,
    target: task.target,
    bytes: task.bytes,
    ...(task.finding === null ? {} : { finding: task.finding }),
    ...(task.digests === null ? {} : { digests: task.digests }),
    attempts: task.attempts,
    worker: task.worker,
    ms:
      task.startedAtMs === null || task.endedAtMs === null
        ? null
        : Math.round(task.endedAtMs - task.startedAtMs),
    ...(task.error === null
      ? {}
      : { error: { code: task.error.code, message: task.error.message, retryable: task.error.retryable } }),
  };
}

export function summaryLine(job: JobSummary, workers: number): Record<string, unknown> {
  return {
    type: 'summary',
    job: job.id,
    kind: job.kind,
    mode: job.mode,
    workers,
    done: job.counts.done,
    failed: job.counts.failed,
    skipped: job.counts.skipped,
    cancelled: job.counts.cancelled,
    bytes: job.bytesDone,
    ms: Math.round(job.elapsedMs),
  };
}
