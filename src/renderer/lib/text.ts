/** Figures and short words about jobs and tasks. Pure. */
import { formatBytes, formatClock, formatCount, formatDuration, formatWait } from '../../common/model/units';
import { isEnded, type JobKind, type JobState, type JobSummary } from '../../common/model/jobs';
import { settledTasks, totalTasks, type TaskCounts, type TaskRow } from '../../common/model/tasks';
import { reasons } from '../../common/text/en/reasons';
import { rulesOf } from '../../common/text/languages';
import { shownCatalogue, text } from '../../common/text/text';
import { countText } from '../kinds';
import { findingTone, findingWord, type TaskTone } from './findings';

/** What both a summary and a frame know about a job's progress. */
export interface Progress {
  readonly state: JobState;
  readonly counts: TaskCounts;
  readonly planned: boolean;
  readonly bytesDone: number;
  readonly bytesKnown: number;
}

/** Shares of the whole, each 0 to 1, together at most 1. */
export interface Shares {
  readonly done: number;
  /** How far the running tasks are, where bytes tell it; otherwise 0. */
  readonly running: number;
  readonly failed: number;
}

/** Up to so many tasks, bytes say more about the running ones than their number. */
const FEW_TASKS = 50;

export function sharesOf(job: Progress): Shares {
  const total = totalTasks(job.counts);
  if (total === 0) return { done: job.state === 'done' ? 1 : 0, running: 0, failed: 0 };
  const settled = settledTasks(job.counts);
  const { running } = job.counts;
  let inFlight = 0;
  if (running > 0 && total <= FEW_TASKS && job.bytesKnown > 0) {
    const byBytes = (job.bytesDone / job.bytesKnown) * total - settled;
    inFlight = Math.min(Math.max(byBytes, 0), running);
  }
  return {
    done: (job.counts.done + job.counts.skipped) / total,
    running: inFlight / total,
    failed: job.counts.failed / total,
  };
}

/** `62 %`, rounded down so that 100 % means the end. */
export function percentText(share: number): string {
  return `${Math.min(100, Math.max(0, Math.floor(share * 100 + 1e-9)))} %`;
}

/** The word at a job's right: its percentage while it runs, its state otherwise. */
export function jobStateText(job: Progress): string {
  if (job.state === 'running') {
    if (!job.planned)
      return settledTasks(job.counts) === 0 ? text('job.state.planning') : formatCount(job.counts.done);
    const { done, running, failed } = sharesOf(job);
    return percentText(Math.min(done + running + failed, 0.999));
  }
  if (job.state === 'done' && job.counts.failed > 0)
    return text('job.state.some-failed', { count: job.counts.failed });
  return text(`job.state.${job.state}`);
}

/** `3,118 of 5,000`; with `+` while tasks are still being listed. */
export function doneText(job: Progress): string {
  const total = totalTasks(job.counts);
  return text('job.done-of', {
    done: formatCount(job.counts.done + job.counts.skipped),
    total: formatCount(total),
    more: job.planned ? '' : '+',
  });
}

/** `00:42`; a dash until it can be told. */
export function leftText(remainingMs: number | null): string {
  return remainingMs === null ? '–' : formatClock(remainingMs);
}

/** `/home/mia/mirror` → `~/mirror`. For reading only. */
export function shortPath(path: string): string {
  return path.replace(/^(?:\/home\/[^/]+|\/Users\/[^/]+|\/root|[A-Z]:\\Users\\[^\\]+)(?=[/\\]|$)/u, '~');
}

/** `5,000 URLs · ~/mirror`, or once ended `412 URLs · 1.8 GB · 12 s`. */
export function jobLine(job: JobSummary & Progress, kind: JobKind): string {
  const total = totalTasks(job.counts);
  const count = countText(kind, total, !(job.planned || isEnded(job.state)));
  if (isEnded(job.state))
    return `${count} · ${formatBytes(job.bytesDone)} · ${formatDuration(job.elapsedMs)}`;
  return job.folder === '' ? count : `${count} · ${shortPath(job.folder)}`;
}

/** `http-404` → `404 Not Found`, `disk-full` → `disk full`. */
export function shortReason(code: string): string {
  const key = `reason.${code}`;
  if (isReason(key)) return text(key);
  const status = /^http-(\d{3})$/u.exec(code)?.[1];
  return status === undefined ? code.replaceAll('-', ' ') : text('task.http-status', { status });
}

function isReason(key: string): key is keyof typeof reasons {
  return Object.hasOwn(reasons, key);
}

export interface TaskStateText {
  readonly text: string;
  readonly tone: TaskTone;
}

/**
 * @param running whether a frame newer than the row says that the task runs
 * @param dryRun whether what is found is only what would be done
 */
export function taskStateText(row: TaskRow, running: boolean, nowMs: number, dryRun = false): TaskStateText {
  if (running || row.state === 'running') return { text: text('task.state.running'), tone: 'running' };
  if (row.finding !== null && row.state !== 'queued')
    return { text: findingWord(row.finding, dryRun), tone: findingTone(row.finding) };
  switch (row.state) {
    case 'queued': {
      const waitMs = (row.notBeforeMs ?? 0) - nowMs;
      if (waitMs > 0)
        return { text: text('task.state.retry-in', { wait: formatWait(waitMs) }), tone: 'waiting' };
      return { text: text('task.state.queued'), tone: 'idle' };
    }
    case 'failed':
      return {
        text:
          row.error === null
            ? text('task.state.failed')
            : text('task.state.failed-as', { reason: shortReason(row.error.code) }),
        tone: 'failed',
      };
    case 'skipped':
      return {
        text:
          row.error === null || row.error.code === 'unchanged'
            ? skippedWord(row)
            : text('task.state.skipped-as', { reason: shortReason(row.error.code) }),
        tone: 'idle',
      };
    case 'done':
      return { text: text('task.state.done'), tone: 'done' };
    case 'cancelled':
      return { text: text('task.state.cancelled'), tone: 'idle' };
  }
}

function skippedWord(row: TaskRow): string {
  return text(row.error === null ? 'task.state.skipped' : 'finding.unchanged.word');
}

/** The system's own form of dates where it speaks the window's language: British English, say. */
function dateLocale(): string {
  const rules = rulesOf(shownCatalogue().language);
  return navigator.languages.find((tag) => tag.split('-')[0] === rules) ?? rules;
}

/** `Today 14:02`, `14 Jul 2026 14:02`: the day and minute in the user's own form. */
export function whenText(ms: number): string {
  return new Date(ms).toLocaleString(dateLocale(), { dateStyle: 'medium', timeStyle: 'short' });
}

export function clockText(ms: number): string {
  return new Date(ms).toLocaleTimeString(dateLocale(), { timeStyle: 'medium' });
}

/** Bytes a second over a job's running time; 0 where nothing can be said. */
export function meanRate(job: { readonly bytesDone: number; readonly elapsedMs: number }): number {
  return job.elapsedMs > 0 ? (job.bytesDone / job.elapsedMs) * 1000 : 0;
}
