import { READ_BYTES } from './source-file';

/** Kept by a worker over all its copies. */
export interface CopyMemory {
  readonly buffers: Buffer[];
  /** Source devices from which no block could be shared with the target. */
  readonly noReflink: Set<bigint>;
  readonly notInKernel: Set<bigint>;
}

/** Each lane has its own. */
export function bufferOf({ buffers }: CopyMemory, lane: number): Buffer {
  return (buffers[lane] ??= Buffer.allocUnsafeSlow(READ_BYTES));
}
