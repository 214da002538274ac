/** Writes a hash job's manifest, streaming from the database: a million lines are never whole in memory. */
import { randomBytes } from 'node:crypto';
import { link, lstat, open, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HeddleError, fromErrorData, toErrorData } from '../../common/errors';
import type { Algorithm } from '../../common/model';
import { makeFolders } from '../make-folders';
import { gnuManifestLine, manifestName } from '../formats/manifest-gnu';
import type { TaskRepository } from '../store/task-repository';

const PAGE = 500;

/** @param base names below this folder are relative to it, others absolute */
export async function* manifestLines(
  tasks: TaskRepository,
  jobId: number,
  algorithm: Algorithm,
  base: string,
): AsyncGenerator<string | Uint8Array, void, undefined> {
  for (let after = -1; ;) {
    const page = tasks.digests(jobId, after, PAGE);
    for (const { source, digests } of page) {
      const digest = digests[algorithm];
      if (digest !== undefined) yield gnuManifestLine(digest, manifestName(base, source));
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.ordinal;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Writes beside the target, flushes, then takes the name; a file of this name is replaced: the user was asked. */
export async function writeManifest(lines: AsyncIterable<string | Uint8Array>, path: string): Promise<void> {
  const temporary = join(dirname(path), `.heddle-manifest-${randomBytes(6).toString('hex')}`);
  try {
    await writeLines(lines, temporary);
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw readable(error, path);
  }
}

export interface OwnManifest {
  /** Holds the temporary file; whoever ends the job removes it. */
  readonly workDirectory: string;
  /** Of the manifest that this job wrote before, if it did. */
  readonly identity: string | null;
  /** Stores the identity, before the file has its name. */
  readonly remember: (identity: string) => void;
}

/** A job's own manifest never replaces a file, except the one that this same job wrote and nobody changed since. */
export async function writeOwnManifest(
  lines: AsyncIterable<string | Uint8Array>,
  path: string,
  own: OwnManifest,
): Promise<void> {
  try {
    makeFolders(own.workDirectory, 0o700);
    const temporary = join(own.workDirectory, 'manifest');
    // What an earlier run left under this name may be linked to its target: it must not be written into.
    await rm(temporary, { force: true });
    await writeLines(lines, temporary);
    const isOurs = own.identity !== null && (await identityOf(path)) === own.identity;
    const identity = await identityOf(temporary);
    if (identity !== null) own.remember(identity);
    if (isOurs) await rename(temporary, path);
    else await takeName(temporary, path);
  } catch (error) {
    throw readable(error, path);
  }
}

/** Device, inode, size and time of change: a file that somebody wrote into is no longer the same. */
async function identityOf(path: string): Promise<string | null> {
  const stats = await lstat(path, { bigint: true }).catch(() => null);
  return stats === null ? null : [stats.dev, stats.ino, stats.size, stats.mtimeNs].join(':');
}

/** @throws where the name is taken */
async function takeName(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(code)) throw error;
    // No hard links here.
    if ((await identityOf(path)) !== null) {
      throw new HeddleError('target-exists', `${path} exists already and was left as it is.`, {
        cause: error,
      });
    }
    await rename(temporary, path);
  }
}

async function writeLines(lines: AsyncIterable<string | Uint8Array>, path: string): Promise<void> {
  const file = await open(path, 'wx', 0o666);
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

function readable(error: unknown, path: string): HeddleError {
  return error instanceof HeddleError ? error : fromErrorData(toErrorData(error, path));
}
