/** Large files: going on with one, reading back, and sources that change under the copy. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_COPY_OPTIONS, type CopyOptions } from '../common/model/copy-options';
import type { PartialNote, PartialState } from '../common/model/download';
import { toErrorData, type ErrorData } from '../common/model/errors';
import type { TaskOutcome } from '../common/model/tasks';
import { DEFAULT_WALK_RULES } from '../common/model/walk-rules';
import { createCopy } from './copy';
import type { CopyHashers } from './copy-data';
import type { HasherFactory } from '../files/hashers';
import { TaskCancelled } from './runtime';
import { FakeContext, order, runToEnd } from './test-context';

const MIB = 1 << 20;
let folder: string;
let source: string;
let target: string;
let workDirectory: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-large-'));
  source = join(folder, 'from');
  target = join(folder, 'to');
  workDirectory = join(folder, '.heddle-work-0');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function makeSource(mebibytes: number): void {
  const fd = openSync(source, 'w');
  for (let index = 0; index < mebibytes; index++) writeSync(fd, Buffer.alloc(MIB, `part ${index}`));
  closeSync(fd);
}

async function copy(
  context: FakeContext,
  options: Partial<CopyOptions> = {},
  partial: PartialState | null = null,
  hashers?: CopyHashers,
): Promise<TaskOutcome> {
  const run = createCopy(
    {
      kind: 'copy',
      roots: [{ source, target, workDirectory }],
      options: { ...DEFAULT_COPY_OPTIONS, ...options },
      rules: DEFAULT_WALK_RULES,
      algorithms: [],
    },
    {},
    hashers,
  );
  return runToEnd(run, order({ source, target, partial }), context);
}

async function failure(promise: Promise<unknown>): Promise<ErrorData> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => toErrorData(error),
  );
}

function told(notes: readonly PartialNote[]): PartialState {
  const [first] = notes;
  if (first === undefined) throw new Error('nothing was told');
  return { ...first, extents: notes.flatMap(({ extents }) => extents) };
}

describe.each([{ exclusive: true }, { exclusive: false }])(
  'going on, exclusive: $exclusive',
  ({ exclusive }) => {
    const stopped = async (): Promise<PartialState> => {
      makeSource(200);
      const context = new FakeContext({ exclusive });
      context.onProgress = (bytes) => {
        if (bytes > 140 * MIB) context.cancelSilently();
      };
      await expect(copy(context)).rejects.toThrow(TaskCancelled);
      expect(existsSync(target)).toBe(false);
      return told(context.notes);
    };

    test('from the last part that was flushed', async () => {
      const partial = await stopped();
      expect(partial.extents.map(({ end }) => end)).toEqual([64 * MIB, 128 * MIB]);
      const outcome = await copy(new FakeContext({ exclusive }), {}, partial);
      expect(outcome.copied?.kept).toBe(128 * MIB);
      expect(readFileSync(target).equals(readFileSync(source))).toBe(true);
    });

    test('not from a part that has other bytes', async () => {
      const partial = await stopped();
      const fd = openSync(join(workDirectory, '1'), 'r+');
      writeSync(fd, 'bad', 100 * MIB);
      closeSync(fd);
      const outcome = await copy(new FakeContext({ exclusive }), {}, partial);
      expect(outcome.copied?.kept).toBe(64 * MIB);
      expect(readFileSync(target).equals(readFileSync(source))).toBe(true);
    });

    test('not with another source', async () => {
      const partial = await stopped();
      utimesSync(source, 1, 1);
      const outcome = await copy(new FakeContext({ exclusive }), {}, partial);
      expect(outcome.copied?.kept).toBe(0);
    });
  },
);

test('done means on the device; written comes before', async () => {
  makeSource(100);
  const context = new FakeContext();
  const apart: boolean[] = [];
  context.onProgress = () => {
    if (context.bytesWritten !== null) apart.push(context.bytesWritten > context.bytesDone);
  };
  await copy(context);
  expect(apart).toContain(true);
  expect([context.bytesRead, context.bytesWritten, context.bytesDone]).toEqual([
    100 * MIB,
    100 * MIB,
    100 * MIB,
  ]);
  rmSync(target);
  rmSync(workDirectory, { recursive: true });
  const unflushed = new FakeContext();
  const outcome = await copy(unflushed, { sync: false });
  expect(outcome.copied).toMatchObject({ flushMs: null, method: 'in-kernel' });
  expect(unflushed.notes).toEqual([]);
});

test('other bytes than those written fail, and do not get the name', async () => {
  makeSource(3);
  let made = 0;
  const lying: HasherFactory = {
    algorithm: 'blake3',
    create: () => {
      const digest = `digest-${made++}`;
      return { update: () => undefined, digest: () => digest };
    },
    whole: () => '',
  };
  const error = await failure(copy(new FakeContext(), { verify: true }, null, { wanted: [], check: lying }));
  expect(error).toMatchObject({ code: 'verify-mismatch', retryable: true });
  expect(error.message).toContain('digest-0 became digest-1');
  expect(existsSync(target)).toBe(false);
  expect(readdirSync(workDirectory)).toEqual([]);
});

test.each([true, false])('a source that shrinks, exclusive: %s', async (exclusive) => {
  makeSource(40);
  const context = new FakeContext({ exclusive });
  context.onProgress = () => {
    context.onProgress = () => undefined;
    truncateSync(source, 20 * MIB);
  };
  expect(await failure(copy(context, { sync: false }))).toMatchObject({
    code: 'changed-while-copying',
    retryable: true,
  });
  expect(existsSync(target)).toBe(false);
  expect(readdirSync(workDirectory)).toEqual([]);
});

test('a source that vanishes is copied to its end: it was open', async () => {
  makeSource(40);
  const before = readFileSync(source);
  const context = new FakeContext();
  context.onProgress = () => {
    rmSync(source, { force: true });
  };
  await copy(context, { sync: false });
  expect(readFileSync(target).equals(before)).toBe(true);
});

test('a target folder that vanishes is a clear failure', async () => {
  const inside = join(folder, 'gone');
  mkdirSync(inside);
  target = join(inside, 'to');
  makeSource(40);
  const context = new FakeContext();
  context.onProgress = () => {
    rmSync(inside, { recursive: true, force: true });
  };
  expect(await failure(copy(context, { sync: false }))).toMatchObject({ code: 'not-found' });
});

test('without the number of bytes: files of /proc are read to their end', async () => {
  source = '/proc/cpuinfo';
  await copy(new FakeContext());
  expect(readFileSync(target, 'utf8').length).toBeGreaterThan(100);
});
