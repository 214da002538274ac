import { expect, test } from 'vitest';
import { DEFAULT_COPY_OPTIONS } from '../../common/model/copy-options';
import { NO_TASKS } from '../../common/model/tasks';
import type { JobSummary } from '../../common/model/jobs';
import { catalogueOf } from '../../common/text/catalogues';
import { showCatalogue } from '../../common/text/text';
import { findingWord, findingsSentence, foundOf } from './findings';

const JOB: JobSummary = {
  id: 1,
  kind: 'verify',
  state: 'done',
  mode: 'pool',
  workers: null,
  label: 'SHA256SUMS',
  folder: '/data',
  counts: { ...NO_TASKS, done: 12_030, failed: 4 },
  planned: true,
  bytesDone: 0,
  bytesKnown: 0,
  createdAtMs: 0,
  startedAtMs: 0,
  endedAtMs: 0,
  elapsedMs: 0,
  error: null,
  foreign: false,
  variant: 'plain',
  algorithms: [],
  limitRate: null,
  connections: null,
  insecure: false,
  placeInQueue: 1,
  startAtMs: null,
  copyOptions: null,
};

test('a verification is summed up in a sentence', () => {
  expect(findingsSentence(JOB, { missing: 1, ok: 12_030, changed: 3 }, 0)).toBe(
    '12,034 files: 12,030 ok, 3 changed, 1 missing.',
  );
  expect(findingsSentence({ ...JOB, counts: { ...NO_TASKS, done: 1 } }, { ok: 1 }, 0)).toBe('1 file: 1 ok.');
});

test('a dry run says that nothing was written, and what would be', () => {
  const job: JobSummary = {
    ...JOB,
    kind: 'copy',
    counts: { ...NO_TASKS, done: 5, failed: 1 },
    copyOptions: { ...DEFAULT_COPY_OPTIONS, dryRun: true },
  };
  expect(findingsSentence(job, { new: 3, deleted: 2 }, 1)).toBe(
    'Dry run, nothing was written. 6 items: 3 would be copied, 2 would be deleted, 1 failed.',
  );
  expect(findingWord('deleted', true)).toBe('Would delete');
  expect(findingWord('deleted', false)).toBe('Deleted');
  expect(findingWord('unchanged', true)).toBe('Unchanged');
});

test('all tasks are accounted for, so that the sentence and the filters count the same', () => {
  const copy: JobSummary = {
    ...JOB,
    kind: 'copy',
    counts: { ...NO_TASKS, done: 399, skipped: 3, cancelled: 2, queued: 1 },
    copyOptions: DEFAULT_COPY_OPTIONS,
  };
  expect(findingsSentence(copy, { new: 398, unchanged: 2 }, 0)).toBe(
    '405 items: 398 new, 2 unchanged, 1 skipped, 2 cancelled, 1 not run, 1 folder.',
  );
  const folders: JobSummary = {
    ...JOB,
    variant: 'folders',
    counts: { ...NO_TASKS, done: 4, failed: 2, skipped: 2 },
  };
  expect(findingsSentence(folders, { same: 4, moved: 2 }, 0)).toBe(
    '8 files: 4 the same, 2 moved (two paths each).',
  );
});

test('one thing is told in the singular', () => {
  const copy: JobSummary = {
    ...JOB,
    kind: 'copy',
    counts: { ...NO_TASKS, done: 1, skipped: 1 },
    copyOptions: DEFAULT_COPY_OPTIONS,
  };
  expect(findingsSentence(copy, { new: 1, kept: 1 }, 0)).toBe('2 items: 1 new, 1 kept as it was.');
  const dry = {
    ...copy,
    counts: { ...NO_TASKS, done: 1 },
    copyOptions: { ...DEFAULT_COPY_OPTIONS, dryRun: true },
  };
  expect(findingsSentence(dry, { kept: 1 }, 0)).toBe(
    'Dry run, nothing was written. 1 item: 1 would be kept as it is.',
  );
});

test('findings that no task has are left out', () => {
  expect(foundOf({ changed: 0, missing: 2 })).toEqual(['missing']);
});

test('another language says it in its own order and plurals', () => {
  const copy: JobSummary = {
    ...JOB,
    kind: 'copy',
    counts: { ...NO_TASKS, done: 5, failed: 1 },
    copyOptions: { ...DEFAULT_COPY_OPTIONS, dryRun: true },
  };
  showCatalogue(catalogueOf('de'));
  expect(findingsSentence(copy, { new: 3, deleted: 1, kept: 1 }, 1)).toBe(
    'Probelauf, nichts wurde geschrieben. 6 Elemente: 3 würden kopiert, 1 würde unverändert behalten, 1 würde gelöscht, 1 fehlgeschlagen.',
  );
  expect(findingWord('deleted', true)).toBe('Würde gelöscht');
  showCatalogue(catalogueOf('en'));
});
