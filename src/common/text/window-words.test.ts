/** No text of the window stands in its sources: all of it is in the catalogue (src/common/text). */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const renderer = resolve(__dirname, '../../renderer');

/** Not in the catalogue yet: the list gets shorter, never longer. */
const NOT_YET: readonly string[] = [];
/** Shown to developers alone. */
const NEVER: readonly string[] = ['gallery'];

/** Attributes and properties that are shown or spoken. */
const SPOKEN =
  /^(?:aria-label|aria-description|aria-roledescription|aria-valuetext|alt|title|placeholder|label|text|note|name|words|hint|description|keep|act|message|detail|summary)$/u;
/** Attributes that are never shown. */
const SILENT = /^(?:className|key|placement)$/u;
/** Names that every language has alike. */
const NAMES = new Set([
  // Examples of what is typed.
  'sha256=…',
  'Referer: https://…',
  '*.jpg',
  'node_modules',
  'https://example.org/one.zip\nhttps://example.org/two.zip',
  // A verdict, as it is stored.
  'no difference',
  // Names.
  'Heddle',
  'W',
  'S',
  'Node …',
  'Electron …',
  'Electron',
  'Chromium',
  'Node',
  'SQLite',
  'http://host:port',
]);

const LETTERS = /\p{L}/u;
/** `Retry later`, `Retry`; and not `retry-later`, `ArrowDown`, `GET`. */
const PROSE = /^\p{Lu}\p{Ll}+$|\p{L}{2,} \p{L}{2,}|\p{L}[.…:?!]$/u;
/** Names of keys. */
const KEYS =
  /^(?:Enter|Escape|Space|Tab|Home|End|Delete|Backspace|Page|Arrow|Shift|Control|Alt|Meta|Insert)$/u;

function literalsIn(path: string): string[] {
  const found: string[] = [];
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const report = (node: ts.Node, literal: string): void => {
    if (NAMES.has(literal.trim())) return;
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    found.push(`${path.slice(renderer.length + 1)}:${line + 1}: ${literal.trim()}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    // What developers read.
    if (
      ts.isThrowStatement(node) ||
      isCallOf(
        node,
        /^(?:text|rich|console\.\w+|types\.includes|.*userAgent\.includes|.*\.(?:querySelector|querySelectorAll|closest|matches))$/su,
        file,
      )
    )
      return;
    if (ts.isJsxAttribute(node) && SILENT.test(node.name.getText(file))) return;
    if (ts.isJsxText(node) && LETTERS.test(node.text)) report(node, node.text);
    else if (ts.isStringLiteralLike(node) && !isCode(node)) {
      const isShown = LETTERS.test(node.text) && isSpoken(node, file);
      if (isShown || (PROSE.test(node.text) && !KEYS.test(node.text))) report(node, node.text);
    } else if (ts.isTemplateExpression(node)) {
      const parts = [node.head, ...node.templateSpans.map(({ literal }) => literal)].map((part) => part.text);
      if (parts.some((part) => /\p{L}{3,}/u.test(part) && (/(?<!\n *) /u.test(part) || isSpoken(node, file))))
        report(node, parts.join('…'));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The name of a property, or what a value is compared with. */
function isCode(node: ts.Node): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    ts.isCaseClause(parent) ||
    (ts.isBinaryExpression(parent) &&
      [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken].includes(
        parent.operatorToken.kind,
      ))
  );
}

function isCallOf(node: ts.Node, names: RegExp, file: ts.SourceFile): boolean {
  return ts.isCallExpression(node) && names.test(node.expression.getText(file));
}

/** Through `?:` and `??` up to where it is shown. */
function isSpoken(node: ts.Node, file: ts.SourceFile): boolean {
  const { parent } = node;
  if (ts.isConditionalExpression(parent)) return node !== parent.condition && isSpoken(parent, file);
  if (ts.isParenthesizedExpression(parent)) return isSpoken(parent, file);
  if (ts.isBinaryExpression(parent))
    return (
      [ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.AmpersandAmpersandToken].includes(
        parent.operatorToken.kind,
      ) && isSpoken(parent, file)
    );
  if (ts.isJsxExpression(parent))
    return ts.isJsxAttribute(parent.parent)
      ? SPOKEN.test(parent.parent.name.getText(file))
      : ts.isJsxElement(parent.parent) || ts.isJsxFragment(parent.parent);
  if (ts.isJsxAttribute(parent)) return SPOKEN.test(parent.name.getText(file));
  if (ts.isPropertyAssignment(parent)) return SPOKEN.test(parent.name.getText(file));
  return false;
}

it('has no words in the sources of the window', () => {
  const files = readdirSync(renderer, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/u.test(name) && !/\.test\.|\.d\.ts$|test-/u.test(name))
    .filter((name) => ![...NOT_YET, ...NEVER].some((start) => name.startsWith(start)));
  expect(files.length).toBeGreaterThan(5);
  expect(files.flatMap((name) => literalsIn(join(renderer, name)))).toEqual([]);
});
