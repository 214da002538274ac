/** What the session layer needs of a transport: one request and its answer. */
import type { Answer, Cancellable, Receiver, Request } from './client';

/** One request as it is sent: redirects make several of what was asked for. Values of headers have one character a byte. */
export type OneRequest = Pick<Request, 'url' | 'method' | 'headers' | 'body' | 'apart'>;

export interface Transport {
  /**
   * One request and its answer; no redirects. Resends what was certainly not processed. The receiver is asked about every
   * final answer (RFC 9110 §15: 2xx to 5xx), redirects too; of a body that it does not want only as much is read as
   * costs less than a new connection.
   * @returns the answer, its body received whole, or as much of it as the receiver wanted
   * @throws HeddleError; what `context` or `receiver` threw
   */
  exchange(request: OneRequest, receiver: Receiver, context: Cancellable): Promise<Answer>;
  /** Closes every connection. */
  close(): Promise<void>;
}
