import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './root.mjs';
import { shareSignals } from './signals.cjs';
import { toolScript } from './tool.cjs';

/**
 * Runs a command in the repository's folder with this process's standard streams. Signals to this process
 * reach it too, and this process outlives it.
 *
 * @returns {Promise<number>} its exit status; 128 + n when signal n ended it, 127 when it could not be started
 */
export function run(command, args, env = {}) {
  return new Promise((settle) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    const release = shareSignals(child);
    const done = (status) => {
      release();
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

/** Runs the command of a development tool, such as `vitest`, as {@link run} does. */
export function runTool(name, args, env = {}) {
  return run(process.execPath, [toolScript(name), ...args], env);
}
