/** Calls of the system that Node has not. koffi is native: it is loaded where it lies, when it is wanted. */
import { createRequire } from 'node:module';
import { fsyncSync } from 'node:fs';
import type { FsPath } from '../common/model/paths';
import { errorCode } from './entries';

/** What a C function gives back: 64-bit integers may be a `bigint`. */
export type Call = (...args: unknown[]) => number | bigint;

export interface Koffi {
  /** @param path of a library; `null`: what this process has loaded already */
  load(path: string | null): { func(definition: string): Call };
  /** Of the last call. */
  errno(): number;
  readonly os: { readonly errno: Readonly<Record<string, number>> };
}

/** @throws where there is no binary of it for this system */
export function loadKoffi(): Koffi {
  return createRequire(import.meta.url)('koffi') as Koffi;
}

/** What fsync says of what has no disk behind it: a terminal, a pipe (fsync(2)). */
const NO_DISK: ReadonlySet<string | undefined> = new Set(['EINVAL', 'ENOTSUP', 'EROFS', 'EBADF']);

/**
 * koffi has standard error flushed to its disk when the process ends, and where the disk refuses, it waits for ever for a
 * lock that it holds itself. Then the process ends without what libraries have still to do. Call it once, on the main
 * thread.
 */
export function endWhereErrorsCannotBeFlushed(koffi: Koffi): void {
  if (process.platform === 'win32') return;
  const end = koffi.load(null).func('void _exit(int status)');
  process.once('exit', (status) => {
    try {
      fsyncSync(process.stderr.fd);
    } catch (error) {
      if (!NO_DISK.has(errorCode(error))) end(status);
    }
  });
}

/** A path as C takes it: bytes that end in NUL. */
export function terminated(path: FsPath): Buffer {
  return typeof path === 'string' ? Buffer.from(`${path}\0`) : Buffer.concat([path, NUL]);
}

const NUL = Buffer.alloc(1);
