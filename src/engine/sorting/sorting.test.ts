/** Lists are sorted as a plain sort of all their rows would sort them, whatever of them still waits in packets. */
import { fork } from 'node:child_process';
import { existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TASK_COLUMNS, type TaskColumn } from '../../common/model/columns';
import { planChunk, type PlannedTask } from '../../common/model/packet';
import type { TaskRow } from '../../common/model/tasks';
import { FILE_NAME } from '../store/database';
import { buildWorker } from '../testing/build-worker';
import { settledOf } from '../testing/recorded';
import { folder, jobs, tasks, useTasks } from '../testing/test-tasks';
import { heldOrder, makeOrder, type Order } from './column-order';
import { Orders } from './orders';
import { TextKeys, sortedNumbers, textKey } from './radix';
import { isStored, orderFile, removeOrders, storeOrder } from './stored-order';
import { TaskSearch, type JobNow } from './task-search';

useTasks('order');

function sortedTexts(texts: readonly string[]): Uint32Array {
  const keys = new TextKeys(texts.length);
  for (const text of texts) keys.add(text);
  const places = Uint32Array.from(texts.keys());
  keys.sort(places);
  return places;
}

test('numbers and texts come out as a comparison of two at a time would have them', () => {
  // Names have much in common: one beginning, then few characters, among them numbers with zeros before them.
  const name = fc.tuple(
    fc.constantFrom('', '/home/Ada/pictures/', '/home/ada/Pictures/2024/'),
    fc.string({
      unit: fc.constantFrom('a', 'B', 'b', '0', '1', '9', '-', '/', 'é', 'É', 'ß'),
      maxLength: 12,
    }),
  );
  fc.assert(
    fc.property(
      fc.array(
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        { maxLength: 200 },
      ),
      fc.array(
        name.map((parts) => parts.join('')),
        { maxLength: 1500 },
      ),
      (numbers, texts) => {
        const byNumber = sortedNumbers(Float64Array.from(numbers), Uint32Array.from(numbers.keys()));
        expect([...byNumber]).toEqual(
          [...numbers.keys()].sort(
            (left, right) => (numbers[left] ?? 0) - (numbers[right] ?? 0) || left - right,
          ),
        );
        const keys = texts.map(textKey);
        expect([...sortedTexts(texts)]).toEqual(
          [...texts.keys()].sort((left, right) => {
            const [one = '', other = ''] = [keys[left], keys[right]];
            return one < other ? -1 : one > other ? 1 : left - right;
          }),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('names are sorted as people do', () => {
  const names = ['file10', 'File2', 'file1', 'a', 'B', 'file02b', 'file100'];
  expect([...sortedTexts(names)].map((place) => names[place])).toEqual([
    'a',
    'B',
    'file1',
    'File2',
    'file02b',
    'file10',
    'file100',
  ]);
});

function newJob(): number {
  return jobs.insert({
    kind: 'hash',
    mode: 'pool',
    workers: null,
    label: '',
    folder,
    token: `token-${Math.random()}`,
    spec: { kind: 'hash' } as never,
    workDirectories: [],
  });
}

function nowOf(jobId: number, run = ''): JobNow {
  return {
    counts: tasks.rows.counts(jobId).counts,
    isEnded: true,
    isLive: false,
    run,
    running: [],
    unwritten: [],
  };
}

/** What a column is sorted by, of a row as it is shown; `null`: it has no value. */
const VALUES: Readonly<Record<Exclude<TaskColumn, 'state'>, (row: TaskRow) => number | string | null>> = {
  name: (row) => textKey(row.name),
  source: (row) => textKey(row.source),
  size: (row) => row.size,
  digest: (row) => row.digests?.sha256 ?? null,
  progress: (row) => (row.state === 'done' ? 1 : 0),
  speed: (row) =>
    row.state !== 'done' || row.bytes === 0 || row.startedAtMs === null || row.endedAtMs === null
      ? null
      : row.bytes / (row.endedAtMs - row.startedAtMs),
  time: (row) =>
    row.startedAtMs === null || row.endedAtMs === null ? null : row.endedAtMs - row.startedAtMs,
  ended: (row) => row.endedAtMs,
  attempts: (row) => row.attempts,
  worker: (row) => row.worker,
};

test('a half done job is sorted by every column, in both directions, and what has no value is last', async () => {
  const jobId = newJob();
  const plan = Array.from({ length: 700 }, (_, n): PlannedTask => ({
    phase: 0,
    type: 'file',
    root: 0,
    host: '',
    source: `/in/${(n * 37) % 50}/file-${(n * 7919) % 700}`,
    target: null,
    name: `file-${(n * 7919) % 700}`,
    size: n % 9 === 0 ? null : (n * 31) % 101,
    settled: null,
  }));
  for (let from = 0; from < plan.length; from += 256)
    tasks.packets.add(jobId, from, planChunk(plan.slice(from, from + 256), ''));
  const drawn = tasks.packets.draw(jobId, 0, '', { row: -1, packet: -1 });
  const packet = drawn?.packet;
  if (packet === undefined) throw new Error('nothing was drawn');
  // Every other one of the first packet has settled.
  const some = packet.ids.flatMap((_, index) => (index % 2 === 0 ? [index] : []));
  const digests = some.map((task) =>
    JSON.stringify({ sha256: ((task * 7919) % 1009).toString(16).padStart(3, '0').padEnd(64, '0') }),
  );
  tasks.writes.record(jobId, [
    settledOf(packet, { tasks: some, columns: { digests, bytes: some.map((task) => (task * 31) % 101) } }),
  ]);

  const search = new TaskSearch(tasks, null);
  const all = (await search.page({ jobId, state: null, search: '', offset: 0, limit: 700 }, nowOf(jobId)))
    .rows;
  for (const by of TASK_COLUMNS) {
    if (by === 'state') continue;
    const value = VALUES[by];
    for (const descending of [false, true]) {
      const query = { jobId, state: null, search: '', sort: { by, descending } };
      const { rows, total } = await search.page({ ...query, offset: 0, limit: 700 }, nowOf(jobId));
      const expected = all
        .map(value)
        .filter((each) => each !== null)
        .sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
      if (descending) expected.reverse();
      expect([by, total, rows.map(value)]).toEqual([
        by,
        700,
        [...expected, ...new Array<null>(700 - expected.length).fill(null)],
      ]);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(700);
      // Pages are parts of the same list, and so is what a filter leaves of it.
      const middle = await search.page({ ...query, offset: 340, limit: 20 }, nowOf(jobId));
      expect(middle.rows).toEqual(rows.slice(340, 360));
      const done = await search.page(
        { ...query, state: 'done', search: '7', offset: 0, limit: 500 },
        nowOf(jobId),
      );
      expect(done.rows).toEqual(rows.filter(({ state, source }) => state === 'done' && source.includes('7')));
      expect(await search.places(query, 3, 3, nowOf(jobId))).toEqual([[rows[3]?.ordinal, rows[3]?.ordinal]]);
    }
  }
});

test('by state, differences are first, each kind together, and the order follows what changes', async () => {
  const jobId = newJob();
  const finding = ['ok', 'changed', 'ok', 'missing', 'extra', 'changed', 'ok'] as const;
  const plan = finding.map((found, n): PlannedTask => ({
    phase: 0,
    type: 'file',
    root: 0,
    host: '',
    source: `/in/${n}`,
    target: null,
    name: String(n),
    size: 1,
    settled:
      found === 'missing'
        ? { state: 'failed', finding: found, reason: { code: 'missing', message: '', retryable: false } }
        : { state: 'done', bytes: 1, finding: found },
  }));
  tasks.packets.add(jobId, 0, planChunk(plan, ''));
  const search = new TaskSearch(tasks, null);
  const ordinals = async (descending: boolean, run: string): Promise<number[]> => {
    const query = { jobId, state: null, search: '', sort: { by: 'state' as const, descending } };
    const { rows } = await search.page({ ...query, offset: 0, limit: 9 }, nowOf(jobId, run));
    return rows.map(({ ordinal }) => ordinal);
  };
  expect(await ordinals(false, '')).toEqual([1, 5, 3, 4, 0, 2, 6]);
  expect(await ordinals(true, '')).toEqual([6, 2, 0, 4, 3, 5, 1]);
  tasks.writes.requeueSome(jobId, 'failed', 9);
  tasks.moves.setFindings([{ id: jobId * 1_000_000_000 + 6, finding: 'changed' }]);
  expect(await ordinals(false, 'again')).toEqual([1, 5, 6, 4, 0, 2, 3]);
});

const MANY = 20_500;

/** An ended job of so many tasks that it is sorted on a thread. */
function largeJob(): number {
  const jobId = newJob();
  for (let from = 0; from < MANY; from += 500) {
    const plan = Array.from({ length: 500 }, (_, index): PlannedTask => {
      const n = ((from + index) * 7919) % MANY;
      return {
        phase: 0,
        type: 'file',
        root: 0,
        host: '',
        source: `/in/${n % 50}/file-${n}`,
        target: null,
        name: `file-${n}`,
        size: n % 9 === 0 ? null : (n * 31) % 1009,
        settled:
          n % 100 === 0
            ? {
                state: 'failed',
                reason: { code: 'missing', message: '', retryable: false },
              }
            : { state: 'done', bytes: n % 13 },
      };
    });
    tasks.packets.add(jobId, from, planChunk(plan, ''));
  }
  return jobId;
}

function allOf(order: Order): number[] {
  return Array.from({ length: order.length }, (_, place) => order.at(place));
}

/** @param script `null`: no process can be started */
function openOrders(script: string | null): Orders {
  return new Orders({
    start: (args) => {
      if (script === null) throw new Error('Nothing is to be sorted.');
      const child = fork(script, args, { serialization: 'advanced' });
      return {
        send: (request) => child.send(request),
        onReply: (listener) => child.on('message', listener),
        onExit: (listener) => child.on('exit', listener),
        kill: () => child.kill(),
      };
    },
    database: join(folder, FILE_NAME),
    dataDirectory: folder,
  });
}

test('orders of a large job are made ahead in a process of its own, and the next start has them', async () => {
  const jobId = largeJob();
  const now = nowOf(jobId);
  const orders = openOrders(await buildWorker(join(import.meta.dirname, 'child.ts')));
  const search = new TaskSearch(tasks, orders);
  const query = { jobId, state: null, search: '', offset: 20_000, limit: 100 };
  const sorts = TASK_COLUMNS.map((by) => ({ by, descending: by === 'name' }));
  const expected = new Map<TaskColumn, readonly TaskRow[]>();
  for (const sort of sorts) {
    const here = new TaskSearch(tasks, null);
    expected.set(sort.by, (await here.page({ ...query, sort }, now)).rows);
  }
  // Showing the list has all of them made.
  await search.page(query, now);
  const kept = join(folder, 'orders', String(jobId));
  await expect
    .poll(() => (existsSync(kept) ? readdirSync(kept).filter((name) => !name.endsWith('.half')) : []))
    .toHaveLength(TASK_COLUMNS.length);
  await orders.close();

  // Nothing has to be made at the next start.
  const later = openOrders(null);
  const again = new TaskSearch(tasks, later);
  for (const sort of sorts) {
    expect((await again.page({ ...query, sort }, now)).rows).toEqual(expected.get(sort.by));
    const few = { jobId, state: 'failed' as const, search: '', sort };
    const [first, second] = await Promise.all(
      [0, 100].map(async (offset) => (await again.page({ ...few, offset, limit: 100 }, now)).rows),
    );
    expect(new Set([...(first ?? []), ...(second ?? [])].map(({ id }) => id)).size).toBe(200);
  }
  await removeOrders(folder, jobId);
  expect(existsSync(kept)).toBe(false);
  await expect(again.page({ ...query, sort: { by: 'size', descending: false } }, now)).rejects.toThrow(
    'Nothing is to be sorted.',
  );
  await later.close();
});

test('an order that is damaged, or of earlier rows, is made anew; where none can be stored it is held', async () => {
  const jobId = largeJob();
  const orders = openOrders(await buildWorker(join(import.meta.dirname, 'child.ts')));
  const of = { jobId, column: 'size' as const, total: MANY, version: 'first/1' };
  const expected = allOf(heldOrder(await makeOrder(tasks.keys, jobId, 'size', MANY)));
  expect(allOf(await orders.order(of))).toEqual(expected);
  const file = orderFile(folder, jobId, 'size', 'first/1');
  expect(isStored(file, MANY)).toBe(true);
  truncateSync(file, 100);
  expect(allOf(await orders.order(of))).toEqual(expected);
  expect(isStored(file, MANY)).toBe(true);
  expect(allOf(await orders.order({ ...of, version: 'second/1' }))).toEqual(expected);
  expect(readdirSync(join(folder, 'orders', String(jobId)))).toEqual(['size-second-1']);
  // Rows that are changing are not worth a file.
  expect(allOf(await orders.order({ ...of, version: null }))).toEqual(expected);
  // A file is where the folder should be.
  await removeOrders(folder, jobId);
  writeFileSync(join(folder, 'orders', String(jobId)), '');
  expect(storeOrder(file, await makeOrder(tasks.keys, jobId, 'size', MANY))).toBe(false);
  expect(allOf(await orders.order(of))).toEqual(expected);

  // The process ends, and whoever waits is told.
  const left = orders.order({ ...of, column: 'name' });
  const told = expect(left).rejects.toThrow('The process that sorts ended.');
  await orders.close();
  await told;
});
