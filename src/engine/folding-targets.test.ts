/** Targets that fold case, have no hard links and keep whole seconds (exFAT by FUSE): nothing there is lost. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CopyOptions } from '../common/model/copy-options';
import type { JobSummary } from '../common/model/jobs';
import {
  engine,
  folder,
  knowsExfat,
  leftovers,
  mount,
  mountExfat,
  openEngine,
  put,
  rows,
  run,
  unmount,
  useEngine,
} from './testing/test-engine';

useEngine('folding');

let source: string;
let disk: string;

beforeEach(() => {
  source = join(folder, 'src');
  disk = join(folder, 'disk');
  mkdirSync(source);
});

const copy = (
  options: Partial<CopyOptions>,
  sources: readonly string[] = [source],
  destination = disk,
): Promise<JobSummary> =>
  run({ kind: 'copy', mode: 'pool', workers: 2, sources: [...sources], destination, options });

const write = (path: string, text: string, mtime = 1_600_000_000): void => {
  put(path, text);
  utimesSync(path, mtime, mtime);
};

const listing = (path: string): string[] =>
  (readdirSync(path, { recursive: true }) as string[]).sort((a, b) => (a < b ? -1 : 1));

describe.runIf(knowsExfat)('on exFAT', () => {
  beforeEach(() => {
    mountExfat(disk);
  });

  test('links are said to be impossible there, and all else is copied', async () => {
    write(join(source, 'a'), 'a');
    symlinkSync('a', join(source, 'link'));
    const job = await copy({});
    expect(job.counts).toMatchObject({ done: 2, failed: 1 });
    const link = (await rows(job.id)).find(({ name }) => name === 'link');
    expect(link?.error).toMatchObject({ code: 'links-unsupported' });
    expect(readFileSync(join(disk, 'src', 'a'), 'utf8')).toBe('a');
  });

  test('the data folder may lie there, with the key of what is secret', async () => {
    const other = await openEngine('disk/data');
    try {
      const request = {
        kind: 'download',
        text: 'https://me:secret@127.0.0.1:1/x',
        directory: folder,
      } as const;
      const { id } = await other.createJob(
        { ...request, mode: 'pool', workers: 1, urls: [], listFiles: [], options: {} },
        { start: false },
      );
      expect(id).toBe(1);
      expect(readFileSync(join(disk, 'data', 'secret.key'))).toHaveLength(32);
    } finally {
      await other.close();
    }
  });

  const spelledOtherwise = (): void => {
    for (const [name, text] of [
      ['photo.jpg', 'precious'],
      ['D/x', 'deep'],
      ['D/E/y', 'deeper'],
      ['\u00c4rger', 'umlaut'],
    ] as const)
      write(join(source, name), text);
    for (const [name, text] of [
      ['PHOTO.JPG', 'precious'],
      ['d/X', 'deep'],
      ['d/e/Y', 'deeper'],
      ['\u00e4rger', 'umlaut'],
      ['extra', 'gone'],
      ['d/extra', 'gone'],
      ['d/e/other/extra', 'gone'],
    ] as const)
      write(join(disk, 'src', name), text);
  };
  const kept = ['PHOTO.JPG', 'd', 'd/X', 'd/e', 'd/e/Y', '\u00e4rger'];

  test('a mirror keeps what the source has under another spelling, and deletes what it has not', async () => {
    spelledOtherwise();
    const dry = await copy({ mirror: true, dryRun: true });
    expect(engine.findings(dry.id)).toEqual({ unchanged: 4, deleted: 4 });
    const job = await copy({ mirror: true });
    expect(job.counts.failed).toBe(0);
    expect(engine.findings(job.id)).toEqual({ unchanged: 4, deleted: 4 });
    expect(listing(join(disk, 'src'))).toEqual(kept);
    expect(readFileSync(join(disk, 'src/photo.jpg'), 'utf8')).toBe('precious');
  });

  test('a mirror that replaces what differs loses nothing either', async () => {
    spelledOtherwise();
    write(join(source, 'photo.jpg'), 'newer', 1_700_000_000);
    const job = await copy({ mirror: true, existing: 'overwrite' });
    expect(engine.findings(job.id)).toEqual({ replaced: 1, unchanged: 3, deleted: 4 });
    expect(readFileSync(join(disk, 'src/photo.jpg'), 'utf8')).toBe('newer');
    expect(leftovers(folder)).toEqual([]);
  });

  test.each(['overwrite', 'newer', 'number', 'skip'] as const)(
    'two names that are one there are never both written: %s',
    async (existing) => {
      write(join(source, 'IMG.txt'), 'one', 1_600_000_000);
      write(join(source, 'img.txt'), 'other', 1_700_000_000);
      write(join(source, 'D/a'), 'D');
      write(join(source, 'd/a'), 'd', 1_700_000_000);
      const dry = await copy({ existing, dryRun: true });
      const job = await copy({ existing });
      const failed = await rows(job.id, 'failed');
      expect(failed.map(({ name, error }) => [name, error?.code])).toEqual([
        ['d', 'clash'],
        ['d/a', 'clash'],
        ['img.txt', 'clash'],
      ]);
      expect(listing(join(disk, 'src'))).toEqual(['D', 'D/a', 'IMG.txt']);
      expect(readFileSync(join(disk, 'src/IMG.txt'), 'utf8')).toBe('one');
      // An empty disk shows no names: its kind tells.
      const again = await copy({ existing, dryRun: true });
      for (const { id } of [dry, again]) expect(engine.findings(id).clash).toBe(3);
    },
  );

  test('names that there cannot be are told by a dry run as well', async () => {
    write(join(source, 'a:b'), 'x');
    writeFileSync(Buffer.from(`${source}/\u00ff`, 'latin1'), 'x');
    write(join(source, 'good'), 'x');
    for (const dryRun of [true, false])
      expect(engine.findings((await copy({ dryRun })).id)).toEqual({ new: 1, clash: 2 });
  });

  test('nor where planning could not see it, on a disk below the target', async () => {
    const target = join(folder, 'to');
    mountExfat(join(target, 'src/below'));
    write(join(source, 'below/IMG.txt'), 'one');
    write(join(source, 'below/img.txt'), 'other', 1_700_000_000);
    const job = await copy({ existing: 'overwrite' }, [source], target);
    const failed = await rows(job.id, 'failed');
    expect(failed.map(({ error }) => error?.code)).toEqual(['clash']);
    const whole = failed[0]?.name === 'below/img.txt' ? 'one' : 'other';
    expect(readFileSync(join(target, 'src/below/img.txt'), 'utf8')).toBe(whole);
    expect(leftovers(folder)).toEqual([]);
  });

  test('two sources whose names are one there are refused before anything is written', async () => {
    const sources = [join(folder, 'p1/Photos'), join(folder, 'p2/photos')];
    for (const each of sources) write(join(each, 'a'), each);
    await expect(copy({ existing: 'overwrite' }, sources)).rejects.toMatchObject({ code: 'same-name' });
    await expect(
      copy({ existing: 'overwrite' }, [`${sources[0] ?? ''}/`, join(folder, 'p1')]),
    ).resolves.toMatchObject({ state: 'done' });
    await expect(copy({}, [`${folder}/p1/`, sources[1] ?? ''])).rejects.toMatchObject({ code: 'same-name' });
    expect(existsSync(join(disk, 'photos'))).toBe(false);
    expect(leftovers(disk)).toEqual([]);
  });

  test('a mirror does not delete its own source, however its target is written', async () => {
    write(join(disk, 'to/src/inner/src/1'), 'precious');
    await expect(
      copy({ mirror: true }, [join(disk, 'to/src/inner/src')], join(disk, 'TO')),
    ).rejects.toMatchObject({ code: 'copy-into-itself' });
    expect(readFileSync(join(disk, 'to/src/inner/src/1'), 'utf8')).toBe('precious');
  });

  test('a second copy finds all unchanged, whatever the times, also when the disk was put in anew', async () => {
    [
      '1960-06-01 12:00:00.5',
      '1979-12-31',
      '1999-01-01 00:00:01.999999999',
      '2024-05-05 10:00:01.5',
      '2200-01-01',
    ].forEach((time, index) => {
      put(join(source, String(index)), time);
      execFileSync('touch', ['-d', time, join(source, String(index))]);
    });
    await copy({});
    for (const isNew of [false, true]) {
      if (isNew) {
        unmount(disk);
        mountExfat(disk);
      }
      for (const dryRun of [true, false]) {
        const job = await copy({ dryRun });
        const others = (await rows(job.id)).filter(
          ({ finding, type }) => finding !== 'unchanged' && type !== 'folders',
        );
        expect(
          others.map(({ name }) => [isNew, dryRun, name, lstatSync(join(disk, 'src', name)).mtimeMs]),
        ).toEqual([]);
      }
      for (const existing of ['newer', 'overwrite', 'number'] as const) {
        expect(engine.findings((await copy({ existing })).id)).toEqual({ unchanged: 5 });
      }
    }
  });
});

describe.runIf(process.getuid?.() === 0)('where times are whole seconds up to 2038 (ext2)', () => {
  beforeEach(() => {
    const image = join(folder, 'ext2.img');
    writeFileSync(image, '');
    truncateSync(image, 20_000_000);
    execFileSync('mkfs.ext2', ['-q', '-F', '-I', '128', image], { stdio: 'ignore' });
    mount(disk, '-o', 'loop', image);
  });

  test('a second copy finds all unchanged', async () => {
    ['1890-01-01', '1969-12-31 23:59:58.7', '2024-01-01 10:00:01.5', '2500-01-01'].forEach((time, index) => {
      put(join(source, String(index)), time);
      execFileSync('touch', ['-d', time, join(source, String(index))]);
    });
    await copy({});
    expect(lstatSync(join(disk, 'src/2')).mtimeMs % 1000).toBe(0);
    for (const existing of ['refuse', 'newer', 'overwrite'] as const) {
      for (const dryRun of [true, false]) {
        const job = await copy({ existing, dryRun });
        expect(engine.findings(job.id)).toEqual({ unchanged: 4 });
      }
    }
  });

  test('a file that is a second apart is another', async () => {
    write(join(source, 'a'), 'new', 1_600_000_001.5);
    write(join(disk, 'src/a'), 'old', 1_600_000_000);
    for (const dryRun of [true, false]) {
      const job = await copy({ existing: 'newer', dryRun });
      expect(engine.findings(job.id)).toEqual({ replaced: 1 });
    }
    expect(readFileSync(join(disk, 'src/a'), 'utf8')).toBe('new');
  });
});
