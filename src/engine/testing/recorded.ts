/** What workers would say of tasks, for tests that have no workers. */
import type { OutcomeColumns } from '../../common/model/answer';
import type { Packet } from '../../common/model/packet';
import type { Recorded } from '../store/task-writes';

/** Columns of tasks that are done, with one byte each unless it is told otherwise. */
export function doneColumns(columns: Partial<OutcomeColumns> = {}): OutcomeColumns {
  return {
    states: 'done',
    bytes: 1,
    targets: null,
    findings: null,
    digests: null,
    facts: null,
    copied: null,
    releases: null,
    rest: null,
    ...columns,
  };
}

/** Some tasks of a packet have run on the first worker, and settled. */
export function settledOf(
  packet: Packet,
  {
    tasks = packet.ids.map((_, task) => task),
    to = 'done',
    columns = {},
  }: {
    readonly tasks?: readonly number[];
    readonly to?: 'done' | 'skipped' | 'cancelled';
    /** One value for each of the tasks. */
    readonly columns?: Partial<OutcomeColumns>;
  } = {},
): Recorded {
  return {
    packet,
    ends: {
      tasks,
      lanes: 0,
      startedAtMs: tasks.map(() => 1),
      endedAtMs: tasks.map(() => 2),
      ends: to === 'cancelled' ? 'cancelled' : 'done',
      errors: [],
      results: to === 'cancelled' ? null : doneColumns({ states: to, ...columns }),
      worker: 1,
    },
    becomes: tasks.map(() => to),
    findingOf: () => null,
  };
}

/** Some tasks of a packet have run on the first worker, and failed for good or until later. */
export function failedOf(
  packet: Packet,
  {
    tasks = packet.ids.map((_, task) => task),
    to = 'failed',
    code = 'http-500',
    notBeforeMs = 0,
  }: {
    readonly tasks?: readonly number[];
    readonly to?: 'failed' | 'queued' | 'cancelled';
    readonly code?: string;
    /** Of those that are tried again. */
    readonly notBeforeMs?: number;
  } = {},
): Recorded {
  const error = { code, message: `It failed: ${code}.`, retryable: true };
  return {
    packet,
    ends: {
      tasks,
      lanes: 0,
      startedAtMs: tasks.map(() => 1),
      endedAtMs: tasks.map(() => 2),
      ends: 'failed',
      errors: tasks.map((_, at) => [at, error]),
      results: null,
      worker: 1,
    },
    becomes: tasks.map(() => to),
    ...(to === 'queued' ? { notBefores: new Map(tasks.map((_, at) => [at, notBeforeMs])) } : {}),
    findingOf: () => null,
  };
}
