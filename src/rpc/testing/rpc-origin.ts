/** For tests of RPC: a server whose files are there, are not, or come when the test says so. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const FILE_BYTES = 100_000;
const FILE = Buffer.alloc(FILE_BYTES, 'heddle');

export class RpcOrigin {
  readonly #server: Server;
  readonly #held = new Map<string, ServerResponse[]>();
  /** How often each was asked for. */
  readonly #asked = new Map<string, number>();
  readonly #broken = new Set<string>();
  readonly #released = new Set<string>();
  #changed = Promise.withResolvers<void>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<RpcOrigin> {
    const server = createServer();
    const origin = new RpcOrigin(server);
    server.on('request', ({ url = '/', headers }, response) => {
      const [, kind = '', name = ''] = url.split('/');
      switch (kind) {
        case 'file':
          response.writeHead(200, { 'Content-Length': FILE_BYTES }).end(FILE);
          return;
        case 'held':
          if (origin.#broken.has(name)) {
            response.writeHead(404).end();
            return;
          }
          if (origin.#released.has(name)) {
            response.writeHead(200, { 'Content-Length': FILE_BYTES }).end(FILE);
            return;
          }
          // Its headers and its beginning come, its end does not.
          response.writeHead(200, { 'Content-Length': FILE_BYTES }).write(FILE.subarray(0, 1000));
          origin.#held.set(name, [...(origin.#held.get(name) ?? []), response]);
          origin.#asked.set(name, (origin.#asked.get(name) ?? 0) + 1);
          origin.#changed.resolve();
          origin.#changed = Promise.withResolvers();
          return;
        case 'status':
          response.writeHead(Number(name)).end('no');
          return;
        case 'empty':
          response.writeHead(200, { 'Content-Length': 0 }).end();
          return;
        case 'without-length':
          response.writeHead(200).write('abc');
          response.end('def');
          return;
        case 'elsewhere':
          response.writeHead(302, { Location: `/file/${name}` }).end();
          return;
        case 'named':
          response.writeHead(200, { 'Content-Disposition': `attachment; filename="${name}.txt"` }).end('abc');
          return;
        case 'headers':
          response.writeHead(200).end(JSON.stringify(headers));
          return;
        default:
          response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return origin;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${path}`;
  }

  /** The rest of what was held back under this name; from now on it comes whole. */
  release(name: string): void {
    this.#released.add(name);
    for (const response of this.#held.get(name) ?? []) response.end(FILE.subarray(1000));
    this.#held.delete(name);
  }

  /** Until what is held back was asked for so often. */
  async isAsked(name: string, count: number): Promise<void> {
    while ((this.#asked.get(name) ?? 0) < count) await this.#changed.promise;
  }

  /** From now on there is nothing under this name: connections end, and further ones do. */
  break(name: string): void {
    this.#broken.add(name);
    for (const response of this.#held.get(name) ?? []) response.destroy();
    this.#held.delete(name);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
