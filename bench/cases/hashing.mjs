// Digests of the files of a folder, from memory. Peers that have no threads run as often as there are cores, by xargs.
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { grouped } from '../lib/numbers.mjs';
import { floor, heddleCommand, shell } from '../lib/terminal.mjs';
import { countLines } from '../lib/workshop.mjs';
import { bytesOf } from './trees.mjs';
import { inMemory } from './wishes.mjs';

const CORES = availableParallelism();
/** What has changed so lately is not remembered (docs/hashing.md). */
const UNTRUSTED_MS = 3500;
const SHA256SUM = `xargs -P${CORES} sha256sum`;
const OPENSSL = `xargs -P${CORES} openssl sha256`;

/** @throws {Error} unless a manifest has a line for each file */
export function expectLines(manifest, count) {
  const lines = countLines(manifest);
  if (lines !== count) throw new Error(`${lines} lines in the manifest, not ${count}`);
}

const hashCommand = (shop, folder, ...flags) =>
  heddleCommand(
    ...['hash', '--quiet', folder, '--data-dir', shop.path('data'), '-o', shop.path('SUMS'), ...flags],
  );

function hash(id, title, tree, contestants, wishes, onDisk = false) {
  return {
    id,
    group: 'Hashing',
    title: `${title} of ${tree.title}${onDisk ? ' on a disk, from memory' : ''}`,
    neededBytes: onDisk ? 0 : bytesOf(tree),
    wishes,
    async prepare(shop) {
      const folder = onDisk ? await shop.filesOnDisk(tree) : await shop.files(tree);
      if (onDisk) await delay(UNTRUSTED_MS);
      const manifest = shop.path('SUMS');
      const own = (...flags) => hashCommand(shop, folder, ...flags);
      return {
        before: () => rmSync(manifest, { force: true }),
        after: ({ own: isOwn }) => {
          if (isOwn) expectLines(manifest, tree.count);
        },
        contestants: contestants({ shop, own, folder }),
      };
    },
  };
}

/** @param {string} each flags of `xargs` */
function sha256(id, tree, each, others, wishes) {
  const xargs = `xargs -0 -P${CORES} ${each}`;
  return hash(
    id,
    'SHA-256',
    tree,
    ({ shop, own, folder }) => [
      { name: 'Heddle', own: true, command: own('-a', 'sha256', '--no-cache') },
      floor(shop, 'hash', 'sha256', folder),
      {
        name: SHA256SUM,
        needs: 'sha256sum',
        command: shell(`find ${folder} -type f -print0 | ${xargs} sha256sum`),
      },
      ...others({ folder, xargs }),
    ],
    wishes,
  );
}

const otherHashers = ({ folder, xargs }) => [
  {
    name: OPENSSL,
    needs: 'openssl',
    command: shell(`find ${folder} -type f -print0 | ${xargs} openssl sha256`),
  },
  { name: 'rhash', needs: 'rhash', command: ['rhash', '--sha256', '-r', folder] },
  { name: 'hashdeep', needs: 'hashdeep', command: ['hashdeep', '-c', 'sha256', '-r', folder] },
  { name: 'rclone hashsum', needs: 'rclone', command: ['rclone', 'hashsum', 'sha256', folder] },
];

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
    ({ shop, own, folder }) => [
      { name: 'Heddle', own: true, command: own('-a', 'blake3', '--no-cache') },
      floor(shop, 'hash', 'blake3', folder),
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
      { name: KNOWN, own: true, command: own('-a', 'blake3') },
      b3sumOf(folder),
    ],
    wishes,
    true,
  );
}

/** What a file costs among a million, beside what it costs among some thousands. */
function scaling(million, crumbs) {
  const contestant = (shop, folder, { count }) => ({
    name: `Heddle, ${grouped(count)} files`,
    own: true,
    tasks: count,
    command: hashCommand(shop, folder, '-a', 'sha256', '--no-cache'),
  });
  const nameOf = ({ count }) => `Heddle, ${grouped(count)} files`;
  return {
    id: 'sha256-million',
    group: 'Hashing',
    title: `SHA-256 of ${million.title}, beside ${crumbs.title}`,
    neededBytes: bytesOf(million) + bytesOf(crumbs),
    isLong: true,
    wishes: [{ own: nameOf(million), peer: nameOf(crumbs), mostPerTask: 1.15 }, inMemory(nameOf(million))],
    async prepare(shop) {
      const folders = [await shop.files(million), await shop.files(crumbs)];
      return {
        // A million rows of each run would be in the way of the next.
        before: () => {
          for (const path of ['SUMS', 'data']) rmSync(shop.path(path), { recursive: true, force: true });
        },
        after: ({ tasks }) => expectLines(shop.path('SUMS'), tasks),
        contestants: [contestant(shop, folders[0], million), contestant(shop, folders[1], crumbs)],
      };
    },
  };
}

/** The two modes by Heddle's own experiment, which makes one process of both. */
function modes(tree) {
  return {
    id: 'pool',
    group: 'Pool against sequential',
    title: `SHA-256 of ${tree.title} with 2 threads, by heddle compare`,
    neededBytes: bytesOf(tree),
    wishes: [{ own: 'pool', peer: 'sequential', leastGain: 1.5 }],
    async prepare(shop) {
      const folder = await shop.files(tree);
      return {
        experiment: (repeats) =>
          heddleCommand(
            ...['compare', 'hash', folder, '-a', 'sha256', '--modes', 'sequential,pool', '--workers', '2'],
            ...['--repeats', String(repeats), '--json', '--quiet', '--data-dir', shop.path('data')],
          ),
        tasks: tree.count,
      };
    },
  };
}

const KNOWN = 'Heddle, digests known';
const beside = (peer, most) => ({ own: 'Heddle', peer, most });
const memory = inMemory('Heddle');

export const hashing = ({ many, tiny, large, million, crumbs, half }) => [
  sha256('sha256-many', many, '', otherHashers, [beside(SHA256SUM, 1.5), memory]),
  sha256('sha256-tiny', tiny, '', () => [], [beside(SHA256SUM, 1.3), memory]),
  sha256('sha256-large', large, '-n1', otherHashers, [beside(SHA256SUM, 0.4), beside(OPENSSL, 1.4), memory]),
  blake3('blake3-many', many, [beside('b3sum', 2.6), memory]),
  blake3('blake3-large', large, [beside('b3sum', 1.5), memory]),
  known('blake3-known-many', many, [{ own: KNOWN, peer: 'b3sum', most: 1.8 }, inMemory(KNOWN)]),
  known('blake3-known-large', large, [{ own: KNOWN, peer: 'b3sum', most: 0.5 }, inMemory(KNOWN)]),
  modes(half),
  scaling(million, crumbs),
];
