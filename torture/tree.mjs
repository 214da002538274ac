/** Makes trees of files, and says what is in one: names as latin1, so that each byte of a name is one character. */
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { contentOf, sha256 } from './content.mjs';

const ODD_NAMES = [
  'with space',
  'new\nline',
  'back\\slash',
  '-dash',
  "quo'te",
  'ünï',
  '%41',
  '#hash',
  'inv\xff',
  '日本',
];
const native = (path) => Buffer.from(path, 'latin1');
/** Text as the bytes of its UTF-8, a character for each. */
const utf8 = (text) => Buffer.from(text).toString('latin1');

/**
 * @param {string} root latin1, made here
 * @param {{ files: number, most: number, links?: boolean, odd?: boolean, seed: string }} plan `most`: bytes of the largest
 */
export function makeTree(root, random, { files, most, links = false, odd = false, seed }) {
  const folders = ['', ...Array.from({ length: random.integer(1, 8) }, (_, index) => `d${index}/`)];
  for (const folder of folders.slice(1)) if (random.chance(0.3)) folders.push(`${folder}deep/`);
  for (const folder of folders) mkdirSync(native(`${root}/${folder}`), { recursive: true });
  const made = [];
  for (let index = 0; index < files; index++) {
    const special = odd && random.chance(0.08) ? random.pick(ODD_NAMES) : null;
    const plain = special === null ? '' : special.endsWith('\xff') ? special : utf8(special);
    const path = `${random.pick(folders)}f${index}${plain}`;
    if (links && made.length > 0 && random.chance(0.04)) {
      linkSync(native(`${root}/${random.pick(made)}`), native(`${root}/${path}`));
      continue;
    }
    if (links && random.chance(0.04)) {
      symlinkSync(random.pick(['f0', 'nowhere', '../f1', 'd0']), native(`${root}/${path}`));
      continue;
    }
    const size = random.chance(0.05)
      ? 0
      : random.chance(0.05)
        ? random.integer(1, most)
        : random.spread(1, 20_000);
    // Some files are alike.
    const name = random.chance(0.2) ? `same ${random.integer(0, 5)}` : `${seed} ${index}`;
    const bytes = contentOf(name, name.startsWith('same') ? 4000 : size);
    writeFileSync(native(`${root}/${path}`), bytes);
    if (random.chance(0.2)) chmodSync(native(`${root}/${path}`), random.pick([0o600, 0o640, 0o755, 0o444]));
    if (random.chance(0.5)) utimesSync(native(`${root}/${path}`), 1.7e9, 1.6e9 + index + 0.25);
    made.push(path);
  }
  if (random.chance(0.5)) mkdirSync(native(`${root}/empty`));
  for (const folder of folders.toReversed()) utimesSync(native(`${root}/${folder}`), 1.7e9, 1.5e9);
  return made;
}

/**
 * @param {string} root latin1
 * @returns {Record<string, object>} by path below the root (`.`: itself): type, mode, time, and what is in it
 */
export function snapshot(root) {
  const entries = {};
  const inodes = new Map();
  const visit = (path) => {
    const at = native(path === '.' ? root : `${root}/${path}`);
    const found = lstatSync(at, { bigint: true, throwIfNoEntry: false });
    if (found === undefined) return;
    const entry = { mode: Number(found.mode & 0o7777n), mtime: String(found.mtimeNs / 1000n) };
    if (found.isSymbolicLink()) entries[path] = { link: readlinkSync(at, 'latin1') };
    else if (found.isDirectory()) {
      entries[path] = { ...entry, folder: true };
      for (const name of readdirSync(at, { encoding: 'latin1' }).sort())
        visit(path === '.' ? name : `${path}/${name}`);
    } else if (found.isFile()) {
      const names = inodes.get(found.ino) ?? path;
      inodes.set(found.ino, names);
      const same = found.nlink > 1n ? { same: names } : {};
      entries[path] = { ...entry, size: Number(found.size), sha256: sha256(readFileSync(at)), ...same };
    } else entries[path] = { other: true };
  };
  visit('.');
  return entries;
}

/** @returns {string[]} how two snapshots differ */
export function differences(expected, found, { times = true, folders = true } = {}) {
  const told = ({ mtime, ...entry }) => JSON.stringify({ ...entry, ...(times ? { mtime } : {}) });
  const all = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort();
  return all.flatMap((path) => {
    const [left, right] = [expected[path], found[path]];
    if (left === undefined) return [`${path} is there and should not be`];
    if (right === undefined) return [`${path} is missing`];
    if (!folders && left.folder && right.folder) return [];
    return told(left) === told(right) ? [] : [`${path} is ${told(right)}, not ${told(left)}`];
  });
}
