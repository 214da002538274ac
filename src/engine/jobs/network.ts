/** Whether there is a network at all: while there is none, downloads wait, and one of them looks now and then. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { nowMs } from '../../common/threads/board';
import type { ErrorData } from '../../common/model/errors';

const FIRST_LOOK_MS = 1000;
const LONGEST_LOOK_MS = 10_000;

/** Where the network is known from; tests have their own. */
export interface NetworkFacts {
  /** Whether an interface has an address that others can be reached from. */
  readonly hasAddress: () => boolean;
  /** Whether there is a way to other networks; `true` where the system does not tell. */
  readonly hasRoute: () => boolean;
}

/** Of one run of a job. */
export class Network {
  readonly #facts: NetworkFacts;
  readonly #now: () => number;
  /** Attempts that say nothing of their servers, by task. */
  readonly #uncounted = new Map<number, number>();
  #nextLookMs: number | null = null;
  #delayMs = FIRST_LOOK_MS;

  constructor(facts: NetworkFacts = SYSTEM, now: () => number = nowMs) {
    this.#facts = facts;
    this.#now = now;
  }

  /** When one task is tried, to see whether the network is back, in milliseconds since the epoch; `null`: it is there. */
  get nextLookMs(): number | null {
    return this.#nextLookMs;
  }

  /** How many tasks may begin. @param most if the network is there @param running those that have begun and not ended */
  room(most: number, running: number): number {
    if (this.#nextLookMs === null) return most;
    if (this.#now() < this.#nextLookMs) return 0;
    this.#delayMs = Math.min(LONGEST_LOOK_MS, this.#delayMs * 2);
    this.#nextLookMs = this.#now() + this.#delayMs;
    return running > 0 ? 0 : Math.min(1, most);
  }

  /** An attempt has ended. @param host of the server, with its port @returns whether it failed for want of a network alone */
  ended(id: number, host: string, error: ErrorData | null): boolean {
    if (error !== null && this.#isLost(host, error)) {
      this.#uncounted.set(id, this.uncounted(id) + 1);
      this.#nextLookMs ??= this.#now() + this.#delayMs;
      return true;
    }
    this.#nextLookMs = null;
    this.#delayMs = FIRST_LOOK_MS;
    return false;
  }

  /** Attempts of a task that do not count. */
  uncounted(id: number): number {
    return this.#uncounted.get(id) ?? 0;
  }

  #isLost(host: string, { code, cause }: ErrorData): boolean {
    if (isLoopback(host)) return false;
    const cannotLeave = code === 'dns' || (code === 'unreachable' && cause?.code !== 'EHOSTUNREACH');
    if (cannotLeave && !this.#facts.hasRoute()) return true;
    const isCut = code === 'unreachable' || /^(?:timeout-|connection-(?:reset|failed)$)/u.test(code);
    return (cannotLeave || isCut) && !this.#facts.hasAddress();
  }
}

function isLoopback(host: string): boolean {
  const name = URL.parse(`http://${host}`)?.hostname ?? host;
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/u.test(name) || name.endsWith('.localhost');
}

const SYSTEM: NetworkFacts = {
  hasAddress: () =>
    Object.values(networkInterfaces()).some((addresses) =>
      addresses?.some(({ internal, address }) => !internal && !/^(?:fe[89ab].:|169\.254\.)/iu.test(address)),
    ),
  hasRoute: () => {
    if (process.platform !== 'linux') return true;
    const lines = (path: string): string[][] =>
      readFileSync(path, 'latin1')
        .split('\n')
        .map((line) => line.trim().split(/\s+/u));
    try {
      // Destination and mask, or prefix, of all addresses (proc_pid_net(5)).
      const v4 = lines('/proc/net/route').some(
        (fields) => fields[1] === '00000000' && fields[7] === '00000000',
      );
      const v6 = (): boolean =>
        lines('/proc/net/ipv6_route').some(
          (fields) => /^0{32}$/u.test(fields[0] ?? '') && fields[1] === '00' && fields[9] !== 'lo',
        );
      return v4 || v6();
    } catch {
      return true;
    }
  },
};
