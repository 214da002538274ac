/** Looks from time to time at what comes from hosts for which more waits than they get: one that serves well may have more. */
import type { PacketHandle, RunningReading, WorkerReading } from '../pool';
import type { Admission } from './admission';

const LOOK_MS = 50;

export class FlowWatch {
  readonly #admission: Admission;
  readonly #read: () => readonly WorkerReading[];
  readonly #hostOf: (handle: PacketHandle) => string;
  readonly #onSeen: () => void;
  #timer: NodeJS.Timeout | null = null;

  /** @param onSeen called after each look */
  constructor(
    admission: Admission,
    read: () => readonly WorkerReading[],
    hostOf: (handle: PacketHandle) => string,
    onSeen: () => void,
  ) {
    this.#admission = admission;
    this.#read = read;
    this.#hostOf = hostOf;
    this.#onSeen = onSeen;
  }

  /** Looks once more, if there is a reason to. */
  lookSoon(): void {
    if (this.#timer !== null || !this.#admission.wantsToSeeFlow) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const byHost = new Map<string, RunningReading[]>();
      for (const reading of this.#read().flatMap(({ running }) => running)) {
        const host = this.#hostOf(reading.handle);
        const readings = byHost.get(host);
        if (readings === undefined) byHost.set(host, [reading]);
        else readings.push(reading);
      }
      this.#admission.flowing(byHost);
      this.#onSeen();
    }, LOOK_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
