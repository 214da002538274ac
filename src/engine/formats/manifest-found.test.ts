/** Manifests as people have them: of algorithms that Heddle lacks, signed, of one digest alone, with SRI digests. */
import { describe, expect, test } from 'vitest';
import { displayPath } from '../../common/model/paths';
import { digestOf as hex, readNoted } from '../testing/manifests';

const MD5 = hex('md5');
const SHA1 = hex('sha1');
const SHA256 = hex('sha256');
const SHA512 = hex('sha512');

/** `name algorithm…`, `!fault` or `(note)`, each behind its line. */
async function brief(text: string, fileName: string | null = null): Promise<string[]> {
  const items = await readNoted(text, { fileName });
  return items.map((item) => {
    if ('message' in item) return `${item.line} !${item.message}`;
    if ('note' in item) return `${item.line} (${item.note})`;
    return [item.line, displayPath(item.name), ...Object.keys(item.digests), ...item.alternatives].join(' ');
  });
}

const digits = (count: number): string => 'ab'.repeat(count / 2);

describe('a digest of an algorithm that Heddle lacks is not taken for one of another', () => {
  test.each<[fileName: string, digits: number, label: string]>([
    ['b2sums.txt', 96, 'BLAKE2b-384'],
    ['B2SUMS-1.2', 40, 'BLAKE2b-160'],
    ['x.blake2s', 32, 'BLAKE2s-128'],
    ['x.ripemd128', 32, 'RIPEMD-128'],
    ['x.rmd256', 64, 'RIPEMD-256'],
    ['B3SUMS', 128, 'BLAKE3-512'],
    ['SHA512SUMS', 64, 'SHA-512/256'],
    ['x.sha512', 56, 'SHA-512/224'],
    ['x.sha512-256', 64, 'SHA-512/256'],
    ['x.sha512_256sum', 64, 'SHA-512/256'],
    ['x.keccak', 64, 'Keccak-256'],
    ['x.shake256', 128, 'SHAKE256'],
    ['x.sm3', 64, 'SM3'],
    ['x.whirlpool', 128, 'Whirlpool'],
    ['x.tiger', 48, 'Tiger'],
    ['x.md4', 32, 'MD4'],
    ['x.ed2k', 32, 'ED2K'],
    ['x.btih', 40, 'BTIH'],
    ['x.xxh32', 8, 'XXH32'],
    ['x.xxh64', 16, 'XXH64'],
    ['x.crc32c', 8, 'CRC-32C'],
    ['x.adler32', 8, 'Adler-32'],
    ['x.crc64', 16, 'CRC-64'],
    ['x.kupyna256', 64, 'KUPYNA256'],
  ])('%s with %i digits', async (fileName, count, label) => {
    const fault = `has a ${label}, by the name of the list: an algorithm that Heddle does not have; it was not checked`;
    const lines = [`${digits(count)}  a`, `MD5 (b) = ${MD5}`].join('\n');
    expect(await brief(lines, fileName)).toEqual([`1 !${fault}`, '2 b md5']);
  });

  test.each([
    ['BLAKE2b-384 (a) = ', 96, 'BLAKE2b-384'],
    ['SHA512/256 (a) = ', 64, 'SHA-512/256'],
    ['WHIRLPOOL (a) = ', 128, 'Whirlpool'],
    ['KECCAK-256(a)= ', 64, 'Keccak-256'],
    ['XXH64 (a) = ', 16, 'XXH64'],
    ['CRC32C (a) = ', 8, 'CRC-32C'],
    ['KUPYNA (a) = ', 64, 'KUPYNA'],
  ])('the tag in %j', async (start, count, label) => {
    const fault = `1 !has a ${label}, an algorithm that Heddle does not have; it was not checked`;
    expect(await brief(`${start}${digits(count)}\n${SHA1}  b`)).toEqual([fault, '2 b sha1']);
    expect(await brief(`; a comment\n${start}${digits(count)}\nb ${hex('crc32')}`, 'x.sfv')).toEqual([
      fault.replace('1', '2'),
      '3 b crc32',
    ]);
  });

  test('columns of hashdeep, and digests in JSON', async () => {
    const deep = `%%%% HASHDEEP-1.0\n%%%% size,whirlpool,filename\n1,${SHA512},a\n`;
    await expect(brief(deep)).rejects.toThrow('Heddle supports none of the algorithms');
    const json = `{"format":"heddle-manifest","version":1,"files":[{"name":"a","digests":{"whirlpool":"${SHA512}"}},
{"name":"b","digests":{"md5":"${MD5}"}}]}`;
    expect(await brief(json)).toEqual([expect.stringMatching(/^1 !has a whirlpool/u), '2 b md5']);
  });

  test('a name that says another length is a contradiction, and not a digest of whatever has that length', async () => {
    expect(await brief(`${SHA512}  a\n${SHA256}  b`, 'x.sha256')).toEqual([
      expect.stringMatching(/^1 !.*128 digits.*no SHA-256/u),
      '2 b sha256',
    ]);
    expect(await brief(`${MD5}  a\n${SHA512}  b`, 'SHA512SUMS.asc')).toEqual([
      expect.stringMatching(/^1 !.*32 digits.*no SHA-512/u),
      '2 b sha512',
    ]);
  });

  test('a name that speaks of an algorithm in its middle says only which of several is meant', async () => {
    expect(await brief(`${SHA1}  a`, 'blake3.zip.list')).toEqual(['1 a sha1']);
    expect(await brief(`${SHA256}  a`, 'blake3.zip.list')).toEqual(['1 a blake3']);
    expect(await brief(`${SHA256}  a`, 'ripemd160.zip.sha256')).toEqual(['1 a sha256']);
    expect(await brief(`a  ${MD5}  ${SHA1}  ${SHA256}`, 'x.sha1')).toEqual([
      '1 a md5 sha1 sha256 xxh128 blake3 sha3-256 blake2b-256 blake2s',
    ]);
    expect(await brief(`${SHA256}  a`, 'checksums.txt')).toEqual([
      '1 a sha256 blake3 sha3-256 blake2b-256 blake2s',
    ]);
  });
});

test.each<[fileName: string, digits: number, algorithm: string]>([
  ['B2SUMS', 64, 'blake2b-256'],
  ['x.blake2b-256', 64, 'blake2b-256'],
  ['x.blake2s', 64, 'blake2s'],
  ['a.sha3-512', 128, 'sha3-512'],
  ['SHA3-384SUMS', 96, 'sha3-384'],
  ['checksums-sha3-224.txt', 56, 'sha3-224'],
  ['RMD160SUMS', 40, 'ripemd160'],
  ['manifest-sha3512.txt', 128, 'sha3-512'],
])('%s with %i digits', async (fileName, count, algorithm) => {
  expect(await brief(`${digits(count)}  a`, fileName)).toEqual([`1 a ${algorithm}`]);
});

describe('signed lists', () => {
  const signed = (...lines: string[]): string =>
    [
      '-----BEGIN PGP SIGNED MESSAGE-----',
      'Hash: SHA512',
      '',
      ...lines,
      '-----BEGIN PGP SIGNATURE-----',
      '',
      'iQIzBAEBCgAdFiEE',
      '=abcd',
      '-----END PGP SIGNATURE-----',
      '',
    ].join('\n');
  const NOTE = '1 (is signed; its signature was not checked, which gpg --verify does.)';

  test.each(['\n', '\r\n'])('are read without their frame, with line ends %j', async (end) => {
    const text = signed(`${SHA256}  a`, `- -b ${hex('crc32')}`, `- ${SHA1}  c`);
    expect(await brief(text.replaceAll('\n', end))).toEqual([
      NOTE,
      '4 a sha256 blake3 sha3-256 blake2b-256 blake2s',
      '5 -b crc32',
      '6 c sha1',
    ]);
  });

  test('several texts in one file, and words around them', async () => {
    const text = `Dear all,\n\n${signed(`${SHA1}  a`)}\nand\n${signed(`${SHA1}  b`)}Yours`;
    expect(await brief(text)).toEqual([NOTE.replace('1', '3'), '6 a sha1', '17 b sha1']);
  });

  test('what is not signed is not believed', async () => {
    const fault = 'stands outside of the text that is signed: it was not checked';
    const inHeaders = signed(`${SHA1}  a`).replace('Hash: SHA512\n', `Hash: SHA512\n${SHA1}  x\n`);
    const text = `${SHA1}  before\n${inHeaders}${SHA1}  after\n`;
    expect(await brief(text)).toEqual([
      `1 !${fault}`,
      NOTE.replace('1', '2'),
      `4 !${fault}`,
      `12 !${fault}`,
      '6 a sha1',
    ]);
  });

  test('a text without its signature is cut off', async () => {
    const [text = ''] = signed(`${SHA1}  a`).split('-----BEGIN PGP SIGNATURE');
    expect(await brief(text)).toEqual([NOTE, '4 a sha1', expect.stringMatching(/^5 !.*cut off/u)]);
  });

  test('of hashdeep, and of OpenBSD', async () => {
    const deep = signed('%%%% HASHDEEP-1.0', '%%%% size,md5,filename', '## ', `7,${MD5},a`);
    expect(await brief(deep)).toEqual([NOTE, '7 a md5']);
    const openbsd = `untrusted comment: verify with openbsd-75-base.pub\nRWRGj1pRpprAfgeF${'a'.repeat(84)}=\nSHA256 (a) = ${SHA256}\n`;
    expect(await brief(openbsd)).toEqual([expect.stringMatching(/^1 \(is signed.*signify/u), '3 a sha256']);
  });

  test.each([
    [
      'SHA256SUMS.asc',
      '-----BEGIN PGP SIGNATURE-----\n\niQIz\n-----END PGP SIGNATURE-----\n',
      'SHA256SUMS, say',
    ],
    ['SHA256SUMS.gpg', '\x89\x02\x33\x04\x00', 'SHA256SUMS, say'],
    ['x.sig', '-----BEGIN SSH SIGNATURE-----\nU1NI\n', 'is a signature'],
    [
      'x.minisig',
      `untrusted comment: signature\nRWR${'a'.repeat(60)}\ntrusted comment: t\n${'b'.repeat(60)}==\n`,
      '(x, say)',
    ],
    ['x.asc', '-----BEGIN PGP MESSAGE-----\n\nhQEM\n', 'gpg --decrypt'],
  ])('a signature alone, %s, says what to do', async (fileName, text, what) => {
    await expect(brief(text, fileName)).rejects.toMatchObject({ code: 'manifest-unreadable' });
    await expect(brief(text, fileName)).rejects.toThrow(what);
  });
});

describe('a digest alone', () => {
  test.each<[fileName: string, name: string]>([
    ['disk.img.sha256', 'disk.img'],
    ['disk.img.sha256sum', 'disk.img'],
    ['disk.img.sha256.txt', 'disk.img'],
    ['disk.img.SHA256', 'disk.img'],
    ['disk.img-sha256.txt', 'disk.img'],
    ['disk.img.digest', 'disk.img'],
    ['my-md5.sha256', 'my-md5'],
    ['a\\b.sha256', 'a\\b'],
  ])('in %s is that of %s', async (fileName, name) => {
    for (const text of [SHA256, `${SHA256}\n`, `${SHA256.toUpperCase()}\r\n`, `\xef\xbb\xbf${SHA256}\n\n`])
      expect((await brief(text, fileName))[0]).toMatch(`1 ${name} sha256`);
  });

  test('of an unknown kind or without a name is told', async () => {
    const told = async (text: string, fileName: string | null): Promise<unknown> => {
      const items: unknown[] = [];
      await brief(text, fileName).catch((error: unknown) => items.push(error));
      return items[0];
    };
    expect(await told(digits(128), 'a.whirlpool')).toMatchObject({ code: 'manifest-unreadable' });
    expect(await told(SHA256, null)).toMatchObject({ code: 'manifest-unreadable' });
    expect(await told(SHA256, 'README')).toMatchObject({ code: 'manifest-unreadable' });
    expect(await brief(`${SHA1}  a\n${SHA1}\n`, 'x.sha1')).toEqual([
      '2 !has a digest and names no file',
      '1 a sha1',
    ]);
  });
});

test('SRI digests (W3C Subresource Integrity §3)', async () => {
  const sri = (name: string, hexDigits: string): string =>
    `${name}-${Buffer.from(hexDigits, 'hex').toString('base64')}`;
  expect(await brief(`${sri('sha256', SHA256)}  a\n${sri('sha512', SHA512)} *b\n`)).toEqual([
    '1 a sha256',
    '2 b sha512',
  ]);
  expect(await brief(sri('sha384', hex('sha384')), 'a.js.sri')).toEqual(['1 a.js sha384']);
  expect(await brief(`${sri('whirlpool', SHA512)}  a\n${SHA1}  b`)).toEqual([
    expect.stringMatching(/^1 !has a Whirlpool/u),
    '2 b sha1',
  ]);
});

test('names of BagIt manifests have any white space before them', async () => {
  expect(
    await brief(`${SHA512}    data/a\n${SHA512}\tdata/b\n${SHA512} *data/c`, 'manifest-sha512.txt'),
  ).toEqual(['1 data/a sha512', '2 data/b sha512', '3 data/c sha512']);
});
