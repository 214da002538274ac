/** One connection on its way: all its steps under one time-out, and how long they took. */
import { lookup } from 'node:dns/promises';
import type { Socket } from 'node:net';
import { HeddleError } from '../../common/model/errors';
import { nowMs } from '../../common/threads/board';
import { errorCode } from '../../files/entries';
import type { ConnectionTimes } from './client';
import type { Proxy } from './proxy-rules';

/** As long as this an address is waited for before the next one of the same name is tried (RFC 8305 §5). */
const NEXT_ADDRESS_MS = 300;
/** An unused connection is asked by the system now and then whether it is still there. */
const PROBE_AFTER_MS = 60_000;

/** How sockets of one attempt are made. */
export interface How {
  readonly autoSelectFamily: true;
  readonly autoSelectFamilyAttemptTimeout: number;
  readonly noDelay: true;
  readonly keepAlive: true;
  readonly keepAliveInitialDelay: number;
}

/** One connection that is being made: its clock, and what of it there is to destroy. */
export class Attempt {
  readonly proxy: Proxy | null;
  readonly #host: string;
  readonly #withinMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAtMs = nowMs();
  #foundAtMs: number | null = null;
  #connectedAtMs: number | null = null;
  #securedAtMs: number | null = null;
  #socket: Socket | null = null;
  #failure: HeddleError | null = null;
  /** Waiting for something that is no socket. */
  #interrupt: ((error: HeddleError) => void) | null = null;

  constructor(host: string, proxy: Proxy | null, withinMs: number) {
    this.#host = host;
    this.proxy = proxy;
    this.#withinMs = withinMs;
    this.#timer = setTimeout(() => {
      this.stop(this.#lateness());
    }, withinMs);
  }

  /** @param make the socket; again where it had more than one address, and too little time for each */
  async open<T extends Socket>(ready: 'connect' | 'secureConnect', make: (how: How) => T): Promise<T> {
    const how = (ms: number): How => ({
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: Math.ceil(ms),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: PROBE_AFTER_MS,
    });
    try {
      return await this.#settle(make(how(Math.min(NEXT_ADDRESS_MS, this.#withinMs))), ready);
    } catch (error) {
      const wasHurried =
        error instanceof AggregateError && error.errors.some((each) => errorCode(each) === 'ETIMEDOUT');
      if (!wasHurried) throw error;
      return await this.#settle(make(how(this.#withinMs / 2)), ready);
    }
  }

  /** The name's first address, of version 4 if SOCKS 4 is to take it. */
  async resolve(name: string, proxy: Proxy): Promise<string> {
    const interrupted = new Promise<never>((_, reject) => {
      this.#interrupt = reject;
    });
    const { address } = await Promise.race([
      lookup(name, proxy.kind === 'socks4' ? { family: 4 } : {}),
      interrupted,
    ]);
    this.#interrupt = null;
    return address;
  }

  /** The proxy has made its connection. */
  isThrough(): void {
    this.#connectedAtMs = nowMs();
  }

  times(): ConnectionTimes {
    const [found, connected, secured] = [this.#foundAtMs, this.#connectedAtMs, this.#securedAtMs];
    return {
      dnsMs: found === null ? null : found - this.#startedAtMs,
      connectMs: connected === null ? null : connected - (found ?? this.#startedAtMs),
      tlsMs: secured === null || connected === null ? null : Math.max(0, secured - connected),
    };
  }

  stop(failure: HeddleError): void {
    this.#failure ??= failure;
    this.#socket?.destroy(failure);
    this.#interrupt?.(failure);
  }

  abandon(): void {
    this.#socket?.destroy();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #settle<T extends Socket>(socket: T, ready: 'connect' | 'secureConnect'): Promise<T> {
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      // It stays: who takes the socket over listens for itself, but maybe not yet.
      socket.on('error', reject);
      socket.once('close', () => {
        reject(Object.assign(new Error('The connection was closed.'), { code: 'ECONNRESET' }));
      });
      socket.once('lookup', () => (this.#foundAtMs ??= nowMs()));
      socket.once('connect', () => (this.#connectedAtMs ??= nowMs()));
      socket.once(ready, () => {
        if (ready === 'secureConnect') this.#securedAtMs = nowMs();
        resolve(socket);
      });
      if (this.#failure !== null) socket.destroy(this.#failure);
    });
  }

  #lateness(): HeddleError {
    const { proxy } = this;
    const sentence =
      proxy === null
        ? `${this.#host} did not accept a connection in time.`
        : `The proxy ${proxy.host} did not make a connection to ${this.#host} in time.`;
    return new HeddleError('timeout-connect', sentence, { retryable: true });
  }
}

/** Of the failures of several addresses the one that says most. */
export function clearestOf(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const errors: unknown[] = error.errors;
  return errors.findLast((each) => !/UNREACH|TIMEDOUT|NOTAVAIL/u.test(errorCode(each) ?? '')) ?? errors[0];
}
