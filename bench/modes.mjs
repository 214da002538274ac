// `npm run bench:modes`: the ready-made experiments of `heddle compare`, and the table of them in README.
// `-- --null N`: one mode twice under two names, N times; how often is a difference seen that is none?
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { buildIfStale } from '../scripts/lib/build.cjs';
import { root, say } from '../scripts/lib/root.mjs';
import { between } from './lib/tables.mjs';
import { heddleCommand } from './lib/terminal.mjs';

const CORES = cpus().length;
const THREE = 'sequential,event-loop,pool';
const WORKS = [
  { title: '1,000 calls to a server that waits 20 ms', args: ['slow-server', '--tasks', '1000'], size: 8 },
  { title: 'Computing: 64 tasks of 20 ms', args: ['computing', '--tasks', '64'], size: CORES },
  { title: 'A server that waits and computes: 200 requests', args: ['serving', '--tasks', '200'], size: 8 },
  { title: 'SHA-256 of 10,000 files of 4 KiB', args: ['small-files'], size: CORES },
  { title: 'SHA-256 of 8 files of 64 MiB', args: ['large-files'], size: CORES },
  {
    title: '2,000 tasks of 40 µs',
    args: ['tiny-tasks', '--tasks', '2000'],
    size: CORES,
    modes: 'pool,thread-per-task',
    repeats: 2,
  },
];

async function comparison(data, { args, size, modes = THREE, repeats = 5 }) {
  const flags = ['--modes', modes, '--workers', String(size), '--repeats', String(repeats)];
  const [command, ...rest] = heddleCommand('compare', ...args, ...flags, '--data-dir', data, '--json');
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await text(child.stdout);
  if (child.exitCode === null) await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`heddle compare ${args[0]} ended with ${child.exitCode}`);
  return JSON.parse(line);
}

const NAMES = {
  sequential: 'one by one',
  'event-loop': 'event loop',
  'thread-per-task': 'a thread for each task',
  pool: 'pool',
};

function row({ title, size }, { modes, ratios, repeats }) {
  const [reference] = modes;
  const others = ratios
    .filter(({ against }) => against === reference.mode)
    .map(({ mode, ratio, low, high }) => {
      const digits = (value) => value.toPrecision(ratio < 10 ? 2 : 3);
      return `${NAMES[mode]} ${ratio.toPrecision(2)}× (${digits(low)} – ${digits(high)})`;
    });
  const between = ratios
    .filter(({ mode, against }) => mode === 'pool' && against === 'event-loop')
    .map(
      ({ ratio, low, high, verdict }) =>
        `${ratio.toFixed(2)}× (${low.toFixed(2)} – ${high.toFixed(2)}): ${verdict}`,
    );
  const ms = reference.medianMs;
  const time = ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
  return `| ${title} | ${size}, ${repeats} | ${NAMES[reference.mode]} ${time} | ${others.join('<br>')} | ${between.join('') || '–'} |`;
}

async function works(data) {
  const rows = [];
  for (const work of WORKS) {
    say(work.title);
    const result = await comparison(data, work);
    rows.push(row(work, result));
    process.stdout.write(`${rows.at(-1)}\n`);
  }
  const table = [
    `${cpus()[0].model.trim()}, ${CORES} cores, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}:`,
    '',
    '| work | in flight, runs of each | reference | against it, with 95 % interval | pool against event loop |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
  const path = join(root, 'README.md');
  writeFileSync(path, between(readFileSync(path, 'utf8'), 'modes', table));
}

async function nothing(data, times) {
  const verdicts = {};
  for (let time = 1; time <= times; time++) {
    const work = { args: ['computing', '--tasks', '32'], size: CORES, modes: 'pool,pool' };
    const { ratios } = await comparison(data, work);
    const [{ ratio, low, high, verdict }] = ratios;
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    process.stdout.write(
      `${time}: ${ratio.toFixed(3)}× (${low.toFixed(3)} – ${high.toFixed(3)}): ${verdict}\n`,
    );
  }
  process.stdout.write(`${JSON.stringify(verdicts)}\n`);
}

const { values } = parseArgs({ options: { null: { type: 'string' } } });
if (!buildIfStale()) process.exit(1);
const data = await mkdtemp(join(tmpdir(), 'heddle-modes-'));
try {
  if (values.null === undefined) await works(data);
  else await nothing(data, Number(values.null));
} finally {
  await rm(data, { recursive: true, force: true });
}
