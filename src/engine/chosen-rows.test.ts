/** What the window does with rows that were chosen: which they are, what is copied of them, running some of them again. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RowText, TaskQuery } from '../common/ipc';
import type { Ranges } from '../common/model/ranges';
import { engine, folder, put, run, useEngine } from './testing/test-engine';

useEngine('chosen');

async function text(jobId: number, places: Ranges, what: RowText): Promise<string> {
  let all = '';
  for await (const line of engine.rowLines(jobId, places, what)) all += line;
  return all;
}

test('rows are copied as their job has them, and names that would break the line are told', async () => {
  const source = join(folder, 'from');
  for (const name of ['a', 'b\nc', 'd']) put(join(source, name), name);
  const { id } = await run({
    kind: 'hash',
    mode: 'pool',
    workers: 1,
    paths: [source],
    algorithms: ['md5', 'sha256'],
    manifest: null,
  });
  const md5 = '0cc175b9c0f1b6a831c399e269772661';
  expect(await text(id, [[0, 0]], 'row')).toBe(`${md5}  ${join(source, 'a')}\n`);
  expect(await text(id, [[0, 0]], 'digest')).toBe(`${md5}\n`);
  expect(
    await text(
      id,
      [
        [0, 0],
        [2, 2],
      ],
      'path',
    ),
  ).toBe(`${join(source, 'a')}\n${join(source, 'd')}\n`);
  expect(await text(id, [[1, 1]], 'path')).toBe(`${join(source, 'b‹U+000A›c')}\n`);
  expect(await text(id, [[0, 2]], 'error')).toBe('');
});

test('of failed tasks those that were chosen run again, and places of a filtered list are found', async () => {
  const source = join(folder, 'from');
  const list = join(folder, 'list.md5');
  const names = ['0', '1', '2', '3', '4', '5'];
  put(list, names.map((name) => `0cc175b9c0f1b6a831c399e269772661  from/${name}\n`).join(''));
  for (const name of names) put(join(source, name), Number(name) % 2 === 0 ? 'a' : 'other');
  const { id } = await run({ kind: 'verify', mode: 'pool', workers: 1, manifest: list, root: null });
  const failed: TaskQuery = { jobId: id, state: 'failed', search: '' };
  expect(await engine.taskPlaces(failed, 0, 9)).toEqual([
    [1, 1],
    [3, 3],
    [5, 5],
  ]);
  expect(await engine.taskPlaces(failed, 1, 1)).toEqual([[3, 3]]);
  expect(await engine.taskPlaces({ jobId: id, state: null, search: '' }, 2, 99)).toEqual([[2, 5]]);
  expect(await engine.taskPlaces({ jobId: id, state: null, search: '', finding: 'ok' }, 0, 9)).toEqual([
    [0, 0],
    [2, 2],
    [4, 4],
  ]);

  for (const name of ['1', '3', '5']) put(join(source, name), 'a');
  rmSync(join(source, '0'));
  await engine.retry(id, [
    [0, 1],
    [5, 5],
  ]);
  const { counts } = await engine.ended(id);
  // What was done stays done; 3 was not chosen.
  expect(counts).toMatchObject({ done: 5, failed: 1 });
  expect(await engine.taskPlaces(failed, 0, 9)).toEqual([[3, 3]]);
});

test('files are found by their digest, whichever of the job’s algorithms it is of', async () => {
  const source = join(folder, 'from');
  for (const name of ['a', 'b', 'c']) put(join(source, name), name === 'c' ? 'a' : name);
  const { id } = await run({
    kind: 'hash',
    mode: 'pool',
    workers: 1,
    paths: [source],
    algorithms: ['sha256', 'md5'],
    manifest: null,
  });
  const found = await engine.withDigest(id, '0cc175b9c0f1b6a831c399e269772661');
  expect([found.total, found.rows.map(({ name }) => name)]).toEqual([2, ['a', 'c']]);
  expect(await engine.withDigest(id, '0cc175b9c0f1b6a831c399e269772660')).toEqual({ total: 0, rows: [] });
  // A part of one is none.
  expect((await engine.withDigest(id, '0cc175b9')).total).toBe(0);
});

test('a row of a download is copied as a curl command that saves it under its name', async () => {
  // Nobody listens there.
  const url = "http://127.0.0.1:1/it's[1]{2}.bin?x=1&y=2";
  const { id } = await run({
    kind: 'download',
    mode: 'sequential',
    workers: null,
    urls: [url, 'http://127.0.0.1:1/-x.bin'],
    text: null,
    listFiles: [],
    directory: join(folder, 'to'),
  });
  const lines = (await text(id, [[0, 1]], 'curl')).split('\n');
  const [first = '', second] = lines;
  expect(first).toMatch(/^curl --location --globoff --output /u);
  // What the shell makes of it is what the row has.
  const words = execFileSync('sh', ['-c', `printf '%s\\n' ${first}`], { encoding: 'utf8' }).split('\n');
  expect(words.at(-2)).toBe(engine.task(id * 1_000_000_000)?.source);
  expect(second).toBe('curl --location --output ./-x.bin http://127.0.0.1:1/-x.bin');
});
