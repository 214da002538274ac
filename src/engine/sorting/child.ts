/**
 * The script of the process that sorts long lists. It reads the database and never changes it; what it sorted it writes
 * into files of its own, so that it can be ended at any time.
 */
import type SqliteDatabase from 'better-sqlite3';
import { createRequire } from 'node:module';
import type { TaskColumn } from '../../common/model/columns';
import { toErrorData, type ErrorData } from '../../common/model/errors';
import { PacketStore } from '../store/packet-store';
import { TaskKeys } from '../store/task-keys';
import { makeOrder, type MadeOrder } from './column-order';
import { storeOrder } from './stored-order';

/** Its arguments: the database's file, and the library that its host has loaded for it. */
export type SortArguments = [database: string, library: string];

export interface SortRequest {
  readonly jobId: number;
  readonly column: TaskColumn;
  readonly total: number;
  /** Where the order is stored; `null`: it is handed over. */
  readonly file: string | null;
}

/** Requests are answered one after another. */
export interface SortReply {
  readonly error: ErrorData | null;
  /** `null`: it was stored, or not made. */
  readonly order: MadeOrder | null;
}

/** Electron's own processes hear and answer here. */
interface ParentPort {
  on(name: 'message', listener: (event: { readonly data: SortRequest }) => void): void;
  postMessage(message: SortReply): void;
}

const [path, library] = process.argv.slice(2) as SortArguments;
const Sqlite = createRequire(__filename)(library) as typeof SqliteDatabase;
const database = new Sqlite(path, { readonly: true });
// In KiB. Each row is read once.
database.pragma('cache_size = -1000');
const keys = new TaskKeys(database, new PacketStore(database));

async function answer({ jobId, column, total, file }: SortRequest): Promise<SortReply> {
  try {
    const order = await makeOrder(keys, jobId, column, total);
    return { error: null, order: file !== null && storeOrder(file, order) ? null : order };
  } catch (error) {
    return { error: toErrorData(error, path), order: null };
  }
}

const { parentPort } = process as { parentPort?: ParentPort };
if (parentPort === undefined)
  process.on('message', (request) => {
    void answer(request as SortRequest).then((reply) => process.send?.(reply));
  });
else
  parentPort.on('message', ({ data }) => {
    void answer(data).then((reply) => {
      parentPort.postMessage(reply);
    });
  });
