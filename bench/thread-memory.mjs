// `npm run bench:threads`: what a thread takes that has its code loaded and waits, of each kind, and one of Node that has
// none. `-- COUNT` has so many of them instead of 16.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildIfStale } from '../scripts/lib/build.cjs';
import { root } from '../scripts/lib/root.mjs';

const KINDS = ['none', 'hash', 'verify', 'copy', 'download'];
/** As src/engine/pool/threads.ts has them. */
const LIMITS = { maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 512 };
const MIB = 1024;

/** In KiB, of what this process shares with no other (proc_pid_smaps(5)). */
function taken() {
  const text = readFileSync('/proc/self/smaps_rollup', 'latin1');
  return Number(/^Anonymous:\s+(\d+) kB$/mu.exec(text)[1]);
}

/** Whoever has loaded everything sleeps. */
async function allSleep() {
  for (let before = -Infinity; ;) {
    await delay(400);
    const { user, system } = process.cpuUsage();
    if (user + system - before < 20_000) return;
    before = user + system;
  }
}

async function measure(kind, count) {
  const start = () => {
    if (kind === 'none')
      return new Worker("require('node:worker_threads').parentPort.on('message', () => {})", {
        eval: true,
        resourceLimits: LIMITS,
      });
    const workerData = { role: 'spare', kind, signal: new Int32Array(new SharedArrayBuffer(4)) };
    return new Worker(join(root, 'out/main/worker.cjs'), { workerData, resourceLimits: LIMITS });
  };
  // The first one also loads what all share.
  start();
  await allSleep();
  const before = taken();
  for (let started = 0; started < count; started++) start();
  await allSleep();
  const each = (taken() - before) / count / MIB;
  process.stdout.write(
    `${kind.padEnd(9)} ${each.toFixed(1)} MiB each, ${(taken() / MIB).toFixed(0)} MiB in all\n`,
  );
  process.exit(0);
}

const [first = '16', count] = process.argv.slice(2);
if (KINDS.includes(first)) {
  await measure(first, Number(count));
} else {
  if (!buildIfStale()) process.exit(1);
  for (const kind of KINDS) {
    const flags = ['--max-semi-space-size=4', '--max-old-space-size=1024'];
    const args = [...flags, fileURLToPath(import.meta.url), kind, first];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) process.exit(1);
  }
}
