import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DownloadEntry, ListedEntry, ListFormat } from '../../common/model/download';
import { isHttpUrl } from './entry';
import { detectFormat } from './detect-format';
import { readDownloadList } from './download-list';
import { listFile, previewList, previewLists } from './list-preview';
import { MAX_URL_CHARACTERS } from './list-urls';

interface Options {
  readonly after?: number;
  readonly chunk?: number;
  readonly format?: ListFormat | null;
}

async function parse(list: string | Uint8Array, options: Options = {}): Promise<ListedEntry[]> {
  const bytes = typeof list === 'string' ? Buffer.from(list) : list;
  const size = options.chunk ?? Math.max(1, bytes.length);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  const entries: ListedEntry[] = [];
  for await (const some of readDownloadList(chunks, options.format ?? null, options.after))
    for (const each of some) entries.push(each);
  return entries;
}

const urls = (entries: readonly ListedEntry[]): string[] =>
  entries.map((each) =>
    'entry' in each ? `${each.line} ${each.entry.urls.join(' ')}` : `${each.line} ${each.error.code}`,
  );

/** The entries alone; a fault fails the test. */
async function entriesOf(list: string, format: ListFormat | null = null): Promise<DownloadEntry[]> {
  return (await parse(list, { format })).map((each) => {
    if ('error' in each) throw new Error(each.error.message);
    return each.entry;
  });
}

async function faultsOf(list: string, format: ListFormat | null = null): Promise<string[]> {
  return (await parse(list, { format })).map((each) => {
    if ('entry' in each) throw new Error(`understood: ${JSON.stringify(each.entry)}`);
    return each.error.message;
  });
}

const PLAIN = {
  fileName: null,
  directory: null,
  size: null,
  digests: {},
  method: 'GET',
  headers: [],
  body: null,
};

test('one URL a line; empty lines and comments counted and passed over', async () => {
  const list = '# my list\n\nhttp://a/1\n   https://b/2  \n\t\n#http://c\nHTTP://D/4';
  expect(urls(await parse(list))).toEqual(['3 http://a/1', '4 https://b/2', '7 HTTP://D/4']);
});

test.each([
  { name: 'CRLF', list: Buffer.from('http://a/1\r\nhttp://a/2\r\n') },
  { name: 'a UTF-8 byte order mark', list: Buffer.from('\ufeffhttp://a/1\nhttp://a/2\n') },
  { name: 'UTF-16 LE', list: Buffer.from('\ufeffhttp://a/1\r\nhttp://a/2', 'utf16le') },
  { name: 'UTF-16 BE', list: Buffer.from('\ufeffhttp://a/1\r\nhttp://a/2', 'utf16le').swap16() },
  { name: 'no line end at the end', list: Buffer.from('http://a/1\nhttp://a/2') },
])('$name, in pieces of every size', async ({ list }) => {
  for (let chunk = 1; chunk <= list.length; chunk++) {
    expect(urls(await parse(list, { chunk }))).toEqual(['1 http://a/1', '2 http://a/2']);
  }
});

test.each(['', '\n', '\ufeff', 'h', '\r\n\r\n', '#'])('%j holds nothing to fetch', async (list) => {
  expect((await parse(list)).filter((each) => 'entry' in each)).toEqual([]);
});

describe('lines that are no address', () => {
  test.each([
    ['nothing', ''],
    ['ftp://a/b', ' (a)'],
    ['file:///etc/passwd', ''],
    ['http:', ''],
    ['http://', ''],
    ['http:/a.example/x', ' (a.example)'],
    ['javascript:alert(1)', ''],
    ['www.example.com/a', ''],
  ])('%s', async (line, host) => {
    const [entry] = await parse(`\n${line}\n`);
    expect(entry).toEqual({
      line: 2,
      text: `line 2${host}`,
      error: {
        code: 'bad-url',
        message: `Line 2${host} is not an HTTP or HTTPS address.`,
        retryable: false,
      },
    });
  });

  test('bytes that are no UTF-8', async () => {
    expect(
      urls(
        await parse(Buffer.concat([Buffer.from('http://a/'), Buffer.of(0xff), Buffer.from('\nhttp://a/2')])),
      ),
    ).toEqual(['1 bad-url', '2 http://a/2']);
  });

  test('a line too long is one error, whatever the pieces, and is not kept', async () => {
    const list = `http://a/${'x'.repeat(MAX_URL_CHARACTERS * 4)}\nhttp://a/2\n`;
    for (const chunk of [1000, 65_536, list.length]) {
      const entries = await parse(list, { chunk });
      expect(urls(entries)).toEqual(['1 bad-url', '2 http://a/2']);
      const [first] = entries;
      expect(first !== undefined && 'error' in first && first.error.message.length < 300).toBe(true);
    }
  });

  test('the longest line that is taken', async () => {
    const url = `http://a/${'x'.repeat(MAX_URL_CHARACTERS - 9)}`;
    expect(urls(await parse(`${url}\n`, { chunk: 7000 }))).toEqual([`1 ${url}`]);
  });
});

test('an @ behind the host is no fault', async () => {
  const list = [
    'http://a/@scope/x',
    'http://a:4873/@scope/x',
    'http://a:/x',
    'http://u:p@a:/x',
    'http://a/?m=x@y',
  ];
  expect(urls(await parse(list.join('\n')))).toEqual(list.map((url, index) => `${index + 1} ${url}`));
});

test('goes on behind what was given', async () => {
  const list = 'http://a/1\n\nhttp://a/3\nbad\nhttp://a/5';
  expect(urls(await parse(list, { after: 1 }))).toEqual(['3 http://a/3', '4 bad-url', '5 http://a/5']);
  expect(urls(await parse(list, { after: 2 }))).toEqual(['4 bad-url', '5 http://a/5']);
  expect(await parse(list, { after: 4 })).toEqual([]);
});

test('pieces change nothing', async () => {
  const line = fc.oneof(fc.webUrl(), fc.string(), fc.constantFrom('', '#x', 'http://ü/ä', '\r'));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line),
      fc.constantFrom('\n', '\r\n'),
      fc.integer({ min: 1, max: 20 }),
      async (lines, end, chunk) => {
        const list = lines.join(end);
        expect(await parse(list, { chunk, format: 'urls' })).toEqual(await parse(list, { format: 'urls' }));
      },
    ),
  );
});

describe('ranges', () => {
  test.each([
    ['http://a/[1-3].png', ['http://a/1.png', 'http://a/2.png', 'http://a/3.png']],
    ['http://a/[008-011]', ['http://a/008', 'http://a/009', 'http://a/010', 'http://a/011']],
    ['http://a/[0-10:5]', ['http://a/0', 'http://a/5', 'http://a/10']],
    ['http://a/[a-c]', ['http://a/a', 'http://a/b', 'http://a/c']],
    ['http://a/{x,y}/[1-2]', ['http://a/x/1', 'http://a/x/2', 'http://a/y/1', 'http://a/y/2']],
    ['http://[::1]:8080/a', ['http://[::1]:8080/a']],
    ['http://a/{id}?q=[]', ['http://a/{id}?q=[]']],
    ['http://a/\\[1-3\\]', ['http://a/[1-3]']],
    ['http://a/[3-1]', ['http://a/[3-1]']],
  ])('%s', async (line, expected) => {
    expect((await entriesOf(line)).flatMap((entry) => entry.urls)).toEqual(expected);
  });

  test('too many from one line are a fault, at once', async () => {
    expect(await faultsOf('http://a/[1-999999][1-999999]')).toEqual([
      'Line 1 (a) stands for more than 1000000 addresses.',
    ]);
  });

  test.each([
    ['long ones', `http://a/{${'a,'.repeat(20_000)}b}${'b'.repeat(25_000)}`],
    ['ones of many parts', `http://a/${'[1-1]'.repeat(1000)}[1-999999]`],
    ['one long and many short ones', `http://a/{${'a'.repeat(10_000)},b}[1-499999]`],
  ])('too many characters from one line are a fault, at once: %s', async (_, line) => {
    expect(await faultsOf(line)).toEqual(['Line 1 (a) stands for too many addresses of such a length.']);
  });

  test('a range as long as one can be', async () => {
    const number = '9'.repeat(15);
    const [entry] = await entriesOf(`http://a/[${number}-${number}:999999999]`);
    expect(entry?.urls).toEqual([`http://a/${number}`]);
  });
});

describe('aria2', () => {
  test('mirrors, name, folder, checksum and headers', async () => {
    const hex = 'ab'.repeat(32);
    const list = `http://a/f\thttp://b/f\n  out=sub/name.bin\n  dir=files\n\tchecksum=sha-256=${hex}\n  header=X-A: b\n  header=X-C: d: e\n  referer=http://r/\n  split=5\n# remark\nhttp://a/g\n  http-user=me@x\n  http-passwd=p:w\n`;
    expect(await entriesOf(list)).toEqual([
      {
        ...PLAIN,
        urls: ['http://a/f', 'http://b/f'],
        fileName: 'name.bin',
        directory: 'files/sub',
        digests: { sha256: hex },
        headers: [
          ['X-A', 'b'],
          ['X-C', 'd: e'],
          ['Referer', 'http://r/'],
        ],
      },
      { ...PLAIN, urls: ['http://me%40x:p%3Aw@a/g'] },
    ]);
  });

  test.each([
    ['out=../../etc/passwd', 'points outside the chosen folder'],
    ['dir=/etc', 'points outside the chosen folder'],
    ['checksum=sha-256=abc', 'has an invalid sha256: it must have 64 hexadecimal digits'],
    ['select-file=1', 'has the option select-file, which is not known here'],
    ['header=Content-Length: 5', 'sets the header Content-Length, which is not its own'],
  ])('%s is a fault', async (option, what) => {
    expect(await faultsOf(`http://a/f\n  ${option}\n`)).toEqual([`Line 1 (a) ${what}.`]);
  });
});

describe('records', () => {
  const hex = 'cd'.repeat(16);
  const expected: DownloadEntry = {
    urls: ['http://a/1', 'http://b/1'],
    fileName: 'one "1", two.bin',
    directory: 'x',
    size: 12,
    digests: { md5: hex },
    method: 'PUT',
    headers: [
      ['X-A', '1'],
      ['X-B', 'two'],
    ],
    body: 'line 1\nline 2',
  };

  test.each([',', ';', '\t'])('CSV with %j between', async (delimiter) => {
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const row = [
      'http://a/1',
      'one "1", two.bin',
      'x',
      '12',
      hex.toUpperCase(),
      'put',
      'X-A: 1\nX-B: two',
      'line 1\nline 2',
      'http://b/1',
      'ignored',
    ];
    const header = [
      'url',
      'FileName',
      'dir',
      'size',
      'MD5',
      'method',
      'headers',
      'body',
      'mirrors',
      'remark',
    ];
    const list = `${header.join(delimiter)}\r\n${row.map(quote).join(delimiter)}\r\nhttp://c/2\r\n`;
    expect(await entriesOf(list)).toEqual([expected, { ...PLAIN, urls: ['http://c/2'] }]);
  });

  test('CSV: any field comes back, in pieces of every size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.integer({ min: 1, max: 9 }), async (body, chunk) => {
        const list = `url,body\nhttp://a/1,"${body.replaceAll('"', '""')}"\n`;
        const [first] = await parse(list, { chunk, format: 'csv' });
        expect(first !== undefined && 'entry' in first ? (first.entry.body ?? '') : null).toBe(body);
      }),
    );
  });

  test('CSV: a quote that does not end is a fault of its own line', async () => {
    const faults = await parse('url,body\nhttp://a/1,x\nhttp://a/2,"open\nhttp://a/3,y\n');
    expect(urls(faults)).toEqual(['2 http://a/1', '3 bad-url']);
  });

  test('JSON Lines: objects and addresses', async () => {
    const list = `{"url":"http://a/1","mirrors":["http://b/1"],"filename":"one \\"1\\", two.bin","dir":"x","size":12,"md5":"${hex}","method":"put","headers":{"X-A":"1","X-B":"two"},"body":"line 1\\nline 2"}\n"http://c/2"\n{"url":"http://c/3","body":{"a":1}}\n`;
    expect(await entriesOf(list)).toEqual([
      expected,
      { ...PLAIN, urls: ['http://c/2'] },
      {
        ...PLAIN,
        urls: ['http://c/3'],
        method: 'POST',
        headers: [['Content-Type', 'application/json']],
        body: '{"a":1}',
      },
    ]);
  });

  test('JSON Lines: what is none', async () => {
    expect(await faultsOf('{"url":\n[1]\n{"filename":"x"}\n{"url":"http://a/","size":-1}', 'jsonl')).toEqual([
      'Line 1 is not JSON.',
      'Line 2 is neither an object nor an address.',
      'Line 3 has no address.',
      'Line 4 (a) has an invalid size.',
    ]);
  });
});

describe('Metalink', () => {
  test('files with their addresses by priority, sizes and digests', async () => {
    const hex = 'ef'.repeat(32);
    const list = `<?xml version="1.0"?><metalink xmlns="urn:ietf:params:xml:ns:metalink"><file name="dir/a&amp;b.iso"><size>5</size><hash type="sha-256">${hex}</hash><hash type="whirlpool">00</hash><pieces type="sha-1" length="4"><hash>11</hash></pieces><url priority="2">http://b/a.iso</url><url priority="1">http://a/a.iso</url><url>ftp://c/a.iso</url></file></metalink>`;
    expect(await entriesOf(list)).toEqual([
      {
        ...PLAIN,
        urls: ['http://a/a.iso', 'http://b/a.iso'],
        fileName: 'a&b.iso',
        directory: 'dir',
        size: 5,
        digests: { sha256: hex },
      },
    ]);
  });

  test('a name that leads out, a document that is none, a bomb of entities', async () => {
    expect(await faultsOf('<metalink><file name="../x"><url>http://a/</url></file></metalink>')).toEqual([
      'Line 1 (a) points outside the chosen folder.',
    ]);
    expect(await faultsOf('<metalink><file name="x">')).toHaveLength(1);
    const bomb =
      '<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><metalink><file name="&b;"><url>http://a/</url></file></metalink>';
    expect(await faultsOf(bomb)).toHaveLength(1);
  });
});

describe('curl', () => {
  test('as a browser copies it', async () => {
    const list =
      "curl 'http://a/api?x=1&y=2' \\\n  -H 'Accept: application/json' \\\n  -H 'accept-encoding: gzip' \\\n  -b 'k=v' --data-raw $'{\"a\":\"it\\'s\\u00e9\"}' --compressed -sSL\ncurl -o out.bin http://b/f && curl -X DELETE -u me:pw http://c/1";
    expect(await entriesOf(list)).toEqual([
      {
        ...PLAIN,
        urls: ['http://a/api?x=1&y=2'],
        method: 'POST',
        headers: [
          ['Accept', 'application/json'],
          ['Cookie', 'k=v'],
          ['Content-Type', 'application/x-www-form-urlencoded'],
        ],
        body: '{"a":"it\'sé"}',
      },
      { ...PLAIN, urls: ['http://b/f'], fileName: 'out.bin' },
      { ...PLAIN, urls: ['http://me:pw@c/1'], method: 'DELETE' },
    ]);
  });

  test('--get, --data-urlencode, --json, --head', async () => {
    expect(
      await entriesOf(
        "curl -G http://a/s --data-urlencode 'q=a b' -d n=1\ncurl --json '{}' http://a/j\ncurl -I http://a/h",
      ),
    ).toEqual([
      { ...PLAIN, urls: ['http://a/s?q=a%20b&n=1'] },
      {
        ...PLAIN,
        urls: ['http://a/j'],
        method: 'POST',
        headers: [
          ['Content-Type', 'application/json'],
          ['Accept', 'application/json'],
        ],
        body: '{}',
      },
      { ...PLAIN, urls: ['http://a/h'], method: 'HEAD' },
    ]);
  });

  test.each([
    'curl -F a=b http://a/',
    'curl -d @file http://a/',
    "curl 'http://a/",
    // The value of a header, outside of its quotes.
    'curl http://a/ -H X-Key: key',
    "curl http://a/ -H 'Authorization: Bearer' a.b.c",
    'curl -H X-Key: key',
    'curl http://a/ -o http://b/',
    'curl --frobnicate x http://a/',
    'curl -s',
  ])('%s is a fault', async (command) => {
    expect(await faultsOf(command, 'curl')).toHaveLength(1);
  });
});

test.each([
  'http://u:/p@h/',
  'http://u@v:/p@h/',
  'http://u#p@h/',
  'http://u?x:p@h/',
  'http://h/ahttp://u:p@h/b',
  'http://h/a\thttp://h/b',
  'http://h:8080/a b',
  'http://h/a\u00a0b',
  'http://h/a\u0085b',
])('%j is no address: a login would be shown as a path, or two addresses are one', (address) => {
  expect(isHttpUrl(address)).toBe(false);
});

test.each([
  'http://registry:4873/@scope/package',
  'http://h/photo@2x.png',
  'http://h/x#a@b',
  'http://h?mail=a@b.example',
  'http://h/?u=http://u:p@h/',
  'http://h/web/2020/http://h.example/a@b',
])('%j is one', (address) => {
  expect(isHttpUrl(address)).toBe(true);
});

test.each<[string, ListFormat]>([
  ['http://a/1\nhttp://a/2', 'urls'],
  ['# url,filename\nhttp://a/1,2', 'urls'],
  ['http://a/1\thttp://b/1', 'aria2'],
  ['http://a/1\n  out=x', 'aria2'],
  ['name;url\nx;http://a/', 'csv'],
  // It names no column "url", which is said; its rows are no addresses.
  ['address,headers\nhttp://a/,X-Key: b', 'csv'],
  ['first, those of today\nhttp://a/', 'urls'],
  ['{"url":"http://a/"}', 'jsonl'],
  ['<?xml version="1.0"?>', 'metalink'],
  ["curl 'http://a/'", 'curl'],
])('%j is told to be %s', (head, format) => {
  expect(detectFormat(head)).toBe(format);
});

test('a preview counts hosts, duplicates, clashes and faults', async () => {
  const list = 'http://a/x.bin\nhttp://b/x.bin\nhttp://a/x.bin\nbad\nhttp://a/[1-3]\n';
  const preview = await previewList(() => [Buffer.from(list)], { format: null });
  expect(preview).toMatchObject({
    format: 'urls',
    entries: 6,
    partial: false,
    hosts: [
      { host: 'a', entries: 5 },
      { host: 'b', entries: 1 },
    ],
    extensions: [
      { extension: 'bin', entries: 3 },
      { extension: '', entries: 3 },
    ],
    groups: [
      { host: 'a', extension: 'bin', entries: 2 },
      { host: 'a', extension: '', entries: 3 },
      { host: 'b', extension: 'bin', entries: 1 },
    ],
    firstFile: 'x.bin',
    duplicates: 1,
    clashes: [{ name: 'x.bin', entries: 3 }],
    faults: [{ line: 4, text: 'line 4' }],
    faultCount: 1,
  });
  expect(await previewList(() => [Buffer.from(list)], { format: null }, 2)).toMatchObject({
    entries: 2,
    partial: true,
  });
});

describe('what looks like a download and is none', () => {
  test.each<[string, ListFormat | null, string]>([
    ['curl http://a/x > out.bin', null, 'Line 1 (a) sends its output elsewhere: name it with -o.'],
    ['curl "http://a/$ID"', null, 'Line 1 (a) has a part that only a shell can fill in.'],
    ['curl http://a/ -H "X: $(cat token)"', null, 'Line 1 (a) has a part that only a shell can fill in.'],
    ['curl -x http://proxy/ http://a/', null, 'Line 1 (proxy) has the option -x, which is not known here.'],
    [
      'url,filename\nhttp://a/x,y,z.bin',
      null,
      'Line 2 (a) has more fields than the first line names: put those with commas in quotes.',
    ],
    ['url,filename\n"http://a/"x,y', null, 'Line 2 (a) has text behind a quoted field.'],
    ['name,size\nx,1\ny,2', 'csv', 'Line 1 names no column "url".'],
    ['{"url":"http://a/","headers":{"X":{"a":1}}}', null, 'Line 1 (a) has an invalid header.'],
    ['{"url":"http://a/","size":"0x10"}', null, 'Line 1 (a) has an invalid size.'],
    ['http://a/x\n  cheksum=sha-256=00', null, 'Line 1 (a) has the option cheksum, which is not known here.'],
    [
      '<html><body>not found</body></html>',
      'metalink',
      'Line 1 is not a Metalink document: its root has another name.',
    ],
    ['<metalink><file><url>http://a/</url></file></metalink>', null, 'Line 1 (a) has no name.'],
  ])('%s', async (list, format, message) => {
    expect(await faultsOf(list, format)).toEqual([message]);
  });

  test('JSON in an address holds no set', async () => {
    const urls = ['http://a/?q={"a":1,"b":2}', 'http://a/{user{id,name}}'];
    expect((await entriesOf(urls.join('\n'))).flatMap((entry) => entry.urls)).toEqual(urls);
  });

  test('curl: each -O and -o is for its own address; ranges as curl has them', async () => {
    const entries = await entriesOf(
      'curl -sSLO http://a/1 -o two http://a/2\ncurl "http://a/[1-2].png"\ncurl -g "http://a/[1-2].png"',
    );
    expect(entries.map(({ urls, fileName }) => [urls[0], fileName])).toEqual([
      ['http://a/1', null],
      ['http://a/2', 'two'],
      ['http://a/1.png', null],
      ['http://a/2.png', null],
      ['http://a/[1-2].png', null],
    ]);
  });

  test('curl: a text that is too long is read as far as whole commands go', async () => {
    const results = await parse('curl http://a/x\n'.repeat(300_000));
    expect(results.slice(0, -1).every((each) => 'entry' in each && each.entry.urls[0] === 'http://a/x')).toBe(
      true,
    );
    expect(results.at(-1)).toMatchObject({ error: { code: 'bad-url' } });
  });
});

test.each<[ListFormat, string]>([
  ['urls', 'ftp://me:p@s3cret@h/'],
  ['urls', 'https://u:s3cret@[/x'],
  ['urls', 'https://u:pa/s3cret@h/x'],
  ['urls', 'https://u:pa?s3cret@h/x'],
  ['urls', 'https://u:pa#s3cret@h/x'],
  ['urls', 'u:s3cret@host/x'],
  ['urls', '//u:s3cret@host/x'],
  ['urls', String.raw`https:\\u:s3cret@h/`],
  ['urls', String.raw`https:\u:s3cret@h/`],
  ['urls', 'https:/u:s3cret@h/x'],
  ['urls', 'https:u:s3cret@h/x'],
  ['urls', ' hxxps://u:s3cret@h/x'],
  ['urls', 'http://u:s3cret@h:99999/x'],
  ['urls', 'http://u:s3cret@h/{a,b}/[1-9999999]'],
  ['urls', 'ftp://h/x?key=s3cret#s3cret'],
  ['urls', 'ftp://u:12/s3cret@h/x'],
  ['urls', 's3cret'],
  ['urls', 's3cret://h/'],
  ['urls', 'http://u:/s3cret@h/x'],
  ['urls', 'http://u:?s3cret@h/x'],
  ['urls', 'http://u:#s3cret@h/x'],
  ['urls', String.raw`http://u:\s3cret@h/x`],
  ['urls', `http://u:s3cret@h/${'x'.repeat(MAX_URL_CHARACTERS)}`],
  ['aria2', 'http://h/x\n  https://u:s3cret@h/mirror'],
  ['aria2', 'http://h/x\n  headr=X: s3cret'],
  ['aria2', 'http://h/x\n  header=bad name: s3cret'],
  ['aria2', 'http://h/x\n  header=s3cret'],
  ['aria2', 'http://h/x\n  header=X-s3cret@: y'],
  ['aria2', 'http://h/x\n  checksum=s3cret'],
  ['aria2', 'http://h/x\n  checksum=s3cret=00'],
  ['aria2', 'http://h/x\n  checksum=sha-256=s3cret'],
  ['aria2', 'http://h/x\n  Authorization: Bearer s3cret'],
  ['aria2', 'ftp://u:s3cret@h/x\thttps:/u:s3cret@h/x\n  http-passwd=s3cret'],
  ['aria2', 'http://h/x\n  http-passwd=s3cret\n  dir=/s3cret'],
  ['curl', 'curl -u me:s3cret --frob 1 http://a/ -H "Authorization: Bearer s3cret"'],
  ['curl', 'curl http://h/x --pass s3cret'],
  ['curl', 'curl http://h/x --pass=s3cret'],
  ['curl', 'curl http://h/x -H s3cret'],
  ['curl', 'curl http://h/x -F a=s3cret'],
  ['curl', "curl http://h/x -X 'A s3cret'"],
  ['curl', 'curl http://h/x --oauth2-bearer s3cret'],
  ['curl', 'curl http://h/x --X-s3cret@'],
  ['curl', 'curl http://h/x -b s3cret'],
  ['curl', 'curl http://h/x -d @s3cret'],
  ['curl', "curl http://h/x -u 'me:s3cret"],
  ['curl', 'curl "http://u:$s3cret@h/x"'],
  ['curl', 'curl ftp://u:s3cret@h/x'],
  ['curl', 'wget --password s3cret --recursive http://h/x'],
  ['curl', 'wget --password=s3cret --level=s3cret http://h/x'],
  ['fetch', 'fetch("http://h/x", {"headers":{"a":"s3cret"},"s3cret":"s3cret"})'],
  ['fetch', 'fetch("http://u:s3cret@[/")'],
  ['powershell', 'Invoke-WebRequest -Uri "http://h/x" -Headers @{"a"=$s3cret}'],
  ['powershell', 'Invoke-WebRequest -Uri "http://h/x" -s3cret "s3cret"'],
  ['json', '[{"url":"http://h/","headers":{"X s3cret":"y"}}]'],
  ['json', '["//u:s3cret@h"]'],
  ['har', '{"log":{"entries":[{"request":{"url":"https://u:s3cret@[/","method":"GET"}}]}}'],
  ['html', '<a href="https://u:s3cret@[/">'],
  ['markdown', '[a](https://u:s3cret@[/)'],
  ['m3u', '#EXTM3U\nu:s3cret@h/x'],
  ['sitemap', '<urlset><url><loc>ftp://u:s3cret@h/</loc></url></urlset>'],
  ['jsonl', '{"url":"http://a/","headers":{"Authorization":"Bearer s3cret"},"size":"x"}'],
  ['jsonl', String.raw`{"url":"http://a/","headers":{"X":"s3cret\u0001"}}`],
  ['jsonl', '{"url":"http://a/","headers":{"X s3cret":"y"}}'],
  ['jsonl', '{"url":"http://a/","method":"A s3cret"}'],
  ['jsonl', '{"url":"http://a/","checksum":"s3cret"}'],
  ['jsonl', '{"url":"http://a/","sha256":"s3cret"}'],
  ['jsonl', '{"url":"ht!tp://u:s3cret@h"}'],
  ['jsonl', '{"url":"https:/u:s3cret@h"'],
  ['jsonl', '{"url":"http://u:s3cret@h/\\u0000","size":-1,'],
  ['jsonl', '"//u:s3cret@h"'],
  ['jsonl', '{"url":"http://h/","directory":"/s3cret"}'],
  ['csv', 'url,headers,size\nhttp://a/,Authorization: Bearer s3cret,x'],
  ['csv', 'url\nu:s3cret@h'],
  ['csv', 'url,size\nhttp://u:pa/s3cret@h/,1,s3cret'],
  ['csv', 'url,size\n"http://u:s3cret@h/x"y,1'],
  ['csv', 's3cret\nhttp://u:s3cret@h/x'],
  ['metalink', '<metalink><file name="x"><url>ftp://u:s3cret@h/x</url></file></metalink>'],
  ['metalink', '<metalink><file><url>http://u:s3cret@h/x</url></file></metalink>'],
  ['metalink', '<metalink><file name="../s3cret"><url>http://u:s3cret@h/x</url></file></metalink>'],
  ['metalink', '<metalink>&s3cret;</metalink>'],
  ['metalink', '<s3cret/>'],
  ['metalink', '<metalink><file name="s3cret></metalink>'],
])('%s: nothing of a faulty line is told but its number and host: %s', async (format, list) => {
  const results = await parse(list, { format });
  expect(results.filter((each) => 'error' in each)).toHaveLength(1);
  expect(JSON.stringify(results.filter((each) => 'error' in each))).not.toContain('s3cret');
});

describe('hostile lists cost no more than their length', () => {
  test('nested deeper than any call', async () => {
    const deep = `{"url":"http://a/","body":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const results = await parse(`${deep}\n"http://b/"\n`, { format: 'jsonl' });
    expect(results.at(-1)).toMatchObject({ entry: { urls: ['http://b/'] } });
  });

  test('the format is told by as much, whatever the pieces', async () => {
    const list = `${'http://a/1\n'.repeat(6000)}  out=x\n`;
    expect(urls(await parse(list, { chunk: 1000 }))).toEqual(urls(await parse(list)));
  });

  test('Metalink nested without end', async () => {
    expect(await faultsOf(`<metalink>${'<a>'.repeat(1_000_000)}`)).toHaveLength(1);
  });
});

test('a preview of several lists counts across them, and names every fault', async () => {
  // Each is given once: a pipe cannot be read twice.
  const once = (text: string): (() => Buffer[]) => {
    const chunks = [Buffer.from(text)];
    return () => chunks.splice(0);
  };
  const faulty = Array.from({ length: 150 }, (_, index) => `nonsense-${index}\n`).join('');
  const preview = await previewLists([
    { name: 'one', open: once('http://a.example/x\nhttp://b.example/x\n'), format: null },
    { name: 'two', open: once('url,filename\nhttp://a.example/x,\nhttp://a.example/z,x\n'), format: null },
    { name: 'three', open: once(faulty), format: 'urls' },
  ]);
  expect(preview).toMatchObject({
    entries: 4,
    lists: [
      { name: 'one', format: 'urls', entries: 2, faultCount: 0 },
      { name: 'two', format: 'csv', entries: 2, faultCount: 0 },
      { name: 'three', format: 'urls', entries: 0, faultCount: 150 },
    ],
    hosts: [
      { host: 'a.example', entries: 3 },
      { host: 'b.example', entries: 1 },
    ],
    duplicates: 1,
    clashes: [{ name: 'x', entries: 4 }],
  });
  expect(preview.faults).toHaveLength(150);
  expect(preview.faults[149]).toMatchObject({ list: 'three', line: 150, text: 'line 150' });
});

test('of very many lines that cannot be read the first are kept, and all are counted', async () => {
  const list = { name: 'list', open: () => [Buffer.from('x\n'.repeat(100_001))], format: 'urls' as const };
  const { faults, lists } = await previewLists([list]);
  expect(faults).toHaveLength(100_000);
  expect(lists).toMatchObject([{ entries: 0, faultCount: 100_001 }]);
});

test.runIf(process.platform !== 'win32')(
  'a pipe or a device is no list to look at, and not waited for',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-list-'));
    try {
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      for (const path of [pipe, '/dev/zero'])
        await expect(previewList(() => listFile(path), { format: null })).rejects.toMatchObject({
          code: 'not-a-file',
          message: `${path} is a device, pipe or socket. A list has to be a file.`,
        });
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
