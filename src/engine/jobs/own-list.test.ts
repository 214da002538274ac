import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { open } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assertWhole, ownListPath, storeOwnList, sweepHalfLists } from './own-list';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-own-list-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const lists = (): string[] => readdirSync(join(folder, 'lists'));
const path = (): string => join(folder, 'lists', 'a.list');

test('it holds what the original held, and is for nobody else', async () => {
  await storeOwnList(
    path(),
    { name: 'the list', content: Readable.from([Buffer.from('one\n'), Buffer.from('two\n')]) },
    [],
    null,
  );
  expect(readFileSync(path(), 'utf8')).toBe('one\ntwo\n');
  expect(statSync(path()).mode & 0o777).toBe(0o600);
});

test('what is there already is left as it is', async () => {
  mkdirSync(join(folder, 'lists'));
  writeFileSync(path(), 'of another job');
  await expect(
    storeOwnList(path(), { name: 'the list', content: Readable.from([Buffer.from('x')]) }, [], null),
  ).rejects.toThrow(path());
  expect(readFileSync(path(), 'utf8')).toBe('of another job');
});

test('nothing is left of a list that cannot be read to its end', async () => {
  const content = Readable.from(
    (async function* () {
      yield Buffer.from('one\n');
      await Promise.resolve();
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    })(),
  );
  await expect(storeOwnList(path(), { name: 'the list', content }, [], null)).rejects.toThrow('the list');
  expect(lists()).toEqual([]);
});

test('stopped before it began, it makes nothing', async () => {
  const reason = new Error('closing');
  const signal = AbortSignal.abort(reason);
  await expect(
    storeOwnList(path(), { name: 'the list', content: Readable.from([Buffer.from('x')]) }, [], signal),
  ).rejects.toBe(reason);
  expect(readdirSync(folder)).toEqual([]);
});

test('stopped while the other side writes no more, it leaves nothing', async () => {
  const begun = Promise.withResolvers<undefined>();
  const content = (async function* () {
    yield Buffer.from('one\n');
    begun.resolve(undefined);
    await new Promise<never>(() => undefined);
  })();
  const stop = new AbortController();
  const storing = storeOwnList(path(), { name: 'the list', content }, [], stop.signal);
  await begun.promise;
  const reason = new Error('closing');
  stop.abort(reason);
  await expect(storing).rejects.toBe(reason);
  expect(lists()).toEqual([]);
});

test('stopped while a FIFO is open that nobody writes to, it leaves nothing', async () => {
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const stop = new AbortController();
  const storing = storeOwnList(path(), { name: fifo, content: createReadStream(fifo) }, [], stop.signal);
  const writer = await open(fifo, 'w');
  const reason = new Error('closing');
  stop.abort(reason);
  await expect(storing).rejects.toBe(reason);
  expect(lists()).toEqual([]);
  await writer.close();
});

test('what a killed process had copied goes at a later start, and nothing else', async () => {
  mkdirSync(join(folder, 'lists'));
  const [dead, alive, whole] = ['dead.list.part', 'alive.list.part', 'whole.list'].map((name) =>
    ownListPath(folder, name),
  ) as [string, string, string];
  for (const each of [dead, alive, whole]) writeFileSync(each, 'http://a/');
  const longAgo = Date.now() / 1000 - 100_000;
  for (const each of [dead, whole]) utimesSync(each, longAgo, longAgo);
  await sweepHalfLists(folder);
  expect(lists().sort()).toEqual(['alive.list.part', 'whole.list']);
});

test('stopped while the copy is being opened, with an original that never says anything', async () => {
  const stopping = new AbortController();
  const silent = new Readable({ read: () => undefined });
  const stored = storeOwnList(path(), { name: 'the list', content: silent }, [], stopping.signal);
  stopping.abort(new Error('stopped'));
  await expect(stored).rejects.toThrow('stopped');
  expect(lists()).toEqual([]);
});

test('a copy that is cut or gone is told, and the data folder where all of it is gone', async () => {
  const content = Readable.from([Buffer.from('one\ntwo\n')]);
  const bytes = await storeOwnList(path(), { name: 'the list', content }, [], null);
  await assertWhole(path(), bytes);
  writeFileSync(path(), 'one\n');
  await expect(assertWhole(path(), bytes)).rejects.toThrow(`${path()}, the copy of its list`);
  await expect(assertWhole(path(), bytes)).rejects.toThrow('has 4 bytes of 8');
  rmSync(path());
  await expect(assertWhole(path(), bytes)).rejects.toThrow('is gone');
  rmSync(folder, { recursive: true });
  await expect(assertWhole(path(), bytes)).rejects.toThrow(`${folder} was moved or deleted while Heddle`);
});
