/** Programs that speak aria2's RPC may use the window's Heddle, where the user has switched that on: on this machine alone. */
import { randomBytes } from 'node:crypto';
import { app } from 'electron';
import { toErrorData } from '../common/model/errors';
import type { Settings } from '../common/model/settings';
import type { Engine } from '../engine';
import type { RpcServer } from '../rpc/rpc-server';
import { tellWindow } from './window';

export class RpcSwitch {
  readonly #engine: Engine;
  #running: RpcServer | null = null;
  /** What it runs with, as text. */
  #how = '';
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(engine: Engine) {
    this.#engine = engine;
    engine.on('settings-changed', ({ rpc }) => {
      this.#follow(rpc);
    });
    this.#follow(engine.settings.get().rpc);
  }

  /** One change after the other. */
  #follow(rpc: Settings['rpc']): void {
    if (rpc.on && rpc.secret === null) {
      this.#engine.settings.set({ rpc: { ...rpc, secret: randomBytes(16).toString('hex') } });
      return;
    }
    const how = rpc.on ? JSON.stringify(rpc) : '';
    if (how === this.#how || this.#isClosed) return;
    this.#how = how;
    this.#last = this.#last
      .then(() => this.#change(rpc))
      .catch((error: unknown) => {
        tellWindow('notice', toErrorData(error));
      });
  }

  async #change({ on, port, secret }: Settings['rpc']): Promise<void> {
    await this.#running?.close();
    this.#running = null;
    if (!on || secret === null || this.#isClosed) return;
    // Who does not use it does not load it.
    const { startRpc } = await import('../rpc/rpc-server');
    this.#running = await startRpc({
      engine: this.#engine,
      host: '127.0.0.1',
      port,
      secret,
      origins: [],
      directory: this.#engine.settings.get().downloadDirectory ?? app.getPath('downloads'),
      onShutdown: null,
    });
  }

  /** Before the engine closes. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
    await this.#running?.close();
    this.#running = null;
  }
}
