/** One connection over which HTTP/1.1 is spoken: one exchange after another, each read out of one reused buffer. */
import type { OnReadOpts, Socket } from 'node:net';
import { NO_CONNECTION, type ConnectionTimes } from './client';
import type { Dialed } from './dial';
import type { Carrier, Exchange } from './exchange';
import { DATA, END, HEAD, MORE, ResponseParser, type Head } from './parser';
import type { Link, LinkOwner } from './link';
import { requestText } from './request-text';
import { isClosed, WireError } from './wire-error';

/**
 * One for the thread. A socket reads into it and tells at once, before any other socket reads: what is kept longer is
 * copied.
 */
const READ_BYTES = 256 * 1024;
let readBuffer: Buffer | null = null;

export class Connection implements Link, Carrier {
  /** To be given to the socket that is dialed for it. */
  readonly onread: OnReadOpts;
  readonly #owner: LinkOwner;
  readonly #parser = new ResponseParser();
  #socket: Socket | null = null;
  #proxyFields: Dialed['proxyFields'] = null;
  #times: ConnectionTimes = NO_CONNECTION;
  #exchange: Exchange | null = null;
  #isPaused = false;
  /** The other side's end has come while it was paused. */
  #hasEnded = false;
  #wasCut: Dialed['wasCut'] = () => false;
  /** How long it is kept unused, in milliseconds. */
  #keepMs: number;
  /** Since when it waits for what comes next, by the owner's clock. */
  #sinceMs = 0;
  #hasHead = false;
  /** Answers that came whole. */
  #served = 0;
  #isOver = false;

  constructor(owner: LinkOwner) {
    this.#owner = owner;
    this.#keepMs = owner.limits.keepMs;
    this.onread = {
      buffer: (readBuffer ??= Buffer.allocUnsafeSlow(READ_BYTES)),
      callback: (length, buffer) => this.#read((buffer as Buffer).subarray(0, length)),
    };
  }

  open({ socket, times, isReading, wasCut, proxyFields }: Dialed): void {
    this.#wasCut = wasCut;
    this.#socket = socket;
    this.#times = times;
    this.#proxyFields = proxyFields;
    this.#sinceMs = this.#owner.elapsedMs();
    if (!isReading) {
      socket.on('data', (bytes: Buffer) => {
        if (!this.#read(bytes)) socket.pause();
      });
    }
    socket.on('end', () => {
      if (this.#isPaused) this.#hasEnded = true;
      else this.#closed();
    });
    socket.on('error', (error) => {
      this.#fail(error);
    });
    socket.on('close', () => {
      // Who has all that came is still at it.
      if (!this.#hasEnded) this.#fail(new WireError('CLOSED'));
    });
    if (socket.destroyed || this.#isOver) {
      socket.destroy();
      this.#fail(new WireError('CLOSED'));
    }
  }

  readonly isBeginning = false;

  get mayBeDead(): boolean {
    return this.#served > 0;
  }

  get hasRoom(): boolean {
    return this.#exchange === null && !this.#isOver;
  }

  send(exchange: Exchange): void {
    let text: string;
    try {
      text = requestText(exchange.request, this.#proxyFields);
    } catch (error) {
      exchange.stop(error);
      this.#owner.hasRoom(this);
      return;
    }
    this.#exchange = exchange;
    this.#hasHead = false;
    this.#sinceMs = this.#owner.elapsedMs();
    this.#parser.begin(exchange.request.method);
    const times = this.#times;
    this.#times = NO_CONNECTION;
    exchange.begin(this, times);
    this.#socket?.write(text, 'latin1');
  }

  tick(elapsedMs: number): void {
    if (this.#isPaused || this.#isOver) return;
    const waitedMs = elapsedMs - this.#sinceMs;
    const { headersMs, stallMs } = this.#owner.limits;
    if (this.#exchange === null) {
      if (waitedMs >= this.#keepMs) this.destroy();
    } else if (!this.#hasHead) {
      if (waitedMs >= headersMs) this.#fail(new WireError('HEADERS_TIMEOUT'));
    } else if (waitedMs >= stallMs) {
      this.#fail(new WireError('STALLED'));
    }
  }

  resume(): void {
    if (this.#isOver || !this.#isPaused) return;
    this.#isPaused = false;
    this.#sinceMs = this.#owner.elapsedMs();
    if (!this.#advance()) return;
    if (this.#hasEnded) this.#closed();
    else this.#socket?.resume();
  }

  abort(): void {
    this.#exchange = null;
    this.destroy();
  }

  destroy(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket?.destroy();
    this.#owner.lost(this);
  }

  /** @returns whether it may go on */
  #read(bytes: Buffer): boolean {
    // What nobody has asked for, or will ask for: an answer to the next request it is not.
    if (this.#exchange === null) {
      this.destroy();
      return false;
    }
    if (this.#isPaused) {
      // TLS hands on all records that it has read, whoever wants to wait.
      this.#parser.feed(Buffer.concat([this.#parser.rest, bytes]));
      return false;
    }
    this.#parser.feed(bytes);
    return this.#advance();
  }

  /** Takes what was fed. @returns whether more may be read */
  #advance(): boolean {
    const parser = this.#parser;
    const exchange = this.#exchange;
    if (exchange === null) return false;
    if (this.#hasHead) this.#sinceMs = this.#owner.elapsedMs();
    try {
      for (;;) {
        switch (parser.next()) {
          case MORE:
            if (parser.hasBegun) exchange.answered = true;
            return true;
          case HEAD:
            this.#hasHead = true;
            this.#sinceMs = this.#owner.elapsedMs();
            if (parser.head !== null) tellHead(exchange, parser.head);
            break;
          case DATA:
            if (!exchange.data(parser.data)) return this.#pause(exchange);
            break;
          case END:
            return this.#end(exchange);
        }
        if (this.#exchange !== exchange) return false;
      }
    } catch (error) {
      exchange.gotLeftovers = this.#served > 0 && !this.#hasHead && !exchange.answered;
      if (!exchange.gotLeftovers) exchange.answered = true;
      this.#fail(error);
      return false;
    }
  }

  #pause(exchange: Exchange): false {
    if (this.#exchange === exchange) {
      this.#isPaused = true;
      // The buffer belongs to the next socket that reads.
      this.#parser.feed(Buffer.from(this.#parser.rest));
    }
    return false;
  }

  /** @returns whether more may be read: what comes then is for the next exchange, or the connection's end */
  #end(exchange: Exchange): boolean {
    this.#exchange = null;
    this.#served += 1;
    this.#owner.reuse.served(this.#served);
    const framing = this.#parser.head?.framing;
    // Bytes behind the answer are of nobody knows what.
    const isOfUse = framing?.keepAlive === true && this.#parser.rest.length === 0;
    if (isOfUse) {
      // A server closes when the time is over, and what is on the way to it then is lost.
      if (framing.keepAliveMs !== null) {
        const keepMs = Math.max(framing.keepAliveMs - EARLIER_MS, framing.keepAliveMs / 2);
        this.#keepMs = Math.min(this.#owner.limits.keepMs, keepMs);
      }
      this.#sinceMs = this.#owner.elapsedMs();
    }
    if (isOfUse && this.#keepMs > 0 && !this.#owner.reuse.isSpent(this.#served)) this.#owner.hasRoom(this);
    else this.destroy();
    exchange.end();
    return !this.#isOver;
  }

  /** The other side has sent all that it will. */
  #closed(): void {
    const exchange = this.#exchange;
    // Anyone may end a connection below TLS, and only that says that the body ends here.
    if (this.#parser.head?.framing.body === 'until-close' && this.#wasCut()) {
      this.#fail(new WireError('CUT'));
      return;
    }
    if (exchange !== null && this.#parser.close()) {
      this.#exchange = null;
      exchange.end();
    }
    this.#fail(new WireError('CLOSED'));
  }

  #fail(error: unknown): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    if (exchange !== null && this.#served > 0 && isClosed(error) && !exchange.answered)
      this.#owner.reuse.died(this.#served);
    this.destroy();
    exchange?.fail(error);
  }
}

/** A connection is given up so much before the server would, or at half of a shorter time. */
const EARLIER_MS = 1000;

function tellHead(exchange: Exchange, { status, fields, framing }: Head): void {
  const { body, length, coding, keepAlive } = framing;
  exchange.head({
    status,
    headers: fields,
    length: body === 'chunked' ? null : length,
    untilClose: body === 'until-close',
    coding,
    rest: body === 'none' ? 0 : keepAlive ? (body === 'length' ? (length ?? 0) : 0) : Infinity,
  });
}
