/** Folders as a planner sees them: walked on a thread of their own, a chunk at a time, with a cursor to go on from. */
import { HeddleError } from '../../common/model/errors';
import { displayName, displayPath, type FsPath } from '../../common/model/paths';
import type { FromWalker, ToWalker, WalkCursor, WalkData, WalkEntry } from '../../common/threads/walk';
import type { WalkRules } from '../../common/model/walk-rules';
import type { Threads } from '../pool';
import type { NewTask, PlannedEnd } from '../store/task-repository';
import { CHUNK, type PlannedChunk } from './planned-chunk';

export interface WalkPlan {
  readonly roots: readonly FsPath[];
  readonly rules: WalkRules;
  /** Say of each file which one it is. */
  readonly identify: boolean;
  /** Say of each file on which mount its digests may be remembered. */
  readonly remember?: boolean;
  /** Roots that are links are what they lead to. */
  readonly followRoots?: boolean;
  /** Before the tasks of these entries are planned. */
  readonly prepare?: (entries: readonly WalkEntry[]) => void;
  /** `null`: the entry is no task. */
  readonly plan: (entry: WalkEntry) => NewTask | null;
}

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

export async function* planWalk(
  { prepare, plan, ...walked }: WalkPlan,
  cursor: string | null,
  threads: Threads,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const after = decodeCursor(cursor);
  for await (const entries of walk({ role: 'walk', ...walked, after }, threads)) {
    const last = entries.at(-1);
    if (last === undefined) continue;
    prepare?.(entries);
    const tasks = entries.flatMap((entry) => plan(entry) ?? []);
    yield { tasks, cursor: encodeCursor(last) };
  }
}

/** On a thread of its own: nothing there may block whoever plans. */
export async function* walk(
  data: WalkData,
  threads: Threads,
): AsyncGenerator<readonly WalkEntry[], void, undefined> {
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
      yield entries;
      if (done) return;
    }
  } finally {
    await worker.terminate();
  }
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
    message: `${displayPath(entry.path)} is no regular file.`,
    retryable: false,
  };
  return { state: entry.type === 'special' ? 'skipped' : 'failed', reason };
}
