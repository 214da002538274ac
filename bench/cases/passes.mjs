// What people do with several tools one after another, and Heddle in one go; and what they look for in folders.
import { readFileSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { grouped } from '../lib/numbers.mjs';
import { floor, heddleCommand, shell } from '../lib/terminal.mjs';
import { expectFiles } from '../lib/workshop.mjs';
import { expectLines } from './hashing.mjs';
import { bytesOf } from './trees.mjs';
import { inMemory } from './wishes.mjs';

const THEN = 'sha256sum, sha256sum -c';
const RSYNC = `rsync -a, ${THEN}`;
const CP = `cp -a, ${THEN}`;
const FINDERS = ['fdupes', 'jdupes', 'rdfind'];

/** @throws {Error} unless `sha256sum` finds what a manifest says */
function expectDigests(manifest) {
  // Names are relative to the manifest.
  const { status, stderr } = spawnSync('sha256sum', ['--quiet', '-c', manifest], {
    cwd: dirname(manifest),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`sha256sum does not find what the manifest says: ${stderr.slice(-500)}`);
}

/** Copied, compared with what the target gives back, and a manifest of it. */
function onePass(id, tree) {
  return {
    id,
    group: 'Copying, verifying and a manifest',
    title: tree.title,
    neededBytes: 2 * bytesOf(tree),
    wishes: [
      { own: 'Heddle', peer: RSYNC, most: 0.7 },
      { own: 'Heddle', peer: CP, most: 0.7 },
      inMemory('Heddle'),
    ],
    async prepare(shop) {
      const folder = await shop.files(tree);
      const target = shop.path('target');
      const sums = shop.path('SUMS');
      const passes = (copy) =>
        shell(
          [
            copy,
            `cd ${folder} && find . -type f -print0 | xargs -0 sha256sum > ${sums}`,
            `cd ${target} && sha256sum --quiet -c ${sums}`,
          ].join(' && '),
        );
      let isProved = false;
      return {
        before: () => {
          rmSync(target, { recursive: true, force: true });
          rmSync(sums, { force: true });
        },
        after: ({ own }) => {
          expectFiles(target, tree.count, tree.bytes);
          expectLines(sums, tree.count);
          if (own && !isProved) expectDigests(sums);
          isProved ||= own === true;
        },
        contestants: [
          {
            name: 'Heddle',
            own: true,
            command: heddleCommand(
              ...['copy', '--quiet', '--verify', '--no-sync', '--manifest', sums, `${folder}/`, target],
              ...['--data-dir', shop.path('data')],
            ),
          },
          { ...floor(shop, 'copy-verify', folder, target), output: sums },
          { name: RSYNC, needs: 'rsync', command: passes(`rsync -a ${folder}/ ${target}`) },
          { name: CP, needs: 'cp', command: passes(`cp -a ${folder} ${target}`) },
        ],
      };
    },
  };
}

/** @returns {number[]} how many files each group has, of what `heddle duplicates`, `fdupes` and `jdupes` print alike */
export const groupSizes = (text) =>
  text
    .split('\n\n')
    .map((group) => group.split('\n').filter((line) => line !== '').length)
    .filter((size) => size > 0);

/** @throws {Error} unless there are so many groups, all of two */
export function expectPairs(text, count) {
  const sizes = groupSizes(text);
  if (sizes.length === count && sizes.every((size) => size === 2)) return;
  throw new Error(
    `${sizes.length} groups of ${sizes.reduce((sum, size) => sum + size, 0)} files, not ${count} of two`,
  );
}

function duplicates(tree) {
  return {
    id: 'duplicates',
    group: 'Finding duplicates',
    title: `${tree.title}, ${grouped(tree.groups)} of them twice`,
    neededBytes: bytesOf(tree),
    wishes: [{ own: 'Heddle', peers: FINDERS, most: 1 }, inMemory('Heddle')],
    async prepare(shop) {
      const folder = await shop.files(tree);
      const output = shop.path('groups');
      const read = () => readFileSync(output, 'utf8');
      const inGroups = () => expectPairs(read(), tree.groups);
      return {
        before: () => rmSync(output, { force: true }),
        after: ({ check }) => check?.(),
        contestants: [
          {
            name: 'Heddle',
            own: true,
            output,
            check: inGroups,
            command: heddleCommand(
              ...['duplicates', '--quiet', '--no-cache', folder, '--data-dir', shop.path('data')],
            ),
          },
          floor(shop, 'hash', 'blake3', folder),
          { name: 'fdupes', needs: 'fdupes', output, check: inGroups, command: ['fdupes', '-rq', folder] },
          { name: 'jdupes', needs: 'jdupes', output, check: inGroups, command: ['jdupes', '-rq', folder] },
          {
            name: 'rdfind',
            needs: 'rdfind',
            output,
            check: () => {
              const twice = `${2 * tree.groups} files that are not unique`;
              if (!read().includes(twice)) throw new Error(`rdfind does not tell of ${twice}`);
            },
            command: ['rdfind', '-dryrun', 'true', '-makeresultsfile', 'false', folder],
          },
        ],
      };
    },
  };
}

function comparison(left, right) {
  return {
    id: 'folders',
    group: 'Comparing two folders',
    title: `${left.title} in each, ${right.changed} of which differ`,
    neededBytes: bytesOf(left) + bytesOf(right),
    wishes: [
      { own: 'Heddle', peer: 'diff -rq', most: 1 },
      { own: 'Heddle', peer: 'rsync -rnci', most: 1 },
      inMemory('Heddle'),
    ],
    async prepare(shop) {
      const folders = [await shop.files(left), await shop.files(right)];
      const output = shop.path('differences');
      return {
        before: () => rmSync(output, { force: true }),
        after: ({ output: isKept }) => {
          if (isKept !== undefined) expectLines(output, right.changed);
        },
        contestants: [
          {
            name: 'Heddle',
            own: true,
            output,
            status: 1,
            command: heddleCommand('verify', '--quiet', ...folders, '--data-dir', shop.path('data')),
          },
          floor(shop, 'hash', 'blake3', ...folders),
          { name: 'diff -rq', needs: 'diff', output, status: 1, command: ['diff', '-rq', ...folders] },
          {
            name: 'rsync -rnci',
            needs: 'rsync',
            output,
            command: ['rsync', '-rnci', ...folders.map((folder) => `${folder}/`)],
          },
        ],
      };
    },
  };
}

export const passes = ({ many, manyChanged, medium, twins }) => [
  onePass('one-pass-many', many),
  onePass('one-pass-large', medium),
  duplicates(twins),
  comparison(many, manyChanged),
];
