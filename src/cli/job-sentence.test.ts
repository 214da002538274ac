import { expect, test } from 'vitest';
import { NO_TASKS, type FindingCounts, type TaskCounts } from '../common/model/tasks';
import type { JobSummary } from '../common/model/jobs';
import { jobSentence } from './job-sentence';

const sentence = (counts: Partial<TaskCounts>, findings: FindingCounts, dryRun = false): string => {
  const job = {
    kind: 'copy',
    variant: 'plain',
    counts: { ...NO_TASKS, ...counts },
    bytesDone: 2,
    elapsedMs: 10,
  };
  return jobSentence(job as JobSummary, findings, dryRun, 0);
};

test.each<[string, Partial<TaskCounts>, FindingCounts, string]>([
  ['folders are not counted', { done: 3 }, { new: 2 }, '2 copied (2 B)'],
  [
    'what is there is told once',
    { done: 1, skipped: 3 },
    { unchanged: 2, kept: 1 },
    '0 copied (2 B), 2 unchanged, 1 kept',
  ],
  ['what is deleted is not copied', { done: 4 }, { new: 1, deleted: 2 }, '1 copied (2 B), 2 deleted'],
  ['what takes the place of another is', { done: 4 }, { new: 1, replaced: 2 }, '3 copied (2 B; 2 replaced)'],
  ['what is brought up to date is not', { done: 2 }, { updated: 1 }, '0 copied (2 B), 1 updated'],
  [
    'pipes, say, are skipped',
    { done: 1, skipped: 2 },
    { unchanged: 1 },
    '0 copied (2 B), 1 unchanged, 1 skipped',
  ],
  ['a clash is a failure', { failed: 2 }, { clash: 1 }, '0 copied (2 B), 2 failed'],
])('of a copy: %s', (_, counts, findings, expected) => {
  expect(sentence(counts, findings)).toBe(`${expected} in 10 ms`);
});

test('of a dry run', () => {
  expect(sentence({ done: 3 }, { new: 1, unchanged: 2 }, true)).toBe(
    'nothing was written; it would be: 1 new, 2 unchanged (2 B to copy)',
  );
});
