import { describe, expect, test } from 'vitest';
import type { CheckAlgorithm } from '../../common/model/digests';
import { HeddleError } from '../../common/model/errors';
import { MANIFEST_FORMATS, type ManifestFormat } from '../../common/model/digests';
import { displayPath, type FsPath } from '../../common/model/paths';
import { carried, digestOf as hex, readAll as read, writeAll as write } from '../testing/manifests';
import { BYTE_NAMES, ODD_NAMES } from '../testing/odd-names';
import { manifestName, manifestWriter, readManifest, type ManifestItem, type ManifestLine } from './manifest';

const MD5 = hex('md5');
const SHA1 = hex('sha1');
const SHA256 = hex('sha256');
const CRC = hex('crc32');

/** `line name algorithm…`, or `line !message`. */
function brief(items: readonly ManifestItem[]): string[] {
  return items.map((item) =>
    'message' in item
      ? `${item.line} !${item.message}`
      : 'note' in item
        ? `${item.line} (${item.note})`
        : [
            item.line,
            displayPath(item.name),
            ...Object.keys(item.digests),
            ...(item.alternatives.length > 0 ? [`(${item.alternatives.join(' ')})`] : []),
          ].join(' '),
  );
}

const one = (format: ManifestFormat, name: FsPath, algorithm: CheckAlgorithm = 'sha256'): string =>
  Buffer.from(
    manifestWriter(format, [algorithm]).entry({ name, digests: { [algorithm]: hex(algorithm) }, size: 7 }),
  ).toString('latin1');

test('a name with a NUL byte is a line that was not understood, in every format that could write one', async () => {
  const nul = expect.stringMatching(/^1 !names a file with a NUL byte/u) as string;
  const bare = '2 b sha256 (blake3 sha3-256 blake2b-256 blake2s)';
  expect(brief(await read(`${SHA256}  a\0b\n${SHA256}  b\n`))).toEqual([nul, bare]);
  expect(brief(await read(`SHA256 (a\0b) = ${SHA256}\n${SHA256}  b\n`))).toEqual([nul, bare]);
  const json = `{"format":"heddle-manifest","version":1,"files":[{"name":"a\\u0000b","digests":{"sha256":"${SHA256}"}},
{"name":"b","digests":{"sha256":"${SHA256}"}}]}`;
  expect(brief(await read(json))).toEqual([nul, '2 b sha256']);
});

describe('GNU', () => {
  test.each<[FsPath, string]>([
    ['plain.txt', `${SHA256}  plain.txt\n`],
    ['sub/with space', `${SHA256}  sub/with space\n`],
    ['back\\slash', `\\${SHA256}  back\\\\slash\n`],
    ['line\nfeed', `\\${SHA256}  line\\nfeed\n`],
    ['carriage\rreturn', `\\${SHA256}  carriage\\rreturn\n`],
    ['\\n', `\\${SHA256}  \\\\n\n`],
    ['-', `${SHA256}  ./-\n`],
    ['-x', `${SHA256}  -x\n`],
    [Uint8Array.of(0xff, 0x0a, 0x5c, 0x0d, 0x61), `\\${SHA256}  \xff\\n\\\\\\ra\n`],
    [Uint8Array.of(0xff), `${SHA256}  \xff\n`],
  ])('writes %j', (name, expected) => {
    expect(one('gnu', name)).toBe(expected);
  });

  test('an XXH3 is written as xxhsum writes it, since without its prefix it is an XXH64', async () => {
    expect(one('gnu', 'a', 'xxh3')).toBe(`XXH3_${hex('xxh3')}  a\n`);
    expect(brief(await read(`XXH3_${hex('xxh3')}  a\n${SHA1}  b`))).toEqual(['1 a xxh3', '2 b sha1']);
    expect(brief(await read(`${hex('xxh3')}  a\n${SHA1}  b`))).toEqual([
      expect.stringMatching(/^1 !.*XXH64/u),
      '2 b sha1',
    ]);
    expect(brief(await read(`XXH3_${SHA256}  a\n${SHA1}  b`))).toEqual([
      expect.stringMatching(/^1 !/u),
      '2 b sha1',
    ]);
    expect(brief(await read(`${hex('xxh3')}  a`, { algorithm: 'xxh3' }))).toEqual(['1 a xxh3']);
  });

  test('both marks, one space, upper case and algorithms side by side', async () => {
    expect(brief(await read(`${SHA1}  a\n${SHA1.toUpperCase()} *b\n${hex('sha224')}  *c\n`))).toEqual([
      '1 a sha1',
      '2 b sha1',
      '3 *c sha224 (sha3-224)',
    ]);
    expect(brief(await read(`${SHA1} a\n${SHA1}  b`))).toEqual(['1 a sha1', '2  b sha1']);
    expect(brief(await read(`${SHA1}  a\n${SHA1} b`))).toEqual([
      expect.stringMatching(/^2 !.*one space/u),
      '1 a sha1',
    ]);
  });

  test('an escape that is none is a problem, and without the mark it is a name', async () => {
    expect(brief(await read(`\\${SHA1}  a\\tb\n\\${SHA1}  a\\\n${SHA1}  a\\tb\n`))).toEqual([
      expect.stringMatching(/^1 !.*escape/u),
      expect.stringMatching(/^2 !.*escape/u),
      '3 a\\tb sha1',
    ]);
  });
});

describe('BSD', () => {
  test('one line for each algorithm is one entry', async () => {
    const entry = { name: 'a\nb', digests: { md5: MD5, sha256: SHA256 }, size: null };
    const manifest = write(
      'bsd',
      ['sha256', 'md5'],
      [entry, { ...entry, name: 'c' }, { ...entry, name: 'c' }],
    );
    expect(manifest.toString()).toContain(
      `\\SHA256 (a\\nb) = ${SHA256}\n\\MD5 (a\\nb) = ${MD5}\nSHA256 (c) = `,
    );
    expect(brief(await read(manifest))).toEqual(['1 a\nb sha256 md5', '3 c sha256 md5', '5 c sha256 md5']);
  });

  test.each<[string, CheckAlgorithm]>([
    [`SHA256 (a) = ${SHA256}`, 'sha256'],
    [`SHA2-256(a)= ${SHA256}`, 'sha256'],
    [`SHA256(a)= ${SHA256}`, 'sha256'],
    [`sha256 (a) = ${SHA256.toUpperCase()}`, 'sha256'],
    [`MD5   (a) = ${MD5}`, 'md5'],
    [`SHA3-256 (a) = ${SHA256}`, 'sha3-256'],
    [`BLAKE2b (a) = ${hex('blake2b')}`, 'blake2b'],
    [`BLAKE2B-512(a)= ${hex('blake2b')}`, 'blake2b'],
    [`BLAKE3 (a) = ${SHA256}`, 'blake3'],
    [`XXH3 (a) = ${hex('xxh3')}`, 'xxh3'],
    [`XXH128 (a) = ${MD5}`, 'xxh128'],
    [`CRC32 (a) = ${CRC}`, 'crc32'],
    [`SHA256 (a) = ${Buffer.from(SHA256, 'hex').toString('base64')}`, 'sha256'],
    [`CRC32 (a) = ${Buffer.from(CRC, 'hex').toString('base64')}`, 'crc32'],
  ])('%s', async (line, algorithm) => {
    expect(await read(line)).toEqual([
      { name: 'a', digests: { [algorithm]: hex(algorithm) }, alternatives: [], size: null, line: 1 },
    ]);
  });

  test('names with parentheses', async () => {
    expect(brief(await read(`MD5 (SHA1 (x) = 00) = ${MD5}\nMD5 ())(() = ${MD5}`))).toEqual([
      '1 SHA1 (x) = 00 md5',
      '2 ))(( md5',
    ]);
  });

  test('what it does not know is told, also between two lines of one file', async () => {
    const lines = [
      `MD5 (a) = ${MD5}`,
      `TIGER (a) = ${hex('md5')}00`,
      `SHA1 (a) = ${SHA1}`,
      `MD5 (b) = ${SHA1}`,
    ];
    expect(brief(await read(lines.join('\n')))).toEqual([
      expect.stringMatching(/^2 !.*TIGER/u),
      expect.stringMatching(/^4 !.*MD5.*32/u),
      '1 a md5 sha1',
    ]);
  });
});

describe('SFV', () => {
  test('is written with a comment and in upper case', () => {
    const entries = [{ name: 'sub/a b', digests: { crc32: 'deadbeef' }, size: 3 }];
    expect(write('sfv', ['crc32'], entries).toString()).toBe('; Written by Heddle\nsub/a b DEADBEEF\n');
  });

  test('comments, also those that look like entries', async () => {
    const manifest =
      '; Generated by WIN-SFV32\r\n;old.zip 01234567\r\n\r\na b.zip DEADBEEF\r\n#1.mp3 deadbeef  \r\n# x deadbeef';
    expect(brief(await read(manifest))).toEqual(['4 a b.zip crc32', '5 #1.mp3 crc32']);
    expect(brief(await read('a.zip\tDEADBEEF\nb.zip    DEADBEEF'))).toEqual([
      '1 a.zip crc32',
      '2 b.zip crc32',
    ]);
  });

  test('without a comment, names that begin with digits', async () => {
    const manifest = '20260101 photo.jpg DEADBEEF\n0123456789 song.mp3 DEADBEEF\n';
    expect(brief(await read(manifest))).toEqual([
      '1 20260101 photo.jpg crc32',
      '2 0123456789 song.mp3 crc32',
    ]);
  });

  test('a name that looks like a GNU line is one in an SFV file alone', async () => {
    const line = `${CRC}  a DEADBEEF\n`;
    expect(brief(await read(line))).toEqual(['1 a DEADBEEF crc32']);
    expect(brief(await read(`;\n${line}`))).toEqual([`2 ${CRC}  a crc32`]);
    expect(brief(await read(line, { fileName: 'x.SFV' }))).toEqual([`1 ${CRC}  a crc32`]);
  });

  test.each(['a\nb', 'a\rb', ' a', 'a ', '\ta', 'a\t', ';a', '#a', '*a', 'a\\b', 'CRC32 (a) ='])(
    'refuses %j',
    (name) => {
      expect(() => one('sfv', name, 'crc32')).toThrow(expect.objectContaining({ code: 'manifest-name' }));
    },
  );

  test('a refusal shows the name', () => {
    expect(() => one('sfv', Uint8Array.of(0xff, 0x0a), 'crc32')).toThrow(
      '“\\xff\\n” has it. The formats gnu, bsd and json can.',
    );
  });
});

describe('RHash', () => {
  test('several digests behind a name', async () => {
    const manifest = `a b  ${CRC}  ${MD5}  ${SHA1}\n;c  ${MD5}\nd  ${MD5}  ${'ab'.repeat(24)}  ${'a'.repeat(39)}  ${SHA256}\n`;
    expect(brief(await read(manifest))).toEqual([
      '1 a b crc32 md5 sha1 (xxh128)',
      '2 ;c md5 (xxh128)',
      '3 d md5 sha256 (xxh128 blake3 sha3-256 blake2b-256 blake2s)',
    ]);
  });

  test('in an SFV file with one space between', async () => {
    expect(brief(await read(`; RHash\na b ${CRC} ${MD5} ${SHA1}\nc ${MD5}`, { algorithm: 'md5' }))).toEqual([
      '2 a b crc32 md5 sha1',
      '3 c md5',
    ]);
  });

  test('which of two digests of one length is which is not guessed', async () => {
    expect(brief(await read(`a  ${MD5}  ${MD5}\nb  ${SHA1}`))).toEqual([
      expect.stringMatching(/^1 !.*which/u),
      '2 b sha1',
    ]);
  });
});

describe('hashdeep', () => {
  const HEAD = '%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n## Invoked from: /x\n## $ hashdeep\n## \n';

  test('is written in its order of columns', () => {
    const entries = [{ name: 'a,b', digests: { md5: MD5, sha256: SHA256 }, size: 12 }];
    expect(write('hashdeep', ['sha256', 'md5'], entries).toString()).toBe(
      `%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n## Written by Heddle\n## \n12,${MD5},${SHA256},a,b\n`,
    );
  });

  test('is read with sizes; algorithms that are not known are passed over', async () => {
    expect(await read(`${HEAD}12,${MD5},${SHA256},./a,b\n`)).toEqual([
      { name: './a,b', digests: { md5: MD5, sha256: SHA256 }, alternatives: [], size: 12, line: 6 },
    ]);
    const tiger = `%%%% HASHDEEP-1.0\r\n%%%% size,md5,tiger,filename\r\n0,${MD5},${'0'.repeat(48)},a\r\n`;
    expect(brief(await read(tiger))).toEqual(['3 a md5']);
  });

  test('what is wrong with a line', async () => {
    const manifest = `${HEAD}x,${MD5},${SHA256},a\n1,${MD5},a\n1,${MD5},${MD5},a\n1,${MD5},${SHA256},\n1,${MD5},${SHA256},b`;
    expect(brief(await read(manifest))).toEqual([
      '6 !has an invalid size',
      '7 !has no sha256',
      expect.stringMatching(/^8 !has an invalid SHA-256/u),
      '9 !names no file',
      '10 b md5 sha256',
    ]);
    await expect(read('%%%% HASHDEEP-1.0\n%%%% size,tiger,filename\n')).rejects.toMatchObject({
      code: 'manifest-unreadable',
    });
  });

  test.each(['a\nb', 'a\r'])('refuses %j', (name) => {
    expect(() => one('hashdeep', name)).toThrow(expect.objectContaining({ code: 'manifest-name' }));
  });

  test('needs the size', () => {
    const writer = manifestWriter('hashdeep', ['md5']);
    expect(() => writer.entry({ name: 'a', digests: { md5: MD5 }, size: null })).toThrow(
      expect.objectContaining({ code: 'manifest-incomplete' }),
    );
  });
});

describe('JSON', () => {
  const entries: readonly ManifestLine[] = [
    { name: 'é\n"', digests: { md5: MD5, crc32: CRC }, size: 3 },
    { name: Uint8Array.of(0xff, 0x61), digests: { md5: MD5, crc32: CRC }, size: null },
  ];

  test('is one document', async () => {
    const text = write('json', ['md5', 'crc32'], entries).toString();
    expect(JSON.parse(text)).toEqual({
      format: 'heddle-manifest',
      version: 1,
      algorithms: ['md5', 'crc32'],
      files: [
        { name: 'é\n"', size: 3, digests: { md5: MD5, crc32: CRC } },
        { name: '\\xffa', nameBase64: '/2E=', digests: { md5: MD5, crc32: CRC } },
      ],
    });
    expect(text.trimEnd().split('\n')).toHaveLength(4);
    expect(JSON.parse(write('json', ['md5'], []).toString())).toMatchObject({ files: [] });
    await expect(read(write('json', ['md5'], []))).rejects.toMatchObject({ code: 'manifest-unreadable' });
  });

  test.each<[string, (text: string) => string]>([
    ['as it is written', (text) => text],
    ['pretty', (text) => JSON.stringify(JSON.parse(text), null, 2)],
    ['without white space', (text) => JSON.stringify(JSON.parse(text))],
    ['with CRLF and a byte order mark', (text) => `\ufeff${text.replaceAll('\n', '\r\n')}`],
    [
      'with more in it than is known',
      (text) => text.replace('"files"', '"a":{"files":["["]},"files"').replace(/\]\}\n$/u, '],"z":[1]}'),
    ],
  ])('is read %s, in pieces of every size', async (_, change) => {
    const bytes = Buffer.from(change(write('json', ['md5', 'crc32'], entries).toString()));
    for (let size = 1; size < bytes.length; size += 3) {
      const items = await read(bytes, {}, size);
      expect(items.map((item) => ({ ...item, line: 0 }))).toEqual(
        entries.map((entry) => ({ ...entry, alternatives: [], line: 0 })),
      );
    }
  });

  test('what is wrong with an entry is told with its line, and the others are read', async () => {
    const good = `{"name":"b","digests":{"sha1":"${SHA1}","new":"x"}}`;
    const bad = [
      '{"name":"a"}',
      '{"name":"","digests":{}}',
      '{"name":"a","digests":{}}',
      '{"name":"a","digests":{"md5":"x"}}',
      '{"name":"a","nameBase64":"?","digests":{}}',
      `{"name":"a","size":-1,"digests":{"md5":"${MD5}"}}`,
      '{"name":"\xff","digests":{}}',
      '{"name":"a',
      '{"name" "a"}',
      '12 nonsense',
    ];
    const items = await read(
      `{"format":"heddle-manifest","version":1,"files":[\n${[...bad, good].join(',\n')}\n]}`,
    );
    expect(items.map((item) => item.line)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(items.filter((item) => !('message' in item))).toHaveLength(1);
  });

  test('a document that was cut is told', async () => {
    const bytes = write('json', ['md5', 'crc32'], entries);
    expect(brief(await read(bytes.subarray(0, -5)))).toEqual([
      '2 é\n" md5 crc32',
      expect.stringMatching(/^3 !.*cut off/u),
    ]);
    expect(brief(await read(bytes.subarray(0, -3))).at(-1)).toMatch(/cut off/u);
    expect(brief(await read(Buffer.concat([bytes, bytes]))).at(-1)).toMatch(/damaged/u);
  });

  test('other JSON is none', async () => {
    for (const text of [
      '{"a":1}',
      '{"files":[]}',
      '{"format":"heddle-manifest","version":2,"files":[',
      `{"x":"${'y'.repeat(5000)}"}`,
    ]) {
      await expect(read(text)).rejects.toMatchObject({ code: 'manifest-unreadable' });
    }
  });
});

describe('which algorithm a digest is of', () => {
  test.each<[string | null, CheckAlgorithm | null, CheckAlgorithm, string]>([
    [null, null, 'sha256', 'sha256 (blake3 sha3-256 blake2b-256 blake2s)'],
    [null, null, 'sha512', 'sha512 (blake2b sha3-512)'],
    [null, null, 'md5', 'md5 (xxh128)'],
    [null, null, 'sha1', 'sha1'],
    [null, 'blake3', 'sha256', 'blake3'],
    ['x.sha256', 'blake3', 'sha256', 'blake3'],
    [null, 'sha1', 'sha256', 'sha256 (blake3 sha3-256 blake2b-256 blake2s)'],
    ['SHA256SUMS', null, 'sha256', 'sha256'],
    ['/x.b3/SHA256SUMS.txt', null, 'sha256', 'sha256'],
    ['C:\\x.b3\\sums.txt', null, 'sha256', 'sha256 (blake3 sha3-256 blake2b-256 blake2s)'],
    ['B3SUMS', null, 'sha256', 'blake3'],
    ['x.b3', null, 'sha256', 'blake3'],
    ['x.blake3', null, 'sha256', 'blake3'],
    ['SHA3-256SUMS', null, 'sha256', 'sha3-256'],
    ['blake3-1.5.tar.gz.sha256', null, 'sha256', 'sha256'],
    ['checksums.sha512', null, 'sha512', 'sha512'],
    ['BLAKE2SUMS', null, 'sha512', 'blake2b'],
    ['b2sums', null, 'sha512', 'blake2b'],
    ['x.md5', null, 'md5', 'md5'],
    ['xxh128sums', null, 'md5', 'xxh128'],
    ['web3', null, 'sha256', 'sha256 (blake3 sha3-256 blake2b-256 blake2s)'],
  ])('in %j, told %j: %s is %s', async (fileName, algorithm, digest, expected) => {
    expect(brief(await read(`${hex(digest)}  a`, { fileName, algorithm }))).toEqual([`1 a ${expected}`]);
  });

  test('lines of one file that leave it open are not made one entry', async () => {
    expect(brief(await read(`${MD5}  a\n${SHA256}  a\n`))).toHaveLength(2);
    expect(brief(await read(`${SHA1}  a\n${CRC}  a\n`))).toEqual(['1 a sha1 crc32']);
  });
});

describe('any manifest', () => {
  test('CRLF, byte order mark, blank lines, comments, no last line end; in pieces of every size', async () => {
    const manifest = Buffer.from(`\ufeff# comment\r\n\r\n${SHA1}  a b\r\n${MD5}  é`);
    for (let size = 1; size <= manifest.length; size += 1) {
      expect(brief(await read(manifest, {}, size))).toEqual(['3 a b sha1', '4 é md5 (xxh128)']);
    }
  });

  test('UTF-16, as PowerShell writes it', async () => {
    const manifest = Buffer.from(`\ufeff${SHA1}  a b\r\n${SHA1} *é😀\r\n`, 'utf16le');
    for (let size = 1; size <= manifest.length; size += 1) {
      expect(brief(await read(manifest, {}, size))).toEqual(['1 a b sha1', '2 é😀 sha1']);
    }
    expect(brief(await read(manifest.swap16()))).toHaveLength(2);
  });

  test.each([
    '',
    '\n\n',
    '# only\n; comments\n',
    '\xef\xbb\xbf',
    'nothing of\nuse',
    '\0'.repeat(100),
    '{"',
    '%%%% HASHDEEP-1.0',
  ])('%j is no manifest', async (manifest) => {
    await expect(read(manifest)).rejects.toMatchObject({ code: 'manifest-unreadable' });
  });

  test.each([`${SHA1}  a\n`, '{"format":"heddle-manifest","version":1,"files":[{},'])(
    'what it reads from is closed where the reader stops early: %j',
    async (manifest) => {
      let isClosed = false;
      const endless = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
        try {
          for (;;) yield await Promise.resolve(Buffer.from(manifest));
        } finally {
          isClosed = true;
        }
      };
      for await (const items of readManifest(endless(), { fileName: null })) if (items.length > 0) break;
      expect(isClosed).toBe(true);
    },
  );

  test('a line that is not understood is told, shortened, and steers no terminal', async () => {
    const [problem] = await read(`\x1b[2J\x07${'x'.repeat(500)}\n${SHA1}  a`);
    expect(problem).toMatchObject({ line: 1, text: `?[2J?${'x'.repeat(115)}…` });
  });

  test('a line without end is not kept in memory', async () => {
    const items = await read(`${SHA1}  ${'x'.repeat(3_000_000)}\n${SHA1}  a`);
    expect(brief(items)).toEqual(['1 !is too long', '2 a sha1']);
  });

  test.each([
    ['spaces', `a${' '.repeat(1_000_000)}b`],
    ['digests', `a${` ${CRC}`.repeat(110_000)}!`],
    ['parentheses', `MD5 (${')='.repeat(500_000)}`],
    ['escapes', `\\${SHA1}  ${'\\\\'.repeat(500_000)}\\`],
  ])('a long line of %s costs no more than its length', async (_, line) => {
    const before = process.cpuUsage();
    await read(`${line}\n${SHA1}  a`);
    // Of the processor, however busy the machine is: quadratic time would be minutes.
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
  });

  test.each<[ManifestFormat, readonly CheckAlgorithm[]]>([
    ['gnu', []],
    ['gnu', ['md5', 'sha1']],
    ['bsd', []],
    ['sfv', ['md5']],
    ['sfv', ['crc32', 'md5']],
    ['hashdeep', ['sha512']],
    ['hashdeep', []],
    ['json', []],
  ])('%s does not hold %j', (format, algorithms) => {
    expect(() => manifestWriter(format, algorithms)).toThrow(
      expect.objectContaining({ code: 'manifest-algorithm' }),
    );
  });

  test.each(MANIFEST_FORMATS)('%s takes no entry without name or digest', (format) => {
    const algorithm = format === 'sfv' ? 'crc32' : 'md5';
    const writer = manifestWriter(format, [algorithm]);
    const digests = { [algorithm]: hex(algorithm) };
    expect(() => writer.entry({ name: '', digests, size: 0 })).toThrow(HeddleError);
    expect(() => writer.entry({ name: 'a', digests: {}, size: 0 })).toThrow(HeddleError);
  });
});

/** Which odd names a format refuses; all others come back as they were. */
const REFUSED: Readonly<Record<ManifestFormat, readonly string[]>> = {
  gnu: [],
  bsd: [],
  json: [],
  hashdeep: ['new\nline', '\n', 'end\r', '\r\n', '\\xc3\n\\'],
  sfv: [
    ' leading space',
    'trailing space ',
    '  two spaces',
    '*star',
    '#comment',
    '## x',
    ';semicolon',
    'new\nline',
    'back\\slash',
    '\\',
    'literal\\n',
    '\n',
    'carriage\rreturn',
    'end\r',
    '\r\n',
    'CRC32 (x) =',
    '\ufeffbom',
    '\\xc3\n\\',
  ],
};

test.each(MANIFEST_FORMATS)('odd names in %s', async (format) => {
  const algorithm = format === 'sfv' ? 'crc32' : 'sha256';
  const refused: FsPath[] = [];
  for (const name of [...ODD_NAMES, ...BYTE_NAMES]) {
    const entry = { name, digests: { [algorithm]: hex(algorithm) }, size: 5 };
    try {
      const items = await read(write(format, [algorithm], [entry]), { algorithm });
      expect(items).toMatchObject([{ name: carried(format, name) }]);
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      expect(error.code).toBe('manifest-name');
      refused.push(name);
    }
  }
  expect(refused.map(displayPath).sort()).toEqual(REFUSED[format].toSorted());
});

describe('names in a manifest', () => {
  test('are relative where the file is below', () => {
    expect(manifestName('/a/b', '/a/b/c/d')).toBe('c/d');
    expect(manifestName('/a/b/', '/a/b/c')).toBe('c');
    expect(manifestName('/', '/a')).toBe('a');
    expect(manifestName('/a/b', '/a/bc')).toBe('/a/bc');
    expect(manifestName('/a/b', '/x')).toBe('/x');
  });

  test('of bytes too', () => {
    const path = Buffer.from('/a/b/\xff', 'latin1');
    expect(Buffer.from(manifestName('/a/b', Uint8Array.from(path)))).toEqual(Buffer.of(0xff));
    expect(Buffer.from(manifestName('/a/c', Uint8Array.from(path)))).toEqual(path);
    expect(Buffer.from(manifestName('/a/b/longer', Uint8Array.from(path)))).toEqual(path);
  });
});
