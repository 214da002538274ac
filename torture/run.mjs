// `npm run torture -- --minutes N --seed S [--round R] [--no-window] [--verbose] [--keep]`: kills Heddle and hinders it in every way
// that can be had here, round after round, and has a program that knows nothing of it check what is there. Exits 1 when
// something was found, with what gives the round again. `--leaks`: two hundred jobs in one window instead.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale } from '../scripts/lib/build.cjs';
import { startVirtualDisplay } from '../scripts/lib/virtual-display.mjs';
import { ensureElectron, ensureSystemLibraries } from '../scripts/electron-runtime.mjs';
import { whyNoMount } from './disk.mjs';
import { MISSING } from './heddle.mjs';
import { lookForLeaks } from './leaks.mjs';
import { planOf } from './plan.mjs';
import { Round } from './round.mjs';
import { Totals } from './totals.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    round: { type: 'string' },
    'no-window': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    leaks: { type: 'boolean', default: false },
  },
});

/** @returns what closes the display, where there is one */
async function findWindow() {
  if (values['no-window']) MISSING.window = 'left out by --no-window';
  else if (process.platform !== 'linux') MISSING.window = 'kills of the window need Xvfb';
  else
    try {
      process.env.HEDDLE_ELECTRON = await ensureElectron();
      if (!ensureSystemLibraries(process.env.HEDDLE_ELECTRON)) throw new Error('libraries are missing');
      const { display, stop } = await startVirtualDisplay();
      Object.assign(process.env, { DISPLAY: display, WAYLAND_DISPLAY: '', HEDDLE_NO_DIALOG: '1' });
      MISSING.window = null;
      return stop;
    } catch (error) {
      MISSING.window = error.message;
    }
  return () => undefined;
}

/** Disks are mounted while a round is played: it ends before this does. */
let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    isStopped = true;
  });

async function main() {
  if (!(Number(values.minutes) > 0)) {
    process.stderr.write('npm run torture -- --minutes N --seed S\n');
    return 2;
  }
  if (!buildIfStale()) return 3;
  const stop = await findWindow();
  if (values.leaks) {
    const leaks = MISSING.window === null ? await lookForLeaks() : [`there is no window: ${MISSING.window}`];
    await stop();
    process.stdout.write(leaks.map((line) => `${line}\n`).join(''));
    return leaks.length === 0 ? 0 : 1;
  }
  const probe = mkdtempSync(join(tmpdir(), 'heddle-torture-probe-'));
  MISSING.mount = whyNoMount(probe);
  rmSync(probe, { recursive: true, force: true });
  const totals = new Totals(values.seed);
  const until = performance.now() + Number(values.minutes) * 60_000;
  const only = values.round === undefined ? null : Number(values.round);
  for (let number = only ?? 1; !isStopped && performance.now() < until; number++) {
    const lines = [];
    const log = (text) => {
      lines.push(text);
      if (values.verbose) process.stdout.write(`${number}: ${text}\n`);
    };
    const round = new Round(planOf(values.seed, number), log);
    let found;
    try {
      found = await round.play();
    } catch (error) {
      found = [...round.found, { what: 'torture', says: `the round itself failed: ${error.stack}` }];
    }
    totals.add(number, round.report, found, lines);
    if (number % 10 === 0) process.stderr.write(`torture: ${number} rounds\n`);
    if (found.length === 0 || !values.keep) round.remove();
    else process.stdout.write(`Kept: ${round.place}\n`);
    if (only !== null) break;
  }
  await stop();
  process.stdout.write(totals.text(MISSING));
  return totals.isClean ? 0 : 1;
}

process.exitCode = await main();
