// `npm test`: every check, one after the other, even when one fails; the last line counts them all.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './lib/root.mjs';
import { ensureTestPackages } from './lib/system-packages.mjs';

const PATH = `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}`;
const NONE = { passed: 0, failed: 0, skipped: 0 };
const counts = { ...NONE };

function timed(title, work) {
  const startedAtMs = performance.now();
  process.stdout.write(`\n── ${title}\n`);
  const result = work();
  process.stdout.write(`── ${title}: ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s\n`);
  return result;
}

/** @returns whether the command ended well */
function run(title, command, args, env = {}) {
  return timed(title, () => {
    const stdio = ['ignore', 'inherit', 'inherit'];
    return spawnSync(command, args, { cwd: root, stdio, env: { ...process.env, PATH, ...env } }).status === 0;
  });
}

/** A step that counts as one check. */
function check(title, command, args) {
  counts[run(title, command, args) ? 'passed' : 'failed'] += 1;
}

/** Adds up a report; a run that failed without a failed test in its report is one failure more. */
function count(ok, file, read) {
  const suite = readReport(file, read);
  for (const key of Object.keys(counts)) counts[key] += suite[key];
  if ((!ok || suite.passed === 0) && suite.failed === 0) counts.failed += 1;
}

function readReport(file, read) {
  try {
    return read(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    process.stdout.write(`There is no report: ${error.message}\n`);
    return NONE;
  }
}

function testUnits(reports) {
  const report = join(reports, 'unit.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const ok = run('Unit and integration tests', 'vitest', args);
  count(ok, report, (result) => ({
    passed: result.numPassedTests,
    failed: result.numFailedTests,
    skipped: result.numPendingTests + result.numTodoTests,
  }));
}

function testWindow(reports) {
  const folder = join(root, 'e2e');
  if (!existsSync(folder) || !readdirSync(folder).some((name) => name.endsWith('.spec.ts'))) return;
  const report = join(reports, 'e2e.json');
  const ok = run('Tests of the app', process.execPath, ['scripts/e2e.mjs'], { HEDDLE_E2E_REPORT: report });
  count(ok, report, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  }));
}

const reports = mkdtempSync(join(tmpdir(), 'heddle-test-'));
try {
  timed('System packages', ensureTestPackages);
  check('Formatting', 'prettier', ['--check', '--log-level', 'warn', '.']);
  check('Lint', 'eslint', ['.']);
  check('Types', 'tsc', ['--build']);
  testUnits(reports);
  check('Build', process.execPath, ['scripts/build.mjs']);
  testWindow(reports);
} finally {
  rmSync(reports, { recursive: true, force: true });
}
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
process.exitCode = counts.failed > 0 ? 1 : 0;
