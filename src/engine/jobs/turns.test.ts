/** Whose turn it is, with real rows and runs that end when they are told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ErrorData } from '../../common/model/errors';
import type { JobState, JobSummary } from '../../common/model/jobs';
import { ALL_PLACES } from '../../common/model/packet';
import { DEFAULT_WALK_RULES } from '../../common/model/walk-rules';
import { News } from '../news';
import { openStores, type Stores } from '../store/open-stores';
import { ActiveJobs, type ActiveJob } from './active-jobs';
import type { StopReason } from './runner-options';
import type { RunOrder } from './run-job';
import { Turns } from './turns';

const STOPPED = { pause: 'paused', interrupt: 'interrupted', cancel: 'cancelled' } as const;

let folder: string;
let stores: Stores;
let active: ActiveJobs;
let news: News;
let turns: Turns;
/** Runs that have begun, by job; each ends when its function is called. */
let running: Map<number, { end: (state?: 'done', fault?: Error) => void; order: RunOrder }>;
/** In the order in which they began. */
let begun: number[];
let onBegin: () => void;
let atOnce: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-turns-'));
  stores = openStores(folder);
  active = new ActiveJobs();
  running = new Map();
  begun = [];
  atOnce = 4;
  onBegin = () => undefined;
  const stored = (id: number): JobSummary | null => stores.jobs.get(id)?.summary ?? null;
  news = new News({ active, job: stored, onFrame: () => undefined });
  turns = new Turns({
    stores,
    owner: stores.lock.id,
    active,
    news,
    job,
    run,
    waitsIn: null,
    atOnce: () => atOnce,
  });
});

afterEach(async () => {
  turns.close();
  await turns.end(true);
  stores.close();
  rmSync(folder, { recursive: true });
});

function job(id: number): JobSummary {
  const summary = stores.jobs.get(id)?.summary;
  if (summary === undefined) throw new Error(`There is no job ${id}.`);
  return summary;
}

function states(ids: readonly number[]): JobState[] {
  return ids.map((id) => job(id).state);
}

async function run(id: number, order: RunOrder): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      const stop = (reason: StopReason): void => {
        stores.jobs.rest(id, STOPPED[reason]);
        resolve();
      };
      const end = (state = 'done' as const, fault?: Error): void => {
        if (fault !== undefined) reject(fault);
        else stores.jobs.rest(id, state);
        resolve();
      };
      active.add(id, { runner: { stop } } as unknown as ActiveJob);
      running.set(id, { end, order });
      begun.push(id);
      onBegin();
    });
  } finally {
    running.delete(id);
  }
}

/** Resolves when so many runs have begun since the test's start. */
function whenBegun(count: number): Promise<void> {
  return new Promise((resolve) => {
    onBegin = () => {
      if (begun.length >= count) resolve();
    };
    onBegin();
  });
}

function insert(count: number): number[] {
  return Array.from({ length: count }, (_, index) =>
    stores.jobs.insert({
      kind: 'hash',
      mode: 'pool',
      workers: 1,
      label: 'files',
      folder,
      spec: {
        kind: 'hash',
        paths: [folder],
        algorithms: ['sha256'],
        manifest: null,
        rules: DEFAULT_WALK_RULES,
        cache: false,
        duplicates: false,
      },
      token: `token-${index}`,
      workDirectories: [],
    }),
  );
}

function start(count: number): number[] {
  const ids = insert(count);
  for (const id of ids) turns.start(id);
  return ids;
}

test('four jobs run at once, and the next begins when one of them has ended', async () => {
  const [first = 0, ...others] = start(5);
  const fifth = others.at(-1) ?? 0;
  await whenBegun(4);
  expect(states([first, ...others])).toEqual(['running', 'running', 'running', 'running', 'queued']);
  running.get(first)?.end();
  await whenBegun(5);
  expect(begun.at(-1)).toBe(fifth);
  expect(job(first).state).toBe('done');
});

test('a job that is paused while it waits never begins, and whoever waits for it hears so', async () => {
  const ids = start(5);
  const last = ids[4] ?? 0;
  const still = news.standsStill(last);
  await whenBegun(4);
  await turns.pause(last);
  expect((await still).state).toBe('paused');
  for (const id of ids.slice(0, 4)) running.get(id)?.end();
  await Promise.all(ids.slice(0, 4).map((id) => turns.cancel(id)));
  expect(begun).not.toContain(last);
  await turns.resume(last);
  await whenBegun(5);
  expect(begun.at(-1)).toBe(last);
});

test('jobs that make room go on before those that have not begun, and nothing begins meanwhile', async () => {
  const ids = start(6);
  await whenBegun(4);
  const goOn = await turns.hold();
  expect(running.size).toBe(0);
  expect(states(ids)).toEqual(Array.from(ids, () => 'queued'));
  const before = begun.slice();
  goOn();
  await whenBegun(8);
  expect(begun.slice(4)).toEqual(before);
});

test('a job that is paused or cancelled while it makes room stays so', async () => {
  const [paused = 0, cancelled = 0] = start(2);
  await whenBegun(2);
  const held = turns.hold();
  await Promise.all([turns.pause(paused), turns.cancel(cancelled)]);
  (await held)();
  expect(states([paused, cancelled])).toEqual(['paused', 'cancelled']);
  expect(begun).toHaveLength(2);
});

test('failed tasks of a job that runs are not run again; of one that waits they are, when its turn comes', async () => {
  const ids = start(5);
  const [first = 0] = ids;
  const last = ids[4] ?? 0;
  await whenBegun(4);
  expect(() => {
    turns.retry(first, ALL_PLACES);
  }).toThrow(expect.objectContaining({ code: 'job-running' }));
  turns.retry(last, [[3, 5]]);
  turns.retry(last, [[6, 6]]);
  running.get(first)?.end();
  await whenBegun(5);
  expect(running.get(last)?.order.retry).toEqual([[3, 6]]);
});

test('a run that fails as a whole fails its job, says so, and holds up no other', async () => {
  const notices: ErrorData[] = [];
  news.on('notice', (notice) => {
    notices.push(notice);
  });
  const ids = start(5);
  const [first = 0] = ids;
  await whenBegun(4);
  const still = news.standsStill(first);
  running.get(first)?.end('done', new Error('no room'));
  expect((await still).error?.message).toContain('no room');
  expect(job(first).state).toBe('failed');
  expect(notices.map(({ message }) => message)).toEqual([expect.stringContaining('no room')]);
  await whenBegun(5);
  expect(begun.at(-1)).toBe(ids[4]);
});

test('a job that another process runs is neither started nor stopped', async () => {
  const other = openStores(folder);
  try {
    const [id = 0] = insert(1);
    other.jobs.enqueue(id, other.lock.id);
    expect(() => {
      turns.start(id);
    }).toThrow(expect.objectContaining({ code: 'job-elsewhere' }));
    await expect(turns.pause(id)).rejects.toMatchObject({ code: 'job-elsewhere' });
    await expect(turns.resume(id)).rejects.toMatchObject({ code: 'job-elsewhere' });
    expect(job(id).state).toBe('queued');
    other.jobs.rest(id, 'interrupted');
  } finally {
    other.close();
  }
});

test('at the end nothing begins any more, and every job can go on later', async () => {
  const ids = start(5);
  await whenBegun(4);
  turns.close();
  await turns.end(true);
  expect(states(ids)).toEqual(Array.from(ids, () => 'interrupted'));
  expect(begun).toHaveLength(4);
  expect(() => {
    turns.assertOpen();
  }).toThrow(expect.objectContaining({ code: 'closing' }));
});

test('jobs that wait change places, and their new order is there after a start', async () => {
  const ids = start(8);
  const [first = 0, , , , a = 0, b = 0, c = 0, d = 0] = ids;
  await whenBegun(4);
  turns.move(d, a);
  turns.move(a, null);
  turns.move(first, a);
  expect(stores.jobs.unfinished().map(({ id }) => id)).toEqual([...ids.slice(0, 4), d, b, c, a]);
  for (const id of ids.slice(0, 3)) running.get(id)?.end();
  await whenBegun(7);
  expect(begun.slice(4)).toEqual([d, b, c]);
});

test('more jobs run at once as soon as more may, and fewer when one has ended', async () => {
  const ids = start(6);
  await whenBegun(4);
  atOnce = 5;
  turns.fill();
  await whenBegun(5);
  atOnce = 1;
  running.get(ids[0] ?? 0)?.end();
  await turns.cancel(ids[0] ?? 0);
  expect(begun).toHaveLength(5);
});
