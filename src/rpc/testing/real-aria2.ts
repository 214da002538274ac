/** The aria2c of this machine, whose answers Heddle's are compared with. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';

export const HAS_ARIA2 = spawnSync('aria2c', ['--version']).status === 0;

export interface RealAria2 {
  readonly port: number;
  close(): Promise<void>;
}

/** aria2 takes no port that is said to be any. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function startAria2(directory: string, secret: string): Promise<RealAria2> {
  for (;;) {
    const port = await freePort();
    const child = spawn(
      'aria2c',
      [
        '--no-conf',
        '--enable-rpc',
        `--rpc-listen-port=${port}`,
        `--rpc-secret=${secret}`,
        `--dir=${directory}`,
        '--max-concurrent-downloads=16',
        '--max-tries=1',
        '--no-netrc',
        '--disable-ipv6',
        '--async-dns=false',
        '--console-log-level=error',
        '--summary-interval=0',
        '--enable-dht=false',
      ],
      // The proxies of this machine's environment are nobody's business here.
      { stdio: 'ignore', env: { PATH: process.env['PATH'] ?? '' } },
    );
    if (await answers(child, port, secret))
      return {
        port,
        close: async () => {
          const ended = new Promise((resolve) => child.once('exit', resolve));
          child.kill('SIGKILL');
          await ended;
        },
      };
  }
}

/** `false`: another process was given the port meanwhile. */
async function answers(child: ChildProcess, port: number, secret: string): Promise<boolean> {
  const body = JSON.stringify({ id: 1, method: 'aria2.getVersion', params: [`token:${secret}`] });
  while (child.exitCode === null) {
    const said = await fetch(`http://127.0.0.1:${port}/jsonrpc`, { method: 'POST', body }).then(
      (response) => response.text(),
      () => '',
    );
    if (said.includes('"version":"1.')) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
