/** Takes files out of the system's page cache, so that the next reader waits for the device. */
import { closeSync, fdatasyncSync, lstatSync, openSync, readdirSync } from 'node:fs';
import type { PageCacheAnswer } from '../common/threads/page-cache';
import { libc, type Libc } from '../files/libc';
import { OPEN_TO_READ } from './source-file';

/** What cannot be opened is left: whoever reads it next says so. */
export function dropFromPageCache(paths: readonly string[]): PageCacheAnswer {
  const system = libc();
  if (system === null) return { files: 0, possible: false };
  let files = 0;
  const waiting: Buffer[] = paths.map((path) => Buffer.from(path));
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) waiting.push(...entriesOf(path));
    else if (stats?.isFile() === true && drop(system, path)) files += 1;
  }
  return { files, possible: true };
}

function entriesOf(folder: Buffer): Buffer[] {
  try {
    return readdirSync(folder, { encoding: 'buffer' }).map((name) => below(folder, name));
  } catch {
    return [];
  }
}

/** Names are bytes here. */
function below(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), name]);
}

function drop(system: Libc, path: Buffer): boolean {
  try {
    const fd = openSync(path, OPEN_TO_READ);
    try {
      // Pages that are not on the device yet stay.
      fdatasyncSync(fd);
      system.dropFromMemory(fd);
    } finally {
      closeSync(fd);
    }
    return true;
  } catch {
    return false;
  }
}
