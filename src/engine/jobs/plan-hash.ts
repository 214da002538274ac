/** The files of a hash job. Those whose digests are known need not be read. */
import type { Digests } from '../../common/model/digests';
import {
  openPacket,
  planChunk,
  valueAt,
  type PlannedChunk,
  type PlannedTask,
} from '../../common/model/packet';
import type { FileIdentity } from '../../common/model/tasks';
import type { WalkEntry, WalkedChunk } from '../../common/threads/walk';
import { decodeCursor } from '../../files/planned-tasks';
import type { JobSpec } from './job-spec';
import type { PlanContext } from './plan-context';
import { planWalk, walkTasks } from './plan-walk';

type HashSpec = Extract<JobSpec, { kind: 'hash' }>;

export async function* planHash(
  { paths: roots, rules, algorithms, cache }: HashSpec,
  cursor: string | null,
  { threads, tasks }: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  // With nothing remembered no file need be told from others.
  const remember = cache && !tasks.digestCache.isEmpty;
  const plan = { kind: 'hash', roots, follows: rules.links === 'follow' } as const;
  const after = decodeCursor(cursor);
  const data = {
    role: 'walk',
    roots,
    rules,
    identify: remember,
    remember,
    followRoots: true,
    after,
    plan,
  } as const;
  for await (const chunk of walkTasks(data, threads)) {
    const identities = chunk.identities.map(([, identity]) => identity);
    const known: KnownDigests =
      identities.length === 0 ? new Map() : tasks.digestCache.known(identities, algorithms);
    yield known.size === 0 ? chunk : withKnown(chunk, known);
  }
}

/** What is known needs a row and no thread. */
function withKnown(chunk: WalkedChunk, known: KnownDigests): PlannedChunk {
  const digestsAt = new Map(
    chunk.identities.map(([offset, identity]) => [offset, known.get(identity)] as const),
  );
  const tasks: PlannedTask[] = [];
  for (const { offset, phase, host, columns } of chunk.packets) {
    const packet = openPacket(columns, offset, { phase, host });
    packet.ids.forEach((id, task) => {
      const digests = digestsAt.get(id);
      const size = valueAt(packet.sizes, task);
      tasks[id] = {
        phase,
        host,
        type: valueAt(packet.types, task),
        root: valueAt(packet.roots, task),
        source: packet.sources[task] ?? '',
        target: valueAt(packet.targets, task),
        name: packet.names[task] ?? '',
        size,
        settled: digests === undefined ? null : { state: 'done', bytes: size ?? 0, digests },
      };
    });
  }
  for (const { offset, task } of chunk.rows) tasks[offset] = task;
  return planChunk(tasks, chunk.cursor);
}

/** What is remembered of the files that a walk gives, asked for once for each chunk of them. */
export type KnownDigests = ReadonlyMap<FileIdentity, Digests>;

export interface FilePlan {
  readonly identify: boolean;
  /** Whether digests that are remembered of it are of use. */
  readonly isRemembered: (entry: WalkEntry) => boolean;
  readonly plan: (entry: WalkEntry, known: KnownDigests) => PlannedTask | null;
}

/** The files of a search for duplicates, with those of which the digests are known. */
export function planFiles(
  { paths: roots, rules, algorithms, cache }: HashSpec,
  cursor: string | null,
  { threads, tasks }: PlanContext,
  { identify, isRemembered, plan }: FilePlan,
): AsyncGenerator<PlannedChunk, void, undefined> {
  // With nothing remembered no file need be told from others.
  const remember = cache && !tasks.digestCache.isEmpty;
  let known: KnownDigests = new Map();
  const prepare = (entries: readonly WalkEntry[]): void => {
    if (!remember) return;
    const identities = entries.filter(isRemembered).flatMap(({ identity }) => identity ?? []);
    known = tasks.digestCache.known(identities, algorithms);
  };
  const walked = {
    roots,
    rules,
    identify: identify || remember,
    remember,
    followRoots: true,
    prepare,
    plan: (entry: WalkEntry) => plan(entry, known),
  };
  return planWalk(walked, cursor, threads);
}
