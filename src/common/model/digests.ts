/** Algorithms of digests, and the formats of manifests that hold digests. */

/** Digests that can be computed, and that a download can be checked against. */
export const CHECK_ALGORITHMS = [
  'md5',
  'sha1',
  'sha224',
  'sha256',
  'sha384',
  'sha512',
  'sha3-256',
  'sha3-224',
  'sha3-384',
  'sha3-512',
  'blake2b',
  'blake2b-256',
  'blake2s',
  'blake3',
  'xxh3',
  'xxh128',
  'crc32',
  'ripemd160',
] as const;
export type CheckAlgorithm = (typeof CHECK_ALGORITHMS)[number];
/** Lower-case hexadecimal digests by algorithm. */
export type CheckDigests = Readonly<Partial<Record<CheckAlgorithm, string>>>;

/** Digests of hash jobs; the first is the one that people expect. */
export const ALGORITHMS = [
  'sha256',
  'blake3',
  'sha512',
  'sha3-256',
  'blake2b',
  'sha1',
  'md5',
  'xxh3',
  'xxh128',
  'crc32',
] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** As people write them. */
export const ALGORITHM_NAMES: Readonly<Record<CheckAlgorithm, string>> = {
  md5: 'MD5',
  sha1: 'SHA-1',
  sha224: 'SHA-224',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
  'sha3-256': 'SHA3-256',
  'sha3-224': 'SHA3-224',
  'sha3-384': 'SHA3-384',
  'sha3-512': 'SHA3-512',
  blake2b: 'BLAKE2b',
  'blake2b-256': 'BLAKE2b-256',
  blake2s: 'BLAKE2s',
  blake3: 'BLAKE3',
  xxh3: 'XXH3',
  xxh128: 'XXH128',
  crc32: 'CRC-32',
  ripemd160: 'RIPEMD-160',
};

export const MANIFEST_FORMATS = ['gnu', 'bsd', 'sfv', 'hashdeep', 'json'] as const;
export type ManifestFormat = (typeof MANIFEST_FORMATS)[number];

/** Lower-case hexadecimal digests by algorithm. */
export type Digests = CheckDigests;
