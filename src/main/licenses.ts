/** Licenses of what the app is made of, and of Electron, which lays its own beside the program. */
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { app } from 'electron';
import type { License } from '../common/ipc';
import { licensesIn } from '../requests/licenses';

export async function licenses(): Promise<readonly License[]> {
  return licensesIn(join(app.getAppPath(), 'out'), await ofElectron());
}

/** Electron's own license, and where those of Chromium are: they are too many to be shown. */
async function ofElectron(): Promise<readonly License[]> {
  const folder = dirname(app.getPath('exe'));
  const names: readonly string[] = await readdir(folder).catch(() => []);
  const name = names.find((each) => /^LICENSE(?:\.electron\.txt)?$/u.test(each));
  const own =
    name === undefined
      ? 'MIT License'
      : await readFile(join(folder, name), 'utf8').catch(() => 'MIT License');
  const chromium = names.includes('LICENSES.chromium.html')
    ? `\n\nThe licenses of Chromium and what it is made of are in ${join(folder, 'LICENSES.chromium.html')}`
    : '';
  return [
    {
      name: 'electron',
      version: process.versions.electron,
      license: 'MIT',
      text: `${own.trim()}${chromium}`,
    },
  ];
}
