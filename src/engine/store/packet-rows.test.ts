/** Tasks in packets are read as if each had a row of its own. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CHUNK,
  pickTasks,
  planChunk,
  taskId,
  valueAt,
  type Packet,
  type PlannedChunk,
  type PlannedTask,
} from '../../common/model/packet';
import { displayPath, type FsPath } from '../../common/model/paths';
import { SETTLED_STATES, type TaskRow } from '../../common/model/tasks';
import { plannedUrl } from '../testing/packets';
import { failedOf, settledOf } from '../testing/recorded';
import { folder, jobs, tasks, useTasks } from '../testing/test-tasks';
import type { Recorded } from './task-writes';

let jobsMade = 0;

useTasks('packets');

function newJob(): number {
  return jobs.insert({
    kind: 'verify',
    mode: 'pool',
    workers: null,
    label: '',
    folder,
    token: `token-${(jobsMade += 1)}`,
    spec: { kind: 'verify', manifests: [], strict: false } as never,
    workDirectories: [],
  });
}

const word = fc.constantFrom(
  'a',
  'B',
  'ab',
  'Ä',
  'ä',
  '%',
  '_',
  '\\',
  ' ',
  "'",
  '日本',
  '💧',
  '\n',
  'K',
  '.txt',
);
const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(''));
const bytes = fc
  .uint8Array({ minLength: 1, maxLength: 6 })
  .map((tail): FsPath =>
    Buffer.concat([Buffer.from('/by/'), tail.map((byte) => byte || 1), Buffer.from([0xff])]),
  );
const path: fc.Arbitrary<FsPath> = fc.oneof(
  { weight: 4, arbitrary: text.map((tail): FsPath => `/in/${tail}`) },
  { weight: 1, arbitrary: bytes },
);
const request = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.nat().map((size) => JSON.stringify({ digests: {}, size })) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 20 }) },
);
const reason = { code: 'unreadable', message: 'It cannot be read.', retryable: false };
const planned: fc.Arbitrary<PlannedTask> = fc
  .record({
    type: fc.constantFrom('file', 'file', 'url', 'symlink', 'extra', 'folders'),
    root: fc.constantFrom(0, 0, 1),
    host: fc.constantFrom('', '', 'a.example', 'b.example'),
    source: path,
    target: fc.option(path),
    name: fc.option(text),
    size: fc.option(fc.nat(2 ** 40)),
    request,
    grouping: fc.constantFrom(null, null, null, null, 'g'),
    settled: fc.constantFrom(
      null,
      null,
      null,
      null,
      null,
      null,
      { state: 'failed' as const, reason },
      { state: 'done' as const, bytes: 5, finding: 'same' as const, digests: { sha256: 'ab' } },
    ),
  })
  // Phases are those of a copy. Mostly, a name is the end of its source; and a URL has a host.
  .map(({ name, ...task }) => {
    const shown = displayPath(task.source);
    const host = task.type === 'url' && task.host === '' ? 'a.example' : task.host;
    const own = typeof task.source === 'string' ? name : null;
    const phase = task.type === 'extra' ? 2 : task.type === 'folders' ? 4 : 0;
    return { ...task, phase, host, name: own ?? shown.slice(shown.lastIndexOf('/') + 1) };
  });
const plan = fc.array(fc.array(planned, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 });

function allRows(chunk: readonly PlannedTask[]): PlannedChunk {
  const rows = chunk.map((task, offset) => ({ offset, task }));
  return { count: chunk.length, packets: [], rows, cursor: '' };
}

function add(jobId: number, chunks: readonly PlannedChunk[]): void {
  for (const chunk of chunks) tasks.packets.add(jobId, tasks.packets.nextOrdinal(jobId), chunk);
}

const BEFORE = { row: -1, packet: -1 };

function draw(jobId: number, phase: number, host: string): Packet[] {
  const drawn: Packet[] = [];
  for (let next = tasks.packets.draw(jobId, phase, host, BEFORE); next !== null;) {
    drawn.push(next.packet);
    next = tasks.packets.draw(jobId, phase, host, next.cursor);
  }
  return drawn;
}

/** One queued task, as a packet. */
function one(jobId: number, ordinal: number, { phase, host }: PlannedTask): Packet | null {
  const id = taskId(jobId, ordinal);
  const found = tasks.packets.find(id);
  if (found !== null) return found;
  const packet = tasks.packets.draw(jobId, phase, host, { row: id - 1, packet: Infinity })?.packet;
  const index = packet?.ids.indexOf(id) ?? -1;
  return packet === undefined || index < 0 ? null : pickTasks(packet, [index]);
}

function asText(value: FsPath | null): unknown {
  return value === null || typeof value === 'string' ? value : [...value];
}

test('tasks come out of packets as they went in, whatever hosts, phases and roots lie between them', () => {
  fc.assert(
    fc.property(plan, (chunks) => {
      const jobId = newJob();
      add(
        jobId,
        chunks.map((chunk) => planChunk(chunk, '')),
      );
      const all = chunks.flat();
      const expected = all.flatMap((task, ordinal) =>
        task.settled === null
          ? [
              {
                id: taskId(jobId, ordinal),
                phase: task.phase,
                host: task.host,
                type: task.type,
                root: task.root,
                source: asText(task.source),
                target: asText(task.target),
                name: task.name,
                size: task.size,
                request: asText(task.request ?? null),
                grouping: task.grouping ?? null,
              },
            ]
          : [],
      );
      const phases = [...new Set(all.map(({ phase }) => phase))];
      const packets = phases.flatMap((phase) =>
        tasks.packets.hosts(jobId, phase).flatMap((host) => draw(jobId, phase, host)),
      );
      for (const { ids } of packets) expect(ids.length).toBeLessThanOrEqual(CHUNK);
      const found = packets
        .flatMap((packet) =>
          packet.ids.map((id, at) => ({
            id,
            phase: packet.phase,
            host: packet.host,
            type: valueAt(packet.types, at),
            root: valueAt(packet.roots, at),
            source: asText(packet.sources[at] ?? null),
            target: asText(valueAt(packet.targets, at)),
            name: packet.names[at],
            size: valueAt(packet.sizes, at),
            request: asText(valueAt(packet.requests, at)),
            grouping: valueAt(packet.groupings, at),
          })),
        )
        .sort((left, right) => left.id - right.id);
      expect(found).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test('of a chunk that became longer than usual every queued task is found', () => {
  const jobId = newJob();
  const task = { phase: 0, type: 'pair', root: 0, host: '', target: null, size: 1, settled: null } as const;
  // What only one side of two folders has is between what both have.
  const only = { ...task, phase: 1, grouping: 'g' };
  const chunk = Array.from({ length: CHUNK + 300 }, (_, index): PlannedTask => ({
    ...(index < CHUNK - 1 || index > CHUNK + 100 ? task : only),
    source: `/in/${index}`,
    name: `${index}`,
  }));
  add(jobId, [planChunk(chunk, '')]);
  const sources = (rows: readonly TaskRow[]): string[] => rows.map(({ source }) => source);
  const all = chunk.map(({ source }) => displayPath(source));
  expect(sources(tasks.rows.page(jobId, CHUNK, 300))).toEqual(all.slice(CHUNK));
  expect(sources(chunk.flatMap((_, ordinal) => tasks.rows.row(taskId(jobId, ordinal)) ?? []))).toEqual(all);
  expect(draw(jobId, 0, '').flatMap(({ sources: found }) => found)).toHaveLength(CHUNK + 300 - 102);
});

const change = fc.record({
  do: fc.constantFrom('done', 'done', 'skipped', 'failed', 'again', 'cancelled'),
  ordinals: fc.uniqueArray(fc.nat(120), { maxLength: 30 }),
});
const look = fc.record({ offset: fc.nat(130), limit: fc.integer({ min: 1, max: 50 }), text });

/** What differs between two jobs, and what is as late as it was written. */
function plain(row: TaskRow): object {
  const { endedAtMs, state } = row;
  return {
    ...row,
    id: null,
    endedAtMs: state === 'cancelled' || endedAtMs === null ? null : endedAtMs > 2 ? 'now' : endedAtMs,
  };
}

test('pages, searches, counts and paths are those of rows, whatever has settled', () => {
  fc.assert(
    fc.property(
      plan,
      fc.array(change, { maxLength: 5 }),
      fc.constantFrom('none', 'cancel', 'retry'),
      fc.array(look, { minLength: 1, maxLength: 4 }),
      (chunks, changes, last, looks) => {
        const [packed, single] = [newJob(), newJob()];
        add(
          packed,
          chunks.map((chunk) => planChunk(chunk, '')),
        );
        add(single, chunks.map(allRows));
        const all = chunks.flat();
        for (const jobId of [packed, single]) {
          for (const { do: what, ordinals } of changes) {
            const recorded = ordinals.flatMap((ordinal) => {
              const task = all[ordinal];
              const packet = task === undefined ? null : one(jobId, ordinal, task);
              if (packet === null) return [];
              if (what === 'failed') return [failedOf(packet)];
              if (what === 'again') return [failedOf(packet, { to: 'queued', notBeforeMs: ordinal })];
              return [settledOf(packet, { to: what })];
            });
            tasks.writes.record(jobId, recorded);
          }
          if (last === 'cancel') while (tasks.writes.cancelSome(jobId, 7) > 0);
          if (last === 'retry') while (tasks.writes.requeueSome(jobId, 'failed', 7) > 0);
        }
        const { rows } = tasks;
        const same = <Value>(what: (jobId: number) => Value): void => {
          expect(what(packed)).toEqual(what(single));
        };
        same((jobId) => rows.counts(jobId));
        same((jobId) => rows.findings(jobId));
        same((jobId) => rows.unlisted(jobId));
        same((jobId) => rows.hasTasks(jobId));
        if (all.every(({ type }) => type !== 'url'))
          same((jobId) => [0, 1].map((root) => rows.hasSources(jobId, root)));
        same((jobId) => rows.digests(jobId, -1, 500));
        same((jobId) => rows.answers(jobId, 0, 500));
        same((jobId) => [0, 2, 4].map((phase) => tasks.packets.hosts(jobId, phase).sort()));
        same((jobId) => all.map((_, ordinal) => asText(rows.path(taskId(jobId, ordinal)))));
        same((jobId) =>
          all.map((_, ordinal) => rows.row(taskId(jobId, ordinal))).map((row) => row && plain(row)),
        );
        for (const { offset, limit, text: wanted } of looks) {
          same((jobId) => rows.page(jobId, offset, limit).map(plain));
          for (const state of [null, 'queued', ...SETTLED_STATES] as const)
            same((jobId) => rows.searchSlice(jobId, { state, finding: null, text: wanted }, offset, limit));
          for (const state of SETTLED_STATES)
            same((jobId) => rows.pageByState(jobId, state, offset, limit).map(plain));
        }
        // What is queued has an order of its own, which all pages together keep to.
        same((jobId) => {
          const { queued } = rows.counts(jobId).counts;
          const size = looks[0]?.limit ?? 1;
          const pages = Array.from({ length: Math.ceil(queued / size) + 1 }, (_, page) =>
            rows.pageByState(jobId, 'queued', page * size, size),
          );
          expect(pages.flat()).toEqual(rows.pageByState(jobId, 'queued', 0, 500));
          expect(pages.flat()).toHaveLength(queued);
          return pages
            .flat()
            .map(plain)
            .sort((left, right) => JSON.stringify(left).localeCompare(JSON.stringify(right)));
        });
      },
    ),
    { numRuns: 80 },
  );
});

test('a host that said "later" is known to have said so when its job goes on', () => {
  const jobId = newJob();
  const hosts = ['a', 'b', 'c', 'd'];
  add(jobId, [
    planChunk(
      [...hosts, ...hosts].map((host, index) => plannedUrl(`${index}`, host)),
      '',
    ),
  ]);
  const later = (
    host: string,
    retryAfterMs: number | undefined,
    to: 'queued' | 'failed' = 'queued',
  ): Recorded => {
    const packet = draw(jobId, 0, host)[0];
    if (packet === undefined) throw new Error('nothing is queued');
    const recorded = failedOf(packet, { tasks: [0], to, notBeforeMs: 90_000 });
    const errors = recorded.ends.errors.map(
      ([at, error]) => [at, retryAfterMs === undefined ? error : { ...error, retryAfterMs }] as const,
    );
    return { ...recorded, ends: { ...recorded.ends, errors } };
  };
  tasks.writes.record(jobId, [later('a', 60_000), later('b', undefined), later('c', 60_000, 'failed')]);
  // They end 2 ms after the epoch.
  expect(tasks.packets.holds(jobId, 0)).toEqual([['a', 60_002]]);
  while (tasks.writes.requeueSome(jobId, 'failed', 10) > 0);
  expect(tasks.packets.holds(jobId, 0)).toEqual([['a', 60_002]]);
});

test('what was told by a clock that was a year ahead waits no longer than it was to', () => {
  const jobId = newJob();
  add(jobId, [planChunk([plannedUrl('0', 'a')], '')]);
  const [packet] = draw(jobId, 0, 'a');
  if (packet === undefined) throw new Error('nothing is queued');
  const ahead = Date.now() + 365 * 24 * 3_600_000;
  const recorded = failedOf(packet, { to: 'queued', notBeforeMs: ahead + 60_000 });
  const errors = recorded.ends.errors.map(([at, error]) => [at, { ...error, retryAfterMs: 60_000 }] as const);
  tasks.writes.record(jobId, [{ ...recorded, ends: { ...recorded.ends, endedAtMs: [ahead], errors } }]);
  const latest = Date.now() + 61_000;
  expect(valueAt(draw(jobId, 0, 'a')[0]?.notBefores ?? null, 0)).toBeLessThan(latest);
  const [held] = tasks.packets.holds(jobId, 0);
  expect(held?.[1]).toBeLessThan(latest);
});
