/** A server of the window's process that runs as long as the settings say so. */
import { toErrorData } from '../common/model/errors';
import type { Settings } from '../common/model/settings';
import type { Engine } from '../engine';
import { tellWindow } from './window';

export interface SwitchedServer<Server> {
  /** What it is to run with, as text: another one starts it anew. `null`: it is off. */
  readonly wanted: (settings: Settings) => string | null;
  readonly start: (settings: Settings) => Promise<Server>;
}

export class ServerSwitch<Server extends { close(): Promise<void> }> {
  readonly #server: SwitchedServer<Server>;
  #running: Server | null = null;
  #how: string | null = null;
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(engine: Engine, server: SwitchedServer<Server>) {
    this.#server = server;
    engine.on('settings-changed', (settings) => {
      this.#follow(settings);
    });
    this.#follow(engine.settings.get());
  }

  /** The server, once it has begun; `null`: it is off. */
  async running(): Promise<Server | null> {
    await this.#last;
    return this.#running;
  }

  /** One change after the other. */
  #follow(settings: Settings): void {
    const how = this.#server.wanted(settings);
    if (how === this.#how || this.#isClosed) return;
    this.#how = how;
    this.#last = this.#last
      .then(() => this.#change(how !== null, settings))
      .catch((error: unknown) => {
        tellWindow('notice', toErrorData(error));
      });
  }

  async #change(isOn: boolean, settings: Settings): Promise<void> {
    await this.#running?.close();
    this.#running = null;
    if (isOn && !this.#isClosed) this.#running = await this.#server.start(settings);
  }

  /** Before the engine closes. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
    await this.#running?.close();
    this.#running = null;
  }
}
