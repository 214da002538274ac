/** Lists are sorted as a plain sort of all their rows would sort them, whatever of them still waits in packets. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TASK_COLUMNS, type TaskColumn } from '../../common/model/columns';
import { planChunk, type PlannedTask } from '../../common/model/packet';
import type { TaskRow } from '../../common/model/tasks';
import { textKey } from '../store/task-keys';
import { settledOf } from '../testing/recorded';
import { folder, jobs, tasks, useTasks } from '../testing/test-tasks';
import { sortedNumbers, sortedTexts } from './task-order';
import { TaskSearch, type JobNow } from './task-search';

useTasks('order');

test('numbers and texts come out as a comparison of two at a time would have them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        { maxLength: 200 },
      ),
      fc.array(fc.string({ maxLength: 3 }), { maxLength: 1500 }),
      async (numbers, texts) => {
        const byNumber = await sortedNumbers(Float64Array.from(numbers), Uint32Array.from(numbers.keys()));
        expect([...byNumber]).toEqual(
          [...numbers.keys()].sort(
            (left, right) => (numbers[left] ?? 0) - (numbers[right] ?? 0) || left - right,
          ),
        );
        const byText = await sortedTexts(texts, Uint32Array.from(texts.keys()));
        const sorted = [...texts].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
        expect([...byText].map((place) => texts[place])).toEqual(sorted);
        expect(new Set(byText).size).toBe(texts.length);
      },
    ),
    { numRuns: 60 },
  );
});

test('names are sorted as people do', () => {
  const names = ['file10', 'File2', 'file1', 'a', 'B', 'file02b', 'file100'];
  expect(names.sort((left, right) => (textKey(left) < textKey(right) ? -1 : 1))).toEqual([
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
  return { counts: tasks.rows.counts(jobId).counts, isLive: false, run, running: [], unwritten: [] };
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

  const search = new TaskSearch(tasks);
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
  const search = new TaskSearch(tasks);
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
