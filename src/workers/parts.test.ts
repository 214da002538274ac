import { expect, test } from 'vitest';
import { PartialFile, type PlaceWriter } from './partial-file';
import { Parts, halfOf, isWorthJoining, type Part } from './parts';

const MIB = 1024 * 1024;

/** Nothing is written, so no file is made. */
const writer: PlaceWriter = new PartialFile({
  path: '/nowhere/file',
  workDirectory: '/nowhere',
  subject: '/nowhere/target',
  exclusive: true,
  durable: false,
}).writer(0);

function at(parts: Parts, start: number, position: number, end: number): Part {
  const part = parts.open(writer, start, end);
  part.position = position;
  return part;
}

test('another connection takes over from the one that takes longest', () => {
  const parts = new Parts();
  const fast = at(parts, 0, 60 * MIB, 100 * MIB);
  const slow = at(parts, 100 * MIB, 101 * MIB, 110 * MIB);
  const now = Math.max(fast.startedAtMs, slow.startedAtMs) + 10_000;
  expect(parts.slowest(now)).toBe(slow);
  parts.close(slow);
  expect(parts.slowest(now)).toBe(fast);
  parts.clear();
  expect(parts.slowest(now)).toBeNull();
});

test('from none that ends soon, has little left, or has brought nothing yet', () => {
  const parts = new Parts();
  const soon = at(parts, 0, 90 * MIB, 100 * MIB);
  at(parts, 100 * MIB, 100 * MIB + 1, 101 * MIB);
  at(parts, 200 * MIB, 200 * MIB, 300 * MIB);
  expect(parts.slowest(soon.startedAtMs + 10_000)).toBeNull();
  expect(parts.slowest(soon.startedAtMs + 30_000)).toBe(soon);
});

test('it takes the second half of what is left', () => {
  const part = at(new Parts(), 0, 10, 21);
  expect(halfOf(part)).toBe(16);
  expect([isWorthJoining(4 * MIB - 1), isWorthJoining(4 * MIB)]).toEqual([false, true]);
});

test('nobody joins any more once one was refused, and whoever has joined is waited for', async () => {
  const parts = new Parts();
  const part = at(parts, 0, 1, 100 * MIB);
  const asked: Part[] = [];
  await parts.join(
    3,
    (slowest) => {
      asked.push(slowest);
      return Promise.resolve(false);
    },
    new AbortController().signal,
  );
  expect(asked).toEqual([part]);
});

test('nobody joins when the first one has ended', async () => {
  const parts = new Parts();
  at(parts, 0, 1, 100 * MIB);
  let asked = 0;
  const takeOver = (): Promise<boolean> => {
    asked += 1;
    return Promise.resolve(true);
  };
  await parts.join(3, takeOver, AbortSignal.abort());
  expect(asked).toBe(0);
});
