/** The table "a thread by hand, or a pool with an executor" in words, with figures where they were measured. Pure. */
import type { ThreadCosts } from '../../common/experiments/thread-costs';
import { formatBytes, formatCount, formatDuration } from '../../common/model/units';
import { plural } from './text';

export interface CostRow {
  readonly name: string;
  readonly byHand: string;
  readonly pool: string;
}

/** Everything but the code. @param costs `null`: not measured yet */
export function costRows(costs: ThreadCosts | null): readonly CostRow[] {
  if (costs === null) {
    return [
      { name: 'Creation', byHand: 'A new thread for each task', pool: 'A few threads before the first task' },
      { name: 'Reuse', byHand: 'None', pool: 'A thread runs one task after another' },
      {
        name: 'Management',
        byHand: 'You start, count, await and catch what they throw',
        pool: 'submit and shutdown; a thread that dies is replaced',
      },
      { name: 'Scalability', byHand: 'As many threads as tasks', pool: 'Tasks wait, a few threads run' },
    ];
  }
  const { tasks, making, byHand, pool } = costs;
  const each = tasks / pool.threads;
  return [
    {
      name: 'Creation',
      byHand: `A new thread for each task: ${shortText(making.threadMs)} each here`,
      pool: `${plural(making.poolSize, 'thread', 'threads')} before the first task: ${shortText(making.poolMs)} once`,
    },
    {
      name: 'Reuse',
      byHand: `None: ${formatCount(tasks)} tasks, ${plural(byHand.threads, 'thread', 'threads')}`,
      pool: `${formatCount(tasks)} tasks, ${plural(pool.threads, 'thread', 'threads')}: ${Number.isInteger(each) ? '' : 'about '}${formatCount(Math.round(each))} each`,
    },
    {
      name: 'Management',
      byHand: `You start ${formatCount(byHand.threads)}, await ${formatCount(byHand.threads)} ends and catch what each throws`,
      pool: '2 calls: submit and shutdown; a thread that dies is replaced',
    },
    {
      name: 'Scalability',
      byHand: `${formatCount(byHand.threads)} at once: ${formatBytes(byHand.bytes)}, ${formatDuration(byHand.ms)}`,
      pool: `${formatCount(tasks - pool.size)} waiting, ${pool.size} running: ${formatBytes(pool.bytes)}, ${formatDuration(pool.ms)}`,
    },
  ];
}

/** What there is to know of the figures. */
export function costNote({ runs, tasks, isReduced }: ThreadCosts): string {
  const how =
    runs === 1
      ? 'Measured here, one run of each: the machine was too busy for more.'
      : `Measured here, ${runs} runs of each, medians.`;
  const why = isReduced
    ? ` ${plural(tasks, 'thread', 'threads')} at once, and not 300: more could have filled the memory.`
    : '';
  return `${how} Each task computes for about a millisecond.${why}`;
}

/** `11.8 ms`: a tenth of a millisecond counts here. */
function shortText(ms: number): string {
  return ms < 99.95 ? `${ms.toFixed(1)} ms` : formatDuration(ms);
}

/** The four sentences of "In short". */
export function inShort(costs: ThreadCosts | null): readonly string[] {
  const cost = costs === null ? '' : ` (${shortText(costs.making.threadMs)} here)`;
  return [
    `A thread does one thing at a time, and making one costs time and memory${cost}; so make a few and use them again.`,
    'An executor puts a queue before a few threads: tasks wait there, and a thread that is free takes the next one.',
    'Threads help while something else is waited for (servers, disks, clients), and for computing as far as there are cores.',
    'Beyond that, more threads only share the same cores and take more memory; what your own work gains, Compare measures.',
  ];
}
