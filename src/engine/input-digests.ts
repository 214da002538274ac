/** Digests of what is handed over as bytes and not as a file, as standard input is. */
import type { Algorithm, Digests } from '../common/model/digests';
import { loadHasher } from '../files/hashers';

/** @returns the bytes that were read, and their digests */
export async function inputDigests(
  input: AsyncIterable<Uint8Array>,
  algorithms: readonly Algorithm[],
): Promise<{ readonly bytes: number; readonly digests: Digests }> {
  const factories = await Promise.all(algorithms.map(loadHasher));
  const hashers = factories.map((factory) => factory.create());
  let bytes = 0;
  for await (const chunk of input) {
    bytes += chunk.length;
    for (const hasher of hashers) hasher.update(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  }
  const digests = hashers.map((hasher, index) => [algorithms[index], hasher.digest()] as const);
  return { bytes, digests: Object.fromEntries(digests) as Digests };
}
