import { spawn } from 'node:child_process';
import { once } from 'node:events';

const START_LIMIT_MS = 15_000;

/**
 * Starts an Xvfb of its own on a display that is free, big enough for the window.
 *
 * @returns {Promise<{ display: string, stop: () => Promise<void> }>}
 * @throws {Error} when Xvfb is missing or ends before it is ready
 */
export async function startVirtualDisplay() {
  // It chooses the number itself and writes it to descriptor 3 once it takes connections.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ended = once(server, 'exit');
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
  };
  const timer = setTimeout(() => server.kill('SIGKILL'), START_LIMIT_MS);
  const number = await new Promise((settle, fail) => {
    let text = '';
    server.once('error', (error) => fail(new Error(`Xvfb could not be started: ${error.message}`)));
    server.once('exit', () => fail(new Error('Xvfb ended before it was ready')));
    server.stdio[3].on('data', (data) => {
      text += data;
      if (text.includes('\n')) settle(text.trim());
    });
  }).finally(() => clearTimeout(timer));
  return { display: `:${number}`, stop };
}
