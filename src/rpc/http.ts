/** JSON-RPC over HTTP, as aria2 has it: by POST, or by GET with parameters in Base64 (aria2c(1), "JSON-RPC using HTTP GET"). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, JsonRpc } from './json-rpc';
import type { Intake } from './intake';
import { pathAndQuery, refusal } from './origins';

export interface HttpParts {
  readonly rpc: JsonRpc;
  readonly intake: Intake;
  readonly host: string;
  readonly origins: ReadonlySet<string>;
}

export const RPC_PATH = '/jsonrpc';
export const MOST_REQUEST_BYTES = 16 * 1_048_576;
/** Whoever takes nothing of an answer for so long is not waited for. */
const STALL_MS = 60_000;
/** Whoever tries secrets waits. */
export const UNAUTHORIZED_MS = 1000;
const CALLBACK = /^[\w$.[\]]{1,100}$/u;

export class HttpDoor {
  readonly #parts: HttpParts;

  constructor(parts: HttpParts) {
    this.#parts = parts;
  }

  async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host, origins } = this.#parts;
    const { pathname, searchParams } = pathAndQuery(request.url);
    const status = refusal(request.headers, host, origins);
    response.setTimeout(STALL_MS, () => response.destroy());
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (status !== null) {
      end(response, status, '');
      return;
    }
    const { origin } = request.headers;
    if (origin !== undefined) {
      response.setHeader('Access-Control-Allow-Origin', origin);
      response.setHeader('Vary', 'Origin');
    }
    if (request.method === 'OPTIONS') {
      response.setHeader('Access-Control-Allow-Methods', 'POST, GET, OPTIONS');
      response.setHeader(
        'Access-Control-Allow-Headers',
        request.headers['access-control-request-headers'] ?? '*',
      );
      // Browsers ask for pages of the internet that want something of this machine (Private Network Access).
      if (request.headers['access-control-request-private-network'] !== undefined)
        response.setHeader('Access-Control-Allow-Private-Network', 'true');
      response.setHeader('Access-Control-Max-Age', '1728000');
      end(response, 200, '');
      return;
    }
    if (pathname !== RPC_PATH || (request.method !== 'POST' && request.method !== 'GET')) {
      end(response, 404, '');
      return;
    }
    if (request.method === 'GET') {
      await this.#get(searchParams, response);
      return;
    }
    await this.#post(request, response);
  }

  /** A list of requests comes in `params` alone. */
  async #get(query: URLSearchParams, response: ServerResponse): Promise<void> {
    const [method, id, params, callback] = ['method', 'id', 'params', 'jsoncallback'].map((name) =>
      query.get(name),
    );
    if (callback != null && !CALLBACK.test(callback)) {
      end(response, 400, '');
      return;
    }
    const given = params == null ? undefined : decoded(params);
    const request =
      method == null && id == null && given !== undefined
        ? given
        : {
            ...(method == null ? {} : { method }),
            ...(id == null ? {} : { id }),
            ...(given === undefined ? {} : { params: given }),
          };
    const isBroken = params != null && given === undefined;
    await this.#send(response, await this.#parts.rpc.answerTo(isBroken ? {} : request), callback ?? null);
  }

  async #post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { rpc, intake } = this.#parts;
    const chunks: Buffer[] = [];
    const share = intake.open();
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        const hasRoom = share.grow(chunk.length);
        if (share.bytes > MOST_REQUEST_BYTES || !hasRoom) {
          response.setHeader('Connection', 'close');
          end(response, hasRoom ? 413 : 503, '');
          return;
        }
        chunks.push(chunk);
      }
      const answer = await rpc.answer(Buffer.concat(chunks.splice(0)).toString('utf8'));
      await this.#send(response, answer, null);
    } finally {
      share.close();
    }
  }

  async #send(
    response: ServerResponse,
    { text, code, isUnauthorized }: Answer,
    callback: string | null,
  ): Promise<void> {
    if (isUnauthorized) await new Promise((resolve) => setTimeout(resolve, UNAUTHORIZED_MS));
    response.setHeader('Content-Type', callback === null ? 'application/json-rpc' : 'text/javascript');
    if (code !== 0) response.setHeader('Connection', 'close');
    end(response, statusOf(code), callback === null ? text : `${callback}(${text})`);
  }
}

/** Base64 of JSON; `undefined`: it is none. */
function decoded(text: string): unknown {
  try {
    // What stood for `+` was decoded to a space.
    return JSON.parse(Buffer.from(text.replaceAll(' ', '+'), 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}

function statusOf(code: number): number {
  switch (code) {
    case 0:
      return 200;
    case 1:
    case -32_600:
      return 400;
    default:
      return 500;
  }
}

function end(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
