import { setTimeout as delay } from 'node:timers/promises';
import { _electron } from 'playwright';
import { electronFlags } from './electron-flags.mjs';
import { root } from './root.mjs';

/**
 * Opens the built app for scripts that look at it or measure it.
 *
 * @param {string} executablePath an Electron
 * @param {string} dataDirectory where it keeps its jobs
 */
export async function openApp(executablePath, dataDirectory) {
  const args = [...electronFlags(), root, `--data-dir=${dataDirectory}`];
  const env = { ...process.env, HEDDLE_LANGUAGE: process.env['HEDDLE_LANGUAGE'] ?? 'en' };
  const electron = await _electron.launch({ executablePath, args, cwd: root, env });
  const page = await electron.firstWindow();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  return { electron, ...windowIn(page) };
}

/** The window as scripts use it, on the desktop or in a browser. */
export function windowIn(page) {
  /** Asks the engine as the window itself does. @throws {Error} with the engine's own sentence */
  const request = async (name, input) => {
    const reply = await page.evaluate(
      ([channel, value]) => globalThis.heddle.invoke(channel, value),
      [name, input],
    );
    if (!reply.ok) throw new Error(reply.error.message);
    return reply.value;
  };
  return {
    page,
    request,
    openPage: (name) =>
      page
        .getByRole('navigation', { name: 'Pages' })
        .getByRole('button', { name: new RegExp(`^${name}`) })
        .click(),
    /** Until the job stands still. */
    async ended({ id }) {
      for (;;) {
        const { jobs } = await request('jobs:list', { kind: null, offset: 0, limit: 100 });
        if (jobs.find((job) => job.id === id).endedAtMs !== null) return;
        await delay(100);
      }
    },
  };
}
