/** The window in a browser of this machine, beside the one on the desktop, where the user has switched that on. */
import { app } from 'electron';
import type { Engine } from '../engine';
import type { Web } from '../web';
import { startCostProcess } from './cost-process';
import { ServerSwitch } from './server-switch';

/** @param out the folder of the build */
export function webSwitch(engine: Engine, dataDirectory: string, out: string): ServerSwitch<Web> {
  return new ServerSwitch(engine, {
    wanted: ({ web }) => (web ? 'on' : null),
    start: async () => {
      // Who does not use it does not load it.
      const { openWeb, USUAL_PORT } = await import('../web');
      const options = {
        engine,
        dataDirectory,
        out,
        host: '127.0.0.1',
        roots: [app.getPath('home')],
        password: null,
        tls: null,
        publicUrl: null,
        startCostProcess,
        // The settings have it to be copied.
        onLink: () => undefined,
      };
      // Another Heddle may have the usual one, and the link says which it is.
      return openWeb({ ...options, port: USUAL_PORT }).catch(() => openWeb({ ...options, port: 0 }));
    },
  });
}
