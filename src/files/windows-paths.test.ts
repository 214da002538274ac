import { expect, test } from 'vitest';
import { lastPart, parentPath } from './entries';
import { absoluteWindowsPath, rootLength, withSlashes } from './windows-paths';

test.each([
  ['C:\\a\\b', 'C:/a/b'],
  ['c:/a/../b/', 'C:/b'],
  ['C:\\', 'C:/'],
  ['C:\\..\\..', 'C:/'],
  ['\\\\server\\share\\a', '//server/share/a'],
  ['\\\\server\\share', '//server/share/'],
  ['//server/share/../..', '//server/share/'],
  ['\\\\?\\C:\\a\\b', 'C:/a/b'],
  ['\\\\?\\UNC\\server\\share\\a', '//server/share/a'],
  ['\\\\?\\Volume{b75e}\\a', '//?/Volume{b75e}/a'],
  ['C:\\é\\ä', 'C:/é/ä'],
])('%s is %s inside', (given, inside) => {
  expect(absoluteWindowsPath(given)).toBe(inside);
});

test('half of a surrogate pair in a name stays as it is', () => {
  const bytes = Buffer.concat([
    Buffer.from('C:\\a\\é'),
    Buffer.from([0xed, 0xb0, 0x80]),
    Buffer.from('.txt'),
  ]);
  const inside = Buffer.concat([Buffer.from('C:/a/é'), Buffer.from([0xed, 0xb0, 0x80]), Buffer.from('.txt')]);
  expect(absoluteWindowsPath(bytes)).toEqual(Uint8Array.from(inside));
  expect(absoluteWindowsPath('C:\\a\\é\udc00.txt')).toEqual(Uint8Array.from(inside));
  // A whole pair is a character.
  expect(absoluteWindowsPath('C:\\😀')).toBe('C:/😀');
});

test.each([
  ['C:/a/b', 'C:/a', 'b'],
  ['C:/a', 'C:/', 'a'],
  ['C:/', 'C:/', ''],
  ['C:\\a\\b', 'C:\\a', 'b'],
  ['//server/share/a/b', '//server/share/a', 'b'],
  ['//server/share/a', '//server/share/', 'a'],
  ['//server/share/', '//server/share/', ''],
  ['a/b', 'a', 'b'],
  ['a', '.', 'a'],
])('of %s the folder is %s, and the name %s', (path, parent, name) => {
  expect([parentPath(path, true), lastPart(path, true)]).toEqual([parent, name]);
});

test('elsewhere a backslash is part of a name, and a drive is none', () => {
  expect([parentPath('/a/b\\c', false), lastPart('/a/b\\c', false)]).toEqual(['/a', 'b\\c']);
  expect([parentPath('a\\b', false), lastPart('a\\b', false)]).toEqual(['.', 'a\\b']);
  expect(withSlashes('a\\b', false)).toBe('a\\b');
  expect(withSlashes('a\\b', true)).toBe('a/b');
  expect(withSlashes(Buffer.from([0x61, 0x5c, 0xff]), true)).toEqual(Buffer.from([0x61, 0x2f, 0xff]));
  expect([rootLength('C:/a', false), rootLength('/a', false), rootLength('C:/a', true)]).toEqual([0, 1, 3]);
});
