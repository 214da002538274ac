import { expect, test, vi } from 'vitest';
import { markOfTheWeb } from './mark-of-the-web';

const url = new URL('https://me:secret@example.org/a.exe');

function marked(platform: NodeJS.Platform): string[] {
  const setAttribute = vi.fn<(holder: unknown, name: string, value: Buffer) => void>();
  markOfTheWeb('/t/1', url, { platform, calls: { setAttribute }, now: 0x6565_6565 });
  return setAttribute.mock.calls.map(([path, name, value]) => `${String(path)} ${name} ${value.toString()}`);
}

test('each system gets the mark that its browsers set, without a login', () => {
  expect(marked('win32')).toEqual([
    '/t/1 Zone.Identifier [ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://example.org/a.exe\r\n',
  ]);
  expect(marked('darwin')).toEqual([
    expect.stringMatching(/^\/t\/1 com\.apple\.quarantine 0081;65656565;Heddle;[\dA-F-]{36}$/u),
  ]);
  expect(marked('linux')).toEqual([]);
});

test('where it cannot be kept the file is as good without it', () => {
  const setAttribute = (): never => {
    throw Object.assign(new Error('EINVAL'), { code: 'EINVAL' });
  };
  expect(() => {
    markOfTheWeb('/t/1', url, { platform: 'win32', calls: { setAttribute }, now: 0 });
  }).not.toThrow();
});
