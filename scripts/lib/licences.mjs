import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

/** @returns {string[]} names of the packages whose code the built app holds, told by its source maps */
export function bundledPackages(output = join(root, 'out')) {
  const names = new Set();
  for (const file of readdirSync(output, { recursive: true })) {
    if (!file.endsWith('.map')) continue;
    for (const source of JSON.parse(readFileSync(join(output, file), 'utf8')).sources) {
      // Of a package in a package, the inner one.
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1];
      if (name !== undefined) names.add(name);
    }
  }
  return [...names].sort();
}

/** @returns {string[]} names of the packages that are packed as they are */
export function packedPackages() {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.keys(dependencies);
}

/** What the licences of others ask of who passes their code on. @throws {Error} for a package that says no licence */
export function licenceTexts() {
  const names = [...new Set([...bundledPackages(), ...packedPackages()])].sort();
  const parts = names.map((name) => {
    const folder = join(root, 'node_modules', name);
    const { version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((each) => /^(?:licen[cs]e|copying)(?:[.-]|$)/i.test(each));
    if (license === undefined) throw new Error(`${name} says no licence`);
    // Some name their licence and bring no text.
    const text = file === undefined ? `By ${author}` : readFileSync(join(folder, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return parts.join(`\n${'-'.repeat(80)}\n\n`);
}
