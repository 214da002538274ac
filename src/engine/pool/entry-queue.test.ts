import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EntryQueue } from './entry-queue';
import { Slots } from './slots';

const operation = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ type: 'push' as const }) },
  { weight: 4, arbitrary: fc.constant({ type: 'shift' as const }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('remove' as const), at: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('putBack' as const), count: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ type: 'drain' as const }) },
);

test('a queue of entries behaves as a list does', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 3000 }), (operations) => {
      const queue = new EntryQueue<{ id: number }>();
      let model: { id: number }[] = [];
      let next = 0;
      const make = (): { id: number } => ({ id: next++ });
      for (const step of operations) {
        if (step.type === 'push') {
          const entry = make();
          queue.push(entry);
          model.push(entry);
        } else if (step.type === 'shift') {
          expect(queue.peek()).toBe(model[0]);
          expect(queue.shift()).toBe(model.shift());
        } else if (step.type === 'remove') {
          const [entry] = model.splice(step.at, 1);
          if (entry !== undefined) queue.remove(entry);
        } else if (step.type === 'putBack') {
          const back = Array.from({ length: step.count }, make);
          queue.putBack(back);
          model = [...back, ...model];
        } else {
          expect(queue.drain()).toEqual(model);
          model = [];
        }
        expect(queue.length).toBe(model.length);
      }
    }),
    { numRuns: 200 },
  );
});

test('slots give each value a number of its own and use numbers again', () => {
  const slots = new Slots<string>();
  const [a, b] = [slots.add('a'), slots.add('b')];
  expect(slots.entries()).toEqual([
    [a, 'a'],
    [b, 'b'],
  ]);
  expect(slots.take(a)).toBe('a');
  expect(slots.take(a)).toBeUndefined();
  expect(slots.size).toBe(1);
  expect(slots.add('c')).toBe(a);
  expect(slots.values().sort()).toEqual(['b', 'c']);
});
