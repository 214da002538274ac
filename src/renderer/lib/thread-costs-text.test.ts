import { expect, test } from 'vitest';
import type { ThreadCosts } from '../../common/experiments/thread-costs';
import { costNote, costRows, inShort } from './thread-costs-text';

const costs: ThreadCosts = {
  runs: 5,
  cores: 2,
  tasks: 300,
  making: { threadMs: 11.84, poolSize: 2, poolMs: 19.2 },
  byHand: { ms: 4100, bytes: 2_900_000_000, threads: 300 },
  pool: { size: 8, ms: 214, bytes: 96_000_000, threads: 8 },
  isReduced: false,
};

test('each row has a figure of each way, once they were measured', () => {
  const rows = costRows(costs);
  expect(rows.map(({ name }) => name)).toEqual(['Creation', 'Reuse', 'Management', 'Scalability']);
  expect(rows.map(({ byHand }) => byHand)).toEqual([
    'A new thread for each task: 11.8 ms each here',
    'None: 300 tasks, 300 threads',
    'You start 300, await 300 ends and catch what each throws',
    '300 at once: 2.9 GB, 4.10 s',
  ]);
  expect(rows.map(({ pool }) => pool)).toEqual([
    '2 threads before the first task: 19.2 ms once',
    '300 tasks, 8 threads: about 38 each',
    '2 calls: submit and shutdown; a thread that dies is replaced',
    '292 waiting, 8 running: 96.0 MB, 214 ms',
  ]);
  for (const { byHand, pool } of costRows(null)) expect(`${byHand}${pool}`).not.toMatch(/\d/u);
  expect(costRows(null).map(({ name }) => name)).toEqual(rows.map(({ name }) => name));
});

test('how it was measured is said, and why there are fewer threads', () => {
  expect(costNote(costs)).toBe(
    'Measured here, 5 runs of each, medians. Each task computes for about a millisecond.',
  );
  expect(costNote({ ...costs, runs: 1, tasks: 80, isReduced: true })).toBe(
    'Measured here, one run of each: the machine was too busy for more. Each task computes for about a millisecond. 80 threads at once instead of 300: more could have filled the memory.',
  );
});

test('in short it is four sentences', () => {
  expect(inShort(null)).toHaveLength(4);
  expect(inShort(costs)[0]).toContain('(11.8 ms here)');
});
