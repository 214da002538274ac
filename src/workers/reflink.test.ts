import { expect, test } from 'vitest';
import type { Koffi } from '../files/koffi';
import { shareOf } from './reflink';

test('on macOS an open file is cloned, and where that fails it is told', () => {
  const asked: unknown[][] = [];
  let result = 0;
  const koffi: Koffi = {
    load: () => ({
      func: (definition) => {
        const name = /(\w+)\(/u.exec(definition)?.[1];
        return (...args) => {
          asked.push([name, ...args]);
          return result;
        };
      },
    }),
    errno: () => 0,
    os: { errno: {} },
  };
  const share = shareOf(() => koffi, 'darwin');
  share?.(7, '/t/ä');
  expect(asked).toEqual([
    ['fclonefileat', 7, -2, Buffer.from('/t/ä\0'), 0],
    ['lchflags', Buffer.from('/t/ä\0'), 0],
  ]);
  result = -1;
  expect(() => share?.(7, '/t/a')).toThrow(/fclonefileat/u);
});

test('Windows has no call for it', () => {
  expect(shareOf(() => expect.unreachable(), 'win32')).toBeNull();
});
