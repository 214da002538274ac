/** Calls of the system that Node has not. koffi is native: it is loaded where it lies, when it is wanted. */
import { createRequire } from 'node:module';
import type { FsPath } from '../common/model/paths';

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

/** A path as C takes it: bytes that end in NUL. */
export function terminated(path: FsPath): Buffer {
  return typeof path === 'string' ? Buffer.from(`${path}\0`) : Buffer.concat([path, NUL]);
}

const NUL = Buffer.alloc(1);
