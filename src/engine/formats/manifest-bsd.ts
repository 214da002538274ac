/**
 * Manifests that name the algorithm in each line, `SHA256 (name) = hex`: those of BSD, of `--tag` of coreutils,
 * b3sum and xxhsum, of `rhash --bsd`, and of OpenSSL, which writes `SHA2-256(name)= hex`. Names are escaped as in
 * GNU manifests, in lines that begin with a backslash; tools that do not escape write no such lines.
 */
import { DIGEST_BYTES } from '../../common/model/digest-fields';
import type { CheckAlgorithm } from '../../common/model/digests';
import { composeAround } from './byte-text';
import { escapeName, lineStart, safeName, unescapeName } from './manifest-gnu';
import { lacksAlgorithm } from './manifest-digests';
import { namedBy } from './named-algorithms';
import {
  digestFor,
  refuseAlgorithms,
  refuseEmptyName,
  wrongDigest,
  type ManifestWriter,
  type ParsedLine,
} from './manifest-item';

/** As the tools write them that check them. */
const TAGS: Readonly<Record<CheckAlgorithm, string>> = {
  md5: 'MD5',
  sha1: 'SHA1',
  sha224: 'SHA224',
  sha256: 'SHA256',
  sha384: 'SHA384',
  sha512: 'SHA512',
  'sha3-256': 'SHA3-256',
  'sha3-224': 'SHA3-224',
  'sha3-384': 'SHA3-384',
  'sha3-512': 'SHA3-512',
  blake2b: 'BLAKE2b',
  'blake2b-256': 'BLAKE2b-256',
  blake2s: 'BLAKE2s-256',
  blake3: 'BLAKE3',
  xxh3: 'XXH3',
  xxh128: 'XXH128',
  crc32: 'CRC32',
  ripemd160: 'RIPEMD-160',
};

/** By tag in lower case, without hyphens; OpenSSL has names of its own. */
const BY_TAG: ReadonlyMap<string, CheckAlgorithm> = new Map([
  ...Object.entries(TAGS).map(([algorithm, tag]) => [plainTag(tag), algorithm as CheckAlgorithm] as const),
  ['sha2224', 'sha224'],
  ['sha2256', 'sha256'],
  ['sha2384', 'sha384'],
  ['sha2512', 'sha512'],
  ['blake2b512', 'blake2b'],
  ['blake2s', 'blake2s'],
  ['rmd160', 'ripemd160'],
]);

function plainTag(tag: string): string {
  return tag.toLowerCase().replaceAll('-', '');
}

/** @param zero lines end in NUL bytes and names are not escaped, as with `--zero` of coreutils */
export function bsdWriter(algorithms: readonly CheckAlgorithm[], zero: boolean): ManifestWriter {
  if (algorithms.length === 0) refuseAlgorithms('bsd', 'at least one algorithm', 'Take one.');
  return {
    begin: () => '',
    entry(entry) {
      refuseEmptyName('bsd', entry.name);
      const tagged = algorithms.map((algorithm) => [TAGS[algorithm], digestFor(entry, algorithm)] as const);
      return composeAround(safeName(entry.name), (name) => {
        if (zero) return tagged.map(([tag, digest]) => `${tag} (${name}) = ${digest}\0`).join('');
        const escaped = escapeName(name);
        const start = lineStart(name, escaped);
        return tagged.map(([tag, digest]) => `${start}${tag} (${escaped}) = ${digest}\n`).join('');
      });
    },
    end: () => '',
  };
}

export function readBsdLine(line: string): ParsedLine {
  const [start = '', escapes, tag = ''] = /^(\\?)([a-z][a-z0-9/_.:+-]*) *\(/iu.exec(line) ?? [];
  // A name may have parentheses, a digest has none.
  const close = line.lastIndexOf(')');
  if (start === '' || close < start.length) return null;
  // openssl dgst -c puts colons between the bytes.
  const value = line.slice(close + 1).replace(/(?<=[0-9a-f]{2}):(?=[0-9a-f]{2})/giu, '');
  const [, digest] = /^ ?= ?([a-z0-9+/]{4,128}={0,2})[ \t]*$/iu.exec(value) ?? [];
  if (digest === undefined) return null;
  const algorithm = BY_TAG.get(plainTag(tag));
  if (algorithm === undefined)
    return { fault: lacksAlgorithm(namedBy(tag, digest.length * 4)?.label ?? tag) };
  const hex = hexOf(digest, algorithm);
  if (hex === null) return { fault: wrongDigest(algorithm) };
  const written = line.slice(start.length, close);
  const name = escapes === '' ? written : unescapeName(written);
  if (name === null) return { fault: 'has an invalid escape; valid ones are \\\\, \\n and \\r' };
  if (name === '') return { fault: 'names no file' };
  const exact = escapes === '' ? {} : { exact: true as const };
  return { name, digests: { [algorithm]: hex }, alternatives: [], ...exact };
}

/** Hexadecimal, or base64 as `cksum --base64` and OpenBSD write it: no digest is of one length in both. */
function hexOf(digest: string, algorithm: CheckAlgorithm): string | null {
  const bytes = DIGEST_BYTES[algorithm];
  if (digest.length === bytes * 2 && /^[0-9a-f]+$/iu.test(digest)) return digest.toLowerCase();
  const decoded = Buffer.from(digest, 'base64');
  return decoded.length === bytes && decoded.toString('base64') === digest ? decoded.toString('hex') : null;
}
