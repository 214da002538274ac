/**
 * Tasks of one job that travel together, as columns: planned, stored, handed to a worker, answered and recorded as a
 * unit. A packet is opened only to run its tasks, to write their rows, and to show what is still queued.
 */
import type { ErrorData } from './errors';
import type { FsPath } from './paths';
import type { Digests } from './digests';
import type { Range } from './ranges';
import type { Finding, TaskOrder, TaskType } from './tasks';

/** A value for each task; one value alone where all tasks have the same. */
export type Column<Value> = Value | readonly Value[];

export function valueAt<Value>(column: Column<Value>, index: number): Value {
  return (Array.isArray(column) ? (column as readonly Value[])[index] : column) as Value;
}

/** One value where all are the same. */
export function toColumn<Value>(values: readonly Value[]): Column<Value> {
  const first = values[0] as Value;
  return values.length > 0 && values.every((value) => value === first) ? first : values;
}

/** A column of `items`. Most are one value, and no list is made for those. @param of cheap */
export function columnOf<Item, Value>(items: readonly Item[], of: (item: Item) => Value): Column<Value> {
  const [head] = items;
  if (head === undefined) return [];
  const first = of(head);
  for (const item of items) if (of(item) !== first) return items.map(of);
  return first;
}

/** Tasks that are planned at once; so many ids has a packet at most, from its first to its last one. */
export const CHUNK = 256;

/** A task's id says its job and its place in it. */
const IDS_PER_JOB = 1_000_000_000;

export function taskId(jobId: number, ordinal: number): number {
  return jobId * IDS_PER_JOB + ordinal;
}

/** Of every job. */
export const ALL_PLACES: readonly [Range] = [[0, IDS_PER_JOB - 1]];

export function jobOfTask(id: number): number {
  return Math.floor(id / IDS_PER_JOB);
}

export function ordinalOfTask(id: number): number {
  return id % IDS_PER_JOB;
}

/** A task as a planner finds it. */
export interface PlannedTask {
  readonly phase: number;
  readonly type: TaskType;
  readonly root: number;
  readonly host: string;
  readonly source: FsPath;
  readonly target: FsPath | null;
  readonly name: string;
  readonly size: number | null;
  /** What it asks for beside its source: of a download (JSON, or sealed), of a file to verify (JSON). */
  readonly request?: string | Uint8Array | null;
  /** Device and inode, where files with several names matter. */
  readonly inode?: string | null;
  /** What the task is instead where another of this inode was planned before it. */
  readonly ifInodeKnown?: Partial<Pick<PlannedTask, 'type' | 'phase' | 'settled' | 'grouping'>>;
  /** Files of one job that may be equal have the same. */
  readonly grouping?: string | null;
  /** Settled before it could run: what cannot be read, what is no file, what is known already. */
  readonly settled: PlannedEnd | null;
}

export type PlannedEnd =
  | { readonly state: 'failed' | 'skipped'; readonly reason: ErrorData; readonly finding?: Finding }
  | {
      readonly state: 'done';
      readonly bytes: number;
      readonly finding?: Finding;
      readonly digests?: Digests;
    };

/** Tasks of one phase and host, as they are stored. */
export interface PlannedPacket {
  readonly phase: number;
  readonly host: string;
  /** Of its first task, counted from the chunk's first one. */
  readonly offset: number;
  readonly count: number;
  /** Of all tasks whose size is known. */
  readonly bytes: number;
  /** JSON; see {@link openPacket}. */
  readonly columns: string;
}

/** What a planner stores at once, with the place from where planning goes on after it. */
export interface PlannedChunk {
  readonly count: number;
  readonly packets: readonly PlannedPacket[];
  /** Tasks that work looks at before they run, and those that have settled: each has a row of its own from the start. */
  readonly rows: readonly { readonly offset: number; readonly task: PlannedTask }[];
  readonly cursor: string;
}

/** Queued tasks of one job, phase and host. */
export interface Packet {
  /** Under which it is stored: the id of its first task. `null`: its tasks have rows of their own. */
  readonly stored: number | null;
  readonly phase: number;
  readonly host: string;
  readonly ids: readonly number[];
  readonly types: Column<TaskType>;
  readonly roots: Column<number>;
  readonly sources: readonly FsPath[];
  readonly targets: Column<FsPath | null>;
  readonly names: readonly string[];
  readonly sizes: Column<number | null>;
  readonly requests: Column<string | Uint8Array | null>;
  readonly inodes: Column<string | null>;
  readonly groupings: Column<string | null>;
  /** Attempts that failed so far. */
  readonly attempts: Column<number>;
  /** Milliseconds since the epoch before which a task is not tried again. */
  readonly notBefores: Column<number | null>;
  /** Numbers in the names of temporary files, where these are not the ids. */
  readonly temporaries: Column<number | null>;
}

/** What of a packet is stored as JSON. Bytes, which JSON has not, are beside it in base64, by column and index. */
interface StoredColumns {
  /** Offsets of the ids from the first one, where they are not consecutive. */
  readonly at?: readonly number[];
  readonly types: Column<TaskType>;
  readonly roots: Column<number>;
  readonly sources: readonly (string | null)[];
  readonly targets: Column<string | null>;
  readonly names: readonly string[];
  readonly sizes: Column<number | null>;
  readonly requests: Column<string | null>;
  readonly bytes?: Readonly<Record<string, readonly (readonly [index: number, base64: string])[]>>;
}

/** Tasks that have no row of their own while they are queued. */
function needsNoRow({ settled, inode, grouping }: PlannedTask): boolean {
  return settled === null && inode == null && grouping == null;
}

/** Tasks of one packet. */
interface Group {
  readonly first: PlannedTask;
  readonly offsets: number[];
  readonly tasks: PlannedTask[];
}

/** @param tasks in the job's order */
export function planChunk(tasks: readonly PlannedTask[], cursor: string): PlannedChunk {
  const groups = new Map<string, Group>();
  const all: Group[] = [];
  const rows: { offset: number; task: PlannedTask }[] = [];
  let group: Group | undefined;
  for (let offset = 0; offset < tasks.length; offset++) {
    const task = tasks[offset];
    if (task === undefined) continue;
    if (!needsNoRow(task)) {
      rows.push({ offset, task });
      continue;
    }
    // Most tasks belong where the one before does.
    if (group === undefined || !belongsTo(group, task, offset)) {
      const key = `${task.phase} ${task.host}`;
      group = groups.get(key);
      if (group === undefined || !belongsTo(group, task, offset)) {
        groups.set(key, (group = { first: task, offsets: [], tasks: [] }));
        all.push(group);
      }
    }
    group.offsets.push(offset);
    group.tasks.push(task);
  }
  return { count: tasks.length, packets: all.map(planPacket), rows, cursor };
}

/** Whoever looks for a task looks at the packets that begin less than {@link CHUNK} before it. */
function belongsTo(
  { first, offsets: [start = 0] }: Group,
  { phase, host }: PlannedTask,
  offset: number,
): boolean {
  return first.phase === phase && first.host === host && offset - start < CHUNK;
}

function planPacket({ first, offsets, tasks }: Group): PlannedPacket {
  const [offset = 0] = offsets;
  const bytes: Record<string, [number, string][]> = {};
  const asText = (name: string, values: readonly (string | Uint8Array | null)[]): (string | null)[] =>
    values.map((value, index) => {
      if (value === null || typeof value === 'string') return value;
      (bytes[name] ??= []).push([index, toBase64(value)]);
      return null;
    });
  const textColumn = (
    name: string,
    of: (task: PlannedTask) => string | Uint8Array | null,
  ): Column<string | null> => {
    const column = columnOf(tasks, of);
    return column === null || typeof column === 'string' ? column : toColumn(asText(name, tasks.map(of)));
  };
  const sizes = columnOf(tasks, ({ size }) => size);
  const isConsecutive = (offsets.at(-1) ?? offset) - offset === offsets.length - 1;
  const columns: StoredColumns = {
    ...(isConsecutive ? {} : { at: offsets.map((at) => at - offset) }),
    types: columnOf(tasks, ({ type }) => type),
    roots: columnOf(tasks, ({ root }) => root),
    sources: asText(
      'sources',
      tasks.map(({ source }) => source),
    ),
    targets: textColumn('targets', ({ target }) => target),
    names: tasks.map(({ name }) => name),
    sizes,
    requests: textColumn('requests', ({ request }) => request ?? null),
    bytes,
  };
  return {
    phase: first.phase,
    host: first.host,
    offset,
    count: tasks.length,
    bytes: tasks.reduce((sum, { size }) => sum + (size ?? 0), 0),
    columns: JSON.stringify(columns),
  };
}

/** @param firstId of the packet's first task */
export function openPacket(
  columns: string,
  firstId: number,
  { phase, host }: Pick<Packet, 'phase' | 'host'>,
): Packet {
  const stored = JSON.parse(columns) as StoredColumns;
  const withBytes = (name: 'sources' | 'targets' | 'requests'): Column<string | Uint8Array | null> => {
    const column = stored[name];
    const bytes = stored.bytes?.[name];
    if (bytes === undefined) return column;
    const values: (string | Uint8Array | null)[] = stored.names.map((_, index) => valueAt(column, index));
    for (const [index, base64] of bytes) values[index] = fromBase64(base64);
    return values;
  };
  return {
    stored: firstId,
    phase,
    host,
    ids: stored.names.map((_, index) => firstId + (stored.at?.[index] ?? index)),
    types: stored.types,
    roots: stored.roots,
    sources: withBytes('sources') as readonly FsPath[],
    targets: withBytes('targets'),
    names: stored.names,
    sizes: stored.sizes,
    requests: withBytes('requests'),
    inodes: null,
    groupings: null,
    attempts: 0,
    notBefores: null,
    temporaries: null,
  };
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Some of a packet's tasks, as a packet. */
export function pickTasks(packet: Packet, indices: readonly number[]): Packet {
  const some = <Value>(values: readonly Value[]): readonly Value[] =>
    indices.map((index) => valueAt<Value>(values, index));
  const pick = <Value>(column: Column<Value>): Column<Value> =>
    Array.isArray(column) ? some(column as readonly Value[]) : column;
  return {
    stored: packet.stored,
    phase: packet.phase,
    host: packet.host,
    ids: some(packet.ids),
    types: pick(packet.types),
    roots: pick(packet.roots),
    sources: some(packet.sources),
    targets: pick(packet.targets),
    names: some(packet.names),
    sizes: pick(packet.sizes),
    requests: pick(packet.requests),
    inodes: pick(packet.inodes),
    groupings: pick(packet.groupings),
    attempts: pick(packet.attempts),
    notBefores: pick(packet.notBefores),
    temporaries: pick(packet.temporaries),
  };
}

/** What a worker gets of a packet. */
export interface PacketOrder {
  readonly ids: readonly number[];
  readonly types: Column<TaskType>;
  readonly roots: Column<number>;
  readonly sources: readonly FsPath[];
  readonly targets: Column<FsPath | null>;
  readonly sizes: Column<number | null>;
  readonly attempts: Column<number>;
  /** Milliseconds since the epoch. */
  readonly submittedAtMs: number;
  /** Where its files ask for further connections (`common/threads/places.ts`); `null`: they get none. */
  readonly places?: number | null;
  /** What only some kinds of work need. */
  readonly details: Column<OrderDetails | null>;
}

export type OrderDetails = Omit<
  TaskOrder,
  'id' | 'type' | 'root' | 'source' | 'target' | 'size' | 'attempt' | 'submittedAtMs' | 'places'
>;

export function packetOrder(
  packet: Packet,
  details: Column<OrderDetails | null>,
  submittedAtMs: number,
  places: number | null = null,
): PacketOrder {
  const { ids, types, roots, sources, targets, sizes, attempts, temporaries } = packet;
  const own = temporaries === null ? ids : ids.map((id, index) => valueAt(temporaries, index) ?? id);
  return { ids: own, types, roots, sources, targets, sizes, attempts, submittedAtMs, places, details };
}

export function taskOrder(order: PacketOrder, index: number): TaskOrder {
  const details = valueAt(order.details, index);
  const plain: TaskOrder = {
    id: order.ids[index] ?? 0,
    type: valueAt(order.types, index),
    root: valueAt(order.roots, index),
    source: order.sources[index] ?? '',
    target: valueAt(order.targets, index),
    size: valueAt(order.sizes, index),
    attempt: valueAt(order.attempts, index) + 1,
    submittedAtMs: order.submittedAtMs,
    ...(order.places == null ? {} : { places: order.places }),
  };
  return details === null ? plain : { ...plain, ...details };
}
