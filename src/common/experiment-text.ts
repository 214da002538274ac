/** What an experiment found, in words: the same in the window, the terminal and the report. */
import type { Contender, Experiment } from './experiment';

/** `Sequential`, `Event loop`, `Thread per task`, `Thread pool`. */
export function contenderName({ mode }: Contender): string {
  return {
    sequential: 'Sequential',
    'event-loop': 'Event loop',
    'thread-per-task': 'Thread per task',
    pool: 'Thread pool',
  }[mode];
}

/** From the data, never from fixed text. `headline`: one sentence; `detail`: intervals, other comparisons, what it means. */
export function findingOf(experiment: Experiment): { readonly headline: string; readonly detail: string } {
  return { headline: experiment.title, detail: '' };
}
