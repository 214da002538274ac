/** Verifying by names as other systems write them, by rules, by bags, and by what is handed over. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import type { JobSummary } from '../common/model/jobs';
import { engine, folder, go, put, rows, run, useEngine } from './testing/test-engine';

useEngine('verify-names');

beforeEach(() => {
  mkdirSync(tree());
});

const tree = (...parts: string[]): string => join(folder, 'tree', ...parts);
const digest = (content: string, algorithm = 'sha256'): string =>
  createHash(algorithm).update(content).digest('hex');

function make(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) put(tree(path), content);
}

type Verify = Partial<Extract<JobRequest, { kind: 'verify' }>>;
const verify = (manifest: string, more: Verify = {}): Promise<JobSummary> =>
  run({ kind: 'verify', mode: 'pool', workers: 2, manifest: tree(manifest), root: null, ...more });

/** `finding name`, or the code of the reason where there is no finding. */
async function told({ id }: JobSummary): Promise<string[]> {
  return (await rows(id)).map(
    ({ finding, name, state, error }) =>
      `${finding ?? error?.code ?? state} ${name}${state === 'done' && error !== null ? ` (${error.code})` : ''}`,
  );
}

describe('names with backslashes', () => {
  const list = (...names: string[]): string => names.map((name) => `${digest(name)} *${name}\r\n`).join('');

  test.each([
    ['x.sha256', (name: string, content: string) => `${digest(content)} *${name}`],
    ['two-spaces.sha256', (name: string, content: string) => `${digest(content)}  ${name}`],
    ['BSD', (name: string, content: string) => `SHA256 (${name}) = ${digest(content)}`],
    ['rhash', (name: string, content: string) => `${name}  ${digest(content, 'sha1')}`],
    [
      'hashdeep',
      (name: string, content: string) =>
        `%%%% HASHDEEP-1.0\r\n%%%% size,sha256,filename\r\n${content.length},${digest(content)},${name}`,
    ],
    [
      'x.json',
      (name: string, content: string) =>
        JSON.stringify({
          format: 'heddle-manifest',
          version: 1,
          files: [{ name, digests: { sha256: digest(content) } }],
        }),
    ],
  ] as const)('are those of Windows in %s', async (manifest, line) => {
    for (const name of ['sub\\b', '.\\sub\\b', 'sub\\deep/b', '.\\sub/deep\\b']) {
      make({ 'sub/b': 'there', 'sub/deep/b': 'there', [manifest]: `${line(name, 'there')}\r\n` });
      const found = name.includes('deep') ? 'sub/deep/b' : 'sub/b';
      expect(await told(await verify(manifest))).toEqual([`ok ${found}`]);
    }
    rmSync(tree('sub'), { recursive: true });
    expect(await told(await verify(manifest))).toEqual(['missing sub/deep/b']);
  });

  test('of a file that is really called so win, and where the line is escaped there are no others', async () => {
    make({ 'sub/b': 'sub\\b', 'sub\\b': 'other' });
    writeFileSync(tree('SUMS'), list('sub\\b'));
    expect(await told(await verify('SUMS'))).toEqual(['changed sub\\b']);
    rmSync(tree('sub\\b'));
    expect(await told(await verify('SUMS'))).toEqual(['ok sub/b']);
    writeFileSync(tree('SUMS'), `\\${digest('sub\\b')}  sub\\\\b\n`);
    expect(await told(await verify('SUMS'))).toEqual(['missing sub\\b']);
    writeFileSync(tree('SUMS'), `\\SHA256 (sub\\\\b) = ${digest('sub\\b')}\n`);
    expect(await told(await verify('SUMS'))).toEqual(['missing sub\\b']);
  });

  test('do not lead out of the root, and are not extra', async () => {
    make({ 'sub/b': 'sub\\b', 'sub/c': '' });
    writeFileSync(join(folder, 'x'), '..\\x');
    writeFileSync(tree('SUMS'), list('sub\\b', '..\\x', 'sub\\..\\..\\x'));
    const job = await verify('SUMS', { strict: true });
    expect(await told(job)).toEqual(['ok sub/b', 'unreadable ../x', 'unreadable sub/../../x', 'extra sub/c']);
    expect((await rows(job.id))[1]?.error?.code).toBe('outside-root');
  });
});

test('a path on a drive of Windows is not in the root, unless there is a folder of that name', async () => {
  make({
    'C:/x': 'there',
    SUMS: ['C:\\x', 'C:/x', 'D:\\x', 'd:/x'].map((n) => `${digest('there')} *${n}\r\n`).join(''),
  });
  const job = await verify('SUMS', { ignoreMissing: true });
  expect(await told(job)).toEqual(['ok C:/x', 'ok C:/x', 'unreadable D:\\x', 'unreadable d:/x']);
  expect((await rows(job.id))[2]?.error?.message).toMatch(
    /Line 3 of .*SUMS points outside .*; D:\\x was not opened/u,
  );
  expect(await told(await verify('SUMS', { outside: true }))).toEqual([
    'ok C:/x',
    'ok C:/x',
    'missing D:/x',
    'missing d:/x',
  ]);
});

describe('names in another Unicode form', () => {
  const composed = 'caf\u00e9';
  const decomposed = composed.normalize('NFD');

  test.each([
    [composed, decomposed],
    [decomposed, composed],
  ])('%j finds %j, and it is told', async (listed, there) => {
    make({ [`${there}/${there}`]: 'x' });
    writeFileSync(tree('SUMS'), `${digest('x')}  ${listed}/${listed}\n`);
    const job = await verify('SUMS', { strict: true });
    expect(await told(job)).toEqual([`ok ${listed}/${listed} (other-unicode-form)`]);
    expect((await rows(job.id))[0]?.source).toBe(tree(there, there));
  });

  test('where both are there, each is itself', async () => {
    make({ [composed]: 'x', [decomposed]: 'y' });
    writeFileSync(tree('SUMS'), `${digest('x')}  ${decomposed}\n${digest('x')}  ${composed}\n`);
    expect(await told(await verify('SUMS'))).toEqual([`changed ${decomposed}`, `ok ${composed}`]);
  });

  test('where two others are there, neither is taken', async () => {
    const [one, other] = ['\u1ec7', 'e\u0323\u0302', '\u1eb9\u0302'].slice(1);
    make({ [one ?? '']: 'x', [other ?? '']: 'x' });
    writeFileSync(tree('SUMS'), `${digest('x')}  \u1ec7\n`);
    expect(await told(await verify('SUMS'))).toEqual(['missing \u1ec7']);
  });
});

describe('rules', () => {
  beforeEach(() => {
    make({
      'a.jpg': 'a',
      'b.txt': 'bbbb',
      '.hidden': '',
      'sub/c.jpg': 'ccc',
      'sub/.gitignore': 'd*\n',
      'sub/d.jpg': 'd',
    });
    const names = ['a.jpg', 'b.txt', '.hidden', 'sub/c.jpg', 'sub/d.jpg', 'gone.jpg', 'gone.txt'];
    const content = ['a', 'bbbb', '', 'ccc', 'd', '', ''];
    writeFileSync(
      tree('SUMS'),
      names.map((name, index) => `${digest(content[index] ?? '')}  ${name}\n`).join(''),
    );
  });

  test.each<[Verify['rules'], string[]]>([
    [{ include: ['*.jpg'] }, ['ok a.jpg', 'ok sub/c.jpg', 'ok sub/d.jpg', 'missing gone.jpg']],
    [{ include: ['/sub/**'], exclude: ['d.*'] }, ['ok sub/c.jpg']],
    [{ exclude: ['sub', 'gone*'], hidden: false }, ['ok a.jpg', 'ok b.txt']],
    [{ gitignore: true, include: ['/sub/*'] }, ['ok sub/c.jpg']],
    [{ minSize: 3, exclude: ['gone*'] }, ['ok b.txt', 'ok sub/c.jpg']],
    [{ maxSize: 1, exclude: ['gone*'] }, ['ok a.jpg', 'ok .hidden', 'ok sub/d.jpg']],
  ])('%j leave out lines as they leave out files', async (rules, expected) => {
    expect(await told(await verify('SUMS', { rules }))).toEqual(expected);
  });

  test('what they leave out is not extra', async () => {
    make({ 'new.txt': '', 'sub/new.jpg': '' });
    const job = await verify('SUMS', { rules: { include: ['*.jpg'], exclude: ['gone*'] }, strict: true });
    expect(await told(job)).toEqual(['ok a.jpg', 'ok sub/c.jpg', 'ok sub/d.jpg', 'extra sub/new.jpg']);
  });

  test('that leave out everything verify nothing, which is an error', async () => {
    const job = await verify('SUMS', { rules: { include: ['*.png'] } });
    expect(job).toMatchObject({ state: 'failed', error: { code: 'nothing-verified' } });
  });
});

test('a followed link is not extra where the link is listed', async () => {
  make({ 'real/a': 'a' });
  symlinkSync('real', tree('link'));
  writeFileSync(tree('SUMS'), `${digest('a')}  real/a\n${digest('a')}  link/a\n`);
  const job = await verify('SUMS', { strict: true, rules: { links: 'follow' } });
  expect(await told(job)).toEqual(['ok real/a', 'ok link/a']);
});

test('what is missing can be ignored, but not all of it', async () => {
  make({ a: 'a' });
  symlinkSync('nowhere', tree('dangling'));
  writeFileSync(
    tree('SUMS'),
    ['a', 'b', 'dangling', 'a/b'].map((name) => `${digest(name)}  ${name}\n`).join(''),
  );
  expect(await told(await verify('SUMS', { ignoreMissing: true }))).toEqual(['ok a']);
  writeFileSync(tree('a'), 'changed');
  expect(await told(await verify('SUMS', { ignoreMissing: true }))).toEqual(['changed a']);
  rmSync(tree('a'));
  const job = await verify('SUMS', { ignoreMissing: true });
  expect(job).toMatchObject({ state: 'failed', error: { code: 'nothing-verified' } });
});

test('a manifest that is handed over is kept for the job, and goes with it', async () => {
  make({ a: 'a' });
  const content = Buffer.from(`${digest('a')}  a\nno line\n`);
  const input = (async function* () {
    yield await Promise.resolve(content);
  })();
  const request = { kind: 'verify', mode: 'sequential', workers: 1, manifest: null, root: tree() } as const;
  const { id } = await engine.createJob(request, { start: false, input });
  const job = await go(id);
  expect((await rows(id)).map(({ error }) => error?.message ?? null)).toEqual([
    'Line 2 of standard input is no line of a known format.',
    null,
  ]);
  expect(job.label).toBe('Standard input');
  const kept = (): string[] => readdirSync(join(folder, 'data', 'lists'));
  expect(kept()).toHaveLength(1);
  await engine.remove(id);
  expect(kept()).toEqual([]);
  await expect(engine.createJob(request)).rejects.toMatchObject({ code: 'bad-request' });
});

test('a digest that fits none of the algorithms that it could be of says which were tried', async () => {
  make({ a: 'a', SUMS: `${digest('b')}  a\n` });
  const [row] = await rows((await verify('SUMS')).id);
  expect(row?.error?.message).toMatch(
    /its sha256 is .*, which is not its BLAKE3, SHA3-256, BLAKE2b-256 or BLAKE2s either\.$/u,
  );
});

test('a signed list is checked, and it is said that its signature was not', async () => {
  const text = ['-----BEGIN PGP SIGNED MESSAGE-----', 'Hash: SHA512', '', `${digest('a')}  a`];
  make({ a: 'a', 'SUMS.asc': [...text, '-----BEGIN PGP SIGNATURE-----', ''].join('\n') });
  const job = await verify('SUMS.asc');
  expect(await told(job)).toEqual(['signature-not-checked Signature', 'ok a']);
  expect(job).toMatchObject({ state: 'done', counts: { done: 1, skipped: 1, failed: 0 } });
});

describe('bags', () => {
  const listed = (algorithm: string, files: Readonly<Record<string, string>>): string =>
    Object.entries(files)
      .map(([name, content]) => `${digest(content, algorithm)}  ${name}\n`)
      .join('');

  beforeEach(() => {
    make({ 'data/a': 'a', 'data/sub/100%': 'b', 'data/line\nfeed': 'c' });
    const payload = { 'data/a': 'a', 'data/sub/100%25': 'b', 'data/line%0afeed': 'c' };
    make({
      'bagit.txt': 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n',
      'manifest-sha256.txt': listed('sha256', payload),
      'manifest-md5.txt': listed('md5', payload),
    });
    make({
      'tagmanifest-md5.txt': listed('md5', { 'bagit.txt': 'x' }).replace(
        digest('x', 'md5'),
        digest('BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n', 'md5'),
      ),
    });
  });
  const bag = (more: Verify = {}): Promise<JobSummary> =>
    run({ kind: 'verify', mode: 'pool', workers: 2, manifest: tree(), root: null, ...more });

  test('are checked whole: payload, tag files, and that all is listed', async () => {
    const job = await bag();
    expect(job).toMatchObject({ state: 'done', counts: { done: 7, failed: 0 } });
    make({ 'data/new': '', 'bagit.txt': 'BagIt-Version: 1.0\n' });
    rmSync(tree('data/a'));
    expect((await told(await bag())).filter((line) => !line.startsWith('ok'))).toEqual([
      'missing data/a',
      'missing data/a',
      'changed bagit.txt',
      'extra data/new',
    ]);
    expect((await told(await verify('bagit.txt'))).length).toBe(8);
  });

  test('of version 1.0 list each file in each manifest, older ones in any', async () => {
    make({ 'data/new': 'n' });
    const path = tree('manifest-sha256.txt');
    writeFileSync(path, `${digest('n')}  data/new\n`, { flag: 'a' });
    const job = await bag();
    const extra = (await rows(job.id)).find(({ finding }) => finding === 'extra');
    expect(extra?.error?.message).toBe(`${tree('data/new')} is not listed in manifest-md5.txt.`);
    make({ 'bagit.txt': 'BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n' });
    expect(engine.findings((await bag()).id).extra).toBeUndefined();
  });

  test('say what is still to be fetched', async () => {
    rmSync(tree('data/a'));
    make({ 'fetch.txt': 'https://example.org/a 1 data/a\n' });
    const [first] = (await rows((await bag()).id)).filter(({ finding }) => finding === 'missing');
    expect(first?.error?.message).toContain('fetch.txt');
    make({ 'data/a': 'a' });
    expect(engine.findings((await bag()).id).missing).toBeUndefined();
  });

  test('one manifest of a bag is read with its escapes; a name that is there as it is written wins in older ones', async () => {
    expect(await told(await verify('manifest-md5.txt'))).toEqual([
      'ok data/a',
      'ok data/sub/100%',
      'ok data/line\nfeed',
    ]);
    // From 1.0 on, what is called as it is written is another file.
    make({ 'data/sub/100%25': 'b' });
    rmSync(tree('data/sub/100%'));
    expect((await told(await verify('manifest-md5.txt')))[1]).toBe('missing data/sub/100%');
    make({ 'bagit.txt': 'BagIt-Version: 0.96\n', 'data/sub/100%25': 'other', 'data/sub/100%': 'b' });
    expect((await told(await verify('manifest-md5.txt')))[1]).toBe('changed data/sub/100%25');
    rmSync(tree('bagit.txt'));
    rmSync(tree('data/sub/100%25'));
    expect((await told(await verify('manifest-md5.txt')))[1]).toBe('ok data/sub/100%');
  });

  test('without a manifest, a payload or a version are not whole, and options that mean nothing are refused', async () => {
    make({ 'bagit.txt': 'nothing\n' });
    expect((await told(await bag()))[0]).toBe('unreadable bagit.txt');
    rmSync(tree('manifest-sha256.txt'));
    rmSync(tree('manifest-md5.txt'));
    expect(await bag()).toMatchObject({ state: 'failed', error: { code: 'manifest-unreadable' } });
    for (const more of [{ strict: true }, { outside: true }, { algorithm: 'md5' as const }])
      await expect(bag(more)).rejects.toMatchObject({ code: 'bad-request' });
    rmSync(tree('bagit.txt'));
    await expect(bag()).rejects.toMatchObject({ code: 'bad-request' });
  });
});
