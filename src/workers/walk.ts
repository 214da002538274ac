/**
 * Walks folders for a planner, on a thread of its own: synchronous calls in
 * one fixed order. Entries come bytewise by path, where a folder counts as
 * `name/`, so a walk can go on behind any entry it has given.
 *
 * Inside, names and paths are *byte strings*: one character for each byte
 * (latin1). They compare bytewise with `<` and take half the memory of buffers.
 */
import { lstatSync, readdirSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import { toErrorData } from '../common/errors';
import { displayPath, pathFromBytes, type FsPath } from '../common/paths';
import {
  WORK_DIRECTORY_PREFIX,
  type FromWalker,
  type ToWalker,
  type WalkCursor,
  type WalkData,
  type WalkEntry,
} from '../common/walk';
import { notRegular } from './source-file';

/** Serves a planner: every `next` is answered by one `entries`; after `done` nothing more comes. */
export function runWalk(port: MessagePort, data: WalkData): void {
  const walk = walkEntries(data.roots, data.after);
  port.on('message', ({ limit }: ToWalker) => {
    const entries: WalkEntry[] = [];
    let done = false;
    while (entries.length < limit) {
      const next = walk.next();
      if (next.done === true) {
        done = true;
        break;
      }
      entries.push(next.value);
    }
    const answer: FromWalker = { type: 'entries', entries, done };
    port.postMessage(answer);
    if (done) port.close();
  });
}

/** One name in a folder. `key` is what it sorts by: the name, for a folder with `/` behind. */
interface Name {
  readonly key: string;
  readonly type: 'file' | 'folder' | 'symlink' | 'special';
}

/** A folder that is being gone through. */
interface Level {
  /** Byte string of its path below the root, ending in `/`; '' for the root. */
  readonly prefix: string;
  readonly names: readonly Name[];
  next: number;
  /**
   * When the walk goes on behind an entry: the next name is a folder that was given before, and this is the
   * cursor's path below it ([]: nothing below it was given). `null` otherwise.
   */
  resume: readonly string[] | null;
}

/** Every entry of `roots` in order; those up to and including `after` are left out. */
export function* walkEntries(
  roots: readonly string[],
  after: WalkCursor | null,
): Generator<WalkEntry, void, undefined> {
  for (const [root, path] of roots.entries()) {
    if (after !== null && root < after.root) continue;
    yield* walkRoot(root, path, after !== null && after.root === root ? byteString(after.relative) : null);
  }
}

/** @param after byte string of the last path below this root that was given; `null`: none was */
function* walkRoot(root: number, path: string, after: string | null): Generator<WalkEntry, void, undefined> {
  const base = byteString(path);
  const entry = (relative: string, type: WalkEntry['type'], more: Partial<WalkEntry> = {}): WalkEntry => ({
    root,
    relative: fsPath(relative),
    type,
    path: fsPath(joined(base, relative)),
    size: null,
    identity: null,
    links: 1,
    reason: null,
    ...more,
  });
  const failed = (relative: string, error: unknown): WalkEntry =>
    entry(relative, 'error', { reason: toErrorData(error, displayPath(fsPath(joined(base, relative)))) });
  const special = (relative: string): WalkEntry =>
    entry(relative, 'special', { reason: notRegular(fsPath(joined(base, relative))) });

  const stack: Level[] = [];
  /**
   * Reads a folder and goes into it, behind `cursor` (a path below it; `[]`: at its start).
   * @returns why it could not be read, or `null`
   */
  function enter(relative: string, cursor: readonly string[]): { readonly error: unknown } | null {
    try {
      const names = readFolder(joined(base, relative));
      const prefix = relative === '' ? '' : `${relative}/`;
      stack.push({ prefix, names, ...startBehind(names, cursor) });
      return null;
    } catch (error) {
      return { error };
    }
  }
  try {
    const stats = lstatSync(systemPath(base));
    if (stats.isDirectory()) {
      const problem = enter('', after === null || after === '' ? [] : after.split('/'));
      if (after === null) yield problem === null ? entry('', 'folder') : failed('', problem.error);
    } else if (after === null) {
      if (stats.isFile()) yield entry('', 'file', { size: stats.size });
      else yield stats.isSymbolicLink() ? entry('', 'symlink') : special('');
    }
  } catch (error) {
    if (after === null) yield failed('', error);
  }

  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    const name = level.names[level.next];
    if (name === undefined) {
      stack.pop();
      continue;
    }
    const { resume } = level;
    level.next += 1;
    level.resume = null;
    const relative = level.prefix + (name.type === 'folder' ? name.key.slice(0, -1) : name.key);
    switch (name.type) {
      case 'folder': {
        const problem = enter(relative, resume ?? []);
        if (resume === null)
          yield problem === null ? entry(relative, 'folder') : failed(relative, problem.error);
        break;
      }
      case 'file': {
        let size: number;
        try {
          size = lstatSync(systemPath(joined(base, relative))).size;
        } catch (error) {
          yield failed(relative, error);
          break;
        }
        yield entry(relative, 'file', { size });
        break;
      }
      case 'symlink':
        yield entry(relative, 'symlink');
        break;
      case 'special':
        yield special(relative);
        break;
    }
  }
}

/** Where to begin in a folder whose entries up to `cursor` (a path below it) were given. */
function startBehind(names: readonly Name[], cursor: readonly string[]): Pick<Level, 'next' | 'resume'> {
  const [own, ...below] = cursor;
  if (own === undefined) return { next: 0, resume: null };
  const folder = names.findIndex((name) => name.key === `${own}/`);
  if (folder >= 0) return { next: folder, resume: below };
  const key = below.length > 0 ? `${own}/` : own;
  const next = names.findIndex((name) => name.key > key);
  return { next: next < 0 ? names.length : next, resume: null };
}

function readFolder(path: string): Name[] {
  const names: Name[] = [];
  for (const found of readdirSync(systemPath(path), { withFileTypes: true, encoding: 'buffer' })) {
    const name = found.name.toString('latin1');
    if (found.isDirectory()) {
      if (!name.startsWith(WORK_DIRECTORY_PREFIX)) names.push({ key: `${name}/`, type: 'folder' });
    } else {
      const type = found.isFile() ? 'file' : found.isSymbolicLink() ? 'symlink' : 'special';
      names.push({ key: name, type });
    }
  }
  return names.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function joined(base: string, relative: string): string {
  if (relative === '') return base;
  return base.endsWith('/') ? base + relative : `${base}/${relative}`;
}

function byteString(path: FsPath): string {
  return typeof path === 'string' && isAscii(path) ? path : Buffer.from(path).toString('latin1');
}

function fsPath(bytes: string): FsPath {
  return isAscii(bytes) ? bytes : pathFromBytes(Buffer.from(bytes, 'latin1'));
}

function systemPath(bytes: string): string | Buffer {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1');
}

function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- every ASCII character, control characters too
  return /^[\u0000-\u007f]*$/u.test(text);
}
