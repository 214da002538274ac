/** Where a file lies that a list names: as it is written, or as Windows, BagIt or another system would have written it. */
import type { Stats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import type { ErrorData } from '../../common/model/errors';
import { displayPath, joinPath, pathFromBytes, pathToBytes, type FsPath } from '../../common/model/paths';
import type { ManifestEntry } from '../formats/manifest';
import { absolutePath, endsAsFolder, realPath } from '../../files/absolute-path';
import { lastPart, native, parentPath, rootAndNames } from '../../files/entries';
import { byteString, fromByteString } from '../../files/byte-strings';
import { IS_WINDOWS, absoluteWindowsPath, rootLength, withSlashes } from '../../files/windows-paths';

const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const DOT = 0x2e;

/**
 * How names of a bag's manifests are read (RFC 8493 §2.1.3). `decoded`: the bag's version says that they are escaped, and
 * a file that is called as it is written is another one.
 */
export type BagEscapes = 'decoded' | 'literal-first';

export interface ListedFile {
  readonly path: FsPath;
  /** What it is called: as the list has it, less what only says "from here". */
  readonly name: FsPath;
  /** Whether it lies outside of the root, as it is written or through a link; then it is not opened. */
  readonly outside: false | 'written' | 'link';
  /** `null`: nothing is there, or nobody may look. */
  readonly stats: Stats | null;
  readonly isMissing: boolean;
  /** What is to be known of how it was found. */
  readonly note: ErrorData | null;
}

/** Finds the files of one list. */
export class ListedFiles {
  readonly #root: FsPath;
  readonly #takesOutside: boolean;
  readonly #escapes: BagEscapes | null;
  readonly #folders = new Folders();
  readonly #ways: Ways | null;

  /**
   * A list that somebody else wrote comes with links that they made: neither may have a file read that its user did not
   * mean, nor may both together.
   * @param takesOutside whether names may lead out of the root
   * @param followsLinks whether links of the root may, as they did for whoever listed what they lead to
   */
  constructor(
    root: FsPath,
    { takesOutside, followsLinks }: { readonly takesOutside: boolean; readonly followsLinks: boolean },
    escapes: BagEscapes | null,
  ) {
    this.#root = root;
    this.#takesOutside = takesOutside;
    this.#escapes = escapes;
    this.#ways = takesOutside || followsLinks ? null : new Ways(root);
  }

  /** A name as it is written wins; where there is no such file, it is read in the other ways that it can be meant. */
  async find(entry: Pick<ManifestEntry, 'name' | 'exact'>): Promise<ListedFile> {
    let last: ListedFile | null = null;
    const missing: FsPath[] = [];
    const written = withSlashes(entry.name);
    for (const reading of readings({ ...entry, name: written }, this.#escapes)) {
      const { path, outside } = resolveName(this.#root, reading);
      const name = withoutDots(reading);
      if (outside && !this.#takesOutside) {
        last = { path, name, outside: 'written', stats: null, isMissing: false, note: null };
        continue;
      }
      const found = await look(path);
      const leadsOut =
        !found.isMissing &&
        this.#ways?.leadOut(path, found.isLink) === true &&
        !(partsOf(reading).some(isUp) && this.#ways.staysNear(path));
      last = { path, name, outside: leadsOut && 'link', ...found, note: null };
      if (!found.isMissing) return last;
      missing.push(path);
    }
    if (last === null) throw new Error('A name can be read in one way at least.');
    if (!IS_WINDOWS && !this.#takesOutside && isOfDrive(entry.name))
      return { ...last, name: entry.name, outside: 'written', stats: null, isMissing: false };
    for (const path of missing) {
      const other = await this.#folders.otherForm(path);
      if (other === null) continue;
      const found = await look(other);
      const leadsOut = this.#ways?.leadOut(other, found.isLink) === true;
      return { ...last, path: other, outside: leadsOut && 'link', ...found, note: noteOf(path, other) };
    }
    return last;
  }
}

/** `C:\\x`, where no such file is in the root: what it names lies on a drive of Windows. */
function isOfDrive(name: FsPath): boolean {
  return /^[a-z]:[\\/]/iu.test(byteString(name));
}

function noteOf(listed: FsPath, found: FsPath): ErrorData {
  const form = typeof found === 'string' && found === found.normalize('NFC') ? 'composed' : 'decomposed';
  return {
    code: 'other-unicode-form',
    message: `${displayPath(listed)} is there under another Unicode form of its name (${form}); it was checked.`,
    retryable: false,
  };
}

async function look(
  path: FsPath,
): Promise<Pick<ListedFile, 'stats' | 'isMissing'> & { readonly isLink: boolean }> {
  let isLink = false;
  try {
    const stats = await lstat(native(path));
    isLink = stats.isSymbolicLink();
    // Whoever listed it read what the link leads to.
    return { stats: isLink ? await stat(native(path)) : stats, isMissing: false, isLink };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
    return { stats: null, isMissing, isLink };
  }
}

/** Whether links on the way to files lead out of the root; of as many folders as are likely to be asked of again. */
class Ways {
  static readonly #MOST = 1000;
  readonly #root: FsPath;
  readonly #known = new Map<string, boolean>();

  constructor(root: FsPath) {
    this.#root = root;
  }

  /** @param isLink whether the file itself is a link */
  leadOut(path: FsPath, isLink: boolean): boolean {
    if (isLink) return !this.#isBelow(path);
    const folder = parentPath(path);
    const key = byteString(folder);
    let leadsOut = this.#known.get(key);
    if (leadsOut === undefined) {
      leadsOut = !this.#isBelow(folder);
      if (this.#known.size >= Ways.#MOST) this.#known.clear();
      this.#known.set(key, leadsOut);
    }
    return leadsOut;
  }

  /**
   * `link/../x`: where a list goes through a link and up again, it means what the system finds there. That may be beside
   * the root, in the folder that holds it, and no further out.
   */
  staysNear(path: FsPath): boolean {
    return this.#isBelow(path, parentPath(realPath(this.#root)));
  }

  /** What cannot be followed is not opened either. */
  #isBelow(path: FsPath, folder: FsPath = this.#root): boolean {
    try {
      const real = realPath(path);
      const root = realPath(folder);
      return byteString(real) === byteString(root) || belowRoot(root, real) !== null;
    } catch {
      return true;
    }
  }
}

/** The ways in which a name can be meant, the one that is taken first before the others. */
function readings(
  { name, exact }: Pick<ManifestEntry, 'name' | 'exact'>,
  escapes: BagEscapes | null,
): FsPath[] {
  const found = [name];
  if (escapes !== null) {
    const decoded = changed(name, (text) =>
      text.replace(/%(?:0A|0D|25)/giu, (escape) => String.fromCharCode(parseInt(escape.slice(1), 16))),
    );
    if (escapes === 'decoded') found.splice(0, 1, decoded);
    else found.push(decoded);
  }
  if (exact === undefined && pathToBytes(name).includes(BACKSLASH))
    found.push(...found.map((each) => changed(each, (text) => text.replaceAll('\\', '/'))));
  const known = new Set<string>();
  return found.filter((each) => {
    const key = keyOf(each);
    return !known.has(key) && known.add(key);
  });
}

/** @param change of ASCII characters alone */
function changed(name: FsPath, change: (text: string) => string): FsPath {
  if (typeof name === 'string') return change(name);
  return fromByteString(change(byteString(name)));
}

/** What folders hold, by their names in one Unicode form; of as many as are likely to be asked of again. */
class Folders {
  static readonly #MOST = 200;
  readonly #names = new Map<string, Promise<ReadonlyMap<string, string | null>>>();

  /**
   * The path of what differs from `path` in nothing but the Unicode form of its names.
   * @returns `null` where there is no such file, or more than one
   */
  async otherForm(path: FsPath): Promise<FsPath | null> {
    if (typeof path !== 'string' || isAscii(path)) return null;
    const { root, names } = rootAndNames(path);
    let reached = root;
    let differs = false;
    for (const part of names) {
      const next = joinPath(reached, part) as string;
      if (!(await look(next)).isMissing) {
        reached = next;
        continue;
      }
      if (isAscii(part)) return null;
      const other = (await this.#namesIn(reached)).get(part.normalize('NFC')) ?? null;
      if (other === null) return null;
      reached = joinPath(reached, other) as string;
      differs = true;
    }
    return differs ? reached : null;
  }

  #namesIn(folder: string): Promise<ReadonlyMap<string, string | null>> {
    const known = this.#names.get(folder);
    if (known !== undefined) return known;
    const names = readNames(folder);
    if (this.#names.size >= Folders.#MOST) this.#names.clear();
    this.#names.set(folder, names);
    return names;
  }
}

/** `null` for names that are one in another form: which is meant nobody can tell. */
async function readNames(folder: string): Promise<ReadonlyMap<string, string | null>> {
  const names = new Map<string, string | null>();
  for (const bytes of await readdir(folder, { encoding: 'buffer' }).catch(() => [])) {
    const name = pathFromBytes(bytes);
    if (typeof name !== 'string' || isAscii(name)) continue;
    const form = name.normalize('NFC');
    names.set(form, names.has(form) ? null : name);
  }
  return names;
}

function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- every ASCII character, control characters too
  return /^[\u0000-\u007f]*$/u.test(text);
}

/**
 * Where a listed name lies, and whether that is outside of the root: a name is inside that leads there as it is written,
 * through whichever links of the root, or that truly lies there. What these lead to is looked at when it is found.
 */
export function resolveName(
  root: FsPath,
  listed: FsPath,
  isWindows = IS_WINDOWS,
): { readonly path: FsPath; readonly outside: boolean } {
  if (isWindows) return resolveWindowsName(root, withSlashes(listed, true));
  const isAbsolute = pathToBytes(listed)[0] === SLASH;
  const parts = partsOf(listed);
  const written = parts.reduce<FsPath>(
    (path, part) => joinPath(path, pathFromBytes(part)),
    isAbsolute ? '/' : root,
  );
  const plain = parts.some(isUp) ? asTheSystemHasIt(root, written) : written;
  // With a slash behind it a file is not there.
  const path = endsAsFolder(byteString(listed)) ? joinPath(plain, '') : plain;
  const isInside = isAbsolute ? !parts.some(isUp) && belowRoot(root, path) !== null : staysInside(parts);
  return { path, outside: !isInside && !liesBelow(root, path) };
}

/**
 * There `..` goes up as it is written. The root of a drive, a drive alone (`C:x`) and a share are where a name may begin
 * anew; and a name of dots and blanks alone may be taken for `..`, as Windows drops those at the end of a name.
 * @param listed with `/` between its parts
 */
function resolveWindowsName(
  root: FsPath,
  listed: FsPath,
): { readonly path: FsPath; readonly outside: boolean } {
  const text = byteString(listed);
  const isElsewhere = rootLength(text, true) > 0;
  const path = absoluteWindowsPath(isElsewhere ? listed : joinPath(root, listed));
  const isVague = partsOf(listed).some((part) => /^\.[. ]+$/u.test(byteString(part)) && !isUp(part));
  const isInside = !isVague && belowRoot(root, path, true) !== null;
  const found = endsAsFolder(text) ? joinPath(path, '') : path;
  return { path: found, outside: !isInside && (isVague || !liesBelow(root, path)) };
}

function staysInside(parts: readonly Uint8Array[]): boolean {
  let depth = 0;
  return parts.every((part) => (depth += isUp(part) ? -1 : 1) >= 0);
}

/** Below the root where it lies there, by whichever way; as it is written where `..` steps out of nothing. */
function asTheSystemHasIt(root: FsPath, written: FsPath): FsPath {
  try {
    const path = absolutePath(written);
    if (belowRoot(root, path) !== null) return path;
    const below = belowRoot(realPath(root), path);
    return below === null ? path : joinPath(root, below);
  } catch {
    return written;
  }
}

function liesBelow(root: FsPath, path: FsPath): boolean {
  try {
    return belowRoot(realPath(root), joinPath(realPath(parentPath(path)), lastPart(path))) !== null;
  } catch {
    return false;
  }
}

/** The path of what lies below a root from there; `null` for what does not. */
export function belowRoot(root: FsPath, path: FsPath, isWindows = IS_WINDOWS): FsPath | null {
  const prefix = byteString(joinPath(root, ''));
  const text = byteString(path);
  const start = text.slice(0, prefix.length);
  // Two spellings of one folder, as Windows has it, for letters that every one of its file systems folds.
  const isBelow = isWindows ? start.toLowerCase() === prefix.toLowerCase() : start === prefix;
  return isBelow ? fromByteString(text.slice(prefix.length)) : null;
}

/** Its names, without empty ones and `.`. */
export function partsOf(path: FsPath): Uint8Array[] {
  const bytes = pathToBytes(path);
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let end = 0; end <= bytes.length; end++) {
    if (end < bytes.length && bytes[end] !== SLASH) continue;
    const part = bytes.subarray(start, end);
    if (part.length > 0 && !(part.length === 1 && part[0] === DOT)) parts.push(part);
    start = end + 1;
  }
  return parts;
}

function isUp(part: Uint8Array): boolean {
  return part.length === 2 && part[0] === DOT && part[1] === DOT;
}

/** As the manifest has it, but for what only says "from here". */
function withoutDots(name: FsPath): FsPath {
  return typeof name === 'string' ? name.replace(/^(?:\.\/)+/u, '') : name;
}

/** Of a path, as text that no other path has; where the system takes several spellings for one, they have one. */
export function keyOf(path: FsPath, folds = FOLDS): string {
  if (typeof path !== 'string') return `\0${Buffer.from(path).toString('base64')}`;
  return folds ? path.normalize('NFC').toLowerCase() : path;
}

const FOLDS = IS_WINDOWS || process.platform === 'darwin';
