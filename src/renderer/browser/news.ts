/** The news of the server, as server-sent events; after an interruption the page is told to read anew. */
import { EVENT_NAMES, type WindowEvents } from '../../common/ipc';
import { Listeners } from '../../common/listeners';
import { BEGUN_EVENT, WEB_PATHS } from '../../common/web';
import { Latest } from './latest';
import { client } from './server';

/** Browsers begin again by themselves after a connection was lost, and not after another answer. */
const AGAIN_MS = 2000;

export class News {
  /** Resolves when nothing can be missed any more, or when it is known that nothing comes. */
  readonly first: Promise<void>;
  #resolveFirst: () => void = () => undefined;
  readonly #listeners = new Listeners<WindowEvents>();
  latest = new Latest();
  readonly #onBegun: () => void;
  #isLost = false;

  /** @param onBegun is called at each beginning but the first */
  constructor(onBegun: () => void) {
    this.first = new Promise((resolve) => {
      this.#resolveFirst = resolve;
    });
    this.#onBegun = onBegun;
    this.#open();
  }

  on<Name extends keyof WindowEvents>(
    name: Name,
    listener: (payload: WindowEvents[Name]) => void,
  ): () => void {
    return this.#listeners.on(name, listener);
  }

  #open(): void {
    const source = new EventSource(`${WEB_PATHS.events}?client=${client}`);
    source.addEventListener(BEGUN_EVENT, (event) => {
      if (JSON.parse((event as MessageEvent<string>).data) === 'full') {
        source.close();
        this.#resolveFirst();
        this.#listeners.emit('connection', 'full');
        return;
      }
      this.#resolveFirst();
      if (!this.#isLost) return;
      this.#isLost = false;
      // Another process may count from the beginning.
      this.latest = new Latest();
      this.#onBegun();
      this.#listeners.emit('connection', 'back');
    });
    for (const name of EVENT_NAMES)
      source.addEventListener(name, (event) => {
        const { data, lastEventId } = event as MessageEvent<string>;
        const payload: unknown = JSON.parse(data);
        this.latest.take(name, payload, Number(lastEventId));
        this.#listeners.emit(name, payload as never);
      });
    source.addEventListener('error', () => {
      this.#resolveFirst();
      if (!this.#isLost) this.#listeners.emit('connection', 'lost');
      this.#isLost = true;
      if (source.readyState === EventSource.CLOSED) setTimeout(() => void this.#again(), AGAIN_MS);
    });
  }

  /** The server is there and gave another answer: most likely nobody is signed in any more. */
  async #again(): Promise<void> {
    try {
      const { ok, type } = await fetch('./', { method: 'HEAD', redirect: 'manual' });
      if (ok) this.#open();
      else if (type === 'opaqueredirect') location.reload();
      else setTimeout(() => void this.#again(), AGAIN_MS);
    } catch {
      setTimeout(() => void this.#again(), AGAIN_MS);
    }
  }
}
