/** The rules of HTTP that lists, options and workers hold to alike. */

/** RFC 9110 §5.6.2: the names of headers, and methods. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/u.test(text);
}

// eslint-disable-next-line no-control-regex -- they are what a value must not hold
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/u;

/** RFC 9110 §5.5: no line breaks, nothing else that controls. */
export function isFieldValue(text: string): boolean {
  return !CONTROL.test(text);
}

/** `Name: value`, as people and other tools write it; `null` where there is no name. */
export function splitField(line: string): [name: string, value: string] | null {
  const colon = line.indexOf(':');
  return colon <= 0 ? null : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'range',
  'if-range',
  'accept-encoding',
  'expect',
]);

/** What is about the connection or the part of a file: the client's own to say, never the user's. */
export function isConnectionField(name: string): boolean {
  return CONNECTION_FIELDS.has(name.toLowerCase());
}

/** A header as people write it, checked before the first byte is sent; of a faulty one a sentence that says why. */
export function readHeaderLine(line: string): readonly [name: string, value: string] | string {
  const field = splitField(line);
  if (field === null || !isToken(field[0])) return 'A header is "Name: value".';
  if (isConnectionField(field[0])) return `Heddle itself says ${field[0]}.`;
  if (!isFieldValue(field[1])) return 'It has characters that a header cannot have.';
  return field;
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']);

/** RFC 9110 §9.2.2. */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method);
}

/** The longest that a server is left alone because it asks for it (Retry-After). */
export const MOST_RETRY_AFTER_MS = 3_600_000;

/** `403`, or a class of them: `5xx`. */
export const STATUS_PATTERN = /^[45](?:\d\d|xx)$/u;

/** @param patterns each one as {@link STATUS_PATTERN} has it */
export function isOneOf(status: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => pattern === status || pattern === `${status.charAt(0)}xx`);
}

/** RFC 9110 §9.2.1: it only reads. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** An address as it may be shown and stored: a name and password in it are nobody's business. */
export function shownUrl(url: URL): string {
  if (url.username === '' && url.password === '') return url.href;
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}
