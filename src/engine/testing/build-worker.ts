/**
 * Builds scripts for tests: neither worker threads nor child processes load our TypeScript. What was built of sources
 * that have not changed since is used again, by the next run too.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Builds that are older may go: nobody runs them any more. */
const KEPT_MS = 86_400_000;

const source = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const project = resolve(source, '..');
const scratch = join(project, 'node_modules/.cache/heddle-test');
const built = new Map<string, Promise<string>>();

/** @returns the path of a CommonJS file made from the TypeScript file `entry` */
export async function buildWorker(entry: string): Promise<string> {
  return join(await once(entry, { worker: entry }), 'worker.cjs');
}

/** @returns the folder of the terminal's own scripts, as the app has them: `cli.cjs` and `worker.cjs` */
export function buildTerminal(): Promise<string> {
  return once('terminal', {
    cli: join(source, 'cli/index.ts'),
    worker: join(source, 'workers/worker.ts'),
  });
}

/** @returns the folder of the scripts that measure threads, as the app has them: `thread-costs.cjs` and `worker.cjs` */
export function buildThreadCosts(): Promise<string> {
  return once('thread-costs', {
    'thread-costs': join(source, 'engine/experiments/thread-costs/child.ts'),
    worker: join(source, 'workers/worker.ts'),
  });
}

function once(key: string, input: Record<string, string>): Promise<string> {
  let folder = built.get(key);
  if (folder === undefined) {
    folder = run(input);
    built.set(key, folder);
  }
  return folder;
}

async function run(input: Record<string, string>): Promise<string> {
  // Below the project, so that the native add-ons are found.
  await mkdir(scratch, { recursive: true });
  const folder = join(scratch, stampOf(input));
  if (existsSync(folder)) return folder;
  // It takes its time to load.
  const { build } = await import('vite');
  const outDir = await mkdtemp(join(scratch, 'making-'));
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['@napi-rs/blake-hash', 'better-sqlite3', 'koffi'] },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input,
        external: ['@napi-rs/blake-hash', 'better-sqlite3', 'koffi'],
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
      },
    },
  });
  // Another process may have been faster with the same.
  await rename(outDir, folder).catch(() => rm(outDir, { recursive: true }));
  for (const name of readdirSync(scratch)) {
    const { mtimeMs } = statSync(join(scratch, name), { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > KEPT_MS) await rm(join(scratch, name), { recursive: true, force: true });
  }
  return folder;
}

/** The same for the same sources. */
function stampOf(input: Record<string, string>): string {
  const hash = createHash('sha256').update(JSON.stringify(input));
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).map((name) => join(source, name));
  for (const path of [...files.sort(), join(project, 'package-lock.json')]) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path}:${size}:${mtimeMs}\n`);
  }
  return hash.digest('hex');
}
