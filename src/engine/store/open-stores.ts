/** What one process keeps on disk: opened together, and closed together. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorData } from '../../common/model/errors';
import { FILE_NAME, type Database } from './database';
import { ExperimentRepository } from './experiment-repository';
import { HostLimits } from './host-limits';
import { InstanceLock } from './instance-lock';
import { JobRepository } from './job-repository';
import { RpcDownloads } from './rpc-downloads';
import { openOrBegin } from './set-aside';
import { SettingsRepository } from './settings-repository';
import { TaskStore } from './task-store';
import { Vault } from './vault';

export interface Stores {
  readonly database: Database;
  /** What the user has to know of how it was opened. */
  readonly notice: ErrorData | null;
  /** Tells this process from others that have the same data folder. */
  readonly lock: InstanceLock;
  readonly vault: Vault;
  readonly jobs: JobRepository;
  readonly tasks: TaskStore;
  readonly settings: SettingsRepository;
  readonly experiments: ExperimentRepository;
  readonly hostLimits: HostLimits;
  readonly rpcDownloads: RpcDownloads;
  /** From now on the notice of a lost log is not given any more. */
  readonly forgetLoss: () => void;
  close(): void;
}

/** An empty file: who only looked at the jobs has told nobody who would go on with them. */
const LOSS = 'log-lost';

/** @throws HeddleError `data-directory` or `database-newer` */
export function openStores(dataDirectory: string): Stores {
  const path = join(dataDirectory, FILE_NAME);
  // Whoever opens a database makes its log, and only the last one to close it removes that.
  const wasClosed = existsSync(path) && !existsSync(`${path}-wal`);
  const { database, notice } = openOrBegin(dataDirectory);
  const lock = new InstanceLock(dataDirectory);
  const lossPath = join(dataDirectory, LOSS);
  const isLostNow = wasClosed && lock.followsKilled;
  if (isLostNow) noteLoss(lossPath);
  const isLogLost = isLostNow || existsSync(lossPath);
  const vault = new Vault(dataDirectory);
  return {
    database,
    notice: notice ?? (isLogLost ? lostLog(path) : null),
    forgetLoss: () => {
      rmSync(lossPath, { force: true });
    },
    lock,
    vault,
    jobs: new JobRepository(database, (owner) => owner !== null && owner !== lock.id && lock.isAlive(owner)),
    tasks: new TaskStore(database),
    settings: new SettingsRepository(database, vault),
    experiments: new ExperimentRepository(database, vault),
    hostLimits: new HostLimits(database),
    rpcDownloads: new RpcDownloads(database, vault, lock),
    close: () => {
      lock.release();
      database.close();
    },
  };
}

function noteLoss(path: string): void {
  try {
    writeFileSync(path, '', { mode: 0o600 });
  } catch {
    // It is told this once.
  }
}

function lostLog(path: string): ErrorData {
  return {
    code: 'database-log-gone',
    message: `The last Heddle was killed, and ${path}-wal, which held what it had written last, is gone: new jobs and results may be missing. Files that jobs have made are not touched.`,
    retryable: false,
  };
}
