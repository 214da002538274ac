// Copying a folder. The peers do not flush what they write, so Heddle is compared with --no-sync; with flushing, as it
// does unless told otherwise, it has a line of its own, and a case of its own on a file system with a disk.
import { rmSync } from 'node:fs';
import { floor, heddleCommand, shell } from '../lib/terminal.mjs';
import { expectFiles } from '../lib/workshop.mjs';
import { bytesOf } from './trees.mjs';
import { inMemory } from './wishes.mjs';

const OWN = 'Heddle --no-sync';
const FLUSHED_CP = 'cp -r && sync -f';
const EXT4_SPARE_BYTES = 128 * 1024 * 1024;
const THREADS = 8;

const copyCommand = (shop, folder, target, ...flags) =>
  heddleCommand('copy', '--quiet', `${folder}/`, target, '--data-dir', shop.path('data'), ...flags);

function copy(id, tree, wishes) {
  return {
    id,
    group: 'Copying',
    title: tree.title,
    neededBytes: 2 * bytesOf(tree),
    wishes,
    async prepare(shop) {
      const folder = await shop.files(tree);
      const target = shop.path('target');
      return {
        before: () => rmSync(target, { recursive: true, force: true }),
        after: () => expectFiles(target, tree.count, tree.bytes),
        contestants: [
          { name: OWN, own: true, command: copyCommand(shop, folder, target, '--no-sync') },
          { name: 'Heddle', own: true, command: copyCommand(shop, folder, target) },
          floor(shop, 'copy', folder, target),
          { name: 'cp -r', needs: 'cp', command: ['cp', '-r', folder, target] },
          { name: 'rsync -a', needs: 'rsync', command: ['rsync', '-a', `${folder}/`, target] },
          {
            name: 'rclone copy',
            needs: 'rclone',
            command: ['rclone', 'copy', '--transfers', '8', folder, target],
          },
        ],
      };
    },
  };
}

/** From memory to an ext4 on a disk, so that every flush is one. */
function flushed(tree, wishes) {
  return {
    id: 'copy-ext4',
    group: 'Copying',
    title: `${tree.title} to ext4, flushed`,
    neededBytes: bytesOf(tree),
    wishes,
    async prepare(shop) {
      const folder = await shop.files(tree);
      let volume;
      try {
        volume = shop.ext4(2 * bytesOf(tree) + EXT4_SPARE_BYTES);
      } catch (error) {
        return { leftOut: `there is no ext4 here (${error.message})` };
      }
      const target = `${volume.folder}/target`;
      return {
        where: volume.where,
        before: () => {
          rmSync(target, { recursive: true, force: true });
          volume.sync();
        },
        after: () => expectFiles(target, tree.count, tree.bytes),
        contestants: [
          { name: 'Heddle', own: true, command: copyCommand(shop, folder, target) },
          floor(shop, 'copy-flush', folder, target),
          {
            name: FLUSHED_CP,
            needs: 'cp',
            command: shell(`cp -r ${folder} ${target} && sync -f ${target}`),
          },
          {
            name: 'rsync -a --fsync',
            needs: 'rsync',
            command: ['rsync', '-a', '--fsync', `${folder}/`, target],
          },
        ],
      };
    },
  };
}

/** What it takes to hold, not how long it takes. */
function manyEntries(tree) {
  const name = `Heddle --workers ${THREADS}`;
  return {
    id: 'copy-entries',
    group: 'Copying',
    title: `${tree.title} with ${THREADS} threads`,
    neededBytes: 2 * bytesOf(tree),
    isLong: true,
    wishes: [inMemory(name)],
    async prepare(shop) {
      const folder = await shop.files(tree);
      const target = shop.path('target');
      const command = copyCommand(shop, folder, target, '--no-sync', '--workers', String(THREADS));
      return {
        before: () => rmSync(target, { recursive: true, force: true }),
        after: () => expectFiles(target, tree.count, tree.bytes),
        contestants: [
          { name, own: true, command },
          floor(shop, 'copy', folder, target, '--threads', String(THREADS)),
        ],
      };
    },
  };
}

const beside = (peer, most) => ({ own: OWN, peer, most });

export const copying = ({ many, few, large, entries }) => [
  copy('copy-many', many, [
    beside('rsync -a', 1.1),
    beside('cp -r', 2.6),
    beside('rclone copy', 0.4),
    inMemory(OWN),
  ]),
  flushed(few, [{ own: 'Heddle', peer: FLUSHED_CP, most: 1.2 }, inMemory('Heddle')]),
  copy('copy-large', large, [beside('cp -r', 0.8), inMemory(OWN)]),
  manyEntries(entries),
];
