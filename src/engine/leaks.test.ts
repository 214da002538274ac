/** A hundred jobs in one engine take no more of the system than twenty-five: threads, descriptors, files and memory. */
import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import { MODES } from '../common/model/jobs';
import { ANSWERS, OddServer } from './testing/odd-server';
import { engine, folder, go, put, run, useEngine } from './testing/test-engine';

/** Each kind has run in each mode by then. */
const WARM = 25;
const JOBS = Number(process.env['HEDDLE_LEAK_JOBS'] ?? 100);
const FILES = 3;
const MEBIBYTE = 1024 * 1024;
/** A thread that is never let go of takes some 10 MiB; there are hundreds. */
const MOST_HEAP_BYTES = 6 * MEBIBYTE;
const MOST_RESIDENT_BYTES = 60 * MEBIBYTE;

useEngine('leaks');

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function requests(server: OddServer): readonly ((job: number) => JobRequest)[] {
  const tree = join(folder, 'tree');
  const how = (job: number) => {
    const mode = MODES[job % MODES.length] ?? 'pool';
    return { mode, workers: mode === 'sequential' ? null : 2 };
  };
  const urls = (job: number): string[] =>
    ANSWERS.filter((answer) => answer !== 'busy').map((answer) => `${server.url}/${answer}/${job}`);
  return [
    (job) => ({
      kind: 'hash',
      ...how(job),
      paths: [tree],
      algorithms: ['sha256'],
      manifest: null,
      cache: false,
    }),
    (job) => ({
      kind: 'hash',
      ...how(job),
      paths: [tree],
      algorithms: ['blake3'],
      manifest: null,
      duplicates: true,
    }),
    (job) => ({
      kind: 'copy',
      ...how(job),
      sources: [tree],
      destination: join(folder, 'copies'),
      layout: 'contents',
      options: { existing: 'overwrite', sync: false, verify: job % 2 === 0 },
    }),
    (job) => ({ kind: 'verify', ...how(job), manifest: tree, root: join(folder, 'copies') }),
    (job) => ({
      kind: 'download',
      ...how(job),
      urls: urls(job % 10),
      text: null,
      listFiles: [],
      directory: join(folder, 'downloads'),
      options: { existing: 'overwrite', retries: 1, retryBaseMs: 1 },
    }),
  ];
}

interface Taken {
  readonly threads: number;
  readonly descriptors: readonly string[];
  readonly temporary: readonly string[];
}

/** What can be counted. Sockets and pipes are told by their kind: their numbers change. */
function taken(): Taken {
  const descriptors = readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`).replace(/\d+\]$/u, ']')];
    } catch {
      // The descriptor that lists them.
      return [];
    }
  });
  return {
    threads: readdirSync('/proc/self/task').length,
    descriptors: descriptors.filter((path) => path !== '/proc/self/fd').sort(),
    temporary: [...readdirSync(join(folder, 'data')), ...readdirSync(folder)].sort(),
  };
}

/** What is taken now and was not before. What was about to end then may have. */
function more(before: Taken): Taken {
  const now = taken();
  const beside = (names: readonly string[], were: readonly string[]): string[] => {
    const left = [...were];
    return names.filter((name) => {
      const at = left.indexOf(name);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  };
  return {
    threads: Math.max(0, now.threads - before.threads),
    descriptors: beside(now.descriptors, before.descriptors),
    temporary: beside(now.temporary, before.temporary),
  };
}

function memory(): { readonly heap: number; readonly resident: number } {
  // What the first collection finalizes, the second one frees.
  collect();
  collect();
  const [, pages] = readFileSync('/proc/self/statm', 'utf8').split(' ');
  return { heap: process.memoryUsage().heapUsed, resident: Number(pages) * 4096 };
}

test.runIf(process.platform === 'linux')(
  'a hundred jobs leave no more behind than the first ones',
  async () => {
    for (let file = 0; file < FILES; file++) put(join(folder, 'tree', `f${file}`), 'x'.repeat(file * 10_000));
    const server = new OddServer();
    await server.listen();
    try {
      const make = requests(server);
      const play = async (from: number, to: number): Promise<void> => {
        for (let job = from; job < to; job++) {
          const request = make[job % make.length]?.(job);
          if (request === undefined) throw new Error('There is no such request');
          const { id, counts } = await run(request);
          if (counts.failed > 0) await go(id, () => engine.retry(id));
        }
      };
      await play(0, WARM);
      const before = { taken: taken(), memory: memory() };
      await play(WARM, JOBS);
      // What ends a moment later may.
      await expect.poll(() => more(before.taken)).toEqual({ threads: 0, descriptors: [], temporary: [] });
      const after = memory();
      expect(after.heap - before.memory.heap).toBeLessThan(MOST_HEAP_BYTES);
      expect(after.resident - before.memory.resident).toBeLessThan(MOST_RESIDENT_BYTES);
      expect(readdirSync(tmpdir()).filter((name) => name.startsWith('.heddle'))).toEqual([]);
      expect(statSync(join(folder, 'data/heddle.db')).size).toBeLessThan(8 * MEBIBYTE);
    } finally {
      await server.close();
    }
  },
);
