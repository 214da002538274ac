/** A server on 127.0.0.1 that writes HTTP/2 frame by frame (RFC 9113 §4.1), right and wrong ones, for tests. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { toErrorData } from '../../common/model/errors';
import { frame, HEADERS, PING, settings, SETTINGS } from './http2-frames';
import type { HttpClient, HttpOptions } from './client';
import { openTestClient } from './test-client';

const PREFACE_BYTES = 24;
const NOTHING = Buffer.alloc(0);

export interface Certificate {
  readonly keyFile: string;
  readonly certFile: string;
}

/** One for localhost and 127.0.0.1, unless said. */
export function makeCertificate(folder: string, names = 'DNS:localhost,IP:127.0.0.1'): Certificate {
  const keyFile = join(folder, 'key.pem');
  const certFile = join(folder, 'cert.pem');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${names}`];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', keyFile, '-out', certFile], {
    stdio: 'ignore',
  });
  return { keyFile, certFile };
}

/** One connection. */
export class Peer {
  readonly socket: TLSSocket;
  /** Below TLS. */
  readonly tcp: Socket;
  /** Frames that the client sent, but SETTINGS and PING. */
  readonly received: { readonly type: number; readonly stream: number; readonly payload: Buffer }[] = [];
  readonly #acknowledged: (() => void)[] = [];
  #bytes = NOTHING;
  #skip = PREFACE_BYTES;

  constructor(
    socket: TLSSocket,
    tcp: Socket,
    firstSettings: Buffer,
    onRequest: (peer: Peer, stream: number) => void,
  ) {
    this.socket = socket;
    this.tcp = tcp;
    socket.on('error', () => undefined);
    socket.write(firstSettings);
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      if (this.#bytes.length < this.#skip) return;
      this.#bytes = this.#bytes.subarray(this.#skip);
      this.#skip = 0;
      for (;;) {
        if (this.#bytes.length < 9) return;
        const end = 9 + this.#bytes.readUIntBE(0, 3);
        if (this.#bytes.length < end) return;
        const [type, flags] = [this.#bytes.readUInt8(3), this.#bytes.readUInt8(4)];
        const stream = this.#bytes.readUInt32BE(5);
        const payload = this.#bytes.subarray(9, end);
        this.#bytes = this.#bytes.subarray(end);
        if (type === SETTINGS && flags === 0) socket.write(frame(SETTINGS, 1, 0));
        else if (type === PING) this.#acknowledged.shift()?.();
        else if (type !== SETTINGS) this.received.push({ type, stream, payload });
        if (type === HEADERS) onRequest(this, stream);
      }
    });
    socket.on('close', () => {
      for (const done of this.#acknowledged.splice(0)) done();
    });
  }

  write(...frames: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /** Resolves once the client has read all that was written, or the connection is over. */
  async isRead(): Promise<void> {
    if (this.socket.destroyed) return;
    await new Promise<void>((resolve) => {
      this.#acknowledged.push(resolve);
      this.write(frame(PING, 0, 0, Buffer.alloc(8)));
    });
  }
}

export class FrameServer {
  peers: Peer[] = [];
  requests = 0;
  answer: (peer: Peer, stream: number) => unknown = () => undefined;
  /** Answers a request over HTTP/1.1; `null`: that is not spoken. */
  http1: ((socket: TLSSocket) => unknown) | null = null;
  /** `null`: it says nothing at all. */
  firstSettings: Buffer | null = settings();
  /** By the client's port. */
  readonly #sockets = new Map<number | undefined, Socket>();
  readonly #server: Server;

  private constructor({ keyFile, certFile }: Certificate) {
    const sockets = this.#sockets;
    const secure = createServer(
      {
        key: readFileSync(keyFile),
        cert: readFileSync(certFile),
        ALPNCallback: ({ protocols }) =>
          protocols.includes('h2') ? 'h2' : this.http1 === null ? undefined : 'http/1.1',
      },
      (socket) => {
        if (socket.alpnProtocol !== 'h2') {
          socket.on('error', () => undefined);
          socket.on('data', () => this.http1?.(socket));
          return;
        }
        const tcp = sockets.get(socket.remotePort);
        if (tcp === undefined || this.firstSettings === null) return;
        const onRequest = (peer: Peer, stream: number): void => {
          this.requests++;
          this.answer(peer, stream);
        };
        this.peers.push(new Peer(socket, tcp, this.firstSettings, onRequest));
      },
    );
    this.#server = createTcpServer((tcp) => {
      sockets.set(tcp.remotePort, tcp);
      secure.emit('connection', tcp);
    });
  }

  static async start(certificate: Certificate): Promise<FrameServer> {
    const server = new FrameServer(certificate);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}/file`;
  }

  /** Forgets what was asked, and ends the connections. */
  reset(): void {
    for (const tcp of this.#sockets.values()) tcp.destroy();
    this.#sockets.clear();
    this.peers = [];
    this.requests = 0;
    this.firstSettings = settings();
    this.http1 = null;
  }

  async close(): Promise<void> {
    this.reset();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function openClient(
  { certFile }: Certificate,
  options: Partial<HttpOptions> = {},
): Promise<HttpClient> {
  return openTestClient({ caFile: certFile, ...options });
}

/** The error's code, and whether it may heal. */
export async function failureOf(promise: Promise<unknown>): Promise<readonly [string, boolean]> {
  try {
    await promise;
  } catch (error) {
    const { code, retryable } = toErrorData(error);
    return [code, retryable];
  }
  throw new Error('it did not fail');
}
