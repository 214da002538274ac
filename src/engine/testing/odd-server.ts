/** A server that fails in known ways and counts what it is asked for. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const SLOW_MS = 15;
const BIG_BYTES = 300_000;

/**
 * - `flaky`: 503 the first time; `busy`: the same, to be asked again after a second
 * - `broken`: the connection ends in the midst of the answer the first time
 * - `missing`: 404, until the server {@link OddServer.heal heals}
 */
export const ANSWERS = ['ok', 'slow', 'big', 'flaky', 'busy', 'broken', 'missing'] as const;

/** @param path with its slash */
export function oddContent(path: string): Buffer {
  return path.startsWith('/big/') ? Buffer.alloc(BIG_BYTES, path) : Buffer.from(`${path}\n`.repeat(30));
}

export class OddServer {
  /** By path. */
  readonly requests = new Map<string, number>();
  url = '';
  #heals = false;
  readonly #server = createServer((request, response) => {
    const path = request.url ?? '';
    const times = (this.requests.get(path) ?? 0) + 1;
    this.requests.set(path, times);
    this.#answer(path, times === 1 && !this.#heals, response);
  });

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on everything is there. */
  heal(): void {
    this.#heals = true;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(path: string, isFirst: boolean, response: ServerResponse): void {
    const content = oddContent(path);
    const send = (): void => {
      response.writeHead(200, { 'content-length': content.length }).end(content);
    };
    const [, kind] = path.split('/');
    if (kind === 'missing' && !this.#heals) response.writeHead(404).end();
    else if (kind === 'flaky' && isFirst) response.writeHead(503).end();
    else if (kind === 'busy' && isFirst) response.writeHead(503, { 'retry-after': '1' }).end();
    else if (kind === 'broken' && isFirst) {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 100), () => {
        response.destroy();
      });
    } else if (kind === 'slow') setTimeout(send, SLOW_MS);
    else send();
  }
}
