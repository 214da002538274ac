/** Builds the window's three parts, and with the main process the terminal and the worker's script. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { licensePlugin } from './scripts/lib/license-plugin';

/** Native add-ons are loaded where they lie; everything else is bundled. */
const external = ['electron', 'better-sqlite3', '@napi-rs/blake-hash', 'koffi'];
/** Electron 33 is the oldest that has to run this. */
const nodeTarget = 'node20.18';

export default defineConfig({
  main: {
    plugins: [licensePlugin(external.filter((name) => name !== 'electron'))],
    build: {
      target: nodeTarget,
      sourcemap: true,
      externalizeDeps: false,
      rolldownOptions: {
        external,
        input: {
          index: 'src/main/index.ts',
          cli: 'src/cli/index.ts',
          worker: 'src/workers/worker.ts',
          sort: 'src/engine/sorting/child.ts',
          'thread-costs': 'src/engine/experiments/thread-costs/child.ts',
        },
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' },
      },
    },
  },
  preload: {
    plugins: [licensePlugin()],
    build: {
      target: nodeTarget,
      externalizeDeps: false,
      rolldownOptions: {
        external: ['electron'],
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react(), licensePlugin()],
    build: {
      target: 'chrome130',
      // Less to read and to compile before the window can be used.
      minify: true,
      // It is read from the disk, as a whole.
      chunkSizeWarningLimit: 2000,
      // Say whose code it holds; no page loads them.
      sourcemap: 'hidden',
      rolldownOptions: {
        input: ['index', 'stopped', 'sign-in', 'link', 'signed-in'].map(
          (name) => `src/renderer/${name}.html`,
        ),
      },
    },
  },
});
