import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundledPackages } from './lib/licences.mjs';
import { root } from './lib/root.mjs';

const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const manifest = read('package.json');
const { packages } = read('package-lock.json');
const direct = Object.keys({
  ...manifest.dependencies,
  ...manifest.optionalDependencies,
  ...manifest.devDependencies,
});
const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
const named = new Set([...page.matchAll(/`(@?[a-z0-9][a-z0-9./-]*)`/g)].map(([, name]) => name));
const locked = Object.entries(packages).filter(([path]) => path !== '');

/** What may be passed on with an app under the MIT licence. */
const LICENCES =
  /^\(?(?:MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BlueOak-1\.0\.0|Python-2\.0|CC-BY-4\.0|MPL-2\.0|WTFPL)\b/;

it('names every package that is asked for, and that the built app holds', () => {
  expect(direct.filter((name) => !named.has(name))).toEqual([]);
  expect(bundledPackages().filter((name) => !named.has(name))).toEqual([]);
});

it('names no package that is gone', () => {
  const known = new Set(locked.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13)));
  // Names of other things: modules of Node, folders and files.
  const isPackage = (name) => !/^(?:node:|resources\/|scripts\/)|\.(?:json|mjs)$|^util\./.test(name);
  const others = new Set(['node:sqlite', 'util.parseArgs']);
  expect([...named].filter((name) => isPackage(name) && !others.has(name) && !known.has(name))).toEqual([]);
});

/** As Node looks for it: in the folder of who asks, then in those around it. */
function find(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (folder === '') return null;
  }
}

it('has nothing locked that nothing asks for', () => {
  const reached = new Set();
  const queue = direct.map((name) => find('', name));
  for (const path of queue) {
    if (path === null || reached.has(path)) continue;
    reached.add(path);
    const { dependencies, optionalDependencies, peerDependencies } = packages[path];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }))
      queue.push(find(path, name));
  }
  expect(locked.map(([path]) => path).filter((path) => !reached.has(path))).toEqual([]);
});

it('has every locked package by its digest, from whichever registry, under a licence that may be passed on', () => {
  for (const [path, { integrity, resolved, license, link }] of locked) {
    expect(integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    expect(resolved, path).toBeUndefined();
    expect(link, path).toBeUndefined();
    expect(license, path).toMatch(LICENCES);
  }
});

it('has no package that runs a script when it is installed, but those whose scripts are refused', () => {
  const withScripts = locked.filter(([, { hasInstallScript }]) => hasInstallScript);
  const allowed = withScripts
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13))
    .filter((name) => manifest.allowScripts[name] !== false);
  expect(allowed).toEqual([]);
});

it('asks for exact versions', () => {
  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
