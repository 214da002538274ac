/** Writes the manifest of a job, streaming from the database: a million lines are never whole in memory. */
import { createHash, getHashes, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, lstatSync } from 'node:fs';
import { lstat, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HeddleError, fromErrorData, toErrorData } from '../../common/model/errors';
import type { CheckAlgorithm } from '../../common/model/digests';
import { displayName, displayPath, joinPath, type FsPath } from '../../common/model/paths';
import { realPath } from '../../files/absolute-path';
import { makeFolders, native, parentPath } from '../../files/entries';
import { patientlyAsync } from '../../files/patience';
import { placeAt } from '../../files/take-name';
import type { Digests, ManifestFormat } from '../../common/model/digests';
import { manifestName, manifestWriter, type Bytes } from '../formats/manifest';
import type { NewJob } from '../store/job-repository';
import type { TaskStore } from '../store/task-store';
import { WORK_DIRECTORY_PREFIX } from '../../common/threads/walk';
import type { JobSpec } from './job-spec';

const PAGE = 500;
/** Begins the names of files that are not whole yet; 12 hexadecimal digits follow. */
const HALF = '.heddle-manifest-';
const HALF_NAME = new RegExp(`^\\${HALF}[0-9a-f]{12}$`, 'u');
const DEAD_FOR_MS = 3_600_000;

export interface ManifestContent {
  readonly format: ManifestFormat;
  readonly algorithms: readonly CheckAlgorithm[];
  /** Names below this folder are relative to it, others absolute. */
  readonly base: FsPath;
  /** Lines end in NUL bytes and names are not escaped. */
  readonly zero?: boolean;
}

/** Some lines at a time. */
export async function* manifestLines(
  tasks: TaskStore,
  jobId: number,
  { format, algorithms, base, zero = false }: ManifestContent,
): AsyncGenerator<Bytes, void, undefined> {
  const writer = manifestWriter(format, algorithms, zero);
  yield writer.begin();
  for (let after = -1; ;) {
    const { files, last } = tasks.rows.digests(jobId, after, PAGE);
    const lines: Bytes[] = [];
    try {
      for (const { path, bytes, digests } of files) {
        const missing = algorithms.filter((algorithm) => digests[algorithm] === undefined);
        const all = missing.length === 0 ? digests : { ...digests, ...(await computed(path, missing)) };
        lines.push(writer.entry({ name: manifestName(base, path), digests: all, size: bytes }));
      }
    } catch (error) {
      // What comes before it is good.
      if (lines.length > 0) yield joined(lines);
      throw error;
    }
    if (lines.length > 0) yield joined(lines);
    if (last === null) break;
    after = last;
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield writer.end();
}

async function computed(path: FsPath, algorithms: readonly CheckAlgorithm[]): Promise<Digests> {
  const found = algorithms.map(async (algorithm) => [algorithm, await digestOf(path, algorithm)] as const);
  return Object.fromEntries(await Promise.all(found));
}

function joined(lines: readonly Bytes[]): Bytes {
  if (lines.every((line) => typeof line === 'string')) return lines.join('');
  return Buffer.concat(lines.map((line) => Buffer.from(line as string)));
}

/** What people expect of a manifest whose format they leave open. */
export function usualFormat(algorithms: readonly CheckAlgorithm[], path: FsPath | null): ManifestFormat {
  const extension = path === null ? '' : extname(displayName(path)).toLowerCase();
  if (extension === '.json') return 'json';
  if (extension === '.sfv' || algorithms.every((algorithm) => algorithm === 'crc32')) return 'sfv';
  return algorithms.length > 1 ? 'bsd' : 'gnu';
}

/** Of a download that had its name already when its process was killed: only then is it not stored. */
async function digestOf(path: FsPath, algorithm: CheckAlgorithm): Promise<string> {
  if (!getHashes().includes(algorithm)) {
    throw new HeddleError(
      'manifest-incomplete',
      `The ${algorithm} of ${displayPath(path)} was lost when the process was killed. Compute it with: heddle hash -a ${algorithm}`,
    );
  }
  const hash = createHash(algorithm);
  try {
    await pipeline(createReadStream(native(path)), hash);
  } catch (error) {
    throw fromErrorData(toErrorData(error, displayPath(path)));
  }
  return hash.digest('hex');
}

/** Writes beside the target, flushes, then takes the name; a file of this name is replaced: the user was asked. */
export async function writeManifest(lines: AsyncIterable<string | Uint8Array>, path: FsPath): Promise<void> {
  const folder = parentPath(path);
  await removeHalves(folder);
  const temporary = joinPath(folder, HALF + randomBytes(6).toString('hex'));
  try {
    await writeLines(lines, temporary);
    await patientlyAsync(() => rename(native(temporary), native(path)));
  } catch (error) {
    await unlink(native(temporary)).catch(() => undefined);
    throw readable(error, path);
  }
}

/** What processes left that died while they wrote; whoever lives has written more within the hour. */
async function removeHalves(folder: FsPath): Promise<void> {
  const names = await readdir(native(folder)).catch(() => []);
  for (const name of names) {
    if (!HALF_NAME.test(name)) continue;
    const half = native(joinPath(folder, name));
    const stats = await lstat(half).catch(() => null);
    if (stats !== null && Date.now() - stats.mtimeMs > DEAD_FOR_MS) await unlink(half).catch(() => undefined);
  }
}

/** As {@link writeManifest}, but through links, and into what is no file (a device, a pipe) as it is. */
export async function writeOver(lines: AsyncIterable<string | Uint8Array>, path: FsPath): Promise<void> {
  const there = await stat(native(path)).catch(() => null);
  if (there === null || there.isFile()) {
    await writeManifest(lines, there === null ? path : realPath(path));
    return;
  }
  try {
    await pipeline(lines, createWriteStream(native(path)));
  } catch (error) {
    throw readable(error, path);
  }
}

/** The path of the manifest that a job writes by itself. */
export function ownManifest(spec: JobSpec): FsPath | null {
  switch (spec.kind) {
    case 'download':
      return spec.manifest ?? null;
    case 'hash':
      return spec.manifest?.path ?? null;
    case 'copy':
      return spec.manifest?.path ?? null;
    case 'verify':
      return null;
  }
}

/** @throws where there is no folder for it, or the name is taken */
export function prepareOwnManifest(path: FsPath): void {
  try {
    makeFolders(parentPath(path));
    if (lstatSync(native(path), { throwIfNoEntry: false }) !== undefined) throw nameTaken(path);
  } catch (error) {
    throw readable(error, path);
  }
}

/** A download that writes a manifest when it is done. */
export function withOwnManifest(job: NewJob, path: FsPath): NewJob {
  if (job.spec.kind !== 'download') throw new HeddleError('bad-request', 'Only downloads take it like this.');
  const workDirectory = joinPath(parentPath(path), WORK_DIRECTORY_PREFIX + job.token);
  const digests = job.spec.options.digests.slice(0, 1);
  // Refuses what the format cannot carry, before anything is fetched.
  manifestWriter(usualFormat(digests, path), digests);
  return {
    ...job,
    spec: { ...job.spec, manifest: path },
    workDirectories: [...new Set([...job.workDirectories, workDirectory])],
  };
}

export interface OwnManifest {
  /** Holds the temporary file; whoever ends the job removes it. */
  readonly workDirectory: FsPath;
  /** Of the manifest that this job wrote before, if it did. */
  readonly identity: string | null;
  /** Stores the identity, before the file has its name. */
  readonly remember: (identity: string) => void;
}

/** A job's own manifest never replaces a file, except the one that this same job wrote and nobody changed since. */
export async function writeOwnManifest(
  lines: AsyncIterable<string | Uint8Array>,
  path: FsPath,
  own: OwnManifest,
): Promise<void> {
  try {
    makeFolders(own.workDirectory, 0o700);
    const temporary = joinPath(own.workDirectory, 'manifest');
    // What an earlier run left under this name may be linked to its target: it must not be written into.
    await rm(native(temporary), { force: true });
    await writeLines(lines, temporary);
    const isOurs = own.identity !== null && (await identityOf(path)) === own.identity;
    const identity = await identityOf(temporary);
    if (identity !== null) own.remember(identity);
    if (isOurs) await patientlyAsync(() => rename(native(temporary), native(path)));
    else if (placeAt(temporary, path, own.workDirectory) === null) throw nameTaken(path);
  } catch (error) {
    throw readable(error, path);
  }
}

/** Device, inode, size and time of change: a file that somebody wrote into is no longer the same. */
async function identityOf(path: FsPath): Promise<string | null> {
  const stats = await lstat(native(path), { bigint: true }).catch(() => null);
  return stats === null ? null : [stats.dev, stats.ino, stats.size, stats.mtimeNs].join(':');
}

export function nameTaken(path: FsPath, cause?: unknown): HeddleError {
  return new HeddleError('target-exists', `${displayPath(path)} exists already and was left as it is.`, {
    cause,
  });
}

async function writeLines(lines: AsyncIterable<string | Uint8Array>, path: FsPath): Promise<void> {
  const file = await open(native(path), 'wx', 0o666);
  try {
    let chunk: Buffer[] = [];
    let bytes = 0;
    for await (const line of lines) {
      const buffer = Buffer.from(line as string);
      chunk.push(buffer);
      bytes += buffer.length;
      if (bytes < 256 * 1024) continue;
      await file.appendFile(Buffer.concat(chunk));
      chunk = [];
      bytes = 0;
    }
    await file.appendFile(Buffer.concat(chunk));
    await file.sync();
  } finally {
    await file.close();
  }
}

function readable(error: unknown, path: FsPath): HeddleError {
  return error instanceof HeddleError ? error : fromErrorData(toErrorData(error, displayPath(path)));
}
