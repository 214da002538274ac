/** The whole life of a thread that is made for one task: it answers with the digest, and ends. */
import type { MessagePort } from 'node:worker_threads';
import type { SingleTask } from '../common/threads/single';
import { createCompute } from './compute';
import type { TaskContext } from './runtime';

const ALONE: TaskContext = {
  lane: 0,
  exclusive: true,
  signal: new AbortController().signal,
  throwIfCancelled: () => undefined,
  setBytesDone: () => undefined,
  setBytesTotal: () => undefined,
  setStages: () => undefined,
  note: () => undefined,
  waited: () => undefined,
};

export async function runSingle(port: MessagePort, { id, bytes, rounds }: SingleTask): Promise<void> {
  const run = createCompute({ kind: 'compute', bytes, rounds, waitMs: 0 });
  const order = { id, type: 'file', source: '', target: null, size: null, root: 0 } as const;
  const { digests } = await run({ ...order, attempt: 1, submittedAtMs: 0 }, ALONE);
  port.postMessage(digests?.sha256 ?? '');
}
