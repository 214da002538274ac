/**
 * What files have beside their bytes, by name: extended attributes on Linux (POSIX ACLs are among them) and macOS (Finder
 * tags, resource forks), streams on NTFS (`Zone.Identifier`).
 */
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { pathFromBytes, pathToBytes, type FsPath } from '../common/model/paths';
import { errorCode, native } from './entries';
import { loadKoffi, terminated, type Koffi } from './koffi';
import { libc, type AttributeHolder } from './libc';
import { windowsCalls, type WindowsCalls } from './windows-calls';

/** Failures are thrown as Node throws them, with a `code`. On Windows files are named by their paths alone. */
export interface AttributeCalls {
  /** None where the file system knows none. */
  attributes(holder: AttributeHolder): string[];
  attribute(holder: AttributeHolder, name: string): Buffer;
  setAttribute(holder: AttributeHolder, name: string, value: Buffer): void;
  /** What is not there need not be removed. */
  removeAttribute(holder: AttributeHolder, name: string): void;
  /** Where the list of who may do what is no attribute (macOS). @throws where it cannot be kept */
  copyAcl?(source: AttributeHolder, target: AttributeHolder): void;
}

let loaded: AttributeCalls | null | undefined;

/** `null` where koffi has no binary. */
export function attributeCalls(): AttributeCalls | null {
  loaded ??= load();
  return loaded;
}

function load(): AttributeCalls | null {
  switch (process.platform) {
    case 'darwin':
      try {
        return macAttributes(loadKoffi());
      } catch {
        return null;
      }
    case 'win32': {
      const calls = windowsCalls();
      return calls === null ? null : streamsAsAttributes(calls);
    }
    default:
      return libc();
  }
}

/** More than this in one stream is a file of its own, which is not read into memory. */
const MOST_STREAM_BYTES = 64 * 1024 * 1024;

/** Replaceable for tests. */
export function streamsAsAttributes(calls: Pick<WindowsCalls, 'streams'>): AttributeCalls {
  const pathOf = (holder: AttributeHolder): FsPath => {
    if (typeof holder === 'number') throw new Error('Streams are named by the path of their file.');
    return holder;
  };
  const stream = (holder: AttributeHolder, name: string): string | Buffer => {
    const path = pathOf(holder);
    if (typeof path === 'string') return `${path}:${name}`;
    return native(pathFromBytes(Buffer.concat([pathToBytes(path), Buffer.from(`:${name}`)])));
  };
  return {
    attributes: (holder) => calls.streams(pathOf(holder)),
    attribute: (holder, name) => {
      const value = readFileSync(stream(holder, name));
      if (value.length > MOST_STREAM_BYTES) throw Object.assign(new Error('E2BIG'), { code: 'E2BIG' });
      return value;
    },
    setAttribute: (holder, name, value) => {
      writeFileSync(stream(holder, name), value);
    },
    removeAttribute: (holder, name) => {
      try {
        unlinkSync(stream(holder, name));
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error;
      }
    },
  };
}

/** getxattr(2) of macOS: a link itself, not what it leads to. */
const XATTR_NOFOLLOW = 1;
/** errno of macOS. */
const ENOATTR = 93;
const ENOTSUP = 45;
/** copyfile(3): the access control list alone, of links themselves. */
const COPYFILE_ACL = 1;
const COPYFILE_NOFOLLOW = (1 << 18) | (1 << 19);

/** As macOS has them, where Linux' calls have two arguments less. Replaceable for tests. */
export function macAttributes(koffi: Koffi): AttributeCalls {
  const library = koffi.load(null);
  const calls = {
    fd: {
      list: library.func('int64_t flistxattr(int fd, void *names, size_t size, int options)'),
      get: library.func(
        'int64_t fgetxattr(int fd, const void *name, void *value, size_t size, uint32_t position, int options)',
      ),
      set: library.func(
        'int fsetxattr(int fd, const void *name, const void *value, size_t size, uint32_t position, int options)',
      ),
      remove: library.func('int fremovexattr(int fd, const void *name, int options)'),
      copy: library.func('int fcopyfile(int from, int to, void *state, uint32_t flags)'),
    },
    path: {
      list: library.func('int64_t listxattr(const void *path, void *names, size_t size, int options)'),
      get: library.func(
        'int64_t getxattr(const void *path, const void *name, void *value, size_t size, uint32_t position, int options)',
      ),
      set: library.func(
        'int setxattr(const void *path, const void *name, const void *value, size_t size, uint32_t position, int options)',
      ),
      remove: library.func('int removexattr(const void *path, const void *name, int options)'),
      copy: library.func('int copyfile(const void *from, const void *to, void *state, uint32_t flags)'),
    },
  };
  const failure = (syscall: string): Error => {
    const errno = koffi.errno();
    const [code = `errno-${errno}`] =
      Object.entries(constants.errno).find(([, number]) => number === errno) ?? [];
    return Object.assign(new Error(`${code}: ${syscall}`), { code, syscall, errno });
  };
  const of = (
    holder: AttributeHolder,
  ): { readonly call: typeof calls.fd; readonly at: number | Buffer; readonly options: number } =>
    typeof holder === 'number'
      ? { call: calls.fd, at: holder, options: 0 }
      : { call: calls.path, at: terminated(holder), options: XATTR_NOFOLLOW };
  const nameOf = (name: string): Buffer => Buffer.from(`${name}\0`);
  /** What a call that tells a size first fills. */
  const filled = (syscall: string, ask: (value: Buffer | null, size: number) => number): Buffer => {
    const size = ask(null, 0);
    if (size < 0) throw failure(syscall);
    if (size === 0) return Buffer.alloc(0);
    const value = Buffer.alloc(size);
    const read = ask(value, size);
    if (read < 0) throw failure(syscall);
    return value.subarray(0, read);
  };
  return {
    attributes: (holder) => {
      const { call, at, options } = of(holder);
      try {
        const names = filled('listxattr', (value, size) => Number(call.list(at, value, size, options)));
        return names
          .toString()
          .split('\0')
          .filter((name) => name !== '' && !isOfMac(name));
      } catch (error) {
        if (koffi.errno() === ENOTSUP) return [];
        throw error;
      }
    },
    attribute: (holder, name) => {
      const { call, at, options } = of(holder);
      return filled('getxattr', (value, size) => Number(call.get(at, nameOf(name), value, size, 0, options)));
    },
    setAttribute: (holder, name, value) => {
      const { call, at, options } = of(holder);
      if (call.set(at, nameOf(name), value, value.length, 0, options) !== 0) throw failure('setxattr');
    },
    removeAttribute: (holder, name) => {
      const { call, at, options } = of(holder);
      if (call.remove(at, nameOf(name), options) !== 0 && koffi.errno() !== ENOATTR)
        throw failure('removexattr');
    },
    copyAcl: (source, target) => {
      const flags = typeof source === 'number' ? COPYFILE_ACL : COPYFILE_ACL | COPYFILE_NOFOLLOW;
      if (of(source).call.copy(of(source).at, of(target).at, null, flags) !== 0) throw failure('copyfile');
    },
  };
}

/** The system gives these by itself, and no one else can. */
function isOfMac(name: string): boolean {
  return (
    name === 'com.apple.provenance' ||
    name === 'com.apple.rootless' ||
    name.startsWith('com.apple.lastuseddate')
  );
}
