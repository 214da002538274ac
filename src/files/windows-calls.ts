/** What Windows can do with files and Node cannot ask for. Called through koffi, as {@link file://./libc.ts} is. */
import { toNamespacedPath } from 'node:path';
import { displayPath, type FsPath } from '../common/model/paths';
import { loadKoffi, type Koffi } from './koffi';
import { IS_WINDOWS } from './windows-paths';

/** INVALID_HANDLE_VALUE */
const INVALID = -1n;
const FILE_ATTRIBUTE_DIRECTORY = 0x10;
/** A folder shown at a second place; made by `mklink /J`. */
const IO_REPARSE_TAG_MOUNT_POINT = 0xa000_0003;
/** Of WIN32_FIND_DATAW, with `dwReserved0`, the tag, behind attributes, three times and the size. */
const FIND_DATA_BYTES = 592;
const TAG_AT = 36;
/** Of WIN32_FIND_STREAM_DATA: a size, then the name, as `:name:$DATA`. */
const STREAM_DATA_BYTES = 8 + 2 * 296;
const GENERIC_WRITE = 0x4000_0000;
const SHARE_ALL = 7;
const OPEN_EXISTING = 3;
const FSCTL_SET_SPARSE = 0x0009_00c4;

export type LinkType = 'file' | 'dir' | 'junction';

export interface WindowsCalls {
  /** Of a link, what it was made as; `file` of what is not there. */
  linkType(path: FsPath): LinkType;
  /** Names of the streams that a file or folder has beside its bytes: `Zone.Identifier`, say. */
  streams(path: FsPath): string[];
  /** Has what is not written to a file take no room. @returns whether its file system can */
  makeSparse(path: FsPath): boolean;
}

let loaded: WindowsCalls | null | undefined;

/** `null` elsewhere, and where koffi has no binary. */
export function windowsCalls(): WindowsCalls | null {
  loaded ??= load();
  return loaded;
}

function load(): WindowsCalls | null {
  if (!IS_WINDOWS) return null;
  try {
    return callsOf(loadKoffi());
  } catch {
    return null;
  }
}

/** Replaceable for tests. */
export function callsOf(koffi: Koffi): WindowsCalls {
  const kernel = koffi.load('kernel32.dll');
  const findFirst = kernel.func('intptr_t __stdcall FindFirstFileW(const char16_t *path, void *data)');
  const findClose = kernel.func('int __stdcall FindClose(intptr_t find)');
  const firstStream = kernel.func(
    'intptr_t __stdcall FindFirstStreamW(const char16_t *path, int level, void *data, uint32_t flags)',
  );
  const nextStream = kernel.func('int __stdcall FindNextStreamW(intptr_t find, void *data)');
  const createFile = kernel.func(
    'intptr_t __stdcall CreateFileW(const char16_t *path, uint32_t access, uint32_t share, void *security, uint32_t how, uint32_t flags, intptr_t like)',
  );
  const control = kernel.func(
    'int __stdcall DeviceIoControl(intptr_t file, uint32_t code, void *in, uint32_t inSize, void *out, uint32_t outSize, void *returned, void *overlapped)',
  );
  const closeHandle = kernel.func('int __stdcall CloseHandle(intptr_t handle)');
  const isHandle = (handle: number | bigint): boolean => BigInt(handle) !== INVALID;
  return {
    linkType: (path) => {
      const data = Buffer.alloc(FIND_DATA_BYTES);
      const find = findFirst(wide(path), data);
      if (!isHandle(find)) return 'file';
      findClose(find);
      if (data.readUInt32LE(TAG_AT) === IO_REPARSE_TAG_MOUNT_POINT) return 'junction';
      return (data.readUInt32LE(0) & FILE_ATTRIBUTE_DIRECTORY) === 0 ? 'file' : 'dir';
    },
    streams: (path) => {
      const data = Buffer.alloc(STREAM_DATA_BYTES);
      const find = firstStream(wide(path), 0, data, 0);
      if (!isHandle(find)) return [];
      const names: string[] = [];
      try {
        do {
          const [, name = '', type] = (data.toString('utf16le', 8).split('\0')[0] ?? '').split(':');
          if (name !== '' && type === '$DATA') names.push(name);
        } while (nextStream(find, data) !== 0);
      } finally {
        findClose(find);
      }
      return names;
    },
    makeSparse: (path) => {
      const file = createFile(wide(path), GENERIC_WRITE, SHARE_ALL, null, OPEN_EXISTING, 0, 0);
      if (!isHandle(file)) return false;
      const returned = Buffer.alloc(4);
      try {
        return control(file, FSCTL_SET_SPARSE, null, 0, null, 0, returned, null) !== 0;
      } finally {
        closeHandle(file);
      }
    },
  };
}

/** As Windows' own calls take it, however long it is. */
export function wide(path: FsPath): string {
  return toNamespacedPath(displayPath(path));
}
