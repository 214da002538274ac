import { errorCode } from '../../files/entries';

/**
 * What happens to a connection and is no error of the system's.
 * - `CLOSED`: the other side closed it in good order, before the answer was whole.
 * - `CUT`: it ended below TLS, where only TLS could have said that the answer is whole.
 * - `HEADERS_TIMEOUT`, `STALLED`: it took longer than it may.
 */
export type WireCode = 'CLOSED' | 'CUT' | 'HEADERS_TIMEOUT' | 'STALLED';

export class WireError extends Error {
  readonly code: WireCode;

  constructor(code: WireCode) {
    super(code);
    this.name = 'WireError';
    this.code = code;
  }
}

const CLOSED: ReadonlySet<string> = new Set(['CLOSED', 'ECONNRESET', 'EPIPE']);

/** Whether the other side has closed the connection. */
export function isClosed(error: unknown): boolean {
  return CLOSED.has(errorCode(error) ?? '');
}
