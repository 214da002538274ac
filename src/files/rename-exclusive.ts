/** Renaming that never replaces: a call of its own on each system, which Node has not. */
import type { FsPath } from '../common/model/paths';
import { lstatOrNull } from './entries';
import { loadKoffi, terminated, type Koffi } from './koffi';
import { wide } from './windows-calls';

/** @returns `true`: renamed; `false`: the name is taken; `null`: it cannot be done here, or went wrong */
export type RenameExclusive = (from: FsPath, to: FsPath) => boolean | null;

const AT_FDCWD = -100;
/** renameat2(2) */
const RENAME_NOREPLACE = 1;
/** renamex_np(2), macOS */
const RENAME_EXCL = 4;

let loaded: RenameExclusive | undefined;

/** The system's own; file systems may not have it (FUSE, some shares). */
export const renameExclusive: RenameExclusive = (from, to) => {
  loaded ??= load();
  return loaded(from, to);
};

function load(): RenameExclusive {
  try {
    return ofSystem(loadKoffi(), process.platform);
  } catch {
    return () => null;
  }
}

/** Replaceable parts for tests: the library and the platform. */
export function ofSystem(koffi: Koffi, platform: NodeJS.Platform): RenameExclusive {
  const answer = (result: number | bigint): boolean | null =>
    result === 0 ? true : koffi.errno() === koffi.os.errno['EEXIST'] ? false : null;
  switch (platform) {
    case 'linux': {
      const rename = koffi
        .load(null)
        .func(
          'int renameat2(int fromFolder, const void *from, int toFolder, const void *to, unsigned int flags)',
        );
      return (from, to) =>
        answer(rename(AT_FDCWD, terminated(from), AT_FDCWD, terminated(to), RENAME_NOREPLACE));
    }
    case 'darwin': {
      const rename = koffi
        .load(null)
        .func('int renamex_np(const void *from, const void *to, unsigned int flags)');
      return (from, to) => answer(rename(terminated(from), terminated(to), RENAME_EXCL));
    }
    case 'win32': {
      const move = koffi
        .load('kernel32.dll')
        .func('int __stdcall MoveFileExW(const char16_t *from, const char16_t *to, uint32_t flags)');
      // Without MOVEFILE_REPLACE_EXISTING. Whatever it says then, a name that is there is taken.
      return (from, to) =>
        move(wide(from), wide(to), 0) !== 0 ? true : lstatOrNull(to) === null ? null : false;
    }
    default:
      return () => null;
  }
}
