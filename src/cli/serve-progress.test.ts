import { describe, expect, test } from 'vitest';
import type { ServeReading, ServeThreadReading } from '../common/threads/serve';
import { threadLines, totalLine } from './serve-progress';

function thread(figures: Partial<ServeThreadReading>): ServeThreadReading {
  return { thread: 1, connections: 0, active: 0, requests: 0, refused: 0, bytes: 0, busyMs: 0, ...figures };
}

const before: ServeReading = {
  atMs: 1000,
  threads: [thread({ requests: 100, bytes: 1000, busyMs: 50 }), thread({ thread: 2 })],
};
const now: ServeReading = {
  atMs: 1500,
  threads: [
    thread({ requests: 1100, bytes: 2_001_000, busyMs: 300, connections: 1, refused: 7 }),
    thread({ thread: 2, requests: 10, bytes: 500, busyMs: 5, connections: 1200 }),
  ],
};

test('a line for each thread', () => {
  expect(threadLines(before, now)).toEqual([
    'S1   50 %       1 connection ·   2,000 requests/s · 4.0 MB/s',
    'S2    1 %  1,200 connections ·      20 requests/s · 1.0 KB/s',
  ]);
});

test('a line for all', () => {
  expect(totalLine(before, now)).toBe(
    '1,201 connections · 2,020 requests/s · 4.0 MB/s · 1,110 requests and 2.0 MB in all, 7 answered 503 · busy 50 %, 1 %',
  );
});

describe('a thread that was replaced', () => {
  test('begins anew, and its rates are never negative', () => {
    const replaced = { atMs: 2000, threads: [thread({ requests: 3, busyMs: 1 }), thread({ thread: 2 })] };
    expect(threadLines(now, replaced)[0]).toBe('S1    0 %      0 connections ·       0 requests/s · 0 B/s');
    expect(totalLine(now, replaced)).toContain(' 0 requests/s · 0 B/s');
  });
});
