/** Copies as jobs, against `cp -a` and on file systems that are full, read-only, gone or FAT. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CopyOptions } from '../common/model/copy-options';
import type { ErrorData } from '../common/model/errors';
import type { JobRequest } from '../common/model/job-request';
import { MODES, type JobSummary } from '../common/model/jobs';
import { buildTerminal } from './testing/build-worker';
import { describeAttributes, describeTree, listing, makeHostileTree } from './testing/file-tree';
import {
  engine,
  folder,
  go,
  knowsExfat,
  leftovers,
  mount,
  mountExfat,
  openEngine,
  put,
  rows,
  run,
  useEngine,
} from './testing/test-engine';

let source: string;
let target: string;

useEngine('copies');

beforeEach(() => {
  source = join(folder, 'from');
  target = join(folder, 'copy');
  mkdirSync(source);
});

type Request = Partial<Extract<JobRequest, { kind: 'copy' }>>;

const copy = (options: Partial<CopyOptions> = {}, request: Request = {}): Promise<JobSummary> =>
  run({
    kind: 'copy',
    mode: 'pool',
    workers: 2,
    sources: [source],
    destination: target,
    options,
    ...request,
  });

async function failures(jobId: number): Promise<(ErrorData | null)[]> {
  return (await rows(jobId, 'failed')).map(({ error }) => error);
}

function deviceOf(image: string): string {
  return execFileSync('losetup', ['-j', image, '-O', 'NAME', '-n'], { encoding: 'utf8' }).trim();
}

const write = (name: string, text: string, mtime = 1_600_000_000): void => {
  put(name, text);
  utimesSync(name, mtime, mtime);
};

/** Not every kernel does; `target-names.test.ts` has the rest of it. */
const knowsFat =
  readFileSync('/proc/filesystems', 'utf8').includes('vfat') || spawnSync('modprobe', ['vfat']).status === 0;
const isRoot = process.getuid?.() === 0;
const knowsBtrfs =
  readFileSync('/proc/filesystems', 'utf8').includes('btrfs') ||
  spawnSync('modprobe', ['btrfs']).status === 0;

/** A disk in a file. @returns the file */
function mountImage(disk: string, type: 'ext4' | 'btrfs', bytes: number): string {
  const image = join(folder, `${type}.img`);
  writeFileSync(image, '');
  truncateSync(image, bytes);
  execFileSync(`mkfs.${type}`, ['-q', image], { stdio: 'ignore' });
  mount(disk, '-o', 'loop', image);
  return image;
}

describe('a tree with everything odd in it', () => {
  test.each(MODES.flatMap((mode) => [1, 8].map((workers) => ({ mode, workers }))))(
    'is copied as cp -a does: $mode, $workers workers',
    async ({ mode, workers }) => {
      // A thread for each of a hundred says no more than for each of twenty.
      const socket = await makeHostileTree(source, mode === 'thread-per-task' ? 20 : 100);
      try {
        const other = join(folder, 'cp-a');
        execFileSync('cp', ['-a', source, other]);
        const job = await copy({ sync: false }, { mode, workers, layout: 'contents' });
        const specials = isRoot ? 3 : 2;
        expect(await failures(job.id)).toEqual([]);
        expect(job).toMatchObject({ state: 'done', counts: { failed: 0, skipped: specials, queued: 0 } });
        const skipped = (await rows(job.id)).filter(({ state }) => state === 'skipped');
        expect(skipped.map(({ name }) => name).sort()).toEqual(
          ['device', 'fifo', 'socket'].filter((name) => isRoot || name !== 'device'),
        );
        expect(describeTree(target)).toEqual(describeTree(other));
        expect(describeAttributes(target)).toBe(describeAttributes(other));
        expect(leftovers(folder)).toEqual([]);
      } finally {
        await new Promise((resolve) => socket.close(resolve));
      }
    },
  );

  test('again: nothing is to be done', async () => {
    const socket = await makeHostileTree(source);
    try {
      mkdirSync(target);
      await copy({ sync: false });
      const before = describeTree(join(target, 'from'));
      const job = await copy({ sync: false });
      expect(await failures(job.id)).toEqual([]);
      expect(engine.findings(job.id)).toEqual({ unchanged: 115 });
      expect(describeTree(join(target, 'from'))).toEqual(before);
    } finally {
      await new Promise((resolve) => socket.close(resolve));
    }
  });
});

describe('what exists', () => {
  const existing = (): void => {
    write(join(source, 'same'), 'same');
    write(join(target, 'same'), 'same');
    write(join(source, 'newer'), 'from', 1_600_000_100);
    write(join(target, 'newer'), 'there');
    write(join(source, 'older.tar.gz'), 'from', 1_500_000_000);
    write(join(target, 'older.tar.gz'), 'there');
    write(join(source, 'fresh'), 'from');
    symlinkSync('from', join(source, 'link'));
    symlinkSync('there', join(target, 'link'));
  };
  const into = (options: Partial<CopyOptions>): Promise<JobSummary> =>
    copy(
      { sync: false, ...options },
      {
        sources: ['same', 'newer', 'older.tar.gz', 'fresh', 'link'].map((name) => join(source, name)),
        destination: target,
      },
    );
  const texts = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(target)
        .sort()
        .map((name) => [
          name,
          lstatSync(join(target, name)).isSymbolicLink()
            ? 'a link'
            : readFileSync(join(target, name), 'utf8'),
        ]),
    );

  test.each([
    { policy: 'refuse', failed: 3, skipped: 1, newer: 'there', older: 'there', more: [] },
    { policy: 'skip', failed: 0, skipped: 4, newer: 'there', older: 'there', more: [] },
    { policy: 'overwrite', failed: 0, skipped: 1, newer: 'from', older: 'from', more: [] },
    { policy: 'newer', failed: 0, skipped: 3, newer: 'from', older: 'there', more: [] },
    {
      policy: 'number',
      failed: 0,
      skipped: 1,
      newer: 'there',
      older: 'there',
      more: ['link (1)', 'newer (1)', 'older (1).tar.gz'],
    },
  ] as const)('$policy', async ({ policy, failed, skipped, newer, older, more }) => {
    existing();
    if (policy === 'newer') utimesSync(join(target, 'same'), 1_600_000_000, 1_600_000_000);
    const job = await into({ existing: policy });
    expect(job.counts).toMatchObject({ failed, skipped });
    const found = texts();
    expect(found).toMatchObject({ same: 'same', fresh: 'from', newer, 'older.tar.gz': older });
    expect(Object.keys(found)).toEqual(['fresh', 'link', 'newer', 'older.tar.gz', 'same', ...more].sort());
    expect(engine.findings(job.id)).toMatchObject({ new: 1, unchanged: 1 });
    expect(leftovers(folder)).toEqual([]);
  });

  test('is settled once for all afterwards', async () => {
    existing();
    const job = await into({});
    expect((await failures(job.id)).map((error) => error?.code)).toEqual(Array(3).fill('target-exists'));
    const after = await go(job.id, () => engine.settleExisting(job.id, 'overwrite'));
    expect(after.counts).toMatchObject({ failed: 0, done: 4 });
    expect(texts()).toMatchObject({ newer: 'from', 'older.tar.gz': 'from' });
  });

  test.each(['overwrite', 'newer', 'refuse'] as const)(
    'a folder never gives way to a file, nor a file to a folder: %s',
    async (policy) => {
      write(join(source, 'a'), 'file');
      write(join(target, 'a', 'in'), 'kept');
      write(join(source, 'b', 'in'), 'file');
      write(join(target, 'b'), 'kept');
      const job = await copy(
        { existing: policy, sync: false },
        { sources: [join(source, 'a'), join(source, 'b')], destination: target },
      );
      expect((await failures(job.id)).map((error) => error?.code).sort()).toEqual([
        'folders-incomplete',
        'target-is-a-folder',
        'target-not-a-folder',
      ]);
      expect(readFileSync(join(target, 'a', 'in'), 'utf8')).toBe('kept');
      expect(readFileSync(join(target, 'b'), 'utf8')).toBe('kept');
    },
  );

  test('a file is never copied over itself by another name', async () => {
    write(join(source, 'a'), 'precious');
    mkdirSync(target);
    execFileSync('ln', [join(source, 'a'), join(target, 'a')]);
    const job = await copy(
      { existing: 'overwrite' },
      { sources: [`${source}/b`, join(source, 'a')].slice(1), destination: target + '/' },
    ).catch((error: unknown) => error);
    expect(job).toMatchObject({ code: 'copy-into-itself' });
    write(join(source, 'sub', 'x'), 'precious');
    mkdirSync(join(target, 'sub'));
    execFileSync('ln', [join(source, 'sub', 'x'), join(target, 'sub', 'x')]);
    const inside = await copy(
      { existing: 'overwrite' },
      { sources: [join(source, 'sub')], destination: target },
    );
    expect(inside.counts).toMatchObject({ failed: 0, skipped: 1 });
    expect(readFileSync(join(source, 'sub', 'x'), 'utf8')).toBe('precious');
  });
});

describe('a dry run', () => {
  test('says what would happen, and touches nothing', async () => {
    write(join(source, 'new', 'a'), 'x');
    write(join(source, 'changed'), 'from', 1_700_000_000);
    write(join(source, 'same'), 'same');
    write(join(source, 'dir'), 'file');
    write(join(target, 'from', 'changed'), 'there');
    write(join(target, 'from', 'same'), 'same');
    write(join(target, 'from', 'dir', 'in'), 'x');
    write(join(target, 'from', 'extra', 'b'), 'x');
    const before = listing(folder + '/copy');
    const job = await copy({ dryRun: true, mirror: true, existing: 'overwrite' });
    expect(listing(folder + '/copy')).toBe(before);
    expect(job.counts).toMatchObject({ failed: 0, skipped: 2 });
    const found = (await rows(job.id)).flatMap(({ name, finding }) =>
      finding === null ? [] : [[name, finding]],
    );
    expect(Object.fromEntries(found)).toEqual({
      changed: 'replaced',
      dir: 'clash',
      'new/a': 'new',
      same: 'unchanged',
      'extra/b': 'withheld',
      extra: 'withheld',
    });
    expect(existsSync(join(target, 'from', 'extra', 'b'))).toBe(true);
  });

  test('under refuse, says what would be left', async () => {
    write(join(source, 'a'), 'from', 1_700_000_000);
    write(join(target, 'from', 'a'), 'there');
    const job = await copy({ dryRun: true });
    expect(await rows(job.id)).toMatchObject([
      { state: 'done', finding: 'kept', error: { code: 'target-exists' } },
      { state: 'done', type: 'folders', finding: null, error: null },
    ]);
  });
});

describe('a mirror', () => {
  const both = (): void => {
    write(join(source, 'a'), 'a');
    write(join(source, 'left-out.o'), 'o');
    write(join(target, 'from', 'extra'), 'x');
    write(join(target, 'from', 'old', 'deep', 'x'), 'x');
    write(join(target, 'from', 'old2', 'kept.o'), 'x');
    write(join(target, 'from', 'kept.o'), 'x');
    write(join(folder, 'outside', 'precious'), 'x');
    symlinkSync(join(folder, 'outside'), join(target, 'from', 'way-out'));
  };

  test('deletes what the source lacks, and neither what rules left out nor what links lead to', async () => {
    both();
    const job = await copy({ mirror: true, sync: false }, { rules: { exclude: ['*.o'] } });
    expect(job.counts.failed).toBe(0);
    expect(readdirSync(join(target, 'from')).sort()).toEqual(['a', 'kept.o', 'old2']);
    expect(readdirSync(join(target, 'from', 'old2'))).toEqual(['kept.o']);
    expect(readdirSync(join(folder, 'outside'))).toEqual(['precious']);
  });

  test('deletes nothing when something of the source was not copied', async () => {
    both();
    write(join(source, 'b'), 'from', 1_700_000_000);
    write(join(target, 'from', 'b'), 'there');
    const job = await copy({ mirror: true, sync: false });
    expect(job.counts.failed).toBe(1);
    expect(readdirSync(join(target, 'from')).sort()).toEqual([
      'a',
      'b',
      'extra',
      'kept.o',
      'left-out.o',
      'old',
      'old2',
      'way-out',
    ]);
    const skipped = (await rows(job.id)).filter(({ state }) => state === 'skipped');
    expect(new Set(skipped.map(({ error }) => error?.code))).toEqual(new Set(['mirror-undecided']));
    expect(engine.findings(job.id)).toMatchObject({ withheld: 7 });
    expect(engine.withheldText(job.id)).toContain('7 extra entries of the target were not deleted yet');
  });

  test.each(['refuse', 'skip', 'overwrite', 'newer'] as const)(
    'deletes what its dry run says, no more and no less: %s',
    async (existing) => {
      both();
      write(join(source, 'b'), 'from', 1_700_000_000);
      write(join(target, 'from', 'b'), 'there');
      const rules = { rules: { exclude: ['*.o'] } };
      const dry = await copy({ mirror: true, existing, dryRun: true }, rules);
      const job = await copy({ mirror: true, existing }, rules);
      const fates = async (id: number): Promise<unknown[]> =>
        (await rows(id)).filter(({ type }) => type === 'extra').map(({ name, finding }) => [name, finding]);
      expect(await fates(job.id)).toEqual(await fates(dry.id));
      const isHeld = existing === 'refuse';
      expect(engine.findings(job.id).deleted ?? 0).toBe(isHeld ? 0 : 4);
      expect(engine.withheldText(dry.id) === null).toBe(!isHeld);
    },
  );

  test('deletes what it withheld once it is decided what becomes of targets that differ', async () => {
    both();
    write(join(source, 'b'), 'from', 1_700_000_000);
    write(join(target, 'from', 'b'), 'there');
    const job = await copy({ mirror: true });
    await expect(engine.settleExisting(job.id, 'number')).rejects.toMatchObject({ code: 'bad-request' });
    const again = await go(job.id, () => engine.retry(job.id));
    expect(again.counts.failed).toBe(1);
    expect(engine.findings(job.id)).toMatchObject({ withheld: 7 });
    const after = await go(job.id, () => engine.settleExisting(job.id, 'skip'));
    expect(after.counts).toMatchObject({ failed: 0, queued: 0 });
    expect(engine.withheldText(job.id)).toBeNull();
    expect(readdirSync(join(target, 'from')).sort()).toEqual(['a', 'b', 'left-out.o']);
  });

  test('deletes nothing while a source cannot be copied, in a dry run too, and goes on when it can', async () => {
    both();
    rmSync(join(target, 'from', 'way-out'));
    write(join(source, 'in-the-way', 'x'), 'x');
    write(join(target, 'from', 'in-the-way'), 'a file');
    for (const dryRun of [true, false]) {
      const job = await copy({ mirror: true, dryRun });
      expect(engine.findings(job.id).deleted).toBeUndefined();
      expect(engine.withheldText(job.id)).toContain('all of the source');
      if (dryRun) continue;
      rmSync(join(target, 'from', 'in-the-way'));
      const after = await go(job.id, () => engine.retry(job.id));
      expect(after.counts.failed).toBe(0);
      expect(readdirSync(join(target, 'from')).sort()).toEqual(['a', 'in-the-way', 'left-out.o']);
    }
  });

  test('deletes nothing when the source is empty: its disk may be gone', async () => {
    both();
    rmSync(source, { recursive: true });
    mkdirSync(source);
    const job = await copy({ mirror: true, sync: false });
    expect(job.counts.failed).toBe(0);
    expect(readdirSync(join(target, 'from')).length).toBe(5);
    expect(engine.withheldText(job.id)).toContain('no file to copy');
  });

  test('has no place for numbered copies', async () => {
    await expect(copy({ mirror: true, existing: 'number' })).rejects.toMatchObject({ code: 'bad-request' });
  });
});

test('verified copies carry how it went, and the manifest’s digests come of the same pass', async () => {
  write(join(source, 'a'), 'abc');
  write(join(source, 'b'), 'x'.repeat(3_000_000));
  const manifest = join(folder, 'sums');
  const job = await copy({ verify: true }, { manifest: { path: manifest, format: 'gnu' } });
  expect(job).toMatchObject({ state: 'done', counts: { failed: 0 } });
  const files = (await rows(job.id)).filter(({ type }) => type === 'file');
  for (const { copied, digests } of files) {
    expect(copied?.flushMs).toBeGreaterThanOrEqual(0);
    expect(copied?.verifyMs).toBeGreaterThanOrEqual(0);
    expect(digests?.sha256).toMatch(/^[0-9a-f]{64}$/u);
  }
  execFileSync('sha256sum', ['--check', '--strict', manifest], { cwd: folder, stdio: 'ignore' });
  expect(leftovers(folder)).toEqual([]);
});

test('folders that rules leave out are not made', async () => {
  write(join(source, 'in', 'a'), 'x');
  write(join(source, 'out', 'a'), 'x');
  mkdirSync(join(source, 'empty'));
  await copy({ sync: false }, { rules: { exclude: ['out'] }, layout: 'contents' });
  expect(readdirSync(target).sort()).toEqual(['empty', 'in']);
});

describe.runIf(isRoot)('on file systems that fail', () => {
  test('a full one: clear, nothing half, and retry finishes when there is room', async () => {
    const disk = join(folder, 'disk');
    mount(disk, '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs');
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(4_000_000));
    for (let index = 0; index < 6; index++)
      writeFileSync(join(source, `f${index}`), Buffer.alloc(1_000_000, `${index}`));
    const job = await copy({}, { destination: join(disk, 'to'), layout: 'contents' });
    expect(job.counts.failed).toBeGreaterThan(0);
    const [error] = await failures(job.id);
    expect(error).toMatchObject({ code: 'disk-full' });
    expect(error?.message).toMatch(/the disk is full\. Make room, then retry/u);
    expect(leftovers(disk)).toEqual([]);
    rmSync(join(disk, 'ballast'));
    const after = await go(job.id, () => engine.retry(job.id));
    expect(after).toMatchObject({ state: 'done', counts: { failed: 0 } });
    execFileSync('diff', ['-r', source, join(disk, 'to')]);
  });

  test('a large file that does not fit is refused before its first byte', async () => {
    const disk = join(folder, 'disk');
    mount(disk, '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs');
    writeFileSync(join(source, 'large'), Buffer.alloc(70_000_000));
    truncateSync(join(source, 'large'), 70_000_000);
    const job = await copy({}, { destination: join(disk, 'to') });
    const [error] = await failures(job.id);
    expect(error).toMatchObject({ code: 'disk-full' });
    expect(error?.message).toMatch(/does not fit: it takes 70(\.\d)? MB/u);
    expect(leftovers(disk)).toEqual([]);
  });

  test('a read-only one', async () => {
    const disk = join(folder, 'disk');
    mount(disk, '-t', 'tmpfs', 'tmpfs');
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    write(join(source, 'a'), 'x');
    const job = await copy({}, { destination: join(disk, 'to') });
    expect(new Set((await failures(job.id)).map((error) => error?.code))).toEqual(
      new Set(['read-only', 'folders-incomplete']),
    );
  });

  test('a source whose device fails: what can be read is copied, of the rest nothing is there', async () => {
    const disk = join(folder, 'disk');
    const image = mountImage(disk, 'ext4', 64_000_000);
    const from = join(disk, 'from');
    write(join(from, 'small'), 'x');
    for (let index = 0; index < 20; index++)
      writeFileSync(join(from, `f${index}`), Buffer.alloc(2_000_000, `${index}`));
    // What is in memory could be read without the device.
    execFileSync('umount', [disk]);
    execFileSync('mount', ['-o', 'loop', image, disk]);
    truncateSync(image, 24_000_000);
    const job = await copy({}, { sources: [from], layout: 'contents' });
    const errors = await failures(job.id);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThan(21);
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'io-error' });
      expect(error?.message).toMatch(/\/f?\w+ could not be read or written: the device reported an error/u);
    }
    const copied = readdirSync(target);
    expect(copied).toHaveLength(21 - errors.length);
    for (const name of copied.filter((each) => each !== 'small')) {
      const expected = Buffer.alloc(2_000_000, name.slice(1));
      expect(readFileSync(join(target, name)).equals(expected), name).toBe(true);
    }
    expect(leftovers(folder)).toEqual([]);
  });

  test('a target whose device fails: nothing is called done, and retry finishes once it works', async () => {
    const disk = join(folder, 'disk');
    const image = mountImage(disk, 'ext4', 64_000_000);
    const to = join(disk, 'to');
    mkdirSync(to);
    execFileSync('sync', ['-f', disk]);
    for (let index = 0; index < 8; index++)
      writeFileSync(join(source, `f${index}`), Buffer.alloc(4_000_000, `${index}`));
    // Everything behind that place is gone.
    truncateSync(image, 24_000_000);
    execFileSync('losetup', ['-c', deviceOf(image)]);
    const job = await copy({}, { destination: join(to, 'copy'), layout: 'contents' });
    const errors = await failures(job.id);
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors)
      expect(['io-error', 'read-only', 'folders-incomplete']).toContain(error?.code);
    const done = (await rows(job.id)).filter(({ type, state }) => type === 'file' && state === 'done');
    for (const { name, target: path } of done)
      expect(readFileSync(path ?? '').equals(readFileSync(join(source, name))), name).toBe(true);
    execFileSync('umount', [disk]);
    truncateSync(image, 64_000_000);
    // It says by its status that it has mended something.
    spawnSync('e2fsck', ['-fy', image]);
    execFileSync('mount', ['-o', 'loop', image, disk]);
    const after = await go(job.id, () => engine.retry(job.id));
    expect(await failures(job.id)).toEqual([]);
    expect(after).toMatchObject({ state: 'done', counts: { failed: 0 } });
    execFileSync('diff', ['-r', source, join(to, 'copy')]);
    expect(leftovers(disk)).toEqual([]);
  });

  test.runIf(knowsBtrfs)('a disk that shares blocks: a copy of a large file takes no room', async () => {
    const disk = join(folder, 'disk');
    mountImage(disk, 'btrfs', 256_000_000);
    const large = Buffer.alloc(80_000_000);
    for (let at = 0; at < large.length; at += 4096) large.writeUInt32LE(at, at);
    const from = join(disk, 'from');
    mkdirSync(from);
    writeFileSync(join(from, 'large'), large);
    execFileSync('sync', ['-f', disk]);
    const job = await copy(
      { verify: true },
      { sources: [from], destination: join(disk, 'to'), layout: 'contents' },
    );
    expect(job).toMatchObject({ state: 'done', counts: { failed: 0 } });
    const extents = execFileSync('filefrag', ['-v', join(disk, 'to', 'large')], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => /^ +\d+:/u.test(line));
    expect(extents.length).toBeGreaterThan(0);
    for (const extent of extents) expect(extent).toMatch(/shared/u);
    expect(readFileSync(join(disk, 'to', 'large')).equals(large)).toBe(true);
  });

  test.runIf(knowsFat || knowsExfat)(
    'a disk with FAT, or with exFAT where the kernel has no FAT: clashes are named before anything is written over, the rest is copied',
    async () => {
      const disk = join(folder, 'disk');
      if (knowsFat) {
        const image = join(folder, 'fat.img');
        writeFileSync(image, '');
        truncateSync(image, 40_000_000);
        execFileSync('mkfs.vfat', ['-F', '32', image], { stdio: 'ignore' });
        mount(disk, '-o', 'loop,utf8', image);
      } else {
        mountExfat(disk);
      }
      // A dry run tries no names out: that case is folded it sees from what is there.
      write(join(disk, 'to', 'there.txt'), 'there');
      write(join(source, 'A.txt'), 'upper');
      write(join(source, 'a.txt'), 'lower');
      write(join(source, 'a:b'), 'colon');
      write(join(source, 'fine.txt'), 'fine');
      write(join(source, 'Dir', 'x'), 'upper');
      write(join(source, 'dir', 'y'), 'lower');
      const notices: string[] = [];
      engine.on('notice', ({ code }) => notices.push(code));
      const dry = await copy(
        { dryRun: true, existing: 'overwrite' },
        { destination: join(disk, 'to'), layout: 'contents' },
      );
      expect(engine.findings(dry.id)).toMatchObject({ clash: 4, new: 3 });
      expect(readdirSync(join(disk, 'to'))).toEqual(['there.txt']);
      const job = await copy(
        { existing: 'overwrite' },
        { destination: join(disk, 'to'), layout: 'contents' },
      );
      const errors = await failures(job.id);
      expect(errors.map((error) => error?.code)).toEqual(Array(4).fill('clash'));
      expect(errors.map((error) => error?.message).join('\n')).toMatch(
        /a\.txt and .*A\.txt would collide in/u,
      );
      expect(readFileSync(join(disk, 'to', 'a.txt'), 'utf8')).toBe('upper');
      expect(readFileSync(join(disk, 'to', 'fine.txt'), 'utf8')).toBe('fine');
      expect(leftovers(disk)).toEqual([]);
      expect(new Set(notices).size).toBe(notices.length);
      // Its times are even seconds: the same files are known again.
      utimesSync(join(source, 'fine.txt'), 1_600_000_001.5, 1_600_000_001.5);
      await copy(
        { existing: 'overwrite' },
        { destination: join(disk, 'to'), sources: [join(source, 'fine.txt')] },
      );
      const again = await copy(
        { existing: 'overwrite' },
        { destination: join(disk, 'to', 'fine.txt'), sources: [join(source, 'fine.txt')] },
      );
      expect(engine.findings(again.id)).toMatchObject({ unchanged: 1 });
    },
  );
});

test.runIf(isRoot)('an unreadable folder and file are one failed task each, the rest is copied', async () => {
  write(join(source, 'a'), 'x');
  write(join(source, 'secret', 'b'), 'x');
  write(join(source, 'closed'), 'x');
  chmodSync(join(source, 'secret'), 0o700);
  chmodSync(join(source, 'closed'), 0o600);
  chmodSync(folder, 0o777);
  const terminal = await buildTerminal();
  chmodSync(terminal, 0o755);
  const nobody = { uid: 65_534, gid: 65_534 };
  const { status, stdout, stderr } = spawnSync(
    'nice',
    // With the lowest priority there is, which this user may not raise.
    [
      ...['-n', '19', process.execPath, join(terminal, 'cli.cjs'), 'copy', `${source}/`, target],
      ...['--json', '--data-dir', join(folder, 'theirs')],
    ],
    { ...nobody, encoding: 'utf8' },
  );
  expect(stderr).not.toContain('Error');
  expect(status).toBe(1);
  const failed = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { state?: string; source?: string; error?: ErrorData })
    .filter(({ state }) => state === 'failed');
  expect(failed.map(({ source: path, error }) => [path, error?.code]).sort()).toEqual([
    [join(source, 'closed'), 'permission-denied'],
    [join(source, 'secret'), 'permission-denied'],
  ]);
  expect(readdirSync(target).sort()).toEqual(['a', 'secret']);
  expect(statSync(join(target, 'a')).uid).toBe(65_534);
});

describe('killed', () => {
  const start = async (...args: readonly string[]): Promise<ReturnType<typeof spawn>> => {
    const terminal = await buildTerminal();
    return spawn(
      process.execPath,
      [join(terminal, 'cli.cjs'), ...args, '--data-dir', join(folder, 'data2')],
      {
        stdio: 'ignore',
      },
    );
  };
  const OFTEN = { interval: 2 };
  /** Bytes of the largest file that is on its way below a folder. */
  const largestTemporary = (directory: string): number => {
    const temporary = leftovers(directory).filter((path) => /\/\d+$/u.test(path));
    const sizes = temporary.map(
      (path) => statSync(join(directory, path), { throwIfNoEntry: false })?.size ?? 0,
    );
    return Math.max(0, ...sizes);
  };
  const end = async (child: ReturnType<typeof spawn>): Promise<number | null> =>
    child.exitCode ?? new Promise((resolve) => child.once('exit', resolve));

  test('amid a large file: what was flushed and has its digest is kept', async () => {
    const large = join(source, 'large');
    const part = Buffer.alloc(1 << 20);
    for (let at = 0; at < part.length; at += 4) part.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
    writeFileSync(large, Buffer.concat(Array<Buffer>(800).fill(part)));
    const child = await start('copy', `${source}/`, target, '--sync');
    // Later parts are being written: the first one is told.
    await expect.poll(() => largestTemporary(folder), OFTEN).toBeGreaterThan(200_000_000);
    child.kill('SIGKILL');
    await end(child);
    expect(existsSync(join(target, 'large'))).toBe(false);
    const resumed = await start('resume');
    expect(await end(resumed)).toBe(0);
    execFileSync('cmp', [large, join(target, 'large')]);
    const other = await openEngine('data2');
    const { rows: tasks } = await other.tasksPage({ jobId: 1, state: null, search: '', offset: 0, limit: 5 });
    await other.close();
    expect(tasks[0]?.copied?.kept).toBeGreaterThan(0);
    expect(leftovers(folder)).toEqual([]);
  });

  test.runIf(isRoot)('then cancelled: nothing is left on another device either', async () => {
    const disk = join(target, 'from', 'disk');
    mount(disk, '-t', 'tmpfs', 'tmpfs');
    mkdirSync(join(source, 'disk'));
    writeFileSync(join(source, 'disk', 'large'), Buffer.alloc(600_000_000, 'x'));
    const child = await start('copy', source, target);
    await expect.poll(() => largestTemporary(disk), OFTEN).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await end(child);
    expect(leftovers(disk).length).toBeGreaterThan(0);
    expect(await end(await start('cancel', '1'))).toBe(0);
    expect(leftovers(target)).toEqual([]);
  });
});

describe.runIf(isRoot)('a file that nothing can be renamed over', () => {
  const text = (name: string): string => readFileSync(join(target, 'from', name), 'utf8');

  /** One file is mounted at the target itself; in `closed` nothing may be made. */
  const prepare = (): void => {
    write(join(source, 'mounted'), 'longer than before', 1_700_000_000);
    write(join(source, 'closed', 'file'), 'new', 1_700_000_000);
    write(join(folder, 'elsewhere'), 'old');
    write(join(target, 'from', 'mounted'), '');
    write(join(target, 'from', 'closed', 'file'), 'old and longer');
    execFileSync('mount', ['--bind', join(folder, 'elsewhere'), join(target, 'from', 'mounted')]);
    execFileSync('mount', ['--bind', join(target, 'from', 'closed'), join(target, 'from', 'closed')]);
    execFileSync('mount', ['-o', 'remount,bind,ro', join(target, 'from', 'closed')]);
    execFileSync('mount', ['--bind', join(folder, 'in'), join(target, 'from', 'closed', 'file')]);
  };
  const clean = (): void => {
    for (const path of ['closed/file', 'closed', 'mounted'])
      spawnSync('umount', ['-l', join(target, 'from', path)]);
  };

  test('is left, and the message says how it can be written; with --in-place it is', async () => {
    write(join(folder, 'in'), 'old and longer');
    prepare();
    try {
      const job = await copy({ existing: 'overwrite' });
      expect((await failures(job.id)).map((error) => error?.code)).toEqual([
        'not-replaceable',
        'not-replaceable',
      ]);
      expect((await failures(job.id))[0]?.message).toContain('--in-place');
      expect([text('mounted'), text('closed/file')]).toEqual(['old', 'old and longer']);
      const { ino } = statSync(join(target, 'from', 'mounted'));
      const again = await copy({ existing: 'overwrite', inPlace: true, verify: true });
      expect(await failures(again.id)).toEqual([]);
      expect(engine.findings(again.id)).toEqual({ replaced: 2 });
      expect([text('mounted'), text('closed/file')]).toEqual(['longer than before', 'new']);
      expect(statSync(join(target, 'from', 'mounted'))).toMatchObject({ ino, mtimeMs: 1_700_000_000_000 });
      expect(engine.findings((await copy({})).id)).toEqual({ unchanged: 2 });
      expect(leftovers(folder)).toEqual([]);
    } finally {
      clean();
    }
  });
});

test.runIf(isRoot)('a second copy into a folder that may not be written to finds all unchanged', async () => {
  write(join(source, 'a', 'b'), 'x');
  await copy({});
  const closed = join(target, 'from');
  execFileSync('mount', ['--bind', closed, closed]);
  try {
    execFileSync('mount', ['-o', 'remount,bind,ro', closed]);
    const job = await copy({ existing: 'overwrite' });
    expect(engine.findings(job.id)).toEqual({ unchanged: 1 });
  } finally {
    execFileSync('umount', ['-l', closed]);
  }
});

test.runIf(isRoot)(
  'work folders lie where a rename can begin, also where the same disk is mounted below',
  async () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    mkdirSync(join(target, 'from', 'bound'), { recursive: true });
    mount(join(target, 'from', 'bound'), '--bind', other);
    write(join(source, 'bound', 'large'), 'x'.repeat(100_000));
    write(join(source, 'bound', 'sub', 'empty'), '');
    utimesSync(source, 1_500_000_000, 1_500_000_000);
    const job = await copy({});
    expect(await failures(job.id)).toEqual([]);
    expect(readdirSync(other).sort()).toEqual(['large', 'sub']);
    expect(statSync(join(target, 'from')).mtimeMs).toBe(1_500_000_000_000);
    expect(leftovers(folder)).toEqual([]);
  },
);
