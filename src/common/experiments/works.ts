/** The ready-made experiments in words and numbers: the same in the window and the terminal. */
import type { ReadyWork } from './experiment';
import { MODES, type JobKind, type Mode } from '../model/jobs';
import { text } from '../text/text';

export function workTitle(work: ReadyWork): string {
  return text(`work.${work}`);
}

/** What it shows of threads. */
export function workShows(work: ReadyWork): string {
  return text(`work.${work}.shows`);
}

/** Numbers of a ready-made experiment where the request names none: enough to show the point. */
export const READY_WORK_TASKS: Readonly<Record<ReadyWork, number>> = {
  // One by one they wait for 6 s. With fewer, what the threads' first calls take (their code is compiled then) is a
  // good part of the whole.
  'slow-server': 300,
  'small-files': 10_000,
  'large-files': 8,
  computing: 48,
  // Where a thread is made for each, more would take minutes.
  'tiny-tasks': 200,
  serving: 120,
};

/** Few enough tasks, or computing itself: making a thread for each is over in seconds, not in minutes. */
const FEW_THREADS: ReadonlySet<string> = new Set<ReadyWork>([
  'large-files',
  'computing',
  'tiny-tasks',
  'serving',
]);

/** The modes that are compared where nobody says which. A job of the user's own may have any number of tasks. */
export function usualModes(work: ReadyWork | JobKind | 'own'): readonly Mode[] {
  return FEW_THREADS.has(work) ? MODES : MODES.filter((mode) => mode !== 'thread-per-task');
}

/** Of the works that answer over a connection: how long an answer takes, where the request does not say. */
export const DEFAULT_LATENCY_MS = 20;

/** The works whose answers take the latency of the request. */
export function hasLatency(work: ReadyWork): boolean {
  return work === 'slow-server' || work === 'serving';
}

/** `Calls to a slow server · 200 calls at 20 ms` */
export function readyWorkTitle(work: ReadyWork, tasks: number, latencyMs: number): string {
  const named = { work: workTitle(work), count: text(`work.${work}.count`, { count: tasks }) };
  return hasLatency(work)
    ? text('work.title.latency', { ...named, latency: latencyMs })
    : text('work.title', named);
}

/** The works that run as a job does: their best pool size is one for jobs. */
export function isJob(work: ReadyWork): boolean {
  return work === 'slow-server' || work === 'small-files' || work === 'large-files';
}
