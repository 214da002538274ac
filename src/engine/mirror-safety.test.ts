/** What a mirror must never delete: its own sources, what is mounted at its target, what it did not look at. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { JobSummary } from '../common/model/jobs';
import type { WalkRules } from '../common/model/walk-rules';
import { engine, folder, go, mount, put, rows, run, unmount, useEngine } from './testing/test-engine';

useEngine('mirror');

const at = (...parts: string[]): string => join(folder, ...parts);

function make(...files: string[]): void {
  for (const file of files) put(at(file), file);
}

/** Of folders below the test's into its `into`. */
const mirror = (
  sources: readonly string[],
  into: string,
  rules: Partial<WalkRules> = {},
): Promise<JobSummary> =>
  run({
    kind: 'copy',
    mode: 'pool',
    workers: 2,
    sources: sources.map((source) => at(source)),
    destination: at(into),
    options: { mirror: true },
    rules,
  });

test('deletes what the source lacks, so that what follows proves something', async () => {
  make('from/src/a', 'to/src/extra', 'to/src/gone/deep');
  await mirror(['from/src'], 'to');
  expect(readdirSync(at('to/src'))).toEqual(['a']);
});

test('a source that lies in its target is refused, by whatever name', async () => {
  make('to/src/inner/src/1', 'to/src/old');
  await expect(mirror(['to/src/inner/src'], 'to')).rejects.toMatchObject({ code: 'copy-into-itself' });
  mount(at('bound'), '--bind', at('to'));
  await expect(mirror(['bound/src/inner/src'], 'to')).rejects.toMatchObject({ code: 'copy-into-itself' });
  expect(existsSync(at('to/src/inner/src/1'))).toBe(true);
});

test('a source that lies in the target of another is refused', async () => {
  make('a/src/a', 'f/src/other/p');
  await expect(mirror(['a/src', 'f/src/other'], 'f')).rejects.toMatchObject({ code: 'copy-into-itself' });
  expect(existsSync(at('f/src/other/p'))).toBe(true);
});

test('what is mounted at the target stays, also if it is a part of the same file system, and the source itself', async () => {
  make('from/src/s', 'precious/p', 'to/src/extra');
  mkdirSync(at('precious/empty'));
  mount(at('to/src/bound'), '--bind', at('precious'));
  mount(at('to/src/deep/bound'), '--bind', at('precious'));
  mount(at('to/src/source'), '--bind', at('from/src'));
  await mirror(['from/src'], 'to');
  expect(readdirSync(at('precious')).sort()).toEqual(['empty', 'p']);
  expect(readdirSync(at('from/src'))).toEqual(['s']);
  expect(existsSync(at('to/src/extra'))).toBe(false);
});

test('what lies below a mount that the copy did not go into stays', async () => {
  make('from/src/1', 'to/src/m/k/q');
  mount(at('from/src/m'), '-t', 'tmpfs', '-o', 'size=1m', 'none');
  await mirror(['from/src'], 'to', { oneFileSystem: true });
  expect(existsSync(at('to/src/m/k/q'))).toBe(true);
});

test.each<[string, () => void, Partial<WalkRules>]>([
  [
    'all of it is left out',
    () => {
      make('from/src/x.log');
    },
    { exclude: ['*.log'] },
  ],
  ['it has nothing but an empty folder', () => mkdirSync(at('from/src/mnt'), { recursive: true }), {}],
])('a source of which there is nothing to copy empties nothing: %s', async (_, prepare, rules) => {
  prepare();
  make('to/src/keep', 'to/src/mnt/1');
  await mirror(['from/src'], 'to', rules);
  expect(existsSync(at('to/src/keep'))).toBe(true);
  expect(existsSync(at('to/src/mnt/1'))).toBe(true);
});

test('links stay where links are left out', async () => {
  make('from/src/1', 'to/src/1');
  symlinkSync('1', at('to/src/link'));
  await mirror(['from/src'], 'to', { links: 'skip' });
  expect(readdirSync(at('to/src')).sort()).toEqual(['1', 'link']);
});

test('what is in a folder stays where the source has a file of its name', async () => {
  make('from/src/1', 'from/src/name', 'to/src/name/precious');
  for (const existing of ['skip', 'overwrite'] as const) {
    const job = await run({
      kind: 'copy',
      mode: 'pool',
      workers: 2,
      sources: [at('from/src')],
      destination: at('to'),
      options: { mirror: true, existing },
    });
    expect(job.counts.failed).toBe(existing === 'skip' ? 0 : 1);
    expect(existsSync(at('to/src/name/precious'))).toBe(true);
  }
});

test('a folder with what cannot be deleted stays, and a dry run says so', async (context) => {
  make('from/src/1', 'to/src/1', 'to/src/x/y/extra');
  const closed = at('to/src/x/y');
  // Nobody deletes from it; a folder without the right to write stops all but root.
  if (spawnSync('chattr', ['+i', closed]).status !== 0) context.skip();
  try {
    const fates = async (dryRun: boolean): Promise<unknown> => {
      const job = await run({
        kind: 'copy',
        mode: 'pool',
        workers: 2,
        sources: [at('from/src')],
        destination: at('to'),
        options: { mirror: true, dryRun, existing: 'overwrite' },
      });
      return (await rows(job.id)).flatMap(({ target, finding, error, type }) =>
        type === 'extra' ? [[target, finding, error?.code]] : [],
      );
    };
    const dry = await fates(true);
    expect(dry).toEqual([
      [at('to/src/x'), 'kept', 'target-kept'],
      [at('to/src/x/y/extra'), null, 'permission-denied'],
    ]);
    expect(await fates(false)).toEqual(dry);
  } finally {
    spawnSync('chattr', ['-i', closed]);
  }
});

test.each([
  ['is gone and has left an empty folder', 'from/src', []],
  ['is gone, and there is something below it', 'from/src', ['from/src/below']],
  ['below it is gone', 'from/src/sub', ['from/src/sub/below', 'from/src/a']],
])('nothing that was copied goes once the disk of the source %s', async (_, disk, below) => {
  const source = at('from/src');
  make(...below);
  mount(at(disk), '-t', 'tmpfs', 'tmpfs');
  make(`${disk}/z1`, `${disk}/z2`);
  // So many that it is still looking for what is extra when the last file is copied.
  for (let index = 0; index < 5000; index++) put(at(`to/src/extra${index}`));
  const { id } = await engine.createJob(
    {
      kind: 'copy',
      mode: 'pool',
      workers: 1,
      sources: [source],
      destination: at('to'),
      options: { mirror: true },
    },
    { start: false },
  );
  const copied = disk.replace('from', 'to');
  let left: readonly string[] | null = null;
  const look = (): void => {
    if (left !== null || !existsSync(at(copied, 'z2')) || engine.job(id).counts.done < 2) return;
    unmount(at(disk), '-l');
    left = readdirSync(at(copied));
  };
  engine.on('tasks-settled', look);
  engine.on('frame', look);
  await go(id);
  expect(left).toEqual(expect.arrayContaining(['z1', 'z2']));
  expect(readdirSync(at(copied))).toEqual(expect.arrayContaining(['z1', 'z2']));
});
