/** `heddle hash -`: standard input, of which no job is made. */
import { HeddleError } from '../common/model/errors';
import type { Algorithm, ManifestFormat } from '../common/model/digests';
import { manifestWriter } from '../engine/formats/manifest';
import { usualFormat } from '../engine/jobs/manifest';
import { print } from './print';

/** Prints what `sha256sum -` does: `-` is the name. */
export async function hashInput(
  input: AsyncIterable<Uint8Array>,
  algorithms: readonly Algorithm[],
  {
    format,
    json,
    zero,
  }: { readonly format: ManifestFormat | null; readonly json: boolean; readonly zero: boolean },
): Promise<void> {
  // Hashers are a part of the engine that other commands do not load.
  const { inputDigests } = await import('../engine/input-digests');
  const { bytes, digests } = await inputDigests(input, algorithms);
  if (json) {
    const line = { type: 'task', state: 'done', source: '-', target: null, bytes, digests };
    await print(`${JSON.stringify(line)}\n`);
    return;
  }
  const writer = manifestWriter(format ?? usualFormat(algorithms, null), algorithms, zero);
  const lines = [writer.begin(), writer.entry({ name: '-', digests, size: bytes }), writer.end()];
  // In a list `-` would be standard input, and a file of that name is ./-; this is standard input.
  await print(lines.join('').replaceAll('./-', '-'));
}

/** Standard input is read once, and by itself. @returns whether it is what is to be hashed */
export function isInput(paths: readonly string[]): boolean {
  if (!paths.includes('-')) return false;
  if (paths.length === 1) return true;
  throw new HeddleError(
    'usage',
    '- is standard input, which is hashed by itself; a file of that name is ./-. See: heddle help hash',
  );
}
