/** A server on 127.0.0.1 for the tests of downloads: paths answered by handlers, or by raw bytes on the socket. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** PEM. */
interface Tls {
  readonly key: Buffer;
  readonly cert: Buffer;
}

export class TestServer {
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingMessage['headers'];
  }[] = [];
  readonly sockets = new Set<Socket>();
  readonly #handlers = new Map<string, Handler>();
  readonly #server: Server;
  readonly #scheme: string;

  private constructor(tls: Tls | null) {
    this.#scheme = tls === null ? 'http' : 'https';
    const answer: Handler = (request, response) => {
      const path = request.url ?? '/';
      this.requests.push({ method: request.method ?? '', path, headers: request.headers });
      const handler = this.#handlers.get(path.split('?')[0] ?? path);
      if (handler === undefined) response.writeHead(404).end('no such file\n');
      else handler(request, response);
    };
    this.#server = tls === null ? createServer(answer) : createTlsServer(tls, answer);
    this.#server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
    });
  }

  /** @param host an address of this machine's own; on Linux each of 127.0.0.0/8 is one */
  static async start(host = '127.0.0.1', tls: Tls | null = null): Promise<TestServer> {
    const server = new TestServer(tls);
    await new Promise<void>((resolve) => {
      server.#server.listen(0, host, resolve);
    });
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path: string): string {
    return `${this.#scheme}://${(this.#server.address() as AddressInfo).address}:${this.port}${path}`;
  }

  on(path: string, handler: Handler): string {
    this.#handlers.set(path.split('?')[0] ?? path, handler);
    return this.url(path);
  }

  body(path: string, body: Buffer | string): string {
    return this.on(path, (_, response) => {
      response.writeHead(200, { 'Content-Length': Buffer.byteLength(body) }).end(body);
    });
  }

  /** Answers with these very bytes; then ends the connection, resets it or leaves it open. */
  raw(path: string, bytes: string | Buffer, then: 'end' | 'reset' | 'hang' = 'end'): string {
    return this.on(path, ({ socket }) => {
      socket.write(bytes, () => {
        if (then === 'end') socket.end();
        // Once the bytes have been read, or the reset overtakes them.
        if (then === 'reset') setTimeout(() => socket.resetAndDestroy(), 50);
      });
    });
  }

  async close(): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }
}
