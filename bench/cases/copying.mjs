// Copying a folder. The peers do not flush what they write, so Heddle is compared with --no-sync; with flushing, as it
// does unless told otherwise, it has a line of its own.
import { rmSync } from 'node:fs';
import { bareNode, heddleCommand } from '../lib/terminal.mjs';
import { expectFiles } from '../lib/workshop.mjs';
import { LARGE, MANY, bytesOf } from './trees.mjs';

const OWN = 'Heddle --no-sync';

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
      const own = (...flags) =>
        heddleCommand('copy', '--quiet', `${folder}/`, target, '--data-dir', shop.path('data'), ...flags);
      return {
        before: () => rmSync(target, { recursive: true, force: true }),
        after: () => expectFiles(target, tree.count, tree.bytes),
        contestants: [
          { name: OWN, own: true, command: own('--no-sync') },
          { name: 'Heddle', own: true, command: own() },
          bareNode('copy', folder, target),
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

const memory = { own: OWN, mostBytes: 200_000_000 };

export const copying = [
  copy('copy-many', MANY, [
    { own: OWN, peer: 'cp -r', most: 1 },
    { own: OWN, peer: 'rsync -a', most: 0.5 },
    { own: OWN, peer: 'rclone copy', most: 0.4 },
    memory,
  ]),
  copy('copy-large', LARGE, [{ own: OWN, peer: 'cp -r', most: 1.1 }, memory]),
];
