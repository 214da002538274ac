/** Programs that speak aria2's RPC may use the window's Heddle, where the user has switched that on: on this machine alone. */
import { randomBytes } from 'node:crypto';
import { app } from 'electron';
import type { Engine } from '../engine';
import type { RpcServer } from '../rpc/rpc-server';
import { ServerSwitch } from './server-switch';

export function rpcSwitch(engine: Engine): ServerSwitch<RpcServer> {
  return new ServerSwitch(engine, {
    wanted: ({ rpc }) => {
      if (!rpc.on) return null;
      if (rpc.secret !== null) return JSON.stringify(rpc);
      // It comes back with the secret.
      engine.settings.set({ rpc: { ...rpc, secret: randomBytes(16).toString('hex') } });
      return JSON.stringify(engine.settings.get().rpc);
    },
    start: async ({ downloadDirectory }) => {
      const { port, secret } = engine.settings.get().rpc;
      // Who does not use it does not load it.
      const { startRpc } = await import('../rpc/rpc-server');
      return startRpc({
        engine,
        host: '127.0.0.1',
        port,
        secret: secret ?? '',
        origins: [],
        directory: downloadDirectory ?? app.getPath('downloads'),
        onShutdown: null,
      });
    },
  });
}
