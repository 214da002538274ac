import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  isLiteralElement,
  isPoundElement,
  parse,
  type MessageFormatElement,
} from '@formatjs/icu-messageformat-parser';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { catalogueOf } from './catalogues';
import { german } from './de';
import { germanFailure } from './de/failures';
import { STORED } from './de/stored';
import { english } from './en';
import { languageAmong } from './languages';
import type { MessageKey } from './messages';

const keys = Object.keys(english) as MessageKey[];
const root = resolve(__dirname, '../../..');

/** What a message asks for: names of values, and of tags. */
function argumentsOf(message: string): string[] {
  const names = new Set<string>();
  const look = (ast: MessageFormatElement[]): void => {
    for (const element of ast) {
      if (!isLiteralElement(element) && !isPoundElement(element)) names.add(element.value);
      if ('options' in element) for (const { value } of Object.values(element.options)) look(value);
      if ('children' in element) look(element.children);
    }
  };
  look(parse(message));
  return [...names].sort();
}

describe('the catalogue', () => {
  it('has messages that can be read, and asks for the same values in each language', () => {
    for (const key of keys) expect(argumentsOf(german[key]), key).toEqual(argumentsOf(english[key]));
  });

  it('is written with the signs of each language', () => {
    for (const key of keys) {
      expect(german[key], key).not.toMatch(/["“]\p{L}|\.\.\.|\p{L}…/u);
      expect(english[key], key).not.toMatch(/\.\.\.| …/u);
    }
  });

  it('has plurals and numbers of each language', () => {
    const count = (language: 'en' | 'de', tasks: number): string =>
      catalogueOf(language).text('common.tasks', { count: tasks });
    expect([1, 2, 1234].map((tasks) => count('en', tasks))).toEqual(['1 task', '2 tasks', '1,234 tasks']);
    expect([1, 2, 1234].map((tasks) => count('de', tasks))).toEqual([
      '1 Aufgabe',
      '2 Aufgaben',
      '1.234 Aufgaben',
    ]);
  });

  it('says in the pseudo-language what stands in it, and what was put into it', () => {
    const pseudo = catalogueOf('ar-XB');
    expect(pseudo.text('common.reset')).toBe('⟦Ŕéšéţ ~~⟧');
    expect(pseudo.text('settings.reset-one', { name: 'Proxy' })).toBe('⟦Ŕéšéţ Proxy ~~~⟧');
    expect(pseudo.text('common.tasks', { count: 2 })).toMatch(/^⟦2 ţàšķš ~+⟧$/u);
  });
});

/** Of the engine: what the window and the shell throw is in their language already. */
const ROOMS = ['common', 'files', 'server', 'engine', 'workers', 'requests', 'web'].map(
  (room) => `src/${room}`,
);

/** Codes of failures that are written out: `new HeddleError('no-such-job', …)`, `{ code: 'disk-full', … }`. */
function codesIn(path: string): string[] {
  const codes: string[] = [];
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const take = (expression: ts.Expression | undefined): void => {
    if (expression === undefined) return;
    if (ts.isConditionalExpression(expression)) {
      take(expression.whenTrue);
      take(expression.whenFalse);
    } else if (ts.isStringLiteralLike(expression) && /^[a-z][a-z0-9-]*$/u.test(expression.text))
      codes.push(expression.text);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText(file) === 'HeddleError')
      take(node.arguments?.[0]);
    if (ts.isPropertyAssignment(node) && node.name.getText(file) === 'code') take(node.initializer);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return codes;
}

describe('what the engine stored in English', () => {
  it('has a German sentence for each code of a failure', () => {
    const codes = new Set(ROOMS.flatMap(sources).flatMap(codesIn));
    expect(codes.size).toBeGreaterThan(90);
    expect([...codes].filter((code) => germanFailure(code) === null)).toEqual([]);
  });

  it('is told by its shape, with numbers as German has them', () => {
    const { stored } = catalogueOf('de');
    expect(stored('Waiting: next attempt in 3 min')).toBe('Wartet: nächster Versuch in 3 min');
    expect(
      stored('The disk is full: 3.2 GB more are needed on /data. The job continues when there is room.'),
    ).toBe('Der Datenträger ist voll: Auf /data fehlen 3,2 GB. Der Auftrag geht weiter, sobald Platz ist.');
    expect(stored('/home/a.b/c, d does not exist.')).toBe('/home/a.b/c, d ist nicht vorhanden.');
    expect(stored('No such sentence.')).toBe('No such sentence.');
    expect(catalogueOf('en').stored('Waiting: next attempt in 3 min')).toBe('Waiting: next attempt in 3 min');
  });

  it('is what the sources say', () => {
    const text = ROOMS.flatMap(sources)
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n')
      .replaceAll(/\s+/gu, ' ');
    // Some of them are put together: the end of one of their parts stands there as it is.
    const isThere = (part: string): boolean =>
      part.trim().length > 4 && text.includes(part.trim().replace(/\.$/u, '').slice(-18));
    const gone = STORED.filter(([english]) => !english.split(/\{\w+\}|[.:;,](?= )/u).some(isThere));
    expect(gone).toEqual([]);
  });
});

it('takes the first language of the system that there is', () => {
  expect(languageAmong(['fr-FR', 'de-AT', 'en-GB'])).toBe('de');
  expect(languageAmong(['en-US', 'de'])).toBe('en');
  expect(languageAmong(['ja'])).toBe('en');
  expect(languageAmong([])).toBe('en');
});

interface Use {
  readonly where: string;
  /** A pattern where it is put together. */
  readonly key: RegExp;
  /** `null`: not written out. */
  readonly values: readonly string[] | null;
}

/** Calls of `text`, `shellText` and `rich` in the sources. */
function usesIn(path: string): Use[] {
  const uses: Use[] = [];
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(?:text|shellText|rich)$/u.test(node.expression.getText(file))) {
      const [key, values] = node.arguments;
      const pattern = key === undefined ? null : patternOf(key);
      if (pattern !== null) {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
        const names =
          values === undefined
            ? []
            : ts.isObjectLiteralExpression(values) && !values.properties.some(ts.isSpreadAssignment)
              ? values.properties.map((property) => property.name?.getText(file).replaceAll("'", '') ?? '')
              : null;
        uses.push({ where: `${path.slice(root.length + 1)}:${line + 1}`, key: pattern, values: names });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return uses;
}

function patternOf(key: ts.Expression): RegExp | null {
  const escaped = (part: string): string => part.replaceAll(/[.*+?^${}()|[\]\\]/gu, '\\$&');
  if (ts.isStringLiteralLike(key)) return new RegExp(`^${escaped(key.text)}$`, 'u');
  if (!ts.isTemplateExpression(key)) return null;
  const rest = key.templateSpans.map(({ literal }) => `[^.]+${escaped(literal.text)}`);
  return new RegExp(`^${escaped(key.head.text)}${rest.join('')}$`, 'u');
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/u.test(name) && !/\.test\.|^text\/|testing\/|test-/u.test(name))
    .map((name) => join(root, folder, name));
}

it('gives each message the values that it asks for', () => {
  const uses = ['src/common', 'src/main', 'src/renderer'].flatMap(sources).flatMap(usesIn);
  expect(uses.length).toBeGreaterThan(50);
  for (const { where, key, values } of uses) {
    // Whether a message has any is a matter of types.
    if (values === null || values.length === 0) continue;
    const asked = keys.filter((each) => key.test(each)).map((each) => argumentsOf(english[each]).join());
    // Put together, it may match more messages than it means.
    expect(asked, where).toContain([...values].sort().join());
  }
});

/** What could be keys in a source: strings that are written out, and patterns of those that are put together. */
function stringsIn(path: string): { readonly strings: string[]; readonly patterns: RegExp[] } {
  const strings: string[] = [];
  const patterns: RegExp[] = [];
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) strings.push(node.text);
    // Of what begins with a word of its own, not of `${path}.${extension}`.
    else if (ts.isTemplateExpression(node) && /^[a-z][\w-]*\./u.test(node.head.text)) {
      const pattern = patternOf(node);
      if (pattern !== null) patterns.push(pattern);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { strings, patterns };
}

it('has no message that nobody shows, and each once', () => {
  const found = ['src/common', 'src/main', 'src/renderer', 'src/web'].flatMap(sources).map(stringsIn);
  const pages = readdirSync(join(root, 'src/renderer')).filter((name) => name.endsWith('.html'));
  const written = pages.flatMap((name) => {
    const page = readFileSync(join(root, 'src/renderer', name), 'utf8');
    return Array.from(page.matchAll(/data-text="([^"]+)"/gu), ([, key = '']) => key);
  });
  const strings = new Set([...found.flatMap((each) => each.strings), ...written]);
  const patterns = found.flatMap((each) => each.patterns);
  const isShown = (key: string): boolean => strings.has(key) || patterns.some((pattern) => pattern.test(key));
  expect(keys.filter((key) => !isShown(key))).toEqual([]);

  const areas = readdirSync(join(root, 'src/common/text/en')).filter((name) => name !== 'index.ts');
  const defined = areas.flatMap((name) =>
    Array.from(readFileSync(join(root, 'src/common/text/en', name), 'utf8').matchAll(/^ {2}'([^']+)':/gmu)),
  );
  expect(defined.map(([, key]) => key).toSorted()).toEqual([...keys].sort());
});
