/** One request on its way and its answer, whatever carries it. */
import { badAnswer } from '../http-errors';
import { nowMs } from '../../common/threads/board';
import {
  ENOUGH,
  NO_CONNECTION,
  type Answer,
  type Cancellable,
  type ConnectionTimes,
  type Headers,
  type Receiver,
} from './client';
import { refuseCodings } from './content-coding';
import type { OneRequest } from './transport';

/** What carries an exchange: a connection, or a stream within one. */
export interface Carrier {
  /** Bytes may come again: {@link Exchange.data} had said that they may not. */
  resume(): void;
  /** Nothing more of the answer is wanted: the connection is closed, or the stream reset. */
  abort(): void;
}

/** An answer's head, as its protocol tells it. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Headers;
  /** Bytes of the body, where the answer says so. */
  readonly length: number | null;
  readonly untilClose: boolean;
  /** A transfer coding that was not asked for; `null`: none. */
  readonly coding: string | null;
  /** Bytes that come before the carrier is of use for another exchange, as far as that is known; `Infinity`: it never is. */
  readonly rest: number;
}

/** A redirect's or an error page's body up to this size is read away, so that the connection can be used again. */
const DISCARD_BYTES = 64 * 1024;
/** No longer than this: there are servers that promise a body and send none. */
const DISCARD_MS = 1000;

export class Exchange {
  readonly request: OneRequest;
  readonly finished: Promise<Answer>;
  /** Whether it was sent before, and now needs a connection that was not used yet: another one may be dead, too. */
  readonly isResent: boolean;
  /** Bytes of the body. */
  received = 0;
  /** Whether any of the answer has come. */
  answered = false;
  /** Whether what ended it is none of the connection's faults. */
  receiverFailed = false;
  /** Whether it has ended, in whatever way; what its carrier still says is not heard. */
  isOver = false;
  /** Whether what came was not for it, but left over on its connection from the answer before. */
  gotLeftovers = false;
  /** Where it stands among those that are {@link Underway}. */
  place = 0;
  readonly #receiver: Receiver;
  readonly #context: Cancellable;
  #answer: Answer | null = null;
  /** Whether the receiver takes the body. */
  #taken = false;
  #carrier: Carrier | null = null;
  #sentAtMs = 0;
  #headAtMs = 0;
  #connection = NO_CONNECTION;
  #resolve!: (answer: Answer) => void;
  #reject!: (error: unknown) => void;

  constructor(request: OneRequest, receiver: Receiver, context: Cancellable, isResent: boolean) {
    this.request = request;
    this.isResent = isResent;
    this.#receiver = receiver;
    this.#context = context;
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Content-Length of a body that is taken; `null` before and without. */
  get expected(): number | null {
    return this.#taken ? (this.#answer?.length ?? null) : null;
  }

  /** Ends it if its task was cancelled, or if all that matters of its answer is known and the rest takes its time. */
  look(): void {
    if (this.#answer !== null && !this.#taken && nowMs() - this.#headAtMs > DISCARD_MS) {
      this.#leave(this.#answer);
      return;
    }
    try {
      this.#context.throwIfCancelled();
    } catch (error) {
      this.stop(error);
    }
  }

  /** Ends the exchange with `reason`. */
  stop(reason: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#reject(reason);
    this.#carrier?.abort();
  }

  // What its carrier tells

  /** Its request is about to be sent. @param times of a connection that was made for it */
  begin(carrier: Carrier, times: ConnectionTimes): void {
    this.#carrier = carrier;
    this.#connection = times;
    this.#sentAtMs = nowMs();
  }

  /** The head of the final answer has come. */
  head({ status, headers, length, untilClose, coding, rest }: AnswerHead): void {
    if (this.isOver) return;
    this.answered = true;
    this.#headAtMs = nowMs();
    const waitMs = this.#headAtMs - this.#sentAtMs;
    const { dnsMs, connectMs, tlsMs } = this.#connection;
    const times = { dnsMs, connectMs, tlsMs, waitMs };
    const answer: Answer = { status, times, headers, url: this.request.url, length, untilClose };
    this.#answer = answer;
    try {
      this.#taken = this.#receiver.begin(answer);
      if (this.#taken) {
        refuseCodings(answer);
        if (coding !== null) {
          throw badAnswer(`it sends the file in a transfer encoding (${coding}) that was not asked for`);
        }
      } else if (rest > DISCARD_BYTES) {
        this.#leave(answer);
      }
    } catch (error) {
      this.#failReceiver(error);
    }
  }

  /**
   * Bytes of the body.
   * @param chunk is not kept beyond the call
   * @returns whether more may come at once; if not, {@link Carrier.resume} says when, or the exchange is over
   */
  data(chunk: Buffer): boolean {
    const answer = this.#answer;
    if (this.isOver || answer === null) return false;
    this.received += chunk.length;
    if (!this.#taken) {
      // All that matters is known; reading on would cost more than a new connection.
      if (this.received > DISCARD_BYTES) this.#leave(answer);
      return !this.isOver;
    }
    try {
      this.#context.throwIfCancelled();
      const wait = this.#receiver.write(chunk);
      if (wait === null) return true;
      if (wait === ENOUGH) this.#leave(answer);
      else {
        wait.then(
          () => {
            if (!this.isOver) this.#carrier?.resume();
          },
          (error: unknown) => {
            this.#failReceiver(error);
          },
        );
      }
    } catch (error) {
      this.#failReceiver(error);
    }
    return false;
  }

  /** The answer is whole. */
  end(): void {
    if (this.isOver || this.#answer === null) return;
    this.isOver = true;
    this.#resolve(this.#answer);
  }

  /** Its carrier failed it. */
  fail(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    // Of an answer whose body nobody wants everything is known.
    if (this.#answer !== null && !this.#taken) this.#resolve(this.#answer);
    else this.#reject(error);
  }

  #leave(answer: Answer): void {
    this.isOver = true;
    this.#resolve(answer);
    this.#carrier?.abort();
  }

  #failReceiver(error: unknown): void {
    if (this.isOver) return;
    this.receiverFailed = true;
    this.stop(error);
  }
}

/**
 * The exchanges that are under way, to be asked now and then whether their tasks were cancelled: listening to a task's
 * signal costs more than a small answer does.
 */
export class Underway {
  readonly #exchanges: Exchange[] = [];

  add(exchange: Exchange): void {
    exchange.place = this.#exchanges.length;
    this.#exchanges.push(exchange);
  }

  remove({ place }: Exchange): void {
    const last = this.#exchanges.pop();
    if (last === undefined || last.place === place) return;
    this.#exchanges[place] = last;
    last.place = place;
  }

  look(): void {
    for (const exchange of this.#exchanges.slice()) exchange.look();
  }
}
