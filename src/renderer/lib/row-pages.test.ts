import { describe, expect, it } from 'vitest';
import { RowPages, type FetchedPage } from './row-pages';

interface Call {
  readonly offset: number;
  readonly answer: (page: FetchedPage<string>) => Promise<void>;
  readonly fail: () => Promise<void>;
}

/** A cache whose fetches are answered by the test. */
function setUp(options: { pageSize?: number; maxPages?: number; concurrency?: number } = {}) {
  const calls: Call[] = [];
  const errors: unknown[] = [];
  let changes = 0;
  const cache = new RowPages<string>({
    pageSize: 10,
    ...options,
    fetch: (offset) => {
      const { promise, resolve, reject } = deferred<FetchedPage<string>>();
      const settled = async (): Promise<void> => {
        await promise.catch(() => undefined);
        await Promise.resolve();
        await Promise.resolve();
      };
      calls.push({
        offset,
        answer: (page) => {
          resolve(page);
          return settled();
        },
        fail: () => {
          reject(new Error('no'));
          return settled();
        },
      });
      return promise;
    },
    onChange: () => {
      changes += 1;
    },
    onError: (error) => {
      errors.push(error);
    },
  });
  const next = (): Call => {
    const call = calls.shift();
    if (call === undefined) throw new Error('nothing was fetched');
    return call;
  };
  return { cache, calls, errors, next, changes: () => changes };
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<T>((onValue, onReason) => {
    resolve = onValue;
    reject = onReason;
  });
  return { promise, resolve, reject };
}

function page(offset: number, total = 1000, mark = ''): FetchedPage<string> {
  return {
    total,
    rows: Array.from({ length: Math.min(10, total - offset) }, (_, i) => `${offset + i}${mark}`),
  };
}

async function answerAll(set: ReturnType<typeof setUp>, total = 1000, mark = ''): Promise<void> {
  while (set.calls.length > 0) {
    const call = set.next();
    await call.answer(page(call.offset, total, mark));
  }
}

describe('RowPages', () => {
  it('fetches what is wanted and then what lies next to it', async () => {
    const set = setUp({ concurrency: 1 });
    const fetched: number[] = [];
    set.cache.want(25, 32);
    while (set.calls.length > 0) {
      const call = set.next();
      fetched.push(call.offset);
      await call.answer(page(call.offset));
    }
    expect(fetched).toEqual([20, 30, 40, 10, 50]);
    expect(set.cache.row(27)).toBe('27');
    expect(set.cache.has(25, 32)).toBe(true);
    expect(set.cache.has(25, 75)).toBe(false);
    expect(set.cache.total).toBe(1000);
  });

  it('does not fetch beyond the end, and knows a short last page as complete', async () => {
    const set = setUp();
    set.cache.want(0, 9);
    await answerAll(set, 13);
    expect(set.cache.has(0, 20)).toBe(true);
    expect(set.cache.row(12)).toBe('12');
    expect(set.cache.row(13)).toBeUndefined();
  });

  it('keeps showing a stale page until its successor has come', async () => {
    const set = setUp();
    set.cache.want(0, 5);
    await answerAll(set);
    set.cache.refresh();
    expect(set.calls.length).toBeGreaterThan(0);
    expect(set.cache.row(3)).toBe('3');
    expect(set.cache.has(0, 5)).toBe(true);
    await answerAll(set, 1000, ' new');
    expect(set.cache.row(3)).toBe('3 new');
  });

  it('fetches again what was asked for before a refresh and answered after it', async () => {
    const set = setUp({ concurrency: 1 });
    set.cache.want(0, 5);
    const early = set.next();
    set.cache.refresh();
    await early.answer(page(0));
    const again = set.next();
    expect(again.offset).toBe(0);
  });

  it('fetches no more at once than it may', () => {
    const set = setUp({ concurrency: 2 });
    set.cache.want(100, 160);
    expect(set.calls.length).toBe(2);
  });

  it('turns to what is wanted now, leaving what was wanted before', async () => {
    const set = setUp({ concurrency: 1 });
    set.cache.want(0, 5);
    const first = set.next();
    set.cache.want(500, 505);
    await first.answer(page(0));
    expect(set.next().offset).toBe(500);
  });

  it('holds a bounded number of pages, the latest used', async () => {
    const set = setUp({ maxPages: 6 });
    for (let at = 0; at < 900; at += 10) {
      set.cache.want(at, at + 5);
      await answerAll(set);
    }
    expect(set.cache.row(0)).toBeUndefined();
    expect(set.cache.row(893)).toBe('893');
    let held = 0;
    for (let at = 0; at < 1000; at += 10) if (set.cache.row(at) !== undefined) held += 1;
    expect(held).toBeLessThanOrEqual(6);
  });

  it('does not spin on failures, and tries again when asked', async () => {
    const set = setUp({ concurrency: 1 });
    set.cache.want(0, 5);
    await set.next().fail();
    expect(set.errors).toHaveLength(1);
    expect(set.calls).toHaveLength(0);
    set.cache.want(0, 5);
    expect(set.calls).toHaveLength(1);
  });

  it('is silent once closed', async () => {
    const set = setUp();
    set.cache.want(0, 5);
    const call = set.next();
    set.cache.close();
    await call.answer(page(0));
    expect(set.changes()).toBe(0);
    expect(set.cache.row(0)).toBeUndefined();
  });
});
