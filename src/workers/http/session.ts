/**
 * HTTP for downloads as a user sees it: a request is followed through its redirects to the answer that counts, and each
 * origin on the way gets the headers that are for it.
 */
import { HeddleError } from '../../common/model/errors';
import { shownUrl } from '../../common/model/http-fields';
import { VERSION } from '../../common/model/version';
import { badAnswer } from '../http-errors';
import { basic } from './basic';
import type { Answer, Cancellable, HttpClient, HttpOptions, Receiver, Request } from './client';
import type { Transport } from './transport';

const MAX_REDIRECTS = 20;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export type SessionOptions = Pick<HttpOptions, 'userAgent' | 'loginFor' | 'cookiesFor'>;

export class Session implements HttpClient {
  readonly #options: SessionOptions;
  readonly #transport: Transport;
  readonly #userAgent: string;

  constructor(transport: Transport, options: SessionOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#userAgent = options.userAgent ?? `Heddle/${VERSION}`;
  }

  async send(request: Request, receiver: Receiver, context: Cancellable): Promise<Answer> {
    const { url: original } = request;
    let { method, body } = request;
    let current = original;
    let visited: Set<string> | null = null;
    const final = finalOf(receiver);
    for (;;) {
      const headers = this.#headers(request, current, method);
      const answer = await this.#transport.exchange({ url: current, method, headers, body }, final, context);
      if (!REDIRECTS.has(answer.status)) return answer;
      visited ??= new Set();
      visited.add(addressOf(current));
      current = redirectTarget(answer, current);
      // RFC 9110 §15.4: what came as POST goes on as GET, except where the status says otherwise.
      if (answer.status === 303 ? method !== 'HEAD' : method === 'POST' && answer.status < 303) {
        method = 'GET';
        body = null;
      }
      if (visited.has(addressOf(current))) {
        throw new HeddleError(
          'redirect-loop',
          `The server sends the request in a circle, back to ${shownUrl(current)}.`,
        );
      }
      if (visited.size > MAX_REDIRECTS) {
        throw new HeddleError(
          'too-many-redirects',
          `The server redirected more than ${MAX_REDIRECTS} times, last to ${shownUrl(current)}.`,
        );
      }
    }
  }

  #headers(request: Request, url: URL, method: string): Record<string, string> {
    const headers: Record<string, string> = {
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': this.#userAgent,
    };
    const login = this.#options.loginFor(url.hostname);
    if (login !== null) headers['authorization'] = basic(login.name, login.password);
    const cookies = this.#options.cookiesFor(url);
    if (cookies !== null) headers['cookie'] = cookies;
    // What the user wrote for one origin is for no other: any of these headers may be a key.
    if (url === request.url || url.origin === request.url.origin) {
      const { username, password } = request.url;
      if (username !== '' || password !== '') {
        headers['authorization'] = basic(decodeUserInfo(username), decodeUserInfo(password));
      }
      for (const [name, value] of Object.entries(request.headers)) {
        // A body that is not sent any more has no type.
        if (method === request.method || !name.startsWith('content-')) headers[name] = value;
      }
    }
    Object.assign(headers, request.conditions);
    if (request.range !== null) headers['range'] = request.range;
    if (request.ifRange !== null) headers['if-range'] = request.ifRange;
    return headers;
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }
}

/** Of an answer that is followed the body is not wanted. */
function finalOf(receiver: Receiver): Receiver {
  return {
    begin: (answer) => !REDIRECTS.has(answer.status) && receiver.begin(answer),
    write: (chunk) => receiver.write(chunk),
  };
}

function decodeUserInfo(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
function redirectTarget(answer: Answer, from: URL): URL {
  const location = answer.headers['location'];
  if (typeof location !== 'string' || !URL.canParse(location, from.href)) {
    throw badAnswer(`it redirects (${answer.status}) to no valid address`);
  }
  const target = new URL(location, from);
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
