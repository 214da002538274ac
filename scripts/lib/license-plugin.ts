/** Lists the packages that a build bundles or loads, each with its license: `licenses.json` beside the output. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Plugin } from 'vite';

interface PackageJson {
  readonly name?: string;
  readonly version?: string;
  readonly license?: unknown;
  readonly author?: string | { readonly name?: string };
}

/** @param external packages that are loaded where they lie, and packed with the app */
export function licensePlugin(external: readonly string[] = []): Plugin {
  return {
    name: 'heddle-licenses',
    generateBundle() {
      // Builds run in the project's folder.
      const folders = new Set(external.map((name) => resolve('node_modules', name)));
      for (const id of this.getModuleIds()) {
        const folder = packageFolder(id);
        if (folder !== null) folders.add(folder);
      }
      const licenses = [...folders].map(licenseOf).sort((a, b) => (a.name < b.name ? -1 : 1));
      this.emitFile({ type: 'asset', fileName: 'licenses.json', source: JSON.stringify(licenses) });
    },
  };
}

function readPackage(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
}

/** The innermost folder with a name and a version above a module, if it is in `node_modules`. */
function packageFolder(id: string): string | null {
  const path = id.replace(/^\0/u, '').replace(/\?.*$/su, '').replaceAll('\\', '/');
  for (let folder = dirname(path); folder.includes('/node_modules/'); folder = dirname(folder)) {
    if (!existsSync(join(folder, 'package.json'))) continue;
    const { name, version } = readPackage(folder);
    if (name !== undefined && version !== undefined) return folder;
  }
  return null;
}

/** @throws Error where a package has no license: it could not be shipped */
function licenseOf(folder: string) {
  const { name = '', version = '', license, author } = readPackage(folder);
  if (typeof license !== 'string') throw new Error(`${name} has no license in its package.json.`);
  const file = readdirSync(folder).find((each) => /^(?:licen[cs]e|copying)(?:[.-].*)?$/iu.test(each));
  const holder = typeof author === 'string' ? author : (author?.name ?? `the authors of ${name}`);
  const text =
    file === undefined ? `${license}\nCopyright ${holder}` : readFileSync(join(folder, file), 'utf8').trim();
  return { name, version, license, text };
}
