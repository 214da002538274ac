import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';

/**
 * Unpacks chosen files of a ZIP archive, with their permissions.
 *
 * @param {string} archive its path
 * @param {string} folder where to; made when missing
 * @param {(name: string) => string | null} choose what a file is called in the folder, null to leave it out
 */
export async function unzip(archive, folder, choose) {
  const zip = await new Promise((settle, fail) => {
    yauzl.open(archive, { lazyEntries: true }, (error, file) => (error ? fail(error) : settle(file)));
  });
  await new Promise((settle, fail) => {
    zip.once('error', fail);
    zip.once('end', settle);
    zip.on('entry', (entry) => {
      extract(zip, entry, folder, choose).then(() => zip.readEntry(), fail);
    });
    zip.readEntry();
  });
}

async function extract(zip, entry, folder, choose) {
  const name = entry.fileName.endsWith('/') ? null : choose(entry.fileName);
  if (name === null) return;
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  const stream = await new Promise((settle, fail) => {
    zip.openReadStream(entry, (error, opened) => (error ? fail(error) : settle(opened)));
  });
  const mode = (entry.externalFileAttributes >>> 16) & 0o777;
  await pipeline(stream, createWriteStream(path, { mode: mode === 0 ? 0o644 : mode }));
}
