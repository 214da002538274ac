/** Licenses of what Heddle is made of: the build lists what it bundled. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { License } from '../common/ipc';

/** @param out the folder of the build @param more licenses of what comes with it; sorted by name; what cannot be read is left out */
export async function licensesIn(out: string, more: readonly License[] = []): Promise<readonly License[]> {
  const lists = await Promise.all(
    ['main', 'preload', 'renderer'].map(async (part) => {
      try {
        return JSON.parse(await readFile(join(out, part, 'licenses.json'), 'utf8')) as License[];
      } catch {
        return [];
      }
    }),
  );
  const all = new Map([...lists.flat(), ...more].map((each) => [`${each.name} ${each.version}`, each]));
  return [...all.values()].sort((a, b) => a.name.localeCompare(b.name));
}
