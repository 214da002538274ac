/** Two hundred jobs of every kind and mode in one window take no more of the system than the first fifty. */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openApp } from '../scripts/lib/app-window.mjs';
import { contentOf } from './content.mjs';

const WARM = 50;
const JOBS = 200;
const FILES = 6;
const MODES = ['pool', 'sequential', 'event-loop', 'thread-per-task'];
const MEBIBYTE = 1024 * 1024;
/** A thread that is never let go of takes some 10 MiB; there are hundreds. */
const MOST_HEAP_BYTES = 12 * MEBIBYTE;
const MOST_RESIDENT_BYTES = 80 * MEBIBYTE;
const SETTLE_MS = 30_000;

function requests(folder, url) {
  const [tree, copies] = [join(folder, 'tree'), join(folder, 'copies')];
  return [
    () => ({ kind: 'hash', paths: [tree], algorithms: ['sha256'], manifest: null, cache: false }),
    () => ({ kind: 'hash', paths: [tree], algorithms: ['blake3'], manifest: null, duplicates: true }),
    (job) => ({
      kind: 'copy',
      sources: [tree],
      destination: copies,
      layout: 'contents',
      options: { existing: 'overwrite', sync: false, verify: job % 2 === 0 },
    }),
    () => ({ kind: 'verify', manifest: tree, root: copies }),
    () => ({
      kind: 'download',
      urls: Array.from({ length: FILES }, (_, file) => `${url}/f${file}`),
      text: null,
      listFiles: [],
      directory: join(folder, 'downloads'),
      options: { existing: 'overwrite' },
    }),
  ];
}

/** @param pid of the main process, in which the engine runs */
async function taken(pid, electron) {
  const bytes = await electron.evaluate(async () => {
    const { setFlagsFromString } = process.getBuiltinModule('node:v8');
    setFlagsFromString('--expose-gc');
    const collect = process.getBuiltinModule('node:vm').runInNewContext('gc');
    collect();
    collect();
    return process.memoryUsage().heapUsed;
  });
  const descriptors = readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      const path = readlinkSync(`/proc/${pid}/fd/${name}`);
      // What Chromium keeps for its pages it opens when it likes.
      return path.includes('/data/window/') ? [] : [path];
    } catch {
      return [];
    }
  });
  const [, pages] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  return {
    names: descriptors.map((name) => name.replace(/\d+\]$/, ']')).sort(),
    threads: readdirSync(`/proc/${pid}/task`).length,
    descriptors: descriptors.length,
    heap: bytes,
    resident: Number(pages) * 4096,
  };
}

/** @returns names that are among the first more often than among the others */
function beside(names, others) {
  const left = [...others];
  return names.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Once neither has fallen for a while: what ends, ends after its job. */
async function settled(pid, electron) {
  let least = await taken(pid, electron);
  const until = performance.now() + SETTLE_MS;
  for (let calm = 0; calm < 4 && performance.now() < until;) {
    await delay(500);
    const now = await taken(pid, electron);
    calm = now.threads < least.threads || now.descriptors < least.descriptors ? 0 : calm + 1;
    least = {
      ...now,
      threads: Math.min(now.threads, least.threads),
      descriptors: Math.min(now.descriptors, least.descriptors),
    };
  }
  return least;
}

/** @returns what has leaked, a line each */
export async function lookForLeaks() {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-leaks-'));
  mkdirSync(join(folder, 'tree'));
  for (let file = 0; file < FILES; file++)
    writeFileSync(join(folder, 'tree', `f${file}`), contentOf(`leaks ${file}`, file * 10_000));
  const server = createServer((request, response) => response.end(contentOf(request.url, 20_000)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Its own, so that nobody else's count.
  const own = join(folder, 'temporary');
  mkdirSync(own);
  process.env.TMPDIR = own;
  const temporary = () => readdirSync(own, { recursive: true }).length;
  const app = await openApp(process.env.HEDDLE_ELECTRON, join(folder, 'data'));
  try {
    const pid = app.electron.process().pid;
    const make = requests(folder, `http://127.0.0.1:${server.address().port}`);
    await app.page.evaluate(() => {
      globalThis.ended = new Set();
      globalThis.heddle.on('jobs-changed', (jobs) => {
        for (const { id, state } of jobs)
          if (['done', 'failed', 'cancelled'].includes(state)) globalThis.ended.add(id);
      });
    });
    const play = async (from, to) => {
      for (let number = from; number < to; number++) {
        const mode = MODES[number % MODES.length];
        const how = { mode, workers: mode === 'sequential' ? null : 2 };
        const { id } = await app.request('jobs:create', { ...make[number % make.length](number), ...how });
        await app.page.waitForFunction((job) => globalThis.ended.has(job), id);
      }
    };
    await play(0, WARM);
    const before = { ...(await settled(pid, app.electron)), files: temporary() };
    await play(WARM, JOBS);
    const after = { ...(await settled(pid, app.electron)), files: temporary() };
    const mebibytes = (bytes) => `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
    const shown = ({ threads, descriptors, heap, resident, files }) =>
      `${threads} threads, ${descriptors} descriptors, ${mebibytes(heap)} of heap, ${mebibytes(resident)} resident, ${files} temporary files`;
    process.stdout.write(`After ${WARM} jobs: ${shown(before)}\nAfter ${JOBS} jobs: ${shown(after)}\n`);
    const lines = [];
    for (const [name, most] of Object.entries({
      threads: 0,
      descriptors: 0,
      files: 0,
      heap: MOST_HEAP_BYTES,
      resident: MOST_RESIDENT_BYTES,
    }))
      if (after[name] > before[name] + most)
        lines.push(`Leaked: ${name}, ${before[name]} became ${after[name]}`);
    if (lines.length > 0) lines.push(`New: ${beside(after.names, before.names).join(', ')}`);
    return lines;
  } finally {
    await app.electron.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
