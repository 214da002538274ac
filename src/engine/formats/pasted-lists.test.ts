/** Lists that were made for something else: pages, recordings, playlists, what programs wrote. */
import { describe, expect, test } from 'vitest';
import type { ListFormat } from '../../common/model/download';
import { formatByName } from './detect-format';
import { entriesIn, outlineOf, readList } from './read-list';

describe('what else is on the line of an address', () => {
  test.each<[string, string[]]>([
    ['http://a/1  # the first', ['1 http://a/1']],
    ['http://a/1\tb.bin', ['1 http://a/1']],
    ['http://a/1\tmy file.bin # remark', ['1 http://a/1']],
    ['http://a/1\thttp://b/1', ['1 http://a/1 http://b/1']],
    ['# x\nhttp://a/0\nhttp://a/1 \t http://b/1\tname', ['2 http://a/0', '3 http://a/1 http://b/1']],
    ['http://a/1 http://b/2', ['1 http://a/1', '1 http://b/2']],
    [
      'http://a/1, http://b/2; http://c/[1-2]',
      ['1 http://a/1', '1 http://b/2', '1 http://c/1', '1 http://c/2'],
    ],
    ['http://a/1,http://b/2|http://c/3', ['1 http://a/1', '1 http://b/2', '1 http://c/3']],
    ['http://a/?u=http://b/2,http://c/3', ['1 http://a/?u=http://b/2,http://c/3']],
    ['http://a/x,y;z', ['1 http://a/x,y;z']],
    ["'http://a/1',\n'http://a/2'", ['1 http://a/1', '2 http://a/2']],
    ['"http://a/1",\n"http://a/2",', ['1 http://a/1', '2 http://a/2']],
    ['http://a/1\u00a0#x', ['1 http://a/1']],
    [
      'http://a/1 the first',
      ['Line 1 (a) has more than an address: put a # before remarks, and write spaces in addresses as %20.'],
    ],
    [
      'http://a/my file.zip',
      ['Line 1 (a) has more than an address: put a # before remarks, and write spaces in addresses as %20.'],
    ],
    [
      'http://a/1 ftp://b/2',
      ['Line 1 (a) has more than an address: put a # before remarks, and write spaces in addresses as %20.'],
    ],
    ['http://a/1http://b/2', ['Line 1 (a) is not an HTTP or HTTPS address.']],
    ['http://a/x\u200by', ['Line 1 (a) is not an HTTP or HTTPS address.']],
    ['http://a/x\u0007y', ['Line 1 (a) is not an HTTP or HTTPS address.']],
    ['http://a/x\u007fy', ['Line 1 (a) is not an HTTP or HTTPS address.']],
    ['http://a/1\rhttp://a/2\rhttp://a/3', ['1 http://a/1', '2 http://a/2', '3 http://a/3']],
  ])('%j', async (list, expected) => {
    expect(await outlineOf(list)).toEqual(expected);
  });

  test('is said where it is passed over', async () => {
    expect((await readList('http://a/1\tname')).remarks).toEqual([
      '1: Line 1 also contains something other than addresses, which was ignored.',
    ]);
  });
});

test.each(['utf16le', 'utf16be'])('%s without a mark, in pieces of every size', async (encoding) => {
  const little = Buffer.from('http://a/1\r\nhttp://a/ü\r\n# \u4f60\u597d', 'utf16le');
  const list = encoding === 'utf16le' ? little : little.swap16();
  for (let chunk = 1; chunk <= list.length; chunk += 1)
    expect(await outlineOf(list, { chunk })).toEqual(['1 http://a/1', '2 http://a/ü']);
});

test('addresses with NUL characters between are none', async () => {
  const list = 'http://a/123456\0'.repeat(100);
  expect(await outlineOf(list)).toEqual(['Line 1 (a) is not an HTTP or HTTPS address.']);
});

test.each(['urls', 'aria2', 'jsonl', 'm3u', 'markdown'] as const)(
  '%s: lines end in CR, LF or CRLF, in pieces of every size',
  async (format) => {
    for (const end of ['\r', '\n', '\r\n']) {
      const addresses =
        format === 'jsonl' ? ['"http://a/1"', '', '"http://a/2"'] : ['http://a/1', '', 'http://a/2'];
      const list = addresses.join(end);
      for (let chunk = 1; chunk <= list.length; chunk += 1)
        expect(await outlineOf(list, { chunk, format })).toEqual(['1 http://a/1', '3 http://a/2']);
    }
  },
);

describe('JSON', () => {
  test('an array of addresses and objects', async () => {
    const list = `[
  "http://a/1",
  {"url": "http://a/2", "name": "two.bin"},
  {"uri": "http://a/3", "out": "three.bin", "checksum": "md5=${'ab'.repeat(16)}"},
  {"href": "http://a/4", "headers": {"X-Key": "1"}},
  {"link": "http://a/5", "mirrors": ["http://b/5"]},
  {"Url": "https://api/6", "browser_download_url": "http://a/6"}
]`;
    const { entries, format } = await readList(list);
    expect(format).toBe('json');
    expect(
      entries.map((each) => ('entry' in each ? [each.line, each.entry.urls, each.entry.fileName] : each)),
    ).toEqual([
      [2, ['http://a/1'], null],
      [3, ['http://a/2'], 'two.bin'],
      [4, ['http://a/3'], 'three.bin'],
      [5, ['http://a/4'], null],
      [6, ['http://a/5', 'http://b/5'], null],
      [7, ['http://a/6'], null],
    ]);
  });

  test.each<[string, string[], ListFormat]>([
    [
      '{"files": [{"url": "http://a/1"}, "http://a/2"], "home": "http://no/"}',
      ['1 http://a/1', '1 http://a/2'],
      'json',
    ],
    ['{\n "url": "http://a/1",\n "mirrors": ["http://b/1"]\n}', ['1 http://a/1 http://b/1'], 'json'],
    [
      '[["http://a/1"], {"assets": [{"browser_download_url": "http://a/2"}]}]',
      ['1 http://a/1', '1 http://a/2'],
      'json',
    ],
    ['{"url":"http://a/1"}\n{"url":"http://a/2"}', ['1 http://a/1', '2 http://a/2'], 'jsonl'],
    ['{"url":"http://a/1"}', ['1 http://a/1'], 'jsonl'],
    ['["http://a/1"]\n["http://a/2"]', ['1 http://a/1', '2 http://a/2'], 'json'],
    ['{"a.bin": "http://a/1", "b.bin": "http://a/2"}', ['1 http://a/1', '1 http://a/2'], 'json'],
    [
      '[{"url":"http://a/1","checksum":"ab"}]',
      ['Line 1 (a) has an invalid checksum: write it as sha256=….'],
      'json',
    ],
    ['[]', [], 'json'],
    [
      '["x", {"a": 1}, 5]',
      ['Line 1 is not an HTTP or HTTPS address.', 'Line 1 has no address.', 'Line 1 has no address.'],
      'json',
    ],
    ['["http://a/1",\n"http://a/', ['1 http://a/1', 'Line 2 is where the JSON ends too early.'], 'json'],
    ['["http://a/1"\n"http://a/2"]', ['1 http://a/1', 'Line 2 is not JSON.'], 'json'],
    ['["http://a/b c"]', ['Line 1 (a) is not an HTTP or HTTPS address.'], 'json'],
  ])('%j', async (list, expected, format) => {
    expect(await outlineOf(list)).toEqual(expected);
    expect((await readList(list)).format).toBe(format);
    for (const chunk of [1, 7]) expect(await outlineOf(list, { chunk })).toEqual(expected);
  });

  test.each([
    `"checksum":{"algorithm":"SHA-1","value":"${'ab'.repeat(20)}"}`,
    `"digest":"sha1:${'ab'.repeat(20)}"`,
  ])('%s is checked', async (field) => {
    expect(await entriesIn(`[{"url":"http://a/1",${field}}]`)).toMatchObject([
      { digests: { sha1: 'ab'.repeat(20) } },
    ]);
  });

  test('a HAR file: its GET requests with their headers, not where they were led to another address', async () => {
    const entry = (url: string, more: object = {}, status = 200): object => ({
      response: { status, content: { text: '{"url":"http://no/"}' } },
      request: {
        method: 'GET',
        url,
        headers: [
          { name: ':authority', value: 'a' },
          { name: 'X-Key', value: '1' },
          { name: 'Range', value: 'bytes=0-' },
          { name: 'If-None-Match', value: '"x"' },
        ],
        ...more,
      },
    });
    const har = JSON.stringify(
      {
        log: {
          version: '1.2',
          pages: [{ title: 'http://no/' }],
          entries: [
            entry('http://a/1#x'),
            entry('http://a/2', {}, 302),
            entry('http://a/3', { method: 'POST' }),
            entry('data:text/plain,x'),
            entry('http://a/4'),
          ],
        },
      },
      null,
      2,
    );
    const { format, remarks } = await readList(har);
    expect(format).toBe('har');
    expect((await entriesIn(har)).map(({ urls, headers }) => [urls, headers])).toEqual([
      [['http://a/1'], [['X-Key', '1']]],
      [['http://a/4'], [['X-Key', '1']]],
    ]);
    expect(remarks).toEqual([
      '1: 2 of its requests do not fetch a file from a server or are not GET requests, and were skipped.',
    ]);
    for (const chunk of [1, 100]) expect(await outlineOf(har, { chunk })).toEqual(await outlineOf(har));
  });
});

describe('pages', () => {
  const PAGE = `<!DOCTYPE html>
<html><head><title><a href="http://no/">x</a></title>
<script>if (a < b) document.write('<a href="http://no/">')</script>
<!-- <a href="http://no/"> --></head>
<body><a class=x href='http://a/1?x=1&amp;y=2#part'>one</a>
<A HREF=http://a/2>two</A> <a title="a > b" href="http://a/3 x">three</a>
<area href="https://a/4"><a href="mailto:me@a"><a href="#top"><a name=x><img src="http://no/">
`;
  const LINKS = ['5 http://a/1?x=1&y=2', '6 http://a/2', '6 http://a/3%20x', '7 https://a/4'];

  test('the links of a web page', async () => {
    const { format, remarks } = await readList(PAGE);
    expect(format).toBe('html');
    expect(await outlineOf(PAGE)).toEqual(LINKS);
    expect(remarks).toEqual(['1: 1 link leads elsewhere than to HTTP (mail, scripts) and was left out.']);
    for (const chunk of [1, 5]) expect(await outlineOf(PAGE, { chunk })).toEqual(LINKS);
  });

  test('relative links are those of the place that the page names, and a fault where it names none', async () => {
    const links = '<a href="b.zip"><a href="//c/d"><a href="/e f">';
    const expected = ['http://a/x/b.zip', 'http://c/d', 'http://a/e%20f'];
    const plain = (outline: string[]): string[] => outline.map((line) => line.replace(/^\d+ /u, ''));
    expect(plain(await outlineOf(`<html><base href="http://a/x/y">${links}`))).toEqual(expected);
    expect(plain(await outlineOf(`<!-- saved from url=(0012)http://a/x/y -->\n<html>${links}`))).toEqual(
      expected,
    );
    expect(await outlineOf(`<html>\n${links}`)).toEqual([
      'Line 2 is the first of 3 links that are relative to the address of the page, which is not known.',
    ]);
  });

  test('bookmarks', async () => {
    const list = `<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE><DL><p>
<DT><H3>Folder</H3><DL><p><DT><A HREF="http://a/1" ADD_DATE="1">One</A>
<DT><A HREF="javascript:void(0)">x</A><DT><A HREF="place:sort=8">y</A></DL>`;
    const { format, remarks } = await readList(list);
    expect(format).toBe('bookmarks');
    expect(await outlineOf(list)).toEqual(['4 http://a/1']);
    expect(remarks).toEqual(['1: 2 links lead elsewhere than to HTTP (mail, scripts) and were left out.']);
  });

  test('part of a page, behind other text', async () => {
    expect(await outlineOf('Files: <a href="http://a/1">x</a>')).toEqual(['1 http://a/1']);
  });

  test('Markdown', async () => {
    const list = `# Files

See [one](http://a/1 "first") and [two](<http://a/2 x>), or [![logo](http://no/logo.png)](http://a/3_(x)).
* <http://a/4> and http://a/5. (http://a/6)
* [ref][r] \`http://no/\` \\[no](x) [here](#files) [mail](mailto:a@b)
<a href="http://a/7">seven</a> <img src="http://no/">

\`\`\`
http://no/
\`\`\`
[r]: http://a/8 'x'
`;
    const expected = [
      '3 http://a/1',
      '3 http://a/2%20x',
      '3 http://a/3_(x)',
      '4 http://a/4',
      '4 http://a/5',
      '4 http://a/6',
      '6 http://a/7',
      '11 http://a/8',
    ];
    const { format, remarks } = await readList(list);
    expect(format).toBe('markdown');
    expect(await outlineOf(list)).toEqual(expected);
    expect(remarks).toEqual([
      '1: 1 image was left out: what is shown in the text is not linked.',
      '1: 1 link leads elsewhere than to HTTP (mail, scripts) and was left out.',
    ]);
  });

  test.each(['- http://a/1\n- http://a/2', '1. http://a/1\n2. http://a/2', '<http://a/1>\n<http://a/2>'])(
    '%j is a list in Markdown',
    async (list) => {
      expect(await outlineOf(list)).toEqual(['1 http://a/1', '2 http://a/2']);
    },
  );
});

describe('playlists and sitemaps', () => {
  test('M3U', async () => {
    const { format, remarks } = await readList('#EXTM3U\n#EXTINF:12,One\nhttp://a/1.mp3\ntwo.mp3\n');
    expect([format, remarks]).toEqual(['m3u', []]);
    expect(await outlineOf('#EXTM3U\n#EXTINF:12,One\nhttp://a/1.mp3\ntwo.mp3\nrtmp://x/\n')).toEqual([
      '3 http://a/1.mp3',
      'Line 4 is a place beside the playlist, whose own address is not known.',
      'Line 5 (x) is not an HTTP or HTTPS address.',
    ]);
  });

  test('M3U with the headers that players take', async () => {
    expect(await entriesIn('#EXTM3U\nhttp://a/1|User-Agent=me%2F1&X-Key=1')).toMatchObject([
      {
        urls: ['http://a/1'],
        headers: [
          ['User-Agent', 'me/1'],
          ['X-Key', '1'],
        ],
      },
    ]);
  });

  test('an HLS playlist is said to be one', async () => {
    const media = '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\nhttp://a/1.ts\n#EXT-X-ENDLIST\n';
    expect((await readList(media)).remarks).toEqual([
      '2: It is an HLS playlist: its addresses are pieces of one recording, which are not joined.',
    ]);
    expect(await outlineOf(media)).toEqual(['4 http://a/1.ts']);
    const master =
      '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://a/low.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2\nhttp://a/high.m3u8\n';
    expect((await readList(master)).remarks).toEqual([
      '2: It is an HLS playlist of playlists: its addresses are those of the playlists of each quality.',
    ]);
  });

  test('sitemaps, and indexes of them', async () => {
    const map = `<?xml version="1.0"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:i="x">\n<url><loc> http://a/1?x&amp;y </loc><i:image><i:loc>http://no/</i:loc></i:image></url></urlset>`;
    expect(await readList(map)).toMatchObject({ format: 'sitemap', remarks: [] });
    expect(await outlineOf(map)).toEqual(['3 http://a/1?x&y']);
    const index = '<sitemapindex><sitemap><loc>http://a/map.xml</loc></sitemap></sitemapindex>';
    expect(await readList(index)).toMatchObject({
      format: 'sitemap',
      remarks: ['1: It is an index: its addresses are those of sitemaps, which are lists themselves.'],
    });
    expect(await outlineOf(index)).toEqual(['1 http://a/map.xml']);
  });

  test('Metalink 3', async () => {
    const hex = 'ab'.repeat(20);
    const list = `<?xml version="1.0"?><metalink version="3.0" xmlns="http://www.metalinker.org/"><files><file name="a.iso"><size>9</size><verification><hash type="sha1">${hex}</hash><pieces type="sha1" length="4"><hash piece="0">11</hash></pieces></verification><resources><url type="ftp" preference="100">ftp://f/a.iso</url><url type="http" preference="10">http://b/a.iso</url><url type="http" location="de" preference="90">http://a/a.iso</url><url type="bittorrent">http://a/a.torrent</url></resources></file></files></metalink>`;
    const [entry] = await entriesIn(list);
    expect(entry).toMatchObject({
      urls: ['http://a/a.iso', 'http://b/a.iso'],
      fileName: 'a.iso',
      size: 9,
      digests: { sha1: hex },
    });
  });
});

test('a session of aria2: mirrors named several times, its own folder', async () => {
  const list = `http://a/f\thttp://a/f\thttp://b/f\t\n gid=0123456789abcdef\n dir=/home/me/Downloads\n out=f.bin\n header=X-Key: 1\n referer=http://a/\n split=16\n pause=true\nmagnet:?xt=urn:btih:x\n gid=1\n`;
  const { entries, format, remarks } = await readList(list);
  expect(format).toBe('aria2');
  expect(entries[0]).toMatchObject({
    entry: {
      urls: ['http://a/f', 'http://b/f'],
      fileName: 'f.bin',
      directory: null,
      headers: [
        ['X-Key', '1'],
        ['Referer', 'http://a/'],
      ],
    },
  });
  expect(entries[1]).toMatchObject({ error: { message: 'Line 9 is not an HTTP or HTTPS address.' } });
  expect(remarks).toEqual([
    '1: Line 1 is of a session that had a folder of its own: what it names goes into the folder chosen here.',
  ]);
});

test('aria2: a remark, and a name behind a TAB', async () => {
  const list = 'http://a/1  # one\n out=x\nhttp://a/2\tname\n';
  const { format, remarks } = await readList(list);
  expect(format).toBe('aria2');
  expect(await outlineOf(list)).toEqual(['1 http://a/1', '3 http://a/2']);
  expect(remarks).toEqual(['3: Line 3 also contains something other than addresses, which was ignored.']);
});

test.each<[string, string, ListFormat]>([
  // The content counts where it says what it is.
  ['x.csv', '["http://a/1"]', 'json'],
  ['x.txt', '#EXTM3U\nhttp://a/1', 'm3u'],
  ['x.json', 'url\nhttp://a/1', 'csv'],
  ['x.json', '{"url":"http://a/1"}\n{"url":"http://a/2"}', 'jsonl'],
  ['x.m3u8', 'http://a/1\thttp://b/1', 'aria2'],
  // The name does where it says nothing.
  ['x.m3u', 'http://a/1', 'm3u'],
  ['x.md', 'text http://a/1', 'markdown'],
  // A page in the place of a list is a mistake of some server.
  ['x.meta4', '<!DOCTYPE html><html><a href="http://a/">', 'metalink'],
  ['x.json', '<html><a href="http://a/">', 'json'],
])('%s with %j', async (name, list, format) => {
  expect((await readList(list, { hint: formatByName(name) })).format).toBe(format);
});

test('CSV: the column of addresses has one of several names', async () => {
  expect(await outlineOf('name,link\nx.bin,http://a/1')).toEqual(['2 http://a/1']);
  expect(await outlineOf('href\nhttp://a/1\n')).toEqual(['2 http://a/1']);
});
