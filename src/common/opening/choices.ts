/** What can be done with files and folders that come from outside. Pure. */
import type { OpenedPath } from './opened';

export type Choice =
  'verify' | 'download-list' | 'save-in' | 'compare-folders' | 'hash' | 'duplicates' | 'copy';

/** Manifests of checksums, by what they are usually called. */
const MANIFEST =
  /(?:\.(?:md5|sha1|sha224|sha256|sha384|sha512|sha3|b2|b3|blake3|sfv|hashdeep|sum|sums|checksums?|digests?)|^(?:MD5|SHA1|SHA224|SHA256|SHA384|SHA512|B2|B3|BLAKE2|BLAKE3|CHECK)SUMS?(?:\.(?:txt|asc))?|^checksums?\.txt|^hashdeep\.txt|^bagit\.txt|^manifest\.json)$/iu;
/** Lists of downloads. */
const LIST = /\.(?:metalink|meta4|urls?|lst|list|csv|tsv|jsonl|ndjson|har|m3u8?|webloc|txt|html?)$/iu;

function nameOf(path: string): string {
  return path.replace(/^.*[/\\]/su, '');
}

export function isManifestName(path: string): boolean {
  return MANIFEST.test(nameOf(path));
}

export function isListName(path: string): boolean {
  return LIST.test(nameOf(path));
}

/** The likeliest first. */
export function choicesFor(paths: readonly OpenedPath[]): readonly Choice[] {
  const folders = paths.filter(({ isFolder }) => isFolder).length;
  const files = paths.filter(({ isFolder }) => !isFolder).map(({ path }) => path);
  const choices: Choice[] = [];
  const [only] = files;
  const isManifest = folders === 0 && files.length === 1 && only !== undefined && isManifestName(only);
  const areLists = folders === 0 && files.length > 0 && files.every(isListName) && !isManifest;
  if (isManifest) choices.push('verify');
  if (areLists) choices.push('download-list');
  // Many a list of checksums is called so.
  if (areLists && only !== undefined && files.length === 1 && /\.txt$/iu.test(only)) choices.push('verify');
  if (files.length === 0 && folders === 2) choices.push('compare-folders');
  choices.push('hash');
  if (folders > 0 || files.length > 1) choices.push('duplicates');
  choices.push('copy');
  if (files.length === 0 && folders === 1) choices.push('save-in');
  return choices;
}
