/** A file against what a manifest says of it. */
import { DIGEST_BYTES } from '../common/model/digest-fields';
import type { CheckAlgorithm } from '../common/model/digests';
import { HeddleError } from '../common/model/errors';
import { ALGORITHM_NAMES, type Digests } from '../common/model/digests';
import type { ExpectedFile, TaskOrder, TaskOutcome } from '../common/model/tasks';
import { displayPath, type FsPath } from '../common/model/paths';
import { formatByteCount, formatCount } from '../common/model/units';
import { FileReader, type FileDigests } from './file-digests';
import { errorCode } from '../files/entries';
import { loadHasher, type HasherFactory } from '../files/hashers';
import type { RunTask, TaskContext } from './runtime';
import { NotAFile, OPEN_THROUGH_LINKS } from './source-file';

type Factories = (algorithms: readonly CheckAlgorithm[]) => Promise<readonly HasherFactory[]>;

/** Who listed the file may have read it through a link, so links are followed; FIFOs and devices are not opened. */
export function createVerify(): RunTask<TaskOrder, TaskOutcome> {
  const reader = new FileReader(OPEN_THROUGH_LINKS);
  const loaded = new Map<CheckAlgorithm, Promise<HasherFactory>>();
  const factories: Factories = (algorithms) =>
    Promise.all(
      algorithms.map((algorithm) => {
        const known = loaded.get(algorithm) ?? loadHasher(algorithm);
        loaded.set(algorithm, known);
        return known;
      }),
    );

  return async (order, context) => {
    const { source, expected } = order;
    if (expected === undefined) throw notAgain(source);
    const algorithms = Object.keys(expected.digests) as CheckAlgorithm[];
    const read = await readFile(reader, order, await factories(algorithms), context);
    if (expected.size !== null && expected.size !== read.bytes) {
      const sizes = `it has ${formatByteCount(read.bytes)}, not ${formatCount(expected.size)}`;
      throw changed(source, sizes, read.digests);
    }
    const wrong = algorithms.filter((algorithm) => read.digests[algorithm] !== expected.digests[algorithm]);
    if (wrong.length === 0) return ok(read, expected);
    const other = await asAnother(reader, order, expected, wrong, factories, context);
    if (other !== null) return ok(other, expected);
    throw changed(source, difference(wrong, read.digests, expected), read.digests);
  };
}

/** The manifest does not say of which algorithm a digest is, and the usual one does not fit. */
async function asAnother(
  reader: FileReader,
  order: TaskOrder,
  { digests, alternatives }: ExpectedFile,
  wrong: readonly CheckAlgorithm[],
  factories: Factories,
  context: TaskContext,
): Promise<FileDigests | null> {
  if (alternatives.length === 0) return null;
  const read = await readFile(reader, order, await factories(alternatives), context);
  const expected = new Set(wrong.map((algorithm) => digests[algorithm]));
  const found = Object.entries(read.digests).filter(([, digest]) => expected.has(digest));
  if (new Set(found.map(([, digest]) => digest)).size < expected.size) return null;
  return { ...read, digests: Object.fromEntries(found) };
}

async function readFile(
  reader: FileReader,
  { source }: TaskOrder,
  factories: readonly HasherFactory[],
  context: TaskContext,
): Promise<FileDigests> {
  try {
    return await reader.digests(source, factories, context);
  } catch (error) {
    if (error instanceof NotAFile) throw new HeddleError('unreadable', error.reason.message);
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ENAMETOOLONG') throw error;
    throw new HeddleError('missing', `${displayPath(source)} is not there.`);
  }
}

function ok({ bytes, digests }: FileDigests, { note }: ExpectedFile): TaskOutcome {
  const reason = note === undefined ? {} : { reason: note };
  return { state: 'done', bytes, target: null, digests, finding: 'ok', ...reason };
}

const EITHER = new Intl.ListFormat('en-GB', { type: 'disjunction' });

/** Where the manifest does not say of which algorithm a digest is, with all that it was compared as. */
function difference(
  wrong: readonly CheckAlgorithm[],
  found: Digests,
  { digests, alternatives }: ExpectedFile,
): string {
  return wrong
    .map((algorithm) => {
      const others = alternatives.filter((other) => DIGEST_BYTES[other] === DIGEST_BYTES[algorithm]);
      const text = `its ${algorithm} is ${found[algorithm] ?? ''}, not ${digests[algorithm] ?? ''}`;
      if (others.length === 0) return text;
      return `${text}, which is not its ${EITHER.format(others.map((other) => ALGORITHM_NAMES[other]))} either`;
    })
    .join('; ');
}

function changed(source: FsPath, difference: string, found: Digests): HeddleError {
  const message = `${displayPath(source)} is not as it was listed: ${difference}.`;
  return new HeddleError('changed', message, { found });
}

/** Lines that were not understood and files that are not listed are judged when the manifest is read. */
function notAgain(source: FsPath): HeddleError {
  return new HeddleError(
    'unreadable',
    `${displayPath(source)} was judged when the manifest was read. Begin a new verification.`,
  );
}
