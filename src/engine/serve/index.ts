/**
 * A file server for trials and comparisons: one folder, read only, on the
 * loopback interface, with latency and a rate per connection to play a far
 * away one. Ranges, validators and types are those of `send`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import send from 'send';
import { HeddleError, toErrorData } from '../../common/errors';
import { RateLimit, Throttle } from './throttle';

export interface ServeOptions {
  /** What is served; nothing outside of it is, whatever links say. Names that begin with a dot are not. */
  readonly directory: string;
  /** 0 or missing: any free one. */
  readonly port?: number;
  /** Before each answer. */
  readonly latencyMs?: number;
  /** Of each connection; missing or `null`: unlimited. */
  readonly bytesPerSecond?: number | null;
  readonly host?: string;
}

export interface RunningServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** Connections that may wait to be accepted: bulk downloads open hundreds at once. */
const BACKLOG = 1024;

/** @throws HeddleError `serve-folder`, `serve-port` */
export async function serveDirectory(options: ServeOptions): Promise<RunningServer> {
  const host = options.host ?? '127.0.0.1';
  const root = await resolveRoot(options.directory);
  const limits = new WeakMap<Socket, RateLimit>();
  const stopping = new AbortController();

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (stopping.signal.aborted) return;
      process.emitWarning(toErrorData(error).message);
      response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const latency = options.latencyMs ?? 0;
    if (latency > 0) await delay(latency, undefined, { signal: stopping.signal });
    if (response.destroyed) return;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, 405, { Allow: 'GET, HEAD' });
      return;
    }
    // A page in a browser could give its own host name this address and read what is served here.
    if (!isOwnHost(request.headers.host, host)) {
      refuse(response, 421);
      return;
    }
    const file = await findFile(root, request.url ?? '/');
    if (file === null) {
      refuse(response, 404);
      return;
    }
    sendFile(request, response, file);
  }

  function sendFile(request: IncomingMessage, response: ServerResponse, file: string): void {
    const rate = options.bytesPerSecond ?? null;
    const stream = send(request, encodeURI(file).replaceAll('?', '%3F').replaceAll('#', '%23'), {
      root,
      index: false,
      dotfiles: 'ignore',
    });
    stream.on('error', (error: { readonly status?: number }) => {
      if (response.headersSent) response.destroy();
      else refuse(response, error.status ?? 500);
    });
    stream.on('directory', () => {
      refuse(response, 404);
    });
    if (rate !== null) {
      stream.on('stream', (body: Readable) => {
        slowDown(body, limitOf(request.socket, rate));
      });
    }
    stream.pipe(response);
  }

  function limitOf(socket: Socket, rate: number): RateLimit {
    const known = limits.get(socket);
    if (known !== undefined) return known;
    const limit = new RateLimit(rate);
    limits.set(socket, limit);
    return limit;
  }

  await listen(server, options.port ?? 0, host);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        stopping.abort();
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function resolveRoot(directory: string): Promise<string> {
  try {
    const root = await realpath(directory);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    throw new HeddleError('serve-folder', toErrorData(error, directory).message, { cause: error });
  }
  throw new HeddleError('serve-folder', `${directory} is not a folder.`);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is in use by another program' : 'cannot be listened on';
      reject(new HeddleError('serve-port', `Port ${port} of ${host} ${why}.`, { cause: error }));
    });
    server.listen({ port, host, backlog: BACKLOG }, resolve);
  });
}

/**
 * The file that a request names, as a path below `root` with links resolved; `null` where there is none,
 * it is no regular file, it is hidden or it lies outside.
 */
async function findFile(root: string, target: string): Promise<string | null> {
  const [path = '/'] = target.split(/[?#]/u, 1);
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  if (decoded.includes('\0') || (sep === '\\' && decoded.includes('\\'))) return null;
  const parts = decoded.split('/').filter((part) => part !== '');
  // Covers `..`, `.` and hidden names.
  if (parts.length === 0 || parts.some((part) => part.startsWith('.'))) return null;
  try {
    const real = await realpath(join(root, ...parts));
    const inside = relative(root, real);
    if (inside === '' || inside.split(sep).some((part) => part.startsWith('.'))) return null;
    // A FIFO would never end, a device may do anything.
    return (await stat(real)).isFile() ? inside.split(sep).join('/') : null;
  } catch {
    return null;
  }
}

function isOwnHost(header: string | undefined, host: string): boolean {
  if (header === undefined) return true;
  const name = header.replace(/:\d*$/u, '').toLowerCase();
  return ['127.0.0.1', 'localhost', '[::1]', host.toLowerCase(), `[${host.toLowerCase()}]`].includes(name);
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  response.end(`${status}\n`);
}

/** Puts a throttle between a file and the answer that `send` is about to pipe it to. */
function slowDown(body: Readable, limit: RateLimit): void {
  const pipe = body.pipe.bind(body);
  body.pipe = (destination, options) => {
    const throttle = new Throttle(limit);
    destination.once('close', () => throttle.destroy());
    pipe(throttle).pipe(destination, options);
    return destination;
  };
}
