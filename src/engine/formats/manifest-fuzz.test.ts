/** Manifests whose lines make a reader go back over what it has read: the work grows with the file, and no faster. */
import { expect, test } from 'vitest';
import { HeddleError } from '../../common/model/errors';
import { readAll } from '../testing/manifests';

const DIGEST = 'a'.repeat(64);
/** What tells one format from another. */
const STARTS = [
  '',
  `${DIGEST}  a\n`,
  `\\${DIGEST}  a\n`,
  `SHA256 (a) = ${DIGEST}\n`,
  `sha256-${Buffer.from(DIGEST, 'hex').toString('base64')} a\n`,
  `${DIGEST}  a\0`,
  '; x\na 00000000\n',
  '%%%% HASHDEEP-1.0\n%%%% size,sha256,filename\n',
  '%%%% HASHDEEP-1.0\n%%%% size,',
  '[{"name":"a","sha256":"',
  '[{"name":',
  `Algorithm : SHA256\nHash : ${DIGEST}\nPath : `,
  `SHA256  ${DIGEST}  `,
  `SHA256 hash of a:\n${DIGEST}\n`,
  '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n',
];
const PIECES = [
  ...' |\t|\r|\n|\\|"|(|)|,|:|;|=|-|*|a|0|a |a,|a: |a = |) = |- |\\n|\\\\|SHA256 (|{"a":|[|"a",|%%%% |## '.split(
    '|',
  ),
  `${DIGEST} `,
  `${DIGEST} *`,
  `\n${DIGEST}`,
];
/** Of CPU, for what does not grow with the file: a collection of garbage, a busy machine's caches. */
const SLACK_MS = 150;
const LENGTH = 65_536;

/** CPU time in milliseconds. */
async function costOf(manifest: string): Promise<number> {
  const before = process.cpuUsage();
  await readAll(manifest).catch((error: unknown) => {
    if (!(error instanceof HeddleError)) throw error;
  });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

test.each(STARTS)('%j: four times the manifest is no more than some four times the work', async (start) => {
  for (const piece of PIECES) {
    const manifest = (characters: number): string =>
      start + piece.repeat(Math.ceil(characters / piece.length));
    const once = await costOf(manifest(LENGTH));
    const four = await costOf(manifest(4 * LENGTH));
    // Quadratic work would be sixteen times as much.
    expect({ piece, once, four, isLinear: four < 9 * once + SLACK_MS }).toMatchObject({ isLinear: true });
  }
});

test('a hashdeep file whose header names more columns than it has', async () => {
  const header = `%%%% HASHDEEP-1.0\n%%%% ${'x,'.repeat(100_000)}sha256,filename\n`;
  await expect(readAll(header + 'a,a,a,b\n'.repeat(100_000))).rejects.toThrow('not a checksum manifest');
});
