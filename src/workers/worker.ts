/** The script of every worker thread. What it is for is said by `workerData.role`. */
import { parentPort, workerData } from 'node:worker_threads';
import { assertNever } from '../common/errors';
import type { TaskOrder, TaskOutcome, WorkerOptions } from '../common/model';
import { displayPath } from '../common/paths';
import type { WorkerData } from '../common/protocol';
import type { WalkData } from '../common/walk';
import { serveTasks, type RunTask } from './runtime';

type RunOrder = RunTask<TaskOrder, TaskOutcome>;

/** Each kind's code is loaded by the threads that need it: a thread is made sooner by half. */
async function initialise(options: WorkerOptions): Promise<RunOrder> {
  switch (options.kind) {
    case 'download':
      return (await import('./download')).createDownload(options);
    case 'hash':
      return (await import('./hash')).createHash(options);
    case 'copy':
      return (await import('./copy')).createCopy(options);
    default:
      return assertNever(options);
  }
}

async function startWalk(walk: WalkData): Promise<void> {
  const { runWalk } = await import('./walk');
  if (parentPort !== null) runWalk(parentPort, walk);
}

const data = workerData as WorkerData<WorkerOptions> | WalkData;
switch (data.role) {
  case 'task':
    serveTasks<WorkerOptions, TaskOrder, TaskOutcome>(initialise, (order) => displayPath(order.source));
    break;
  case 'walk':
    void startWalk(data);
    break;
  default:
    assertNever(data);
}
