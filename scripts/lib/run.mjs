import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { root } from './root.mjs';

/**
 * Runs a command in the repository's folder with this process's standard streams. Signals to this process
 * reach it too, and this process outlives it.
 *
 * @returns {Promise<number>} its exit status; 128 + n when signal n ended it, 127 when it could not be started
 */
export function run(command, args, env = {}) {
  return new Promise((settle) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    // Ctrl+C in a terminal reaches the child by itself; a second one would mean "at once".
    const isTerminal = [0, 1, 2].some((each) => isatty(each));
    const forward = (signal) => {
      if (signal !== 'SIGINT' || !isTerminal) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const done = (status) => {
      for (const signal of signals) process.off(signal, forward);
      settle(status);
    };
    child.once('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      done(127);
    });
    child.once('exit', (code, signal) => {
      done(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
