/** Writes a hash job's manifest, streaming from the database: a million lines are never whole in memory. */
import { randomBytes } from 'node:crypto';
import { link, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HeddleError, fromErrorData, toErrorData } from '../../common/errors';
import type { Algorithm } from '../../common/model';
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

/**
 * Writes beside the target, flushes, then takes the name.
 * @param replace whether a file of this name may be replaced: only when the user was asked
 */
export async function writeManifest(
  lines: AsyncIterable<string | Uint8Array>,
  path: string,
  replace: boolean,
): Promise<void> {
  const temporary = join(dirname(path), `.heddle-manifest-${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(temporary, 'wx', 0o666);
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
    if (replace) {
      await rename(temporary, path);
    } else {
      await link(temporary, path);
      await unlink(temporary);
    }
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    if (error instanceof HeddleError) throw error;
    throw fromErrorData(toErrorData(error, path));
  }
}
