import { expect, test } from 'vitest';
import { pastedDigest } from './pasted-digest';

const digest = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

test.each([
  digest,
  ` ${digest.toUpperCase()}\n`,
  `sha256:${digest}`,
  `SHA-256 = ${digest.toUpperCase()}`,
  digest.replaceAll(/..(?=.)/gu, '$&:'),
  digest.replaceAll(/.{8}(?=.)/gu, '$& '),
  `${digest}  debian.iso`,
  `${digest} *dir/a file (1).iso`,
  `\\${digest}  a\\nb`,
  `SHA256 (debian (2).iso) = ${digest}`,
])('%j is a digest', (text) => {
  expect(pastedDigest(text)).toBe(digest);
});

test.each(['', 'debian.iso', 'deadbee', `${digest}0`, digest.slice(1), 'sha256:', 'facade cafe'])(
  '%j is none',
  (text) => {
    expect(pastedDigest(text)).toBeNull();
  },
);

test('digests of other lengths', () => {
  expect(pastedDigest('CRC32: 352441C2')).toBe('352441c2');
  expect(pastedDigest('md5 900150983cd24fb0d6963f7d28e17f72')).toBeNull();
  expect(pastedDigest('MD5:900150983cd24fb0d6963f7d28e17f72')).toBe('900150983cd24fb0d6963f7d28e17f72');
});
