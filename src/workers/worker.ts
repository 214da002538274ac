/** The script of every worker thread. What it is for is said by `workerData.role`. */
import { getPriority, setPriority } from 'node:os';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { CheckpointData } from '../common/threads/checkpoint';
import { assertNever } from '../common/model/errors';
import type { JobKind } from '../common/model/jobs';
import type { TaskOrder, TaskOutcome } from '../common/model/tasks';
import type { WorkerOptions } from '../common/threads/worker-options';
import { packOutcomes, type OutcomeColumns } from '../common/model/answer';
import { taskOrder, type PacketOrder } from '../common/model/packet';
import { displayPath } from '../common/model/paths';
import type { ClientsData } from '../common/threads/clients';
import type { PageCacheData } from '../common/threads/page-cache';
import type { ServeData, SpareData, WorkerData } from '../common/threads/protocol';
import type { SingleData } from '../common/threads/single';
import type { WalkData } from '../common/threads/walk';
import { serveTasks, type RunTask, type RunTogether } from './runtime';

const NICE = 5;
/** Hashed or copied in some hundredths of a second. */
const LONG_BYTES = 16 * 1024 * 1024;

type RunOrder = RunTask<TaskOrder, TaskOutcome> | RunTogether<TaskOrder, TaskOutcome>;

/** Each kind's code is loaded by the threads that need it: a thread is made sooner by half. */
async function initialise(options: WorkerOptions): Promise<RunOrder> {
  switch (options.kind) {
    case 'download':
      return (await import('./download')).createDownload(options);
    case 'hash':
      return options.duplicates === true
        ? (await import('./duplicates')).createDuplicates(options)
        : (await import('./hash')).createHash(options);
    case 'verify':
      return options.folders
        ? (await import('./folder-pairs')).createFolderPairs()
        : (await import('./verify')).createVerify();
    case 'copy':
      return (await import('./copy')).loadCopy(options);
    case 'compute':
      return (await import('./compute')).createCompute(options);
    default:
      return assertNever(options);
  }
}

function load(kind: JobKind): Promise<unknown> {
  switch (kind) {
    case 'download':
      return import('./download');
    case 'hash':
      return import('./hash');
    case 'verify':
      return import('./verify');
    case 'copy':
      return import('./copy');
    default:
      return assertNever(kind);
  }
}

/** A thread made ahead: it has loaded what it needs when its work is known. */
async function startSpare({ kind, signal }: SpareData): Promise<void> {
  await load(kind);
  Atomics.wait(signal, 0, 0);
  if (parentPort === null) return;
  const received = receiveMessageOnPort(parentPort) as { message: GivenData };
  start(received.message);
}

async function startCheckpoints(checkpoint: CheckpointData): Promise<void> {
  const { serveCheckpoints } = await import('./checkpoint');
  if (parentPort !== null) serveCheckpoints(parentPort, checkpoint);
}

async function startWalk(walk: WalkData): Promise<void> {
  const { runWalk } = await import('./walk');
  if (parentPort !== null) runWalk(parentPort, walk);
}

async function startServe(serve: ServeData): Promise<void> {
  const { runServe } = await import('./serve');
  if (parentPort !== null) runServe(parentPort, serve);
}

async function startClients(clients: ClientsData): Promise<void> {
  const { playClients } = await import('./clients');
  if (parentPort !== null) playClients(parentPort, clients);
}

async function startSingle({ task }: SingleData): Promise<void> {
  const { runSingle } = await import('./single');
  if (parentPort !== null) await runSingle(parentPort, task);
}

async function startPageCache({ paths }: PageCacheData): Promise<void> {
  const { dropFromPageCache } = await import('./page-cache');
  parentPort?.postMessage(dropFromPageCache(paths));
}

// On Linux that is this thread alone: the main process, which answers the window, comes first where cores are few.
// Where it was started with a lower priority (nice(1)), only root could raise it.
if (process.platform === 'linux' && getPriority() < NICE) setPriority(NICE);

type GivenData =
  | WorkerData<WorkerOptions>
  | WalkData
  | CheckpointData
  | ServeData
  | PageCacheData
  | ClientsData
  | SingleData
  | SpareData;

function start(data: GivenData): void {
  switch (data.role) {
    case 'task':
      serveTasks<WorkerOptions, PacketOrder, TaskOrder, TaskOutcome, OutcomeColumns>(data, {
        initialise,
        open: taskOrder,
        pack: packOutcomes,
        takesLong: ({ size }) => size !== null && size >= LONG_BYTES,
        describe: ({ source }) => displayPath(source),
      });
      break;
    case 'checkpoint':
      void startCheckpoints(data);
      break;
    case 'walk':
      void startWalk(data);
      break;
    case 'serve':
      void startServe(data);
      break;
    case 'clients':
      void startClients(data);
      break;
    case 'page-cache':
      void startPageCache(data);
      break;
    case 'single':
      void startSingle(data);
      break;
    case 'spare':
      void startSpare(data);
      break;
    default:
      assertNever(data);
  }
}

start(workerData as GivenData);
