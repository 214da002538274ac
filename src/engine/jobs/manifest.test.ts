import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Digests } from '../../common/model/digests';
import { planChunk } from '../../common/model/packet';
import { openDatabase, type Database } from '../store/database';
import { JobRepository } from '../store/job-repository';
import { TaskStore } from '../store/task-store';
import { failedOf, settledOf } from '../testing/recorded';
import { manifestLines, prepareOwnManifest, writeManifest } from './manifest';
import { DEFAULT_WALK_RULES } from '../../common/model/walk-rules';

let folder: string;
let database: Database;
let tasks: TaskStore;
let jobId: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-manifest-'));
  database = openDatabase(join(folder, 'data'));
  tasks = new TaskStore(database);
  jobId = new JobRepository(database, () => false).insert({
    kind: 'download',
    mode: 'pool',
    workers: null,
    label: 'files',
    folder,
    token: 'token',
    spec: {
      kind: 'hash',
      paths: [],
      algorithms: ['sha256'],
      manifest: null,
      rules: DEFAULT_WALK_RULES,
      cache: false,
      duplicates: false,
    },
    workDirectories: [],
  });
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function settle(
  names: readonly string[],
  to: 'done' | 'failed',
  digestsOf: (name: string) => Digests | null,
): void {
  const first = tasks.packets.nextOrdinal(jobId);
  const base = { phase: 0, type: 'url', root: 0, host: 'a.example', target: null, size: 1 } as const;
  const planned = names.map((name) => ({ ...base, source: `http://a.example/${name}`, name, settled: null }));
  tasks.packets.add(jobId, first, planChunk(planned, ''));
  const packet = tasks.packets.first(jobId);
  if (packet === null) throw new Error('nothing is queued');
  const targets = names.map((name) => join(folder, 'files', name));
  const digests = names.map((name) => {
    const known = digestsOf(name);
    return known === null ? null : JSON.stringify(known);
  });
  const recorded = to === 'done' ? settledOf(packet, { columns: { targets, digests } }) : failedOf(packet);
  expect(tasks.writes.record(jobId, [recorded])).toHaveLength(names.length);
}

function makeFiles(names: readonly string[]): void {
  execFileSync('mkdir', ['-p', join(folder, 'files')]);
  for (const name of names) writeFileSync(join(folder, 'files', name), name);
}

const sha256 = (name: string): Digests => ({ sha256: createHash('sha256').update(name).digest('hex') });

test('files that were downloaded, in order, with odd names; what failed is not there', async () => {
  const names = ['b', 'a', 'with space', 'back\\slash', 'line\nfeed'];
  makeFiles(names);
  settle(names, 'done', sha256);
  settle(['failed'], 'failed', () => null);
  const path = join(folder, 'files', 'SUMS');
  await writeManifest(
    manifestLines(tasks, jobId, { format: 'gnu', algorithms: ['sha256'], base: join(folder, 'files') }),
    path,
  );
  expect(
    readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.slice(line.indexOf('  ') + 2)),
  ).toEqual(['b', 'a', 'with space', 'back\\\\slash', 'line\\nfeed', '']);
  const checked = execFileSync('sha256sum', ['--strict', '-c', 'SUMS'], { cwd: join(folder, 'files') });
  expect(checked.toString().match(/: OK$/gmu)).toHaveLength(5);
});

test('a digest that a killed run did not store is computed, not left out', async () => {
  makeFiles(['kept', 'lost']);
  settle(['kept'], 'done', sha256);
  settle(['lost'], 'done', () => null);
  const lines: (string | Uint8Array)[] = [];
  for await (const line of manifestLines(tasks, jobId, {
    format: 'gnu',
    algorithms: ['sha256'],
    base: folder,
  }))
    lines.push(line);
  const expected = ['kept', 'lost'].map((name) => `${sha256(name).sha256 ?? ''}  files/${name}\n`);
  expect(lines.join('')).toBe(expected.join(''));
  const incomplete = manifestLines(tasks, jobId, { format: 'gnu', algorithms: ['blake3'], base: folder });
  await incomplete.next();
  await expect(incomplete.next()).rejects.toMatchObject({ code: 'manifest-incomplete' });
  rmSync(join(folder, 'files', 'lost'));
  const gone = manifestLines(tasks, jobId, { format: 'gnu', algorithms: ['sha256'], base: folder });
  // The beginning, and the file that is there.
  await gone.next();
  await gone.next();
  await expect(gone.next()).rejects.toMatchObject({ code: 'not-found' });
});

test('the folder of a manifest is made, and a file of its name is left alone', () => {
  const path = join(folder, 'new', 'SUMS');
  prepareOwnManifest(path);
  writeFileSync(path, 'mine');
  expect(() => {
    prepareOwnManifest(path);
  }).toThrow('exists already');
  expect(readFileSync(path, 'utf8')).toBe('mine');
});

test('half a manifest that a killed process left goes with the next one; one that is being written stays, as does what others made', async () => {
  const [left, being, own] = ['0123456789ab', 'cdefcdefcdef', 'of-mine.txt'].map((end) =>
    join(folder, `.heddle-manifest-${end}`),
  ) as [string, string, string];
  for (const path of [left, being, own]) writeFileSync(path, 'half');
  const longAgo = Date.now() / 1000 - 2 * 3600;
  for (const path of [left, own]) utimesSync(path, longAgo, longAgo);
  await writeManifest(
    manifestLines(tasks, jobId, { format: 'gnu', algorithms: ['sha256'], base: folder }),
    join(folder, 'SUMS'),
  );
  expect([left, being, own].map((path) => existsSync(path))).toEqual([false, true, true]);
});
