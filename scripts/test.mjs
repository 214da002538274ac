// Every check, one after the other, even when one fails; the last line counts them all.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const bin = join(root, 'node_modules', '.bin');
const reports = mkdtempSync(join(tmpdir(), 'heddle-test-'));
const counts = { passed: 0, failed: 0, skipped: 0 };

/** @returns whether the command ended well */
function run(title, command, args, env = {}) {
  const startedAt = performance.now();
  process.stdout.write(`\n── ${title}\n`);
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, ...env },
  });
  process.stdout.write(`── ${title}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
  return status === 0;
}

/** A step that counts as one check. */
function check(title, command, args) {
  const ok = run(title, command, args);
  counts[ok ? 'passed' : 'failed'] += 1;
  return ok;
}

/** Adds up a report; a run that failed without a failed test in its report is one failure more. */
function count(ok, file, read) {
  let suite = { passed: 0, failed: 0, skipped: 0 };
  if (existsSync(file)) suite = read(JSON.parse(readFileSync(file, 'utf8')));
  for (const key of Object.keys(counts)) counts[key] += suite[key];
  if (!ok && suite.failed === 0) counts.failed += 1;
}

check('Formatting', 'prettier', ['--check', '--log-level', 'warn', '.']);
check('Types', 'tsc', ['--build']);

const unitReport = join(reports, 'unit.json');
const unitOk = run('Unit and integration tests', 'vitest', [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile=${unitReport}`,
]);
count(unitOk, unitReport, (report) => ({
  passed: report.numPassedTests,
  failed: report.numFailedTests,
  skipped: report.numPendingTests + report.numTodoTests,
}));

rmSync(reports, { recursive: true, force: true });
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
process.exitCode = counts.failed > 0 ? 1 : 0;
