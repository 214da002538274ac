/** One request on its way and its answer, as a transport (undici, or our own for HTTP/2) tells of them. */
import type { Dispatcher } from 'undici';
import { nowMs } from '../common/threads/board';
import { HeddleError } from '../common/model/errors';
import { badAnswer } from './http-errors';
import {
  ENOUGH,
  NO_CONNECTION,
  type Answer,
  type Cancellable,
  type Headers,
  type Receiver,
} from './http/client';
import type { SocketWatch } from './socket-watch';

type Controller = Dispatcher.DispatchController;

/** A redirect's or an error page's body up to this size is read away, so that the connection can be used again. */
const DISCARD_BYTES = 64 * 1024;
/** Their bodies are read by nobody, so what is wrong with their lengths harms nobody. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** An exchange that takes longer than this hears at once that its task was cancelled; another one so much later. */
const LONG_MS = 25;

/** Listening to a task's signal costs more than a small answer does, so it begins when an exchange takes its time. */
export class Cancelling {
  readonly #young = new Set<Exchange>();
  #waits = false;

  watch(exchange: Exchange): void {
    this.#young.add(exchange);
    if (this.#waits) return;
    this.#waits = true;
    setTimeout(() => {
      this.#waits = false;
      for (const each of this.#young) each.listen();
      this.#young.clear();
    }, LONG_MS);
  }

  leave(exchange: Exchange): void {
    if (!this.#young.delete(exchange)) exchange.listenNoMore();
  }
}

/** One request and its answer. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly finished: Promise<Answer>;
  received = 0;
  answered = false;
  receiverFailed = false;
  readonly #url: URL;
  readonly #receiver: Receiver;
  readonly #context: Cancellable;
  readonly #sockets: SocketWatch;
  readonly #isHttp2: boolean;
  #answer: Answer | null = null;
  /** Whether the receiver takes the body. */
  #taken = false;
  #controller: Controller | null = null;
  #sentAtMs: number | null = null;
  #connection = NO_CONNECTION;
  #stopped: { readonly reason: unknown } | null = null;
  #listenNoMore: (() => void) | null = null;
  #resolve!: (answer: Answer) => void;
  #reject!: (error: unknown) => void;

  constructor(url: URL, receiver: Receiver, context: Cancellable, sockets: SocketWatch, isHttp2: boolean) {
    this.#isHttp2 = isHttp2;
    this.#url = url;
    this.#receiver = receiver;
    this.#context = context;
    this.#sockets = sockets;
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Content-Length of a body that is taken; `null` before and without. */
  get expected(): number | null {
    return this.#taken ? (this.#answer?.length ?? null) : null;
  }

  /** Ends when the task is cancelled. */
  listen(): void {
    const { signal } = this.#context;
    const stop = (): void => {
      this.stop(signal.reason);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    this.#listenNoMore = () => {
      signal.removeEventListener('abort', stop);
    };
  }

  listenNoMore(): void {
    this.#listenNoMore?.();
  }

  /** Ends the exchange with `reason`; whatever the connection still says is not heard. */
  stop(reason: unknown): void {
    if (this.#stopped !== null) return;
    this.#stopped = { reason };
    this.#reject(reason);
    this.#controller?.abort(reason instanceof Error ? reason : new Error('stopped'));
  }

  /** Its headers are about to be written. */
  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    this.#sentAtMs = nowMs();
    this.#connection = this.#sockets.takeTimes();
    // Stopped while it waited for its connection.
    if (this.#stopped !== null) controller.abort(new Error('stopped'));
  }

  onResponseStart(_: Controller, status: number, headers: Headers): void {
    this.answered = true;
    if (status < 200) return;
    this.#guard(() => {
      const transfer = String(headers['transfer-encoding'] ?? 'identity').toLowerCase();
      const length = REDIRECTS.has(status) ? null : contentLength(headers);
      const untilClose = !this.#isHttp2 && length === null && transfer !== 'chunked';
      const waitMs = this.#sentAtMs === null ? null : nowMs() - this.#sentAtMs;
      const times = { ...this.#connection, waitMs };
      this.#answer = { status, times, headers, url: this.#url, length, untilClose };
      this.#taken = this.#receiver.begin(this.#answer);
      if (this.#taken) refuseEncodings(headers, transfer);
    });
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#answer === null || this.#stopped !== null) return;
    this.received += chunk.length;
    if (!this.#taken) {
      // All that matters is known; reading on would cost more than a new connection.
      if (this.received > DISCARD_BYTES) this.#leave(controller);
      return;
    }
    this.#guard(() => {
      this.#context.throwIfCancelled();
      const wait = this.#receiver.write(chunk);
      if (wait === null) return;
      if (wait === ENOUGH) {
        this.#leave(controller);
        return;
      }
      controller.pause();
      wait.then(
        () => {
          controller.resume();
        },
        (error: unknown) => {
          this.#failReceiver(error);
        },
      );
    });
  }

  onResponseEnd(): void {
    if (this.#answer === null || this.#stopped !== null) return;
    if (this.#taken) {
      // A body that ends with its connection is whole only if that was closed in good order: undici takes
      // a reset for the end too, so it is looked at whether an error is what ended it.
      if (this.#answer.untilClose && this.#sockets.failing) {
        this.#reject(
          new HeddleError('connection-reset', 'The connection broke off in the middle of the file.', {
            retryable: true,
          }),
        );
        return;
      }
      const { length } = this.#answer;
      if (length !== null && this.received !== length) {
        this.#reject(lengthMismatch(this.received, length));
        return;
      }
    }
    this.#resolve(this.#answer);
  }

  onResponseError(_: Controller, error: Error): void {
    this.#reject(error);
  }

  #leave(controller: Controller): void {
    if (this.#answer === null) return;
    const reason = new Error('the rest of this body is not needed');
    this.#stopped = { reason };
    this.#resolve(this.#answer);
    controller.abort(reason);
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#failReceiver(error);
    }
  }

  #failReceiver(error: unknown): void {
    this.receiverFailed = true;
    this.stop(error);
  }
}

function refuseEncodings(headers: Headers, transfer: string): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity' && encoding !== '') {
    throw new HeddleError(
      'content-encoding',
      `The server sent the file encoded (${String(encoding)}), though it was asked not to.`,
    );
  }
  if (transfer !== 'chunked' && transfer !== 'identity') {
    throw badAnswer(`it sends the file in a transfer encoding (${transfer}) that was not asked for`);
  }
}

function lengthMismatch(received: number, expected: number): HeddleError {
  return new HeddleError('length-mismatch', `The server promised ${expected} bytes and sent ${received}.`, {
    retryable: true,
  });
}
function contentLength(headers: Headers): number | null {
  // With Transfer-Encoding the length is not the body's (RFC 9112 §6.3).
  if (headers['transfer-encoding'] !== undefined) return null;
  const value = headers['content-length'];
  if (value === undefined) return null;
  if (typeof value !== 'string' || !/^\d{1,15}$/u.test(value)) {
    throw badAnswer(`its Content-Length is "${String(value)}"`);
  }
  return Number(value);
}
