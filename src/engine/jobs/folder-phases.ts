/**
 * Comparing two folders, between its phases: files that only one side has are
 * read where both sides have such a file of that size, and those of equal
 * content were moved.
 */
import type { ErrorData } from '../../common/model/errors';
import { displayPath } from '../../common/model/paths';
import type { GroupedTask, QueuedEnd } from '../store/task-moves';
import type { TaskStore } from '../store/task-store';
import { Slices, groupedTasks } from './grouped-tasks';
import type { PhaseHost } from './phases';
import { onlyOn } from './plan-folders';

/** Where tasks wait whose digests are known, until all are. */
const KNOWN = 2;

export async function afterFolders(
  phase: number,
  tasks: TaskStore,
  jobId: number,
  host: PhaseHost,
): Promise<void> {
  if (phase === 1) await settleOnlyOnes(tasks, jobId, host);
  if (phase === 2) await findMoved(tasks, jobId, host);
}

/** Those of a size that the other side has no such file of cannot have been moved. */
async function settleOnlyOnes(
  tasks: TaskStore,
  jobId: number,
  { onSettled, goesOn }: PhaseHost,
): Promise<void> {
  const ends = new Slices<GroupedTask>((items) => {
    onSettled(
      tasks.moves.settle(
        jobId,
        items.flatMap((task) => only(tasks, task)),
      ),
    );
  });
  let grouping: string | null = null;
  let root = 0;
  /** Of one size, as long as only one side has it; `null` once both do. */
  let alone: GroupedTask[] | null = [];
  for await (const task of groupedTasks(tasks, jobId, goesOn)) {
    if (task.grouping !== grouping) {
      await ends.add(...(alone ?? []));
      ({ grouping, root } = task);
      alone = [];
    }
    // Empty files and what is no file have no size here.
    if (task.size !== null && task.root !== root) alone = null;
    if (task.state === 'queued') alone?.push(task);
  }
  if (goesOn()) await ends.add(...(alone ?? []));
  ends.end();
}

/** Equal content on both sides in different places: one finding that names both. */
async function findMoved(tasks: TaskStore, jobId: number, { onSettled, goesOn }: PhaseHost): Promise<void> {
  const ends = new Slices<readonly QueuedEnd[]>((items) => {
    onSettled(tasks.moves.settle(jobId, items.flat()));
  });
  let grouping: string | null = null;
  let sides = new Map<string, Sides>();
  const end = async (): Promise<void> => {
    for (const both of sides.values()) for (const some of pairUp(tasks, both)) await ends.add(some);
    sides = new Map();
  };
  for await (const task of groupedTasks(tasks, jobId, goesOn)) {
    if (task.grouping !== grouping) {
      await end();
      ({ grouping } = task);
    }
    if (task.state !== 'queued' || task.phase !== KNOWN || task.digest === null) continue;
    const both = sides.get(task.digest) ?? { left: [], right: [] };
    sides.set(task.digest, both);
    both[task.root === 0 ? 'left' : 'right'].push(task);
  }
  if (goesOn()) await end();
  ends.end();
}

/** Files of one content, in the job's order. */
interface Sides {
  readonly left: GroupedTask[];
  readonly right: GroupedTask[];
}

/** Each left one with a right one of its name, else with the next that is left. */
function* pairUp(tasks: TaskStore, { left, right }: Sides): Generator<readonly QueuedEnd[]> {
  const rest = new Set(right);
  const byName = new Map<string, GroupedTask[]>();
  for (const task of right) {
    const name = lastPart(tasks, task);
    byName.set(name, [...(byName.get(name) ?? []), task]);
  }
  const unnamed: GroupedTask[] = [];
  for (const task of left) {
    const match = byName.get(lastPart(tasks, task))?.shift();
    if (match === undefined) unnamed.push(task);
    else {
      rest.delete(match);
      yield moved(tasks, task, match);
    }
  }
  const others = rest.values();
  for (const task of unnamed) {
    const next = others.next();
    yield next.done === true ? only(tasks, task) : moved(tasks, task, next.value);
  }
  for (const task of others) yield only(tasks, task);
}

function lastPart(tasks: TaskStore, { id }: GroupedTask): string {
  const name = tasks.moves.place(id)?.name ?? '';
  return name.slice(name.lastIndexOf('/') + 1);
}

function only(tasks: TaskStore, { id, root }: GroupedTask): QueuedEnd[] {
  const place = tasks.moves.place(id);
  if (place === null) return [];
  // What was found to be moved, and is looked at again: the other side's file was settled with it.
  if (place.target !== null)
    return [{ id, end: { state: 'failed', finding: 'moved', reason: isMoved(place.source, place.target) } }];
  return [{ id, end: onlyOn(root, place.source) }];
}

function moved(tasks: TaskStore, left: GroupedTask, right: GroupedTask): readonly QueuedEnd[] {
  const source = tasks.moves.place(left.id)?.source ?? '';
  const target = tasks.moves.place(right.id)?.source ?? '';
  return [
    { id: left.id, target, end: { state: 'failed', finding: 'moved', reason: isMoved(source, target) } },
    {
      id: right.id,
      end: {
        state: 'skipped',
        reason: {
          code: 'moved',
          message: `${displayPath(target)} is ${displayPath(source)} in another place; it is reported there.`,
          retryable: false,
        },
      },
    },
  ];
}

function isMoved(source: Parameters<typeof displayPath>[0], target: typeof source): ErrorData {
  const isOneName =
    lastName(source) !== lastName(target) && lastName(source, 'NFC') === lastName(target, 'NFC');
  return {
    code: 'moved',
    message: isOneName
      ? `${displayPath(source)} is on the right under another Unicode form of its name: ${displayPath(target)}.`
      : `${displayPath(source)} is in another place on the right: ${displayPath(target)}.`,
    retryable: false,
  };
}

function lastName(path: Parameters<typeof displayPath>[0], form: 'NFC' | null = null): string {
  const name = displayPath(path).replace(/^.*\//su, '');
  return form === null ? name : name.normalize(form);
}
