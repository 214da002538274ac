/** How many connections at once servers were seen to let this machine have, where they refused more. */
import { prepareOnce, type Database } from './database';

/** Servers change: it is tried anew after so long. */
const KNOWN_FOR_MS = 7 * 24 * 3_600_000;

export class HostLimits {
  readonly #prepare: Database['prepare'];

  constructor(database: Database) {
    this.#prepare = prepareOnce(database);
  }

  /** `null`: nothing is known. */
  get(host: string, nowMs = Date.now()): number | null {
    const row = this.#prepare<[string, number, number], { connections: number }>(
      'SELECT connections FROM host_limits WHERE host = ? AND told_at > ? AND told_at <= ?',
    ).get(host, nowMs - KNOWN_FOR_MS, nowMs);
    return row?.connections ?? null;
  }

  put(host: string, connections: number, nowMs = Date.now()): void {
    this.#prepare('DELETE FROM host_limits WHERE told_at <= ?').run(nowMs - KNOWN_FOR_MS);
    this.#prepare('INSERT OR REPLACE INTO host_limits (host, connections, told_at) VALUES (?, ?, ?)').run(
      host,
      connections,
      nowMs,
    );
  }
}
