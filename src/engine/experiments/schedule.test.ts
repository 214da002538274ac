import { expect, test } from 'vitest';
import { contendersOf } from '../../common/experiments/experiment';
import { MODES } from '../../common/model/jobs';
import { isEnough, scheduleOf } from './schedule';

const contenders = contendersOf(MODES, 8);

test('each contender runs once in each round, and orders differ', () => {
  const runs = scheduleOf({ contenders, repeats: 50 });
  const orders = new Set<string>();
  for (let round = 0; round <= 50; round++) {
    const order = runs.filter((run) => run.round === round).map(({ contender }) => contender);
    expect(order.toSorted()).toEqual([0, 1, 2, 3]);
    orders.add(order.join());
  }
  // Of 24 orders, 51 draws that give five or fewer do not happen.
  expect(orders.size).toBeGreaterThan(5);
});

test('every order can be drawn', () => {
  const orders = new Set<string>();
  for (let first = 0; first < 4; first++) {
    for (let second = 0; second < 3; second++) {
      for (let third = 0; third < 2; third++) {
        const draws = [first / 4, second / 3, third / 2];
        let at = 0;
        const runs = scheduleOf({ contenders, repeats: 0 }, () => draws[at++] ?? 0);
        orders.add(runs.map(({ contender }) => contender).join());
      }
    }
  }
  expect(orders.size).toBe(24);
});

test('what lasts long is enough once it is known well; what is short, few or scattered is not', () => {
  expect(isEnough([8000, 8010, 8020])).toBe(true);
  expect(isEnough([8000, 8010])).toBe(false);
  expect(isEnough([800, 801, 802])).toBe(false);
  expect(isEnough([8000, 9000, 10_000])).toBe(false);
});
