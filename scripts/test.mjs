// `npm test`: every check, even when one fails; the last line counts them all. What waits for others (a server, a
// window, a disk) runs beside what computes, so that two cores have work all the time.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from './lib/root.mjs';
import { ensureTestPackages } from './lib/system-packages.mjs';
import { toolScript } from './lib/tool.cjs';
import { windowsRuntime } from './lib/windows-runtime.mjs';

/** Each begins anew with what it shares with the others. */
const UNIT_PARTS = 6;
const NONE = { passed: 0, failed: 0, skipped: 0 };
const counts = { ...NONE };
/** What failed, to be said once more at the end: of a long log its last part is read first, and often kept alone. */
const failures = [];

function say(text) {
  process.stdout.write(`── ${text}\n`);
}

/** Prints what it says in one piece, at its end: several run at once. @returns whether the script ended well */
async function run(title, script, args, env = {}) {
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const ok = await new Promise((settle) => {
    child.once('error', (error) => {
      output += `${error.message}\n`;
      settle(false);
    });
    child.once('close', (status) => settle(status === 0));
  });
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  process.stdout.write(output);
  say(`${title}: ${ok ? 'passed' : 'failed'} in ${seconds} s\n`);
  return ok;
}

/** A step that counts as one check. @returns whether it passed */
async function check(title, script, args = []) {
  const ok = await run(title, script, args);
  counts[ok ? 'passed' : 'failed'] += 1;
  if (!ok) failures.push(title);
  return ok;
}

/** Adds up a report; a run that failed without a failed test in its report is one failure more. */
function count(title, ok, file, read) {
  const suite = readReport(file, read);
  for (const key of Object.keys(counts)) counts[key] += suite[key];
  failures.push(...(suite.failures ?? []));
  if ((!ok || suite.passed === 0) && suite.failed === 0) {
    counts.failed += 1;
    failures.push(`${title}: failed without a failed test in its report`);
  }
}

/** @param testResults of vitest's JSON report */
function unitFailures(testResults) {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0) return message ? [`${file}: ${message}`] : [];
    return failed.map(
      ({ fullName, failureMessages }) => `${file}: ${fullName}\n${failureMessages.join('\n')}`,
    );
  });
}

/** @param suites of Playwright's JSON report: files, with groups in them */
function appFailures(suites = []) {
  return suites.flatMap(({ specs, suites: groups }) => [
    ...specs
      .filter(({ ok }) => !ok)
      .map(({ file, line, title, tests }) => {
        const messages = tests.flatMap(({ results }) => results.flatMap(({ errors }) => errors));
        return `e2e/${file}:${line}: ${title}\n${messages.map(({ message }) => message).join('\n')}`;
      }),
    ...appFailures(groups),
  ]);
}

function readReport(file, read) {
  try {
    return read(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    say(`There is no report: ${error.message}`);
    return NONE;
  }
}

/** @param report that vitest is to write */
async function runVitest(title, script, args, report) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const ok = await run(title, script, [...args, ...reporters]);
  count(title, ok, report, (result) => ({
    failures: unitFailures(result.testResults),
    passed: result.numPassedTests,
    failed: result.numFailedTests,
    skipped: result.numPendingTests + result.numTodoTests,
  }));
}

/** @param part from 1 */
function testUnits(reports, part) {
  const args = ['run', `--shard=${part}/${UNIT_PARTS}`];
  const title = `Unit and integration tests, part ${part} of ${UNIT_PARTS}`;
  return runVitest(title, toolScript('vitest'), args, join(reports, `unit-${part}.json`));
}

/** The short form; all of it is `npm run test:windows`. */
async function testWindows(reports, isThere) {
  if (isThere) {
    const args = ['e2e/windows/short.test.ts'];
    await runVitest('Windows, under wine', 'scripts/test-windows.mjs', args, join(reports, 'windows.json'));
    return;
  }
  counts.skipped += 1;
  say('Windows: skipped');
}

/** @param project of playwright.config.ts; each has a display of its own */
async function testApp(reports, project) {
  const report = join(reports, `${project}.json`);
  const args = [`--project=${project}`];
  const title = `Tests of the ${project}`;
  const ok = await run(title, 'scripts/e2e.mjs', args, { HEDDLE_E2E_REPORT: report });
  count(title, ok, report, ({ stats, suites }) => ({
    failures: appFailures(suites),
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  }));
}

/** Two minutes of kills and faults; more of them is `npm run torture`. */
async function torture() {
  if (process.platform === 'linux') {
    await check('Torture', 'torture/run.mjs', ['--minutes', '2', '--seed', '1']);
    return;
  }
  counts.skipped += 1;
  say('Torture: skipped, its faults are those of Linux');
}

/** What needs no built app, the longest first. */
function unbuilt(reports) {
  return [
    ...Array.from({ length: UNIT_PARTS }, (_, part) => () => testUnits(reports, part + 1)),
    () => check('Lint', toolScript('eslint'), ['.']),
    () => check('Types', toolScript('typescript', 'tsc'), ['--build']),
    () => check('Formatting', toolScript('prettier'), ['--check', '--log-level', 'warn', '.']),
  ];
}

async function inTurn(steps) {
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) await step();
}

/** Three rows of checks that run side by side; whichever has nothing else to do takes the next of the others. */
function testBuilt(reports, hasWindows) {
  const others = unbuilt(reports);
  const rows = [
    [],
    [() => testApp(reports, 'window')],
    [() => testApp(reports, 'terminal'), () => torture(), () => testWindows(reports, hasWindows)],
  ];
  return Promise.all(
    rows.map(async (row) => {
      await inTurn(row);
      await inTurn(others);
    }),
  );
}

const reports = mkdtempSync(join(tmpdir(), 'heddle-test-'));
try {
  ensureTestPackages();
  const hasWindows = windowsRuntime() !== null;
  // Made once: the tests of the window and of the terminal both start it.
  await run('Electron', 'scripts/electron-runtime.mjs', []);
  if (await check('Build', 'scripts/build.mjs')) {
    await testBuilt(reports, hasWindows);
  } else {
    await inTurn(unbuilt(reports));
    say('The app was not tested: it could not be built');
  }
} finally {
  rmSync(reports, { recursive: true, force: true });
}
if (failures.length > 0) say(`What failed:\n${failures.join('\n\n')}`);
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
process.exitCode = counts.failed > 0 ? 1 : 0;
