import { appendFileSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TaskOrder, TaskOutcome } from '../common/model/tasks';
import { createFolderPairs } from './folder-pairs';
import { createDuplicates } from './duplicates';
import { READ_BYTES } from './source-file';
import { FakeContext, order } from './test-context';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-compare-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const left = (): string => join(folder, 'left');
const right = (): string => join(folder, 'right');

async function compare(context = new FakeContext(), more: Partial<TaskOrder> = {}): Promise<TaskOutcome> {
  const run = await createFolderPairs();
  return run(order({ type: 'pair', source: left(), target: right(), size: 1, ...more }), context);
}

function write(ours: Uint8Array, theirs: Uint8Array): void {
  writeFileSync(left(), ours);
  writeFileSync(right(), theirs);
}

describe.each([true, false])('alone on its thread: %s', (exclusive) => {
  const context = (): FakeContext => new FakeContext({ exclusive });

  test('equal files of every size around the buffer', async () => {
    for (const size of [0, 1, READ_BYTES - 1, READ_BYTES, READ_BYTES + 1, 3 * READ_BYTES]) {
      write(Buffer.alloc(size, 'x'), Buffer.alloc(size, 'x'));
      expect(await compare(context())).toEqual({
        state: 'done',
        bytes: size,
        target: null,
        finding: 'same',
      });
    }
  });

  test('says from which byte on they differ, and reads no further', async () => {
    for (const at of [0, 1, READ_BYTES - 1, READ_BYTES, 2 * READ_BYTES + 7]) {
      const theirs = Buffer.alloc(4 * READ_BYTES, 'x');
      theirs[at] = 0;
      write(Buffer.alloc(4 * READ_BYTES, 'x'), theirs);
      const own = context();
      await expect(async () => compare(own)).rejects.toMatchObject({
        code: 'different',
        message: expect.stringContaining(`from byte ${at.toLocaleString('en-US')} on`) as string,
      });
      expect(own.bytesDone).toBeLessThanOrEqual(at);
    }
  });

  test('small files are judged as they are now, whatever was listed', async () => {
    write(Buffer.from('abcd'), Buffer.from('abcd'));
    expect(await compare(context(), { size: 9 })).toMatchObject({ finding: 'same', bytes: 4 });
    write(Buffer.from('abcd'), Buffer.from('abXd'));
    await expect(async () => compare(context(), { size: 4 })).rejects.toMatchObject({
      code: 'different',
      message: expect.stringContaining('from byte 2 on') as string,
    });
    write(Buffer.from('abcd'), Buffer.from('abc'));
    await expect(async () => compare(context(), { size: 4 })).rejects.toMatchObject({ code: 'different' });
  });

  test('a small file among possible duplicates: its digest, or why it belongs to others now', async () => {
    const run = await createDuplicates({ cache: false });
    writeFileSync(left(), 'abcd');
    const listed = order({ source: left(), size: 4, grouping: '4:' });
    const digest = '8c9c9881805d1a847102d7a42e58b990d088dd88a84f7314d71c838107571f2b';
    expect(await run(listed, context())).toEqual({
      state: 'done',
      bytes: 4,
      target: null,
      digests: { blake3: digest },
      grouping: `4:${digest}`,
    });
    await expect(async () => run({ ...listed, grouping: '4:abc' }, context())).rejects.toMatchObject({
      code: 'changed-while-reading',
    });
    appendFileSync(left(), 'e');
    await expect(async () => run(listed, context())).rejects.toMatchObject({
      code: 'changed-while-reading',
      message: expect.stringContaining('had 4 bytes') as string,
    });
  });

  test('a file that grows, shrinks or is written to is not judged', async () => {
    const changes = [
      () => {
        appendFileSync(right(), 'more');
      },
      () => {
        truncateSync(left(), READ_BYTES + 5);
      },
    ];
    for (const change of changes) {
      write(Buffer.alloc(2 * READ_BYTES, 'x'), Buffer.alloc(2 * READ_BYTES, 'x'));
      const own = context();
      own.onProgress = () => {
        own.onProgress = () => undefined;
        change();
      };
      await expect(async () => compare(own)).rejects.toMatchObject({
        code: 'changed-while-reading',
        retryable: true,
      });
    }
  });

  test('a duplicate that is written to while it is read has no digest', async () => {
    writeFileSync(left(), Buffer.alloc(3 * READ_BYTES, 'x'));
    const run = await createDuplicates({ cache: false });
    const own = context();
    own.onProgress = () => {
      own.onProgress = () => undefined;
      appendFileSync(left(), 'more');
    };
    const whole = order({ source: left(), size: 3 * READ_BYTES, grouping: `${3 * READ_BYTES}:` });
    await expect(async () => run(whole, own)).rejects.toMatchObject({ code: 'changed-while-reading' });
    // And one whose beginning is another by now is among files that it no longer belongs to.
    truncateSync(left(), 3 * READ_BYTES);
    const stale = { ...whole, grouping: `${3 * READ_BYTES}:abc` };
    await expect(async () => run(stale, context())).rejects.toMatchObject({ code: 'changed-while-reading' });
  });

  test('what cannot be read says which of the two it was', async () => {
    writeFileSync(left(), 'x');
    await expect(async () => compare(context())).rejects.toMatchObject({
      code: 'unreadable',
      message: `${right()} does not exist.`,
    });
    rmSync(left());
    writeFileSync(right(), 'x');
    await expect(async () => compare(context())).rejects.toMatchObject({
      code: 'unreadable',
      message: `${left()} does not exist.`,
    });
  });

  test('a file that became a link, and links by their text', async () => {
    writeFileSync(left(), 'x');
    symlinkSync('left', right());
    await expect(async () => compare(context())).rejects.toMatchObject({
      code: 'different',
      message: `${left()} is a file, ${right()} is a symbolic link.`,
    });
    rmSync(left());
    symlinkSync('left', left());
    expect(await compare(context(), { size: null })).toMatchObject({ finding: 'same' });
    rmSync(left());
    symlinkSync('elsewhere', left());
    await expect(async () => compare(context(), { size: null })).rejects.toMatchObject({
      message: `${left()} leads to elsewhere, ${right()} to left.`,
    });
  });

  test('stops when it is told to', async () => {
    write(Buffer.alloc(3 * READ_BYTES, 'x'), Buffer.alloc(3 * READ_BYTES, 'x'));
    const own = context();
    own.onProgress = () => {
      own.cancelSilently();
    };
    await expect(async () => compare(own)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
