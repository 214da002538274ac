/** The script of every worker thread. What it is for is said by `workerData.role`. */
import { parentPort, workerData } from 'node:worker_threads';
import { assertNever } from '../common/errors';
import type { TaskOrder, TaskOutcome, WorkerOptions } from '../common/model';
import { displayPath } from '../common/paths';
import type { WorkerData } from '../common/protocol';
import type { WalkData } from '../common/walk';
import { createCopy } from './copy';
import { createDownload } from './download';
import { createHash } from './hash';
import { serveTasks, type RunTask } from './runtime';
import { runWalk } from './walk';

type RunOrder = RunTask<TaskOrder, TaskOutcome>;

function initialise(options: WorkerOptions): RunOrder | Promise<RunOrder> {
  switch (options.kind) {
    case 'download':
      return createDownload(options);
    case 'hash':
      return createHash(options);
    case 'copy':
      return createCopy(options);
    default:
      return assertNever(options);
  }
}

const data = workerData as WorkerData<WorkerOptions> | WalkData;
switch (data.role) {
  case 'task':
    serveTasks<WorkerOptions, TaskOrder, TaskOutcome>(initialise, (order) => displayPath(order.source));
    break;
  case 'walk':
    if (parentPort !== null) runWalk(parentPort, data);
    break;
  default:
    assertNever(data);
}
