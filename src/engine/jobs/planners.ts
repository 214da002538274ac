/**
 * Planners list a job's tasks, a chunk at a time. Each chunk carries a cursor
 * from which planning goes on after a crash; it is stored with the chunk.
 */
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { HeddleError } from '../../common/errors';
import { displayName, displayPath, joinPath, type FsPath } from '../../common/paths';
import type { FromWalker, ToWalker, WalkCursor, WalkData, WalkEntry } from '../../common/walk';
import { readUrlList, type UrlListEntry } from '../formats/url-list';
import type { Threads } from '../pool';
import type { NewTask } from '../store/task-repository';
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
): AsyncGenerator<PlannedChunk, void, undefined> {
  switch (spec.kind) {
    case 'download':
      return planDownload(spec.list, cursor);
    case 'hash':
      return planWalk(spec.paths, cursor, threads, (entry) => planHashEntry(spec.paths, entry));
    case 'copy':
      return planCopy(spec, cursor, threads);
  }
}

/** The cursor is the number of lines read. */
async function* planDownload(
  list: string,
  cursor: string | null,
): AsyncGenerator<PlannedChunk, void, undefined> {
  let tasks: NewTask[] = [];
  let line = 0;
  const chunks: AsyncIterable<Uint8Array> = createReadStream(list);
  for await (const entry of readUrlList(chunks, cursor === null ? 0 : Number(cursor))) {
    line = entry.line;
    tasks.push(planUrl(entry));
    if (tasks.length < CHUNK) continue;
    yield { tasks, cursor: String(line) };
    tasks = [];
  }
  if (tasks.length > 0) yield { tasks, cursor: String(line) };
}

function planUrl(entry: UrlListEntry): NewTask {
  const base = { phase: 0, type: 'url', root: 0, target: null, size: null } as const;
  if ('error' in entry) {
    const settled = { state: 'failed', reason: entry.error } as const;
    return { ...base, host: '', source: entry.text, name: entry.text.slice(0, 200), settled };
  }
  const url = new URL(entry.url);
  // The last two parts tell files of one name apart.
  const name = url.pathname.split('/').filter(Boolean).slice(-2).join('/') || url.host;
  return { ...base, host: url.host, source: url.href, name: decode(name), settled: null };
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
