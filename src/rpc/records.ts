/** Stores what has changed of downloads: at once where somebody waits for it, otherwise when the work at hand is done. */
import { toErrorData } from '../common/model/errors';
import type { Engine } from '../engine';
import { opened, stored, type Download } from './download';

/** Sealing and writing so many takes some milliseconds. */
const AT_ONCE = 50;

export class Records {
  readonly #store: Engine['rpcDownloads'];
  readonly #changed = new Set<Download>();
  readonly #asked = new Set<string>();
  readonly #gone = new Set<string>();
  #isPlanned = false;
  #isClosed = false;

  constructor(store: Engine['rpcDownloads']) {
    this.#store = store;
  }

  /** In their order. From here on they are this process's. @throws HeddleError `rpc-elsewhere` */
  open(): Download[] {
    this.#store.claim();
    return this.#store.all().map(opened);
  }

  /** @param isAsked what was asked for is new or changed, too */
  touch(download: Download, isAsked = false): void {
    this.#changed.add(download);
    if (isAsked) this.#asked.add(download.gid);
    this.#flushSoon();
  }

  forget(download: Download): void {
    this.#changed.delete(download);
    this.#asked.delete(download.gid);
    this.#gone.add(download.gid);
    this.#flushSoon();
  }

  /** Resolves when everything is stored; others have their turn meanwhile. */
  async flush(): Promise<void> {
    while (this.#write(AT_ONCE)) await new Promise((resolve) => setImmediate(resolve));
  }

  /** @returns whether there is more */
  #write(most: number): boolean {
    if (this.#isClosed || (this.#changed.size === 0 && this.#gone.size === 0)) return false;
    const changed = [...this.#changed].slice(0, most);
    const gone = [...this.#gone].slice(0, most);
    this.#store.write(changed.map(stored), this.#asked, gone);
    for (const download of changed) {
      this.#changed.delete(download);
      this.#asked.delete(download.gid);
    }
    for (const gid of gone) this.#gone.delete(gid);
    return this.#changed.size > 0 || this.#gone.size > 0;
  }

  close(): void {
    this.#write(Infinity);
    this.#isClosed = true;
    this.#store.release();
  }

  #flushSoon(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      // It is tried again with the next change.
      this.flush().catch((error: unknown) => {
        process.emitWarning(toErrorData(error).message);
      });
    });
  }
}
