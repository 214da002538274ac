/** Bags (BagIt, RFC 8493): a folder whose files under `data` are listed in manifests beside it, and these in tag manifests. */
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { HeddleError } from '../../common/model/errors';
import { displayName, displayPath, joinPath, type FsPath } from '../../common/model/paths';
import { native, parentPath } from '../../files/entries';
import { isBagManifest } from '../formats/manifest';
import type { BagEscapes } from './listed-file';

const DECLARATION = 'bagit.txt';
const MAX_DECLARATION_BYTES = 64 * 1024;

export interface Bag {
  /** Names of its manifests, those of the payload first; at least one is of the payload. */
  readonly manifests: readonly { readonly name: string; readonly isPayload: boolean }[];
  readonly escapes: BagEscapes;
  /** Whether each manifest of the payload lists all of it (from version 1.0 on). */
  readonly isListedInAll: boolean;
  /** What `fetch.txt` says that is to be fetched: names as they are written there. */
  readonly fetched: ReadonlySet<string>;
  /** What is wrong with it apart from its files, in sentences. */
  readonly faults: readonly string[];
}

/** The folder of a bag that is named by itself or by its `bagit.txt`; `null` for anything else. */
export async function bagFolder(path: FsPath): Promise<FsPath | null> {
  const folder = displayName(path) === DECLARATION ? parentPath(path) : path;
  const declaration = await stat(inFolder(folder, DECLARATION)).catch(() => null);
  return declaration?.isFile() === true ? folder : null;
}

/** How names are read that a manifest lists which lies in `folder`. */
export async function bagEscapes(folder: FsPath): Promise<BagEscapes> {
  const declaration = await readDeclaration(folder).catch(() => null);
  return declaration !== null && isNewer(declaration.version) ? 'decoded' : 'literal-first';
}

/** @throws HeddleError `manifest-unreadable` where no manifest lists its payload */
export async function readBag(folder: FsPath): Promise<Bag> {
  const names = (await readdir(native(folder))).filter(isBagManifest).sort();
  const isTag = (name: string): boolean => /^tag/iu.test(name);
  const payload = names.filter((name) => !isTag(name));
  if (payload.length === 0) {
    throw new HeddleError(
      'manifest-unreadable',
      `${displayPath(folder)} is a bag without a manifest of its payload (manifest-sha512.txt, say): it is not complete.`,
    );
  }
  const faults: string[] = [];
  const { version, encoding } = await readDeclaration(folder);
  if (version === null)
    faults.push(`${displayPath(joinPath(folder, DECLARATION))} names no version of BagIt.`);
  if (encoding !== null && !/^utf-?8$/iu.test(encoding)) {
    faults.push(
      `${displayPath(joinPath(folder, DECLARATION))} says that names are in ${encoding}; they were read as UTF-8.`,
    );
  }
  const data = await stat(inFolder(folder, 'data')).catch(() => null);
  if (data?.isDirectory() !== true)
    faults.push(`${displayPath(joinPath(folder, 'data'))} is not there: the bag has no payload.`);
  return {
    manifests: [...payload, ...names.filter(isTag)].map((name) => ({ name, isPayload: !isTag(name) })),
    escapes: isNewer(version) ? 'decoded' : 'literal-first',
    isListedInAll: isNewer(version),
    fetched: await readFetched(folder),
    faults,
  };
}

interface Declaration {
  /** Major and minor. */
  readonly version: readonly [number, number] | null;
  readonly encoding: string | null;
}

/** RFC 8493 §2.1.1 */
async function readDeclaration(folder: FsPath): Promise<Declaration> {
  const text = (await readFile(inFolder(folder, DECLARATION), 'utf8')).slice(0, MAX_DECLARATION_BYTES);
  const [, major, minor] = /^(?:\ufeff)?BagIt-Version:[ \t]*(\d+)\.(\d+)/mu.exec(text) ?? [];
  const [, encoding = null] = /^Tag-File-Character-Encoding:[ \t]*(\S+)/mu.exec(text) ?? [];
  return { version: major === undefined ? null : [Number(major), Number(minor)], encoding };
}

function isNewer(version: Declaration['version']): boolean {
  return version !== null && version[0] >= 1;
}

/** The names of `fetch.txt` (RFC 8493 §2.2.3): `url length name` on each line. */
async function readFetched(folder: FsPath): Promise<ReadonlySet<string>> {
  const path = inFolder(folder, 'fetch.txt');
  const names = new Set<string>();
  if ((await stat(path).catch(() => null))?.isFile() !== true) return names;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const [, name] = /^\S+[ \t]+\S+[ \t]+(\S.*)$/u.exec(line) ?? [];
    if (name !== undefined) names.add(name);
  }
  return names;
}

function inFolder(folder: FsPath, name: string): string | Buffer {
  return native(joinPath(folder, name));
}
