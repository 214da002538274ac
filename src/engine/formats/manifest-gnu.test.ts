import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FsPath } from '../../common/paths';
import { gnuManifestLine, manifestName } from './manifest-gnu';

const DIGEST = 'ab'.repeat(32);
const text = (name: FsPath): string => Buffer.from(gnuManifestLine(DIGEST, name)).toString('latin1');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-manifest-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test.each<[FsPath, string]>([
  ['plain.txt', `${DIGEST}  plain.txt\n`],
  ['sub/with space', `${DIGEST}  sub/with space\n`],
  ['back\\slash', `\\${DIGEST}  back\\\\slash\n`],
  ['line\nfeed', `\\${DIGEST}  line\\nfeed\n`],
  ['carriage\rreturn', `\\${DIGEST}  carriage\\rreturn\n`],
  ['\\n', `\\${DIGEST}  \\\\n\n`],
  ['-', `${DIGEST}  ./-\n`],
  ['-x', `${DIGEST}  -x\n`],
  [Uint8Array.of(0xff, 0x0a, 0x5c, 0x0d, 0x61), `\\${DIGEST}  \xff\\n\\\\\\ra\n`],
  [Uint8Array.of(0xff), `${DIGEST}  \xff\n`],
])('%j', (name, expected) => {
  expect(text(name)).toBe(expected);
});

/** Names that have misled some checker. */
const ODD: readonly string[] = [
  'plain',
  ' leading space',
  'trailing space ',
  '  two spaces',
  '*star',
  '-dash',
  '-',
  '--check',
  'tab\there',
  'quote"and\'apostrophe',
  'dollar$(touch x)',
  'été 日本 😀',
  '#comment',
  `${'ab'.repeat(32)}  name`,
  'SHA256 (x) = 00',
];
/** Escaped in a manifest. The b3sum of some distributions knows no carriage return. */
const ESCAPED: readonly string[] = ['new\nline', 'back\\slash', '\\', 'literal\\n', '\n'];
const CARRIAGE: readonly string[] = ['carriage\rreturn', 'end\r', '\r\n'];
const BYTES: readonly Uint8Array[] = [Uint8Array.of(0x61, 0xff), Uint8Array.of(0xc3, 0x0a, 0x5c)];

function writeAll(names: readonly FsPath[], digest: (content: string) => string): Buffer {
  const lines: Uint8Array[] = [];
  names.forEach((name, index) => {
    const content = `content ${index}`;
    const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)]);
    writeFileSync(path, content);
    lines.push(Buffer.from(gnuManifestLine(digest(content), name)));
  });
  return Buffer.concat(lines);
}

function check(tool: string, args: readonly string[], manifest: Buffer): string {
  const path = join(folder, '..', `${folder.split('/').at(-1) ?? 'm'}.sums`);
  writeFileSync(path, manifest);
  try {
    return execFileSync(tool, [...args, path], {
      cwd: folder,
      encoding: 'latin1',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } finally {
    rmSync(path);
  }
}

function isInstalled(tool: string): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('checkers', () => {
  test('sha256sum accepts every name', () => {
    const names = [...ODD, ...ESCAPED, ...CARRIAGE, ...BYTES];
    const manifest = writeAll(names, (content) => createHash('sha256').update(content).digest('hex'));
    const output = check('sha256sum', ['--check', '--strict'], manifest);
    expect(
      output
        .trimEnd()
        .split('\n')
        .every((line) => line.endsWith(': OK')),
    ).toBe(true);
    expect(output.trimEnd().split('\n')).toHaveLength(names.length);
  });

  test('our lines are those that sha256sum writes', () => {
    const names = [...ODD.filter((name) => name !== '-'), ...ESCAPED, ...CARRIAGE];
    const manifest = writeAll(names, (content) => createHash('sha256').update(content).digest('hex'));
    const theirs = execFileSync('sha256sum', ['--', ...names], { cwd: folder });
    expect(manifest.toString('latin1')).toBe(theirs.toString('latin1'));
  });

  // Where b3sum is not installed, the lines above pin the same bytes.
  test.runIf(isInstalled('b3sum'))('b3sum accepts every name that it can', () => {
    const names = [...ODD, ...ESCAPED];
    for (const name of names) writeFileSync(join(folder, name), `content ${names.indexOf(name)}`);
    const digest = (content: string): string =>
      execFileSync('b3sum', ['--no-names'], { input: content, encoding: 'utf8' }).trim();
    const output = check('b3sum', ['--check'], writeAll(names, digest));
    expect(output.match(/: OK$/gmu)).toHaveLength(names.length);
  });
});

describe('names in a manifest', () => {
  test('are relative where the file is below', () => {
    expect(manifestName('/a/b', '/a/b/c/d')).toBe('c/d');
    expect(manifestName('/a/b/', '/a/b/c')).toBe('c');
    expect(manifestName('/', '/a')).toBe('a');
    expect(manifestName('/a/b', '/a/bc')).toBe('/a/bc');
    expect(manifestName('/a/b', '/x')).toBe('/x');
  });

  test('of bytes too', () => {
    const path = Buffer.from('/a/b/\xff', 'latin1');
    expect(Buffer.from(manifestName('/a/b', Uint8Array.from(path)))).toEqual(Buffer.of(0xff));
    expect(Buffer.from(manifestName('/a/c', Uint8Array.from(path)))).toEqual(path);
    expect(Buffer.from(manifestName('/a/b/longer', Uint8Array.from(path)))).toEqual(path);
  });

  test('work with a checker from where the manifest lies', () => {
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub', 'a'), 'x');
    const digest = createHash('sha256').update('x').digest('hex');
    const line = gnuManifestLine(digest, manifestName(folder, join(folder, 'sub', 'a')));
    expect(check('sha256sum', ['--check'], Buffer.from(line))).toBe('sub/a: OK\n');
  });
});
