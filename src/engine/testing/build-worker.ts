/** Builds a worker's script for tests, once per process and script: worker threads load no TypeScript. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

const built = new Map<string, Promise<string>>();

/** @returns the path of a CommonJS file made from the TypeScript file `entry` */
export function buildWorker(entry: string): Promise<string> {
  let path = built.get(entry);
  if (path === undefined) {
    path = run(entry);
    built.set(entry, path);
  }
  return path;
}

async function run(entry: string): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'heddle-worker-'));
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['@napi-rs/blake-hash', 'better-sqlite3'] },
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: false,
      minify: false,
      rollupOptions: { output: { format: 'cjs', entryFileNames: 'worker.cjs' } },
    },
  });
  return join(outDir, 'worker.cjs');
}
