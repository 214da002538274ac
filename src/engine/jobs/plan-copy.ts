/** The tasks of a copy: files and links as the walk finds them, and what comes when these are done. */
import { planChunk, type PlannedTask, type PlannedChunk } from '../../common/model/packet';
import type { PlanContext } from './plan-context';
import { lstat, stat } from 'node:fs/promises';
import { displayName } from '../../common/model/paths';
import type { WalkEntry } from '../../common/threads/walk';
import { native } from '../../files/entries';
import type { JobSpec } from './job-spec';
import { COPY_PHASES, copyTask, decodeCursor, encodeCursor } from '../../files/planned-tasks';
import { planExtras } from './plan-extras';
import { walk, walkTasks } from './plan-walk';

import { PLAIN_TRAITS, TargetNames, TargetProbe } from './target-names';

type CopySpec = Extract<JobSpec, { kind: 'copy' }>;

export async function* planCopy(
  spec: CopySpec,
  cursor: string | null,
  context: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  if (cursor === 'folders') return;
  const inExtras = cursor?.startsWith('extras') === true;
  if (!inExtras) yield* planSources(spec, cursor, context);
  if (spec.options.mirror) {
    const after = inExtras && cursor !== 'extras' ? decodeCursor(cursor.slice('extras'.length)) : null;
    yield* planExtras(spec, after, context);
  }
  // Modes and times of folders come last: every file put into a folder changes its time.
  const tasks = spec.roots.map(({ source, target }, root): PlannedTask => ({
    phase: COPY_PHASES.folders,
    type: 'folders',
    root,
    host: '',
    source,
    target,
    name: `Folders of ${displayName(source)}`,
    size: null,
    settled: null,
  }));
  yield planChunk(await onlyFolders(tasks, spec.rules.links === 'follow'), 'folders');
}

async function* planSources(
  spec: CopySpec,
  cursor: string | null,
  { threads, onWorkDirectory }: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const { roots, rules, options } = spec;
  const probe = new TargetProbe(!options.dryRun, onWorkDirectory);
  try {
    const traits = await Promise.all(roots.map((root) => probe.traits(root)));
    const sources = roots.map(({ source }) => source);
    const after = decodeCursor(cursor);
    const data = { role: 'walk', roots: sources, rules, identify: 'links', after } as const;
    if (traits.every(({ isPlain }) => isPlain)) {
      yield* walkTasks({ ...data, plan: { kind: 'copy', roots } }, threads);
    } else {
      const names = roots.map((root, index) => new TargetNames(root, traits[index] ?? PLAIN_TRAITS));
      for await (const entries of walk(data, threads)) yield* plannedWithNames(roots, entries, names);
    }
  } finally {
    await probe.close();
  }
  // What follows goes on from here.
  if (options.mirror) yield planChunk([], 'extras');
}

/** Where the target may take two names for one, or cannot hold all of them. */
async function* plannedWithNames(
  roots: CopySpec['roots'],
  entries: readonly WalkEntry[],
  names: readonly TargetNames[],
): AsyncGenerator<PlannedChunk, void, undefined> {
  const last = entries.at(-1);
  if (last === undefined) return;
  const tasks: PlannedTask[] = [];
  for (const entry of entries) {
    const clash = (await names[entry.root]?.problem(entry.relative, entry.type === 'folder')) ?? null;
    const task = copyTask(roots, entry, clash);
    if (task !== null) tasks.push(task);
  }
  yield planChunk(tasks, encodeCursor(last));
}

async function onlyFolders(tasks: readonly PlannedTask[], follows: boolean): Promise<PlannedTask[]> {
  const kept: PlannedTask[] = [];
  for (const task of tasks) {
    const stats = await (follows ? stat : lstat)(native(task.source)).catch(() => null);
    if (stats?.isDirectory() === true) kept.push(task);
  }
  return kept;
}
