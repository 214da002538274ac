/** The table "a thread by hand, or a pool with an executor" in words, with figures where they were measured. Pure. */
import type { ThreadCosts } from '../../common/experiments/thread-costs';
import { formatBytes, formatDecimal, formatDuration } from '../../common/model/units';
import { text } from '../../common/text/text';

export interface CostRow {
  readonly name: string;
  readonly byHand: string;
  readonly pool: string;
}

/** Everything but the code. @param costs `null`: not measured yet */
export function costRows(costs: ThreadCosts | null): readonly CostRow[] {
  const rows = ['creation', 'reuse', 'management', 'scalability'] as const;
  return rows.map((row) => ({
    name: text(`cost.${row}`),
    ...(costs === null
      ? { byHand: text(`cost.${row}.by-hand`), pool: text(`cost.${row}.pool`) }
      : MEASURED[row](costs)),
  }));
}

const MEASURED = {
  creation: ({ making }: ThreadCosts) => ({
    byHand: text('cost.creation.by-hand.measured', { time: shortText(making.threadMs) }),
    pool: text('cost.creation.pool.measured', { threads: making.poolSize, time: shortText(making.poolMs) }),
  }),
  reuse: ({ tasks, byHand, pool }: ThreadCosts) => {
    const each = tasks / pool.threads;
    return {
      byHand: text('cost.reuse.by-hand.measured', { tasks, threads: byHand.threads }),
      pool: text(Number.isInteger(each) ? 'cost.reuse.pool.measured' : 'cost.reuse.pool.about', {
        tasks,
        threads: pool.threads,
        each: Math.round(each),
      }),
    };
  },
  management: ({ byHand }: ThreadCosts) => ({
    byHand: text('cost.management.by-hand.measured', { threads: byHand.threads }),
    pool: text('cost.management.pool.measured'),
  }),
  scalability: ({ tasks, byHand, pool }: ThreadCosts) => ({
    byHand: text('cost.scalability.by-hand.measured', {
      threads: byHand.threads,
      bytes: formatBytes(byHand.bytes),
      time: formatDuration(byHand.ms),
    }),
    pool: text('cost.scalability.pool.measured', {
      waiting: tasks - pool.size,
      running: pool.size,
      bytes: formatBytes(pool.bytes),
      time: formatDuration(pool.ms),
    }),
  }),
} satisfies Readonly<Record<string, (costs: ThreadCosts) => Omit<CostRow, 'name'>>>;

/** What there is to know of the figures. */
export function costNote({ runs, tasks, isReduced }: ThreadCosts): string {
  const note = text('cost.note', { runs });
  return isReduced ? text('cost.note.reduced', { note, count: tasks }) : note;
}

/** `11.8 ms`: a tenth of a millisecond counts here. */
function shortText(ms: number): string {
  return ms < 99.95 ? `${formatDecimal(ms, 1)} ms` : formatDuration(ms);
}

/** The four sentences of "In short". */
export function inShort(costs: ThreadCosts | null): readonly string[] {
  return [
    costs === null
      ? text('short.thread')
      : text('short.thread.measured', { time: shortText(costs.making.threadMs) }),
    text('short.executor'),
    text('short.helps'),
    text('short.beyond'),
  ];
}
