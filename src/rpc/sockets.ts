/** JSON-RPC over WebSocket (RFC 6455): the same requests, and news of downloads that nobody asked for. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { toErrorData } from '../common/model/errors';
import type { DownloadEvent } from './downloads';
import { MOST_REQUEST_BYTES, RPC_PATH, UNAUTHORIZED_MS } from './http';
import type { Intake } from './intake';
import type { JsonRpc } from './json-rpc';
import { pathAndQuery, refusal } from './origins';

export interface SocketParts {
  readonly rpc: JsonRpc;
  readonly intake: Intake;
  readonly host: string;
  readonly origins: ReadonlySet<string>;
}

const MOST_SOCKETS = 64;
/** Who does not read what was sent has gone, or is to be. */
const MOST_UNREAD_BYTES = 4 * MOST_REQUEST_BYTES;
/** Of a ping or a pong, beside its data: its head and its mask (RFC 6455 §5.2). */
const CONTROL_BYTES = 6;
/** Who has not answered since the last look has gone. */
const LOOK_MS = 30_000;

export class Sockets {
  readonly #parts: SocketParts;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_REQUEST_BYTES,
    perMessageDeflate: false,
  });
  readonly #answering = new WeakSet<WebSocket>();
  readonly #looks: NodeJS.Timeout;

  constructor(server: Server, parts: SocketParts) {
    this.#parts = parts;
    server.on('upgrade', (request, socket, head) => {
      this.#upgrade(request, socket, head);
    });
    this.#looks = setInterval(() => {
      for (const each of this.#server.clients) {
        if (!this.#answering.delete(each)) each.terminate();
        else each.ping();
      }
    }, LOOK_MS).unref();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { host, origins } = this.#parts;
    const status =
      refusal(request.headers, host, origins) ??
      (pathAndQuery(request.url).pathname !== RPC_PATH
        ? 404
        : this.#server.clients.size >= MOST_SOCKETS
          ? 503
          : null);
    socket.on('error', () => undefined);
    if (status !== null) {
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (client) => {
      this.#take(client, socket);
    });
  }

  #take(client: WebSocket, socket: Duplex): void {
    this.#answering.add(client);
    const share = this.#parts.intake.open();
    // Messages come whole; until then they are in memory all the same.
    socket.on('data', (data: Buffer) => {
      if (!share.grow(data.length)) client.terminate();
    });
    socket.once('close', () => {
      share.close();
    });
    client.on('error', () => undefined);
    client.on('pong', (data) => {
      this.#answering.add(client);
      share.shrink(CONTROL_BYTES + data.length);
    });
    client.on('ping', (data) => {
      share.shrink(CONTROL_BYTES + data.length);
    });
    client.on('message', (data) => {
      this.#answering.add(client);
      // One after the other, in the order in which they came; nothing more is read meanwhile.
      client.pause();
      this.#answer(client, data)
        .catch((error: unknown) => {
          process.emitWarning(toErrorData(error).message);
          client.terminate();
        })
        .finally(() => {
          share.close();
          client.resume();
        });
    });
  }

  async #answer(client: WebSocket, data: RawData): Promise<void> {
    const { text, isUnauthorized } = await this.#parts.rpc.answer(textOf(data));
    if (isUnauthorized) await wait(UNAUTHORIZED_MS, undefined, { ref: false });
    if (client.readyState !== client.OPEN) return;
    // Until it has gone out: who does not read is not answered any more.
    await new Promise((resolve) => {
      client.send(text, resolve);
    });
  }

  /** To all of them. */
  tell(event: DownloadEvent, gid: string): void {
    if (this.#server.clients.size === 0) return;
    const text = JSON.stringify({ jsonrpc: '2.0', method: `aria2.onDownload${event}`, params: [{ gid }] });
    for (const client of this.#server.clients) {
      if (client.bufferedAmount > MOST_UNREAD_BYTES) client.terminate();
      else client.send(text, () => undefined);
    }
  }

  close(): void {
    clearInterval(this.#looks);
    // 1001: going away (RFC 6455 §7.4.1).
    for (const client of this.#server.clients) client.close(1001);
    this.#server.close();
  }
}

function textOf(data: RawData): string {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);
  return bytes.toString('utf8');
}
