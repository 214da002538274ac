/** The app told to end from outside: what runs stops cleanly and can go on. */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { HeddleBridge } from '../src/common/ipc';
import { launch, serveFiles } from './app';
import { jsonLines, test } from './terminal';

type Bridged = typeof globalThis & { readonly heddle: HeddleBridge };

// SIGHUP is a terminal that was closed, with the app that was started there.
for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} ends the app as closing its window does: its job is interrupted`, async ({
    heddle,
    folder,
    data,
  }) => {
    const server = await serveFiles(0, () => new Promise(() => undefined));
    try {
      const { electron, window } = await launch(data);
      mkdirSync(join(folder, 'target'));
      await window.evaluate(
        async ([url, directory]) => {
          const { heddle: bridge } = globalThis as Bridged;
          const running = new Promise<void>((resolve) => {
            bridge.on('frame', ({ jobs }) => {
              if (jobs.some(({ counts }) => counts.running > 0)) resolve();
            });
          });
          const request = {
            kind: 'download',
            mode: 'pool',
            workers: null,
            text: null,
            listFiles: [],
          } as const;
          await bridge.invoke('jobs:create', {
            ...request,
            urls: [`${url}/1.bin`],
            listFiles: [],
            directory,
          });
          await running;
        },
        [server.url, join(folder, 'target')] as const,
      );
      const main = electron.process();
      const exited = once(main, 'exit');
      main.kill(signal);
      expect(await exited).toEqual([0, null]);
    } finally {
      await server.close();
    }
    const [job] = jsonLines((await heddle(['jobs', '--json'])).stdout);
    expect(job).toMatchObject({ state: 'interrupted' });
  });
}
