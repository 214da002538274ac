// `npm run bench:modes`: Sync against Async on the same work, in turn in one run. Medians with least and most.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfStale } from '../scripts/lib/build.cjs';
import { median, spread } from './lib/statistics.mjs';
import { heddle, serve } from './lib/terminal.mjs';

const REPEATS = 5;
const URLS = 400;
const LATENCY_MS = 20;
const HASHED_FILES = 8;
const HASHED_BYTES = 256 * 1024 * 1024;

async function compare(title, args, workers) {
  const modes = { sync: ['--sync'], async: ['--async', '--workers', String(workers)] };
  const runs = { sync: [], async: [] };
  // The first of each warms the page cache and counts for nothing.
  for (let repeat = 0; repeat <= REPEATS; repeat++) {
    for (const mode of repeat % 2 === 0 ? ['sync', 'async'] : ['async', 'sync']) {
      const { wallMs, summary } = await heddle([...(await args()), ...modes[mode]]);
      if (repeat > 0) runs[mode].push({ wallMs, jobMs: summary.ms });
    }
  }
  const of = (mode, key) => runs[mode].map((run) => run[key]);
  const ratio = (key) => (median(of('sync', key)) / median(of('async', key))).toFixed(2);
  process.stdout.write(
    [
      title,
      `  Sync                ${spread(of('sync', 'jobMs'))}`,
      `  Async, ${workers} workers    ${spread(of('async', 'jobMs'))}`,
      `  Async is ${ratio('jobMs')} times as fast; ${ratio('wallMs')} times with the start of the process`,
      '',
    ].join('\n'),
  );
}

async function benchDownloads(folder) {
  const files = join(folder, 'files');
  await mkdir(files);
  for (let index = 0; index < URLS; index++)
    await writeFile(join(files, `${index}.bin`), Buffer.alloc(16_384, index));
  const server = await serve(files, LATENCY_MS);
  try {
    const list = join(folder, 'list.txt');
    await writeFile(
      list,
      Array.from({ length: URLS }, (_, index) => `${server.url}/${index}.bin`).join('\n'),
    );
    let round = 0;
    const args = () => [
      'download',
      '-i',
      list,
      '-d',
      join(folder, `target-${++round}`),
      '--data-dir',
      join(folder, 'data'),
    ];
    await compare(`Download ${URLS} × 16 KiB from a server that waits ${LATENCY_MS} ms`, args, 8);
  } finally {
    await server.close();
  }
}

async function benchHashing(folder) {
  const files = join(folder, 'large');
  await mkdir(files);
  for (let index = 0; index < HASHED_FILES; index++) {
    await writeFile(join(files, `${index}.bin`), Buffer.alloc(HASHED_BYTES, `${index} heddle`));
  }
  const args = () => ['hash', files, '--data-dir', join(folder, 'data')];
  await compare(`SHA-256 of ${HASHED_FILES} × 256 MiB, in the page cache`, args, 2);
}

if (!buildIfStale()) process.exit(1);
const folder = await mkdtemp(join(tmpdir(), 'heddle-bench-'));
try {
  process.stdout.write(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.versions.node}\n\n`);
  await benchDownloads(folder);
  await benchHashing(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
