import { describe, expect, it } from 'vitest';
import { NO_TASKS, type TaskRow } from '../../common/model/tasks';
import { formatWait } from '../../common/model/units';
import {
  doneText,
  jobStateText,
  leftText,
  meanRate,
  percentText,
  sharesOf,
  shortPath,
  shortReason,
  taskStateText,
  type Progress,
} from './text';

const RUNNING: Progress = {
  state: 'running',
  counts: { ...NO_TASKS, done: 3118, running: 8, failed: 3, queued: 1871 },
  planned: true,
  bytesDone: 0,
  bytesKnown: 0,
};

const ROW: TaskRow = {
  id: 1,
  ordinal: 0,
  state: 'queued',
  type: 'url',
  source: 'https://example.org/a',
  target: null,
  name: 'a',
  size: null,
  bytes: 0,
  digests: null,
  finding: null,
  facts: null,
  copied: null,
  attempts: 0,
  worker: null,
  startedAtMs: null,
  endedAtMs: null,
  error: null,
  notBeforeMs: null,
};

describe('percentages', () => {
  it('round down, so that 100 % is the end', () => {
    expect(percentText(0.9999)).toBe('99 %');
    expect(percentText(1)).toBe('100 %');
    expect(percentText(0.29)).toBe('29 %');
  });

  it('count settled tasks of a job with many', () => {
    expect(jobStateText(RUNNING)).toBe('62 %');
  });

  it('count bytes of a job with few', () => {
    const one: Progress = {
      ...RUNNING,
      counts: { ...NO_TASKS, running: 1 },
      bytesDone: 250,
      bytesKnown: 1000,
    };
    expect(jobStateText(one)).toBe('25 %');
    expect(sharesOf(one)).toEqual({ done: 0, running: 0.25, failed: 0 });
  });

  it('say what the bar shows, also where nothing tells how far the running tasks are', () => {
    for (const bytesKnown of [0, 1000]) {
      const job: Progress = {
        ...RUNNING,
        counts: { ...NO_TASKS, running: 53, queued: 47 },
        bytesDone: 10,
        bytesKnown,
      };
      expect(jobStateText(job)).toBe('0 %');
      expect(sharesOf(job)).toEqual({ done: 0, running: 0, failed: 0 });
    }
  });

  it('never say 100 while a job runs', () => {
    expect(jobStateText({ ...RUNNING, counts: { ...NO_TASKS, done: 5000 } })).toBe('99 %');
  });

  it('wait until the tasks are listed', () => {
    expect(jobStateText({ ...RUNNING, planned: false, counts: { ...NO_TASKS, queued: 9 } })).toBe('planning');
    expect(jobStateText({ ...RUNNING, planned: false })).toBe('3,118');
  });
});

describe('a job in words', () => {
  it('says how many failed', () => {
    expect(jobStateText({ ...RUNNING, state: 'done', counts: { ...NO_TASKS, done: 9, failed: 1 } })).toBe(
      '1 failed',
    );
    expect(jobStateText({ ...RUNNING, state: 'interrupted' })).toBe('interrupted');
  });

  it('says how much is done, and that more may come', () => {
    expect(doneText(RUNNING)).toBe('3,118 of 5,000');
    expect(doneText({ ...RUNNING, planned: false })).toBe('3,118 of 5,000+');
  });

  it('says how long it takes, once that can be told', () => {
    expect(leftText(42_000)).toBe('00:42');
    expect(leftText(null)).toBe('–');
  });

  it('has a mean speed', () => {
    expect(meanRate({ bytesDone: 3000, elapsedMs: 1500 })).toBe(2000);
    expect(meanRate({ bytesDone: 3000, elapsedMs: 0 })).toBe(0);
  });

  it.each([
    ['/home/mia/mirror', '~/mirror'],
    ['/Users/mia', '~'],
    ['C:\\Users\\mia\\x', '~\\x'],
    ['/srv/home/mia', '/srv/home/mia'],
    ['/rooted/x', '/rooted/x'],
  ])('shortens %s to %s', (path, short) => {
    expect(shortPath(path)).toBe(short);
  });
});

describe('taskStateText', () => {
  it('says what went wrong in few words', () => {
    const error = { code: 'http-404', message: 'https://example.org/a answered 404.', retryable: false };
    expect(taskStateText({ ...ROW, state: 'failed', error }, false, 0)).toEqual({
      text: 'Failed: 404 Not Found',
      tone: 'failed',
    });
    expect(shortReason('http-418')).toBe('HTTP 418');
    expect(shortReason('disk-full')).toBe('disk full');
  });

  it('counts down to the next attempt', () => {
    const waiting = { ...ROW, notBeforeMs: 13_000 };
    expect(taskStateText(waiting, false, 10_500)).toEqual({ text: 'Retry in 3 s', tone: 'waiting' });
    expect(taskStateText(waiting, false, 13_000)).toEqual({ text: 'Queued', tone: 'idle' });
    expect(taskStateText(waiting, true, 10_500)).toEqual({ text: 'Running', tone: 'running' });
    expect(formatWait(600_000)).toBe('10 min');
  });

  it('says why a task was skipped', () => {
    const unchanged = { code: 'unchanged', message: 'Unchanged.', retryable: false };
    expect(taskStateText({ ...ROW, state: 'skipped', error: unchanged }, false, 0).text).toBe('Unchanged');
    expect(taskStateText({ ...ROW, state: 'skipped' }, false, 0).text).toBe('Skipped');
    const link = { code: 'symbolic-link', message: 'A link.', retryable: false };
    expect(taskStateText({ ...ROW, state: 'skipped', error: link }, false, 0).text).toBe(
      'Skipped: symbolic link',
    );
  });
});
