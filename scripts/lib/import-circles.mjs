/** A rule of ESLint: no file imports itself by way of others. Imports of types count: what needs each other is one thing. */
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';

const OPTIONS = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };

/** Of one folder: which of its files each of them imports, read as it is asked for. */
class Imports {
  #targets = new Map();
  #cache;
  #folder;

  constructor(folder) {
    this.#folder = folder;
    this.#cache = ts.createModuleResolutionCache(folder, (name) => name, OPTIONS);
  }

  /** @returns {readonly string[]} absolute paths; what lies outside of the folder, packages for one, is left out */
  of(file, text) {
    let targets = text === undefined ? this.#targets.get(file) : undefined;
    if (targets === undefined) {
      const { importedFiles } = ts.preProcessFile(text ?? readFileSync(file, 'utf8'));
      targets = importedFiles.flatMap(({ fileName }) => this.resolve(fileName, file) ?? []);
      this.#targets.set(file, targets);
    }
    return targets;
  }

  /** @returns {string | null} the file that is meant */
  resolve(specifier, from) {
    if (!specifier.startsWith('.')) return null;
    const { resolvedModule } = ts.resolveModuleName(specifier, from, OPTIONS, ts.sys, this.#cache);
    const path = resolvedModule === undefined ? null : resolve(resolvedModule.resolvedFileName);
    return path?.startsWith(join(this.#folder, '/')) && /\.[cm]?tsx?$/u.test(path) ? path : null;
  }

  /** @returns {readonly string[] | null} the shortest way from one file to another, both named; `null`: there is none */
  way(from, to) {
    const before = new Map([[from, null]]);
    for (const file of before.keys()) {
      if (file === to) return [...stepsBack(file, before)].reverse();
      for (const next of this.of(file)) if (!before.has(next)) before.set(next, file);
    }
    return null;
  }
}

function* stepsBack(file, before) {
  for (let at = file; at !== null; at = before.get(at)) yield at;
}

/** By folder: all files that are linted share what was read. */
const known = new Map();

function importsBelow(folder) {
  if (!known.has(folder)) known.set(folder, new Imports(folder));
  return known.get(folder);
}

export const noCircle = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', properties: { folder: { type: 'string' } }, additionalProperties: false }],
    messages: { circle: 'Imports run in a circle: {{way}}.' },
  },
  create(context) {
    const folder = resolve(context.cwd, context.options[0]?.folder ?? '.');
    const file = resolve(context.filename);
    const imports = importsBelow(folder);
    // As it is in an editor, saved or not.
    imports.of(file, context.sourceCode.text);
    const check = ({ source }) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const target = imports.resolve(source.value, file);
      const way = target === null ? null : imports.way(target, file);
      if (way === null) return;
      const named = [file, ...way].map((path) => relative(folder, path)).join(' → ');
      context.report({ node: source, messageId: 'circle', data: { way: named } });
    };
    return {
      ImportDeclaration: check,
      ExportAllDeclaration: check,
      ExportNamedDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
};
