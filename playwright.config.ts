import { defineConfig, type ReporterDescription } from '@playwright/test';

const report = process.env['HEDDLE_E2E_REPORT'];
const json: ReporterDescription[] = report === undefined ? [] : [['json', { outputFile: report }]];

/** These need no focus, and may run beside those of the window. */
const TERMINAL = /(?:terminal.*|download-flags|faults|raw-faults|kill|nginx|secrets|web)\.spec\.ts$/u;

/** One app at a time on a display: they share its focus. */
export default defineConfig({
  testDir: 'e2e',
  workers: 1,
  retries: 0,
  // What hangs ends some day. What is slow, on a machine that is busy with other things, is no failure.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ...json],
  projects: [
    { name: 'window', testMatch: '*.spec.ts', testIgnore: TERMINAL, outputDir: 'test-results/window' },
    { name: 'terminal', testMatch: TERMINAL, outputDir: 'test-results/terminal' },
  ],
});
