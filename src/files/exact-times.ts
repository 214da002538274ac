/** Times of files as exactly as the file system keeps them. Node takes them as a double, which loses some hundred nanoseconds. */
import { loadKoffi, terminated, type Koffi } from './koffi';
import { libc, writeTimespec, type AttributeHolder } from './libc';
import { wide } from './windows-calls';

/** Nanoseconds since the epoch; links are not followed. @returns whether they are set */
export type SetTimes = (holder: AttributeHolder, atimeNs: bigint, mtimeNs: bigint) => boolean;

/** utimensat(2) of macOS. */
const AT_FDCWD = -2;
const AT_SYMLINK_NOFOLLOW = 0x20;

/** Windows counts 100 nanoseconds from 1601 on. */
const TICK_NS = 100n;
const TICKS_TO_1970 = 116_444_736_000_000_000n;
const FILE_WRITE_ATTRIBUTES = 0x100;
const SHARE_ALL = 7;
const OPEN_EXISTING = 3;
/** FILE_FLAG_BACKUP_SEMANTICS, for folders, and FILE_FLAG_OPEN_REPARSE_POINT, for links themselves. */
const ANY_ENTRY = 0x0200_0000 | 0x0020_0000;
/** INVALID_HANDLE_VALUE */
const INVALID = -1n;

let loaded: SetTimes | undefined;

/** @throws system errors, on Linux */
export const setExactTimes: SetTimes = (holder, atimeNs, mtimeNs) => {
  loaded ??= load();
  return loaded(holder, atimeNs, mtimeNs);
};

function load(): SetTimes {
  const linux = libc();
  if (linux !== null) {
    return (holder, atimeNs, mtimeNs) => {
      linux.setTimes(holder, atimeNs, mtimeNs);
      return true;
    };
  }
  try {
    return setTimesOf(loadKoffi, process.platform);
  } catch {
    return () => false;
  }
}

/** Elsewhere than on Linux. Replaceable parts for tests. */
export function setTimesOf(library: () => Koffi, platform: NodeJS.Platform): SetTimes {
  switch (platform) {
    case 'darwin': {
      const system = library().load(null);
      const ofOpen = system.func('int futimens(int fd, const void *times)');
      const ofPath = system.func('int utimensat(int folder, const void *path, const void *times, int flags)');
      const times = new BigInt64Array(4);
      return (holder, atimeNs, mtimeNs) => {
        writeTimespec(times, 0, atimeNs);
        writeTimespec(times, 2, mtimeNs);
        const result =
          typeof holder === 'number'
            ? ofOpen(holder, times)
            : ofPath(AT_FDCWD, terminated(holder), times, AT_SYMLINK_NOFOLLOW);
        return result === 0;
      };
    }
    case 'win32': {
      const kernel = library().load('kernel32.dll');
      const create = kernel.func(
        'intptr_t __stdcall CreateFileW(const char16_t *path, uint32_t access, uint32_t share, void *security, uint32_t how, uint32_t flags, intptr_t like)',
      );
      const set = kernel.func(
        'int __stdcall SetFileTime(intptr_t file, const void *created, const void *accessed, const void *written)',
      );
      const close = kernel.func('int __stdcall CloseHandle(intptr_t handle)');
      // Of libuv, which is part of Node.
      const handleOf = library().load(null).func('intptr_t uv_get_osfhandle(int fd)');
      return (holder, atimeNs, mtimeNs) => {
        const [atime, mtime] = [ticksOf(atimeNs), ticksOf(mtimeNs)];
        if (atime === null || mtime === null) return false;
        // Set in another way, a time lasts until the file is flushed or closed by whoever wrote to it.
        if (typeof holder === 'number') return set(handleOf(holder), null, atime, mtime) !== 0;
        const path = wide(holder);
        const file = create(path, FILE_WRITE_ATTRIBUTES, SHARE_ALL, null, OPEN_EXISTING, ANY_ENTRY, 0);
        if (BigInt(file) === INVALID) return false;
        try {
          return set(file, null, atime, mtime) !== 0;
        } finally {
          close(file);
        }
      };
    }
    default:
      return () => false;
  }
}

/** A FILETIME; `null` before 1601. 0 would leave a time as it is. */
function ticksOf(ns: bigint): Buffer | null {
  const ticks = (ns - (((ns % TICK_NS) + TICK_NS) % TICK_NS)) / TICK_NS + TICKS_TO_1970;
  if (ticks <= 0n) return null;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(ticks);
  return bytes;
}
