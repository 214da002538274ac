import { expect, test } from 'vitest';
import type { ListFormat } from '../../common/model/download';
import { downloadName } from './download-name';

function named(
  text: string,
  format: ListFormat = 'urls',
  more: { isWhole?: boolean; isOne?: boolean } = {},
): string {
  return downloadName({ text, format, isWhole: more.isWhole ?? true }, null, more.isOne ?? true);
}

test('a lone address is called after its file, or its host where it has none', () => {
  expect(named('http://127.0.0.1:18431/files/report%20one.pdf?key=secret\n')).toBe('report one.pdf');
  expect(named('\nhttp://me:secret@a.example:8080/\n')).toBe('a.example:8080');
  expect(downloadName({ text: 'http://a.example/x', format: 'jsonl', isWhole: true }, 'mine.bin', true)).toBe(
    'mine.bin',
  );
});

test('several are called after the first one, with how many more as far as that is known', () => {
  const list = '# all\nhttp://a.example/one.zip\nhttp://a.example/two.zip\n\nhttp://b.example/three.zip\n';
  expect(named(list)).toBe('one.zip and 2 more');
  expect(named(list, 'urls', { isWhole: false })).toBe('one.zip and more');
  expect(named(list, 'urls', { isOne: false })).toBe('one.zip and more');
  expect(named("curl 'http://a.example/one.zip' -H 'Referer: http://a.example/'", 'curl')).toBe(
    'one.zip and more',
  );
});

test('a page is called by its title, or by where its links lead', () => {
  const link = '<a href="https://papers.example/1.pdf">1</a>';
  expect(named(`<html><title>\n Looms &amp; threads </title>${link}`, 'html')).toBe('Looms & threads');
  expect(named(link, 'html')).toBe('Links to papers.example');
});

test('what has no address is still called something, and a long name is cut', () => {
  expect(named('nothing')).toBe('Downloads');
  expect(named(`<title>${'x'.repeat(500)}</title>`, 'html')).toHaveLength(120);
});
