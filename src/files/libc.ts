/**
 * What Linux can do with files and Node cannot ask for: holes, copying inside the kernel, extended attributes, times to
 * the nanosecond, dropping a file from memory. Called through koffi; where there is none (another system, no binary
 * for it) {@link libc} is `null`, and whoever asks does with what Node has.
 *
 * Paths are bytes that end in NUL. Failures are thrown as Node throws them, with `code` and `syscall`.
 */
import { constants, release } from 'node:os';
import type { FsPath } from '../common/model/paths';
import { loadKoffi, terminated, type Call, type Koffi } from './koffi';

type AttributeCalls = Readonly<Record<'list' | 'get' | 'set' | 'remove', Call>>;

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_SYMLINK_FOLLOW = 0x400;
const AT_EMPTY_PATH = 0x1000;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;
const POSIX_FADV_DONTNEED = 4;
const STATX_MNT_ID = 0x1000;
const STATX_MNT_ID_UNIQUE = 0x4000;
/** Of `stx_mnt_id` in `struct statx`, which is the same everywhere. */
const STATX_MNT_ID_AT = 0x90;
/** Has no function in the C library; the number is one on all that are named below. */
const SYS_CACHESTAT = 451;
/** sync_file_range(2): what is on its way already, what is still to go, and wait for it. */
const WRITE_AND_WAIT = 1 | 2 | 4;
/** Where `struct statfs` has 64 bits for each field, and the lower ones come first. */
const STATFS_64: ReadonlySet<string> = new Set(['x64', 'arm64', 'riscv64', 'loong64']);
const SECOND_NS = 1_000_000_000n;
/** A path without a byte. */
const EMPTY = Buffer.alloc(1);
/** The most that an attribute's value, or the list of their names, may take (VFS). */
const XATTR_BYTES = 65_536;

const names = new Map<number, string>(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

/** What attributes are read from and written to: an open file, or a path that is not followed. */
export type AttributeHolder = number | FsPath;

export class Libc {
  readonly #koffi: Koffi;
  readonly #lseek: Call;
  readonly #copyFileRange: Call;
  readonly #futimens: Call;
  readonly #utimensat: Call;
  readonly #posixFadvise: Call;
  readonly #linkat: Call;
  readonly #statfs: Readonly<Record<'fd' | 'path', Call>>;
  readonly #statx: Call | null;
  readonly #cachestat: Call;
  readonly #syncFileRange: Call | null;
  readonly #syncfs: Call;
  readonly #xattrs: Readonly<Record<'fd' | 'path', AttributeCalls>>;
  readonly #times = new BigInt64Array(4);
  readonly #from = new BigInt64Array(1);
  readonly #to = new BigInt64Array(1);
  readonly #bytes = Buffer.alloc(XATTR_BYTES);
  readonly #path = Buffer.alloc(4096);
  /** Large enough for what statfs and statx tell. */
  readonly #stat = Buffer.alloc(256);
  /** Open files can be named as themselves, without a look into /proc. */
  #namesByDescriptor = true;

  constructor(koffi: Koffi) {
    const library = koffi.load(null);
    this.#koffi = koffi;
    this.#lseek = library.func('int64_t lseek(int fd, int64_t offset, int whence)');
    this.#copyFileRange = library.func(
      'int64_t copy_file_range(int from, void *fromOffset, int to, void *toOffset, size_t length, unsigned int flags)',
    );
    this.#futimens = library.func('int futimens(int fd, const void *times)');
    this.#utimensat = library.func(
      'int utimensat(int folder, const void *path, const void *times, int flags)',
    );
    this.#posixFadvise = library.func(
      'int posix_fadvise(int fd, int64_t offset, int64_t length, int advice)',
    );
    this.#linkat = library.func(
      'int linkat(int fromFolder, const void *from, int toFolder, const void *to, int flags)',
    );
    // In the C library, but not in every one's.
    const optional = (definition: string): Call | null => {
      try {
        return library.func(definition);
      } catch {
        return null;
      }
    };
    this.#statfs = {
      fd: library.func('int fstatfs(int fd, void *buffer)'),
      path: library.func('int statfs(const void *path, void *buffer)'),
    };
    this.#statx = optional(
      'int statx(int folder, const void *path, int flags, unsigned int mask, void *buffer)',
    );
    this.#cachestat = library.func(
      'long syscall(long number, int fd, const void *range, void *answer, unsigned int flags)',
    );
    this.#syncFileRange = optional(
      'int sync_file_range(int fd, int64_t offset, int64_t length, unsigned int flags)',
    );
    this.#syncfs = library.func('int syncfs(int fd)');
    this.#xattrs = {
      fd: {
        list: library.func('int64_t flistxattr(int fd, void *names, size_t size)'),
        get: library.func('int64_t fgetxattr(int fd, const void *name, void *value, size_t size)'),
        set: library.func(
          'int fsetxattr(int fd, const void *name, const void *value, size_t size, int flags)',
        ),
        remove: library.func('int fremovexattr(int fd, const void *name)'),
      },
      path: {
        list: library.func('int64_t llistxattr(const void *path, void *names, size_t size)'),
        get: library.func('int64_t lgetxattr(const void *path, const void *name, void *value, size_t size)'),
        set: library.func(
          'int lsetxattr(const void *path, const void *name, const void *value, size_t size, int flags)',
        ),
        remove: library.func('int lremovexattr(const void *path, const void *name)'),
      },
    };
  }

  /** Where data begins, at or behind `from`; `null`: there is nothing but a hole up to the end. */
  dataFrom(fd: number, from: number): number | null {
    return this.#seek(fd, from, SEEK_DATA);
  }

  /** Where the next hole begins, at or behind `from`; every file has one at its end. */
  holeFrom(fd: number, from: number): number | null {
    return this.#seek(fd, from, SEEK_HOLE);
  }

  #seek(fd: number, from: number, whence: number): number | null {
    const at = Number(this.#lseek(fd, BigInt(from), whence));
    if (at >= 0) return at;
    const error = this.#error('lseek');
    if (error.code === 'ENXIO') return null;
    throw error;
  }

  /** Positions are the same in both files. @returns bytes copied; 0 at the source's end */
  copyRange(from: number, to: number, position: number, length: number): number {
    this.#from[0] = BigInt(position);
    this.#to[0] = BigInt(position);
    const copied = Number(this.#copyFileRange(from, this.#from, to, this.#to, length, 0));
    if (copied < 0) throw this.#error('copy_file_range');
    return copied;
  }

  /** Nanoseconds since the epoch. */
  setTimes(holder: AttributeHolder, atimeNs: bigint, mtimeNs: bigint): void {
    writeTimespec(this.#times, 0, atimeNs);
    writeTimespec(this.#times, 2, mtimeNs);
    const result =
      typeof holder === 'number'
        ? this.#futimens(holder, this.#times)
        : this.#utimensat(AT_FDCWD, terminated(holder), this.#times, AT_SYMLINK_NOFOLLOW);
    if (result !== 0) throw this.#error('utimensat');
  }

  /**
   * @param file an open file, or a path that is followed
   * @returns the magic number of its file system and `f_fsid`, in hexadecimal (statfs(2)); `null` where the layout of
   * the answer is not known
   */
  fileSystem(file: number | FsPath): { readonly type: number; readonly id: string } | null {
    if (!STATFS_64.has(process.arch)) return null;
    const buffer = this.#stat;
    const result =
      typeof file === 'number' ? this.#statfs.fd(file, buffer) : this.#statfs.path(terminated(file), buffer);
    if (result !== 0) throw this.#error('statfs');
    return { type: buffer.readUInt32LE(0), id: buffer.toString('hex', 56, 64) };
  }

  /**
   * The number of the mount that it lies on (statx(2)).
   * @param file an open file, or a path that is followed
   * @returns `isUnique`: no other mount gets it while the system runs (from Linux 6.8 on); `null`: not told
   */
  mount(file: number | FsPath): { readonly id: bigint; readonly isUnique: boolean } | null {
    if (this.#statx === null) return null;
    const buffer = this.#stat;
    const mask = STATX_MNT_ID | STATX_MNT_ID_UNIQUE;
    const result =
      typeof file === 'number'
        ? this.#statx(file, EMPTY, AT_EMPTY_PATH, mask, buffer)
        : this.#statx(AT_FDCWD, terminated(file), 0, mask, buffer);
    if (result !== 0) throw this.#error('statx');
    const words = new Uint32Array(buffer.buffer, buffer.byteOffset, 1);
    const told = words[0] ?? 0;
    if ((told & mask) === 0) return null;
    const id = new BigUint64Array(buffer.buffer, buffer.byteOffset + STATX_MNT_ID_AT, 1)[0] ?? 0n;
    return { id, isUnique: (told & STATX_MNT_ID_UNIQUE) !== 0 };
  }

  /**
   * Whether nothing of an open file is changed in memory alone: the next write through a memory map is a fault then,
   * which changes the file's times. Where the system does not tell (cachestat(2), from Linux 6.5 on, of the user's own
   * files), it is made so: what is changed is written to the device.
   */
  isWrittenBack(fd: number): boolean {
    // cachestat(2): from 0 on, to the end; the second of the answer's numbers is that of changed pages.
    if (Number(this.#cachestat(SYS_CACHESTAT, fd, this.#times.fill(0n), this.#stat, 0)) === 0)
      return this.#stat.readBigUInt64LE(8) === 0n;
    return this.#syncFileRange !== null && Number(this.#syncFileRange(fd, 0, 0, WRITE_AND_WAIT)) === 0;
  }

  /** Whether {@link syncFileSystem} tells that writing failed: from Linux 5.8 on. */
  readonly canSyncFileSystem = isAtLeast(release(), 5, 8);

  /**
   * Has everything that was changed on an open file's file system on its device (syncfs(2)).
   * @throws also where writing any file of it has failed since this one was opened, or this was called for it
   */
  syncFileSystem(fd: number): void {
    if (this.#syncfs(fd) !== 0) throw this.#error('syncfs');
  }

  /** Takes a file's pages out of memory, once they are on the device. */
  dropFromMemory(fd: number): void {
    this.#posixFadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  }

  /** Gives a file that was opened without a name (`O_TMPFILE`) its first one. Never over what exists. */
  nameOpenFile(fd: number, path: FsPath): void {
    const name = this.#terminated(path);
    if (this.#namesByDescriptor) {
      if (this.#linkat(fd, EMPTY, AT_FDCWD, name, AT_EMPTY_PATH) === 0) return;
      const error = this.#error('linkat');
      // It takes CAP_DAC_READ_SEARCH (before Linux 6.10), without which it says that there is nothing (open(2)); a
      // sandbox may say something else.
      if (error.code === 'EEXIST') throw error;
    }
    const own = terminated(`/proc/self/fd/${fd}`);
    if (this.#linkat(AT_FDCWD, own, AT_FDCWD, name, AT_SYMLINK_FOLLOW) !== 0) throw this.#error('linkat');
    this.#namesByDescriptor = false;
  }

  /** The path as C takes it, valid until the next. */
  #terminated(path: FsPath): Buffer {
    if (typeof path !== 'string' || path.length * 3 >= this.#path.length) return terminated(path);
    this.#path[this.#path.write(path)] = 0;
    return this.#path;
  }

  /** Names of a file's extended attributes; POSIX ACLs are among them. None where the file system knows none. */
  attributes(holder: AttributeHolder): string[] {
    const calls = this.#calls(holder);
    const size = Number(calls.list(place(holder), this.#bytes, this.#bytes.length));
    if (size < 0) {
      if (this.#koffi.errno() === constants.errno.EOPNOTSUPP) return [];
      throw this.#error('listxattr');
    }
    return size === 0 ? [] : this.#bytes.toString('latin1', 0, size - 1).split('\0');
  }

  attribute(holder: AttributeHolder, name: string): Buffer {
    const bytes = Buffer.from(`${name}\0`, 'latin1');
    const size = Number(this.#calls(holder).get(place(holder), bytes, this.#bytes, this.#bytes.length));
    if (size < 0) throw this.#error('getxattr');
    return Buffer.from(this.#bytes.subarray(0, size));
  }

  setAttribute(holder: AttributeHolder, name: string, value: Buffer): void {
    const bytes = Buffer.from(`${name}\0`, 'latin1');
    if (this.#calls(holder).set(place(holder), bytes, value, value.length, 0) !== 0)
      throw this.#error('setxattr');
  }

  /** What is not there need not be removed. */
  removeAttribute(holder: AttributeHolder, name: string): void {
    const bytes = Buffer.from(`${name}\0`, 'latin1');
    if (this.#calls(holder).remove(place(holder), bytes) === 0) return;
    if (this.#koffi.errno() !== constants.errno.ENODATA) throw this.#error('removexattr');
  }

  #calls(holder: AttributeHolder): AttributeCalls {
    return typeof holder === 'number' ? this.#xattrs.fd : this.#xattrs.path;
  }

  #error(syscall: string): NodeJS.ErrnoException {
    const errno = this.#koffi.errno();
    const code = names.get(errno) ?? `errno-${errno}`;
    return Object.assign(new Error(`${code}: ${syscall}`), { code, syscall, errno });
  }
}

/** A `struct timespec` of two 64-bit numbers. @param at its place in `times` */
export function writeTimespec(times: BigInt64Array, at: number, time: bigint): void {
  // Before 1970 the seconds are rounded down: nanoseconds count forwards.
  const rest = time % SECOND_NS;
  const nanoseconds = rest < 0n ? rest + SECOND_NS : rest;
  times[at] = (time - nanoseconds) / SECOND_NS;
  times[at + 1] = nanoseconds;
}

/** @param release of the kernel, as uname(2) says it */
function isAtLeast(release: string, major: number, minor: number): boolean {
  const [first = 0, second = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return first > major || (first === major && second >= minor);
}

function place(holder: AttributeHolder): number | Buffer {
  return typeof holder === 'number' ? holder : terminated(holder);
}

let loaded: Libc | null | undefined;

/** Loading takes some 10 ms for each thread, once. */
export function libc(): Libc | null {
  loaded ??= load();
  return loaded;
}

function load(): Libc | null {
  if (process.platform !== 'linux') return null;
  try {
    return new Libc(loadKoffi());
  } catch {
    return null;
  }
}
