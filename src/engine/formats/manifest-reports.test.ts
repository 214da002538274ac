/** Lists as tools print them for people, and as other systems end their lines. */
import { describe, expect, test } from 'vitest';
import { displayPath } from '../../common/model/paths';
import { digestOf as hex, readNoted } from '../testing/manifests';

const MD5 = hex('md5');
const SHA256 = hex('sha256');
const SHA512 = hex('sha512');
const CRC32 = hex('crc32');

/** `name size algorithm…` or `!fault`, each behind its line. */
async function brief(text: string, fileName: string | null = null): Promise<string[]> {
  // What is wrong with a line may come before the entry of an earlier one.
  const items = (await readNoted(text, { fileName })).toSorted((one, other) => one.line - other.line);
  return items.flatMap((item) => {
    if ('message' in item) return [`${item.line} !${item.message}`];
    if ('note' in item) return [];
    return [
      [item.line, displayPath(item.name), item.size ?? '', ...Object.keys(item.digests)].join(' ').trim(),
    ];
  });
}

/** As each of them ends lines. */
const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
const spaced = (digest: string): string => digest.replaceAll(/..(?!$)/gu, '$& ');

describe('certutil -hashfile', () => {
  test.each([
    ['of today', `SHA256 hash of a b:\n${SHA256}\nCertUtil: -hashfile command completed successfully.\n`],
    ['of Windows 7', `SHA256 hash of file a b:\n${spaced(SHA256)}\nCertUtil: -hashfile command completed\n`],
    ['in German', `SHA256-Hash von a b:\n${SHA256}\nCertUtil: -hashfile-Befehl wurde erfolgreich\n`],
    ['in French', `Hachage SHA256 de a b :\n${SHA256}\nCertUtil: -hashfile\n`],
    ['in Spanish', `Hash SHA256 de a b:\n${SHA256}\nCertUtil: -hashfile\n`],
    ['without its end', `SHA256 hash of a b:\n${SHA256}`],
  ])('%s', async (_, text) => {
    expect(await brief(crlf(text))).toEqual(['2 a b  sha256']);
  });

  test('of several files, of algorithms that are lacking, and with words around', async () => {
    const report = (tag: string, name: string, digest: string): string =>
      `${tag} hash of ${name}:\n${digest}\nCertUtil: -hashfile command completed successfully.\n`;
    const text = `${report('MD5', 'a', MD5)}\nwords\n${report('MD4', 'b', MD5)}${report('SHA512', 'c', SHA512)}`;
    expect(await brief(crlf(text))).toEqual([
      '2 a  md5',
      '5 !is no line of a known format',
      '7 !has a MD4, an algorithm that Heddle does not have; it was not checked',
      '10 c  sha512',
    ]);
  });
});

describe('Get-FileHash', () => {
  const digest = SHA256.toUpperCase();

  test('as a table, as a list and as CSV', async () => {
    const table = `\nAlgorithm       Hash${' '.repeat(67)}Path\n---------       ----       ----\nSHA256          ${digest}       C:\\x\\a b\nSHA256          ${digest}       C:\\x\\lo...\n\n`;
    expect(await brief(crlf(table))).toEqual([
      '4 C:\\x\\a b  sha256',
      '5 !has a path that was cut off to fit the window',
    ]);
    const list = `\nAlgorithm : SHA256\nHash      : ${digest}\nPath      : C:\\x\\a b\n\nAlgorithm : MACTRIPLEDES\nHash      : AABBCCDDEEFF0011\nPath      : b\n`;
    expect(await brief(crlf(list))).toEqual([
      '4 C:\\x\\a b  sha256',
      '8 !has a MACTRIPLEDES, an algorithm that Heddle does not have; it was not checked',
    ]);
    const csv = `#TYPE Microsoft.Powershell.Utility.FileHash\n"Algorithm","Hash","Path"\n"SHA256","${digest}","a ""b"""\n`;
    expect(await brief(crlf(csv))).toEqual(['3 a "b"  sha256']);
    expect(await brief('Algorithm,Hash,Path\nno,thing\n"MD5","' + MD5 + '","a"')).toEqual([
      '2 !is no line of a known format',
      '3 a  md5',
    ]);
  });
});

describe('7z h', () => {
  const start =
    '\n7-Zip 24.09 (x64) : Copyright (c) 1999-2024 Igor Pavlov\n\nScanning\n1 folder, 2 files\n\n';
  const dashes = (...widths: number[]): string => widths.map((width) => '-'.repeat(width)).join(' ');

  test('files with their sizes; no folders, no sums', async () => {
    const line = dashes(64, 13, 12).replace(/ (-{12})$/u, '  $1');
    const row = (digest: string, size: string, name: string): string =>
      `${digest.padEnd(64)} ${size.padStart(13)}  ${name}\n`;
    const table = `${row('SHA256', 'Size', 'Name')}${line}\n${row(SHA256, '2', 'a b')}${row('', '', 'sub')}${row(SHA256, '12', 'sub\\c')}${line}\n${SHA256}-00000002            14  \n`;
    const end = `\nFolders: 1\nFiles: 2\nSize: 14\n\nSHA256 for data:              ${SHA256}-00000002\n\nEverything is Ok\n`;
    expect(await brief(crlf(`${start}${table}${end}`))).toEqual(['9 a b 2 sha256', '11 sub\\c 12 sha256']);
  });

  test('several algorithms, with those that are lacking', async () => {
    const line = `${dashes(8, 16, 64, 4)}  ----`;
    const row = (...cells: string[]): string =>
      `${cells
        .slice(0, 4)
        .map((cell, index) => cell.padEnd([8, 16, 64, 4][index] ?? 0))
        .join(' ')}  ${cells[4] ?? ''}\n`;
    const rows = row(CRC32, 'ab'.repeat(8), SHA256, '2', 'a');
    const text = `${start}${row('CRC32', 'CRC64', 'BLAKE2sp', 'Size', 'Name')}${line}\n${rows}${line}\n`;
    expect(await brief(text)).toEqual(['9 a 2 crc32']);
    const only = `${start}${dashes(16).replaceAll('-', ' ')} Size Name\n${dashes(16, 4, 4)}\n`;
    await expect(
      brief(`${only.replace(/^ {16}/mu, 'XXH64'.padEnd(16))}${'ab'.repeat(8)}    2 a\n`),
    ).rejects.toThrow('Heddle supports none of the algorithms');
  });
});

test('control files of Debian: Release, .dsc and .changes, signed too', async () => {
  const fields = `Origin: Debian\nDescription: x\n ${SHA256} 1 no-entry\nMD5Sum:\n ${MD5}     2 main/a\nSHA256:\n ${SHA256} 2 main/a\n ${SHA256} 30 b\nDate: x\n`;
  const entries = ['5 main/a 2 md5 sha256', '8 b 30 sha256'];
  expect(await brief(fields)).toEqual(entries);
  const signed = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${fields}-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----\n`;
  expect(await brief(signed)).toEqual(['8 main/a 2 md5 sha256', '11 b 30 sha256']);
  const changes = `Checksums-Sha256:\n ${SHA256} 2 a.deb\n damaged\nFiles:\n ${MD5} 2 admin optional a.deb\n`;
  expect(await brief(changes)).toEqual(['2 a.deb 2 sha256 md5', '3 !is no line of a known format']);
});

test('sizes that contradict each other are two statements', async () => {
  expect(await brief(`SHA1:\n ${hex('sha1')} 1 a\nSHA256:\n ${SHA256} 2 a\n`)).toEqual([
    '2 a 1 sha1',
    '4 a 2 sha256',
  ]);
});

test('lines that end in carriage returns alone, as those of old Macs', async () => {
  expect(await brief(`# sums\r${SHA256}  a\r${SHA256}  sub/b\r`)).toEqual(['2 a  sha256', '3 sub/b  sha256']);
  expect(await brief(`MD5 (a) = ${MD5}\rMD5 (b) = ${MD5}`)).toEqual(['1 a  md5', '2 b  md5']);
  // One in a name, as b3sum writes it.
  expect(await brief(`${SHA256}  a\rb\n`)).toEqual(['1 a\rb  sha256']);
});

test('comments behind //, colons between bytes, and BLAKE2sp is no BLAKE2s', async () => {
  expect(await brief(`// by TeraCopy\n//\n${SHA256} *a\n`)).toEqual(['3 a  sha256']);
  const colons = SHA256.replaceAll(/..(?!$)/gu, '$&:');
  expect(await brief(`SHA2-256(a)= ${colons}\n`)).toEqual(['1 a  sha256']);
  const lacking = 'has a BLAKE2sp-256';
  expect(await brief(`BLAKE2sp (a) = ${SHA256}\n${MD5}  b`)).toEqual([
    `1 !${lacking}, an algorithm that Heddle does not have; it was not checked`,
    '2 b  md5',
  ]);
  await expect(brief(`${SHA256}  a`, 'x.blake2sp')).rejects.toThrow('Heddle supports none of the algorithms');
});
