/** The server that the stored downloads were begun with, and go on with: every path has a content of its own. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const LONG_BYTES = 2 * 1024 * 1024;
const TRICKLE_BYTES = 32 * 1024;
const TRICKLE_MS = 50;
const MODIFIED = 'Wed, 21 Oct 2015 07:28:00 GMT';
export const JOB_KEY = 'key of the job';
/** What entries of `/secret/` paths send as `X-Entry-Key`. */
export const ENTRY_KEY = 'key of the entry';

/** @param path with its slash; `/…/long` has 2 MiB, others some hundred bytes */
export function contentOf(path: string): Buffer {
  return path.endsWith('/long') ? Buffer.alloc(LONG_BYTES, path) : Buffer.from(`${path}\n`.repeat(20));
}

export interface AskedRequest {
  readonly path: string;
  readonly status: number;
  readonly range: string | null;
}

/**
 * - `/missing/…`: 404, unless `heals`
 * - `/flaky/…`: 503 the first time
 * - `/busy/…`: 503 with `Retry-After: 1`, unless `heals`; `/later/…`: with ten years
 * - `/secret/…`: 403 without both keys
 * - `/held/…`: nothing until they are let go, unless `heals`; `/…/long`: half of it, then ever less until the client goes
 */
export class OldServer {
  readonly requests: AskedRequest[] = [];
  readonly #server = createServer((request, response) => {
    this.#answer(request, response);
  });
  readonly #heals: boolean;
  readonly #seen = new Set<string>();
  readonly #held = new Map<string, () => void>();
  #arrived: (() => void)[] = [];

  /** @param heals whether all that was in the way is over */
  constructor(heals: boolean) {
    this.#heals = heals;
  }

  /** @returns its host and port */
  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Until a path has been asked for. */
  async asked(path: string): Promise<void> {
    while (!this.#seen.has(path))
      await new Promise<void>((resolve) => {
        this.#arrived.push(resolve);
      });
  }

  release(path: string): void {
    this.#held.get(path)?.();
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    const isFirst = !this.#seen.has(path);
    this.#seen.add(path);
    response.on('close', () => {
      this.requests.push({ path, status: response.statusCode, range: request.headers.range ?? null });
    });
    const [, kind] = path.split('/');
    if (kind === 'missing' && !this.#heals) response.writeHead(404).end();
    else if (kind === 'flaky' && isFirst && !this.#heals) response.writeHead(503).end();
    else if (kind === 'busy' && !this.#heals) response.writeHead(503, { 'retry-after': '1' }).end();
    else if (kind === 'later') response.writeHead(503, { 'retry-after': String(10 * 365 * 86_400) }).end();
    else if (
      kind === 'secret' &&
      (request.headers['x-job-key'] !== JOB_KEY || request.headers['x-entry-key'] !== ENTRY_KEY)
    )
      response.writeHead(403).end();
    else if (kind === 'held' && !this.#heals)
      this.#held.set(path, () => {
        this.#send(path, request, response);
      });
    else this.#send(path, request, response);
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const resolve of arrived) resolve();
  }

  #send(path: string, request: IncomingMessage, response: ServerResponse): void {
    const content = contentOf(path);
    const etag = `"${path.replaceAll('/', '-')}"`;
    const headers = { etag, 'last-modified': MODIFIED, 'accept-ranges': 'bytes' };
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, headers).end();
      return;
    }
    const start = Number(/^bytes=(\d+)-/u.exec(request.headers.range ?? '')?.[1] ?? 0);
    const body = content.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      ...headers,
      'content-length': body.length,
      ...(start > 0 ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
    });
    if (this.#heals || !path.endsWith('/long')) response.end(body);
    else trickle(body, response);
  }
}

function trickle(body: Buffer, response: ServerResponse): void {
  let at = body.length / 2;
  response.write(body.subarray(0, at));
  const timer = setInterval(() => {
    // It never comes to its end.
    const size = Math.min(TRICKLE_BYTES, Math.floor((body.length - at) / 2));
    response.write(body.subarray(at, (at += size)));
  }, TRICKLE_MS);
  response.on('close', () => {
    clearInterval(timer);
  });
}
