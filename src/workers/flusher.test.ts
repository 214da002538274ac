/** Which way many files are flushed. Times are those of a clock that flushes move on. */
import { expect, test } from 'vitest';
import { Flusher, type Flushes } from './flusher';

const GIB = 1024 * 1024 * 1024;

/** A file system on which flushes take so many milliseconds. */
class FakeDevice implements Flushes {
  togetherMs = 5;
  eachMs = 1;
  waiting = 0;
  knowsTogether = true;
  togetherFails: string | null = null;
  readonly bad = new Set<number>();
  readonly calls: string[] = [];
  #now = 1000;

  canTogether(): boolean {
    return this.knowsTogether;
  }

  together(fd: number): void {
    this.calls.push(`all by ${fd}`);
    this.#now += this.togetherMs;
    if (this.togetherFails !== null) throw Object.assign(new Error(), { code: this.togetherFails });
  }

  each(fd: number): void {
    this.calls.push(`${fd}`);
    this.#now += this.eachMs;
    if (this.bad.has(fd)) throw Object.assign(new Error(`EIO of ${fd}`), { code: 'EIO' });
  }

  waitingBytes(): number {
    return this.waiting;
  }

  now(): number {
    return this.#now;
  }

  /** @returns what was called for a flush of files 1 to `count` */
  flush(flusher: Flusher, count = 10): string[] {
    flusher.flush(Array.from({ length: count }, (_, index) => index + 1));
    return this.calls.splice(0);
  }
}

const ALL = ['all by 1'];
const EACH = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'];

test('many files are flushed together, by the one that was opened first', () => {
  const device = new FakeDevice();
  const { ms, failures } = new Flusher(device).flush([7, 3, 9]);
  expect(device.calls).toEqual(['all by 7']);
  expect([ms, failures.size]).toEqual([5, 0]);
});

test('one file is flushed by itself, and none not at all', () => {
  const device = new FakeDevice();
  expect(device.flush(new Flusher(device), 1)).toEqual(['1']);
  expect(device.flush(new Flusher(device), 0)).toEqual([]);
});

test('where the file system knows no such call each file is flushed', () => {
  const device = new FakeDevice();
  device.knowsTogether = false;
  expect(device.flush(new Flusher(device))).toEqual(EACH);
});

test('when all together fail, each has to say so for itself, and the others are well', () => {
  const device = new FakeDevice();
  device.togetherFails = 'EIO';
  device.bad.add(2);
  const { failures } = new Flusher(device).flush([1, 2, 3]);
  expect(device.calls).toEqual(['all by 1', '1', '2', '3']);
  expect([...failures.keys()]).toEqual([2]);
  expect(failures.get(2)).toMatchObject({ code: 'EIO' });
});

test('after a failure it is tried together again, unless the system does not know the call', () => {
  const device = new FakeDevice();
  const flusher = new Flusher(device);
  device.togetherFails = 'EIO';
  device.flush(flusher);
  device.togetherFails = 'ENOSYS';
  expect(device.flush(flusher)).toEqual([...ALL, ...EACH]);
  expect(device.flush(flusher)).toEqual(EACH);
});

test('where it takes longer than each by itself, each is; later it is tried again', () => {
  const device = new FakeDevice();
  const flusher = new Flusher(device);
  // Others write without end.
  device.togetherMs = 500;
  expect(device.flush(flusher)).toEqual(ALL);
  for (let times = 0; times < 8; times++) expect(device.flush(flusher)).toEqual(EACH);
  device.togetherMs = 5;
  expect(device.flush(flusher)).toEqual(ALL);
  expect(device.flush(flusher)).toEqual(ALL);
});

test('a slow device is slow both ways: what counts is which is slower', () => {
  const device = new FakeDevice();
  const flusher = new Flusher(device);
  device.togetherMs = 100;
  device.eachMs = 20;
  expect(device.flush(flusher)).toEqual(ALL);
  // What each takes is found out, once.
  for (let times = 0; times < 8; times++) device.flush(flusher);
  expect(device.flush(flusher)).toEqual(ALL);
  expect(device.flush(flusher)).toEqual(ALL);
  // For two it is not worth it.
  expect(device.flush(flusher, 2)).toEqual(['1', '2']);
});

test('with much that waits for devices nobody waits for all of it', () => {
  const device = new FakeDevice();
  const flusher = new Flusher(device);
  device.waiting = 2 * GIB;
  expect(device.flush(flusher)).toEqual(EACH);
  device.waiting = 0.5 * GIB;
  expect(device.flush(flusher)).toEqual(ALL);
});
