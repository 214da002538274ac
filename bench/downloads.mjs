// `npm run bench:downloads`: whole processes against curl, aria2 and wget2, in turn in one run. Medians.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNginx } from '../e2e/nginx.ts';
import { buildIfStale } from '../scripts/lib/build.cjs';
import { root } from '../scripts/lib/root.mjs';
import { median, spread } from './lib/statistics.mjs';
import { serve } from './lib/terminal.mjs';

const REPEATS = Number(process.argv[2] ?? 7);
const MEMORY = '/dev/shm';

const tools = [
  {
    name: 'Heddle',
    command: process.execPath,
    args: ({ list, target, data }) => [
      join(root, 'out/main/cli.cjs'),
      'download',
      '--quiet',
      '-i',
      list,
      '-d',
      target,
      '--data-dir',
      data,
    ],
  },
  {
    name: 'curl -Z',
    command: 'curl',
    args: ({ curlConfig }) => ['-Z', '--no-progress-meter', '-K', curlConfig],
  },
  {
    name: 'aria2',
    command: 'aria2c',
    args: ({ list, target }) => [
      '-q',
      '-i',
      list,
      '-d',
      target,
      '-j',
      '16',
      '-x',
      '16',
      '--file-allocation=none',
    ],
  },
  {
    name: 'wget2',
    command: 'wget2',
    args: ({ list, target }) => ['-q', '-i', list, '-P', target, '--max-threads=16'],
  },
].filter(({ command }) => spawnSync(command, ['--version']).status === 0);

async function time(tool, paths) {
  const startedAtMs = performance.now();
  const child = spawn(tool.command, tool.args(paths), { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${tool.name} ended with ${code}`);
  return performance.now() - startedAtMs;
}

async function compare(title, url, count, where) {
  const folder = await mkdtemp(join(where, 'heddle-bench-'));
  const times = new Map(tools.map(({ name }) => [name, []]));
  try {
    const paths = {
      list: join(folder, 'list'),
      curlConfig: join(folder, 'curl'),
      target: join(folder, 'target'),
      data: join(folder, 'data'),
    };
    const names = Array.from({ length: count }, (_, index) => `${index}.bin`);
    await writeFile(paths.list, names.map((name) => `${url}/${name}\n`).join(''));
    await writeFile(
      paths.curlConfig,
      names.map((name) => `url=${url}/${name}\noutput=${paths.target}/${name}\n`).join(''),
    );
    // The first round warms everything and counts for nothing.
    for (let repeat = 0; repeat <= REPEATS; repeat++) {
      for (const tool of repeat % 2 === 0 ? tools : tools.toReversed()) {
        await rm(paths.target, { recursive: true, force: true });
        await mkdir(paths.target);
        const ms = await time(tool, paths);
        if (readdirSync(paths.target).length !== count) throw new Error(`${tool.name} left files out`);
        if (repeat > 0) times.get(tool.name).push(ms);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const own = median(times.get('Heddle'));
  const lines = tools.map(({ name }) => {
    const ratio =
      name === 'Heddle' ? '' : `   Heddle takes ${(own / median(times.get(name))).toFixed(2)} of it`;
    return `  ${name.padEnd(9)}${spread(times.get(name))}${ratio}`;
  });
  process.stdout.write(`${[title, ...lines].join('\n')}\n`);
}

async function fill(folder, count, size) {
  await mkdir(folder, { recursive: true });
  for (let index = 0; index < count; index++)
    await writeFile(join(folder, `${index}.bin`), Buffer.alloc(size, `${index} heddle`));
}

if (!buildIfStale()) process.exit(1);
const folder = await mkdtemp(join(tmpdir(), 'heddle-bench-'));
const memory = existsSync(MEMORY) ? MEMORY : tmpdir();
try {
  process.stdout.write(
    `${cpus()[0].model}, ${cpus().length} cores, Node ${process.versions.node}, medians of ${REPEATS}\n\n`,
  );
  const origin = join(folder, 'origin');
  await fill(join(origin, 'tiny'), 10_000, 1024);
  await fill(join(origin, 'small'), 5000, 16 * 1024);
  await fill(join(origin, 'large'), 4, 256 * 1024 * 1024);
  const slow = await serve(join(origin, 'tiny'), 20);
  await compare('2,000 × 1 KiB from a server that waits 20 ms', slow.url, 2000, folder);
  await slow.close();
  const nginx = await startNginx(origin, join(folder, 'nginx'), 0);
  await compare('10,000 × 1 KiB from nginx', `${nginx.url}/tiny`, 10_000, folder);
  await compare('5,000 × 16 KiB from nginx, into memory', `${nginx.url}/small`, 5000, memory);
  await compare('4 × 256 MiB from nginx', `${nginx.url}/large`, 4, folder);
  await nginx.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}
