/** Whether a finished download is what its list and its server say it is. */
import { read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import type { CheckAlgorithm, CheckDigests } from '../common/model/digests';
import {
  contentDigests,
  hasDigestFields,
  mergeClaims,
  representationDigests,
} from '../common/model/digest-fields';
import type { DownloadEntry, Integrity, PartialNote } from '../common/model/download';
import { HeddleError } from '../common/model/errors';
import { loadHasher, type Hasher } from '../files/hashers';
import type { PartialFile } from './partial-file';
import type { TaskContext } from './runtime';
import type { Transferred } from './transfer-options';

interface Checked {
  readonly digests: CheckDigests;
  readonly integrity: Integrity;
}
/** What there is to say of a file of which nothing was said. */
const COMPLETE: Checked = { digests: {}, integrity: 'complete' };
const UNVERIFIED: Checked = { digests: {}, integrity: 'unverified' };

const readAsync = promisify(read);
const READ_BYTES = 1024 * 1024;
/** Read in one go, without waiting: that takes less time than waiting does. */
const SMALL_BYTES = 64 * 1024;
let smallBuffer: Buffer | null = null;

/**
 * The finished file against everything that was said of it. Read from the disk's side: what counts is what is there.
 * @param own digests that the user wants of it in any case
 * @throws HeddleError `digest-mismatch`, `size-mismatch`
 */
export function checkFile(
  file: PartialFile,
  got: Transferred,
  entry: DownloadEntry,
  own: readonly CheckAlgorithm[],
  context: TaskContext<PartialNote>,
): Checked | Promise<Checked> {
  const isSure = !got.untilClose && !got.compared;
  const isNothingSaid =
    own.length === 0 &&
    entry.size === null &&
    Object.keys(entry.digests).length === 0 &&
    !hasDigestFields(got.headers);
  if (isNothingSaid) return isSure ? COMPLETE : UNVERIFIED;
  return compare(file, got, entry, own, context);
}

async function compare(
  file: PartialFile,
  got: Transferred,
  entry: DownloadEntry,
  own: readonly CheckAlgorithm[],
  context: TaskContext<PartialNote>,
): Promise<Checked> {
  const listed = { digests: entry.digests, contradictions: [] };
  const claims = hasDigestFields(got.headers)
    ? mergeClaims(listed, representationDigests(got.headers), contentDigests(got.headers))
    : listed;
  const [disputed] = claims.contradictions;
  if (disputed !== undefined) {
    throw new HeddleError(
      'digest-mismatch',
      `Two different ${disputed} digests are given for the file, so one of them is wrong. It was discarded.`,
    );
  }
  if (entry.size !== null && entry.size !== got.bytes) {
    throw new HeddleError(
      'size-mismatch',
      `The file should have ${entry.size} bytes and has ${got.bytes}. It was discarded.`,
    );
  }
  const expected = Object.entries(claims.digests) as [CheckAlgorithm, string][];
  const wanted = [...new Set([...expected.map(([algorithm]) => algorithm), ...own])];
  const digests = wanted.length === 0 ? {} : await digestFile(file.fd, got.bytes, wanted, context);
  for (const [algorithm, digest] of expected) {
    const found = digests[algorithm];
    if (found === digest) continue;
    throw new HeddleError(
      'digest-mismatch',
      `The file's ${algorithm} is ${found ?? 'unknown'}, expected was ${digest}. It was discarded.`,
    );
  }
  const unsure = got.untilClose || got.compared;
  const integrity = expected.length > 0 ? 'verified' : unsure ? 'unverified' : 'complete';
  return { digests, integrity };
}

/** The bytes themselves are not to be trusted: nobody goes on with them. */
export function isWrongContent(error: unknown): boolean {
  return error instanceof HeddleError && /^(?:digest-mismatch|size-mismatch|too-large)$/u.test(error.code);
}

/** All of a small file; until the next one is read. */
function readSmall(fd: number, size: number): Buffer {
  smallBuffer ??= Buffer.allocUnsafeSlow(SMALL_BYTES);
  for (let at = 0; at < size;) {
    const read = readSync(fd, smallBuffer, at, size - at, at);
    if (read === 0) throw shortened();
    at += read;
  }
  return smallBuffer.subarray(0, size);
}

function shortened(): HeddleError {
  return new HeddleError('io-error', 'The file became shorter while it was checked.');
}

/** Reads the first `size` bytes. */
export async function digestFile(
  fd: number,
  size: number,
  algorithms: readonly CheckAlgorithm[],
  context: TaskContext<PartialNote>,
): Promise<CheckDigests> {
  const factories = await Promise.all(algorithms.map(loadHasher));
  if (size <= SMALL_BYTES) {
    const bytes = readSmall(fd, size);
    return Object.fromEntries(factories.map((factory) => [factory.algorithm, factory.whole(bytes)]));
  }
  const hashers = factories.map((factory): [CheckAlgorithm, Hasher] => [factory.algorithm, factory.create()]);
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (let at = 0; at < size;) {
    const { bytesRead } = await readAsync(fd, buffer, 0, Math.min(buffer.length, size - at), at);
    if (bytesRead === 0) throw shortened();
    const chunk = buffer.subarray(0, bytesRead);
    for (const [, hasher] of hashers) hasher.update(chunk);
    at += bytesRead;
    context.throwIfCancelled();
  }
  return Object.fromEntries(hashers.map(([algorithm, hasher]) => [algorithm, hasher.digest()]));
}
