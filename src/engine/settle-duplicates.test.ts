/** Copies of a file that stays go to the trash or become names of it, unless something changed since they were compared. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DuplicateGroup } from '../common/model/duplicates';
import { displayPath, type FsPath } from '../common/model/paths';
import { engine, folder, knowsExfat, mountExfat, put, run, useEngine } from './testing/test-engine';

useEngine('settle');

const trash = (path: FsPath): Promise<void> => {
  renameSync(displayPath(path), `${displayPath(path)}.trashed`);
  return Promise.resolve();
};

async function groups(
  names: Readonly<Record<string, string>>,
): Promise<{ jobId: number; group: DuplicateGroup }> {
  for (const [name, content] of Object.entries(names)) put(join(folder, 'in', name), content);
  const { id } = await run({
    kind: 'hash',
    mode: 'pool',
    workers: 1,
    paths: [join(folder, 'in')],
    algorithms: ['blake3'],
    manifest: null,
    duplicates: true,
  });
  const page = await engine.duplicateGroups(id, 0, 10);
  const [group] = page.groups;
  if (group === undefined) throw new Error('no group was found');
  return { jobId: id, group };
}

function idOf(group: DuplicateGroup, name: string): number {
  return group.ids[group.paths.findIndex((path) => path.endsWith(`/${name}`))] ?? 0;
}

test('chosen copies go to the trash, and what changed since stays, as does the group of those that are left', async () => {
  const { jobId, group } = await groups({ a: 'same', b: 'same', c: 'same', d: 'same', e: 'other' });
  writeFileSync(join(folder, 'in', 'c'), 'diff');
  const order = { jobId, groupId: group.id, keep: idOf(group, 'a'), how: 'trash' as const };
  const { done, failures } = await engine.settleDuplicates(
    { ...order, go: [idOf(group, 'b'), idOf(group, 'c')] },
    trash,
  );
  expect(done).toBe(1);
  expect(failures).toEqual([
    expect.objectContaining({ code: 'changed', message: expect.stringContaining('/c ') as string }),
  ]);
  expect(existsSync(join(folder, 'in', 'b'))).toBe(false);
  expect(readFileSync(join(folder, 'in', 'c'), 'utf8')).toBe('diff');
  const left = await engine.duplicateGroups(jobId, 0, 10);
  expect(left.totals).toEqual({ groups: 1, files: 3, reclaimableBytes: 8 });
  expect(left.groups[0]?.paths.map((path) => path.slice(-1))).toEqual(['a', 'c', 'd']);

  // A group of one file is none.
  await engine.settleDuplicates({ ...order, go: [idOf(group, 'd')] }, trash);
  writeFileSync(join(folder, 'in', 'c'), 'same');
  await engine.settleDuplicates({ ...order, go: [idOf(group, 'c')] }, trash);
  expect((await engine.duplicateGroups(jobId, 0, 10)).totals.groups).toBe(0);
  expect(engine.findings(jobId)).toEqual({ deleted: 3, unique: 2 });
  await expect(engine.settleDuplicates({ ...order, go: [idOf(group, 'a')] }, trash)).rejects.toMatchObject({
    code: 'no-such-group',
  });
});

test('nothing goes where the file that stays is another one now, or is among those that go', async () => {
  const { jobId, group } = await groups({ a: 'same', b: 'same' });
  const order = {
    jobId,
    groupId: group.id,
    keep: idOf(group, 'a'),
    go: [idOf(group, 'b')],
    how: 'trash' as const,
  };
  await expect(engine.settleDuplicates({ ...order, go: [idOf(group, 'a')] }, trash)).rejects.toMatchObject({
    code: 'bad-request',
  });
  writeFileSync(join(folder, 'in', 'a'), 'diff');
  await expect(engine.settleDuplicates(order, trash)).rejects.toMatchObject({ code: 'changed' });
  expect(existsSync(join(folder, 'in', 'b'))).toBe(true);
});

test('copies become names of the file that stays', async () => {
  const { jobId, group } = await groups({ a: 'same', b: 'same', c: 'same' });
  const { done, failures } = await engine.settleDuplicates(
    {
      jobId,
      groupId: group.id,
      keep: idOf(group, 'b'),
      go: [idOf(group, 'a'), idOf(group, 'c')],
      how: 'link',
    },
    trash,
  );
  expect([done, failures]).toEqual([2, []]);
  const inodes = ['a', 'b', 'c'].map((name) => statSync(join(folder, 'in', name)).ino);
  expect(new Set(inodes).size).toBe(1);
  expect(readFileSync(join(folder, 'in', 'c'), 'utf8')).toBe('same');
  expect((await engine.duplicateGroups(jobId, 0, 10)).totals.groups).toBe(0);
  expect(engine.findings(jobId)).toEqual({ 'hard-link': 2, unique: 1 });
});

test('two orders at once that keep different copies leave one of them', async () => {
  const { jobId, group } = await groups({ a: 'same', b: 'same' });
  const [a, b] = [idOf(group, 'a'), idOf(group, 'b')];
  const order = { jobId, groupId: group.id, how: 'trash' as const };
  const ends = await Promise.allSettled([
    engine.settleDuplicates({ ...order, keep: a, go: [b] }, trash),
    engine.settleDuplicates({ ...order, keep: b, go: [a] }, trash),
  ]);
  expect(readdirSync(join(folder, 'in'))).toEqual(['a', 'b.trashed']);
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

test('a copy that is a pipe now is left alone, and not waited for', async () => {
  const { jobId, group } = await groups({ a: 'same', b: 'same' });
  const path = join(folder, 'in', 'b');
  rmSync(path);
  execFileSync('mkfifo', [path]);
  const { done, failures } = await engine.settleDuplicates(
    { jobId, groupId: group.id, keep: idOf(group, 'a'), go: [idOf(group, 'b')], how: 'trash' },
    trash,
  );
  expect([done, failures]).toEqual([0, [expect.objectContaining({ code: 'changed' })]]);
});

test('the name that a killed process gave the file that stays is used up by the next link', async () => {
  const { jobId, group } = await groups({ a: 'same', b: 'same' });
  const inside = join(folder, 'in');
  linkSync(join(inside, 'a'), join(inside, `.heddle-link-${statSync(join(inside, 'b')).ino}`));
  const order = { jobId, groupId: group.id, keep: idOf(group, 'a'), go: [idOf(group, 'b')] };
  const { done, failures } = await engine.settleDuplicates({ ...order, how: 'link' }, trash);
  expect([done, failures]).toEqual([1, []]);
  expect(readdirSync(inside)).toEqual(['a', 'b']);
  expect(statSync(join(inside, 'a')).ino).toBe(statSync(join(inside, 'b')).ino);
});

test('what became a link before the process was killed is told to be one', async () => {
  const { jobId, group } = await groups({ a: 'same', b: 'same' });
  rmSync(join(folder, 'in', 'b'));
  linkSync(join(folder, 'in', 'a'), join(folder, 'in', 'b'));
  const order = { jobId, groupId: group.id, keep: idOf(group, 'a'), go: [idOf(group, 'b')] };
  expect(await engine.settleDuplicates({ ...order, how: 'link' }, trash)).toEqual({ done: 1, failures: [] });
  expect((await engine.duplicateGroups(jobId, 0, 10)).totals.groups).toBe(0);
});

test.skipIf(!knowsExfat)(
  'two spellings of one file are no copies where inodes are made up: it stays',
  async () => {
    const disk = join(folder, 'disk');
    mountExfat(disk);
    put(join(disk, 'a'), 'same');
    const { id } = await run({
      kind: 'hash',
      mode: 'pool',
      workers: 1,
      paths: [join(disk, 'a'), join(disk, 'A')],
      algorithms: ['blake3'],
      manifest: null,
      duplicates: true,
    });
    const [group] = (await engine.duplicateGroups(id, 0, 10)).groups;
    const [keep = 0, ...go] = group?.ids ?? [];
    const { done, failures } = await engine.settleDuplicates(
      { jobId: id, groupId: group?.id ?? 0, keep, go, how: 'trash' },
      trash,
    );
    expect([done, failures]).toEqual([0, [expect.objectContaining({ code: 'same-file' })]]);
    expect(readdirSync(disk)).toEqual(['a']);
  },
);

test('that the file that stays went with its copy is told, and nothing more goes', async () => {
  const { jobId, group } = await groups({ a: 'same', b: 'same', c: 'same' });
  const inside = join(folder, 'in');
  const { done, failures } = await engine.settleDuplicates(
    {
      jobId,
      groupId: group.id,
      keep: idOf(group, 'a'),
      go: [idOf(group, 'b'), idOf(group, 'c')],
      how: 'trash',
    },
    (path) => {
      // As where a share is mounted twice.
      rmSync(join(inside, 'a'));
      return trash(path);
    },
  );
  expect([done, failures.map(({ code }) => code)]).toEqual([0, ['same-file', 'not-found']]);
  expect(readdirSync(inside)).toEqual(['b.trashed', 'c']);
});

test('of a copy that has more names all become names of the file that stays', async () => {
  const inside = join(folder, 'in');
  put(join(inside, 'b'), 'same');
  linkSync(join(inside, 'b'), join(inside, 'b2'));
  const { jobId, group } = await groups({ a: 'same' });
  const order = { jobId, groupId: group.id, keep: idOf(group, 'a'), go: [idOf(group, 'b')] };
  expect(await engine.settleDuplicates({ ...order, how: 'link' }, trash)).toEqual({ done: 1, failures: [] });
  expect(statSync(join(inside, 'a')).nlink).toBe(3);
  expect(readdirSync(inside)).toEqual(['a', 'b', 'b2']);
});

test('of a copy that has more names one goes to the trash: the others are a copy still', async () => {
  const inside = join(folder, 'in');
  put(join(inside, 'b'), 'same');
  linkSync(join(inside, 'b'), join(inside, 'b2'));
  const { jobId, group } = await groups({ a: 'same' });
  const order = { jobId, groupId: group.id, keep: idOf(group, 'a'), how: 'trash' as const };
  await engine.settleDuplicates({ ...order, go: [idOf(group, 'b')] }, trash);
  expect(readdirSync(inside)).toEqual(['a', 'b.trashed', 'b2']);
  const { totals, groups: left } = await engine.duplicateGroups(jobId, 0, 10);
  expect(totals).toEqual({ groups: 1, files: 2, reclaimableBytes: 4 });
  expect(left[0]?.paths.map((path) => path.split('/').at(-1))).toEqual(['a', 'b2']);
  const { done } = await engine.settleDuplicates({ ...order, go: [left[0]?.ids[1] ?? 0] }, trash);
  expect(done).toBe(1);
  expect((await engine.duplicateGroups(jobId, 0, 10)).totals.groups).toBe(0);
});

const knowsBtrfs =
  process.getuid?.() === 0 &&
  existsSync('/dev/loop-control') &&
  spawnSync('which', ['mkfs.btrfs']).status === 0;

/** Blocks of a file on its disk, as `filefrag` lists them. */
function blocksOf(path: string): string {
  return execFileSync('filefrag', ['-v', path], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => /^\s*\d+:/u.test(line))
    .map((line) => line.split(':')[2]?.trim() ?? '')
    .join(' ');
}

test.skipIf(!knowsBtrfs)(
  'on btrfs, copies share the blocks of the file that stays, and stay what they are',
  async () => {
    const image = join(folder, 'btrfs.img');
    const disk = join(folder, 'in');
    mkdirSync(disk);
    writeFileSync(image, '');
    truncateSync(image, 128 * 1024 * 1024);
    execFileSync('mkfs.btrfs', ['-q', image]);
    execFileSync('mount', ['-o', 'loop', image, disk]);
    try {
      // Longer than one step, and not a whole number of blocks.
      const content = 'heddle '.repeat(800_000);
      const { jobId, group } = await groups({ a: content, b: content, c: content, d: content });
      const [b, c] = [join(disk, 'b'), join(disk, 'c')];
      chmodSync(b, 0o640);
      utimesSync(b, 1_000_000_000, 1_000_000_000);
      linkSync(b, join(disk, 'b-too'));
      writeFileSync(c, `${content.slice(0, -1)}!`);
      execFileSync('sync', ['-f', disk]);
      const before = statSync(b);
      const { done, failures } = await engine.settleDuplicates(
        {
          jobId,
          groupId: group.id,
          keep: idOf(group, 'a'),
          go: [idOf(group, 'b'), idOf(group, 'c')],
          how: 'reflink',
        },
        trash,
      );
      expect([done, failures]).toEqual([1, [expect.objectContaining({ code: 'changed' })]]);
      execFileSync('sync', ['-f', disk]);
      expect(blocksOf(b)).toBe(blocksOf(join(disk, 'a')));
      expect(blocksOf(join(disk, 'd'))).not.toBe(blocksOf(b));
      expect(readFileSync(b, 'utf8') === content).toBe(true);
      const { ino, mode, mtimeMs, nlink } = statSync(b);
      expect([ino, mode, mtimeMs, nlink]).toEqual([before.ino, before.mode, before.mtimeMs, 2]);
      // A change of one is none of the other.
      writeFileSync(b, 'changed');
      expect(readFileSync(join(disk, 'a'), 'utf8') === content).toBe(true);
      expect((await engine.duplicateGroups(jobId, 0, 10)).totals.files).toBe(3);
      expect(engine.findings(jobId)).toEqual({ duplicate: 3, unique: 1 });
    } finally {
      execFileSync('umount', [disk]);
    }
  },
);

test('where blocks cannot be shared, or there is nothing to share, copies are left alone', async () => {
  const large = 'x'.repeat(100_000);
  const { jobId, group } = await groups({ a: large, b: large });
  const order = { jobId, groupId: group.id, keep: idOf(group, 'a'), how: 'reflink' as const };
  const before = statSync(join(folder, 'in', 'b'));
  const { done, failures } = await engine.settleDuplicates({ ...order, go: [idOf(group, 'b')] }, trash);
  // The tests' own disk may be one that can.
  if (done === 0) expect(failures).toEqual([expect.objectContaining({ code: 'no-reflinks' })]);
  expect(statSync(join(folder, 'in', 'b')).ino).toBe(before.ino);

  const small = await groups({ e: 'same', f: 'same' });
  const smallOnes = (await engine.duplicateGroups(small.jobId, 0, 10)).groups.find(({ size }) => size === 4);
  if (smallOnes === undefined) throw new Error('no group was found');
  const tried = await engine.settleDuplicates(
    {
      jobId: small.jobId,
      groupId: smallOnes.id,
      keep: idOf(smallOnes, 'e'),
      go: [idOf(smallOnes, 'f')],
      how: 'reflink',
    },
    trash,
  );
  expect(tried.failures).toEqual([
    expect.objectContaining({ message: expect.stringContaining('smaller than a block') as string }),
  ]);
});
