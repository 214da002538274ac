/**
 * What downloads need of an HTTP client: a request, its answer's headers, the body as it comes, and an end when the task
 * is cancelled. How the bytes come (connections, protocols, proxies, TLS) is behind it.
 */
import type { TaskContext } from '../runtime';
import type { TrustOptions } from './trust';

export interface HttpClient {
  /**
   * Sends `request`, follows redirects, and pours the body of the final answer into `receiver` if it wants it.
   * @returns the final answer, its body received whole as the protocol frames it (RFC 9112 §6.3, §8; RFC 9113 §8.1), or
   * as much of it as the receiver wanted
   * @throws HeddleError; what `context` or `receiver` threw
   */
  send(request: Request, receiver: Receiver, context: Cancellable): Promise<Answer>;
  /** Closes every connection. */
  close(): Promise<void>;
}

/** Of a task's context what can end a request: it is asked a few times in a tenth of a second, and for each chunk. */
export type Cancellable = Pick<TaskContext, 'throwIfCancelled'>;

export interface Login {
  readonly name: string;
  readonly password: string;
}

export interface HttpLimits {
  readonly connectMs: number;
  /** From the request to the last header. */
  readonly headersMs: number;
  /** Without a byte of the body. */
  readonly stallMs: number;
}

export interface HttpOptions extends HttpLimits, TrustOptions {
  readonly userAgent: string | null;
  /** Name and password for a host, from a .netrc file. */
  readonly loginFor: (host: string) => Login | null;
  /** Cookies in Netscape's format, one character a byte. */
  readonly cookieFile: string | null;
  /** What the threads of a job tell each other of cookies; `null`: this one has its own. */
  readonly cookieLog: SharedArrayBuffer | null;
  readonly proxy: string | null;
}

export interface Request {
  readonly url: URL;
  /** Upper case. */
  readonly method: string;
  /** Lower-case names, text. They are for the origin of `url`; others get those of them that are no keys. */
  readonly headers: Readonly<Record<string, string>>;
  /** For the origin of `url`, in place of one in `url`; with an Authorization in `headers` it is not used. */
  readonly login: Login | null;
  /** `null`: the whole. */
  readonly range: string | null;
  readonly ifRange: string | null;
  /** Fields that make the request conditional (RFC 9110 §13.1); unlike `headers` they follow redirects. */
  readonly conditions: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Over a connection that carries nothing else: of several for one file, each is to have a share of its own. */
  readonly apart?: boolean;
}

/** Told by a receiver: it has all that it wanted; the connection is closed. */
export const ENOUGH = Symbol('enough');

/** Who wants an answer. */
export interface Receiver {
  /**
   * The headers of the final answer are there (redirects are followed before).
   * @returns whether its body is wanted; of others only what costs nothing is read
   */
  begin(answer: Answer): boolean;
  /**
   * @param chunk holds these bytes during the call alone: what is kept longer, or used after a wait, must be copied
   * @returns a promise to wait for before more is sent, `null` to go on at once, or {@link ENOUGH}
   */
  write(chunk: Buffer): Promise<void> | null | typeof ENOUGH;
}

/**
 * Names in lower case; several values where a field came more than once and its values are no list. In values one
 * character is one byte, in what is sent, too.
 */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** In milliseconds; `null` where an open connection was used, or it did not come to that. */
export interface ConnectionTimes {
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
}

/** That of an exchange over an open connection. */
export const NO_CONNECTION: ConnectionTimes = { dnsMs: null, connectMs: null, tlsMs: null };

/** Where an exchange's time went. */
export interface ExchangeTimes extends ConnectionTimes {
  /** From the request's headers to the answer's. */
  readonly waitMs: number | null;
}

export interface Answer {
  readonly status: number;
  readonly times: ExchangeTimes;
  readonly headers: Headers;
  /** Where it came from in the end. */
  readonly url: URL;
  /** Whether a redirect on the way wrote it with bytes whose characters nobody knows: it says no name then. */
  readonly isUrlRaw?: boolean;
  /** Bytes of the body, where the answer says so. */
  readonly length: number | null;
  /** Whether nothing but the connection's end says where the body ends (RFC 9112 §6.3). */
  readonly untilClose: boolean;
}
