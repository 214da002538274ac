/**
 * Walks folders for a planner, on a thread of its own: synchronous calls in
 * one fixed order. Entries come bytewise by path, where a folder counts as
 * `name/`, so a walk can go on behind any entry it has given.
 *
 * Inside, names and paths are *byte strings*: one character for each byte
 * (latin1). They compare bytewise with `<` and take half the memory of buffers.
 */
import { Dirent, lstatSync, readdirSync, statSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import { toErrorData, type ErrorData } from '../common/model/errors';
import { displayPath, type FsPath } from '../common/model/paths';
import {
  WORK_DIRECTORY_PREFIX,
  type EntryPlan,
  type FromWalker,
  type ToWalker,
  type WalkCursor,
  type WalkData,
  type WalkEntry,
  type WalkedChunk,
} from '../common/threads/walk';
import { realPath } from '../files/absolute-path';
import { byteString, fromByteString, isAscii, nativeByteString } from '../files/byte-strings';
import { trueType } from '../files/entry-types';
import { isOnlineOnly as onlineOnly, type OnlineOnly } from '../files/online-only';
import { WalkFilter, readGitIgnore } from '../files/walk-filter';
import type { WalkRules } from '../common/model/walk-rules';
import { planChunk, type PlannedTask } from '../common/model/packet';
import type { FileIdentity } from '../common/model/tasks';
import { encodeCursor, plannedTask } from '../files/planned-tasks';
import { Counterparts } from '../files/counterparts';
import { hasInode } from '../files/entries';
import { hasRealInodes, volumeAt, type Volume } from '../files/volumes';
import { inodeOf, versionOf } from './file-identity';
import { notRegular } from './source-file';

/** Serves a planner: every `next` is answered once; after `done` nothing more comes. */
export function runWalk(port: MessagePort, data: WalkData): void {
  const walk = walkEntries(data.roots, data.after, data);
  const counterparts = data.sources?.map((source, root) => new Counterparts(source, data.roots[root] ?? ''));
  port.on('message', ({ limit }: ToWalker) => {
    const entries: WalkEntry[] = [];
    let done = false;
    while (entries.length < limit) {
      const next = walk.next();
      if (next.done === true) {
        done = true;
        break;
      }
      const counterpart = counterparts?.[next.value.root]?.of(next.value.relative);
      entries.push(counterpart === undefined ? next.value : { ...next.value, counterpart });
    }
    const answer: FromWalker =
      data.plan === undefined
        ? { type: 'entries', entries, done }
        : { type: 'planned', chunk: planned(data.plan, entries), done };
    port.postMessage(answer);
    if (done) port.close();
  });
}

function planned(plan: EntryPlan, entries: readonly WalkEntry[]): WalkedChunk | null {
  const last = entries.at(-1);
  if (last === undefined) return null;
  const tasks: PlannedTask[] = [];
  const identities: [number, FileIdentity][] = [];
  for (const entry of entries) {
    const task = plannedTask(plan, entry);
    if (task === null) continue;
    if (plan.kind === 'hash' && entry.identity !== null && task.settled === null)
      identities.push([tasks.length, entry.identity]);
    tasks.push(task);
  }
  return { ...planChunk(tasks, encodeCursor(last)), identities };
}

/** One name in a folder. `key` is what it sorts by: the name, for a folder with `/` behind. */
interface Name {
  readonly key: string;
  readonly type: 'file' | 'folder' | 'symlink' | 'special';
  /** It is a link, and this what it leads to. */
  readonly followed: boolean;
  /** A link that was to be followed and leads nowhere. */
  readonly problem?: unknown;
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
  /** Device and inode, where circles are looked for. */
  readonly inode: string | null;
  /** What it lies on, where files are told from each other. */
  readonly volume: Volume | null;
}

/** How a walk goes, apart from where. */
export interface WalkManner {
  readonly rules: WalkRules;
  readonly identify: WalkData['identify'];
  readonly remember?: boolean;
  readonly followRoots?: boolean;
  /** Replaceable for tests. */
  readonly isOnlineOnly?: OnlineOnly;
}

/** Every entry of `roots` in order; those up to and including `after` are left out. */
export function* walkEntries(
  roots: readonly FsPath[],
  after: WalkCursor | null,
  manner: WalkManner,
): Generator<WalkEntry, void, undefined> {
  for (const [root, path] of roots.entries()) {
    if (after !== null && root < after.root) continue;
    const behind = after !== null && after.root === root ? byteString(after.relative) : null;
    yield* walkRoot(root, path, behind, manner);
  }
}

/** @param after byte string of the last path below this root that was given; `null`: none was */
function* walkRoot(
  root: number,
  path: FsPath,
  after: string | null,
  { rules, identify, remember = false, followRoots = false, isOnlineOnly = onlineOnly }: WalkManner,
): Generator<WalkEntry, void, undefined> {
  const base = byteString(path);
  const filter = new WalkFilter(rules);
  const follows = rules.links === 'follow';
  let device: bigint | null = null;
  const entry = (relative: string, type: WalkEntry['type'], more: Partial<WalkEntry> = {}): WalkEntry => ({
    root,
    relative: fromByteString(relative),
    type,
    path: fromByteString(joined(base, relative)),
    size: null,
    identity: null,
    links: 1,
    reason: null,
    ...more,
  });
  const failed = (relative: string, error: unknown): WalkEntry => {
    const reason = toErrorData(error, displayPath(fromByteString(joined(base, relative))));
    // What leads in a circle is passed over: everything on it has been seen.
    return entry(relative, reason.code === 'link-loop' ? 'special' : 'error', { reason });
  };
  const special = (relative: string): WalkEntry =>
    entry(relative, 'special', { reason: notRegular(fromByteString(joined(base, relative))) });
  const volumeOf = (here: string): Volume => volumeAt(fromByteString(here), remember);
  /**
   * @param near the volume of its folder, where that is known
   * @returns `null` where its size is not wanted
   */
  const file = (relative: string, followed: boolean, near: Volume | null = null): WalkEntry | null => {
    const here = joined(base, relative);
    const plain = isAscii(here);
    const system = plain ? here : nativeByteString(here);
    if (rules.onlineOnly === false && isOnlineOnly(fromByteString(here)))
      return entry(relative, 'special', { reason: leftOnline(fromByteString(here)) });
    // What is opened later is never a link itself.
    const path = followed ? realPath(system) : plain ? here : fromByteString(here);
    const found = (size: number, links: number, identity: FileIdentity | null): WalkEntry => ({
      root,
      relative: plain ? relative : fromByteString(relative),
      type: 'file',
      path,
      size,
      identity,
      links,
      reason: null,
    });
    if (identify !== true) {
      const { size, nlink } = followed ? statSync(system) : lstatSync(system);
      if (!filter.takesSize(size)) return null;
      if (identify === false || nlink <= 1) return found(size, 1, null);
    }
    const stats = followed ? statSync(system, { bigint: true }) : lstatSync(system, { bigint: true });
    const size = Number(stats.size);
    if (!filter.takesSize(size)) return null;
    const volume = near?.device === stats.dev ? near : volumeOf(here);
    const pathKey = (): string => `\0${byteString(followed ? path : realPath(system))}`;
    const isKnown = hasInode(stats);
    const given = found(size, isKnown ? Number(stats.nlink) : 1, {
      file: inodeOf(stats),
      pathKey: isKnown && volume.hasRealInodes ? null : pathKey(),
      version: versionOf(stats),
      mount: volume.mount,
    });
    return volume.isPseudo ? { ...given, isPseudo: true } : given;
  };

  const stack: Level[] = [];
  /**
   * Reads a folder and goes into it, behind `cursor` (a path below it; `[]`: at its start).
   * @returns why it could not be read, or `null`
   */
  function enter(relative: string, cursor: readonly string[]): { readonly error: unknown } | null {
    try {
      const here = joined(base, relative);
      const prefix = relative === '' ? '' : `${relative}/`;
      let inode: string | null = null;
      if (follows || rules.oneFileSystem) {
        const stats = statSync(nativeByteString(here), { bigint: true });
        device ??= stats.dev;
        // Where inodes are made up, a folder may have the number of one above it.
        const isTold = !follows || (hasInode(stats) && hasRealInodes(fromByteString(here)));
        inode = isTold ? inodeOf(stats) : byteString(realPath(nativeByteString(here)));
        if (stack.some((level) => level.inode === inode)) return { error: circle(fromByteString(here)) };
        if (rules.oneFileSystem && stats.dev !== device) return null;
      }
      const all = readFolder(here, follows);
      filter.enter(prefix, (name) => readGitIgnore(nativeByteString(joined(here, name))));
      const names = all.filter(({ key }) => filter.takes(prefix, key));
      const volume = identify === true ? volumeOf(here) : null;
      stack.push({ prefix, names, inode, volume, ...startBehind(names, cursor) });
      return null;
    } catch (error) {
      return { error };
    }
  }
  try {
    const named = lstatSync(nativeByteString(base));
    const isFollowed = named.isSymbolicLink() && (follows || followRoots);
    const stats = isFollowed ? statSync(nativeByteString(base)) : named;
    if (stats.isDirectory()) {
      const problem = enter('', after === null || after === '' ? [] : after.split('/'));
      if (after === null) yield problem === null ? entry('', 'folder') : failed('', problem.error);
    } else if (after === null) {
      if (stats.isFile()) {
        const given = file('', isFollowed);
        if (given !== null) yield given;
      } else yield stats.isSymbolicLink() ? entry('', 'symlink') : special('');
    }
  } catch (error) {
    if (after === null) yield failed('', error);
  }

  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    const name = level.names[level.next];
    if (name === undefined) {
      stack.pop();
      filter.leave(level.prefix);
      continue;
    }
    const { resume } = level;
    level.next += 1;
    level.resume = null;
    const relative = level.prefix + (name.type === 'folder' ? name.key.slice(0, -1) : name.key);
    if (name.problem !== undefined) {
      yield failed(relative, name.problem);
      continue;
    }
    switch (name.type) {
      case 'folder': {
        const problem = enter(relative, resume ?? []);
        if (resume === null)
          yield problem === null ? entry(relative, 'folder') : failed(relative, problem.error);
        break;
      }
      case 'file': {
        let found: WalkEntry | null;
        try {
          found = file(relative, name.followed, level.volume);
        } catch (error) {
          yield failed(relative, error);
          break;
        }
        if (found !== null) yield found;
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

function readFolder(path: string, follows: boolean): Name[] {
  return list(path)
    .map((listed): Name => {
      const { name } = listed;
      const found = trueType(listed, () => nativeByteString(joined(path, name)));
      if (found.isFile()) return { key: name, type: 'file', followed: false };
      if (found.isDirectory()) return { key: `${name}/`, type: 'folder', followed: false };
      if (!found.isSymbolicLink()) return { key: name, type: 'special', followed: false };
      return follows ? whereItLeads(path, name) : { key: name, type: 'symlink', followed: false };
    })
    .filter(
      ({ key, type, followed }) => type !== 'folder' || followed || !key.startsWith(WORK_DIRECTORY_PREFIX),
    )
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** What is in a folder, with names as byte strings. */
function list(path: string): Pick<Dirent, 'name' | 'isFile' | 'isDirectory' | 'isSymbolicLink'>[] {
  const system = nativeByteString(path);
  try {
    const found = readdirSync(system, { withFileTypes: true, encoding: 'latin1' });
    // Where a file system does not tell types, Node has looked at each entry, by its name as if that were text.
    if (found.every((entry) => entry.constructor === Dirent || isAscii(entry.name))) return found;
  } catch {
    // It may have looked for what is not there. Else the same happens again.
  }
  return readdirSync(system, { withFileTypes: true, encoding: 'buffer' }).map((entry) => ({
    name: entry.name.toString('latin1'),
    isFile: () => entry.isFile(),
    isDirectory: () => entry.isDirectory(),
    isSymbolicLink: () => entry.isSymbolicLink(),
  }));
}

function whereItLeads(folder: string, name: string): Name {
  try {
    const stats = statSync(nativeByteString(joined(folder, name)));
    if (stats.isDirectory()) return { key: `${name}/`, type: 'folder', followed: true };
    return { key: name, type: stats.isFile() ? 'file' : 'special', followed: true };
  } catch (problem) {
    return { key: name, type: 'symlink', followed: true, problem };
  }
}

function leftOnline(path: FsPath): ErrorData {
  return {
    code: 'online-only',
    message: `${displayPath(path)} is kept online alone, and was left out as asked.`,
    retryable: false,
  };
}

function circle(path: FsPath): ErrorData {
  return {
    code: 'link-loop',
    message: `${displayPath(path)} leads back into a folder that it lies in; it was not followed round.`,
    retryable: false,
  };
}

function joined(base: string, relative: string): string {
  if (relative === '') return base;
  return base.endsWith('/') ? base + relative : `${base}/${relative}`;
}
