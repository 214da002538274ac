// The folders that are hashed, copied and compared.
import { binarySize, grouped } from '../lib/numbers.mjs';

export const MIB = 1024 * 1024;
/** In memory a file takes whole pages, and something for its name and its inode. */
const PAGE_BYTES = 4096;
const INODE_BYTES = 1024;
/** Of two folders, or of twins among files, something has to differ at any scale. */
const CHANGED = 10;

/**
 * @typedef {object} Tree
 * @property {string} name of its folder
 * @property {string} title
 * @property {number} count files
 * @property {number} bytes of each
 * @property {number} [perFolder] files in a folder; without it all are in one
 * @property {boolean} [isUsedOnce] by one case, which takes it away when it ends
 * @property {(index: number) => string} [contentOf] files with equal texts are equal; without it all differ
 */

/** @param {number} scale 1: as the tables have it; less: fewer small files, and smaller large ones, to see that all works */
export function treesOf(scale) {
  const tree = (name, count, bytes, more) => ({
    name,
    title: `${grouped(count)} × ${binarySize(bytes)}`,
    count,
    bytes,
    ...more,
  });
  const small = (name, count, bytes, more) =>
    tree(name, Math.max(4 * CHANGED, Math.round(count * scale)), bytes, { perFolder: 200, ...more });
  const large = (name, count, bytes, more) => tree(name, count, Math.ceil(bytes * scale), more);
  const once = { isUsedOnce: true };
  const many = small('many', 20_000, 4096);
  return {
    many,
    /** The same but for some files that differ in what they hold, and only in that. */
    manyChanged: {
      ...many,
      name: 'many-changed',
      changed: CHANGED,
      contentOf: (index) => (index % (many.count / CHANGED) === 0 ? `${index} changed` : String(index)),
    },
    /** A quarter of the files are copies of another quarter. */
    twins: twinsOf({ ...many, name: 'twins' }),
    tiny: small('tiny', 200_000, 512, once),
    half: small('half', 10_000, 4096),
    few: small('few', 5000, 4096),
    million: small('million', 1_000_000, 100, { perFolder: 1000, ...once }),
    crumbs: small('crumbs', 20_000, 100, { perFolder: 1000, ...once }),
    entries: small('entries', 100_000, 100, { perFolder: 100, ...once }),
    /** What servers give. */
    slow: small('slow', 2000, 1024, { perFolder: undefined }),
    kibis: small('kibis', 10_000, 1024, { perFolder: undefined }),
    pages: small('pages', 5000, 16 * 1024, { perFolder: undefined }),
    thirds: small('thirds', 2000, 16 * 1024, { perFolder: undefined }),
    streams: small('streams', 500, 64 * 1024, { perFolder: undefined }),
    pair: large('pair', 2, 256 * MIB, once),
    single: large('single', 1, 100 * MIB, once),
    forty: large('forty', 40, 3 * MIB, once),
    large: large('large', 4, 256 * MIB),
    medium: large('medium', 4, 128 * MIB, once),
  };
}

function twinsOf(tree) {
  const groups = Math.floor(tree.count / 4);
  const isTwin = (index) => index >= 2 * groups && index < 3 * groups;
  return { ...tree, groups, contentOf: (index) => String(isTwin(index) ? index - 2 * groups : index) };
}

export const bytesOf = ({ count, bytes }) =>
  count * (Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES + INODE_BYTES);
