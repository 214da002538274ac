// Hashing and copying, with a look at each source before and after.
import { createHash, hash } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const CHUNK_BYTES = 1024 * 1024;
const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);

/** @throws {Error} where a file changed while it was read */
function ensureSame(path, before, after) {
  if (before.mtimeNs !== after.mtimeNs || before.size !== after.size) throw new Error(`${path} changed`);
}

async function digester(algorithm) {
  if (algorithm !== 'blake3')
    return { whole: (bytes) => hash(algorithm, bytes), stream: () => createHash(algorithm) };
  const { Blake3Hasher, blake3 } = await import('@napi-rs/blake-hash');
  return { whole: (bytes) => blake3(bytes).toString('hex'), stream: () => new Blake3Hasher() };
}

/** Calls `each` with all that a file has, from one buffer that is reused. */
function readAll(fd, first, each) {
  let read = first;
  for (let at = 0; read > 0; at += read, read = fs.readSync(fd, chunk, 0, CHUNK_BYTES, at)) {
    each(chunk.subarray(0, read));
    if (read < CHUNK_BYTES) break;
  }
}

function digestOf(fd, { whole, stream }) {
  const first = fs.readSync(fd, chunk, 0, CHUNK_BYTES, 0);
  if (first < CHUNK_BYTES) return whole(chunk.subarray(0, first));
  const hasher = stream();
  readAll(fd, first, (bytes) => hasher.update(bytes));
  return hasher.digest('hex');
}

/** Begins and ends the columns of times around each task. */
function each(sources, times, run) {
  for (const [index, source] of sources.entries()) {
    times[2 * index] = performance.now();
    run(source, index);
    times[2 * index + 1] = performance.now();
  }
}

export async function hasher(algorithm) {
  const digests = await digester(algorithm);
  return (sources, { times }, answered) => {
    const column = [];
    each(sources, times, (source) => {
      const fd = fs.openSync(source, 'r');
      const before = fs.fstatSync(fd, { bigint: true });
      column.push(digestOf(fd, digests));
      ensureSame(source, before, fs.fstatSync(fd, { bigint: true }));
      fs.closeSync(fd);
    });
    answered({ digests: column });
  };
}

/** syncfs(2): all that was written to the file system of an open file. */
function loadSyncfs() {
  const koffi = createRequire(import.meta.url)('koffi');
  const syncfs = koffi.load('libc.so.6').func('int syncfs(int fd)');
  return (fd) => {
    if (syncfs(fd) !== 0) throw new Error(`syncfs failed: ${koffi.errno()}`);
  };
}

/**
 * Small files are read and written whole, large ones are copied by the kernel; or piece by piece, where they are hashed
 * on the way (`verifies`: and read back and hashed again before they get their names). `flushes`: one `syncfs` for each
 * packet before its files get theirs.
 */
export async function copier(from, to, { flushes = false, verifies = false }) {
  const folders = new Set();
  const digests = verifies ? await digester('sha256') : null;
  const syncfs = flushes ? loadSyncfs() : null;
  let hiddenNames = 0;
  const hiddenName = (folder) =>
    `${folder}/.floor-${process.pid}-${Math.random().toString(36).slice(2)}-${hiddenNames++}`;

  const transfer = (source, fd, out, hidden) => {
    const first = fs.readSync(fd, chunk, 0, CHUNK_BYTES, 0);
    if (first < CHUNK_BYTES) {
      fs.writeSync(out, chunk, 0, first);
      return digests?.whole(chunk.subarray(0, first)) ?? null;
    }
    if (digests === null) {
      fs.copyFileSync(source, hidden);
      return null;
    }
    const hasher = digests.stream();
    readAll(fd, first, (bytes) => {
      hasher.update(bytes);
      fs.writeSync(out, bytes);
    });
    return hasher.digest('hex');
  };

  const copyOne = (source, target) => {
    const folder = dirname(target);
    if (!folders.has(folder)) fs.mkdirSync(folder, { recursive: true });
    folders.add(folder);
    const hidden = hiddenName(folder);
    const fd = fs.openSync(source, 'r');
    const before = fs.fstatSync(fd, { bigint: true });
    const out = fs.openSync(hidden, 'wx+', 0o600);
    const digest = transfer(source, fd, out, hidden);
    fs.fchmodSync(out, Number(before.mode & 0o7777n));
    fs.futimesSync(out, Number(before.atimeNs) / 1e9, Number(before.mtimeNs) / 1e9);
    ensureSame(source, before, fs.fstatSync(fd, { bigint: true }));
    fs.closeSync(fd);
    if (digests !== null && digestOf(out, digests) !== digest) throw new Error(`${target} differs`);
    fs.closeSync(out);
    return { hidden, digest };
  };
  const nameIt = (hidden, target) => {
    fs.linkSync(hidden, target);
    fs.unlinkSync(hidden);
  };

  return (sources, { times }, answered) => {
    const column = [];
    const unnamed = [];
    each(sources, times, (source) => {
      const target = to + source.slice(from.length);
      const { hidden, digest } = copyOne(source, target);
      if (digest !== null) column.push(digest);
      if (syncfs === null) nameIt(hidden, target);
      else unnamed.push({ hidden, target });
    });
    if (syncfs !== null) {
      const fd = fs.openSync(unnamed[0].hidden, 'r');
      syncfs(fd);
      fs.closeSync(fd);
      for (const { hidden, target } of unnamed) nameIt(hidden, target);
    }
    answered(column.length > 0 ? { digests: column } : {});
  };
}
