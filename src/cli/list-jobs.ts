import type { JobSummary } from '../common/model/jobs';
import { settledTasks, totalTasks } from '../common/model/tasks';
import { formatBytes, formatCount } from '../common/model/units';
import { visible } from '../common/model/visible';
import type { Engine } from '../engine';

/** Prints the stored jobs, newest first. */
export async function listJobs(engine: Engine, json: boolean): Promise<void> {
  const waiting = engine.unfinished().filter(({ state }) => state === 'queued');
  const places = new Map(waiting.map(({ id }, index) => [id, index + 1]));
  for (let offset = 0; ; offset += 500) {
    const { jobs } = engine.listJobs({ kind: null, offset, limit: 500 });
    for (const job of jobs) {
      if (json) {
        process.stdout.write(`${JSON.stringify({ type: 'job', ...job })}\n`);
        continue;
      }
      process.stdout.write(`${jobLine(job, places.get(job.id))}\n`);
    }
    if (jobs.length < 500) break;
  }
  await Promise.resolve();
}

/** @param place of a job that waits for its turn: 1 is next */
export function jobLine(job: JobSummary, place?: number): string {
  const { failed } = job.counts;
  const state = place === undefined ? job.state : `${job.state} ${place}`;
  const cells = [
    String(job.id).padStart(5),
    job.kind.padEnd(9),
    state.padEnd(12),
    `${formatCount(settledTasks(job.counts))} of ${formatCount(totalTasks(job.counts))}`.padEnd(18),
    formatBytes(job.bytesDone).padStart(8),
    failed > 0 ? `${formatCount(failed)} failed` : '',
    new Date(job.createdAtMs).toISOString().slice(0, 16).replace('T', ' '),
    visible(`${job.label} · ${job.folder}`),
    job.startAtMs === null
      ? ''
      : `starts ${new Date(job.startAtMs).toISOString().slice(0, 16).replace('T', ' ')}`,
  ];
  return cells.filter((cell) => cell !== '').join('  ');
}
