import { defineConfig, type ReporterDescription } from '@playwright/test';

const report = process.env['HEDDLE_E2E_REPORT'];
const json: ReporterDescription[] = report === undefined ? [] : [['json', { outputFile: report }]];

/** One app at a time: they share the display, the focus and the processor that tests measure. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  workers: 1,
  retries: 0,
  timeout: 60_000,
  reporter: [['list'], ...json],
  outputDir: 'test-results',
});
