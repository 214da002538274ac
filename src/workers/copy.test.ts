import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toErrorData, type ErrorData } from '../common/model/errors';
import type { TaskOrder, TaskOutcome } from '../common/model/tasks';
import { displayPath, joinPath, pathFromBytes } from '../common/model/paths';
import { createCopy, type CopyTuning } from './copy';
import { native } from '../files/entries';
import { libc } from '../files/libc';
import { NAMING, type Link } from '../files/take-name';
import { TaskCancelled } from './runtime';
import { FakeContext, order, runToEnd } from './test-context';
import { walkEntries } from './walk';
import { COPY_POLICIES, DEFAULT_COPY_OPTIONS, type CopyOptions } from '../common/model/copy-options';
import { DEFAULT_WALK_RULES } from '../common/model/walk-rules';

let folder: string;
let source: string;
let target: string;
let workDirectory: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-copy-'));
  source = join(folder, 'from');
  target = join(folder, 'out', 'to');
  workDirectory = join(folder, 'out', '.heddle-work-0123456789ab');
  mkdirSync(source);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

type Run = (
  fields: Partial<TaskOrder> & Pick<TaskOrder, 'source'>,
  context?: FakeContext,
) => Promise<TaskOutcome>;

function copier(tuning: CopyTuning = {}, exclusive = true, options: Partial<CopyOptions> = {}): Run {
  const run = createCopy(
    {
      kind: 'copy',
      roots: [{ source, target, workDirectory }],
      options: { ...DEFAULT_COPY_OPTIONS, ...options },
      rules: DEFAULT_WALK_RULES,
      algorithms: [],
    },
    tuning,
  );
  return async (fields, context = new FakeContext({ exclusive })) => runToEnd(run, order(fields), context);
}

async function failure(promise: Promise<unknown>): Promise<ErrorData> {
  try {
    await promise;
  } catch (error) {
    return toErrorData(error);
  }
  throw new Error('it did not fail');
}

function leftovers(): string[] {
  if (!existsSync(workDirectory)) return [];
  // The folder that names are locked in stays as long as the job.
  return readdirSync(workDirectory).filter((name) => name !== 'locks');
}

/** Copies all of `source` as a job would, and settles each task as the engine does. */
async function copyTree(run: Run): Promise<TaskOutcome[]> {
  const outcomes: TaskOutcome[] = [];
  let id = 0;
  for (const entry of walkEntries([source], null, { rules: DEFAULT_WALK_RULES, identify: false })) {
    if (entry.type !== 'file' && entry.type !== 'symlink') continue;
    id += 1;
    const outcome = await run({
      id,
      type: entry.type,
      source: entry.path,
      target: joinPath(target, entry.relative),
    });
    outcomes.push(outcome);
    if (outcome.release !== undefined) rmSync(native(outcome.release));
  }
  outcomes.push(await run({ id: id + 1, type: 'folders', source, target }));
  return outcomes;
}

describe.each([{ exclusive: true }, { exclusive: false }])('exclusive: $exclusive', ({ exclusive }) => {
  const context = (): FakeContext => new FakeContext({ exclusive });

  test.each([0, 1, 65_536, 1_048_576, 5_000_001])('a file of %i bytes, its mode and times', async (size) => {
    const from = join(source, 'a');
    const to = join(target, 'sub', 'a');
    writeFileSync(from, Buffer.alloc(size, 'abcdefg'));
    chmodSync(from, 0o6741);
    utimesSync(from, 1_000_000_000.123456, 1_700_000_000.987654);
    const before = statSync(from, { bigint: true });
    const seen = context();
    const outcome = await copier()({ source: from, target: to }, seen);
    expect(outcome).toMatchObject({
      state: 'done',
      bytes: size,
      finding: 'new',
      target: to,
      release: join(workDirectory, '1'),
    });
    // Before reading, which may set the time of access.
    const after = statSync(to, { bigint: true });
    expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
    // Set-user-ID too: the copy is the same user's file.
    expect(Number(after.mode & 0o7777n)).toBe(0o6741);
    expect(after.mtimeNs).toBe(before.mtimeNs);
    expect(after.atimeNs).toBe(before.atimeNs);
    expect([seen.bytesDone, seen.bytesTotal]).toEqual([size, size]);
    expect(statSync(workDirectory).mode & 0o777).toBe(0o700);
  });

  test('a file that may not be written to', async () => {
    const from = join(source, 'a');
    writeFileSync(from, 'x'.repeat(100_000));
    chmodSync(from, 0o400);
    await copier()({ source: from, target: join(target, 'a') }, context());
    expect(statSync(join(target, 'a')).mode & 0o777).toBe(0o400);
  });

  test('the same file there already is skipped', async () => {
    const from = join(source, 'a');
    writeFileSync(from, 'same');
    utimesSync(from, 1_700_000_000.1234567, 1_700_000_000.1234567);
    const run = copier();
    await run({ id: 1, source: from, target: join(target, 'a') }, context());
    const again = await run({ id: 2, source: from, target: join(target, 'a') }, context());
    expect(again).toMatchObject({ state: 'skipped', bytes: 0, reason: { code: 'unchanged' } });
    expect(leftovers()).toEqual(['1']);
  });

  test('another file there is left as it is', async () => {
    const from = join(source, 'a');
    writeFileSync(from, 'new');
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, 'a'), 'old');
    utimesSync(join(target, 'a'), 1, 1);
    const error = await failure(copier()({ source: from, target: join(target, 'a') }, context()));
    expect(error).toMatchObject({ code: 'target-exists', retryable: false });
    expect(readFileSync(join(target, 'a'), 'utf8')).toBe('old');
    expect(leftovers()).toEqual([]);
  });

  test('a target that appears during the copy is left as it is', async () => {
    const from = join(source, 'a');
    writeFileSync(from, 'x'.repeat(3_000_000));
    const seen = context();
    seen.onProgress = () => {
      writeFileSync(join(target, 'a'), 'theirs');
    };
    const error = await failure(copier()({ source: from, target: join(target, 'a') }, seen));
    expect(error.code).toBe('target-exists');
    expect(readFileSync(join(target, 'a'), 'utf8')).toBe('theirs');
    expect(leftovers()).toEqual([]);
  });

  test('a file that changes while it is copied', async () => {
    const from = join(source, 'a');
    writeFileSync(from, 'x'.repeat(3_000_000));
    const seen = context();
    seen.onProgress = () => {
      seen.onProgress = () => undefined;
      appendFileSync(from, 'more');
    };
    const error = await failure(copier()({ source: from, target: join(target, 'a') }, seen));
    expect(error).toMatchObject({ code: 'changed-while-copying', retryable: true });
    expect(readdirSync(target)).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  test('cancelled between two chunks', async () => {
    const from = join(source, 'a');
    writeFileSync(from, 'x'.repeat(20_000_000));
    const seen = context();
    seen.onProgress = () => {
      seen.cancelSilently();
    };
    await expect(copier()({ source: from, target: join(target, 'a') }, seen)).rejects.toThrow(TaskCancelled);
    expect(readdirSync(target)).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  test('FIFOs and sockets are skipped and never opened', async () => {
    execFileSync('mkfifo', [join(source, 'fifo')]);
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(join(source, 'socket'), resolve);
    });
    for (const name of ['fifo', 'socket']) {
      const outcome = await copier()({ source: join(source, name), target: join(target, name) }, context());
      expect(outcome).toMatchObject({ state: 'skipped', reason: { code: 'not-a-regular-file' } });
    }
    await new Promise((resolve) => server.close(resolve));
    expect(existsSync(target)).toBe(false);
  });

  test('a missing source', async () => {
    const error = await failure(
      copier()({ source: join(source, 'none'), target: join(target, 'x') }, context()),
    );
    expect(error).toMatchObject({ code: 'not-found' });
  });

  test('killed between the link and the record: done at once', async () => {
    const from = join(source, 'a');
    writeFileSync(from, 'x');
    const first = await copier()({ source: from, target: join(target, 'a') }, context());
    const again = await copier()({ source: from, target: join(target, 'a') }, context());
    expect(again).toMatchObject({ target: first.target, release: first.release });
    expect(again.state).toBe('done');
  });

  test('half a file of a killed run is made anew, and its other name left alone', async () => {
    const from = join(source, 'a');
    writeFileSync(from, 'whole');
    mkdirSync(workDirectory, { recursive: true });
    writeFileSync(join(workDirectory, '1'), 'half');
    linkSync(join(workDirectory, '1'), join(folder, 'kept'));
    await copier()({ source: from, target: join(target, 'a') }, context());
    expect(readFileSync(join(target, 'a'), 'utf8')).toBe('whole');
    expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('half');
  });

  test.each(COPY_POLICIES)(
    'where link(2) follows links, as on macOS, a copied link is one: %s',
    async (existing) => {
      const link: Link = (from, to) => {
        linkSync(realpathSync(from), to);
      };
      writeFileSync(join(source, 'file'), 'x');
      symlinkSync('file', join(source, 'a'));
      mkdirSync(target, { recursive: true });
      // It would become one more name of this.
      writeFileSync(join(target, 'file'), 'mine');
      if (existing === 'overwrite') symlinkSync('elsewhere', join(target, 'a'));
      const run = copier({ naming: { link } }, true, { existing });
      const outcome = await run({ source: join(source, 'a'), target: join(target, 'a'), type: 'symlink' });
      expect(outcome.state).toBe('done');
      expect(readlinkSync(join(target, 'a'))).toBe('file');
      expect(statSync(join(target, 'file')).nlink).toBe(1);
      expect(leftovers()).toEqual([]);
    },
  );

  test.each([
    ['by a call that never replaces', NAMING.renameExclusive],
    ['under a lock', () => null],
  ])('without hard links: renamed %s', async (_, renameExclusive) => {
    const link = (): never => {
      throw Object.assign(new Error('no links here'), { code: 'EOPNOTSUPP' });
    };
    const from = join(source, 'a');
    writeFileSync(from, 'x');
    const outcome = await copier({ naming: { link, renameExclusive } })(
      { source: from, target: join(target, 'a') },
      context(),
    );
    expect(outcome).toMatchObject({ state: 'done', bytes: 1, target: join(target, 'a') });
    expect(outcome.release).toBeUndefined();
    expect(leftovers()).toEqual([]);
  });

  test('in place, interrupted: what is half-written looks old, so that the next run writes it again', async () => {
    const [from, to] = [join(source, 'a'), join(target, 'a')];
    writeFileSync(from, Buffer.alloc(20_000_000, 'new'));
    mkdirSync(target, { recursive: true });
    writeFileSync(to, Buffer.alloc(30_000_000, 'old'));
    utimesSync(to, 1_000_000_000, 1_000_000_000);
    const link: Link = () => {
      throw Object.assign(new Error('mounted'), { code: 'EXDEV' });
    };
    const task = { source: from, target: to };
    expect((await failure(copier({ naming: { link } }, true, { existing: 'newer' })(task))).code).toBe(
      'not-replaceable',
    );
    expect(statSync(to).size).toBe(30_000_000);
    const context = new FakeContext();
    context.onProgress = () => {
      if (statSync(to).mtimeMs === 0) context.cancelSilently();
    };
    const run = copier({ naming: { link } }, true, { existing: 'newer', inPlace: true });
    await expect(run(task, context)).rejects.toThrow(TaskCancelled);
    expect(statSync(to)).toMatchObject({ size: 30_000_000, mtimeMs: 0 });
    // Killed within a write, it has the time of that.
    if (libc()?.attributes(to).length === 1) utimesSync(to, new Date(), new Date());
    expect(await run(task)).toMatchObject({ state: 'done', finding: 'replaced' });
    expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
    expect(statSync(to).mtimeMs).toBe(statSync(from).mtimeMs);
    expect(libc()?.attributes(to) ?? []).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  test.runIf(process.getuid?.() === 0)('a target folder on another disk, and a full one', async () => {
    const disk = join(target, 'disk');
    mkdirSync(disk, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    try {
      writeFileSync(join(source, 'a'), 'x'.repeat(1000));
      writeFileSync(join(source, 'big'), 'x'.repeat(4_000_000));
      const run = copier();
      const outcome = await run({ id: 7, source: join(source, 'a'), target: join(disk, 'a') }, context());
      const own = join(disk, '.heddle-work-0123456789ab');
      const beside = join(own, '7');
      expect(outcome).toMatchObject({ state: 'done', target: join(disk, 'a'), release: beside });
      expect(statSync(beside).ino).toBe(statSync(join(disk, 'a')).ino);
      rmSync(beside);
      const full = await failure(
        run({ id: 8, source: join(source, 'big'), target: join(disk, 'big') }, context()),
      );
      expect(full.code).toBe('disk-full');
      expect(full.message).toContain(join(disk, 'big'));
      expect(readdirSync(own)).toEqual([]);
      expect(readdirSync(disk).sort()).toEqual(['.heddle-work-0123456789ab', 'a']);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

describe('symbolic links', () => {
  test('are copied as they are, times too, wherever they lead', async () => {
    symlinkSync('../nowhere/\n', join(source, 'dangling'));
    lutimesSync(join(source, 'dangling'), 1_000_000_000, 1_600_000_000);
    const to = join(target, 'dangling');
    const outcome = await copier()({ type: 'symlink', source: join(source, 'dangling'), target: to });
    expect(outcome).toMatchObject({ state: 'done', bytes: 0, target: to });
    expect(readlinkSync(to)).toBe('../nowhere/\n');
    expect(lstatSync(to).mtimeMs).toBe(1_600_000_000_000);
  });

  test('text that is not valid UTF-8 is kept', async () => {
    const text = Buffer.from([0x61, 0xff, 0xfe]);
    symlinkSync(text, join(source, 'odd'));
    await copier()({ type: 'symlink', source: join(source, 'odd'), target: join(target, 'odd') });
    expect(readlinkSync(join(target, 'odd'), { encoding: 'buffer' }).equals(text)).toBe(true);
  });

  test('the same link there is skipped, another one left', async () => {
    symlinkSync('x', join(source, 'link'));
    mkdirSync(target, { recursive: true });
    symlinkSync('x', join(target, 'same'));
    symlinkSync('y', join(target, 'other'));
    for (const path of [join(source, 'link'), join(target, 'same')]) lutimesSync(path, 1e9, 1e9);
    const run = copier();
    const link = { type: 'symlink' as const, source: join(source, 'link') };
    expect((await run({ ...link, target: join(target, 'same') })).reason?.code).toBe('unchanged');
    expect((await failure(run({ ...link, target: join(target, 'other') }))).code).toBe('target-exists');
    expect(readlinkSync(join(target, 'other'))).toBe('y');
    expect(leftovers()).toEqual([]);
  });

  test.each(['overwrite', 'number', 'refuse'] as const)(
    'are never linked, where a hard link would be one to what they lead to: %s',
    async (existing) => {
      const original = join(folder, 'original');
      writeFileSync(original, 'precious');
      symlinkSync(original, join(source, 'link'));
      mkdirSync(target, { recursive: true });
      if (existing !== 'refuse') symlinkSync('elsewhere', join(target, 'link'));
      const link: Link = (from, to) => {
        linkSync(realpathSync(from), to);
      };
      const task = { type: 'symlink' as const, source: join(source, 'link'), target: join(target, 'link') };
      const outcome = await copier({ naming: { link } }, true, { existing })(task);
      expect(outcome.state).toBe('done');
      expect(readlinkSync(displayPath(outcome.target ?? ''))).toBe(original);
      expect(lstatSync(original).nlink).toBe(1);
      expect(leftovers()).toEqual([]);
    },
  );

  test('in the target, nothing is written through them', async () => {
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    mkdirSync(target, { recursive: true });
    symlinkSync(outside, join(target, 'sub'));
    mkdirSync(join(source, 'sub'));
    writeFileSync(join(source, 'sub', 'a'), 'x');
    const run = copier();
    const error = await failure(run({ source: join(source, 'sub', 'a'), target: join(target, 'sub', 'a') }));
    expect(error.code).toBe('target-not-a-folder');
    const folders = await failure(run({ id: 2, type: 'folders', source, target }));
    expect(folders.code).toBe('folders-incomplete');
    expect(readdirSync(outside)).toEqual([]);
  });

  test('above the target they are the user’s way to it', async () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'out'));
    writeFileSync(join(source, 'a'), 'x');
    await copier()({ source: join(source, 'a'), target: join(target, 'a') });
    expect(readFileSync(join(folder, 'real', 'to', 'a'), 'utf8')).toBe('x');
  });
});

describe('trees', () => {
  const manifest = (path: string): string =>
    execFileSync('find', ['.', '-printf', '%P %y %m %s %TY%Tm%TdT%TH%TM %l\\n'], {
      cwd: path,
      encoding: 'latin1',
    })
      .split('\n')
      // A folder's size is the file system's own affair.
      .map((line) => line.replace(/ d (\d+) \d+ /u, ' d $1 '))
      .sort()
      .join('\n');

  test('with every kind of thing in them are equal afterwards', async () => {
    mkdirSync(join(source, 'empty', 'deeper'), { recursive: true });
    mkdirSync(join(source, 'sub', 'x'), { recursive: true });
    writeFileSync(join(source, 'a b\n"c'), 'odd');
    writeFileSync(native(joinPath(source, Uint8Array.of(0x66, 0xfe))), 'bytes');
    mkdirSync(native(joinPath(source, Uint8Array.of(0x64, 0xff))));
    writeFileSync(native(joinPath(joinPath(source, Uint8Array.of(0x64, 0xff)), 'in')), 'below bytes');
    writeFileSync(join(source, 'sub', 'x', 'y'), 'z'.repeat(200_000));
    writeFileSync(join(source, 'sub', 'zero'), '');
    symlinkSync('x/y', join(source, 'sub', 'link'));
    chmodSync(join(source, 'sub', 'x', 'y'), 0o755);
    chmodSync(join(source, 'sub', 'x'), 0o500);
    chmodSync(join(source, 'empty'), 0o711);
    for (const path of ['sub/x/y', 'sub/x', 'sub', 'empty/deeper', 'empty', '.']) {
      utimesSync(join(source, path), 1_400_000_000.5, 1_500_000_000.25);
    }
    const outcomes = await copyTree(copier());
    expect(outcomes.every((outcome) => outcome.state === 'done')).toBe(true);
    execFileSync('diff', ['-r', '--no-dereference', source, target]);
    expect(manifest(target)).toBe(manifest(source));
    expect(leftovers()).toEqual([]);
  });

  test('a thousand folders deep', async () => {
    const deep = '/d'.repeat(1000);
    mkdirSync(source + deep, { recursive: true });
    writeFileSync(`${source}${deep}/end`, 'x');
    utimesSync(source + deep, 1_500_000_000, 1_500_000_000);
    await copyTree(copier());
    expect(readFileSync(`${target}${deep}/end`, 'utf8')).toBe('x');
    expect(statSync(target + deep).mtimeMs).toBe(1_500_000_000_000);
  });

  test('a folder swapped for a link is not followed', async () => {
    mkdirSync(join(source, 'sub'));
    writeFileSync(join(source, 'sub', 'a'), 'x');
    const run = copier();
    await run({ source: join(source, 'sub', 'a'), target: join(target, 'sub', 'a') });
    renameSync(join(source, 'sub'), join(folder, 'sub'));
    symlinkSync(join(folder, 'sub'), join(source, 'sub'));
    chmodSync(join(folder, 'sub'), 0o700);
    chmodSync(join(target, 'sub'), 0o755);
    expect((await run({ id: 2, type: 'folders', source, target })).state).toBe('done');
    expect(statSync(join(target, 'sub')).mode & 0o777).toBe(0o755);
  });

  test('one folder that cannot be made does not keep the others from being set', async () => {
    mkdirSync(join(source, 'a'));
    mkdirSync(join(source, 'b'));
    chmodSync(join(source, 'b'), 0o701);
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, 'a'), 'a file');
    const error = await failure(copier()({ type: 'folders', source, target }));
    expect(error.code).toBe('folders-incomplete');
    expect(error.message).toContain(join(target, 'a'));
    expect(statSync(join(target, 'b')).mode & 0o777).toBe(0o701);
  });

  test('cancelled while folders are set', async () => {
    mkdirSync(join(source, 'a'));
    const context = new FakeContext();
    context.cancelSilently();
    await expect(copier()({ type: 'folders', source, target }, context)).rejects.toThrow(TaskCancelled);
  });
});

test('a single file as a root', async () => {
  const from = join(folder, 'one.txt');
  const to = join(folder, 'out', 'two.txt');
  writeFileSync(from, 'x');
  const run = createCopy({
    kind: 'copy',
    roots: [{ source: from, target: to, workDirectory }],
    options: DEFAULT_COPY_OPTIONS,
    rules: DEFAULT_WALK_RULES,
    algorithms: [],
  });
  const outcome = await runToEnd(run, order({ source: from, target: to }), new FakeContext());
  expect(outcome.target).toBe(to);
  expect(readFileSync(to, 'utf8')).toBe('x');
});

test('a name that is not valid UTF-8 keeps its bytes in the outcome', async () => {
  const name = pathFromBytes(Uint8Array.of(0xc3, 0x28));
  writeFileSync(native(joinPath(source, name)), 'x');
  const outcome = await copier()({ source: joinPath(source, name), target: joinPath(target, name) });
  expect(outcome.target).toEqual(joinPath(target, name));
});
