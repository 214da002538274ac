/** What entries of walks become as tasks; decided where the walk is, or where the tasks are stored. */
import type { ErrorData } from '../common/model/errors';
import type { PlannedEnd, PlannedTask } from '../common/model/packet';
import {
  displayName,
  displayPath,
  joinPath,
  pathToBytes,
  samePath,
  type FsPath,
} from '../common/model/paths';
import type { EntryPlan, WalkCursor, WalkEntry } from '../common/threads/walk';
import type { CopyRoot } from '../common/threads/worker-options';

/** The most bytes of a path that Linux takes. */
const MAX_PATH_BYTES = 4095;

interface StoredCursor {
  readonly root: number;
  /** Text, or `bytes` in base64 where the path is not UTF-8. */
  readonly relative?: string;
  readonly bytes?: string;
}

export function encodeCursor({ root, relative }: WalkCursor): string {
  const stored: StoredCursor =
    typeof relative === 'string'
      ? { root, relative }
      : { root, bytes: Buffer.from(relative).toString('base64') };
  return JSON.stringify(stored);
}

export function decodeCursor(text: string | null): WalkCursor | null {
  if (text === null) return null;
  const { root, relative, bytes } = JSON.parse(text) as StoredCursor;
  return { root, relative: bytes === undefined ? (relative ?? '') : Buffer.from(bytes, 'base64') };
}

/** @returns `null`: the entry is no task */
export function plannedTask(plan: EntryPlan, entry: WalkEntry): PlannedTask | null {
  return plan.kind === 'hash'
    ? hashTask(plan, entry)
    : copyTask(plan.roots, entry, tooLong(plan.roots, entry));
}

export function hashTask(
  { roots, follows }: Extract<EntryPlan, { kind: 'hash' }>,
  entry: WalkEntry,
): PlannedTask | null {
  if (entry.type === 'folder') return null;
  const root = roots[entry.root] ?? '';
  return {
    phase: 0,
    type: 'file',
    root: entry.root,
    host: '',
    source: entry.path,
    target: pathAsFound(root, follows, entry),
    name: entryName(root, entry.relative),
    size: entry.size,
    settled: linkLeftOut(entry) ?? settledRoot(entry) ?? settledEntry(entry),
  };
}

/** What was named is to be hashed: where it is a FIFO or a device, the manifest lacks it, and that is no success. */
function settledRoot(entry: WalkEntry): PlannedEnd | null {
  if (entry.relative !== '' || entry.type !== 'special' || entry.reason === null) return null;
  return { state: 'failed', reason: entry.reason };
}

/** Of a file that a link led to, the link's: it is what the manifest lists. Links that were named are followed always. */
function pathAsFound(root: FsPath, follows: boolean, entry: WalkEntry): FsPath | null {
  if (entry.relative !== '' && !follows) return null;
  const found = entry.relative === '' ? root : joinPath(root, entry.relative);
  return samePath(found, entry.path) ? null : found;
}

/** `null`: a folder, of which nothing is to be said on its own. @param clash why it cannot be at the target */
export function copyTask(
  roots: readonly CopyRoot[],
  entry: WalkEntry,
  clash: ErrorData | null,
): PlannedTask | null {
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

/** Files and links; other names of files; files that are to go; folders that are empty then; modes and times of folders. */
export const COPY_PHASES = { files: 0, links: 1, extras: 2, emptied: 3, folders: 4 } as const;

/** A file with several names is copied once; the others become names of the copy. */
function otherNames({ links, identity }: WalkEntry): Pick<PlannedTask, 'inode' | 'ifInodeKnown'> {
  if (links <= 1 || identity === null) return {};
  return { inode: identity.file, ifInodeKnown: { type: 'hardlink', phase: COPY_PHASES.links } };
}

/** Why an entry cannot be at its target, whatever file system that is on; `null`: it can. */
export function tooLong(roots: readonly CopyRoot[], { root, relative }: WalkCursor): ErrorData | null {
  const to = roots[root];
  if (process.platform !== 'linux' || to === undefined || relative === '') return null;
  const { length } = pathToBytes(joinPath(to.target, relative));
  if (length <= MAX_PATH_BYTES) return null;
  const shown = displayPath(joinPath(to.source, relative));
  return clash(
    `${shown} would have a path of ${length} bytes at the target, and the system takes ${MAX_PATH_BYTES}. Copy to a folder with a shorter path.`,
  );
}

export function clash(message: string): ErrorData {
  return { code: 'clash', message, retryable: false };
}

/** What the list shows of an entry. */
export function entryName(root: FsPath, relative: FsPath): string {
  return relative === '' ? displayName(root) : displayPath(relative);
}

/** What cannot be read, or is no file, settles as it is planned. */
export function settledEntry(entry: WalkEntry): PlannedEnd | null {
  if (entry.type !== 'special' && entry.type !== 'error') return null;
  const reason = entry.reason ?? {
    code: 'not-a-regular-file',
    message: `${displayPath(entry.path)} is not a regular file.`,
    retryable: false,
  };
  return { state: entry.type === 'special' ? 'skipped' : 'failed', reason };
}

export function linkLeftOut(entry: WalkEntry): PlannedEnd | null {
  return entry.type === 'symlink' ? leftOut(entry.path) : null;
}

export function leftOut(link: FsPath): PlannedEnd {
  return {
    state: 'skipped',
    reason: {
      code: 'symbolic-link',
      message: `${displayPath(link)} is a symbolic link, which is not followed inside a folder.`,
      retryable: false,
    },
  };
}
