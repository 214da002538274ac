/** The ready-made experiments in words and numbers: the same in the window and the terminal. */
import type { ReadyWork } from './experiment';
import { MODES, type JobKind, type Mode } from '../model/jobs';
import { formatCount } from '../model/units';

export const READY_WORK_WORDS: Readonly<
  Record<ReadyWork, { readonly title: string; readonly shows: string }>
> = {
  'slow-server': {
    title: 'Calls to a slow server',
    shows:
      'Waiting overlaps: while one answer is on its way, others can be asked for, even on a single thread. ' +
      'More threads add little, because nobody is computing.',
  },
  'small-files': {
    title: 'Many small files',
    shows:
      'Each file is a little work, so handing it to a thread costs nearly as much as doing it. ' +
      'Threads gain only what they have left after that cost.',
  },
  'large-files': {
    title: 'A few large files',
    shows:
      'Long reads and digests keep a processor core busy each, so threads help up to the number of cores. ' +
      'Where the disk is the limit, more threads change nothing.',
  },
  computing: {
    title: 'Computing',
    shows:
      'Computing does not overlap on one thread, however asynchronous the program is. ' +
      'Only more threads use more processor cores.',
  },
  'tiny-tasks': {
    title: 'Many tiny tasks',
    shows:
      'Making a thread takes far longer than a tiny task does. ' +
      'A pool makes its threads once and uses them again, and a thread for each task pays every time.',
  },
  serving: {
    title: 'Serving many clients',
    shows:
      'One thread can wait with many clients at once, but it computes for one of them at a time. ' +
      'A pool of threads answers as many at once as there are processor cores.',
  },
};

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

const UNITS: Readonly<Record<ReadyWork, readonly [one: string, many: string]>> = {
  'slow-server': ['call', 'calls'],
  'small-files': ['file of 4 KiB', 'files of 4 KiB'],
  'large-files': ['file of 64 MiB', 'files of 64 MiB'],
  computing: ['task', 'tasks'],
  'tiny-tasks': ['task', 'tasks'],
  serving: ['request', 'requests'],
};

/** `Calls to a slow server · 200 calls at 20 ms` */
export function readyWorkTitle(work: ReadyWork, tasks: number, latencyMs: number): string {
  const [one, many] = UNITS[work];
  const count = `${formatCount(tasks)} ${tasks === 1 ? one : many}`;
  return `${READY_WORK_WORDS[work].title} · ${count}${hasLatency(work) ? ` at ${latencyMs} ms` : ''}`;
}

/** The works that run as a job does: their best pool size is one for jobs. */
export function isJob(work: ReadyWork): boolean {
  return work === 'slow-server' || work === 'small-files' || work === 'large-files';
}
