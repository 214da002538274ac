/** Paths as they are named: through links, with `..` behind them, and with bytes that are not UTF-8. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import type { FsPath } from '../common/model/paths';
import { engine, folder, put, rows, run, useEngine } from './testing/test-engine';

useEngine('named');

const HOW = { mode: 'pool', workers: 2 } as const;
const at = (path: string): string => join(folder, path);
const hashing = (
  paths: readonly FsPath[],
  more: Partial<Extract<JobRequest, { kind: 'hash' }>> = {},
): JobRequest => ({
  kind: 'hash',
  ...HOW,
  paths: [...paths],
  algorithms: ['sha256'],
  manifest: null,
  ...more,
});

async function lines(id: number, base = folder): Promise<string[]> {
  let text = '';
  for await (const part of engine.manifestLines(id, { base })) text += Buffer.from(part).toString('latin1');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(66));
}

describe.runIf(process.platform !== 'win32')('links that are named', () => {
  test('are hashed as what they lead to, under their own names', async () => {
    put(at('dir/y'), 'y');
    put(at('v1.iso'), 'x');
    symlinkSync('v1.iso', at('latest.iso'));
    symlinkSync('dir', at('link'));
    symlinkSync('link', at('again'));
    symlinkSync('y', at('dir/inner'));
    const { id, counts } = await run(
      hashing(['latest.iso', 'link', 'again/'].map((name) => `${folder}/${name}`)),
    );
    expect(await lines(id)).toEqual(['latest.iso', 'link/y', 'again/y']);
    // A link inside is left out still.
    expect(counts).toMatchObject({ done: 3, skipped: 2, failed: 0 });
  });

  test('are one file with what they lead to, for duplicates', async () => {
    put(at('a'), 'same');
    put(at('b'), 'same');
    symlinkSync('a', at('link'));
    const { id } = await run(hashing([at('a'), at('link'), at('b')], { duplicates: true }));
    const { groups } = await engine.duplicateGroups(id, 0, 10);
    expect(groups).toMatchObject([{ files: 2, reclaimable: 4 }]);
  });

  test('that lead nowhere are refused, and to what is no file fail', async () => {
    symlinkSync('nowhere', at('dangling'));
    await expect(run(hashing([at('dangling')]))).rejects.toThrow(
      /dangling is a symbolic link, and what it leads to/u,
    );
    await expect(run({ kind: 'verify', ...HOW, manifest: at('dangling'), root: null })).rejects.toThrow(
      /does not exist/u,
    );
    execFileSync('mkfifo', [at('pipe')]);
    await expect(run({ kind: 'verify', ...HOW, manifest: at('pipe'), root: null })).rejects.toThrow(
      /pipe is not a regular file, so it cannot be a manifest/u,
    );
    symlinkSync('pipe', at('to-pipe'));
    const { counts } = await run(hashing([at('to-pipe')]));
    expect(counts).toMatchObject({ done: 0, failed: 1 });
  });

  test('.. behind them is the parent of where they lead, for every path of a job', async () => {
    put(at('real/deep/'));
    put(at('real/x'), 'outer');
    put(at('here/x'), 'inner');
    symlinkSync('../real/deep', at('here/link'));
    const there = `${folder}/here/link/..`;
    const { id } = await run(hashing([`${there}/x`], { manifest: { path: `${there}/SUMS`, format: null } }));
    expect(await lines(id)).toEqual(['real/x']);
    expect(existsSync(at('real/SUMS'))).toBe(true);
    const checked = await run({
      kind: 'verify',
      ...HOW,
      manifest: `${there}/SUMS`,
      root: `${there}/deep/..`,
    });
    expect(engine.findings(checked.id)).toEqual({ ok: 1 });
    await run({ kind: 'copy', ...HOW, sources: [`${there}/x`], destination: `${there}/copied` });
    expect(readFileSync(at('real/copied'), 'utf8')).toBe('outer');
    expect(readdirSync(at('here')).sort()).toEqual(['link', 'x']);
  });
});

describe.runIf(process.platform !== 'win32')('a slash behind what is no folder', () => {
  test.each(['x/', 'x/.', 'link/', 'x/../x', 'x/./'])('%s is not taken for the file', async (name) => {
    put(at('x'), 'x');
    symlinkSync('x', at('link'));
    const path = `${folder}/${name}`;
    await expect(run(hashing([path]))).rejects.toThrow(/(?:x|link) is not a folder/u);
    await expect(run(hashing([path], { duplicates: true }))).rejects.toThrow(/is not a folder/u);
    await expect(run({ kind: 'verify', ...HOW, manifest: path, root: null })).rejects.toThrow(
      /is not a folder/u,
    );
    await expect(
      run({ kind: 'copy', ...HOW, sources: [path], destination: `${folder}/new/` }),
    ).rejects.toThrow(/is not a folder/u);
  });

  test('in a list is a file that is not there, as a circle of links is not to be read', async () => {
    put(at('x'), 'x');
    put(at('sub/y'), 'x');
    symlinkSync('x', at('link'));
    symlinkSync('loop', at('loop'));
    const digest = createHash('sha256').update('x').digest('hex');
    const names = [
      'x',
      'x/',
      'x/.',
      'link/',
      'x/../x',
      'sub/../x',
      'sub//y',
      'sub/',
      'loop',
      'z'.repeat(300),
    ];
    put(at('SUMS'), names.map((name) => `${digest}  ${name}\n`).join(''));
    const { id } = await run({ kind: 'verify', ...HOW, manifest: at('SUMS'), root: null });
    const told = await rows(id);
    expect(told.map(({ finding }) => finding)).toEqual([
      'ok',
      'missing',
      'missing',
      'missing',
      'missing',
      'ok',
      'ok',
      'unreadable',
      'unreadable',
      'missing',
    ]);
    expect(told[8]?.error?.message).toMatch(/loop goes through too many symbolic links/u);
  });
});

describe.runIf(process.platform === 'linux')('bytes that are not UTF-8', () => {
  const bytes = (path: string): Buffer => Buffer.from(`${folder}/${path}`, 'latin1');

  test('name files, folders, manifests and targets', async () => {
    mkdirSync(bytes('d\xe9'));
    writeFileSync(bytes('d\xe9/f\xff'), 'content');
    const manifest = { path: bytes('d\xe9/S\xe9'), format: null };
    const hashed = await run(hashing([bytes('d\xe9')], { manifest }));
    expect(hashed.counts).toMatchObject({ done: 1, failed: 0 });
    expect(readFileSync(bytes('d\xe9/S\xe9')).toString('latin1').slice(66)).toBe('f\xff\n');
    const checked = await run({ kind: 'verify', ...HOW, manifest: manifest.path, root: null, strict: true });
    expect(engine.findings(checked.id)).toEqual({ ok: 1 });
    const copied = await run({
      kind: 'copy',
      ...HOW,
      sources: [bytes('d\xe9')],
      destination: bytes('t\xe8/'),
    });
    expect(copied.counts).toMatchObject({ done: 3, failed: 0 });
    expect(readFileSync(bytes('t\xe8/d\xe9/f\xff'), 'utf8')).toBe('content');
    expect(readdirSync(bytes('t\xe8'), { encoding: 'latin1' })).toEqual(['d\xe9']);
    const compared = await run({
      kind: 'verify',
      ...HOW,
      manifest: bytes('d\xe9'),
      root: bytes('t\xe8/d\xe9'),
    });
    expect(engine.findings(compared.id)).toMatchObject({ same: 2 });
    const found = await run(hashing([bytes('d\xe9'), bytes('t\xe8')], { duplicates: true }));
    expect(engine.findings(found.id)).toMatchObject({ duplicate: 4 });
    expect((await rows(found.id))[0]?.source).toContain('d\\xe9');
  });
});
