import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DIGEST_BYTES } from '../../common/model/digest-fields';
import { CHECK_ALGORITHMS, type CheckAlgorithm } from '../../common/model/digests';
import { HeddleError } from '../../common/model/errors';
import { MANIFEST_FORMATS, type ManifestFormat } from '../../common/model/digests';
import { pathFromBytes, pathToBytes } from '../../common/model/paths';
import { carried, digestOf, readAll, writeAll } from '../testing/manifests';
import { manifestWriter, type ManifestLine } from './manifest';

const CAN: Readonly<Record<ManifestFormat, readonly CheckAlgorithm[]>> = {
  gnu: CHECK_ALGORITHMS,
  bsd: CHECK_ALGORITHMS,
  sfv: ['crc32'],
  hashdeep: ['md5', 'sha1', 'sha256'],
  json: CHECK_ALGORITHMS,
};
// Among random bytes those that mean something somewhere are rare.
const byte = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 255 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(...Buffer.from(' \t\n\r\\*;#%,()=/.-"{}[]:0123456789abcdefABCDEFnr')),
  },
);
const pieceOfName = fc.oneof(
  fc.array(byte, { minLength: 1, maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      digestOf('crc32'),
      digestOf('md5'),
      `${digestOf('sha1')}  `,
      'MD5 (',
      ') = ',
      ';',
      '%%%% HASHDEEP-1.0',
      '{"',
    )
    .map((text) => Buffer.from(text)),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).map((text) => Buffer.from(text)),
);
const name = fc
  .array(pieceOfName, { minLength: 1, maxLength: 4 })
  .map((parts) => Buffer.concat(parts))
  .filter((bytes) => !bytes.includes(0))
  .map((bytes) => pathFromBytes(bytes));
const digest = (algorithm: CheckAlgorithm): fc.Arbitrary<string> =>
  fc
    .uint8Array({ minLength: DIGEST_BYTES[algorithm], maxLength: DIGEST_BYTES[algorithm] })
    .map((bytes) => Buffer.from(bytes).toString('hex'));
const manifest = fc.constantFrom(...MANIFEST_FORMATS).chain((format) =>
  fc
    .subarray([...CAN[format]], { minLength: 1, ...(format === 'gnu' ? { maxLength: 1 } : {}) })
    .chain((algorithms) =>
      fc
        .array(
          fc.record({
            name,
            size: format === 'hashdeep' ? fc.maxSafeNat() : fc.option(fc.maxSafeNat()),
            digests: fc.record(
              Object.fromEntries(algorithms.map((algorithm) => [algorithm, digest(algorithm)])),
            ),
          }),
          { minLength: 1, maxLength: 6 },
        )
        .map((entries) => ({ format, algorithms, entries })),
    ),
);
const RUNS = 1000;

function writeAcceptable(
  format: ManifestFormat,
  algorithms: readonly CheckAlgorithm[],
  entries: readonly ManifestLine[],
): { readonly bytes: Buffer; readonly written: readonly ManifestLine[] } {
  const written = entries.filter((entry) => {
    try {
      manifestWriter(format, algorithms).entry(entry);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'manifest-name' });
      return false;
    }
  });
  return { bytes: writeAll(format, algorithms, written), written };
}

test('what is written is refused or read back equal, whatever the pieces', async () => {
  await fc.assert(
    fc.asyncProperty(manifest, fc.integer({ min: 1, max: 200 }), async (given, size) => {
      const { bytes, written } = writeAcceptable(given.format, given.algorithms, given.entries);
      if (written.length === 0) return;
      const hasSize = given.format === 'hashdeep' || given.format === 'json';
      // A GNU manifest alone does not say its algorithm.
      const algorithm = given.format === 'gnu' ? (given.algorithms[0] ?? null) : null;
      const items = await readAll(bytes, { algorithm }, size);
      expect(items.map(({ ...item }) => ({ ...item, line: 0, exact: undefined }))).toEqual(
        written.map((entry) => ({
          name: carried(given.format, entry.name),
          digests: { ...entry.digests },
          alternatives: [],
          size: hasSize ? entry.size : null,
          line: 0,
        })),
      );
    }),
    { numRuns: RUNS },
  );
});

async function readOrRefuse(bytes: Uint8Array, size: number): Promise<void> {
  // Those of `sha256sum -z` end in NUL.
  const lines = Buffer.from(bytes)
    .toString('latin1')
    .split(/[\0\n\r]/u).length;
  try {
    for (const item of await readAll(bytes, {}, size)) {
      expect(item.line).toBeGreaterThan(0);
      // UTF-16 has its line feeds elsewhere.
      if (bytes[0] !== 0xff && bytes[0] !== 0xfe) expect(item.line).toBeLessThanOrEqual(lines);
      if ('message' in item) continue;
      expect(pathToBytes(item.name).length).toBeGreaterThan(0);
      expect(Object.keys(item.digests).length).toBeGreaterThan(0);
      for (const [algorithm, value] of Object.entries(item.digests)) {
        expect(value).toMatch(/^[0-9a-f]+$/u);
        expect(value).toHaveLength(DIGEST_BYTES[algorithm as CheckAlgorithm] * 2);
      }
    }
  } catch (error) {
    expect(error).toBeInstanceOf(HeddleError);
    expect(error).toMatchObject({ code: 'manifest-unreadable' });
  }
}

test('random bytes are read or refused, never anything else', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.uint8Array({ maxLength: 20 }), pieceOfName), { maxLength: 30 }),
      fc.integer({ min: 1, max: 50 }),
      async (parts, size) => {
        await readOrRefuse(Buffer.concat(parts), size);
      },
    ),
    { numRuns: RUNS },
  );
});

test('damaged manifests are read or refused, never anything else', async () => {
  const damage = fc.record({ at: fc.nat(), remove: fc.nat({ max: 40 }), insert: pieceOfName });
  await fc.assert(
    fc.asyncProperty(
      manifest,
      fc.array(damage, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 200 }),
      async (given, damages, size) => {
        let { bytes } = writeAcceptable(given.format, given.algorithms, given.entries);
        for (const { at, remove, insert } of damages) {
          const from = at % (bytes.length + 1);
          bytes = Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(from + remove)]);
        }
        await readOrRefuse(bytes, size);
      },
    ),
    { numRuns: RUNS },
  );
});
