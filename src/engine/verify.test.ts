/** Hashing, manifests of jobs, the cache of digests and verifying, with real threads, files and SQLite. */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import { MODES, type JobSummary } from '../common/model/jobs';
import type { Finding } from '../common/model/tasks';
import {
  engine,
  folder,
  go,
  put,
  reopenEngine,
  rows,
  run,
  useEngine,
  remembersDigests,
  anHourLater,
} from './testing/test-engine';

useEngine('verify');

beforeEach(() => {
  mkdirSync(tree());
});

async function findings(jobId: number): Promise<Record<string, Finding | null>> {
  return Object.fromEntries((await rows(jobId)).map(({ name, finding }) => [name, finding]));
}

const tree = (...parts: string[]): string => join(folder, 'tree', ...parts);

function make(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) put(tree(path), content);
}

type Verify = Partial<Extract<JobRequest, { kind: 'verify' }>>;
const verify = (manifest: string, more: Verify = {}): Promise<JobSummary> =>
  run({ kind: 'verify', mode: 'pool', workers: 2, manifest, root: null, ...more });

type Hash = Partial<Extract<JobRequest, { kind: 'hash' }>>;
const hash = (more: Hash = {}): Promise<JobSummary> =>
  run({
    kind: 'hash',
    mode: 'pool',
    workers: 2,
    paths: [tree()],
    algorithms: ['sha256'],
    manifest: null,
    ...more,
  });

describe('verifying', () => {
  beforeEach(() => {
    make({ a: 'one', b: 'two', 'sub/c': 'three', gone: 'four', 'odd\nname': 'five' });
    execFileSync('sh', ['-c', 'find . -type f -print0 | xargs -0 sha256sum > ../SUMS'], { cwd: tree() });
    renameSync(join(folder, 'SUMS'), tree('SUMS'));
  });

  test.each(MODES)('what differs is said file by file, in mode %s', async (mode) => {
    writeFileSync(tree('b'), 'changed');
    rmSync(tree('gone'));
    rmSync(tree('sub/c'));
    mkdirSync(tree('sub/c'));
    const job = await verify(tree('SUMS'), { mode });
    expect(await findings(job.id)).toEqual({
      a: 'ok',
      b: 'changed',
      'sub/c': 'unreadable',
      gone: 'missing',
      'odd\nname': 'ok',
    });
    expect(job.counts).toMatchObject({ done: 2, failed: 3 });
    expect(engine.findings(job.id)).toEqual({ ok: 2, changed: 1, unreadable: 1, missing: 1 });
    const changed = (await rows(job.id)).find(({ name }) => name === 'b');
    expect(changed?.error?.message).toContain('its sha256 is ');
    // What was found, as data.
    expect(changed?.digests).toEqual({ sha256: createHash('sha256').update('changed').digest('hex') });
  });

  test('checked again, only what differed is read', async () => {
    writeFileSync(tree('b'), 'changed');
    const { id } = await verify(tree('SUMS'));
    writeFileSync(tree('b'), 'two');
    const ended = engine.ended(id);
    await engine.retry(id);
    expect((await ended).counts).toMatchObject({ done: 5, failed: 0 });
    expect(engine.findings(id)).toEqual({ ok: 5 });
  });

  test('files that are not listed differ only where that is asked for', async () => {
    make({ 'sub/new': 'x', other: 'y', '.hidden': 'z' });
    symlinkSync('a', tree('link'));
    expect(engine.findings((await verify(tree('SUMS'))).id)).toEqual({ ok: 5 });
    const { id } = await verify(tree('SUMS'), { strict: true, rules: { hidden: false } });
    expect(await findings(id)).toMatchObject({ 'sub/new': 'extra', other: 'extra' });
    expect(engine.findings(id)).toEqual({ ok: 5, extra: 2 });
    // `hash` leaves links out, and says so.
    expect((await rows(id, 'skipped')).map(({ name, error }) => [name, error?.code])).toEqual([
      ['link', 'symbolic-link'],
    ]);
  });

  test('another root', async () => {
    renameSync(tree(), join(folder, 'moved'));
    mkdirSync(tree());
    const { id } = await verify(join(folder, 'moved/SUMS'), { root: tree() });
    expect(engine.findings(id)).toEqual({ missing: 5 });
    expect(engine.findings((await verify(join(folder, 'moved/SUMS'))).id)).toEqual({ ok: 5 });
  });

  test('names that lead out of the root are not opened unless that is allowed', async () => {
    const sums = execFileSync('sha256sum', ['../tree/../outside', join(folder, 'outside'), tree('a')], {
      cwd: tree(),
      input: '',
      encoding: 'utf8',
      ...(writeFileSync(join(folder, 'outside'), 'x'), {}),
    });
    writeFileSync(tree('OUT'), sums);
    const { id } = await verify(tree('OUT'));
    expect(engine.findings(id)).toEqual({ unreadable: 2, ok: 1 });
    expect((await rows(id)).map(({ error }) => error?.code ?? null)).toEqual([
      'outside-root',
      'outside-root',
      null,
    ]);
    expect(engine.findings((await verify(tree('OUT'), { outside: true })).id)).toEqual({ ok: 3 });
  });

  test('links that lead out of the root are not followed unless that is allowed', async () => {
    mkdirSync(join(folder, 'secrets'));
    writeFileSync(join(folder, 'secrets/key'), 'x');
    symlinkSync('../secrets/key', tree('file'));
    symlinkSync('../secrets', tree('way'));
    symlinkSync('a', tree('within'));
    const sums = execFileSync('sha256sum', ['file', 'way/key', 'within'], { cwd: tree() });
    writeFileSync(tree('OUT'), sums);
    const { id } = await verify(tree('OUT'));
    expect(await findings(id)).toEqual({ file: 'unreadable', 'way/key': 'unreadable', within: 'ok' });
    const [file] = await rows(id);
    expect(file?.error).toMatchObject({ code: 'outside-root' });
    expect(file?.error?.message).toContain(
      `Line 1 of ${tree('OUT')} leads out of ${tree()} through a symbolic link`,
    );
    expect(engine.findings((await verify(tree('OUT'), { outside: true })).id)).toEqual({ ok: 3 });
    // What hash lists where links are followed, verify finds where they are.
    const rules = { links: 'follow' } as const;
    expect(engine.findings((await verify(tree('OUT'), { rules })).id)).toEqual({ ok: 3 });
  });

  test('behind a link, .. is the parent of where it leads, no further out than the folder of the root', async () => {
    mkdirSync(join(folder, 'real/deep'), { recursive: true });
    writeFileSync(join(folder, 'real/x'), 'outer');
    writeFileSync(tree('x'), 'inner');
    symlinkSync('../real/deep', tree('link'));
    symlinkSync('../../tree/sub', tree('sub/home'));
    symlinkSync('/etc/ssl', tree('far'));
    const names = ['link/../x', 'sub/home/../x', 'far/../hostname'];
    const sums = execFileSync('sha256sum', names, { cwd: tree(), encoding: 'utf8' });
    expect(sums.slice(0, 64)).toBe(createHash('sha256').update('outer').digest('hex'));
    writeFileSync(tree('UP'), sums);
    const { id } = await verify(tree('UP'));
    expect(await findings(id)).toEqual({
      'link/../x': 'ok',
      'sub/home/../x': 'ok',
      'far/../hostname': 'unreadable',
    });
  });

  test('a line that is none is told with its number, and the others are checked', async () => {
    appendFileSync(tree('SUMS'), 'no checksum at all\n');
    const { id } = await verify(tree('SUMS'));
    const [fault] = (await rows(id)).filter(({ state }) => state === 'failed');
    expect(fault?.error).toMatchObject({ code: 'manifest-line' });
    expect(fault?.error?.message).toContain(`Line 6 of ${tree('SUMS')}`);
    expect(engine.findings(id)).toEqual({ ok: 5, unreadable: 1 });
  });

  test('what is no manifest fails as a whole, with a sentence', async () => {
    writeFileSync(tree('README'), 'Read me.\nPlease.\n');
    const job = await verify(tree('README'));
    expect(job.state).toBe('failed');
    expect(job.error?.code).toBe('manifest-unreadable');
  });

  test('links are followed as sha256sum does, FIFOs are not opened', async () => {
    symlinkSync('a', tree('link'));
    writeFileSync(tree('LINKS'), execFileSync('sha256sum', ['link', 'b'], { cwd: tree() }));
    rmSync(tree('b'));
    execFileSync('mkfifo', [tree('b')]);
    const { id } = await verify(tree('LINKS'));
    expect(await findings(id)).toEqual({ link: 'ok', b: 'unreadable' });
  });

  test('a digest that could be of several algorithms is tried as each', async () => {
    const { id: hashed } = await hash({ paths: [tree('a'), tree('b')], algorithms: ['blake3'] });
    const lines: string[] = [];
    for await (const line of engine.manifestLines(hashed, { base: tree() })) lines.push(String(line));
    writeFileSync(tree('checksums.txt'), lines.join(''));
    const { id } = await verify(tree('checksums.txt'));
    expect(engine.findings(id)).toEqual({ ok: 2 });
    expect((await rows(id))[0]?.digests).toEqual((await rows(hashed))[0]?.digests);
    const named = await verify(tree('checksums.txt'), { algorithm: 'sha256' });
    expect(engine.findings(named.id)).toEqual({ changed: 2 });
  });

  test('goes on where it was stopped, and not with another manifest', async () => {
    const lines = Array.from({ length: 700 }, (_, index) => {
      writeFileSync(tree(`f${index}`), '');
      return `e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  f${index}\n`;
    });
    writeFileSync(tree('MANY'), lines.join(''));
    const request = {
      kind: 'verify',
      mode: 'sequential',
      workers: 1,
      manifest: tree('MANY'),
      root: null,
      strict: true,
    } as const;
    const stopAtOnce = async (): Promise<number> => {
      const { id } = await engine.createJob(request, { start: false });
      const unsubscribe = engine.on('tasks-settled', ({ jobId }) => {
        if (jobId === id) void engine.close({ interrupt: true });
      });
      await go(id);
      unsubscribe();
      await reopenEngine();
      return id;
    };
    const first = await stopAtOnce();
    await go(first);
    expect(engine.findings(first)).toEqual({ ok: 700, extra: 6 });
    expect(engine.job(first).counts).toMatchObject({ done: 700, failed: 6, queued: 0 });
  });
});

describe('the cache of digests', () => {
  const old = new Date(Date.now() - 3_600_000);
  beforeEach(() => {
    make({ a: 'one', b: 'two', 'sub/c': 'three' });
  });

  /** Attempts say whether a file was read. */
  const read = async (id: number): Promise<Record<string, number>> =>
    Object.fromEntries((await rows(id)).map(({ name, attempts }) => [name, attempts]));
  test.runIf(remembersDigests())('files that have not changed are not read again', async () => {
    // Fresh files may change again within one tick of the clock: nothing of them is remembered.
    await hash();
    expect(await read((await hash()).id)).toEqual({ a: 1, b: 1, 'sub/c': 1 });
    await anHourLater();
    const first = await hash();
    const again = await hash();
    expect(await read(again.id)).toEqual({ a: 0, b: 0, 'sub/c': 0 });
    expect((await rows(again.id)).map(({ digests }) => digests)).toEqual(
      (await rows(first.id)).map(({ digests }) => digests),
    );
    expect(again.counts.done).toBe(3);
    expect(again.bytesDone).toBe(11);
    // Another algorithm, and no cache.
    expect(await read((await hash({ algorithms: ['sha256', 'md5'] })).id)).toEqual({
      a: 1,
      b: 1,
      'sub/c': 1,
    });
    expect(await read((await hash({ cache: false })).id)).toEqual({ a: 1, b: 1, 'sub/c': 1 });
    // Same size, and a time of modification that was put back: the time of change tells.
    const { mtime } = statSync(tree('a'));
    writeFileSync(tree('a'), 'ONE');
    utimesSync(tree('a'), old, mtime);
    chmodSync(tree('b'), 0o600);
    const changed = await hash();
    expect(await read(changed.id)).toEqual({ a: 1, b: 1, 'sub/c': 0 });
    expect((await rows(changed.id))[0]?.digests?.sha256).toBe(
      execFileSync('sha256sum', [tree('a')], { encoding: 'utf8' }).slice(0, 64),
    );
  });

  test('verifying reads always', async () => {
    await anHourLater();
    await hash({ manifest: { path: tree('SUMS'), format: 'gnu' } });
    // Known by now, where digests are remembered at all.
    expect(Object.values(await read((await hash()).id)).includes(0)).toBe(remembersDigests());
    const { id } = await verify(tree('SUMS'));
    expect(await read(id)).toEqual({ a: 1, b: 1, 'sub/c': 1 });
  });
});

describe('the manifest of a job', () => {
  beforeEach(() => {
    make({ a: 'one', 'sub/b': 'two' });
  });

  test.each([
    ['SUMS', ['sha256'], /^[0-9a-f]{64} {2}a\n[0-9a-f]{64} {2}sub\/b\n$/u],
    ['SUMS', ['sha256', 'md5'], /^SHA256 \(a\) = [0-9a-f]{64}\nMD5 \(a\) = [0-9a-f]{32}\n/u],
    ['x.sfv', ['crc32'], /^(?:;.*\n)*a [0-9a-f]{8}\nsub\/b [0-9a-f]{8}\n$/iu],
    ['x.json', ['sha256', 'blake3'], /"sha256"/u],
  ] as const)('%s of %j has the usual format', async (name, algorithms, expected) => {
    await hash({ algorithms: [...algorithms], manifest: { path: tree(name), format: null } });
    expect(readFileSync(tree(name), 'utf8')).toMatch(expected);
    rmSync(tree('sub/b'));
    const { id } = await verify(tree(name));
    expect(engine.findings(id)).toEqual({ ok: 1, missing: 1 });
  });

  test('what a format cannot carry is refused before anything is read, or with the name', async () => {
    const asked = { manifest: { path: tree('x.sfv'), format: null }, algorithms: ['sha256'] as ['sha256'] };
    await expect(hash(asked)).rejects.toMatchObject({ code: 'manifest-algorithm' });
    make({ 'line\nfeed': '' });
    const job = await hash({ algorithms: ['crc32'], manifest: { path: tree('x.sfv'), format: null } });
    expect(job).toMatchObject({ state: 'failed', error: { code: 'manifest-name' } });
    expect(job.error?.message).toContain('line\\nfeed');
    expect(() => statSync(tree('x.sfv'))).toThrow();
  });

  test('of a copy lists every name of a file', async () => {
    linkSync(tree('a'), tree('z'));
    const target = join(folder, 'copied');
    await run({
      kind: 'copy',
      mode: 'pool',
      workers: 2,
      sources: [tree()],
      destination: target,
      layout: 'contents',
      manifest: { path: join(folder, 'COPIED'), format: 'hashdeep' },
      algorithms: ['sha256', 'md5'],
    });
    const { id } = await verify(join(folder, 'COPIED'));
    expect(await findings(id)).toEqual({ 'copied/a': 'ok', 'copied/sub/b': 'ok', 'copied/z': 'ok' });
  });
});
