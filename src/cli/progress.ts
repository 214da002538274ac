/** Progress in a terminal: a line per worker and one for the job, redrawn in place; elsewhere a line every few seconds. */
import type { WriteStream } from 'node:tty';
import type { Frame, JobFrame, WorkerFrame } from '../common/model/frames';
import { settledTasks, totalTasks } from '../common/model/tasks';
import { LiveLines } from './live-lines';
import { formatBytes, formatClock, formatCount, formatRate } from '../common/model/units';

const PLAIN_INTERVAL_MS = 3000;
const BAR_WIDTH = 16;
/** Nobody who asked for silence wants to know of it. */
const SHORT_WAIT_MS = 2000;

export class Progress {
  readonly #stream: WriteStream;
  readonly #lines: LiveLines;
  #lastPlainMs: number | null = null;
  readonly #waitsAlone: boolean;
  #waitsSinceMs: number | null = null;
  /** Said beside the job's figures, as long as it runs. */
  warning: string | null = null;

  /** @param options.waitsAlone what a job waits for is all that is shown, and on a terminal alone */
  constructor(stream: WriteStream, { waitsAlone = false }: { readonly waitsAlone?: boolean } = {}) {
    this.#stream = stream;
    this.#lines = new LiveLines(stream);
    this.#waitsAlone = waitsAlone;
  }

  show(frame: Frame): void {
    const job = frame.jobs.find(({ workers }) => workers.length > 0) ?? frame.jobs[0];
    if (job?.state !== 'running') return;
    if (this.#waitsAlone) this.#showWait(job, frame.atMs);
    else if (this.#stream.isTTY) this.#redraw(job);
    else this.#plain(job, frame.atMs);
  }

  /** Takes the lines away, so that other text can be written. */
  clear(): void {
    this.#lines.clear();
  }

  #redraw(job: JobFrame): void {
    const last = this.#told(job);
    const workers = job.workers.slice(0, Math.max(1, this.#lines.room - last.length));
    this.#lines.show([...workers.map((worker) => workerLine(worker)), ...last]);
  }

  /** What is said of the whole job. */
  #told(job: JobFrame): string[] {
    return [jobLine(job), job.waitingFor ?? job.alone ?? job.fewerThreads ?? [], this.warning ?? []].flat();
  }

  #showWait({ waitingFor }: JobFrame, atMs: number): void {
    if (waitingFor === null) {
      this.#waitsSinceMs = null;
      this.clear();
      return;
    }
    this.#waitsSinceMs ??= atMs;
    if (atMs - this.#waitsSinceMs >= SHORT_WAIT_MS) this.#lines.show([waitingFor]);
  }

  #plain(job: JobFrame, atMs: number): void {
    this.#lastPlainMs ??= atMs;
    if (atMs - this.#lastPlainMs < PLAIN_INTERVAL_MS) return;
    this.#lastPlainMs = atMs;
    this.#stream.write(`${this.#told(job).join(' · ')}\n`);
  }
}

function workerLine({ worker, alive, running, bytesPerSecond, busyShare }: WorkerFrame): string {
  const name = `W${worker}`.padEnd(4);
  const [task] = running;
  const busy = `${Math.round(busyShare * 100)} %`.padStart(5);
  if (task === undefined) return `${name}${busy}  ${alive ? 'idle' : 'ended'}`;
  const share =
    task.bytesTotal === null || task.bytesTotal === 0 ? null : Math.min(1, task.bytesDone / task.bytesTotal);
  const filled = Math.round((share ?? 0) * BAR_WIDTH);
  const bar = share === null ? '·'.repeat(BAR_WIDTH) : '━'.repeat(filled) + '─'.repeat(BAR_WIDTH - filled);
  // What is written and not yet on the device is not done, and is seen to be under way.
  const waits = task.bytesWritten !== null && task.bytesWritten > task.bytesDone;
  const written = waits ? ` (${formatBytes(task.bytesWritten)} written)` : '';
  const more = running.length > 1 ? ` (+${running.length - 1})` : '';
  return `${name}${busy}  ${bar} ${formatRate(bytesPerSecond).padStart(11)}  ${task.name}${written}${more}`;
}

function jobLine(job: JobFrame): string {
  const parts = [
    `${formatCount(settledTasks(job.counts))} of ${formatCount(totalTasks(job.counts))}${job.planned ? '' : '+'}`,
    formatBytes(job.bytesDone),
    formatRate(job.bytesPerSecond),
  ];
  if (job.counts.failed > 0) parts.push(`${formatCount(job.counts.failed)} failed`);
  if (job.remainingMs !== null) parts.push(`${formatClock(job.remainingMs)} left`);
  return parts.join(' · ');
}
