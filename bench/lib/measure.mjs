// One command as a whole process: how long it took, what it cost the processor, how much memory it had.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';

/** GNU time: it counts what all processes of a command, waited for, cost together. */
const TIME = '/usr/bin/time';
/** User and system seconds, and KiB of memory that the largest of the processes, with its threads, had at most (VmHWM). */
const FORMAT = '%U %S %M';
const LONGEST_MS = 600_000;

export const hasTime = () => existsSync(TIME);

/** @param {string} report what GNU time wrote: its figures are the last line, since it tells of a failed command first */
export function parseTime(report) {
  const [user, system, kibibytes] = report.trim().split('\n').at(-1).split(' ').map(Number);
  if (![user, system, kibibytes].every(Number.isFinite)) throw new Error(`no figures of time: ${report}`);
  return { cpuMs: Math.round((user + system) * 1000), peakBytes: kibibytes * 1024 };
}

const running = new Set();

/** Ends what is being measured, with all that it started. */
export function stopMeasuring() {
  for (const child of running) {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

/**
 * Runs a command to its end; what it prints goes nowhere, unless there is a file for it.
 *
 * @param {readonly string[]} command
 * @param {{ report: string, cwd: string, output?: string, status?: number }} place `report`: a file for GNU time; `output`:
 * a file for standard output; `status`: what it has to end with (0)
 * @returns {Promise<{ wallMs: number, cpuMs: number | null, peakBytes: number | null }>}
 * @throws {Error} when it ends otherwise
 */
export async function measure(command, { report, cwd, output, status = 0 }) {
  const [file, ...args] = hasTime() ? [TIME, '-f', FORMAT, '-o', report, '--', ...command] : command;
  const out = output === undefined ? 'ignore' : openSync(output, 'w');
  const startedAtMs = performance.now();
  const child = spawn(file, args, {
    cwd,
    stdio: ['ignore', out, 'pipe'],
    // A group of its own, so that a pipeline can be ended whole.
    detached: true,
  });
  running.add(child);
  const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), LONGEST_MS);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-2000);
  });
  const [code, signal] = await once(child, 'exit');
  const wallMs = performance.now() - startedAtMs;
  clearTimeout(timer);
  running.delete(child);
  if (output !== undefined) closeSync(out);
  if (code !== status) throw new Error(`${command.join(' ')} ended with ${signal ?? code}: ${said.trim()}`);
  return {
    wallMs,
    ...(hasTime() ? parseTime(readFileSync(report, 'utf8')) : { cpuMs: null, peakBytes: null }),
  };
}
