/** Through an open connection to a proxy on to a server: CONNECT (RFC 9110 §9.3.6), SOCKS 4, 4a and 5 (RFC 1928, 1929). */
import type { Socket } from 'node:net';
import { HeddleError } from '../../common/model/errors';
import { VERSION } from '../../common/model/version';
import { errorCode } from '../../files/entries';
import type { ProxyLogin } from './proxy-login';
import type { Proxy } from './proxy-rules';

export interface Destination {
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Of its answer to CONNECT, the body of an error page not counted. */
const LONGEST_ANSWER = 64 * 1024;
/** The end of a header section; lenient about bare LF (RFC 9112 §2.2). */
const HEADERS_END = /\r?\n\r?\n/u;

/**
 * @param withinMs the caller destroys the socket before, with the error that is then thrown
 * @returns `null`: it is open; else what a proxy asks for as a login (Proxy-Authenticate) that does not take this one
 * @throws HeddleError; the socket is the caller's to destroy then
 */
export async function openTunnel(
  socket: Socket,
  proxy: Proxy,
  to: Destination,
  login: ProxyLogin | null,
  withinMs: number,
): Promise<string[] | null> {
  if (proxy.kind === 'http' || proxy.kind === 'https') return await askForTunnel(socket, proxy, to, login);
  await negotiateSocks(socket, proxy, to, withinMs);
  return null;
}

async function askForTunnel(
  socket: Socket,
  proxy: Proxy,
  to: Destination,
  login: ProxyLogin | null,
): Promise<string[] | null> {
  const authority = `${to.host.includes(':') ? `[${to.host}]` : to.host}:${to.port}`;
  const authorization = login?.authorize({ method: 'CONNECT', target: authority, body: null }) ?? null;
  socket.write(
    `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: Heddle/${VERSION}\r\n` +
      `Proxy-Connection: Keep-Alive\r\n` +
      (authorization === null ? '' : `Proxy-Authorization: ${authorization}\r\n`) +
      '\r\n',
  );
  const { status, challenges } = await readStatus(socket, proxy);
  if (status >= 200 && status < 300) return null;
  if (status === 407) return challenges;
  throw refused(status);
}

/** The proxy's answer to CONNECT is no. */
export function refused(status: number): HeddleError {
  return new HeddleError(
    `proxy-${status}`,
    status === 407
      ? 'The proxy asks for a name and password, or does not take those it was given (407). Give them as http://name:password@host:port.'
      : `The proxy does not let the request through (${status}).`,
    { retryable: [408, 429, 500, 502, 503, 504].includes(status) },
  );
}

/** The status of the final answer, and how one logs in; what comes behind its headers stays in the socket. */
function readStatus(
  socket: Socket,
  proxy: Proxy,
): Promise<{ readonly status: number; readonly challenges: string[] }> {
  return new Promise((resolve, reject) => {
    let text = '';
    const finish = (act: () => void): void => {
      socket.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', onError);
      act();
    };
    const fail = (error: HeddleError): void => {
      finish(() => {
        reject(error);
      });
    };
    const onEnd = (): void => {
      fail(closed(proxy));
    };
    const onError = (error: Error): void => {
      fail(error instanceof HeddleError ? error : closed(proxy, error));
    };
    const onReadable = (): void => {
      for (;;) {
        const chunk = socket.read() as Buffer | null;
        if (chunk === null) return;
        text += chunk.toString('latin1');
        for (;;) {
          const end = HEADERS_END.exec(text);
          if (!'HTTP/1.'.startsWith(text.slice(0, 7))) {
            fail(garbled(proxy));
            return;
          }
          if (end === null) break;
          const [, digits] = /^HTTP\/1\.\d (\d{3})(?:[ \r\n]|$)/u.exec(text) ?? [];
          if (digits === undefined) {
            fail(garbled(proxy));
            return;
          }
          const challenges = valuesOf(text.slice(0, end.index), 'proxy-authenticate');
          text = text.slice(end.index + end[0].length);
          const status = Number(digits);
          if (status < 200) continue;
          finish(() => {
            if (text !== '') socket.unshift(Buffer.from(text, 'latin1'));
            resolve({ status, challenges });
          });
          return;
        }
        if (text.length > LONGEST_ANSWER) {
          fail(garbled(proxy));
          return;
        }
      }
    };
    socket.on('readable', onReadable).on('end', onEnd).on('close', onEnd).on('error', onError);
    onReadable();
  });
}

/** @param head status line and fields; those that go on in the next line (RFC 9112 §5.2) do so with a blank */
function valuesOf(head: string, name: string): string[] {
  const lines = head.replace(/\r?\n[\t ]+/gu, ' ').split(/\r?\n/u);
  const start = `${name}:`;
  return lines.flatMap((line) =>
    line.toLowerCase().startsWith(start) ? [line.slice(start.length).trim()] : [],
  );
}

function closed(proxy: Proxy, cause?: unknown): HeddleError {
  return new HeddleError(
    'proxy-closed',
    `The proxy ${proxy.host} closed the connection when it was asked for the server.`,
    { retryable: true, cause },
  );
}

function garbled(proxy: Proxy): HeddleError {
  return new HeddleError(
    'proxy-answer',
    `The proxy ${proxy.host} gave an answer that is not of its kind. Check that its address and its scheme are right.`,
  );
}

async function negotiateSocks(
  socket: Socket,
  proxy: Proxy,
  to: Destination,
  withinMs: number,
): Promise<void> {
  const { SocksClient } = await import('socks');
  const { login, kind } = proxy;
  // It ends a socket's error with its message alone.
  let socketError: Error | null = null;
  socket.prependOnceListener('error', (error: Error) => (socketError = error));
  try {
    await SocksClient.createConnection({
      command: 'connect',
      proxy: {
        host: proxy.host,
        port: proxy.port,
        type: kind === 'socks4' ? 4 : 5,
        ...(login === null ? {} : { userId: login.name, password: login.password }),
      },
      destination: to,
      existing_socket: socket,
      // It holds the socket so long.
      timeout: withinMs + 1000,
    });
  } catch (error) {
    // A callback sets it.
    const ended = socketError as Error | null;
    if (ended instanceof HeddleError) throw ended;
    throw ended === null ? socksFailure(error, proxy, to) : closed(proxy, ended);
  }
}

/** By the names that the library gives to a SOCKS 5 proxy's replies (RFC 1928 §6). */
const REPLIES: readonly (readonly [RegExp, string, string, boolean])[] = [
  [
    /authentication failed|no accepted authentication|unknown authentication/iu,
    'proxy-login',
    'asks for a name and password, or does not take those it was given. Give them as socks5h://name:password@host:port',
    false,
  ],
  // A reply that the protocol does not know has no name.
  [/undefined/u, 'proxy-answer', 'gave an answer that is not of its kind when it was asked for', false],
  [/NotAllowed/u, 'proxy-refused', 'is not allowed to connect to', false],
  [/NetworkUnreachable|HostUnreachable|TTLExpired/u, 'proxy-refused', 'cannot reach', true],
  [/ConnectionRefused/u, 'proxy-refused', 'was refused a connection by', true],
  [/CommandNotSupported|AddressNotSupported/u, 'proxy-refused', 'does not support connections to', false],
  [/rejected|Failed|Failure/u, 'proxy-refused', 'could not connect to', true],
];

function socksFailure(error: unknown, proxy: Proxy, to: Destination): HeddleError {
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith('Socket closed') || errorCode(error) === 'EPIPE') return closed(proxy, error);
  const reply = REPLIES.find(([pattern]) => pattern.test(message));
  if (reply === undefined) return garbled(proxy);
  const [, code, sentence, retryable] = reply;
  const server = code === 'proxy-login' ? '' : ` ${to.host}`;
  return new HeddleError(code, `The proxy ${proxy.host} ${sentence}${server}.`, { retryable, cause: error });
}
