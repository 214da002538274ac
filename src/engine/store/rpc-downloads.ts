/** Downloads that programs asked for over RPC: their GIDs, what was asked, and how they ended. */
import { HeddleError } from '../../common/model/errors';
import { prepareOnce, type Database } from './database';
import type { InstanceLock } from './instance-lock';
import type { Vault } from './vault';

/** - `waiting`: for its turn, and is to go on when Heddle starts again; - `stopped`: ended, with a result */
export type RpcState = 'waiting' | 'paused' | 'stopped';

export interface RpcDownload {
  /** 16 lower-case hexadecimal digits. */
  readonly gid: string;
  readonly state: RpcState;
  /** Its order among those that wait, or have ended. */
  readonly place: number;
  /** JSON: addresses and options. Stored sealed, as it may hold passwords. */
  readonly request: string;
  /** The task that it became, by its job and its place in it; `null`: none yet. */
  readonly jobId: number | null;
  readonly taskPlace: number;
  /** JSON: how it ended. */
  readonly result: string | null;
}

interface Row extends Omit<RpcDownload, 'request' | 'jobId' | 'taskPlace'> {
  readonly request: Buffer;
  readonly job_id: number | null;
  readonly task_place: number;
}

export class RpcDownloads {
  readonly #database: Database;
  readonly #prepare: Database['prepare'];
  readonly #vault: Vault;
  readonly #lock: InstanceLock;

  constructor(database: Database, vault: Vault, lock: InstanceLock) {
    this.#database = database;
    this.#prepare = prepareOnce(database);
    this.#vault = vault;
    this.#lock = lock;
  }

  /** From now on this process alone works on them. @throws HeddleError `rpc-elsewhere` */
  claim(): void {
    const isFree = this.#database
      .transaction(() => {
        const [taken] = this.#prepare<[], { owner: string }>('SELECT owner FROM rpc_server').all();
        if (taken !== undefined && taken.owner !== this.#lock.id && this.#lock.isAlive(taken.owner))
          return false;
        this.#prepare('DELETE FROM rpc_server').run();
        this.#prepare('INSERT INTO rpc_server (owner) VALUES (?)').run(this.#lock.id);
        return true;
      })
      .immediate();
    if (!isFree)
      throw new HeddleError(
        'rpc-elsewhere',
        'Another Heddle process with this data folder serves RPC already. Stop it there first.',
      );
  }

  release(): void {
    this.#prepare('DELETE FROM rpc_server WHERE owner = ?').run(this.#lock.id);
  }

  /** In their order. Those whose key is lost are left out: nobody can say any more what was asked. */
  all(): RpcDownload[] {
    return this.#prepare<[], Row>('SELECT * FROM rpc_downloads ORDER BY place, gid')
      .all()
      .flatMap(({ request, job_id, task_place, ...row }) => {
        try {
          return [{ ...row, request: this.#vault.open(request), jobId: job_id, taskPlace: task_place }];
        } catch {
          return [];
        }
      });
  }

  /** Of the others the request is as it was. @param asked those whose request is new or changed */
  write(changed: Iterable<RpcDownload>, asked: ReadonlySet<string>, gone: Iterable<string>): void {
    this.#database
      .transaction(() => {
        for (const gid of gone) this.#prepare('DELETE FROM rpc_downloads WHERE gid = ?').run(gid);
        for (const { gid, state, place, request, jobId, taskPlace, result } of changed) {
          if (asked.has(gid))
            this.#prepare(
              `INSERT OR REPLACE INTO rpc_downloads (gid, state, place, request, job_id, task_place, result)
                 VALUES (?, ?, ?, ?, ?, ?, ?)`,
            ).run(gid, state, place, this.#vault.seal(request), jobId, taskPlace, result);
          else
            this.#prepare(
              'UPDATE rpc_downloads SET state = ?, place = ?, job_id = ?, task_place = ?, result = ? WHERE gid = ?',
            ).run(state, place, jobId, taskPlace, result, gid);
        }
      })
      .immediate();
  }
}
