/**
 * The last task of a copied tree: makes the folders that no file made (empty
 * ones) and gives every folder its mode and times. It comes last, and from the
 * deepest folder up, since each file made in a folder changes its time.
 */
import { closeSync, fsyncSync, lstatSync, openSync, readdirSync, statSync } from 'node:fs';
import type { Lost } from '../common/model/copy-options';
import { HeddleError } from '../common/model/errors';
import type { TaskOutcome } from '../common/model/tasks';
import { displayPath, joinPath, keyOfPath, pathFromBytes, type FsPath } from '../common/model/paths';
import { WORK_DIRECTORY_PREFIX } from '../common/threads/walk';
import type { WalkRules } from '../common/model/walk-rules';
import { bringUpToDate } from './attributes';
import { aboutTarget } from './copy-errors';
import { accessNearest, notAFolder, type TargetFolders } from './copy-target';
import { realPath } from '../files/absolute-path';
import { trueType } from '../files/entry-types';
import { errorCode, lastPart, lstatOrNull, native, parentPath } from '../files/entries';
import { IS_WINDOWS } from '../files/windows-paths';
import type { TaskContext } from './runtime';
import { walkEntries } from './walk';

interface Level {
  readonly source: FsPath;
  readonly target: FsPath;
  /** Folders still to go into, the next one last. */
  readonly folders: FsPath[];
}

export interface FoldersManner {
  readonly rules: WalkRules;
  /** Flush them: a file's name is on the device when its folder is. */
  readonly sync: boolean;
  /** Only looks whether each can be made, or is there. */
  readonly dryRun: boolean;
}

/**
 * @throws HeddleError `folders-incomplete` when some folder could not be made or set; all others are
 */
export function copyFolders(
  source: FsPath,
  target: FsPath,
  targets: TargetFolders,
  manner: FoldersManner,
  context: TaskContext,
): TaskOutcome {
  const lost = new Set<Lost>();
  const folders = foldersBy(source, manner.rules);
  const failures: { readonly folder: FsPath; readonly error: unknown }[] = [];
  const attempt = (folder: FsPath, action: () => void): boolean => {
    try {
      aboutTarget(folder, action);
      return true;
    } catch (error) {
      failures.push({ folder, error });
      return false;
    }
  };

  const stack: Level[] = [];
  const enter = (from: FsPath, to: FsPath): void => {
    const made = attempt(to, () => {
      if (manner.dryRun) foreseeFolder(to);
      else targets.ensureFolder(to);
    });
    // Below a folder that cannot be made, nothing can.
    if (made) stack.push({ source: from, target: to, folders: folders(from) });
  };
  enter(source, target);
  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    context.throwIfCancelled();
    const name = level.folders.pop();
    if (name !== undefined) {
      enter(joinPath(level.source, name), joinPath(level.target, name));
      continue;
    }
    stack.pop();
    if (manner.dryRun) continue;
    const done = level;
    attempt(done.target, () => {
      // Its end would change the folder's time.
      targets.removeWorkIn(done.target);
      finishFolder(done.source, done.target, manner, lost);
    });
  }

  const [first] = failures;
  if (first !== undefined) {
    const others = failures.length === 1 ? '' : ` and ${failures.length - 1} more`;
    throw new HeddleError(
      'folders-incomplete',
      `The folder ${displayPath(first.folder)}${others} could not be made, or given the mode and times of its source.`,
      { cause: first.error },
    );
  }
  return { state: 'done', bytes: 0, target, ...(lost.size === 0 ? {} : { lost: [...lost] }) };
}

/** Fails as making it will. */
function foreseeFolder(folder: FsPath): void {
  const there = lstatOrNull(folder);
  if (there === null) accessNearest(folder);
  else if (!there.isDirectory()) throw notAFolder(folder);
}

/** Names of the folders in a folder, links left out. An unreadable one has none: the planner has reported it. */
function foldersIn(folder: FsPath): FsPath[] {
  try {
    return readdirSync(native(folder), { withFileTypes: true, encoding: 'buffer' })
      .map((entry) => ({ entry, name: pathFromBytes(entry.name) }))
      .filter(({ entry, name }) => trueType(entry, () => native(joinPath(folder, name))).isDirectory())
      .map(({ name }) => name)
      .filter((name) => typeof name !== 'string' || !name.startsWith(WORK_DIRECTORY_PREFIX));
  } catch {
    return [];
  }
}

/** What a walk by these rules goes into. */
function foldersBy(source: FsPath, rules: WalkRules): (folder: FsPath) => FsPath[] {
  if (!leavesFoldersOut(rules)) return foldersIn;
  const below = new Map<string, FsPath[]>();
  for (const entry of walkEntries([source], null, { rules, identify: false })) {
    if (entry.type !== 'folder' || entry.relative === '') continue;
    const path = joinPath(source, entry.relative);
    const above = keyOfPath(parentPath(path));
    below.set(above, [...(below.get(above) ?? []), lastPart(path)]);
  }
  return (folder) => below.get(keyOfPath(folder)) ?? [];
}

function leavesFoldersOut({ exclude, gitignore, hidden, links, oneFileSystem }: WalkRules): boolean {
  return exclude.length > 0 || gitignore || !hidden || links === 'follow' || oneFileSystem;
}

function finishFolder(source: FsPath, target: FsPath, { rules, sync }: FoldersManner, lost: Set<Lost>): void {
  const follows = rules.links === 'follow';
  const from = (follows ? statSync : lstatSync)(native(source), { bigint: true });
  const to = lstatSync(native(target), { bigint: true });
  if (!from.isDirectory() || !to.isDirectory()) return;
  const real = follows ? realPath(source) : source;
  bringUpToDate({ path: real, stats: from }, { path: target, stats: to }, true, lost);
  if (sync) flushFolder(target);
}

function flushFolder(folder: FsPath): void {
  // Windows has no call for it; NTFS and ReFS write names in the order in which they were made.
  if (IS_WINDOWS) return;
  let fd: number;
  try {
    fd = openSync(native(folder), 'r');
  } catch (error) {
    // One that may not be read cannot be flushed by itself.
    if (errorCode(error) === 'EACCES' || errorCode(error) === 'EISDIR' || errorCode(error) === 'EPERM')
      return;
    throw error;
  }
  try {
    fsyncSync(fd);
  } catch (error) {
    // Some file systems flush no folders.
    if (errorCode(error) !== 'EINVAL' && errorCode(error) !== 'ENOTSUP') throw error;
  } finally {
    closeSync(fd);
  }
}
