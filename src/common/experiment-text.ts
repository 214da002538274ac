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

/** A name of each that no other has: with its size where a mode comes in several, with a letter where it is there twice. */
export function contenderNames(contenders: readonly Contender[]): string[] {
  const plain = contenders.map(contenderName);
  const sized = contenders.map((contender, index) => {
    const name = plain[index] ?? '';
    const sizes = new Set(contenders.filter(({ mode }) => mode === contender.mode).map(({ size }) => size));
    return sizes.size > 1 ? `${name} of ${String(contender.size)}` : name;
  });
  return sized.map((name, index) => {
    if (sized.indexOf(name) === sized.lastIndexOf(name)) return name;
    const before = sized.slice(0, index).filter((other) => other === name).length;
    return `${name} (${String.fromCharCode(97 + before)})`;
  });
}

/** From the data, never from fixed text. `headline`: one sentence; `detail`: intervals, other comparisons, what it means. */
export function findingOf(experiment: Experiment): { readonly headline: string; readonly detail: string } {
  return { headline: experiment.title, detail: '' };
}
