import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHECK_ALGORITHMS, type CheckAlgorithm } from './digests';
import {
  DIGEST_BYTES,
  contentDigests,
  mergeClaims,
  parseChecksum,
  representationDigests,
  strongestFirst,
  type DigestClaims,
  type ResponseHeaders,
} from './digest-fields';

const NONE: DigestClaims = { digests: {}, contradictions: [] };
const claims = (digests: DigestClaims['digests']): DigestClaims => ({ digests, contradictions: [] });
const contradiction = (...contradictions: CheckAlgorithm[]): DigestClaims => ({
  digests: {},
  contradictions,
});

const digest = (algorithm: string, text = 'one'): Buffer => createHash(algorithm).update(text).digest();
const hex = (algorithm: string, text?: string): string => digest(algorithm, text).toString('hex');
const base64 = (algorithm: string, text?: string): string => digest(algorithm, text).toString('base64');
const repr = (value: string | readonly string[]): DigestClaims =>
  representationDigests({ 'repr-digest': value });

describe('Repr-Digest', () => {
  test("RFC 9530's own example", () => {
    // RFC 9530 §B.1: the digest of `{"hello": "world"}` and a line feed.
    expect(repr('sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:')).toEqual(
      claims({ sha256: hex('sha256', '{"hello": "world"}\n') }),
    );
  });

  test.each([
    ['sha-256', 'sha256'],
    ['sha-384', 'sha384'],
    ['sha-512', 'sha512'],
    ['sha', 'sha1'],
    ['md5', 'md5'],
  ])('%s', (name, algorithm) => {
    expect(repr(`${name}=:${base64(algorithm)}:`)).toEqual(claims({ [algorithm]: hex(algorithm) }));
  });

  test.each([
    `sha-256=:${base64('sha256')}:,sha-512=:${base64('sha512')}:`,
    `  sha-256=:${base64('sha256')}:\t, \tsha-512=:${base64('sha512')}:  `,
    `unixsum=30637, sha-256=:${base64('sha256')}:;q=0.5;note="a, b\\"", x, sha-512=:${base64('sha512')}:; a`,
    `a=?1, b=tok/en*, c=-1.5, d=@1659578233, e=%"f%c3%bc", sha-512=:${base64('sha512')}:, sha-256=:${base64('sha256')}:`,
    `sha-256=:${base64('sha256').replace('=', '')}:, sha-512=:${base64('sha512').replace('==', '')}:`,
    [`sha-256=:${base64('sha256')}:`, `sha-512=:${base64('sha512')}:`],
  ])('many members: %j', (field) => {
    expect(repr(field)).toEqual(claims({ sha256: hex('sha256'), sha512: hex('sha512') }));
  });

  test.each([
    '',
    ',',
    'sha-256',
    'sha-256=',
    'sha-256=::',
    `sha-256=${base64('sha256')}`,
    `sha-256="${base64('sha256')}"`,
    `SHA-256=:${base64('sha256')}:`,
    `sha-256=:${base64('sha256')}`,
    `sha-256=:${base64('sha1')}:`,
    `sha-256=:${hex('sha256')}:`,
    `sha-256=:${base64('sha512')}:`,
    `sha-512-256=:${base64('sha256')}:`,
    `whirlpool=:${base64('sha512')}:`,
    `sha-256=:${base64('sha256').slice(0, -3)}*a=:`,
    `id-sha-256=:${base64('sha256')}:`,
  ])('%j has no digest', (field) => {
    expect(repr(field)).toEqual(NONE);
  });

  test.each(['', ' x', ', ', ', a=(b)', ', =', ', sha-512=:!:', ', "', ',, a', ', a="b', '; ='])(
    'a syntax error in one member voids them all: %j',
    (tail) => {
      const field = `sha-256=:${base64('sha256')}:${tail}`;
      expect(repr(field)).toEqual(tail === '' ? claims({ sha256: hex('sha256') }) : NONE);
    },
  );

  test('a member of a wrong length voids only itself', () => {
    expect(repr(`sha-512=:AAAA:, sha-256=:${base64('sha256')}:`)).toEqual(claims({ sha256: hex('sha256') }));
  });
});

describe('Digest', () => {
  const of = (value: string | readonly string[]): DigestClaims => representationDigests({ digest: value });

  test("values of RFC 3230's own examples", () => {
    expect(of('md5=HUXZLQLMuI/KZ5KDcJPcOA==, sha=thvDyvhfIqlvFe+A9MYgxAfm1q5=,unixsum=30637')).toEqual(
      claims({
        md5: '1d45d92d02ccb88fca6792837093dc38',
        sha1: 'b61bc3caf85f22a96f15ef80f4c620c407e6d6ae',
      }),
    );
  });

  test('names in any case, lists in one header or several', () => {
    const all = claims({ sha512: hex('sha512'), sha256: hex('sha256'), sha1: hex('sha1'), md5: hex('md5') });
    const members = [
      `SHA-256=${base64('sha256')}`,
      `sha-512=${base64('sha512')}`,
      `SHA=${base64('sha1')}`,
      `MD5=${base64('md5')}`,
    ];
    expect(of(members)).toEqual(all);
    expect(of(members.join(','))).toEqual(all);
    expect(of(` , ${members.join(' , ')},`)).toEqual(all);
  });

  test('what is malformed goes alone', () => {
    expect(
      of(`SHA-256, sha-512=!, sha=${hex('sha1')}, =${base64('md5')}, foo=bar, MD5=${base64('md5')}`),
    ).toEqual(claims({ md5: hex('md5') }));
    expect(of(`SHA-256=:${base64('sha256')}:`)).toEqual(NONE);
  });
});

describe('x-goog-hash', () => {
  const md5 = claims({ md5: hex('md5') });

  test.each([
    [`crc32c=n03x6A==,md5=${base64('md5')}`],
    [`md5=${base64('md5')}`],
    [['crc32c=n03x6A==', `md5=${base64('md5')}`]],
    [`md5=${base64('md5')},sha256=${base64('sha256')}`],
  ])('%j', (value) => {
    expect(representationDigests({ 'x-goog-hash': value })).toEqual(md5);
    expect(
      representationDigests({ 'x-goog-hash': value, 'x-goog-stored-content-encoding': 'identity' }),
    ).toEqual(md5);
  });

  test('is of something else when the storage decompressed the file', () => {
    const hash = `md5=${base64('md5')}`;
    expect(representationDigests({ 'x-goog-hash': hash, 'x-goog-stored-content-encoding': 'gzip' })).toEqual(
      NONE,
    );
    expect(
      representationDigests({
        'x-goog-hash': hash,
        'x-guploader-response-body-transformations': 'gunzipped',
      }),
    ).toEqual(NONE);
  });
});

describe('what is in the message', () => {
  const headers: ResponseHeaders = {
    'content-digest': `sha-256=:${base64('sha256')}:`,
    'content-md5': base64('md5'),
    'repr-digest': `sha-512=:${base64('sha512')}:`,
  };

  test('is kept apart from what the whole is', () => {
    expect(contentDigests(headers)).toEqual(claims({ sha256: hex('sha256'), md5: hex('md5') }));
    expect(representationDigests(headers)).toEqual(claims({ sha512: hex('sha512') }));
  });

  test.each([hex('md5'), '', 'x', base64('sha1'), `"${base64('md5')}"`])('no Content-MD5: %j', (value) => {
    expect(contentDigests({ 'content-md5': value })).toEqual(NONE);
  });

  test('no headers, no digests', () => {
    expect(representationDigests({})).toEqual(NONE);
    expect(contentDigests({ 'content-md5': undefined, 'content-digest': [] })).toEqual(NONE);
  });
});

describe('contradictions', () => {
  const one = base64('sha256', 'one');
  const two = base64('sha256', 'two');

  test('between fields are reported, and neither digest is taken', () => {
    expect(representationDigests({ 'repr-digest': `sha-256=:${one}:`, digest: `sha-256=${two}` })).toEqual(
      contradiction('sha256'),
    );
    expect(
      representationDigests({
        'x-goog-hash': `md5=${base64('md5', 'one')}`,
        digest: `md5=${base64('md5', 'two')}`,
      }),
    ).toEqual(contradiction('md5'));
  });

  test('within a field too', () => {
    expect(repr(`sha-256=:${one}:, sha-256=:${two}:`)).toEqual(contradiction('sha256'));
    expect(repr([`sha-256=:${one}:`, `sha-256=:${two}:`])).toEqual(contradiction('sha256'));
    expect(contentDigests({ 'content-md5': [base64('md5', 'one'), base64('md5', 'two')] })).toEqual(
      contradiction('md5'),
    );
  });

  test('leave what is not in dispute', () => {
    expect(repr(`sha-256=:${one}:, sha-512=:${base64('sha512')}:, sha-256=:${two}:`)).toEqual({
      digests: { sha512: hex('sha512') },
      contradictions: ['sha256'],
    });
  });

  test('saying the same twice is none', () => {
    expect(representationDigests({ 'repr-digest': `sha-256=:${one}:`, digest: `SHA-256=${one}` })).toEqual(
      claims({ sha256: hex('sha256', 'one') }),
    );
  });

  test('survive a merge and arise from one', () => {
    const a = claims({ sha256: 'aa', md5: '11' });
    expect(mergeClaims()).toEqual(NONE);
    expect(mergeClaims(a, claims({ md5: '11', sha1: '22' }))).toEqual(
      claims({ sha256: 'aa', md5: '11', sha1: '22' }),
    );
    expect(mergeClaims(a, claims({ sha256: 'bb' }))).toEqual({
      digests: { md5: '11' },
      contradictions: ['sha256'],
    });
    expect(mergeClaims(contradiction('md5'), a, contradiction('sha512'))).toEqual({
      digests: { sha256: 'aa' },
      contradictions: ['sha512', 'md5'],
    });
  });
});

test('the strongest digest comes first', () => {
  const all = Object.fromEntries(CHECK_ALGORITHMS.map((algorithm) => [algorithm, algorithm]));
  expect(strongestFirst(all).map(([algorithm]) => algorithm)).toEqual([
    'sha512',
    'blake2b',
    'sha3-512',
    'sha384',
    'sha3-384',
    'blake3',
    'sha256',
    'sha3-256',
    'blake2b-256',
    'blake2s',
    'sha224',
    'sha3-224',
    'ripemd160',
    'sha1',
    'md5',
    'xxh128',
    'xxh3',
    'crc32',
  ]);
  expect(strongestFirst({ md5: '11', sha256: 'aa' })).toEqual([
    ['sha256', 'aa'],
    ['md5', '11'],
  ]);
  expect(strongestFirst({})).toEqual([]);
});

describe('a checksum as people write it', () => {
  test.each(['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const)('%s', (algorithm) => {
    const expected = { algorithm, hex: hex(algorithm) };
    expect(parseChecksum(`${algorithm}=${hex(algorithm)}`)).toEqual(expected);
    expect(parseChecksum(` ${algorithm.replace('sha', 'SHA-')}=${hex(algorithm).toUpperCase()}\n`)).toEqual(
      expected,
    );
    for (const wrong of [
      base64(algorithm),
      hex(algorithm).slice(1),
      `${hex(algorithm)}0`,
      '',
      'g'.repeat(64),
    ]) {
      expect(parseChecksum(`${algorithm}=${wrong}`)).toBeNull();
    }
  });

  test.each(['sha256', 'sha384', 'sha512', 'md5'] as const)('as web pages have it, %s', (algorithm) => {
    const expected = { algorithm, hex: hex(algorithm) };
    expect(parseChecksum(`${algorithm}-${base64(algorithm)}`)).toEqual(expected);
    expect(parseChecksum(`${algorithm}-${base64(algorithm).replace(/=+$/u, '')}`)).toEqual(expected);
    expect(parseChecksum(`${algorithm}-${base64(algorithm).slice(2)}`)).toBeNull();
    expect(parseChecksum(`${algorithm}-${hex(algorithm)}`)).toBeNull();
    expect(parseChecksum(`sha3-${base64(algorithm)}`)).toBeNull();
  });

  test('blake3', () => {
    expect(parseChecksum(`BLAKE3=${'Ab'.repeat(32)}`)).toEqual({ algorithm: 'blake3', hex: 'ab'.repeat(32) });
  });

  test.each([
    '',
    '=',
    hex('sha256'),
    `=${hex('sha256')}`,
    `sha=${hex('sha1')}`,
    `sha--256=${hex('sha256')}`,
    `sha256 = ${hex('sha256')}`,
    `sha256:${hex('sha256')}`,
    `sha256==${hex('sha256')}`,
    `adler32=03da0195`,
    `crc32c=00000000`,
    `sha512=${hex('sha256')}`,
    `constructor=${hex('sha256')}`,
    `sha256=${hex('sha256')} file.txt`,
  ])('%j is none', (text) => {
    expect(parseChecksum(text)).toBeNull();
  });
});

test('whatever the headers: no throw, and only whole lower-case digests', () => {
  const field = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(
        fc.oneof(
          fc.constantFrom(
            'sha-256',
            'sha',
            'md5',
            '=',
            ':',
            ',',
            ';',
            '"',
            '\\',
            ' ',
            '(',
            ')',
            'a',
            '%',
            '?1',
          ),
          fc.constantFrom('sha-256', 'sha', 'md5').map((name) => `${name}=:${base64('sha256')}:`),
          fc.constantFrom(base64('sha256'), base64('md5'), base64('sha1')),
        ),
        { maxLength: 20 },
      )
      .map((pieces) => pieces.join('')),
  );
  const names = ['repr-digest', 'content-digest', 'digest', 'content-md5', 'x-goog-hash'];
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.oneof(field, fc.array(field, { maxLength: 3 })),
      (name, value) => {
        for (const read of [representationDigests, contentDigests]) {
          for (const [algorithm, text] of strongestFirst(read({ [name]: value }).digests)) {
            expect(text).toMatch(/^[0-9a-f]+$/u);
            expect(text).toHaveLength(DIGEST_BYTES[algorithm] * 2);
          }
        }
        parseChecksum(String(value));
      },
    ),
    { numRuns: 2000 },
  );
});

test.each([
  'a',
  'a=',
  'a,',
  'a;',
  ';a=b',
  ';a="b"',
  ' ',
  ',',
  '"',
  '\\"',
  ':',
  '=',
  'a=:AA:,',
  'A',
  '%"',
  '\t,',
])('a header of 64 KiB of %j takes no long time', (piece) => {
  for (const start of ['', 'a=', 'a="', 'a=:', 'a;a="', 'md5=', 'a=a;']) {
    const value = start + piece.repeat(Math.ceil(65_536 / piece.length));
    const headers = { 'repr-digest': value, digest: value, 'x-goog-hash': value, 'content-md5': value };
    const before = process.cpuUsage();
    representationDigests(headers);
    contentDigests(headers);
    parseChecksum(value);
    // Of the processor, however busy the machine is: quadratic time would be seconds, linear time is milliseconds.
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  }
});
