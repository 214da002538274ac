/** Stores what has changed of downloads: at once where somebody waits for it, otherwise when the work at hand is done. */
import { toErrorData } from '../common/model/errors';
import type { Engine } from '../engine';
import { opened, stored, type Download } from './download';

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

  flush(): void {
    if (this.#changed.size === 0 && this.#gone.size === 0) return;
    this.#store.write([...this.#changed].map(stored), this.#asked, this.#gone);
    this.#changed.clear();
    this.#asked.clear();
    this.#gone.clear();
  }

  close(): void {
    this.flush();
    this.#isClosed = true;
    this.#store.release();
  }

  #flushSoon(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      try {
        if (!this.#isClosed) this.flush();
      } catch (error) {
        // It is tried again with the next change.
        process.emitWarning(toErrorData(error).message);
      }
    });
  }
}
