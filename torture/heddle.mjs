/** Heddle's terminal as a process of its own, which is killed, hindered or left alone. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/lib/root.mjs';

const CLI = join(root, 'out/main/cli.cjs');
/** What has not ended by then never does, on a slow machine too: each round is work of seconds. */
const LIMIT_MS = 300_000;
/** As Debian calls it. */
const MACHINES = { x64: 'x86_64', arm64: 'aarch64' };
const FAKETIME = `/usr/lib/${MACHINES[process.arch]}-linux-gnu/faketime/libfaketimeMT.so.1`;

/** @returns whether the program can be started, with these arguments */
const works = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** What this machine cannot do, and why; each is named in the report. */
export const MISSING = {
  strace: works('strace', ['-qq', '-e', 'trace=none', 'true']) ? null : 'strace cannot trace here',
  faketime: existsSync(FAKETIME) ? null : 'libfaketime is not installed',
};

/** What no one should be shown: SQLite's own sentences, and where in the code it happened. */
const RAW =
  /SQLITE_|SqliteError|database is locked|disk I\/O error|image is malformed|readonly database|unable to open database|not a database|^\s+at .+:\d+:\d+|uncaught|Unhandled/im;

/** @returns the command under what kills or hinders it */
function hindered(command, { call, fault, files }) {
  const inject = [];
  if (call !== undefined) inject.push({ ...call, what: 'signal=SIGKILL' });
  if (fault !== undefined) inject.push({ ...fault, what: `error=${fault.error}` });
  const traced =
    inject.length === 0
      ? command
      : [
          ...[
            'strace',
            '-f',
            '-qq',
            '-o',
            '/dev/null',
            '-e',
            `trace=${inject.flatMap(({ names }) => names).join(',')}`,
          ],
          ...inject.flatMap(({ paths = [] }) => paths.flatMap((path) => ['-P', path])),
          ...inject.flatMap(({ names, what, nth }) => [
            '-e',
            `inject=${names.join(',')}:${what}:when=${nth}`,
          ]),
          ...command,
        ];
  return files === undefined ? traced : ['prlimit', `--nofile=${files}`, ...traced];
}

/**
 * Runs `heddle ARGUMENTS` to its end, however it ends.
 *
 * @param {{ kill?: object, fault?: object, files?: number, clock?: string, cwd: string, whileRunning?: () => Promise<void> }} how
 * @returns what it said and how it ended; `wrong` is what no process of Heddle may do
 */
export async function heddle(args, { kill = {}, fault, files, clock, cwd, whileRunning }) {
  const command = hindered([process.execPath, CLI, ...args], { call: kill.call, fault, files });
  const time = {
    LD_PRELOAD: FAKETIME,
    FAKETIME: clock,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  };
  const child = spawn(command[0], command.slice(1), {
    cwd,
    // A group of its own: what traces it goes with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(clock === undefined ? {} : time) },
  });
  const send = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended.
    }
  };
  const run = { stdout: '', stderr: '', wrong: [], killed: false };
  let lines = 0;
  child.stdout.setEncoding('utf8').on('data', (text) => {
    run.stdout += text;
    lines += text.split('\n').length - 1;
    if (kill.lines !== undefined && lines >= kill.lines) send('SIGKILL');
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    run.stderr += text;
  });
  const timers = [];
  const later = (ms, signal) => timers.push(setTimeout(() => send(signal), ms));
  if (kill.ms !== undefined) later(kill.ms, kill.signal ?? 'SIGKILL');
  if (kill.thenMs !== undefined) later(kill.ms + kill.thenMs, 'SIGKILL');
  timers.push(
    setTimeout(() => {
      run.wrong.push({ what: 'hang', says: `heddle ${args[0]} had not ended after ${LIMIT_MS / 1000} s` });
      send('SIGKILL');
    }, LIMIT_MS),
  );
  const ended = once(child, 'close');
  await whileRunning?.();
  const [status, signal] = await ended;
  timers.forEach(clearTimeout);
  run.status = status;
  run.killed = signal === 'SIGKILL' || status === 137;
  if (status === 139 || status === 134 || ['SIGSEGV', 'SIGABRT', 'SIGBUS'].includes(signal))
    run.wrong.push({
      what: 'crash',
      says: `heddle ${args[0]} crashed (${signal ?? status}): ${run.stderr.slice(-500)}`,
    });
  // A folder that is gone is told as a wrong argument.
  if (status === 2 && !/is not a folder|is a file|does not exist|exists already/.test(run.stderr))
    run.wrong.push({ what: 'torture', says: `heddle ${args.join(' ')} was not understood: ${run.stderr}` });
  const [raw] = RAW.exec(run.stderr) ?? [];
  if (raw !== undefined)
    run.wrong.push({ what: 'words', says: `heddle ${args[0]} said: ${run.stderr.slice(0, 600)}` });
  run.tasks = args.includes('--json') ? linesOf(run.stdout).filter(({ type }) => type === 'task') : [];
  return run;
}

/** Whole lines: a kill cuts the last one off. */
export function linesOf(text) {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}
