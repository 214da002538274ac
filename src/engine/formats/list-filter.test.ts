import { expect, test } from 'vitest';
import { plainEntry } from '../../common/model/download';
import type { ListFilter } from '../../common/model/list-filter';
import { entryFilter } from './list-filter';

const NONE: ListFilter = { hosts: [], extensions: [] };
const URLS = [
  'http://example.org/a.zip',
  'https://example.org:8080/b.tar.gz?x=1.png',
  'http://img.example.org/c.JPG',
  'http://notexample.org/d',
  'http://[::1]:99/e.txt',
];

function chosen(only: Partial<ListFilter>, leaveOut: Partial<ListFilter> = {}): string {
  const filter = entryFilter({ ...NONE, ...only }, { ...NONE, ...leaveOut });
  return URLS.map((url, index) => ((filter?.(plainEntry(url)) ?? true) ? 'abcde'[index] : '')).join('');
}

test.each<[Partial<ListFilter>, Partial<ListFilter>, string]>([
  [{}, {}, 'abcde'],
  [{ hosts: ['EXAMPLE.org'] }, {}, 'ab'],
  [{ hosts: ['example.org:8080'] }, {}, 'b'],
  [{ hosts: ['.example.org'] }, {}, 'abc'],
  [{ hosts: ['*.example.org', '[::1]'] }, {}, 'abce'],
  [{ extensions: ['jpg', '.ZIP'] }, {}, 'ac'],
  [{ extensions: ['gz'] }, {}, 'b'],
  [{ extensions: ['tar.gz'] }, {}, 'b'],
  [{ extensions: [''] }, {}, 'd'],
  [{ hosts: ['example.org'], extensions: ['zip'] }, {}, 'a'],
  [{}, { hosts: ['example.org'] }, 'cde'],
  [{}, { hosts: ['[::1]:99'], extensions: [''] }, 'abc'],
  [{ hosts: ['.example.org'] }, { extensions: ['jpg'] }, 'ab'],
  [{}, { hosts: ['example.org'], exact: true }, 'bcde'],
  [{}, { hosts: ['example.org:8080', '.example.org'], exact: true }, 'acde'],
  [{}, { extensions: ['gz', 'jpg', ''], exact: true }, 'abe'],
])('only %j less %j', (only, leaveOut, expected) => {
  expect(chosen(only, leaveOut)).toBe(expected);
});

test('a name that the list gives counts for its extension', () => {
  const filter = entryFilter({ ...NONE, extensions: ['iso'] }, NONE);
  expect(filter?.({ ...plainEntry('http://a/get.php'), fileName: 'x.iso' })).toBe(true);
});

test('nothing asked for is no filter', () => {
  expect(entryFilter(NONE, NONE)).toBeNull();
});
