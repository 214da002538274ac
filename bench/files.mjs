// `npm run bench:files`: hashing and copying, whole processes against other tools, in turn in one run. Medians.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfStale } from '../scripts/lib/build.cjs';
import { root } from '../scripts/lib/root.mjs';
import { median, spread } from './lib/statistics.mjs';

const [repeats = 7, only = ''] = process.argv.slice(2);
const REPEATS = Number(repeats);
const MEMORY = '/dev/shm';
const TERMINAL = join(root, 'out/main/cli.cjs');
const CORES = cpus().length;
/** GNU time tells how much memory a process had at most. */
const TIME = '/usr/bin/time';

const shell = (script) => ['sh', '-c', script];
const heddle = (...args) => [process.execPath, TERMINAL, ...args, '--quiet'];

function isThere(tool) {
  return spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
}

/** Runs a command to its end. @returns milliseconds, and the most memory that one of its processes had (KiB) */
async function time([command, ...args], folder) {
  const report = join(folder, 'time');
  const startedAtMs = performance.now();
  const [used, all] = existsSync(TIME)
    ? [TIME, ['-f', '%M', '-o', report, command, ...args]]
    : [command, args];
  const child = spawn(used, all, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
  const ms = performance.now() - startedAtMs;
  return { ms, peak: existsSync(report) ? Number(readFileSync(report, 'utf8').trim()) : NaN };
}

/**
 * @param tools by name, the first Heddle's; each makes its command line anew for each run
 * @param prepare before each run
 */
async function compare(title, folder, tools, prepare = () => undefined) {
  if (!title.includes(only)) return;
  const there = Object.entries(tools).filter(([, { needs }]) => needs === undefined || isThere(needs));
  const runs = new Map(there.map(([name]) => [name, []]));
  // The first round warms everything and counts for nothing.
  for (let repeat = 0; repeat <= REPEATS; repeat++) {
    for (const [name, { command }] of repeat % 2 === 0 ? there : there.toReversed()) {
      await prepare();
      const run = await time(command, folder);
      if (repeat > 0) runs.get(name).push(run);
    }
  }
  const medianOf = (name) => median(runs.get(name).map(({ ms }) => ms));
  const own = medianOf(there[0][0]);
  const lines = there.map(([name]) => {
    const peak = Math.max(...runs.get(name).map((run) => run.peak));
    const ratio = name === there[0][0] ? '' : `   Heddle takes ${(own / medianOf(name)).toFixed(2)} of it`;
    const memory = `${String(Math.round(peak / 1024)).padStart(4)} MB`;
    return `  ${name.padEnd(24)}${spread(runs.get(name).map(({ ms }) => ms))} ${memory}${ratio}`;
  });
  process.stdout.write(`${[title, ...lines].join('\n')}\n`);
}

async function fill(folder, count, size) {
  for (let index = 0; index < count; index++) {
    // Many folders, as in life.
    const path = join(folder, String(index % 100), `${index}.bin`);
    if (index < 100) await mkdir(join(folder, String(index)), { recursive: true });
    await writeFile(path, Buffer.alloc(size, `${index} heddle`));
  }
}

async function hashing(folder, title, tree, data) {
  const all = (tool) => shell(`find ${tree} -type f -print0 | xargs -0 -P${CORES} ${tool}`);
  const few = (tool) => shell(`find ${tree} -type f -print0 | xargs -0 -P${CORES} -n1 ${tool}`);
  const spreadOut = title.startsWith('4') ? few : all;
  const hash = (...flags) => heddle('hash', tree, '--data-dir', data, '-o', join(folder, 'SUMS'), ...flags);
  const clean = () => rm(join(folder, 'SUMS'), { force: true });
  await compare(
    `SHA-256 of ${title}`,
    folder,
    {
      Heddle: { command: hash('--no-cache') },
      [`xargs -P${CORES} sha256sum`]: { command: spreadOut('sha256sum') },
      [`xargs -P${CORES} openssl`]: { command: spreadOut('openssl sha256'), needs: 'openssl' },
      rhash: { command: ['rhash', '--sha256', '-r', tree], needs: 'rhash' },
      hashdeep: { command: ['hashdeep', '-c', 'sha256', '-r', tree], needs: 'hashdeep' },
      rclone: { command: ['rclone', 'hashsum', 'sha256', tree], needs: 'rclone' },
    },
    clean,
  );
  await compare(
    `BLAKE3 of ${title}`,
    folder,
    {
      Heddle: { command: hash('-a', 'blake3', '--no-cache') },
      'Heddle, digests known': { command: hash('-a', 'blake3') },
      b3sum: { command: shell(`find ${tree} -type f -print0 | xargs -0 b3sum`), needs: 'b3sum' },
    },
    clean,
  );
}

async function copying(folder, title, tree, data) {
  const target = join(folder, 'target');
  const copy = (...flags) => heddle('copy', tree, target, '--data-dir', data, ...flags);
  await compare(
    `Copying ${title}`,
    folder,
    {
      'Heddle --no-sync': { command: copy('--no-sync') },
      Heddle: { command: copy() },
      'cp -r': { command: ['cp', '-r', tree, target] },
      'rsync -a': { command: ['rsync', '-a', `${tree}/`, target], needs: 'rsync' },
      'rclone copy': {
        command: ['rclone', 'copy', '--transfers', '8', '--metadata', tree, target],
        needs: 'rclone',
      },
    },
    () => rm(target, { recursive: true, force: true }),
  );
}

if (!buildIfStale()) process.exit(1);
const folder = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'heddle-bench-'));
try {
  process.stdout.write(
    `${cpus()[0].model}, ${CORES} cores, Node ${process.versions.node}, in memory, medians of ${REPEATS}\n\n`,
  );
  const many = join(folder, 'many');
  const large = join(folder, 'large');
  const data = join(folder, 'data');
  await fill(many, 20_000, 4096);
  await fill(large, 4, 256 * 1024 * 1024);
  // What has changed a moment ago is not remembered.
  await new Promise((resolve) => setTimeout(resolve, 3500));
  await hashing(folder, '20,000 × 4 KiB', many, data);
  await hashing(folder, '4 × 256 MiB', large, data);
  await copying(folder, '20,000 × 4 KiB', many, data);
  await copying(folder, '4 × 256 MiB', large, data);
} finally {
  await rm(folder, { recursive: true, force: true });
}
