/** The ready-made work: jobs on files and servers that are made for the occasion, and computing. */
import { randomBytes } from 'node:crypto';
import { open, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { READY_WORK_TASKS, readyWorkTitle } from '../../common/experiments/works';
import type { ReadyWork } from '../../common/experiments/experiment';
import { HeddleError, fromErrorData, toErrorData } from '../../common/model/errors';
import type { JobRequest } from '../../common/model/job-request';
import { formatBytes } from '../../common/model/units';
import { makeFolders } from '../../files/entries';
import { serveDirectory, type RunningServer } from '../serve';
import type { RunTarget } from './comparable-request';
import { computeWork } from './compute-work';
import { JobWork, type JobHost } from './job-work';
import { removeTree } from './remove-tree';
import { servingWork } from './serving-work';
import { throwIfCancelled, type Work } from './work';

const ANSWER_BYTES = 1024;
const SMALL_BYTES = 4096;
const LARGE_BYTES = 64 * 1024 * 1024;
const BLOCK_BYTES = 1024 * 1024;
const WRITTEN_AT_ONCE = 16;
/** What files may leave of a disk's free space. */
const SPARE_BYTES = 256 * 1024 * 1024;

export interface ReadyAsked {
  readonly work: ReadyWork;
  readonly latencyMs: number;
  readonly tasks: number | null;
}

/** @param scratch an empty folder of the experiment's own */
export function readyWork(
  { work, latencyMs, tasks }: ReadyAsked,
  scratch: string,
  host: JobHost,
  poolsAlone: boolean,
): Work {
  const count = tasks ?? READY_WORK_TASKS[work];
  switch (work) {
    case 'computing':
    case 'tiny-tasks':
      return computeWork(work, tasks, scratch, host.threads);
    case 'slow-server':
      return slowServer(count, latencyMs, scratch, host, poolsAlone);
    case 'small-files':
      return files(work, count, SMALL_BYTES, scratch, host, poolsAlone);
    case 'large-files':
      return files(work, count, LARGE_BYTES, scratch, host, poolsAlone);
    case 'serving':
      return servingWork(tasks, latencyMs, scratch, host.threads);
  }
}

function files(
  work: 'small-files' | 'large-files',
  count: number,
  bytes: number,
  scratch: string,
  host: JobHost,
  poolsAlone: boolean,
): Work {
  const folder = join(scratch, 'files');
  const job: JobRequest = {
    kind: 'hash',
    mode: 'sequential',
    workers: 1,
    paths: [folder],
    algorithms: ['sha256'],
    manifest: null,
    cache: false,
  };
  const request = { job, asked: null, target: null, sources: [folder], location: scratch };
  const inner = new JobWork({ request, scratch, host, poolsAlone });
  return {
    kind: inner.kind,
    location: scratch,
    sources: [folder],
    title: () => readyWorkTitle(work, count, 0),
    prepare: (signal) => makeFiles(folder, count, bytes, signal),
    run: (...run) => inner.run(...run),
    close: () => inner.close(),
  };
}

function slowServer(
  count: number,
  latencyMs: number,
  scratch: string,
  host: JobHost,
  poolsAlone: boolean,
): Work {
  const folder = join(scratch, 'served');
  const into = join(scratch, 'downloads');
  const target: RunTarget = {
    folder: into,
    make: async () => {
      await removeTree(into);
      makeFolders(into);
    },
    remove: () => removeTree(into),
  };
  let server: RunningServer | null = null;
  let inner: JobWork | null = null;
  return {
    kind: 'download',
    location: scratch,
    sources: [],
    title: () => readyWorkTitle('slow-server', count, latencyMs),
    prepare: async (signal) => {
      await makeFiles(folder, count, ANSWER_BYTES, signal);
      // Not on the main thread: in Electron that one takes long to hear of a file that was read.
      const spread = { threads: host.threads, count: 2 };
      const { url } = (server = await serveDirectory({
        directory: folder,
        latencyMs,
        watched: true,
        spread,
      }));
      const names = Array.from({ length: count }, (_, index) => nameOf(index));
      const job: JobRequest = {
        kind: 'download',
        mode: 'sequential',
        workers: 1,
        urls: names.map((name) => `${url}/${name}`),
        text: null,
        listFiles: [],
        directory: into,
      };
      inner = new JobWork({
        request: { job, asked: null, target, sources: [], location: scratch },
        scratch,
        host,
        poolsAlone,
      });
    },
    run: (...run) => {
      if (inner === null) throw new Error('the work was not prepared');
      return inner.run(...run);
    },
    serving: () => server?.frame() ?? null,
    close: async () => {
      await server?.close();
      server = null;
    },
  };
}

function nameOf(index: number): string {
  return `${String(index + 1).padStart(6, '0')}.bin`;
}

/** @throws HeddleError `disk-full` before anything is written that would fill it */
async function makeFiles(folder: string, count: number, bytes: number, signal: AbortSignal): Promise<void> {
  makeFolders(folder);
  const { bavail, bsize } = await statfs(folder);
  if (count * bytes + SPARE_BYTES > bavail * bsize) {
    throw new HeddleError(
      'disk-full',
      `The files of this experiment take ${formatBytes(count * bytes)}, and ${folder} has not enough room for them. Choose fewer, or make room.`,
    );
  }
  const block = randomBytes(BLOCK_BYTES);
  try {
    for (let at = 0; at < count; at += WRITTEN_AT_ONCE) {
      throwIfCancelled(signal);
      const part = Array.from({ length: Math.min(WRITTEN_AT_ONCE, count - at) }, (_, index) => at + index);
      if (bytes <= BLOCK_BYTES) {
        await Promise.all(part.map((index) => writeFile(join(folder, nameOf(index)), randomBytes(bytes))));
      } else {
        for (const index of part) await makeLarge(join(folder, nameOf(index)), bytes, block, signal);
      }
    }
  } catch (error) {
    throwIfCancelled(signal);
    throw fromErrorData(toErrorData(error, folder));
  }
}

/** One block over and over, each numbered: no two files are alike. */
async function makeLarge(path: string, bytes: number, block: Buffer, signal: AbortSignal): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for (let at = 0; at < bytes; at += block.length) {
      throwIfCancelled(signal);
      block.write(`${path} ${at}`);
      await file.write(block, 0, Math.min(block.length, bytes - at));
    }
    await file.sync();
  } finally {
    await file.close();
  }
}
