/** Manifests whose lines make a reader go back over what it has read: the work grows with the file, and no faster. */
import { expect, test } from 'vitest';
import { HeddleError } from '../../common/model/errors';
import { growthOf } from '../testing/growth';
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
const LENGTH = 65_536;

async function read(manifest: string): Promise<void> {
  await readAll(manifest).catch((error: unknown) => {
    if (!(error instanceof HeddleError)) throw error;
  });
}

test.each(STARTS)('%j: four times the manifest is no more than some four times the work', async (start) => {
  for (const piece of PIECES) {
    const manifest = (characters: number): string =>
      start + piece.repeat(Math.ceil(characters / piece.length));
    const growth = await growthOf(LENGTH, (characters) => read(manifest(characters)));
    expect({ piece, ...growth }).toMatchObject({ isLinear: true });
  }
});

test('a hashdeep file whose header names more columns than it has', async () => {
  const header = `%%%% HASHDEEP-1.0\n%%%% ${'x,'.repeat(100_000)}sha256,filename\n`;
  await expect(readAll(header + 'a,a,a,b\n'.repeat(100_000))).rejects.toThrow('not a checksum manifest');
});
