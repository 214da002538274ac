/** The folders that a browser may use: with all in them, and nothing that links in them lead to outside. */
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { HeddleError, fromErrorData, toErrorData } from '../common/model/errors';
import { displayPath, type FsPath } from '../common/model/paths';
import { visible } from '../common/model/visible';
import type { BrowsedEntry, BrowsedFolder } from '../common/web';
import { servedFolder } from '../server/served-folder';

/** Nobody looks through more, and a folder of millions would hold up everything. */
const MOST_ENTRIES = 5000;

export interface RootsOptions {
  /** Absolute paths of folders. */
  readonly roots: readonly string[];
  /** Heddle's own folder, which holds keys: closed, even inside of a root. */
  readonly dataDirectory: string;
  /** What was uploaded lies there: open. */
  readonly uploads: string;
}

export class Roots {
  /** With links resolved. */
  readonly folders: readonly string[];
  readonly #closed: string;
  readonly #uploads: string;

  /** @throws HeddleError `web-root` */
  static async open({ roots, dataDirectory, uploads }: RootsOptions): Promise<Roots> {
    const folders = await Promise.all(roots.map((root) => servedFolder(root, 'web-root')));
    return new Roots([...new Set(folders)], await realpath(dataDirectory), await realpath(uploads));
  }

  private constructor(folders: readonly string[], closed: string, uploads: string) {
    this.folders = folders;
    this.#closed = closed;
    this.#uploads = uploads;
  }

  /** @throws HeddleError `outside-roots`, unless the path, there or not yet, is in one of the folders */
  async check(path: FsPath): Promise<void> {
    if (typeof path !== 'string' || !(await this.#isInside(path))) throw outside(path);
  }

  isOpen(path: string): Promise<boolean> {
    return this.#isInside(path);
  }

  /** @param path `null`: where one would begin @throws HeddleError */
  async list(path: string | null, hidden: boolean): Promise<BrowsedFolder> {
    const folder = path ?? this.folders[0] ?? '';
    await this.check(folder);
    const { found, isCut } = await entriesOf(folder, hidden);
    const above = dirname(folder);
    return {
      path: folder,
      separator: sep,
      parent: above !== folder && (await this.#isInside(above)) ? above : null,
      roots: this.folders,
      entries: found,
      isCut,
    };
  }

  async #isInside(path: string): Promise<boolean> {
    if (!isAbsolute(path) || path.includes('\0')) return false;
    // `link/..` is wherever the link leads, and what is not there yet might become a link.
    if (path.split(/[/\\]/u).includes('..')) return false;
    const real = await realOrAbove(path);
    if (real === null) return false;
    if (isIn(real, this.#uploads)) return true;
    return !isIn(real, this.#closed) && this.folders.some((folder) => isIn(real, folder));
  }
}

function outside(path: FsPath): HeddleError {
  return new HeddleError(
    'outside-roots',
    `${visible(displayPath(path))} is outside the folders that may be used from a browser. Start heddle web with --root to allow more.`,
  );
}

function isIn(path: string, folder: string): boolean {
  const way = relative(folder, path);
  // On another drive there is no way from the one to the other.
  return !isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`);
}

/** With links resolved, as far as it is there. */
async function realOrAbove(path: string): Promise<string | null> {
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    try {
      return join(await realpath(at), ...missing);
    } catch (error) {
      // A link to nothing is there, and would be followed when it is written to.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || (await isThere(at))) return null;
    }
    const above = dirname(at);
    if (above === at) return null;
    missing.unshift(at.slice(above.length).replace(/^[/\\]/u, ''));
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function entriesOf(
  folder: string,
  hidden: boolean,
): Promise<{ readonly found: readonly BrowsedEntry[]; readonly isCut: boolean }> {
  try {
    const all = await readdir(folder, { withFileTypes: true });
    // A name that is not UTF-8 cannot be asked for by text.
    const shown = all.filter(({ name }) => (hidden || !name.startsWith('.')) && !name.includes('\ufffd'));
    const found = await Promise.all(
      shown.slice(0, MOST_ENTRIES).map(async (entry): Promise<BrowsedEntry | null> => {
        const { name } = entry;
        if (!entry.isSymbolicLink())
          return entry.isFile() || entry.isDirectory() ? { name, isFolder: entry.isDirectory() } : null;
        const stats = await stat(join(folder, name)).catch(() => null);
        if (stats === null || !(stats.isFile() || stats.isDirectory())) return null;
        return { name, isFolder: stats.isDirectory() };
      }),
    );
    const compare = new Intl.Collator('en', { numeric: true }).compare;
    return {
      found: found
        .filter((entry) => entry !== null)
        .sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || compare(a.name, b.name)),
      isCut: shown.length > MOST_ENTRIES,
    };
  } catch (error) {
    throw fromErrorData(toErrorData(error, folder));
  }
}
