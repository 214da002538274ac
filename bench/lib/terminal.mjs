import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../scripts/lib/root.mjs';

export const terminal = join(root, 'out/main/cli.cjs');

/** The built terminal as its command starts it (`scripts/heddle.cjs`), less the look whether it has to be built. */
export const heddleCommand = (...args) => [
  process.execPath,
  '--max-semi-space-size=4',
  '--max-old-space-size=1024',
  terminal,
  ...args,
];

/**
 * Runs the built terminal to its end.
 *
 * @param {string[]} args without `--json`
 * @returns {Promise<{ wallMs: number, summary: object }>} the whole process's time, and its summary line
 * @throws {Error} unless every task was done
 */
export async function heddle(args) {
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [terminal, ...args, '--json', '--quiet'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let summary = null;
  for await (const line of createInterface({ input: child.stdout })) {
    const parsed = JSON.parse(line);
    if (parsed.type === 'summary') summary = parsed;
  }
  if (child.exitCode === null) await once(child, 'exit');
  if (child.exitCode !== 0 || summary === null)
    throw new Error(`heddle ${args[0]} ended with ${child.exitCode}`);
  return { wallMs: performance.now() - startedAtMs, summary };
}

/** Serves a folder from a process of its own. */
export async function serve(directory, latencyMs) {
  const args = ['serve', directory, '--latency', String(latencyMs), '--quiet'];
  const child = spawn(process.execPath, [terminal, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return {
    url: line.trim(),
    kill: () => child.kill('SIGKILL'),
    async close() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
