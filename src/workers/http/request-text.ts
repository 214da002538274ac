/** A request as it is written (RFC 9112 §3). */
import { HeddleError } from '../../common/model/errors';
import type { Dialed } from './dial';
import type { OneRequest } from './transport';

/** Names as they are usually written: there are servers that know no other. */
const written = new Map<string, string>();

/**
 * Head and, where there is one, body: one character a byte.
 * @param proxyFields as of {@link Dialed.proxyFields}
 * @throws HeddleError `bad-header`: a value that would end its line
 */
export function requestText(
  { url, method, headers, body }: OneRequest,
  proxyFields: Dialed['proxyFields'],
): string {
  const path = url.pathname + url.search;
  const target = proxyFields === null ? path : `http://${url.host}${path}`;
  let text = `${method} ${target} HTTP/1.1\r\nHost: ${headers['host'] ?? url.host}\r\nConnection: keep-alive\r\n`;
  for (const name in headers) {
    if (name !== 'host') text += line(name, headers[name] ?? '');
  }
  if (proxyFields !== null) {
    // The path alone is what other clients sign, too.
    const fields = proxyFields({ method, target: path, body });
    for (const name in fields) text += line(name, fields[name] ?? '');
  }
  if (body === null) {
    // RFC 9110 §8.6: of these methods a server expects a body.
    if (method === 'POST' || method === 'PUT' || method === 'PATCH') text += 'Content-Length: 0\r\n';
    return `${text}\r\n`;
  }
  const bytes = Buffer.from(body);
  return `${text}Content-Length: ${bytes.length}\r\n\r\n${bytes.toString('latin1')}`;
}

function line(name: string, value: string): string {
  mustBeField(name, value);
  let known = written.get(name);
  if (known === undefined) {
    known = name.replace(/(?:^|-)[a-z]/gu, (letter) => letter.toUpperCase());
    written.set(name, known);
  }
  return `${known}: ${value}\r\n`;
}

/** @throws HeddleError `bad-header` for what no message can have (RFC 9110 §5.1, §5.5) */
export function mustBeField(name: string, value: string): void {
  if (/[\r\n\0\u0100-\uffff]/u.test(value)) {
    throw new HeddleError(
      'bad-header',
      `The header ${name} has a character that none can have, so it was not sent.`,
    );
  }
  if (!written.has(name) && !/^[!#$%&'*+.^_`|~\w-]+$/u.test(name)) {
    throw new HeddleError('bad-header', 'A header has a name that none can have, so it was not sent.');
  }
}
