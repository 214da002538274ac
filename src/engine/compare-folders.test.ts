/** Comparing two folders by content, with real threads, files and SQLite. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import { MODES, type JobSummary } from '../common/model/jobs';
import { engine, folder, go, put, rows, run as runJob, stopWhen, useEngine } from './testing/test-engine';

useEngine('folders');

beforeEach(() => {
  mkdirSync(left());
  mkdirSync(right());
});

function left(...parts: string[]): string {
  return join(folder, 'left', ...parts);
}

function right(...parts: string[]): string {
  return join(folder, 'right', ...parts);
}

type Verify = Extract<JobRequest, { kind: 'verify' }>;

function request(more: Partial<Verify> = {}): Verify {
  return {
    kind: 'verify',
    mode: 'pool',
    workers: 2,
    manifest: left(),
    root: right(),
    rules: { links: 'link' },
    ...more,
  };
}

const run = (more: Partial<Verify> = {}): Promise<JobSummary> => runJob(request(more));

/** Each finding that is a difference, by path; what was moved with where it is now. */
async function differences(id: number): Promise<Record<string, string>> {
  return Object.fromEntries(
    (await rows(id))
      .filter(({ state }) => state === 'failed')
      .map(({ name, finding, target }) => [
        name,
        finding === 'moved' ? `moved to ${(target ?? '').slice(right().length + 1)}` : (finding ?? 'none'),
      ]),
  );
}

describe.each(MODES)('mode %s', (mode) => {
  test('every kind of difference', async () => {
    for (const side of [left, right]) {
      put(side('same'), 'same');
      put(side('sub/same'), 'also same');
      put(side('sub.txt'), 'sorts before what is in sub');
      put(side('empty/'));
      symlinkSync('same', side('link'));
    }
    put(left('content'), 'abcdef');
    put(right('content'), 'abcdeg');
    put(left('size'), 'short');
    put(right('size'), 'longer');
    put(left('gone'), 'only here');
    put(right('new/deep/one'), 'only there');
    put(left('empty left/'));
    put(right('in/empty right/'));
    put(left('old name'), 'was moved');
    put(right('elsewhere/new name'), 'was moved');
    put(left('type'), 'a file');
    put(right('type/inside'), 'a folder');
    put(left('type-b'), 'between them in the order');
    put(right('type-b'), 'between them in the order');
    symlinkSync('a', left('links'));
    symlinkSync('b', right('links'));
    put(left('no file'), '');
    const job = await run({ mode });
    expect(await differences(job.id)).toEqual({
      content: 'different',
      size: 'different',
      gone: 'only-left',
      'new/deep/one': 'only-right',
      'empty left': 'only-left',
      'in/empty right': 'only-right',
      'old name': 'moved to elsewhere/new name',
      type: 'different',
      'type/inside': 'only-right',
      links: 'different',
      'no file': 'only-left',
    });
    expect(engine.findings(job.id)).toEqual({
      same: 5,
      different: 4,
      'only-left': 3,
      'only-right': 3,
      moved: 1,
    });
    expect(job).toMatchObject({ state: 'done', variant: 'folders', counts: { failed: 11, queued: 0 } });
    const reasons = new Map((await rows(job.id)).map(({ name, error }) => [name, error?.message]));
    expect(reasons.get('content')).toMatch(/same size and differ from byte 5 on/u);
    expect(reasons.get('size')).toBe(`${left('size')} has 5 bytes, ${right('size')} 6.`);
    expect(reasons.get('type')).toBe(`${left('type')} is a file, ${right('type')} is a folder.`);
  });
});

test('a folder where the other side has a file, and the other way round', async () => {
  put(left('a/x'), '1');
  put(right('a'), 'file');
  put(left('b'), 'file');
  put(left('b!'), 'between');
  put(left('b-c'), 'between');
  put(right('b/'));
  const job = await run();
  expect(await differences(job.id)).toEqual({
    a: 'different',
    'a/x': 'only-left',
    b: 'different',
    'b!': 'only-left',
    'b-c': 'only-left',
  });
});

test('what is neither file, folder nor link is skipped where both have it', async () => {
  execFileSync('mkfifo', [left('fifo'), right('fifo'), left('only'), left('other')]);
  put(right('other'), 'a file');
  const job = await run();
  expect(await differences(job.id)).toEqual({ only: 'only-left', other: 'different' });
  expect(job.counts).toMatchObject({ skipped: 1, failed: 2 });
});

test('links are left out where that is the rule', async () => {
  symlinkSync('a', left('both'));
  symlinkSync('b', right('both'));
  symlinkSync('a', left('one'));
  const job = await run({ rules: { links: 'skip' } });
  expect(job.counts).toMatchObject({ failed: 0, skipped: 2 });
});

test('odd names on both sides', async () => {
  const names = [Buffer.from('new\nline'), Buffer.of(0x61, 0xff), Buffer.of(0xc3, 0x28), Buffer.from('é')];
  for (const side of [left(), right()])
    for (const name of names)
      writeFileSync(Buffer.concat([Buffer.from(`${side}/`), name]), side === left() ? 'left!' : 'right');
  const job = await run();
  expect(job.counts).toMatchObject({ failed: 4, done: 0 });
  expect(engine.findings(job.id)).toEqual({ different: 4 });
  for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${right()}/`), name]), 'left!');
  expect((await run()).counts).toMatchObject({ failed: 0, done: 4 });
});

test('one file by two names is the same without being read', async () => {
  put(left('a'), 'content');
  linkSync(left('a'), right('a'));
  const job = await run();
  expect(job).toMatchObject({ bytesDone: 0, counts: { done: 1, failed: 0 } });
});

test('a name in another Unicode form is said to be that', async () => {
  put(left('d/caf\u00e9'), 'one content');
  put(right('d/cafe\u0301'), 'one content');
  const job = await run();
  expect(await differences(job.id)).toEqual({ 'd/caf\u00e9': 'moved to d/cafe\u0301' });
  const [reason] = (await rows(job.id)).flatMap(({ finding, error }) => (finding === 'moved' ? [error] : []));
  expect(reason?.message).toContain('is on the right under another Unicode form of its name');
});

test('moved files find the one of their name; what is left over is on one side alone', async () => {
  put(left('x/one'), 'content');
  put(left('x/two'), 'content');
  put(left('x/three'), 'content');
  put(right('y/two'), 'content');
  put(right('y/four'), 'content');
  put(right('z'), 'of another size');
  put(left('w'), 'of equal size A');
  put(right('v'), 'of equal size B');
  const job = await run();
  expect(await differences(job.id)).toEqual({
    'x/two': 'moved to y/two',
    'x/one': 'moved to y/four',
    'x/three': 'only-left',
    z: 'only-right',
    w: 'only-left',
    v: 'only-right',
  });
  // Once more gives the same.
  const ended = engine.ended(job.id);
  await engine.retry(job.id);
  expect((await ended).counts).toEqual(job.counts);
  expect(await differences(job.id)).toMatchObject({ 'x/two': 'moved to y/two', 'x/three': 'only-left' });
});

test('files that vanish or change after they were listed are no wrong answer', async () => {
  execFileSync('mkfifo', [left('0'), right('0')]);
  put(left('gone'), 'content');
  put(right('gone'), 'content');
  put(left('linked'), 'content');
  put(right('linked'), 'content');
  const { id } = await engine.createJob(request({ mode: 'sequential' }), { start: false });
  const off = engine.on('tasks-settled', () => {
    off();
    rmSync(right('gone'));
    renameSync(right('linked'), join(folder, 'away'));
    symlinkSync(join(folder, 'away'), right('linked'));
  });
  await go(id);
  expect(await differences(id)).toEqual({ gone: 'unreadable', linked: 'different' });
});

test('looked at again, what is on one side alone counts as little as before', async () => {
  for (const side of [left, right]) put(side('same'), 'same');
  put(left('gone'), 'only here');
  put(right('new'), 'only there, and longer');
  put(left('from'), 'moved to another place');
  put(right('to'), 'moved to another place');
  const { id, bytesKnown, bytesDone, counts } = await run();
  for (let times = 0; times < 2; times++)
    expect(await go(id, () => engine.retry(id))).toMatchObject({ bytesKnown, bytesDone, counts });
});

test('the same folder, no folder, and a link to a folder', async () => {
  await expect(run({ root: left() })).rejects.toMatchObject({ code: 'bad-request' });
  await expect(run({ root: left('none') })).rejects.toMatchObject({ code: 'source-missing' });
  put(left('a'), '1');
  put(right('a'), '1');
  symlinkSync('right', join(folder, 'link'));
  expect((await run({ root: join(folder, 'link') })).counts).toMatchObject({ done: 1, failed: 0 });
  symlinkSync('left', join(folder, 'to left'));
  await expect(run({ root: join(folder, 'to left') })).rejects.toMatchObject({ code: 'bad-request' });
  // One inside the other is like any two folders.
  put(left('inner/a'), '1');
  const inside = await run({ root: left('inner') });
  expect(await differences(inside.id)).toEqual({ 'inner/a': 'only-left' });
});

test('the rules hold on both sides', async () => {
  put(left('a.tmp'), '1');
  put(right('b.tmp'), '2');
  put(right('.hidden'), '3');
  put(right('sub/.git/x'), '4');
  const job = await run({ rules: { exclude: ['*.tmp', 'sub'], hidden: false } });
  expect(job.counts).toMatchObject({ failed: 0 });
  // Where only some files are asked for, folders without such are no news.
  const some = await run({ rules: { include: ['*.tmp'] } });
  expect(await differences(some.id)).toEqual({ 'a.tmp': 'only-left', 'b.tmp': 'only-right' });
});

describe('stopped and resumed', () => {
  const sets = 200;

  function makeSets(): void {
    for (let index = 0; index < sets; index++) {
      put(left(`a/${index}`), `same ${index}`);
      put(right(`a/${index}`), `same ${index}`);
      put(left(`b/${index}`), 'x'.repeat(100_000 + index));
      put(right(`b/${index}`), `${'x'.repeat(100_000 + index - 1)}y`);
      put(left(`c/${index}`), `moved ${String(index).padStart(4, '0')}`);
      put(right(`d/${index}`), `moved ${String(index).padStart(4, '0')}`);
      put(left(`e/${index}`), 'z'.repeat(500 + index));
    }
    put(left('f'), 'file');
    put(right('f/below'), 'folder');
  }

  const moments: Readonly<Record<string, (job: JobSummary) => boolean>> = {
    planning: ({ counts }) => counts.queued > 0,
    'the first phase': ({ planned, counts }) => planned && counts.done > 20,
    'the second phase': ({ counts }) => counts.failed > sets + 20,
  };

  for (const [name, isThen] of Object.entries(moments)) {
    test(`in ${name}`, async () => {
      makeSets();
      const { id } = await engine.createJob(request({ mode: 'sequential' }), { start: false });
      const { job: stopped, settled } = await stopWhen(id, isThen);
      expect(stopped.state).toBe('paused');
      const job = await go(id);
      expect(job).toMatchObject({ state: 'done', counts: { queued: 0, skipped: sets } });
      expect(engine.findings(id)).toEqual({
        same: sets,
        different: sets + 1,
        moved: sets,
        'only-left': sets,
        'only-right': 1,
      });
      expect([...settled.values()].every((times) => times === 1)).toBe(true);
    });
  }
});

test('20,000 files', async () => {
  for (let index = 0; index < 20_000; index++) {
    if (index < 100) mkdirSync(left(`${index}`));
    writeFileSync(left(`${index % 100}`, `${index}`), `content ${index}`);
  }
  cpSync(left(), right(), { recursive: true });
  rmSync(left('5', '105'));
  renameSync(right('7', '107'), right('8', 'other'));
  writeFileSync(right('9', '19909'), 'CONTENT 19909');
  const job = await run();
  expect(engine.findings(job.id)).toEqual({ same: 19_997, moved: 1, different: 1, 'only-right': 1 });
});

/** What every path of a tree is: content, link text or `folder`. */
function naive(root: string, below = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(join(root, below))) {
    const path = below === '' ? name : `${below}/${name}`;
    const stats = lstatSync(join(root, path));
    if (stats.isSymbolicLink()) found.set(path, `link ${readlinkSync(join(root, path))}`);
    else if (stats.isFile()) found.set(path, `file ${readFileSync(join(root, path), 'utf8')}`);
    else {
      found.set(path, 'folder');
      for (const [inner, what] of naive(root, path)) found.set(inner, what);
    }
  }
  return found;
}

function isTold(tree: ReadonlyMap<string, string>, path: string): boolean {
  return tree.get(path) !== 'folder' || ![...tree.keys()].some((other) => other.startsWith(`${path}/`));
}

/** Findings by path; of files that only one side has, the content stands for what is paired as moved. */
function expected(): { readonly found: Record<string, string>; readonly moved: number } {
  const [ours, theirs] = [naive(left()), naive(right())];
  const found: Record<string, string> = {};
  const alone = { left: new Map<string, number>(), right: new Map<string, number>() };
  const count = (side: 'left' | 'right', what: string): void => {
    if (what.startsWith('file ') && what !== 'file ') alone[side].set(what, (alone[side].get(what) ?? 0) + 1);
  };
  for (const [path, what] of ours) {
    const other = theirs.get(path);
    if (what === other) {
      if (what !== 'folder') found[path] = 'same';
    } else if (other !== undefined) found[path] = 'different';
    else if (isTold(ours, path)) {
      found[path] = 'left';
      count('left', what);
    }
  }
  for (const [path, what] of theirs) {
    if (ours.has(path) || !isTold(theirs, path)) continue;
    found[path] = 'right';
    count('right', what);
  }
  let moved = 0;
  for (const [what, times] of alone.left) moved += Math.min(times, alone.right.get(what) ?? 0);
  return { found, moved };
}

test('findings are those of whoever lists both trees whole', async () => {
  const name = fc.constantFrom('a', 'a!', 'a-b', 'a0', 'b');
  const node = fc.oneof(
    fc.constantFrom('', 'x', 'y', 'xx', 'xy').map((content) => ({ content })),
    fc.constantFrom('p', 'q').map((link) => ({ link })),
    fc.constant({ folder: true }),
  );
  const entries = fc.array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 3 }), node), { maxLength: 9 });
  const make = (root: string, list: readonly (readonly [string[], object])[]): void => {
    for (const [parts, what] of list) {
      const path = join(root, ...parts);
      try {
        mkdirSync(dirname(path), { recursive: true });
        if ('content' in what) writeFileSync(path, String(what.content), { flag: 'wx' });
        else if ('link' in what) symlinkSync(String(what.link), path);
        else mkdirSync(path);
      } catch {
        // The name is taken, or a file is in the way.
      }
    }
  };
  await fc.assert(
    fc.asyncProperty(
      entries,
      entries,
      entries,
      fc.constantFrom('sequential', 'pool'),
      async (both, a, b, mode) => {
        for (const side of [left(), right()]) {
          rmSync(side, { recursive: true });
          mkdirSync(side);
          make(side, both);
        }
        make(left(), a);
        make(right(), b);
        const { found, moved } = expected();
        const { id } = await run({ mode: mode as 'pool' });
        const ours: Record<string, string> = {};
        let pairs = 0;
        for (const { name: path, finding, state, target } of await rows(id)) {
          if (finding === 'moved') {
            pairs += 1;
            // Both have the same content, and the other is told as skipped.
            expect(found[(target ?? '').slice(right().length + 1)]).toBe('right');
            ours[path] = 'left';
          } else if (state === 'skipped') ours[path] = 'right';
          else ours[path] = (finding ?? '').replace('only-', '');
        }
        expect(ours).toEqual(found);
        expect(pairs).toBe(moved);
      },
    ),
    { numRuns: 25 },
  );
});
