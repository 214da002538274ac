import { expect, test } from 'vitest';
import { setTimesOf, type SetTimes } from './exact-times';
import type { Koffi } from './koffi';

function system(
  platform: NodeJS.Platform,
  answers: Readonly<Record<string, number>> = {},
): { readonly set: SetTimes; readonly asked: unknown[][] } {
  const asked: unknown[][] = [];
  const koffi: Koffi = {
    load: () => ({
      func: (definition) => {
        const name = /(\w+)\(/u.exec(definition)?.[1] ?? '';
        return (...args) => {
          asked.push([name, ...args.map((each) => (each instanceof BigInt64Array ? each.slice() : each))]);
          return answers[name] ?? 0;
        };
      },
    }),
    errno: () => 0,
    os: { errno: {} },
  };
  return { set: setTimesOf(() => koffi, platform), asked };
}

const filetime = (ticks: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(ticks);
  return bytes;
};

test('Windows gets tenths of microseconds from 1601 on, of folders and links themselves, and the file is closed', () => {
  const { set, asked } = system('win32', { CreateFileW: 7, SetFileTime: 1 });
  expect(set('C:/a', -1n, 1_577_934_245_123_456_789n)).toBe(true);
  const at1970 = 116_444_736_000_000_000n;
  expect(asked.slice(1)).toEqual([
    ['SetFileTime', 7, null, filetime(at1970 - 1n), filetime(at1970 + 15_779_342_451_234_567n)],
    ['CloseHandle', 7],
  ]);
});

test('an open file gets them by the handle that it was written with', () => {
  const { set, asked } = system('win32', { uv_get_osfhandle: 44, SetFileTime: 1 });
  expect(set(3, 0n, 0n)).toBe(true);
  const at1970 = filetime(116_444_736_000_000_000n);
  expect(asked).toEqual([
    ['uv_get_osfhandle', 3],
    ['SetFileTime', 44, null, at1970, at1970],
  ]);
});

test('what cannot be set so is left to Node', () => {
  expect(system('win32', { CreateFileW: -1 }).set('C:/a', 0n, 0n)).toBe(false);
  const refusing = system('win32', { CreateFileW: 7 });
  expect(refusing.set('C:/a', 0n, 0n)).toBe(false);
  expect(refusing.asked.at(-1)).toEqual(['CloseHandle', 7]);
  const early = system('win32', { CreateFileW: 7, SetFileTime: 1 });
  expect(early.set('C:/a', 0n, -11_644_473_600_000_000_000n)).toBe(false);
  expect(early.asked).toEqual([]);
  expect(system('darwin', { futimens: -1 }).set(3, 0n, 0n)).toBe(false);
});

test('macOS gets nanoseconds, of open files and of paths', () => {
  const { set, asked } = system('darwin');
  expect(set(3, -1n, 5_000_000_007n)).toBe(true);
  expect(set('/a', 0n, 1n)).toBe(true);
  expect(asked).toEqual([
    ['futimens', 3, BigInt64Array.of(-1n, 999_999_999n, 5n, 7n)],
    ['utimensat', -2, Buffer.from('/a\0'), BigInt64Array.of(0n, 0n, 0n, 1n), 0x20],
  ]);
});
