import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORPORA, readCorpora, writeCorpus } from '../../src/engine/testing/readers-corpus.ts';
import { root } from './root.mjs';
import { run, runTool } from './run.mjs';

/** Not among the dependencies: it brings 78 packages, and tests do without it. */
const JAZZER = '@jazzer.js/core@4.0.0';
const NATIVE = ['@napi-rs/blake-hash', 'better-sqlite3', 'koffi'];
/** Longer inputs tell no more. */
const MOST_BYTES = 600;
const SLOW_SECONDS = 5;

/**
 * Has Jazzer.js break one reader, and keeps the inputs that reach different code, and those that failed.
 *
 * @param {string} reader its name
 * @param {number} minutes
 * @returns {Promise<number>} an exit status
 */
export async function fuzzByCoverage(reader, minutes) {
  // Below the project, so that the native add-ons are found.
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'heddle-fuzz-'));
  const path = (name) => join(folder, name);
  for (const name of ['before', 'after', 'failed']) mkdirSync(path(name));
  try {
    await buildTarget(folder);
    readCorpora()[reader].forEach((input, index) =>
      writeFileSync(path(`before/${index}`), Buffer.from(input, 'latin1')),
    );
    const jazzer = (folders, ...flags) =>
      run(
        'npm',
        [
          'exec',
          '--yes',
          `--package=${JAZZER}`,
          '--',
          'jazzer',
          path('fuzz-target.cjs'),
          ...folders.map(path),
          ...['-i', 'heddle-fuzz-', '--timeout', String(SLOW_SECONDS * 1000), '--', ...flags],
        ],
        { HEDDLE_FUZZ_READER: reader },
      );
    const bounds = [`-max_len=${MOST_BYTES}`, `-artifact_prefix=${path('failed')}/`];
    const status = await jazzer(['before'], ...bounds, `-max_total_time=${Math.ceil(minutes * 60)}`);
    const failed = inputsIn(path('failed'));
    // One that did not even start has nothing to keep.
    if (status !== 0 && failed.length === 0) return status;
    const merged = await jazzer(['after', 'before'], ...bounds, '-merge=1');
    writeCorpus(reader, [...inputsIn(path(merged === 0 ? 'after' : 'before')), ...failed]);
    await runTool('prettier', ['--log-level', 'warn', '--write', CORPORA]);
    return status;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function buildTarget(outDir) {
  // It takes its time to load.
  const { build } = await import('vite');
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, external: NATIVE },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: join(root, 'src/engine/testing/fuzz-target.ts'),
        external: NATIVE,
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
      },
    },
  });
}

function inputsIn(folder) {
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
}
