/** The tasks of a copy: files and links as the walk finds them, and what comes when these are done. */
import { lstat } from 'node:fs/promises';
import { displayName, displayPath, joinPath } from '../../common/paths';
import type { WalkEntry } from '../../common/walk';
import type { NewTask } from '../store/task-repository';
import type { JobSpec } from './job-spec';
import { COPY_PHASES } from './phases';
import { entryName, planWalk, settledEntry } from './plan-walk';
import type { PlannedChunk } from './planned-chunk';
import type { PlanContext } from './planners';

export async function* planCopy(
  spec: Extract<JobSpec, { kind: 'copy' }>,
  cursor: string | null,
  { threads }: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const roots = spec.roots.map(({ source }) => source);
  let last = cursor;
  if (cursor?.startsWith('folders') !== true) {
    const plan = (entry: WalkEntry): NewTask | null => {
      if (entry.type === 'folder') return null;
      const root = spec.roots[entry.root];
      if (root === undefined) return null;
      return {
        phase: COPY_PHASES.files,
        type: entry.type === 'symlink' ? 'symlink' : 'file',
        ...otherNames(entry),
        root: entry.root,
        host: '',
        source: entry.path,
        target: entry.relative === '' ? root.target : joinPath(root.target, entry.relative),
        name: entryName(root.source, entry.relative),
        size: entry.size,
        settled: settledEntry(entry),
      };
    };
    const walk = planWalk({ roots, rules: spec.rules, identify: true, plan }, cursor, threads);
    for await (const chunk of walk) {
      last = chunk.cursor;
      yield chunk;
    }
  }
  if (last?.startsWith('folders') === true) return;
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
  yield { tasks: await onlyFolders(tasks), cursor: 'folders' };
}

/** A file with several names is copied once; the others become names of the copy. */
function otherNames({ links, identity }: WalkEntry): Pick<NewTask, 'inode' | 'ifInodeKnown'> {
  if (links <= 1 || identity === null) return {};
  return { inode: identity.file, ifInodeKnown: { type: 'hardlink', phase: COPY_PHASES.links } };
}

async function onlyFolders(tasks: readonly NewTask[]): Promise<NewTask[]> {
  const kept: NewTask[] = [];
  for (const task of tasks) {
    const stats = await lstat(displayPath(task.source)).catch(() => null);
    if (stats?.isDirectory() === true) kept.push(task);
  }
  return kept;
}
