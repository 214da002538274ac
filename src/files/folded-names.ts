/**
 * Names that a file system may take for one: `A` and `a`, two Unicode forms of one letter, a name and its short form.
 * Which ones it does is never guessed: the file system is asked, by looking a name up that it does not list.
 */
import { readdirSync } from 'node:fs';
import { displayPath, joinPath, withoutTrailing, type FsPath } from '../common/model/paths';
import { byteString, fromByteString } from './byte-strings';
import { errorCode, isSameFile, lstatOrNull, native, rootAndNames } from './entries';

/**
 * Equal for all names that some file system takes for one by what their letters are; names that are equal here may
 * well be two. It takes together what full case folding, compatibility forms (NFKD) and characters without a width do,
 * and the dots and spaces at the end that Windows drops.
 */
export function looseKey(name: FsPath): string {
  const text = displayPath(name);
  // eslint-disable-next-line no-control-regex -- every ASCII character, control characters too
  if (/^[\u0000-\u007f]*$/u.test(text)) return withoutTrailing(text.toLowerCase(), '. ');
  const folded = text
    .normalize('NFKD')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');
  return withoutTrailing(folded, '. ');
}

/** As {@link looseKey}, of each part of a path. */
export function loosePath(path: FsPath): string {
  return displayPath(path).split('/').map(looseKey).join('/');
}

/** Names in a folder, as byte strings (a character for each byte); none where there is no folder to be read. */
export function namesIn(folder: FsPath): Set<string> {
  try {
    return new Set(
      readdirSync(native(folder), { encoding: 'buffer' }).map((name) => name.toString('latin1')),
    );
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return new Set();
    throw error;
  }
}

/** The path as its folders list its parts; a part that is not found stays as it is written. */
export function listedPath(path: FsPath): FsPath {
  const { root, names } = rootAndNames(byteString(path));
  let listed: FsPath = fromByteString(root);
  for (const name of names) {
    listed = joinPath(listed, fromByteString(spellingOf(listed, name, namesIn(listed)) ?? name));
  }
  return listed;
}

/**
 * The entry that the system finds in `folder` under `name`, by the name that it lists.
 * @param listed names in the folder
 * @returns `name` itself where it is listed; `null` where it cannot be told which entry it is
 */
export function spellingOf(folder: FsPath, name: string, listed: ReadonlySet<string>): string | null {
  if (listed.has(name)) return name;
  const key = looseKey(fromByteString(name));
  const alike = [...listed].filter((other) => looseKey(fromByteString(other)) === key);
  if (alike.length === 1) return alike[0] ?? null;
  const found = lstatOrNull(joinPath(folder, fromByteString(name)));
  if (found === null) return null;
  // A short name, or one that folds in a way that is not known here. Some file systems make inodes up: no match then.
  const same = [...(alike.length > 0 ? alike : listed)].filter((other) => {
    const there = lstatOrNull(joinPath(folder, fromByteString(other)));
    return there !== null && isSameFile(there, found);
  });
  return same.length === 1 ? (same[0] ?? null) : null;
}

/**
 * Whether two paths of files that are there lead to one entry, each part of them as its folder spells it. `true` where
 * that cannot be told: inodes prove nothing on file systems that make them up.
 */
export function isOneEntry(one: FsPath, other: FsPath): boolean {
  if (lstatOrNull(one) === null || lstatOrNull(other) === null) return false;
  const { root, names } = rootAndNames(byteString(one));
  const { root: otherRoot, names: others } = rootAndNames(byteString(other));
  if (root !== otherRoot || names.length !== others.length) return false;
  return names.every((part, index) => {
    const twin = others[index] ?? '';
    if (part === twin) return true;
    const folder = fromByteString(root + names.slice(0, index).join('/'));
    const listed = namesIn(folder);
    const [spelling, twins] = [spellingOf(folder, part, listed), spellingOf(folder, twin, listed)];
    return spelling === null || twins === null || spelling === twins;
  });
}
