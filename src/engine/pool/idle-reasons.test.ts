import { expect, test } from 'vitest';
import { IdleReasons } from './idle-reasons';

test('a time is shared out among the reasons that held in it', () => {
  const reasons = new IdleReasons();
  expect(reasons.within(0, 10)).toEqual({ hostLimit: 0, queue: 10, mainThread: 0 });
  reasons.set('mainThread', 100);
  reasons.set('hostLimit', 140);
  reasons.set('hostLimit', 150);
  reasons.set('queue', 200);
  expect(reasons.within(90, 250)).toEqual({ hostLimit: 60, queue: 60, mainThread: 40 });
  expect(reasons.within(110, 120)).toEqual({ hostLimit: 0, queue: 0, mainThread: 10 });
  expect(reasons.within(145, 146)).toEqual({ hostLimit: 1, queue: 0, mainThread: 0 });
  expect(reasons.within(300, 300)).toEqual({ hostLimit: 0, queue: 0, mainThread: 0 });
});
