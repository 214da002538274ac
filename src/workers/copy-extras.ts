/**
 * What a mirror removes: things at the target that the source does not have. Each is looked at once more right before,
 * links are never followed, folders go only when they are empty, and other file systems are left alone.
 */
import {
  accessSync,
  constants,
  lstatSync,
  opendirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { HeddleError } from '../common/model/errors';
import { isInMount, mountsBelow, mountsIn } from '../files/mounts';
import type { CopyRoot } from '../common/threads/worker-options';
import type { TaskOutcome } from '../common/model/tasks';
import { displayPath, joinPath, pathFromBytes, pathToBytes, type FsPath } from '../common/model/paths';
import { aboutTarget } from './copy-errors';
import type { WalkRules } from '../common/model/walk-rules';
import type { Counterparts } from '../files/counterparts';
import { errorCode, lstatOrNull, native, parentPath } from '../files/entries';
import { trueType } from '../files/entry-types';
import { patiently } from '../files/patience';
import { byteString } from '../files/byte-strings';
import { rulesAtTarget } from '../files/walk-filter';
import { walkEntries } from './walk';

export interface MirrorRoot extends CopyRoot {
  readonly rules: WalkRules;
  readonly counterparts: Counterparts;
}

/**
 * Removes a file or link.
 * @param counterpart what would be its source, were there one
 */
export function removeExtra(
  counterpart: FsPath,
  target: FsPath,
  root: MirrorRoot,
  dryRun: boolean,
): TaskOutcome {
  const there = lookAgain(counterpart, target, root);
  if (there === null) return gone(target);
  if (there.isDirectory()) return kept(target, `${displayPath(target)} is a folder now; it was left.`);
  if (dryRun) mayRemove(target);
  else {
    aboutTarget(target, () => {
      patiently(() => {
        unlinkSync(native(target));
      });
    });
  }
  return { state: 'done', bytes: 0, target, finding: 'deleted' };
}

/** Removes a folder and those in it, as far as they are empty: what rules left out stays, and so do its folders. */
export function removeEmptied(
  counterpart: FsPath,
  target: FsPath,
  root: MirrorRoot,
  dryRun: boolean,
): TaskOutcome {
  const there = lookAgain(counterpart, target, root);
  if (there === null) return gone(target);
  if (!there.isDirectory()) return kept(target, `${displayPath(target)} is no folder any more; it was left.`);
  if (dryRun) {
    mayRemove(target);
    return holdsLeftOut(target, root)
      ? leftOutIn(target)
      : { state: 'done', bytes: 0, target, finding: 'deleted' };
  }
  const emptied = aboutTarget(target, () => removeFolders(target, there.dev, mountsAt(root)));
  if (emptied) return { state: 'done', bytes: 0, target, finding: 'deleted' };
  return leftOutIn(target);
}

function leftOutIn(target: FsPath): TaskOutcome {
  return kept(
    target,
    `${displayPath(target)} is not empty: what it holds was left out of this copy, or could not be deleted. It was left.`,
  );
}

/**
 * Whether something in the folder is not among what goes before it: what rules leave out, what is mounted there, or what
 * this user may not delete.
 */
function holdsLeftOut(folder: FsPath, { rules, ...root }: MirrorRoot): boolean {
  const bytes = pathToBytes(folder);
  const rootBytes = pathToBytes(joinPath(root.target, '.')).length - 1;
  const relative = pathFromBytes(bytes.subarray(rootBytes));
  const prefix = `${byteString(relative)}/`;
  let going = 0;
  const after = { root: 0, relative };
  for (const entry of walkEntries([root.target], after, { rules: rulesAtTarget(rules), identify: false })) {
    if (!byteString(entry.relative).startsWith(prefix)) break;
    if (entry.type === 'error') return true;
    if (entry.type !== 'symlink' || rules.links !== 'skip') going += 1;
  }
  const isMounted = mountsAt(root);
  let there = 0;
  const stack: FsPath[] = [folder];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    for (const entry of readdirSync(native(next), { withFileTypes: true, encoding: 'buffer' })) {
      const path = joinPath(next, pathFromBytes(entry.name));
      if (isMounted(path) || !mayChange(next)) return true;
      there += 1;
      if (entry.isDirectory()) stack.push(path);
    }
  }
  return there > going;
}

function mayChange(folder: FsPath): boolean {
  try {
    accessSync(native(folder), constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** In a dry run: what the real one would fail with. */
function mayRemove(target: FsPath): void {
  aboutTarget(target, () => {
    accessSync(native(parentPath(target)), constants.W_OK | constants.X_OK);
  });
}

/** @throws HeddleError `mirror-unsafe` */
function lookAgain(counterpart: FsPath, target: FsPath, root: MirrorRoot): ReturnType<typeof lstatOrNull> {
  // It went before its process was killed, or somebody else took it away: what is not listed says nothing of its source.
  if (lstatOrNull(target) === null) return null;
  const rootBytes = pathToBytes(joinPath(root.target, '.')).length - 1;
  const below = pathFromBytes(pathToBytes(target).subarray(rootBytes));
  if (lstatOrNull(counterpart) !== null || root.counterparts.of(below).isThere) {
    throw new HeddleError(
      'mirror-unsafe',
      `${displayPath(target)} was left: its source ${displayPath(counterpart)} has appeared meanwhile. Copy again.`,
    );
  }
  // An empty source, with the disk that it was on gone, is no reason to empty the target.
  if (lstatOrNull(root.source)?.isDirectory() !== true) {
    throw new HeddleError(
      'mirror-unsafe',
      `${displayPath(target)} was left: ${displayPath(root.source)} is not there any more.`,
    );
  }
  if (isEmpty(root.source)) {
    throw new HeddleError(
      'mirror-unsafe',
      `${displayPath(target)} was left: ${displayPath(root.source)} is empty now. Is the disk there that it is on?`,
    );
  }
  if (isUnmounted(counterpart, root)) {
    throw new HeddleError(
      'mirror-unsafe',
      `${displayPath(target)} was left: the disk that its source was on is not there any more. Copy again.`,
    );
  }
  // From the root down each part has to be a folder itself: behind a link there is another's.
  const bytes = pathToBytes(target);
  const rootLength = pathToBytes(root.target).length;
  for (let end = rootLength; end < bytes.length; end++) {
    if (bytes[end] !== 0x2f) continue;
    const folder = lstatOrNull(pathFromBytes(bytes.subarray(0, end)));
    if (folder === null) return null;
    if (!folder.isDirectory()) {
      throw new HeddleError(
        'mirror-unsafe',
        `${displayPath(target)} was left: a folder above it is a link now.`,
      );
    }
  }
  if (mountsAt(root)(target)) {
    throw new HeddleError(
      'mirror-unsafe',
      `${displayPath(target)} was left: something else is mounted there.`,
    );
  }
  const there = lstatOrNull(target);
  if (there !== null && there.dev !== lstatSync(native(parentPath(target)), { bigint: true }).dev) {
    throw new HeddleError(
      'mirror-unsafe',
      `${displayPath(target)} was left: it lies on another file system.`,
    );
  }
  return there;
}

/** Whether the path lies in what was mounted at the source when the job was made, and is not now. */
function isUnmounted(counterpart: FsPath, { source, mounts = [] }: CopyRoot): boolean {
  if (mounts.length === 0) return false;
  const real = realpathSync(native(source), { encoding: 'buffer' }).toString('latin1');
  const now = new Set(mountsIn(readFileSync('/proc/self/mountinfo', 'latin1'), real));
  const below = Buffer.from(pathToBytes(counterpart).subarray(pathToBytes(source).length)).toString('latin1');
  const relative = below.replace(/^\/+/u, '');
  return mounts.some((mount) => !now.has(mount) && (mount === '' || isInMount([mount], relative)));
}

function isEmpty(folder: FsPath): boolean {
  const opened = opendirSync(native(folder));
  try {
    return opened.readSync() === null;
  } finally {
    opened.closeSync();
  }
}

/** @returns whether a path below the root is, or lies in, what is mounted there; a bind mount's device does not tell */
function mountsAt(root: Pick<CopyRoot, 'target'>): (path: FsPath) => boolean {
  if (process.platform !== 'linux') return () => false;
  const real = realpathSync(native(root.target), { encoding: 'buffer' }).toString('latin1');
  const mounts = mountsBelow(readFileSync('/proc/self/mountinfo', 'latin1'), real);
  const rootLength = pathToBytes(root.target).length;
  return (path) => {
    const relative = Buffer.from(pathToBytes(path).subarray(rootLength)).toString('latin1');
    return isInMount(mounts, relative.replace(/^\/+/u, ''));
  };
}

/** @returns whether it is gone */
function removeFolders(top: FsPath, device: bigint, isMounted: (path: FsPath) => boolean): boolean {
  const foldersIn = (folder: FsPath): FsPath[] =>
    readdirSync(native(folder), { withFileTypes: true, encoding: 'buffer' })
      .map((entry) => ({ entry, path: joinPath(folder, pathFromBytes(entry.name)) }))
      .filter(({ entry, path }) => trueType(entry, () => native(path)).isDirectory())
      .map(({ path }) => path)
      .filter((path) => lstatOrNull(path)?.dev === device && !isMounted(path));
  const stack: { readonly path: FsPath; readonly folders: FsPath[] }[] = [
    { path: top, folders: foldersIn(top) },
  ];
  let whole = true;
  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    const next = level.folders.pop();
    if (next !== undefined) {
      stack.push({ path: next, folders: foldersIn(next) });
      continue;
    }
    stack.pop();
    try {
      const { path } = level;
      patiently(() => {
        rmdirSync(native(path));
      });
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT') continue;
      // One inside that may not be deleted is among what the outer one holds.
      const isInside = level.path !== top && (code === 'EACCES' || code === 'EPERM');
      if (!isInside && code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EBUSY') throw error;
      whole = false;
    }
  }
  return whole;
}

function gone(target: FsPath): TaskOutcome {
  return {
    state: 'skipped',
    bytes: 0,
    target,
    reason: { code: 'gone-already', message: `${displayPath(target)} is gone already.`, retryable: false },
  };
}

function kept(target: FsPath, message: string): TaskOutcome {
  return {
    state: 'skipped',
    bytes: 0,
    target,
    finding: 'kept',
    reason: { code: 'target-kept', message, retryable: false },
  };
}
