import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choicesFor } from './choices';
import { LONGEST_LINK, readHeddleLink } from './heddle-link';

const HEX = 'ab'.repeat(32);

describe('links', () => {
  test.each([
    ['heddle:download?url=https%3A%2F%2Fexample.org%2Fa.zip', ['https://example.org/a.zip'], null, null],
    ['heddle://download/?url=http://example.org/a+b', ['http://example.org/a+b'], null, null],
    [
      `HEDDLE:download?url=https://example.org/x&name=a%20b.zip&checksum=SHA-256:${HEX.toUpperCase()}`,
      ['https://example.org/x'],
      'a b.zip',
      `sha256=${HEX}`,
    ],
    [
      'heddle:download?url=https://a.example/1&url=https://b.example/2',
      ['https://a.example/1', 'https://b.example/2'],
      null,
      null,
    ],
  ])('%s', (link, urls, name, checksum) => {
    expect(readHeddleLink(link)).toEqual({
      type: 'download',
      from: 'link',
      download: { urls, name, checksum },
    });
  });

  test.each([
    ['heddle:', 'begin with “heddle:download'],
    ['heddle://app/index.html', 'begin with “heddle:download'],
    ['heddle:copy?from=/etc&to=/tmp', 'begin with “heddle:download'],
    ['heddle:download', 'no URL'],
    ['heddle:download?url=file:///etc/passwd', 'not an http or https URL'],
    ['heddle:download?url=javascript:alert(1)', 'not an http or https URL'],
    ['heddle:download?url=/etc/passwd', 'not an http or https URL'],
    ['heddle:download?url=https://me:secret@example.org/', 'login'],
    ['heddle:download?url=https://example.org/&directory=/home/me', '“directory”'],
    ['heddle:download?url=https://example.org/&insecure', '“insecure”'],
    ['heddle:download?url=https://example.org/&name=../x', 'not a file name'],
    ['heddle:download?url=https://example.org/&name=.bashrc', 'not a file name'],
    ['heddle:download?url=https://example.org/&name=a%5Cb', 'not a file name'],
    ['heddle:download?url=https://example.org/&name=a%E2%80%AEgpj.exe', 'not a file name'],
    ['heddle:download?url=https://example.org/&name=a&name=b', 'more than one name'],
    ['heddle:download?url=https://a.example/&url=https://b.example/&name=x', 'single URL'],
    ['heddle:download?url=https://example.org/&checksum=sha256:12', 'checksum'],
    ['heddle:download?url=https://example.org/%0d%0aHost:x', 'control characters'],
    ['heddle:download?url=https://example.org/%ff', 'percent-encoded'],
    [`heddle:download?url=https://example.org/${'a'.repeat(LONGEST_LINK)}`, '64 KiB'],
    [`heddle:download?${'url=http://a.example/&'.repeat(1001)}`, '1,000'],
  ])('%s is refused', (link, why) => {
    const opened = readHeddleLink(link);
    expect(opened.type).toBe('refused');
    expect(opened.type === 'refused' && opened.message).toContain(why);
  });

  test('whatever a link says, nothing but http URLs without a login comes out of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const link of [
          `heddle:${text}`,
          `heddle:download?${text}`,
          `heddle:download?url=https://example.org/&${text}`,
          `heddle:download?url=${encodeURIComponent(text)}`,
        ]) {
          const opened = readHeddleLink(link);
          if (opened.type !== 'download') continue;
          for (const each of opened.download.urls) {
            const { protocol, username, password } = new URL(each);
            expect(['http:', 'https:']).toContain(protocol);
            expect(username + password).toBe('');
          }
        }
      }),
    );
  });
});

describe('what files and folders are for', () => {
  const file = (path: string) => ({ path, isFolder: false });
  const folder = (path: string) => ({ path, isFolder: true });
  test.each([
    [[file('/a/SHA256SUMS')], ['verify', 'hash', 'copy']],
    [[file('C:\\a\\disk.iso.sha256')], ['verify', 'hash', 'copy']],
    [[file('/a/files.sfv')], ['verify', 'hash', 'copy']],
    [[file('/a/debian.meta4')], ['download-list', 'hash', 'copy']],
    [[file('/a/list.txt')], ['download-list', 'verify', 'hash', 'copy']],
    [
      [file('/a/one.txt'), file('/a/two.csv')],
      ['download-list', 'hash', 'duplicates', 'copy'],
    ],
    [[file('/a/photo.jpg')], ['hash', 'copy']],
    [[folder('/a')], ['hash', 'duplicates', 'copy', 'save-in']],
    [
      [folder('/a'), folder('/b')],
      ['compare-folders', 'hash', 'duplicates', 'copy'],
    ],
    [
      [folder('/a.sha256'), file('/x.txt')],
      ['hash', 'duplicates', 'copy'],
    ],
  ])('%j', (paths, choices) => {
    expect(choicesFor(paths)).toEqual(choices);
  });
});
