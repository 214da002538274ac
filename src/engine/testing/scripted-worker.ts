/**
 * Threads whose tasks do what their names say, up to the first `-`:
 * - `ok`: done, with all bytes; `fail`: fails for good; `crash`: ends its thread
 * - `again`: fails the first time, and may be tried again
 * - `hold`: half done until there is a file of its name in the folder `go` beside it
 * - `head`: as `again`, and goes on in the next phase, where it is done
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { packOutcomes, type OutcomeColumns } from '../../common/model/answer';
import { groupingOf } from '../../common/model/duplicates';
import { HeddleError } from '../../common/model/errors';
import { taskOrder, type PacketOrder } from '../../common/model/packet';
import { displayPath } from '../../common/model/paths';
import type { TaskOrder, TaskOutcome } from '../../common/model/tasks';
import type { WorkerData } from '../../common/threads/protocol';
import type { WorkerOptions } from '../../common/threads/worker-options';
import { serveTasks, type TaskContext } from '../../workers/runtime';

const LOOK_MS = 5;

function play(order: TaskOrder, context: TaskContext): TaskOutcome | Promise<TaskOutcome> {
  const { source, size, attempt, type } = order;
  const path = displayPath(source);
  const name = basename(path);
  const bytes = size ?? 0;
  const done: TaskOutcome = { state: 'done', bytes, target: null, digests: { blake3: 'ab' } };
  const [what] = name.split('-');
  switch (what) {
    case 'fail':
      throw new HeddleError('unreadable', 'It fails as told.');
    case 'crash':
      return new Promise(() => {
        setImmediate(() => {
          throw new Error('It crashes as told.');
        });
      });
    case 'again':
    case 'head':
      if (attempt === 1 && type !== 'file')
        throw new HeddleError('busy', 'It fails the first time.', { retryable: true });
      if (what === 'head' && type === 'head')
        return {
          state: 'done',
          bytes,
          target: null,
          next: { phase: 1, type: 'file', grouping: groupingOf(bytes, 'ab') },
        };
      return done;
    case 'hold':
      context.setBytesTotal(bytes);
      context.setBytesDone(bytes / 2);
      return hold(join(dirname(path), 'go', name), context).then(() => done);
    default:
      return done;
  }
}

async function hold(until: string, context: TaskContext): Promise<void> {
  while (!existsSync(until)) {
    context.throwIfCancelled();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

serveTasks<WorkerOptions, PacketOrder, TaskOrder, TaskOutcome, OutcomeColumns>(
  workerData as WorkerData<WorkerOptions>,
  {
    initialise: () => play,
    open: taskOrder,
    pack: packOutcomes,
    describe: ({ source }) => displayPath(source),
  },
);
