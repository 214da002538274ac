// Digests of the files of a folder, from memory. Peers that have no threads run as often as there are cores, by xargs.
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { bareNode, heddleCommand } from '../lib/terminal.mjs';
import { LARGE, MANY, bytesOf } from './trees.mjs';

const CORES = availableParallelism();
/** What has changed so lately is not remembered (docs/hashing.md). */
const UNTRUSTED_MS = 3500;
const MEMORY_BYTES = 200_000_000;

const shell = (script) => ['sh', '-c', script];

function hash(id, title, tree, contestants, wishes, onDisk = false) {
  return {
    id,
    group: 'Hashing',
    title: `${title} of ${tree.title}${onDisk ? ' on a disk, from memory' : ''}`,
    neededBytes: onDisk ? 0 : bytesOf(tree),
    wishes,
    async prepare(shop) {
      const folder = onDisk ? await shop.filesOnDisk(tree) : await shop.files(tree);
      await delay(UNTRUSTED_MS);
      const manifest = shop.path('SUMS');
      const own = (...flags) =>
        heddleCommand(
          ...['hash', '--quiet', folder, '--data-dir', shop.path('data'), '-o', manifest, ...flags],
        );
      return {
        before: () => rmSync(manifest, { force: true }),
        after: ({ own: isOwn }) => {
          if (!isOwn) return;
          const lines = readFileSync(manifest, 'utf8').trimEnd().split('\n').length;
          if (lines !== tree.count) throw new Error(`${lines} lines in the manifest, not ${tree.count}`);
        },
        contestants: contestants({ own, folder }),
      };
    },
  };
}

function sha256(id, tree, each, wishes) {
  const xargs = `xargs -0 -P${CORES} ${each}`;
  return hash(
    id,
    'SHA-256',
    tree,
    ({ own, folder }) => [
      { name: 'Heddle', own: true, command: own('-a', 'sha256', '--no-cache') },
      bareNode('hash', 'sha256', folder),
      {
        name: `xargs -P${CORES} sha256sum`,
        needs: 'sha256sum',
        command: shell(`find ${folder} -type f -print0 | ${xargs} sha256sum`),
      },
      {
        name: `xargs -P${CORES} openssl sha256`,
        needs: 'openssl',
        command: shell(`find ${folder} -type f -print0 | ${xargs} openssl sha256`),
      },
      { name: 'rhash', needs: 'rhash', command: ['rhash', '--sha256', '-r', folder] },
      { name: 'hashdeep', needs: 'hashdeep', command: ['hashdeep', '-c', 'sha256', '-r', folder] },
      { name: 'rclone hashsum', needs: 'rclone', command: ['rclone', 'hashsum', 'sha256', folder] },
    ],
    wishes,
  );
}

function b3sumOf(folder) {
  return {
    name: 'b3sum',
    needs: 'b3sum',
    command: shell(`find ${folder} -type f -print0 | xargs -0 b3sum`),
  };
}

function blake3(id, tree, wishes) {
  return hash(
    id,
    'BLAKE3',
    tree,
    ({ own, folder }) => [
      { name: 'Heddle', own: true, command: own('-a', 'blake3', '--no-cache') },
      bareNode('hash', 'blake3', folder),
      b3sumOf(folder),
    ],
    wishes,
  );
}

/** Digests are remembered of files on disks alone (docs/hashing.md). */
function known(id, tree, wishes) {
  return hash(
    id,
    'BLAKE3, digests known,',
    tree,
    ({ own, folder }) => [
      // The round that warms everything up makes them known.
      { name: 'Heddle, digests known', own: true, command: own('-a', 'blake3') },
      b3sumOf(folder),
    ],
    wishes,
    true,
  );
}

const memory = { own: 'Heddle', mostBytes: MEMORY_BYTES };
const isKnown = { own: 'Heddle, digests known', peer: 'b3sum', most: 0.5 };
const b3sum = { own: 'Heddle', peer: 'b3sum', most: 1.5 };
const sha256sum = (most) => ({ own: 'Heddle', peer: `xargs -P${CORES} sha256sum`, most });

export const hashing = [
  sha256('sha256-many', MANY, '', [sha256sum(1), memory]),
  sha256('sha256-large', LARGE, '-n1', [
    sha256sum(0.4),
    { own: 'Heddle', peer: `xargs -P${CORES} openssl sha256`, most: 1.1 },
    memory,
  ]),
  blake3('blake3-many', MANY, [b3sum, memory]),
  blake3('blake3-large', LARGE, [b3sum, memory]),
  known('blake3-known-many', MANY, []),
  known('blake3-known-large', LARGE, [isKnown]),
];
