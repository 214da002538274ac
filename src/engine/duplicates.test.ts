/** Looking for duplicates, with real threads, files and SQLite. */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { HEAD_BYTES, type DuplicateGroup } from '../common/model/duplicates';
import type { FsPath } from '../common/model/paths';
import type { JobRequest } from '../common/model/job-request';
import { MODES, type JobSummary } from '../common/model/jobs';
import {
  engine,
  folder,
  go,
  put as putAt,
  rows,
  run as runJob,
  stopWhen,
  useEngine,
  remembersDigests,
  anHourLater,
} from './testing/test-engine';

useEngine('duplicates');

beforeEach(() => {
  mkdirSync(tree());
});

function tree(...parts: string[]): string {
  return join(folder, 'tree', ...parts);
}

function put(path: string, content: string | Uint8Array): string {
  const at = tree(path);
  putAt(at, content);
  return at;
}

type Hash = Extract<JobRequest, { kind: 'hash' }>;

function request(more: Partial<Hash> = {}): Hash {
  return {
    kind: 'hash',
    mode: 'pool',
    workers: 2,
    paths: [tree()],
    algorithms: ['blake3'],
    manifest: null,
    duplicates: true,
    ...more,
  };
}

const run = (more: Partial<Hash> = {}): Promise<JobSummary> => runJob(request(more));

async function groups(id: number): Promise<readonly DuplicateGroup[]> {
  return (await engine.duplicateGroups(id, 0, 500)).groups;
}

async function paths(id: number): Promise<string[][]> {
  return (await groups(id)).map((group) => [...group.paths]);
}

/** Longer than a beginning; `end` tells files with one beginning apart. */
function long(beginning: string, end: string): Buffer {
  return Buffer.concat([Buffer.alloc(HEAD_BYTES, beginning), Buffer.alloc(3 * HEAD_BYTES, end)]);
}

describe.each(MODES)('mode %s', (mode) => {
  test('groups by content, most space first, and reads no more than it needs', async () => {
    const a = put('a', 'same');
    const b = put('sub/b', 'same');
    put('other', 'othe');
    put('alone', 'of a size of its own');
    const c = put('c', long('x', 'y'));
    const d = put('sub/d', long('x', 'y'));
    put('ends otherwise', long('x', 'z'));
    put('begins otherwise', long('z', 'y'));
    const job = await run({ mode });
    expect(job).toMatchObject({ state: 'done', counts: { done: 8, failed: 0, queued: 0 } });
    expect(engine.findings(job.id)).toEqual({ duplicate: 4, unique: 4 });
    const { totals } = await engine.duplicateGroups(job.id, 0, 0);
    expect(totals).toEqual({ groups: 2, files: 4, reclaimableBytes: 4 * HEAD_BYTES + 4 });
    expect(await paths(job.id)).toEqual([
      [c, d],
      [a, b],
    ]);
    // The one with another beginning, and the one with another size, were not read to their ends.
    expect(job.bytesDone).toBe(3 * 4 * HEAD_BYTES + 3 * 4);
    expect(job.bytesKnown).toBe(job.bytesDone);
  });
});

test('names of one file count once, however it is met', async () => {
  const a = put('a', 'content');
  linkSync(a, tree('b'));
  const c = put('c', 'content');
  linkSync(c, tree('d'));
  const first = await run();
  expect(engine.findings(first.id)).toEqual({ duplicate: 2, 'hard-link': 2 });
  expect(await groups(first.id)).toMatchObject([
    { size: 7, files: 2, reclaimable: 7, paths: [a, c], links: [tree('b'), tree('d')] },
  ]);
  rmSync(tree('c'));
  rmSync(tree('d'));
  const names = await run();
  expect(await groups(names.id)).toEqual([]);
  expect(engine.findings(names.id)).toEqual({ unique: 1, 'hard-link': 1 });
  // A folder that is given twice, also by way of a link that is followed.
  rmSync(tree('b'));
  symlinkSync('a', tree('link'));
  const twice = await run({ paths: [tree(), tree()], rules: { links: 'follow' } });
  expect(await groups(twice.id)).toEqual([]);
});

test('empty files are equal, and there is nothing to win', async () => {
  const made = [put('a', ''), put('b', '')];
  const job = await run();
  expect(await groups(job.id)).toMatchObject([{ size: 0, files: 2, reclaimable: 0, paths: made }]);
});

test('odd names, and what is no file', async () => {
  const names = ['new\nline', '-dash', ' space ', 'quote"'].map((name) => put(name, 'odd'));
  const raw = Buffer.concat([Buffer.from(tree('raw-')), Buffer.of(0xff, 0xfe)]);
  writeFileSync(raw, 'odd');
  execFileSync('mkfifo', [tree('fifo')]);
  symlinkSync('-dash', tree('link'));
  const job = await run();
  expect(job).toMatchObject({ state: 'done', counts: { done: 5, skipped: 2 } });
  const [group] = await groups(job.id);
  expect([...(group?.paths ?? [])].sort()).toEqual([...names, tree('raw-\\xff\\xfe')].sort());
  const leftOut: FsPath[] = [];
  const list = async (end: '\n' | '\0'): Promise<Buffer> => {
    const pieces: Uint8Array[] = [];
    const onLeftOut = (path: FsPath): unknown => leftOut.push(path);
    for await (const piece of engine.listDuplicates(job.id, { end, onLeftOut })) pieces.push(piece);
    return Buffer.concat(pieces);
  };
  expect((await list('\0')).includes(raw)).toBe(true);
  // Two of its lines would be paths of nothing.
  expect(await list('\n')).toEqual(Buffer.alloc(0));
  expect(leftOut).toEqual([names[0]]);
});

/** Runs when all is listed and nothing was read: a FIFO is told as skipped while files are listed. */
async function runWith(whenListed: () => void): Promise<JobSummary> {
  execFileSync('mkfifo', [tree('fifo')]);
  const { id } = await engine.createJob(request(), { start: false });
  const off = engine.on('tasks-settled', () => {
    off();
    whenListed();
  });
  return go(id);
}

test('a file that cannot be read fails, and may be retried', async () => {
  const a = put('a', long('x', 'y'));
  const b = put('b', long('x', 'y'));
  const job = await runWith(() => {
    renameSync(b, join(folder, 'elsewhere'));
  });
  expect(job.counts).toMatchObject({ done: 1, failed: 1 });
  expect(engine.findings(job.id)).toEqual({ unique: 1 });
  renameSync(join(folder, 'elsewhere'), b);
  const ended = engine.ended(job.id);
  await engine.retry(job.id);
  expect((await ended).counts).toMatchObject({ done: 2, failed: 0, queued: 0 });
  // The first one was settled as unique: it had to be read after all.
  expect(await paths(job.id)).toEqual([[a, b]]);
  expect(engine.findings(job.id)).toEqual({ duplicate: 2 });
});

test('a file that changed since it was listed is no duplicate of anything', async () => {
  put('a', 'same');
  const b = put('b', 'same');
  const job = await runWith(() => {
    writeFileSync(b, 'longer');
  });
  const changed = (await rows(job.id)).find(({ name }) => name === 'b');
  expect(changed).toMatchObject({ state: 'failed', error: { code: 'changed-while-reading' } });
  expect(changed?.error?.message).toContain('had 4 bytes when it was listed and has 6 now');
  expect(await groups(job.id)).toEqual([]);
});

describe('stopped and resumed', () => {
  const sets = 150;

  function makeSets(): void {
    for (let index = 0; index < sets; index++) {
      put(`a/${index}`, long(`h${index}`, 'y'));
      put(`b/${index}`, long(`h${index}`, index % 3 === 0 ? 'z' : 'y'));
      put(`c/${index}`, Buffer.alloc(1000 + (index % 7), `s${index % 5}`));
      put(`d/${index}`, Buffer.alloc(10_000 + index, 'alone'));
    }
  }

  // By what is known when it stops: while it is planned, in each phase, and at the last step.
  const moments: Readonly<Record<string, (job: JobSummary) => boolean>> = {
    planning: ({ counts }) => counts.queued > 0,
    'the first phase': ({ planned, counts }) => planned && counts.done > 20,
    'the second phase': ({ counts }) => counts.done > 2.4 * sets,
    'the end': ({ counts, planned }) => planned && counts.queued === 0,
  };

  for (const [name, isThen] of Object.entries(moments)) {
    test(`in ${name}`, async () => {
      makeSets();
      const { id } = await engine.createJob(request({ mode: 'sequential', cache: false }), { start: false });
      const { job: stopped, settled } = await stopWhen(id, isThen);
      const job = stopped.state === 'done' ? stopped : await go(id);
      expect(job).toMatchObject({ state: 'done', counts: { done: 4 * sets, queued: 0, failed: 0 } });
      const found = await groups(id);
      expect(found.filter(({ size }) => size === 4 * HEAD_BYTES)).toHaveLength(sets - Math.ceil(sets / 3));
      expect(found.filter(({ size }) => size < 2000)).toHaveLength(35);
      expect(engine.findings(id)).toEqual({
        duplicate: 2 * (sets - sets / 3) + sets,
        unique: (2 * sets) / 3 + sets,
      });
      // Nothing settles twice.
      expect([...settled.values()].every((times) => times === 1)).toBe(true);
    });
  }
});

test.runIf(remembersDigests())(
  'a second search takes the digests from the cache, unless a file has changed',
  async () => {
    put('a', long('x', 'y'));
    const b = put('b', long('x', 'y'));
    put('c', 'small');
    put('d', 'small');
    await anHourLater();
    const first = await run();
    expect(await groups(first.id)).toHaveLength(2);
    const second = await run();
    expect(await groups(second.id)).toHaveLength(2);
    expect((await rows(second.id)).every(({ attempts }) => attempts === 0)).toBe(true);
    const { mtimeMs } = statSync(b);
    writeFileSync(b, long('x', 'z'));
    utimesSync(b, mtimeMs / 1000, mtimeMs / 1000);
    const third = await run();
    expect(await paths(third.id)).toEqual([[tree('c'), tree('d')]]);
  },
);

test('exports as JSON Lines and as CSV', async () => {
  const a = put('a "quoted", name', 'same');
  const b = put('b', 'same');
  linkSync(b, tree('c'));
  const { id } = await run();
  const text = async (format: 'jsonl' | 'csv'): Promise<string> => {
    let whole = '';
    for await (const piece of engine.exportDuplicates(id, format)) whole += piece;
    return whole;
  };
  const [{ digest } = { digest: '' }] = await groups(id);
  expect(await text('jsonl')).toBe(
    `${JSON.stringify({ type: 'duplicates', size: 4, digest, reclaimable: 4, paths: [a, b], links: [tree('c')] })}\n`,
  );
  expect((await text('csv')).split('\r\n')).toEqual([
    'group,size,digest,reclaimable,type,path',
    `1,4,${digest},4,file,"${a.replaceAll('"', '""')}"`,
    `1,4,${digest},4,file,${b}`,
    `1,4,${digest},4,hard-link,${tree('c')}`,
    '',
  ]);
  await engine.remove(id);
});

test('20,000 files', async () => {
  for (let index = 0; index < 20_000; index++) {
    const at = tree(`${index % 100}`);
    if (index < 100) mkdirSync(at);
    // Every content twice, and 400 files of each size.
    writeFileSync(
      join(at, `${index}`),
      `${String(index % 10_000).padStart(5, '0')}${'x'.repeat(index % 50)}`,
    );
  }
  const job = await run();
  expect(job.counts).toMatchObject({ done: 20_000, failed: 0 });
  const { totals } = await engine.duplicateGroups(job.id, 9_990, 20);
  expect(totals).toMatchObject({ groups: 10_000, files: 20_000 });
  expect(engine.findings(job.id)).toEqual({ duplicate: 20_000 });
});

test('groups are those of whoever compares every file with every other', async () => {
  const content = fc.record({
    size: fc.constantFrom(0, 1, 5, HEAD_BYTES, HEAD_BYTES + 1, 3 * HEAD_BYTES),
    beginning: fc.constantFrom('a', 'b'),
    end: fc.constantFrom('a', 'b'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(content, { maxLength: 14 }),
      fc.constantFrom('sequential', 'pool', 'event-loop'),
      async (files, mode) => {
        rmSync(tree(), { recursive: true });
        mkdirSync(tree());
        const naive = new Map<string, string[]>();
        files.forEach(({ size, beginning, end }, index) => {
          const bytes = Buffer.alloc(size, beginning);
          if (size > 1) bytes.write(end, size - 1);
          const path = put(String(index).padStart(3, '0'), bytes);
          const key = createHash('sha256').update(bytes).digest('hex');
          naive.set(key, [...(naive.get(key) ?? []), path]);
        });
        const { id } = await run({ mode: mode as 'pool' });
        const expected = [...naive.values()].filter(({ length }) => length > 1);
        expect((await paths(id)).map(String).sort()).toEqual(expected.map(String).sort());
      },
    ),
    { numRuns: 25 },
  );
});

test('what means nothing in a search is refused', async () => {
  put('a', 'a');
  const manifest = { path: join(folder, 'SUMS'), format: null };
  await expect(run({ manifest })).rejects.toMatchObject({ code: 'bad-request' });
});
