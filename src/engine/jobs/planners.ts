/**
 * Planners list a job's tasks, a chunk at a time. Each chunk carries a cursor
 * from which planning goes on after a crash; it is stored with the chunk.
 */
import { lstat } from 'node:fs/promises';
import { HeddleError } from '../../common/errors';
import { shownUrl } from '../../common/http-fields';
import { displayName, displayPath, joinPath, type FsPath } from '../../common/paths';
import type { FromWalker, ToWalker, WalkCursor, WalkData, WalkEntry } from '../../common/walk';
import type { DownloadEntry, ListedEntry } from '../../common/download';
import { readDownloadList } from '../formats/download-list';
import type { Threads } from '../pool';
import type { NewTask } from '../store/task-repository';
import type { Vault } from '../store/vault';
import type { JobSpec } from './job-spec';

const CHUNK = 200;

export interface PlannedChunk {
  readonly tasks: readonly NewTask[];
  readonly cursor: string;
}

/** @param cursor of the last chunk that was stored; `null` at the beginning */
export function planJob(
  spec: JobSpec,
  cursor: string | null,
  threads: Threads,
  vault: Vault,
): AsyncGenerator<PlannedChunk, void, undefined> {
  switch (spec.kind) {
    case 'download':
      return planDownload(spec, cursor, vault);
    case 'hash':
      return planWalk(spec.paths, cursor, threads, (entry) => planHashEntry(spec.paths, entry));
    case 'copy':
      return planCopy(spec, cursor, threads);
  }
}

/** The cursor says which list it is, and how many entries of it are planned. */
async function* planDownload(
  spec: Extract<JobSpec, { kind: 'download' }>,
  cursor: string | null,
  vault: Vault,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const [first = 0, after = 0] = (cursor ?? '0:0').split(':').map(Number);
  for (const [index, { path, format }] of spec.lists.entries()) {
    if (index < first) continue;
    let read = index === first ? after : 0;
    for await (const entries of readDownloadList(vault.openFile(path), format, read)) {
      for (let at = 0; at < entries.length; at += CHUNK) {
        const part = entries.slice(at, at + CHUNK);
        read += part.length;
        yield { tasks: part.map((entry) => planUrl(entry, vault)), cursor: `${index}:${read}` };
      }
    }
  }
}

function planUrl(listed: ListedEntry, vault: Vault): NewTask {
  const base = { phase: 0, type: 'url', root: 0, target: null, size: null } as const;
  if ('error' in listed) {
    const settled = { state: 'failed', reason: listed.error } as const;
    return { ...base, host: '', source: listed.text, name: listed.text.slice(0, 200), settled };
  }
  const { entry } = listed;
  const url = new URL(entry.urls[0] ?? '');
  const hasLogin = url.username !== '' || url.password !== '';
  const request = isPlain(entry) && !hasLogin ? null : seal(entry, vault);
  // The last two parts tell files of one name apart.
  const inPath = url.pathname.split('/').filter(Boolean).slice(-2).join('/') || url.host;
  const name = entry.fileName ?? decode(inPath);
  return { ...base, host: url.host, source: shownUrl(url), name, size: entry.size, request, settled: null };
}

function isPlain(entry: DownloadEntry): boolean {
  return entry.urls.length === 1 && entry.fileName === null && !hasSecrets(entry) && !hasDetails(entry);
}

function hasDetails({ directory, size, digests, method }: DownloadEntry): boolean {
  return directory !== null || size !== null || method !== 'GET' || Object.keys(digests).length > 0;
}

/** Headers and bodies may hold keys; which ones do nobody can tell. */
function hasSecrets({ headers, body, urls }: DownloadEntry): boolean {
  return headers.length > 0 || body !== null || urls.some((url) => url.includes('@'));
}

function seal(entry: DownloadEntry, vault: Vault): string | Buffer {
  const text = JSON.stringify(entry);
  return hasSecrets(entry) ? vault.seal(text) : text;
}

/** What {@link NewTask.request} holds. */
export function openRequest(stored: string | Buffer, vault: Vault): DownloadEntry {
  return JSON.parse(typeof stored === 'string' ? stored : vault.open(stored)) as DownloadEntry;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface StoredCursor {
  readonly root: number;
  /** Text, or `bytes` in base64 where the path is not UTF-8. */
  readonly relative?: string;
  readonly bytes?: string;
}

function encodeCursor({ root, relative }: WalkCursor): string {
  const stored: StoredCursor =
    typeof relative === 'string'
      ? { root, relative }
      : { root, bytes: Buffer.from(relative).toString('base64') };
  return JSON.stringify(stored);
}

function decodeCursor(text: string | null): WalkCursor | null {
  if (text === null) return null;
  const { root, relative, bytes } = JSON.parse(text) as StoredCursor;
  return { root, relative: bytes === undefined ? (relative ?? '') : Buffer.from(bytes, 'base64') };
}

/** Folders are walked on a thread of their own: nothing there may block whoever plans. */
async function* planWalk(
  roots: readonly string[],
  cursor: string | null,
  threads: Threads,
  plan: (entry: WalkEntry) => NewTask | null,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const data: WalkData = { role: 'walk', roots, after: decodeCursor(cursor) };
  const worker = threads.start(data);
  const ask = (): Promise<FromWalker> =>
    new Promise((resolve, reject) => {
      const clean = (): void => {
        worker.off('message', onMessage);
        worker.off('error', onError);
        worker.off('exit', onExit);
      };
      const onMessage = (message: FromWalker): void => {
        clean();
        resolve(message);
      };
      const onError = (error: unknown): void => {
        clean();
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      const onExit = (): void => {
        clean();
        reject(new HeddleError('walk-ended', 'The thread that lists the folders ended too early.'));
      };
      worker.on('message', onMessage);
      worker.on('error', onError);
      worker.on('exit', onExit);
      const message: ToWalker = { type: 'next', limit: CHUNK };
      worker.postMessage(message);
    });
  try {
    for (;;) {
      const { entries, done } = await ask();
      const last = entries.at(-1);
      if (last !== undefined) {
        const tasks = entries.flatMap((entry) => plan(entry) ?? []);
        yield { tasks, cursor: encodeCursor(last) };
      }
      if (done) return;
    }
  } finally {
    await worker.terminate();
  }
}

function entryName(root: string, relative: FsPath): string {
  return relative === '' ? displayName(root) : displayPath(relative);
}

function planHashEntry(paths: readonly string[], entry: WalkEntry): NewTask | null {
  if (entry.type === 'folder') return null;
  const base = {
    phase: 0,
    type: 'file',
    root: entry.root,
    host: '',
    source: entry.path,
    target: null,
    name: entryName(paths[entry.root] ?? '', entry.relative),
    size: entry.size,
  } as const;
  if (entry.type === 'symlink' && entry.relative !== '') {
    return {
      ...base,
      settled: {
        state: 'skipped',
        reason: {
          code: 'symbolic-link',
          message: `${displayPath(entry.path)} is a symbolic link, which is not followed inside a folder.`,
          retryable: false,
        },
      },
    };
  }
  return { ...base, settled: settledEntry(entry) };
}

function settledEntry(entry: WalkEntry): NewTask['settled'] {
  if (entry.type !== 'special' && entry.type !== 'error') return null;
  const reason = entry.reason ?? {
    code: 'not-a-regular-file',
    message: `${displayPath(entry.path)} is no regular file.`,
    retryable: false,
  };
  return { state: entry.type === 'special' ? 'skipped' : 'failed', reason };
}

async function* planCopy(
  spec: Extract<JobSpec, { kind: 'copy' }>,
  cursor: string | null,
  threads: Threads,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const roots = spec.roots.map(({ source }) => source);
  let last = cursor;
  if (cursor?.startsWith('folders') !== true) {
    const walk = planWalk(roots, cursor, threads, (entry) => {
      if (entry.type === 'folder') return null;
      const root = spec.roots[entry.root];
      if (root === undefined) return null;
      return {
        phase: 0,
        type: entry.type === 'symlink' ? 'symlink' : 'file',
        root: entry.root,
        host: '',
        source: entry.path,
        target: entry.relative === '' ? root.target : joinPath(root.target, entry.relative),
        name: entryName(root.source, entry.relative),
        size: entry.size,
        settled: settledEntry(entry),
      };
    });
    for await (const chunk of walk) {
      last = chunk.cursor;
      yield chunk;
    }
  }
  if (last?.startsWith('folders') === true) return;
  // Modes and times of folders come last: every file put into a folder changes its time.
  const tasks = spec.roots.map(({ source, target }, root): NewTask => ({
    phase: 1,
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

async function onlyFolders(tasks: readonly NewTask[]): Promise<NewTask[]> {
  const kept: NewTask[] = [];
  for (const task of tasks) {
    const stats = await lstat(displayPath(task.source)).catch(() => null);
    if (stats?.isDirectory() === true) kept.push(task);
  }
  return kept;
}
