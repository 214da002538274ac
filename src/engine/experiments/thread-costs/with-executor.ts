/** The same with a pool and its executor. The page "How threads work" shows this code. */
import type { OutcomeColumns } from '../../../common/model/answer';
import { valueAt, type PacketOrder } from '../../../common/model/packet';
import type { SingleTask } from '../../../common/threads/single';
import type { Executor } from '../../pool';

// shown
export async function withExecutor(executor: Pool, tasks: readonly SingleTask[]): Promise<string[]> {
  const results: string[] = [];
  // packetOf and digestsInto only put tasks and results into columns: they know nothing of threads.
  const packet = executor.submit({ ...packetOf(tasks), onEnds: digestsInto(results) });
  await packet.promise;
  await executor.shutdown();
  return results;
}
// end

export type Pool = Executor<PacketOrder, OutcomeColumns>;
type Packet = Parameters<Pool['submit']>[0];

function packetOf(tasks: readonly SingleTask[]): Pick<Packet, 'body' | 'count'> {
  const ids = tasks.map(({ id }) => id);
  const body: PacketOrder = {
    ids,
    types: 'file',
    roots: 0,
    sources: ids.map(String),
    targets: null,
    sizes: null,
    attempts: 0,
    submittedAtMs: 0,
    details: null,
  };
  return { body, count: ids.length };
}

/** Each result at its task's place. */
function digestsInto(results: string[]): Packet['onEnds'] {
  return ({ tasks, results: columns }) => {
    tasks.forEach((task, at) => {
      const digests = columns === null ? null : valueAt(columns.digests, at);
      results[task] = digests === null ? '' : (JSON.parse(digests) as { sha256: string }).sha256;
    });
  };
}
