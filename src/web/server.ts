/** The window over HTTP: pages, requests, news, uploads, exports. Each request passes the guard first, then its session. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestName, RequestOutput } from '../common/ipc';
import { HeddleError, toErrorData } from '../common/model/errors';
import { CONTENT_SECURITY_POLICY } from '../common/pages';
import {
  BEGUN_EVENT,
  CLIENT_HEADER,
  CLIENT_PATTERN,
  EXPORTING,
  MOST_REQUEST_BYTES,
  NEWS_HEADER,
  WEB_PATHS,
  browseSchema,
  type ExportingName,
} from '../common/web';
import { isRequestName, replyOf, understood } from '../requests/answer';
import { Bodies, BodyFault } from './body';
import { exported } from './exports';
import { refusal, type GuardOptions } from './guard';
import { checkPaths, webHandlers, type HandlerParts } from './handlers';
import { MOST_PASSWORD, SignInLimit, type Password } from './password';
import type { Pages } from './pages';
import type { OneTimeToken, Session, Sessions } from './sessions';
import type { Stream, Streams } from './streams';
import type { Uploads } from './uploads';

const MOST_HEADER_BYTES = 16 * 1024;
const MOST_CONNECTIONS = 256;
export interface Patience {
  /** A connection that has sent no whole header by then is closed. */
  readonly headersMs: number;
  /** The same for a request of the page, lists that were pasted included; uploads have a bound of their own. */
  readonly bodyMs: number;
  readonly signInMs: number;
}
export const USUAL_PATIENCE: Patience = { headersMs: 10_000, bodyMs: 60_000, signInMs: 10_000 };
/** Any request, uploads included. */
const REQUEST_MS = 3_600_000;
const IDLE_MS = 30_000;
/** Whoever takes nothing of an answer for so long is not waited for. */
const STALL_MS = 60_000;

export interface Tls {
  /** PEM. */
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface FrontParts extends HandlerParts {
  readonly guard: GuardOptions;
  readonly sessions: Sessions;
  /** `null`: a password is asked for. */
  readonly token: OneTimeToken | null;
  readonly password: Password | null;
  readonly pages: Pages;
  readonly streams: Streams;
  readonly uploads: Uploads;
  readonly patience: Patience;
  /** Is called when the link was used: there is another one. */
  readonly onLinkUsed: () => void;
}

/** Does not listen yet. */
export function makeServer(tls: Tls | null, { headersMs }: Patience, listener: RequestListener): Server {
  const options = {
    maxHeaderSize: MOST_HEADER_BYTES,
    headersTimeout: headersMs,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: Math.min(1000, headersMs),
    insecureHTTPParser: false,
    noDelay: true,
  };
  const server =
    tls === null
      ? createServer(options, listener)
      : createSecureServer(
          { ...options, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: headersMs },
          listener,
        );
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

export class Front {
  readonly #parts: FrontParts;
  readonly #limit = new SignInLimit();
  readonly #bodies = new Bodies();

  constructor(parts: FrontParts) {
    this.#parts = parts;
  }

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    response.setHeader('Cache-Control', 'no-store');
    try {
      const refused = refusal(request, this.#parts.guard);
      if (refused === null) await this.#answer(request, response);
      else say(response, refused.status, refused.text);
    } catch (error) {
      if (response.headersSent || response.destroyed) response.destroy();
      else if (error instanceof BodyFault) say(response, error.status, error.message);
      else say(response, 500, toErrorData(error).message);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pages, sessions } = this.#parts;
    // The rest of the address is never a name of a file.
    const url = URL.parse(request.url ?? '/', 'http://heddle.invalid');
    if (url === null) {
      say(response, 404, 'There is no such page.');
      return;
    }
    const path = url.pathname;
    const isRead = request.method !== 'POST';
    const session = sessions.of(request.headers.cookie);
    if (isRead && (path === '/' || path === '/index.html')) await this.#door(url, session, request, response);
    else if (isRead && pages.has(path))
      await pages.send(path, request, response, { hasForm: path === '/sign-in.html' });
    else if (!isRead && path === `/${WEB_PATHS.signIn}`) await this.#signIn(request, response);
    else if (!path.startsWith('/api/')) say(response, 404, 'There is no such page.');
    else if (session === null) say(response, 401, 'Nobody is signed in.');
    else await (isRead ? this.#read(url, session, response) : this.#post(url, session, request, response));
  }

  /** The window's page, for those who are signed in; for others the way in. */
  async #door(
    url: URL,
    session: Session | null,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { pages, sessions, token, onLinkUsed } = this.#parts;
    const given = url.searchParams.get('token');
    if (given !== null && token !== null && session === null) {
      // What only looks ahead must not use it up.
      const looks = request.method === 'HEAD' || request.headers['sec-purpose'] !== undefined;
      if (looks) {
        say(response, 503, 'The link is opened when somebody follows it.');
        return;
      }
      if (token.spend(given)) {
        this.#limit.forgive(addressOf(request));
        response.setHeader('Set-Cookie', sessions.begin());
        onLinkUsed();
        // A page that goes on by itself: behind a redirect from another site the cookie would not be sent yet.
        await pages.send('/signed-in.html', request, response);
        return;
      }
      // Counted only now: a page of somebody else can follow wrong links, and must not lock out the right one.
      const wait = this.#limit.take(addressOf(request));
      if (wait > 0) {
        sayWait(response, wait);
        return;
      }
    }
    if (session === null && token === null) response.writeHead(303, { Location: './sign-in.html' }).end();
    else if (session === null) await pages.send('/link.html', request, response, { status: 401 });
    else if (given !== null) response.writeHead(303, { Location: './' }).end();
    else await pages.send('/index.html', request, response);
  }

  async #signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { password, sessions } = this.#parts;
    if (password === null) {
      say(response, 404, 'There is no password. Open the link that heddle web prints.');
      return;
    }
    const body = await this.#bodies.read(request, 4 * MOST_PASSWORD, this.#parts.patience.signInMs);
    const given = new URLSearchParams(body.toString('utf8')).get('password') ?? '';
    const address = addressOf(request);
    const wait = this.#limit.take(address);
    if (wait > 0) sayWait(response, wait);
    else if (given.length <= MOST_PASSWORD && (await password.matches(given))) {
      this.#limit.forgive(address);
      response.setHeader('Set-Cookie', sessions.begin());
      response.writeHead(303, { Location: './' }).end();
    } else response.writeHead(303, { Location: './sign-in.html#wrong' }).end();
  }

  async #read(url: URL, session: Session, response: ServerResponse): Promise<void> {
    const { streams, engine } = this.#parts;
    const path = url.pathname.slice(1);
    const name = path.slice(WEB_PATHS.export.length);
    if (path === WEB_PATHS.events) {
      const client = url.searchParams.get('client') ?? '';
      if (!CLIENT_PATTERN.test(client)) say(response, 400, 'The stream has no name.');
      else if (streams.hasRoom(session)) streams.begin(client, session, response);
      else {
        // A browser tells its page nothing of an answer that is no stream.
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.end(`event: ${BEGUN_EVENT}\ndata: "full"\n\n`);
      }
    } else if (path.startsWith(WEB_PATHS.export) && (EXPORTING as readonly string[]).includes(name)) {
      const file = await replyOf(() =>
        exported(
          engine,
          name as ExportingName,
          understood(name as ExportingName, JSON.parse(url.searchParams.get('input') ?? '')),
        ),
      );
      if (!file.ok) {
        say(response, 400, file.error.message);
        return;
      }
      response.setTimeout(STALL_MS, () => response.destroy());
      response.writeHead(200, {
        'Content-Type': 'application/octet-stream',
        // Our own names have no characters that would need more (RFC 6266).
        'Content-Disposition': `attachment; filename="${file.value.name}"`,
      });
      await pipeline(Readable.from(file.value.lines), response);
    } else say(response, 404, 'There is nothing of this name.');
  }

  async #post(url: URL, session: Session, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { streams, roots, uploads, sessions } = this.#parts;
    const path = url.pathname.slice(1);
    if (path === WEB_PATHS.upload) {
      await sendJson(response, await uploads.take(request, url.searchParams.get('name') ?? ''));
      return;
    }
    if (path === WEB_PATHS.signOut) {
      response.setHeader('Set-Cookie', sessions.end(request.headers.cookie));
      streams.endOf(session);
      response.writeHead(204).end();
      return;
    }
    // No form of a page can send it (Fetch Standard, "CORS-safelisted request-header").
    if (request.headers['content-type'] !== 'application/json') {
      say(response, 415, 'Requests are JSON.');
      return;
    }
    const name = path.slice(WEB_PATHS.request.length);
    const isRequest = path.startsWith(WEB_PATHS.request) && isRequestName(name);
    if (!isRequest && path !== WEB_PATHS.browse) {
      say(response, 404, 'There is no such request.');
      return;
    }
    const given = parsed(await this.#bodies.read(request, MOST_REQUEST_BYTES, this.#parts.patience.bodyMs));
    const client = request.headers[CLIENT_HEADER];
    const stream = typeof client === 'string' ? streams.of(client, session) : null;
    const reply = await replyOf<unknown>(() => {
      if (isRequestName(name)) return this.#requested(name, given, stream);
      const asked = browseSchema.safeParse(given);
      if (!asked.success) throw new HeddleError('bad-request', 'This folder cannot be asked for.');
      return roots.list(asked.data.path, asked.data.hidden);
    });
    response.setHeader(NEWS_HEADER, streams.count);
    await sendJson(response, reply);
  }

  async #requested<Name extends RequestName>(
    name: Name,
    given: unknown,
    stream: Stream | null,
  ): Promise<RequestOutput<Name>> {
    const input = understood(name, given);
    await checkPaths(this.#parts.roots, name, input);
    return webHandlers(this.#parts, stream)[name](input);
  }
}

function parsed(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new BodyFault(400, 'This is no JSON.');
  }
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? '';
}

/** Ends the connection: there may be a body that is not read. */
function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' });
  response.end(`${text}\n`);
}

function sayWait(response: ServerResponse, waitMs: number): void {
  const seconds = Math.ceil(waitMs / 1000);
  response.setHeader('Retry-After', seconds);
  say(response, 429, `There were too many attempts. Wait ${seconds} seconds, then try again.`);
}

async function sendJson(response: ServerResponse, value: unknown): Promise<void> {
  response.setTimeout(STALL_MS, () => response.destroy());
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' });
  await pipeline(Readable.from([JSON.stringify(value)]), response);
}
