/** Files that look as if they were there, and are fetched when they are read: OneDrive's, iCloud's and others'. */
import type { FsPath } from '../common/model/paths';
import { loadKoffi, terminated, type Koffi } from './koffi';
import { wide } from './windows-calls';

/** Whether a file's content is not on this machine. Asking fetches nothing. */
export type OnlineOnly = (path: FsPath) => boolean;

/** FILE_ATTRIBUTE_OFFLINE, _RECALL_ON_OPEN, _RECALL_ON_DATA_ACCESS */
const NOT_LOCAL = 0x1000 | 0x4_0000 | 0x40_0000;
/** INVALID_FILE_ATTRIBUTES */
const INVALID = 0xffff_ffff;

/** getattrlist(2) of macOS: five words of bitmaps behind their number. */
const ATTRIBUTE_LIST_BYTES = 24;
const BITMAPS = 5;
const ATTR_CMN_FLAGS = 0x4_0000;
const FSOPT_NOFOLLOW = 1;
/** stat(2) of macOS */
const SF_DATALESS = 0x4000_0000;

let loaded: OnlineOnly | undefined;

export const isOnlineOnly: OnlineOnly = (path) => {
  loaded ??= load();
  return loaded(path);
};

function load(): OnlineOnly {
  try {
    return onlineOnlyOf(loadKoffi, process.platform);
  } catch {
    return () => false;
  }
}

/** Replaceable parts for tests. */
export function onlineOnlyOf(library: () => Koffi, platform: NodeJS.Platform): OnlineOnly {
  switch (platform) {
    case 'win32': {
      const attributesOf = library()
        .load('kernel32.dll')
        .func('uint32_t __stdcall GetFileAttributesW(const char16_t *path)');
      return (path) => {
        const attributes = Number(attributesOf(wide(path)));
        return attributes !== INVALID && (attributes & NOT_LOCAL) !== 0;
      };
    }
    case 'darwin': {
      const ask = library()
        .load(null)
        .func(
          'int getattrlist(const void *path, const void *list, void *buffer, size_t size, uint32_t options)',
        );
      const list = Buffer.alloc(ATTRIBUTE_LIST_BYTES);
      list.writeUInt16LE(BITMAPS, 0);
      list.writeUInt32LE(ATTR_CMN_FLAGS, 4);
      return (path) => {
        // Its own length, then the flags.
        const answer = Buffer.alloc(8);
        if (ask(terminated(path), list, answer, answer.length, FSOPT_NOFOLLOW) !== 0) return false;
        return (answer.readUInt32LE(4) & SF_DATALESS) !== 0;
      };
    }
    default:
      return () => false;
  }
}
