/**
 * HTTP for downloads as a user sees it: a request is followed through its redirects to the answer that counts, with the
 * cookies that are set on the way, and each origin gets the headers that are for it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { HeddleError } from '../../common/model/errors';
import { shownUrl } from '../../common/model/http-fields';
import { VERSION } from '../../common/model/version';
import { badAnswer } from '../http-errors';
import type { Answer, Cancellable, HttpClient, HttpOptions, Login, Receiver, Request } from './client';
import { Cookies } from './cookies';
import { Logins, type LoginAttempt } from './logins';
import type { Transport } from './transport';

const MAX_REDIRECTS = 20;
/** Who waits for another request looks so often whether its task was cancelled. */
const LOOK_MS = 25;
/** Those that cannot do without a Location. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Of the user's own headers those that other origins get too. Any other one may be a key. */
const NO_KEY = /^(?:user-agent|referer|accept(?:-.*)?)$/u;
const NOT_ASCII = /[^\0-\x7f]/u;

export type SessionOptions = Pick<
  HttpOptions,
  'userAgent' | 'loginFor' | 'cookieFile' | 'cookieLog' | 'insecure'
>;

export class Session implements HttpClient {
  readonly #options: SessionOptions;
  readonly #transport: Transport;
  readonly #userAgent: string;
  readonly #cookies: Cookies;
  readonly #logins: Logins;

  constructor(transport: Transport, options: SessionOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#userAgent = bytesOf(options.userAgent ?? `Heddle/${VERSION}`);
    this.#cookies = new Cookies(options.cookieFile, options.cookieLog);
    this.#logins = new Logins(options.insecure);
  }

  async send(request: Request, receiver: Receiver, context: Cancellable): Promise<Answer> {
    const way = new Way(request, receiver, this.#cookies);
    for (;;) {
      const { loading } = this.#cookies;
      if (loading !== null) await loading;
      const headers = this.#headers(request, way);
      way.refuseCircle(headers);
      const { url, method, body } = way;
      const login = headers['authorization'] === undefined ? this.#loginFor(request, url) : null;
      if (login !== null) way.attempt ??= this.#logins.attempt(url, login);
      const { attempt } = way;
      const turn = attempt?.turn ?? null;
      if (turn !== null) await unlessCancelled(turn, context);
      const next = { url, method, headers, body, apart: request.apart === true };
      const answer =
        attempt === null
          ? await this.#transport.exchange(next, way, context)
          : await this.#transport.exchange(attempt.next(next), way, context).finally(() => {
              attempt.told();
            });
      if (way.goesOn) continue;
      if (!isRedirect(answer)) {
        // What it sets is there for whoever asks next, in other threads too.
        const { loading: taking } = this.#cookies;
        if (taking !== null) await taking;
        return way.told(answer);
      }
      way.follow(answer, headers);
    }
  }

  /** The user's for the first origin, else that of the address, else that of .netrc. */
  #loginFor(request: Request, url: URL): Login | null {
    const isOwn = url.origin === request.url.origin;
    const own = isOwn ? request.login : null;
    return (
      own ?? loginOf(url) ?? (isOwn ? loginOf(request.url) : null) ?? this.#options.loginFor(url.hostname)
    );
  }

  #headers(request: Request, way: Way): Record<string, string> {
    const { url, method, body } = way;
    const headers: Record<string, string> = {
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': this.#userAgent,
    };
    const isOwn = url === request.url || url.origin === request.url.origin;
    for (const name in request.headers) {
      // A body that is not sent any more has no type.
      if (name.startsWith('content-') && method !== request.method) continue;
      if (isOwn || NO_KEY.test(name) || (name === 'content-type' && body !== null))
        headers[name] = bytesOf(request.headers[name] ?? '');
    }
    const cookie = this.#cookies.headerFor(url, headers['cookie'] ?? null, way.fresh);
    if (cookie !== null) headers['cookie'] = cookie;
    Object.assign(headers, request.conditions);
    if (request.range !== null) headers['range'] = request.range;
    if (request.ifRange !== null) headers['if-range'] = request.ifRange;
    return headers;
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }
}

/** @throws what `context` throws */
async function unlessCancelled(promise: Promise<void>, context: Cancellable): Promise<void> {
  const over = promise.then(() => true);
  while (!(await Promise.race([over, pause(LOOK_MS, false)]))) context.throwIfCancelled();
}

/** Of one request, from redirect to redirect: where it is, and what it met. */
class Way implements Receiver {
  url: URL;
  method: string;
  body: string | null;
  /** To log in where it is; `null`: there is none. */
  attempt: LoginAttempt | null = null;
  /** Whether the last answer is no answer yet: it asks for another login. */
  goesOn = false;
  /** Names of cookies that were set on it; `null`: none. */
  fresh: Set<string> | null = null;
  #isRaw = false;
  readonly #receiver: Receiver;
  readonly #cookies: Cookies;
  /** Requests that were sent already; with other cookies it is another one. */
  #sent: Set<string> | null = null;

  constructor(request: Request, receiver: Receiver, cookies: Cookies) {
    this.url = request.url;
    this.method = request.method;
    this.body = request.body;
    this.#receiver = receiver;
    this.#cookies = cookies;
  }

  begin(answer: Answer): boolean {
    const cookies = answer.headers['set-cookie'];
    if (cookies !== undefined) this.#cookies.take(answer.url, cookies, (this.fresh ??= new Set()));
    this.goesOn = this.attempt?.goesOn(answer) === true;
    if (this.goesOn || isRedirect(answer)) return false;
    return this.#receiver.begin(this.told(answer));
  }

  /** The final answer, as it is told. */
  told(answer: Answer): Answer {
    return this.#isRaw ? { ...answer, isUrlRaw: true } : answer;
  }

  write(chunk: Buffer): ReturnType<Receiver['write']> {
    return this.#receiver.write(chunk);
  }

  /** @throws HeddleError where the request that is about to be sent was sent already */
  refuseCircle(headers: RequestHeaders): void {
    if (this.#sent?.has(this.#requestWith(headers)) !== true) return;
    throw new HeddleError(
      'redirect-loop',
      `The server sends the request in a circle, back to ${shownUrl(this.url)}.`,
    );
  }

  /**
   * @param headers that were sent
   * @throws HeddleError
   */
  follow(answer: Answer, headers: RequestHeaders): void {
    const { status } = answer;
    this.#sent ??= new Set();
    this.#sent.add(this.#requestWith(headers));
    this.url = redirectTarget(answer, this.url);
    this.#isRaw = String(answer.headers['location']).search(RAW) !== -1;
    this.attempt = null;
    // RFC 9110 §15.4: what came as POST goes on as GET, except where the status says otherwise.
    if (status === 303 ? this.method !== 'HEAD' : this.method === 'POST' && status < 303) {
      this.method = 'GET';
      this.body = null;
    }
    if (this.#sent.size > MAX_REDIRECTS) {
      throw new HeddleError(
        'too-many-redirects',
        `The server redirected more than ${MAX_REDIRECTS} times, last to ${shownUrl(this.url)}.`,
      );
    }
  }

  #requestWith(headers: RequestHeaders): string {
    return JSON.stringify([this.method, addressOf(this.url), headers['cookie'] ?? null]);
  }
}

type RequestHeaders = Readonly<Record<string, string>>;

/** As curl has it, any status of its class with a Location is one (RFC 9110 §15.4), but for 304. */
function isRedirect({ status, headers }: Answer): boolean {
  if (status < 300 || status > 399 || status === 304) return false;
  return REDIRECTS.has(status) || headers['location'] !== undefined;
}

/** Name and password in an address. */
function loginOf({ username, password }: URL): Login | null {
  if (username === '' && password === '') return null;
  return { name: decodeUserInfo(username), password: decodeUserInfo(password) };
}

function decodeUserInfo(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Text as it is sent: one character a byte of its UTF-8, as other tools send what they are given. */
function bytesOf(text: string): string {
  return NOT_ASCII.test(text) ? Buffer.from(text).toString('latin1') : text;
}

/** Bytes beyond ASCII. */
const RAW = /[\x80-\xff]/gu;

function redirectTarget({ status, headers }: Answer, from: URL): URL {
  const [location, ...others] = [headers['location'] ?? []].flat();
  // Bytes beyond ASCII, of whatever encoding, stay what they are.
  const address = location?.replace(RAW, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
  if (address === undefined || address === '' || others.some((other) => other !== location)) {
    throw badAnswer(`it redirects (${status}) to no address, or to several`);
  }
  if (!URL.canParse(address, from.href)) {
    throw badAnswer(`it redirects (${status}) to no valid address`);
  }
  const target = new URL(address, from);
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw new HeddleError(
      'bad-redirect',
      `The server redirects to ${shownUrl(target)}, which is not an HTTP address.`,
    );
  }
  return target;
}

/** The URL without its fragment, which is not sent. */
function addressOf(url: URL): string {
  return url.origin + url.pathname + url.search;
}
