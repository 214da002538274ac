import { expect, test } from 'vitest';
import type { RunningTask } from '../../common/model/frames';
import { stagesOf } from './stages';

const TASK: RunningTask = {
  taskId: 1,
  lane: 0,
  name: 'a',
  startedAtMs: 0,
  bytesDone: 10,
  bytesTotal: 100,
  bytesRead: 80,
  bytesWritten: 60,
  bytesPerSecond: 0,
};

test('three shares, each at least the one behind it', () => {
  expect(stagesOf(TASK)).toEqual({ read: 0.8, written: 0.6, device: 0.1 });
  // The board is read field by field, so that a later stage may seem to be ahead.
  expect(stagesOf({ ...TASK, bytesRead: 50 })).toEqual({ read: 0.6, written: 0.6, device: 0.1 });
  expect(stagesOf({ ...TASK, bytesDone: 120 })).toEqual({ read: 1, written: 1, device: 1 });
});

test('nothing is said of what has no stages or no size', () => {
  expect(stagesOf({ ...TASK, bytesRead: null })).toBeNull();
  expect(stagesOf({ ...TASK, bytesTotal: null })).toBeNull();
  expect(stagesOf({ ...TASK, bytesTotal: 0 })).toEqual({ read: 0, written: 0, device: 0 });
});
