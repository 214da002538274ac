import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_LINE_CHARACTERS, readUrlList, UrlListParser, type UrlListEntry } from './url-list';

function parse(list: string | Uint8Array, options: { after?: number; chunk?: number } = {}): UrlListEntry[] {
  const bytes = typeof list === 'string' ? Buffer.from(list) : list;
  const parser = new UrlListParser(options.after);
  const size = options.chunk ?? bytes.length;
  const entries: UrlListEntry[] = [];
  for (let at = 0; at < bytes.length; at += size) entries.push(...parser.push(bytes.subarray(at, at + size)));
  entries.push(...parser.end());
  return entries;
}

const urls = (entries: readonly UrlListEntry[]): string[] =>
  entries.map((entry) =>
    'url' in entry ? `${entry.line} ${entry.url}` : `${entry.line} ${entry.error.code}`,
  );

test('one URL a line; empty lines and comments counted and passed over', () => {
  const list = '# my list\n\nhttp://a/1\n   https://b/2  \n\t\n#http://c\nHTTP://D/4';
  expect(urls(parse(list))).toEqual(['3 http://a/1', '4 https://b/2', '7 HTTP://D/4']);
});

test.each([
  { name: 'CRLF', list: Buffer.from('http://a/1\r\nhttp://a/2\r\n') },
  { name: 'a UTF-8 byte order mark', list: Buffer.from('\ufeffhttp://a/1\nhttp://a/2\n') },
  { name: 'UTF-16 LE', list: Buffer.from('\ufeffhttp://a/1\r\nhttp://a/2', 'utf16le') },
  { name: 'UTF-16 BE', list: Buffer.from('\ufeffhttp://a/1\r\nhttp://a/2', 'utf16le').swap16() },
  { name: 'no line end at the end', list: Buffer.from('http://a/1\nhttp://a/2') },
])('$name, in pieces of every size', ({ list }) => {
  for (let chunk = 1; chunk <= list.length; chunk++) {
    expect(urls(parse(list, { chunk }))).toEqual(['1 http://a/1', '2 http://a/2']);
  }
});

test.each(['', '\n', '\ufeff', 'h', '\r\n\r\n', '#'])('%j holds nothing to fetch', (list) => {
  expect(parse(list).filter((entry) => 'url' in entry)).toEqual([]);
});

describe('lines that are no address', () => {
  test.each([
    'nothing',
    'ftp://a/b',
    'file:///etc/passwd',
    'http:',
    'http://',
    'javascript:alert(1)',
    'www.example.com/a',
  ])('%s', (line) => {
    const [entry] = parse(`\n${line}\n`);
    expect(entry).toEqual({
      line: 2,
      text: line,
      error: {
        code: 'bad-url',
        message: `Line 2 is not an HTTP or HTTPS address: ${line}`,
        retryable: false,
      },
    });
  });

  test('bytes that are no UTF-8', () => {
    expect(
      urls(parse(Buffer.concat([Buffer.from('http://a/'), Buffer.of(0xff), Buffer.from('\nhttp://a/2')]))),
    ).toEqual(['1 bad-url', '2 http://a/2']);
  });

  test('a line too long is one error, whatever the pieces, and is not kept', () => {
    const list = `http://a/${'x'.repeat(MAX_LINE_CHARACTERS * 4)}\nhttp://a/2\n`;
    for (const chunk of [1000, 65_536, list.length]) {
      const entries = parse(list, { chunk });
      expect(urls(entries)).toEqual(['1 bad-url', '2 http://a/2']);
      const [first] = entries;
      expect(first !== undefined && 'error' in first && first.error.message.length < 300).toBe(true);
    }
  });

  test('the longest line that is taken', () => {
    const url = `http://a/${'x'.repeat(MAX_LINE_CHARACTERS - 9)}`;
    expect(urls(parse(`${url}\n`, { chunk: 7000 }))).toEqual([`1 ${url}`]);
  });
});

test('goes on behind a line', () => {
  const list = 'http://a/1\n\nhttp://a/3\nbad\nhttp://a/5';
  expect(urls(parse(list, { after: 1 }))).toEqual(['3 http://a/3', '4 bad-url', '5 http://a/5']);
  expect(urls(parse(list, { after: 3 }))).toEqual(['4 bad-url', '5 http://a/5']);
  expect(parse(list, { after: 5 })).toEqual([]);
});

test('pieces change nothing', () => {
  const line = fc.oneof(fc.webUrl(), fc.string(), fc.constantFrom('', '#x', 'http://ü/ä', '\r'));
  fc.assert(
    fc.property(
      fc.array(line),
      fc.constantFrom('\n', '\r\n'),
      fc.integer({ min: 1, max: 20 }),
      (lines, end, chunk) => {
        const list = lines.join(end);
        expect(parse(list, { chunk })).toEqual(parse(list));
      },
    ),
  );
});

test('as an async generator', async () => {
  const entries: UrlListEntry[] = [];
  for await (const entry of readUrlList([Buffer.from('http://a/1\nht'), Buffer.from('tp://a/2')]))
    entries.push(entry);
  expect(urls(entries)).toEqual(['1 http://a/1', '2 http://a/2']);
});
