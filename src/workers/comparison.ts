/** What is fetched a second time, where the server's validators do not prove that its content is still the same. */
import { Changed, rangeOf, type Content } from './content';
import type { Stretch } from './extents';
import { statusFailure } from './http-errors';
import type { PartialFile } from './partial-file';
import type { TransferOptions } from './transfer-options';

/** Where there is no strong entity tag, so much of what comes before is fetched again and compared. */
export const OVERLAP_BYTES = 64 * 1024;

/** Bytes that come again, against those that are there. */
export class Comparison {
  #expected: Buffer;

  constructor(expected: Buffer) {
    this.#expected = expected;
  }

  /** Whether all of them came, and were the same. */
  get isOver(): boolean {
    return this.#expected.length === 0;
  }

  /** @returns what of `chunk` comes after them. @throws Changed */
  take(chunk: Buffer): Buffer {
    const length = Math.min(chunk.length, this.#expected.length);
    if (!chunk.subarray(0, length).equals(this.#expected.subarray(0, length))) throw new Changed();
    this.#expected = this.#expected.subarray(length);
    return chunk.subarray(length);
  }
}

/** What the file has from `start` to `end`, to be fetched again. @throws Changed where it is not there */
export async function comparisonWith(file: PartialFile, start: number, end: number): Promise<Comparison> {
  const expected = Buffer.alloc(end - start);
  if (end > start) {
    // What the part before brought last may still be in memory.
    await file.handOver();
    if (file.read(expected, start) !== expected.length) throw new Changed();
  }
  return new Comparison(expected);
}

/**
 * Where no strong validator ties the parts together, the beginning is fetched again too: what is made anew
 * (archives, images, databases) differs there, be its end the same.
 * @param first what the file has of it
 * @throws Changed
 */
export async function compareBeginning(
  { client, request, context, file }: Pick<TransferOptions, 'client' | 'request' | 'context' | 'file'>,
  content: Content,
  first: Stretch | undefined,
): Promise<void> {
  // Without it nothing says that the rest is of the same content.
  if (first?.start !== 0) throw new Changed();
  const end = Math.min(OVERLAP_BYTES, first.end);
  const comparison = await comparisonWith(file, 0, end);
  const answer = await client.send(
    { ...request, conditions: {}, range: `bytes=0-${end - 1}`, ifRange: null },
    {
      begin: (found) => {
        if (found.status === 200 || found.status === 416) throw new Changed();
        if (found.status !== 206) return false;
        if (rangeOf(found, content, 0).end !== end) throw new Changed();
        return true;
      },
      write: (chunk) => (comparison.take(chunk), null),
    },
    context,
  );
  if (answer.status !== 206) throw statusFailure(answer.status, request.url, answer.headers['retry-after']);
  if (!comparison.isOver) throw new Changed();
}
