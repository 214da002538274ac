import { expect, test } from 'vitest';
import { defaultDataDirectory } from './data-directory';

test("each system's own place for the data of an app that stays on this machine", () => {
  const windows = { LOCALAPPDATA: 'D:\\Local', APPDATA: 'D:\\Roaming' };
  expect(defaultDataDirectory('win32', windows, 'C:\\Users\\me')).toBe('D:\\Local\\Heddle');
  expect(defaultDataDirectory('win32', {}, 'C:\\Users\\me')).toBe('C:\\Users\\me\\AppData\\Local\\Heddle');
  expect(defaultDataDirectory('darwin', {}, '/Users/me')).toBe(
    '/Users/me/Library/Application Support/Heddle',
  );
  expect(defaultDataDirectory('linux', {}, '/home/me')).toBe('/home/me/.local/share/heddle');
  expect(defaultDataDirectory('linux', { XDG_DATA_HOME: '/data' }, '/home/me')).toBe('/data/heddle');
  expect(defaultDataDirectory('linux', { XDG_DATA_HOME: 'data' }, '/home/me')).toBe(
    '/home/me/.local/share/heddle',
  );
});
