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
  const electron = await _electron.launch({ executablePath, args, cwd: root });
  const page = await electron.firstWindow();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  return {
    electron,
    page,
    /** Asks the engine as the window itself does. @throws {Error} with the engine's own sentence */
    async request(name, input) {
      const reply = await page.evaluate(
        ([channel, value]) => globalThis.heddle.invoke(channel, value),
        [name, input],
      );
      if (!reply.ok) throw new Error(reply.error.message);
      return reply.value;
    },
    openPage: (name) =>
      page.getByRole('navigation', { name: 'Pages' }).getByText(name, { exact: true }).click(),
  };
}
