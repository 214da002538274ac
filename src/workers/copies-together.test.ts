import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toErrorData } from '../common/model/errors';
import type { TaskOutcome } from '../common/model/tasks';
import { loadHasher } from '../files/hashers';
import { libc } from '../files/libc';
import { CopiesTogether } from './copies-together';
import type { CopyMemory } from './copy-memory';
import { SmallCopies, TOO_MANY, type SmallManner } from './copy-small';
import { TargetFolders } from './copy-target';
import { Flusher, SYSTEM, type Flushes } from './flusher';
import { Later, TaskCancelled } from './runtime';
import { FakeContext, order } from './test-context';

let folder: string;
let source: string;
let target: string;
let mounted: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-together-'));
  source = join(folder, 'from');
  target = join(folder, 'to');
  mounted = [];
  mkdirSync(source);
  mkdirSync(target);
});

afterEach(() => {
  for (const path of mounted) execFileSync('umount', ['-l', path]);
  rmSync(folder, { recursive: true });
});

/** The system's calls, counted. */
class Counted {
  together = 0;
  each = 0;
  readonly calls: Flushes = {
    ...SYSTEM,
    together: (fd) => {
      this.together += 1;
      SYSTEM.together(fd);
    },
    each: (fd) => {
      this.each += 1;
      SYSTEM.each(fd);
    },
  };
}

/** What became of a copy; an outcome of `null`: it went the long way. */
type Finished = { readonly key: string } & (
  { readonly outcome: TaskOutcome | null } | { readonly error: unknown }
);

const LONG: TaskOutcome = { state: 'done', bytes: 0, target: 'by the long way' };

function begin(
  flushes: Flushes = SYSTEM,
  small = newSmall(),
): {
  /** @returns whether it did not go the long way from the start */
  readonly add: (name: string, context?: FakeContext) => boolean;
  /** Of all that were added since the last time. */
  readonly finishAll: () => Promise<Finished[]>;
} {
  const copies = new CopiesTogether(
    small,
    () => LONG,
    () => new Flusher(flushes),
  );
  const folders = new TargetFolders({ source, target, workDirectory: join(target, '.work') });
  let added: Promise<Finished>[] = [];
  const become = async (key: string, outcome: Promise<TaskOutcome>): Promise<Finished> => {
    try {
      const found = await outcome;
      return { key, outcome: found === LONG ? null : found };
    } catch (error) {
      return { key, error };
    }
  };
  return {
    add: (name, context = new FakeContext()) => {
      const [from, to] = [join(source, name), join(target, name)];
      const value = copies.copy(order({ source: from, target: to }), to, folders, context);
      if (value === null) return false;
      added.push(become(name, value instanceof Later ? value.outcome : Promise.resolve(value)));
      return true;
    },
    finishAll: async () => {
      copies.finish();
      const finished = await Promise.all(added);
      added = [];
      return finished;
    },
  };
}

const MANNER: SmallManner = { options: { sync: true, verify: false }, hashers: { wanted: [], check: null } };

function newSmall(manner: Partial<SmallManner> = {}): SmallCopies {
  return new SmallCopies(newMemory(), { ...MANNER, ...manner });
}

function newMemory(): CopyMemory {
  return { buffers: [], noReflink: new Set(), notInKernel: new Set() };
}

function put(count: number, bytes = 100): string[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `file-${String(index).padStart(3, '0')}`;
    writeFileSync(join(source, name), Buffer.alloc(bytes, name));
    return name;
  });
}

function outcomeOf(finished: Finished | undefined): TaskOutcome | null {
  if (finished === undefined || !('outcome' in finished)) throw new Error('it failed, or is not there');
  return finished.outcome;
}

function errorOf(finished: Finished | undefined): unknown {
  if (finished === undefined || 'outcome' in finished) throw new Error('it did not fail');
  return finished.error;
}

function codeOf(finished: Finished | undefined): string {
  return toErrorData(errorOf(finished)).code;
}

/** Files that this process has open below a folder, those without a name among them. */
function openBelow(path: string): string[] {
  return readdirSync('/proc/self/fd')
    .map((fd) => `/proc/self/fd/${fd}`)
    .filter((link) => {
      try {
        return readlinkSync(link).startsWith(path);
      } catch {
        // The one by which they were listed.
        return false;
      }
    });
}

const isRoot = process.getuid?.() === 0;
/** Without files that have no name all copies go the long way. */
const canTogether = libc() !== null;

describe.skipIf(!canTogether)('small copies that are flushed together', () => {
  test('have no name until all that have begun are on the device, and are like their sources then', async () => {
    const names = put(3);
    chmodSync(join(source, 'file-001'), 0o640);
    utimesSync(join(source, 'file-001'), 1_000_000_000, 1_100_000_000);
    const { add, finishAll } = begin();
    const contexts = names.map(() => new FakeContext());
    for (const [index, name] of names.entries()) expect(add(name, contexts[index])).toBe(true);
    expect(readdirSync(target)).toEqual([]);
    const finished = await finishAll();
    expect(finished.map(({ key }) => key)).toEqual(names);
    for (const [index, name] of names.entries()) {
      expect(outcomeOf(finished[index])).toMatchObject({
        state: 'done',
        bytes: 100,
        target: join(target, name),
        finding: 'new',
        copied: { method: 'read-write', flushMs: expect.any(Number) as number },
      });
      expect(readFileSync(join(target, name))).toEqual(readFileSync(join(source, name)));
    }
    const { mode, mtimeMs } = statSync(join(target, 'file-001'));
    expect([mode & 0o7777, mtimeMs]).toEqual([0o640, 1_100_000_000_000]);
    expect(await finishAll()).toEqual([]);
    expect(openBelow(folder)).toEqual([]);
  });

  test('without flushing each has its name at once', async () => {
    const [name = ''] = put(1);
    const { add, finishAll } = begin(SYSTEM, newSmall({ options: { sync: false, verify: false } }));
    expect(add(name)).toBe(true);
    expect(readdirSync(target)).toEqual([name]);
    expect(outcomeOf((await finishAll())[0])).toMatchObject({ state: 'done', copied: { flushMs: null } });
  });

  test('digests are those of the bytes, and what is read back is compared before it has its name', async () => {
    const [name = '', other = ''] = put(2);
    const hashers = { wanted: [await loadHasher('sha256')], check: await loadHasher('blake3') };
    const { add, finishAll } = begin(SYSTEM, newSmall({ options: { sync: false, verify: true }, hashers }));
    add(name);
    add(other);
    // As a device would that loses bytes: the file has no name, and is found by its descriptor.
    const [, damaged = ''] = openBelow(target);
    writeFileSync(damaged, 'other bytes');
    const [good, bad] = await finishAll();
    expect(outcomeOf(good)).toMatchObject({
      state: 'done',
      digests: { sha256: createHash('sha256').update(Buffer.alloc(100, name)).digest('hex') },
      copied: { flushMs: expect.any(Number) as number, verifyMs: expect.any(Number) as number },
    });
    expect(codeOf(bad)).toBe('verify-mismatch');
    expect(readdirSync(target)).toEqual([name]);
  });

  test('what is empty, large, a folder or not there goes the long way', async () => {
    writeFileSync(join(source, 'empty'), '');
    writeFileSync(join(source, 'large'), Buffer.alloc(70_000));
    mkdirSync(join(source, 'folder'));
    const { add, finishAll } = begin();
    for (const name of ['empty', 'large', 'folder', 'nothing'])
      expect([name, add(name)]).toEqual([name, false]);
    expect(await finishAll()).toEqual([]);
    expect(openBelow(folder)).toEqual([]);
  });

  test('a name that was taken meanwhile is the matter of one: it is left, and the copy goes the long way', async () => {
    const names = put(3);
    const { add, finishAll } = begin();
    for (const name of names) add(name);
    writeFileSync(join(target, 'file-001'), 'another');
    const [first, second, third] = await finishAll();
    expect(outcomeOf(second)).toBeNull();
    expect([outcomeOf(first)?.state, outcomeOf(third)?.state]).toEqual(['done', 'done']);
    expect(readFileSync(join(target, 'file-001'), 'utf8')).toBe('another');
    // From now on it is looked first.
    expect(add('file-001')).toBe(false);
  });

  test('of two copies to one name the second goes the long way', async () => {
    put(1);
    const { add, finishAll } = begin();
    expect([add('file-000'), add('file-000')]).toEqual([true, true]);
    expect((await finishAll()).map((finished) => outcomeOf(finished)?.state ?? null)).toEqual(['done', null]);
  });

  test('a source that changed meanwhile, and a task that was cancelled, leave nothing and are the matter of one', async () => {
    const names = put(4);
    const { add, finishAll } = begin();
    const cancelled = new FakeContext();
    for (const name of names) add(name, name === 'file-002' ? cancelled : new FakeContext());
    appendFileSync(join(source, 'file-001'), 'more');
    cancelled.cancel();
    const finished = await finishAll();
    expect(codeOf(finished[1])).toBe('changed-while-copying');
    expect(errorOf(finished[2])).toBeInstanceOf(TaskCancelled);
    expect(readdirSync(target)).toEqual(['file-000', 'file-003']);
    expect(openBelow(folder)).toEqual([]);
  });

  test('a device that refuses the bytes of one fails that one, and says so of its target', async () => {
    const names = put(4);
    let flushed = 0;
    const { add, finishAll } = begin({
      ...SYSTEM,
      canTogether: () => true,
      together: () => {
        throw Object.assign(new Error('EIO: i/o error, syncfs'), { code: 'EIO' });
      },
      each: (fd) => {
        flushed += 1;
        if (flushed === 2) throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });
        SYSTEM.each(fd);
      },
    });
    for (const name of names) add(name);
    const finished = await finishAll();
    expect(codeOf(finished[1])).toBe('io-error');
    expect(toErrorData(errorOf(finished[1])).message).toContain(join(target, 'file-001'));
    expect(readdirSync(target)).toEqual(['file-000', 'file-002', 'file-003']);
  });

  test('where flushing itself goes wrong, every copy fails, nothing is left and the next ones are flushed', async () => {
    const names = put(3);
    let isBroken = true;
    const { add, finishAll } = begin({
      ...SYSTEM,
      now: () => {
        if (isBroken) throw new Error('no clock');
        return SYSTEM.now();
      },
    });
    for (const name of names) add(name);
    expect((await finishAll()).map((finished) => 'error' in finished)).toEqual([true, true, true]);
    expect([readdirSync(target), openBelow(folder)]).toEqual([[], []]);
    isBroken = false;
    for (const name of names) add(name);
    await finishAll();
    expect(readdirSync(target)).toEqual(names);
  });

  test('more than may be open at once are finished on the way', async () => {
    const names = put(300);
    const { add, finishAll } = begin();
    for (const name of names) add(name);
    expect(readdirSync(target)).toHaveLength(256);
    const finished = await finishAll();
    expect(finished.map(({ key }) => key)).toEqual(names);
    expect(readdirSync(target)).toEqual(names);
  });

  test('without further descriptors those that have begun are finished first', async () => {
    const names = put(3);
    let isFull = false;
    class Small extends SmallCopies {
      override begin(...job: Parameters<SmallCopies['begin']>): ReturnType<SmallCopies['begin']> {
        if (!isFull) return super.begin(...job);
        isFull = false;
        return TOO_MANY;
      }
    }
    const { add, finishAll } = begin(SYSTEM, new Small(newMemory(), MANNER));
    add('file-000');
    add('file-001');
    isFull = true;
    expect(add('file-002')).toBe(true);
    expect(readdirSync(target)).toEqual(['file-000', 'file-001']);
    expect((await finishAll()).map(({ key }) => key)).toEqual(names);
    // With none to finish it is left to the long way, which says what is wrong.
    isFull = true;
    expect(add('file-002')).toBe(false);
  });

  test.skipIf(!isRoot)(
    'a copy belongs to whom its source belongs, whatever the folder gives its files',
    async () => {
      const names = put(4);
      chownSync(target, 0, 4321);
      chmodSync(target, 0o2777);
      const owners = [
        [0, 0],
        [1234, 5678],
        [0, 4321],
        [1234, 4321],
      ] as const;
      for (const [index, [uid, gid]] of owners.entries())
        chownSync(join(source, names[index] ?? ''), uid, gid);
      const { add, finishAll } = begin();
      for (const name of names) add(name);
      await finishAll();
      const found = names.map((name) => statSync(join(target, name))).map(({ uid, gid }) => [uid, gid]);
      expect(found).toEqual(owners);
    },
  );

  test('a default ACL of the folder gives a copy nothing that its source has not', async (context) => {
    if (spawnSync('setfacl', ['-d', '-m', 'u:1234:rwx', target]).status !== 0) context.skip();
    put(1);
    const { add, finishAll } = begin();
    add('file-000');
    expect(outcomeOf((await finishAll())[0])).toMatchObject({ state: 'done' });
    expect(libc()?.attributes(join(target, 'file-000'))).toEqual([]);
  });
});

const canMount = canTogether && isRoot;
const canLoop = canMount && existsSync('/dev/loop-control') && spawnSync('which', ['mkfs.ext4']).status === 0;

function mount(path: string, ...what: string[]): void {
  execFileSync('mount', [...what, path]);
  mounted.push(path);
}

describe.skipIf(!canLoop)('on ext4', () => {
  beforeEach(() => {
    const image = join(folder, 'ext4.img');
    writeFileSync(image, '');
    truncateSync(image, 32 * 1024 * 1024);
    execFileSync('mkfs.ext4', ['-q', '-F', image], { stdio: 'ignore' });
    mount(target, '-o', 'loop', image);
  });

  test('one flush of the file system does for all of them', async (context) => {
    if (libc()?.canSyncFileSystem !== true) context.skip();
    const names = put(200);
    const counted = new Counted();
    const { add, finishAll } = begin(counted.calls);
    for (const name of names) add(name);
    const finished = await finishAll();
    expect(finished.map((one) => outcomeOf(one)?.state)).toEqual(names.map(() => 'done'));
    for (const name of names)
      expect(readFileSync(join(target, name))).toEqual(readFileSync(join(source, name)));
    expect([counted.together, counted.each]).toEqual([2, 0]);
  });

  test('a disk that is full fails those that do not fit, and the others are there', async () => {
    const names = put(700, 60_000);
    const { add, finishAll } = begin();
    const full: string[] = [];
    for (const name of names) {
      try {
        add(name);
      } catch (error) {
        expect(toErrorData(error).code).toBe('disk-full');
        full.push(name);
      }
    }
    const done = (await finishAll()).map((one) => {
      expect([one.key, outcomeOf(one)?.state]).toEqual([one.key, 'done']);
      return one.key;
    });
    expect(full.length).toBeGreaterThan(0);
    expect([...done, ...full].sort()).toEqual(names);
    for (const name of done) expect(statSync(join(target, name)).size).toBe(60_000);
  });
});

test.skipIf(!canMount)('on tmpfs nothing is written, and nothing is flushed together', async () => {
  mount(target, '-t', 'tmpfs', '-o', 'size=1m', 'none');
  const names = put(20);
  const counted = new Counted();
  const { add, finishAll } = begin(counted.calls);
  for (const name of names) add(name);
  expect((await finishAll()).map((one) => outcomeOf(one)?.state)).toEqual(names.map(() => 'done'));
  expect(counted.together).toBe(0);
});
