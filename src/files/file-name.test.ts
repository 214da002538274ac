import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileNameFromUrl, fileNameFromUrls, numberedName, safeFileName, splitExtension } from './file-name';

const fromUrl = (url: string): string => fileNameFromUrl(new URL(url));
const bytesOf = (name: string): number => Buffer.byteLength(name);

/** What every name must hold, by a description other than the code's own. */
function expectSafe(name: string): void {
  expect(name).not.toBe('');
  expect(bytesOf(name)).toBeLessThanOrEqual(255);
  expect(Buffer.from(name).toString()).toBe(name);
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    expect(code).toBeGreaterThanOrEqual(0x20);
    expect(code < 0x7f || code > 0x9f).toBe(true);
    expect('/\\:*?"<>|'.includes(character)).toBe(false);
  }
  expect(name.startsWith('.')).toBe(false);
  expect(/[. ]$/u.test(name)).toBe(false);
  const stem = (name.split('.')[0] ?? '').trimEnd().toUpperCase();
  expect(['CON', 'PRN', 'AUX', 'NUL', 'COM1', 'LPT9', 'COM¹'].includes(stem)).toBe(false);
}

describe('names from URLs', () => {
  test.each([
    ['https://example.com/a/b/file.tar.gz', 'file.tar.gz'],
    ['https://example.com/file.txt?version=2#top', 'file.txt'],
    ['https://example.com/', 'index.html'],
    ['https://example.com', 'index.html'],
    ['https://example.com/folder/', 'index.html'],
    ['https://example.com/%C3%A9t%C3%A9%20%231.txt', 'été #1.txt'],
    ['https://example.com/日本語.pdf', '日本語.pdf'],
    ['https://example.com/caf%E9.txt', 'caf%E9.txt'],
    ['https://example.com/100%.txt', '100%.txt'],
    ['https://example.com/a%2F..%2F..%2Fetc%2Fpasswd', 'a_.._.._etc_passwd'],
    ['https://example.com/..%5C..%5Cwindows', '_._.._windows'],
    ['https://example.com/%2e%2e', 'index.html'],
    ['https://example.com/.htaccess', '_htaccess'],
    ['https://example.com/%00.txt', '_.txt'],
    ['https://example.com/a%0Ab%0D.txt', 'a_b_.txt'],
    ['https://example.com/what%3F%2A%3A.txt', 'what___.txt'],
    ['https://example.com/photo%E2%80%AEgpj.exe', 'photo_gpj.exe'],
    ['https://example.com/CON', '_CON'],
    ['https://example.com/nul.txt', '_nul.txt'],
    ['https://example.com/COM1.tar.gz', '_COM1.tar.gz'],
    ['https://example.com/console.log', 'console.log'],
    ['https://example.com/name.%20.%20.', 'name'],
    ['https://example.com/%20%20', 'download'],
    ['https://example.com/%2E%2E%2E%20', 'download'],
  ])('%s → %s', (url, name) => {
    expect(fromUrl(url)).toBe(name);
  });

  test.each([
    ['http://a/get?id=1', 'http://b/x/y.zip', 'y.zip'],
    ['http://a/', 'http://b/y.zip', 'y.zip'],
    ['http://a/x.php', 'http://b/y.zip', 'x.php'],
    ['http://a/x', 'http://b/y', 'x'],
    ['http://a/x', 'http://b/', 'x'],
    ['http://a/x', 'http://b/.zip', 'x'],
    ['http://a/', 'http://b/', 'index.html'],
  ])('%s that leads to %s → %s', (asked, final, name) => {
    expect(fileNameFromUrls(new URL(asked), new URL(final))).toBe(name);
  });

  test('are always one safe path part', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        expectSafe(fromUrl(url));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const segment = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
        expectSafe(fromUrl(`http://host/${segment}`));
      }),
    );
  });
});

describe('safe names', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 600 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.string({
      unit: fc.constantFrom('.', ' ', '/', '\\', 'a', 'é', '\u0000', '\ud800', 'CON', '.tar.gz', '😀'),
      maxLength: 300,
    }),
  );

  test('whatever the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expectSafe(safeFileName(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('a safe name stays as it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = safeFileName(text);
        expect(safeFileName(name)).toBe(name);
      }),
      { numRuns: 1000 },
    );
  });

  test('numbered names are safe and differ from each other', () => {
    fc.assert(
      fc.property(anyText, fc.nat(1_000_000), fc.nat(1_000_000), (text, one, other) => {
        const name = safeFileName(text);
        expectSafe(numberedName(name, one));
        expect(numberedName(name, one) === numberedName(name, other)).toBe(one === other);
      }),
    );
  });

  test('a long name is cut at a whole character and keeps its extension', () => {
    expect(safeFileName(`${'é'.repeat(200)}.tar.gz`)).toBe(`${'é'.repeat(121)}.tar.gz`);
    expect(safeFileName(`${'😀'.repeat(100)}.jpg`)).toBe(`${'😀'.repeat(61)}.jpg`);
    expect(bytesOf(safeFileName('x'.repeat(300)))).toBe(249);
    expect(bytesOf(numberedName(safeFileName('x'.repeat(300)), 999))).toBe(255);
    expect(numberedName(safeFileName(`${'x'.repeat(300)}.txt`), 123_456)).toMatch(/^x+ \(123456\)\.txt$/u);
  });

  test('a long run of dots takes no long time', () => {
    expect(safeFileName(`${'. '.repeat(200_000)}x`)).toMatch(/^_/u);
  });

  test('joiners that words and emoji need are kept', () => {
    expect(safeFileName('می\u200cخواهم 👩\u200d💻.txt')).toBe('می\u200cخواهم 👩\u200d💻.txt');
  });
});

test('the number goes before the extension', () => {
  expect(numberedName('a.txt', 0)).toBe('a.txt');
  expect(numberedName('a.txt', 1)).toBe('a (1).txt');
  expect(numberedName('a.tar.gz', 2)).toBe('a (2).tar.gz');
  expect(numberedName('README', 3)).toBe('README (3)');
  expect(splitExtension('v1.2 final notes of the meeting on Tuesday')).toEqual([
    'v1.2 final notes of the meeting on Tuesday',
    '',
  ]);
  expect(splitExtension('.tar.gz')).toEqual(['.tar', '.gz']);
});
