/**
 * Orders of jobs that have ended, in files: four bytes for each task, and the number of those without a value behind
 * them. They are read where a list shows them, so that they take no memory, and the next start has them too. What is
 * lost of them is made anew.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { TaskColumn } from '../../common/model/columns';
import { makeFolders } from '../../files/entries';
import type { MadeOrder, Order } from './column-order';

const BYTES = 4;
/** Places that are read in one go. */
const READ = 4096;
const HALF = '.half';

function folderOf(dataDirectory: string, jobId: number): string {
  return join(dataDirectory, 'orders', String(jobId));
}

/** @param version another one for other rows */
export function orderFile(dataDirectory: string, jobId: number, column: TaskColumn, version: string): string {
  return join(folderOf(dataDirectory, jobId), `${column}-${version.replaceAll('/', '-')}`);
}

export async function removeOrders(dataDirectory: string, jobId: number): Promise<void> {
  await rm(folderOf(dataDirectory, jobId), { recursive: true, force: true });
}

/** @returns whether it could be stored: the disk may be full */
export function storeOrder(file: string, { places, blank }: MadeOrder): boolean {
  const half = file + HALF;
  try {
    makeFolders(dirname(file), 0o700);
    const [column = ''] = basename(file).split('-');
    // Of earlier rows of the job, or half.
    for (const name of readdirSync(dirname(file)))
      if (name.startsWith(`${column}-`)) rmSync(join(dirname(file), name), { force: true });
    const descriptor = openSync(half, 'wx', 0o600);
    try {
      writeAll(descriptor, places);
      writeAll(descriptor, Uint32Array.of(blank));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(half, file);
    return true;
  } catch {
    removeIfThere(half);
    return false;
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What is in the way of the folder, or of the file, is not ours.
  }
}

function writeAll(descriptor: number, numbers: Uint32Array): void {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
}

export function isStored(file: string, total: number): boolean {
  return statSync(file, { throwIfNoEntry: false })?.size === (total + 1) * BYTES;
}

export function storedOrder(file: string, total: number): Order {
  return new StoredOrder(file, total);
}

class StoredOrder implements Order {
  readonly length: number;
  readonly blank: number;
  readonly #file: string;
  #from = 0;
  #read = new Uint32Array(0);

  constructor(file: string, total: number) {
    this.#file = file;
    this.length = total;
    this.blank = this.#some(total, 1)[0] ?? 0;
  }

  at(place: number): number {
    if (place < this.#from || place >= this.#from + this.#read.length) {
      // Lists are read backwards as well.
      this.#from = Math.max(0, Math.min(place - READ / 2, this.length - READ));
      this.#read = this.#some(this.#from, Math.min(READ, this.length));
    }
    return this.#read[place - this.#from] ?? 0;
  }

  #some(from: number, count: number): Uint32Array<ArrayBuffer> {
    const some = new Uint32Array(count);
    const descriptor = openSync(this.#file, 'r');
    try {
      const bytes = readSync(descriptor, some, 0, some.byteLength, from * BYTES);
      if (bytes !== some.byteLength) throw new Error(`${this.#file} ends too early.`);
    } finally {
      closeSync(descriptor);
    }
    return some;
  }
}
