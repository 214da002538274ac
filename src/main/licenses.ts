/** Licenses of what the app is made of: the build lists what it bundled, and Electron lays its own beside the program. */
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { app } from 'electron';
import type { License } from '../common/ipc';

/** Sorted by name; what cannot be read is left out. */
export async function licenses(): Promise<readonly License[]> {
  const out = join(app.getAppPath(), 'out');
  const lists = await Promise.all(
    ['main', 'preload', 'renderer'].map(async (part) => {
      try {
        return JSON.parse(await readFile(join(out, part, 'licenses.json'), 'utf8')) as License[];
      } catch {
        return [];
      }
    }),
  );
  const all = new Map(
    [...lists.flat(), ...(await ofElectron())].map((each) => [`${each.name} ${each.version}`, each]),
  );
  return [...all.values()].sort((a, b) => a.name.localeCompare(b.name));
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
