import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../scripts/lib/root.mjs';
import { FLOOR } from './tables.mjs';

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
 * What a pool in Node needs for it with the same promises: bench/floor.mjs.
 *
 * @param {{ path(...parts: string[]): string }} shop where its database goes
 */
export const floor = (shop, ...args) => ({
  name: FLOOR,
  command: [process.execPath, join(root, 'bench/floor.mjs'), shop.path('floor.db'), ...args],
});

export const shell = (script) => ['sh', '-c', script];

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

/**
 * The origin over a wire on which every byte takes so long in each direction, in a process of its own.
 *
 * @param {{ url: string, close(): Promise<void>, kill(): void }} origin ends with it
 */
export async function late(origin, lateMs) {
  const url = new URL(origin.url);
  const script = join(root, 'bench/lib/late.mjs');
  const child = spawn(process.execPath, [script, url.port, String(lateMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  url.port = line.trim();
  return {
    url: url.origin,
    kill() {
      child.kill('SIGKILL');
      origin.kill();
    },
    async close() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await origin.close();
    },
  };
}
