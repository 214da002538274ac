// Trees of files for pictures: with names as people have them, and what can happen to such trees.
import { createHash } from 'node:crypto';
import { appendFile, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const FOLDERS = ['photos/2024/lisbon', 'photos/2025/iceland', 'papers', 'scans', 'music/field recordings'];
const ENDINGS = { photos: 'jpg', papers: 'pdf', scans: 'tif', music: 'flac' };

/** The same bytes for the same name, at every run. */
function contentOf(name, bytes) {
  const block = createHash('sha512').update(name).digest();
  return Buffer.concat(Array.from({ length: Math.ceil(bytes / block.length) }, () => block)).subarray(
    0,
    bytes,
  );
}

async function put(root, name, bytes = 40_000 + ((name.length * 7919) % 400_000)) {
  await mkdir(dirname(join(root, name)), { recursive: true });
  await writeFile(join(root, name), contentOf(name, bytes));
}

function nameOf(index) {
  const folder = FOLDERS[index % FOLDERS.length];
  const ending = ENDINGS[folder.split('/')[0]];
  return `${folder}/${ending === 'jpg' ? 'DSC' : 'item'}_${String(1000 + index)}.${ending}`;
}

const LONG =
  'papers/A very long title of a paper that nobody ever shortened, with its authors, its year and the name of the conference (final version, corrected).pdf';

export async function makeSampleTree(root, files = 420) {
  for (let index = 0; index < files; index++) await put(root, nameOf(index));
  await put(root, LONG);
}

/** What makes a verification worth looking at. */
export async function spoilTree(root) {
  for (const index of [4, 12, 31]) await appendFile(join(root, nameOf(index)), 'rot');
  for (const index of [8, 15]) await rm(join(root, nameOf(index)));
  await appendFile(join(root, LONG), 'rot');
  await put(root, 'scans/added later.tif');
}

/** The same tree some months later. */
export async function makeLaterTree(root, later) {
  await cp(root, later, { recursive: true });
  for (const index of [3, 22, 40]) await appendFile(join(later, nameOf(index)), 'edited');
  for (const index of [5, 6]) await rm(join(later, nameOf(index)));
  for (const index of [10, 11, 16]) {
    await mkdir(join(later, 'photos/best of'), { recursive: true });
    await rename(join(later, nameOf(index)), join(later, `photos/best of/${index}.jpg`));
  }
  for (const name of ['notes.md', 'photos/2025/iceland/DSC_2001.jpg']) await put(later, name);
}

/** Files that lie there several times. */
export async function makeTwins(root) {
  for (const [name, copies] of [
    [
      nameOf(0),
      ['photos/lisbon (copy)/DSC_1000.jpg', 'desktop/DSC_1000 (1).jpg', 'desktop/for the wall.jpg'],
    ],
    [nameOf(7), ['papers/old/item_1007.pdf']],
    [nameOf(13), ['scans/again/item_1013.tif', 'scans/again/item_1013 (2).tif']],
    [LONG, ['desktop/the paper.pdf']],
  ]) {
    for (const copy of copies) {
      await mkdir(dirname(join(root, copy)), { recursive: true });
      await cp(join(root, name), join(root, copy));
    }
  }
}

/** Long enough to be looked at while they are copied. */
export async function makeLargeFiles(root) {
  for (const name of ['disk image of the old laptop.img', 'film.mkv', 'archive-2019.tar', 'archive-2020.tar'])
    await put(root, name, 500_000_000);
}
