import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  escapedPath,
  parseWithPaths,
  pathFromBytes,
  pathFromEscaped,
  pathToBytes,
  stringifyWithPaths,
} from './paths';

const anyPath = fc.uint8Array({ minLength: 1, maxLength: 12 }).map(pathFromBytes);

test('any bytes go through JSON, and through text, unchanged', () => {
  fc.assert(
    fc.property(fc.array(anyPath), (paths) => {
      expect(parseWithPaths(stringifyWithPaths({ paths, n: 1 }))).toEqual({ paths, n: 1 });
      for (const path of paths) {
        expect(pathToBytes(pathFromEscaped(escapedPath(path)))).toEqual(pathToBytes(path));
      }
    }),
  );
});

test('letters beyond the first plane are no escapes', () => {
  expect(pathFromEscaped('😀.txt')).toBe('😀.txt');
  expect(escapedPath(Uint8Array.from([0x61, 0xe9]))).toBe('a\udce9');
});
