import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { SharedLog } from './shared-log';

/** A thread's own state: what it knows, the newest last. */
class Reader {
  readonly log: SharedLog;
  readonly known = new Set<string>();

  constructor(buffer?: SharedArrayBuffer) {
    this.log = new SharedLog(buffer);
  }

  add(record: string): void {
    this.learn(
      this.log.add(record, (news) => {
        this.learn(news);
        return [...this.known];
      }),
    );
    this.learn([record]);
  }

  learn(records: readonly string[]): void {
    for (const record of records) {
      this.known.delete(record);
      this.known.add(record);
    }
  }

  read(): string[] {
    this.learn(this.log.read());
    return [...this.known];
  }
}

test('what one adds the others read once, in order, those too that come later', () => {
  const first = new Reader();
  const { buffer } = first.log;
  const second = new Reader(buffer);
  expect(first.log.hasNews).toBe(false);
  first.add('a');
  first.add('雨');
  expect([first.log.hasNews, second.log.hasNews]).toEqual([false, true]);
  expect(second.log.read()).toEqual(['a', '雨']);
  expect(second.log.hasNews).toBe(false);
  second.add('');
  second.add('b');
  expect(first.log.read()).toEqual(['', 'b']);
  expect(new SharedLog(buffer).read()).toEqual(['a', '雨', '', 'b']);
});

test('where it is full it is written anew, with what is newest, and nobody misses anything', () => {
  const first = new Reader();
  const { buffer } = first.log;
  const [second, third] = [new Reader(buffer), new Reader(buffer)];
  const records = Array.from({ length: 1000 }, (_, at) => `${at} ${'x'.repeat(400)}`);
  records.forEach((record, at) => {
    (at % 2 === 0 ? first : second).add(record);
    if (at % 100 === 0) third.read();
  });
  for (const reader of [first, second, third]) expect(reader.read()).toEqual(records);
  const late = new Reader(buffer).read();
  expect(late.length).toBeGreaterThan(100);
  expect(late).toEqual(records.slice(-late.length));
});

test('a record that is larger than the log is kept by who has it', () => {
  const reader = new Reader();
  reader.add('a');
  reader.add('x'.repeat(1_000_000));
  expect(new SharedLog(reader.log.buffer).read()).toEqual([]);
  reader.add('b');
  expect(new SharedLog(reader.log.buffer).read()).toEqual(['b']);
});

test('who holds the lock and is no more does not hold up the others', async () => {
  const reader = new Reader();
  const code =
    "const { workerData, parentPort } = require('node:worker_threads'); Atomics.store(new Int32Array(workerData), 0, 1); parentPort.postMessage(1);";
  const thread = new Worker(code, { eval: true, workerData: reader.log.buffer });
  await new Promise((resolve) => thread.once('message', resolve));
  await thread.terminate();
  reader.add('a');
  expect(new SharedLog(reader.log.buffer).read()).toEqual(['a']);
});
