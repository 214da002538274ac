/** Builds scripts for tests, once per process: neither worker threads nor child processes load our TypeScript. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const source = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const scratch = resolve(source, '../node_modules/.cache/heddle-test');
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
  const outDir = await mkdtemp(join(scratch, 'heddle-'));
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
  return outDir;
}
