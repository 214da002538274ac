/**
 * The last task of a copied tree: makes the folders that no file made (empty
 * ones) and gives every folder its mode and times. It comes last, and from the
 * deepest folder up, since each file made in a folder changes its time.
 */
import { chmodSync, lstatSync, readdirSync, utimesSync } from 'node:fs';
import { HeddleError } from '../common/errors';
import type { TaskOutcome } from '../common/model';
import { displayPath, joinPath, pathFromBytes, type FsPath } from '../common/paths';
import { WORK_DIRECTORY_PREFIX } from '../common/walk';
import { secondsOf } from './copy-data';
import { aboutTarget } from './copy-errors';
import type { TargetFolders } from './copy-target';
import { native } from './final-name';
import type { TaskContext } from './runtime';

interface Level {
  readonly source: FsPath;
  readonly target: FsPath;
  /** Folders still to go into, the next one last. */
  readonly folders: FsPath[];
}

/**
 * @throws HeddleError `folders-incomplete` when some folder could not be made or set; all others are
 */
export function copyFolders(
  source: FsPath,
  target: FsPath,
  targets: TargetFolders,
  context: TaskContext,
): TaskOutcome {
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
      targets.ensureFolder(to);
    });
    // Below a folder that cannot be made, nothing can.
    if (made) stack.push({ source: from, target: to, folders: foldersIn(from) });
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
    const done = level;
    attempt(done.target, () => {
      setModeAndTimes(done.source, done.target);
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
  return { state: 'done', bytes: 0, target };
}

/** Names of the folders in a folder, links left out. An unreadable one has none: the planner has reported it. */
function foldersIn(folder: FsPath): FsPath[] {
  try {
    return readdirSync(native(folder), { withFileTypes: true, encoding: 'buffer' })
      .filter((entry) => entry.isDirectory())
      .map((entry) => pathFromBytes(entry.name))
      .filter((name) => typeof name !== 'string' || !name.startsWith(WORK_DIRECTORY_PREFIX));
  } catch {
    return [];
  }
}

function setModeAndTimes(source: FsPath, target: FsPath): void {
  const from = lstatSync(native(source), { bigint: true });
  const to = lstatSync(native(target), { bigint: true });
  if (!from.isDirectory() || !to.isDirectory()) return;
  // Set-group-ID and the like are the target's own affair: on many systems a new folder inherits them.
  chmodSync(native(target), Number((to.mode & 0o7000n) | (from.mode & 0o777n)));
  utimesSync(native(target), secondsOf(from.atimeNs), secondsOf(from.mtimeNs));
}
