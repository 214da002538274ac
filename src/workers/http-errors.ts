/** What can go wrong between here and a server, in words a person understands. */
import { HeddleError } from '../common/model/errors';
import { MOST_RETRY_AFTER_MS } from '../common/model/http-fields';
import { formatWait } from '../common/model/units';
import { errorCode } from '../files/entries';
import { readHttpDate } from './http-date';

/** What is known of the exchange that failed. */
export interface Progress {
  readonly received: number;
  readonly expected: number | null;
  /** Whether any header of the answer had arrived. */
  readonly answered: boolean;
}

interface StatusSentence {
  readonly sentence: string;
  readonly retryable?: true;
}

/** RFC 9110 §15, RFC 6585, RFC 8470. Retryable: those that say "not now" rather than "no". */
const STATUSES: Readonly<Record<number, StatusSentence>> = {
  204: { sentence: 'The server has nothing to send (204 No Content).' },
  206: {
    sentence: 'The server sent a part of the file though the whole was asked for (206 Partial Content).',
  },
  300: { sentence: 'The server offers several files and none of them first (300 Multiple Choices).' },
  304: { sentence: 'The server says the file has not changed, though it was not asked (304 Not Modified).' },
  400: { sentence: 'The server does not understand the request (400 Bad Request).' },
  401: {
    sentence:
      'The server asks for a name and password, or does not take those it was given (401 Unauthorized).',
  },
  402: { sentence: 'The server asks for payment (402 Payment Required).' },
  403: { sentence: 'The server does not allow access to the file (403 Forbidden).' },
  404: { sentence: 'The server has no such file (404 Not Found).' },
  405: { sentence: 'The server does not allow downloads at this address (405 Method Not Allowed).' },
  406: { sentence: 'The server has the file in no form that was asked for (406 Not Acceptable).' },
  407: { sentence: 'The proxy asks for a name and password (407 Proxy Authentication Required).' },
  408: { sentence: 'The server waited too long for the request (408 Request Timeout).', retryable: true },
  410: { sentence: 'The file was removed from the server for good (410 Gone).' },
  414: { sentence: 'The address is longer than the server takes (414 URI Too Long).' },
  421: { sentence: 'This server does not answer for that host (421 Misdirected Request).' },
  425: { sentence: 'The server did not want to risk an early request (425 Too Early).', retryable: true },
  429: { sentence: 'The server asks for fewer requests (429 Too Many Requests).', retryable: true },
  431: {
    sentence: "The request's headers are larger than the server takes (431 Request Header Fields Too Large).",
  },
  451: {
    sentence: 'The server may not give the file for legal reasons (451 Unavailable For Legal Reasons).',
  },
  500: { sentence: 'The server failed inside (500 Internal Server Error).', retryable: true },
  501: { sentence: 'The server cannot do this (501 Not Implemented).' },
  502: {
    sentence: 'A gateway got no good answer from the server behind it (502 Bad Gateway).',
    retryable: true,
  },
  503: { sentence: 'The server cannot answer now (503 Service Unavailable).', retryable: true },
  504: {
    sentence: 'A gateway waited too long for the server behind it (504 Gateway Timeout).',
    retryable: true,
  },
  // Of Cloudflare, about the server behind it.
  520: { sentence: 'The server behind Cloudflare gave it no valid answer (520).', retryable: true },
  521: { sentence: 'The server behind Cloudflare refuses its connections (521).', retryable: true },
  522: {
    sentence: 'The server behind Cloudflare did not accept a connection in time (522).',
    retryable: true,
  },
  523: { sentence: 'The server behind Cloudflare cannot be reached (523).', retryable: true },
  524: { sentence: 'The server behind Cloudflare did not answer in time (524).', retryable: true },
};

/** The failure for a final status other than 200. A wait that the server asks for is cut to what anyone waits. */
export function statusFailure(
  status: number,
  url: URL,
  retryAfter: string | string[] | undefined,
): HeddleError {
  const known = STATUSES[status];
  const askedMs = typeof retryAfter === 'string' ? parseRetryAfter(retryAfter, Date.now()) : null;
  const sentence = known?.sentence ?? `${url.host} answered with status ${status}.`;
  const isCut = askedMs !== null && askedMs > MOST_RETRY_AFTER_MS;
  const cut = ` It asks to wait ${formatWait(askedMs ?? 0)}; Heddle waits ${formatWait(MOST_RETRY_AFTER_MS)} at most.`;
  return new HeddleError(`http-${status}`, isCut ? sentence + cut : sentence, {
    retryable: known?.retryable === true,
    ...(askedMs === null ? {} : { retryAfterMs: Math.min(askedMs, MOST_RETRY_AFTER_MS) }),
  });
}

/**
 * Retry-After (RFC 9110 §10.2.3): seconds, or an HTTP date.
 * @returns milliseconds from `nowMs`, never negative; `null` for what is neither
 */
export function parseRetryAfter(value: string, nowMs: number): number | null {
  const text = value.trim();
  if (/^\d+$/u.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
  const at = readHttpDate(text, nowMs);
  return at === null ? null : Math.max(0, at - nowMs);
}

export function badAnswer(why: string, cause?: unknown): HeddleError {
  return new HeddleError('bad-answer', `The server's answer is not valid HTTP: ${why}.`, { cause });
}

const UNREACHABLE: ReadonlySet<string> = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
]);

/** The failure for an error of the connection or of its protocol. */
export function connectionFailure(error: unknown, url: URL, progress: Progress): HeddleError {
  const code = errorCode(error) ?? '';
  const { host } = url;
  const fail = (name: string, sentence: string, retryable: boolean): HeddleError =>
    new HeddleError(name, sentence, { retryable, cause: error });

  switch (code) {
    case 'ENOTFOUND':
      return fail(
        'dns',
        `No server named ${url.hostname} is known. Check the address and the network.`,
        false,
      );
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return fail('dns', `The name ${url.hostname} could not be looked up. Check the network.`, true);
    case 'ECONNREFUSED':
      return fail('connection-refused', `${host} refuses connections; no server runs there now.`, true);
    case 'ETIMEDOUT':
      return progress.answered
        ? fail('timeout-stall', `${host} stopped sending in the middle of the file.`, true)
        : fail('timeout-connect', `${host} did not accept a connection in time.`, true);
    case 'HEADERS_TIMEOUT':
      return fail('timeout-headers', `${host} did not answer in time.`, true);
    case 'STALLED':
      return fail('timeout-stall', `${host} stopped sending in the middle of the file.`, true);
    case 'HTTP2_NOT_PROCESSED':
      return fail('refused', `${host} refuses further requests now.`, true);
    case 'HTTP2_RESET':
    case 'HTTP2_UNUSABLE':
      return reset(host, progress, error);
    case 'CLOSED':
    case 'CUT':
    case 'ECONNRESET':
    case 'ECONNABORTED':
    case 'EPIPE':
      return broken(code, host, progress, error);
    default:
  }
  if (UNREACHABLE.has(code))
    return fail('unreachable', `${host} cannot be reached. Check the network.`, true);
  if (code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') {
    return fail('tls', `${host} speaks neither HTTP/1.1 nor HTTP/2.`, false);
  }
  if (isTls(code)) {
    const why = tlsReason(code, error);
    return progress.answered
      ? fail('connection-reset', `${host} broke the connection off in the middle of the file (${why}).`, true)
      : fail('tls', `No secure connection to ${host}: ${why}.`, false);
  }
  return fail('connection-failed', `The connection to ${host} failed: ${messageOf(error)}`, true);
}

/** The connection ended before the answer did: in good order (a short file) or broken off. */
function broken(code: string, host: string, progress: Progress, error: unknown): HeddleError {
  const inOrder = code === 'CLOSED';
  if (inOrder && progress.expected !== null) return tooShort(progress, error);
  if (inOrder && progress.received > 0) {
    return new HeddleError('body-incomplete', `${host} closed the connection before the end of the file.`, {
      retryable: true,
      cause: error,
    });
  }
  const when = progress.answered ? 'in the middle of the file' : 'before it answered';
  return new HeddleError('connection-reset', `${host} broke the connection off ${when}.`, {
    retryable: true,
    cause: error,
  });
}

/** HTTP/2's own end of an answer that is not whole; the error's message is the name of its reason. */
function reset(host: string, progress: Progress, error: unknown): HeddleError {
  const why = messageOf(error);
  const { expected, received, answered } = progress;
  // A body of another length than promised is itself a breach of the protocol (RFC 9113 §8.1.1).
  if (why === 'PROTOCOL_ERROR' && expected !== null && received < expected) return tooShort(progress, error);
  const when = answered ? 'in the middle of the file' : 'before the answer';
  return new HeddleError('connection-reset', `${host} ended the HTTP/2 stream ${when} (${why}).`, {
    retryable: true,
    cause: error,
  });
}

function tooShort(progress: Progress, error: unknown): HeddleError {
  if (progress.expected === null) return badAnswer('its lengths contradict each other', error);
  return new HeddleError(
    'length-mismatch',
    `The server promised ${progress.expected} bytes and sent ${progress.received}.`,
    { retryable: true, cause: error },
  );
}

function isTls(code: string): boolean {
  return (
    /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_)/u.test(code) ||
    [
      'EPROTO',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'HOSTNAME_MISMATCH',
      'INVALID_CA',
    ].includes(code)
  );
}

function tlsReason(code: string, error: unknown): string {
  if (code === 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED') return 'it asks for a client certificate';
  // OpenSSL's message has the places of its source in it.
  const { reason } = error as { readonly reason?: unknown };
  return typeof reason === 'string' ? reason : messageOf(error).replace(/\.$/u, '');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
