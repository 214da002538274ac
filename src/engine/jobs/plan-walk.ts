/** Folders as a planner sees them: walked on a thread of their own, a chunk at a time, with a cursor to go on from. */
import { HeddleError } from '../../common/model/errors';
import { CHUNK, planChunk, type PlannedChunk, type PlannedTask } from '../../common/model/packet';
import type { FsPath } from '../../common/model/paths';
import type { WalkRules } from '../../common/model/walk-rules';
import type {
  EntryPlan,
  FromWalker,
  ToWalker,
  WalkData,
  WalkEntry,
  WalkedChunk,
} from '../../common/threads/walk';
import { decodeCursor, encodeCursor } from '../../files/planned-tasks';
import type { Threads } from '../pool';

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
  readonly plan: (entry: WalkEntry) => PlannedTask | null;
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
    yield planChunk(tasks, encodeCursor(last));
  }
}

/** On a thread of its own: nothing there may block whoever plans. */
export async function* walk(
  data: Omit<WalkData, 'plan'>,
  threads: Threads,
): AsyncGenerator<readonly WalkEntry[], void, undefined> {
  for await (const message of walkMessages(data, threads))
    if (message.type === 'entries') yield message.entries;
}

/** The tasks that entries become, planned on the thread that walks. */
export async function* walkTasks(
  data: WalkData & { readonly plan: EntryPlan },
  threads: Threads,
): AsyncGenerator<WalkedChunk, void, undefined> {
  for await (const message of walkMessages(data, threads))
    if (message.type === 'planned' && message.chunk !== null) yield message.chunk;
}

async function* walkMessages(data: WalkData, threads: Threads): AsyncGenerator<FromWalker, void, undefined> {
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
    let asked = ask();
    for (;;) {
      const message = await asked;
      // The thread walks on while this one stores what it has found.
      if (!message.done) {
        asked = ask();
        asked.catch(() => undefined);
      }
      yield message;
      if (message.done) return;
    }
  } finally {
    await worker.terminate();
  }
}
