/**
 * Looking for duplicates, between its phases. A file that is alone with its
 * size is not read at all; of the others the beginnings are, and where two
 * agree so far, the whole. Each step looks at all of the job's files again, so
 * that it is right after a crash, and after a file that failed was retried.
 */
import { sizeOfGrouping } from '../../common/model/duplicates';
import type { Finding } from '../../common/model/tasks';
import type { NewGroup } from '../store/duplicate-repository';
import type { GroupedTask, QueuedEnd } from '../store/task-moves';
import type { TaskRepository } from '../store/task-repository';
import { Slices, groupedTasks } from './grouped-tasks';
import type { PhaseHost } from './phases';

/** Beginnings (of small files: the whole); the whole of those that agree so far. */
export const DUPLICATE_PHASES = 2;

const UNIQUE = { state: 'done', bytes: 0, finding: 'unique' } as const;

export async function betweenDuplicates(
  phase: number,
  tasks: TaskRepository,
  jobId: number,
  host: PhaseHost,
): Promise<void> {
  switch (phase) {
    case 0:
      await settleAlone(tasks, jobId, host, 0, ({ grouping }) => sizeOfGrouping(grouping));
      break;
    case 1:
      await settleAlone(tasks, jobId, host, 1, ({ grouping }) => grouping);
      break;
    default:
      await findGroups(tasks, jobId, host);
  }
}

/** Those of a phase that have their key to themselves are unique, and need not be read. */
async function settleAlone(
  tasks: TaskRepository,
  jobId: number,
  { onSettled, goesOn }: PhaseHost,
  phase: number,
  keyOf: (task: GroupedTask) => string,
): Promise<void> {
  const ends = new Slices<QueuedEnd>((items) => {
    onSettled(tasks.moves.settle(jobId, items));
  });
  const reopened = new Slices<number>((ids) => {
    tasks.moves.reopen(jobId, ids, phase);
  });
  /** The first task of its key, while no other has come. */
  let alone: GroupedTask | null = null;
  let key: string | null = null;
  const waits = (task: GroupedTask): boolean => task.state === 'queued' && task.phase === phase;
  const end = async (): Promise<void> => {
    if (alone !== null && waits(alone)) await ends.add({ id: alone.id, end: UNIQUE });
  };
  const join = async (task: GroupedTask): Promise<void> => {
    // It was alone until a file that had failed was retried.
    if (phase === 1 && task.finding === 'unique' && task.digest === null) await reopened.add(task.id);
    if (waits(task) && task.digest !== null) {
      const { id, size, digest } = task;
      await ends.add({ id, end: { state: 'done', bytes: size ?? 0, digests: { blake3: digest } } });
    }
  };
  for await (const task of groupedTasks(tasks, jobId, goesOn)) {
    if (keyOf(task) !== key) {
      await end();
      key = keyOf(task);
      alone = task;
      continue;
    }
    if (alone !== null) await join(alone);
    alone = null;
    await join(task);
  }
  // Of a job that was told to stop, more of this key may follow.
  if (goesOn()) await end();
  ends.end();
  reopened.end();
}

/** Every file that was read whole is a duplicate or unique now, and the groups are written. */
async function findGroups(tasks: TaskRepository, jobId: number, { goesOn }: PhaseHost): Promise<void> {
  const findings = new Slices<{ readonly id: number; readonly finding: Finding }>((items) => {
    tasks.moves.setFindings(items);
  });
  const groups = new Slices<NewGroup>((items) => {
    tasks.duplicates.put(jobId, items);
  });
  let grouping: string | null = null;
  /** By digest: how many files have it, and the first of them. Only what differs is in memory. */
  let found = new Map<string, { files: number; readonly first: number; readonly size: number }>();
  const end = async (): Promise<void> => {
    for (const [digest, { files, first, size }] of found) {
      if (files === 1) await findings.add({ id: first, finding: 'unique' });
      else await groups.add({ grouping: grouping ?? '', digest, size, files });
    }
    found = new Map();
  };
  for await (const task of groupedTasks(tasks, jobId, goesOn)) {
    if (task.grouping !== grouping) {
      await end();
      ({ grouping } = task);
    }
    if (task.state !== 'done' || task.digest === null) continue;
    const others = found.get(task.digest);
    if (others === undefined) {
      found.set(task.digest, { files: 1, first: task.id, size: task.size ?? 0 });
      continue;
    }
    if (others.files === 1) await findings.add({ id: others.first, finding: 'duplicate' });
    others.files += 1;
    await findings.add({ id: task.id, finding: 'duplicate' });
  }
  if (goesOn()) await end();
  findings.end();
  groups.end();
}
