/** The tasks of a copy: files and links as the walk finds them, and what comes when these are done. */
import { lstat, stat } from 'node:fs/promises';
import type { ErrorData } from '../../common/model/errors';
import { displayName, joinPath } from '../../common/model/paths';
import type { WalkEntry } from '../../common/threads/walk';
import { native } from '../../files/entries';
import type { NewTask } from '../store/task-repository';
import type { JobSpec } from './job-spec';
import { COPY_PHASES } from './phases';
import { planExtras } from './plan-extras';
import { decodeCursor, encodeCursor, entryName, settledEntry, walk } from './plan-walk';
import type { PlanContext, PlannedChunk } from './planned-chunk';
import { TargetNames, TargetProbe } from './target-names';

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
  const tasks = spec.roots.map(({ source, target }, root): NewTask => ({
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
  yield { tasks: await onlyFolders(tasks, spec.rules.links === 'follow'), cursor: 'folders' };
}

async function* planSources(
  spec: CopySpec,
  cursor: string | null,
  { threads, onWorkDirectory }: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const { roots, rules, options } = spec;
  const probe = new TargetProbe(!options.dryRun, onWorkDirectory);
  try {
    const names = await Promise.all(
      roots.map(async (root) => new TargetNames(root, await probe.traits(root))),
    );
    const sources = roots.map(({ source }) => source);
    const data = {
      role: 'walk',
      roots: sources,
      rules,
      identify: true,
      after: decodeCursor(cursor),
    } as const;
    for await (const entries of walk(data, threads)) {
      const last = entries.at(-1);
      if (last === undefined) continue;
      const tasks: NewTask[] = [];
      for (const entry of entries) {
        const clash = (await names[entry.root]?.problem(entry.relative, entry.type === 'folder')) ?? null;
        const task = planned(spec, entry, clash);
        if (task !== null) tasks.push(task);
      }
      yield { tasks, cursor: encodeCursor(last) };
    }
  } finally {
    await probe.close();
  }
  // What follows goes on from here.
  if (options.mirror) yield { tasks: [], cursor: 'extras' };
}

/** `null`: a folder, of which nothing is to be said on its own. */
function planned({ roots }: CopySpec, entry: WalkEntry, clash: ErrorData | null): NewTask | null {
  const root = roots[entry.root];
  if (root === undefined || (entry.type === 'folder' && clash === null)) return null;
  return {
    phase: COPY_PHASES.files,
    type: entry.type === 'symlink' ? 'symlink' : entry.type === 'folder' ? 'folders' : 'file',
    ...(clash === null ? otherNames(entry) : {}),
    root: entry.root,
    host: '',
    source: entry.path,
    target: entry.relative === '' ? root.target : joinPath(root.target, entry.relative),
    name: entryName(root.source, entry.relative),
    size: entry.size,
    settled:
      settledEntry(entry) ?? (clash === null ? null : { state: 'failed', reason: clash, finding: 'clash' }),
  };
}

/** A file with several names is copied once; the others become names of the copy. */
function otherNames({ links, identity }: WalkEntry): Pick<NewTask, 'inode' | 'ifInodeKnown'> {
  if (links <= 1 || identity === null) return {};
  return { inode: identity.file, ifInodeKnown: { type: 'hardlink', phase: COPY_PHASES.links } };
}

async function onlyFolders(tasks: readonly NewTask[], follows: boolean): Promise<NewTask[]> {
  const kept: NewTask[] = [];
  for (const task of tasks) {
    const stats = await (follows ? stat : lstat)(native(task.source)).catch(() => null);
    if (stats?.isDirectory() === true) kept.push(task);
  }
  return kept;
}
