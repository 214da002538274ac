import { Command, InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { addServeFlags, defaultServeWorkers, share, type ServeFlags } from './serve-flags';

test.each([
  ['0', 0],
  ['0.05', 0.05],
  ['.5', 0.5],
  ['5%', 0.05],
  ['12.5 %', 0.125],
  ['100%', 1],
  ['1', 1],
])('%s is a share', (text, expected) => {
  expect(share(text)).toBeCloseTo(expected, 12);
});

test.each(['', '%', '5', '101%', '-0.1', '1e-2', 'half', '0.5x', 'NaN'])('%s is none', (text) => {
  expect(() => share(text)).toThrow(InvalidArgumentError);
});

test('half the cores, at least one thread', () => {
  expect([1, 2, 3, 4, 8, 64].map((cores) => defaultServeWorkers(cores))).toEqual([1, 1, 1, 2, 4, 8]);
});

test('a rate is bytes, with a unit if that is shorter', () => {
  const read = (rate: string) =>
    addServeFlags(new Command().exitOverride().configureOutput({ writeErr: () => undefined }))
      .parse(['--rate', rate], { from: 'user' })
      .opts<ServeFlags>().rate;
  expect(['500', '500K', '2M'].map(read)).toEqual([500, 512_000, 2 * 1024 * 1024]);
  for (const wrong of ['0', '-1', '2X', '']) expect(() => read(wrong)).toThrow('It takes bytes');
});
