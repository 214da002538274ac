/**
 * Manifests and the tools that others check them with: they accept what Heddle writes, and Heddle reads what they
 * write. Where a tool loses a name, the test says which.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CheckAlgorithm, CheckDigests } from '../../common/model/digests';
import { HeddleError } from '../../common/model/errors';
import type { ManifestFormat } from '../../common/model/digests';
import { displayPath, pathFromBytes, pathToBytes, type FsPath } from '../../common/model/paths';
import { readAll, writeAll } from '../testing/manifests';
import { BYTE_NAMES, ODD_NAMES } from '../testing/odd-names';
import { manifestWriter, type ManifestLine } from './manifest';

const NAMES: readonly FsPath[] = [...ODD_NAMES, ...BYTE_NAMES];

let folder: string;
let manifest: string;
beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), 'heddle-manifest-'));
  folder = join(root, 'files');
  manifest = join(root, 'manifest');
  mkdirSync(folder);
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true });
});

/** Those that `node:crypto` and `node:zlib` have: the tools are to agree with others than ourselves. */
function digest(algorithm: CheckAlgorithm, content: Uint8Array): string {
  if (algorithm === 'crc32') return crc32(content).toString(16).padStart(8, '0');
  const name = algorithm === 'blake2b' ? 'blake2b512' : algorithm;
  if (algorithm === 'blake3') {
    return execFileSync('b3sum', ['--no-names'], { input: content, encoding: 'utf8' }).trim();
  }
  return createHash(name).update(content).digest('hex');
}

const pathOf = (name: FsPath): Buffer => Buffer.concat([Buffer.from(`${folder}/`), pathToBytes(name)]);

function makeFiles(names: readonly FsPath[]): void {
  for (const name of names)
    writeFileSync(pathOf(name), Buffer.concat([Buffer.from('of '), pathToBytes(name)]));
}

/** What a manifest is to say of a file that was made. */
function lineOf(name: FsPath, algorithms: readonly CheckAlgorithm[]): ManifestLine {
  const content = readFileSync(pathOf(name));
  const digests: CheckDigests = Object.fromEntries(
    algorithms.map((algorithm) => [algorithm, digest(algorithm, content)]),
  );
  return { name, digests, size: statSync(pathOf(name)).size };
}

/** Makes the files and a manifest of them. @returns the names that the format carries */
function prepare(
  format: ManifestFormat,
  algorithms: readonly CheckAlgorithm[],
  names: readonly FsPath[] = NAMES,
): readonly FsPath[] {
  makeFiles(names);
  const writer = manifestWriter(format, algorithms);
  const lines = names
    .map((name) => lineOf(name, algorithms))
    .filter((line) => {
      try {
        writer.entry(line);
        return true;
      } catch (error) {
        if (error instanceof HeddleError) return false;
        throw error;
      }
    });
  writeFileSync(manifest, writeAll(format, algorithms, lines));
  return lines.map(({ name }) => name);
}

interface Ran {
  readonly status: number | null;
  /** Bytes as characters. */
  readonly output: string;
}

function run(tool: string, args: readonly string[]): Ran {
  const { status, stdout, stderr, error } = spawnSync(tool, args, {
    cwd: folder,
    encoding: 'latin1',
    input: '',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (error !== undefined) throw error;
  return { status, output: stdout + stderr };
}

function isInstalled(tool: string): boolean {
  return spawnSync(tool, ['--version'], { stdio: 'ignore' }).error === undefined;
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
const without = (names: readonly FsPath[], lost: readonly FsPath[]): FsPath[] =>
  names.filter((name) => !lost.some((each) => displayPath(each) === displayPath(name)));

/** Reads what a tool wrote and compares it with the files. */
async function expectRead(
  text: string,
  names: readonly FsPath[],
  algorithms: readonly CheckAlgorithm[],
  fileName: string | null = null,
): Promise<void> {
  const items = await readAll(Buffer.from(text, 'latin1'), { fileName });
  const found = items.map((item) =>
    'message' in item ? item : { name: item.name, digests: item.digests, alternatives: item.alternatives },
  );
  const expected = names.map((name) => {
    const { digests } = lineOf(name, algorithms);
    return { name, digests, alternatives: [] };
  });
  expect(sorted(found)).toEqual(sorted(expected));
}

function sorted<Item>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe('coreutils', () => {
  test.each<[string, ManifestFormat, CheckAlgorithm]>([
    ['sha256sum', 'gnu', 'sha256'],
    ['sha256sum', 'bsd', 'sha256'],
    ['md5sum', 'gnu', 'md5'],
    ['md5sum', 'bsd', 'md5'],
    ['sha1sum', 'bsd', 'sha1'],
    ['sha512sum', 'gnu', 'sha512'],
    ['b2sum', 'gnu', 'blake2b'],
    ['b2sum', 'bsd', 'blake2b'],
  ])('%s accepts every name in %s', (tool, format, algorithm) => {
    const carried = prepare(format, [algorithm]);
    expect(carried).toHaveLength(NAMES.length);
    const { status, output } = run(tool, ['--check', '--strict', manifest]);
    expect(output.split('\n').filter((line) => line !== '' && !line.endsWith(': OK'))).toEqual([]);
    expect(count(output, /: OK$/gmu)).toBe(NAMES.length);
    expect(status).toBe(0);
  });

  const readable = NAMES.filter((name) => name !== '-');

  test('our GNU lines are those that sha256sum writes', () => {
    const names = ODD_NAMES.filter((name) => name !== '-');
    prepare('gnu', ['sha256'], names);
    expect(run('sha256sum', ['--', ...names]).output).toBe(readFileSync(manifest, 'latin1'));
    prepare('bsd', ['sha256'], names);
    expect(run('sha256sum', ['--tag', '--', ...names]).output).toBe(readFileSync(manifest, 'latin1'));
  });

  test.each<[string, CheckAlgorithm, string]>([
    ['sha256sum --', 'sha256', 'SHA256SUMS'],
    ['sha256sum --binary --', 'sha256', 'x.sha256'],
    ['sha256sum --tag --', 'sha256', 'x'],
    ['md5sum --', 'md5', 'MD5SUMS'],
    ['md5sum --tag --', 'md5', 'x'],
    ['b2sum --', 'blake2b', 'x.b2'],
    ['b2sum --tag --', 'blake2b', 'x'],
  ])('what %s writes is read', async (command, algorithm, fileName) => {
    makeFiles(readable);
    // A shell hands over names that are no text.
    const { output, status } = run('sh', ['-c', `exec ${command} *`]);
    expect(status).toBe(0);
    await expectRead(output, readable, [algorithm], fileName);
  });
});

// Where b3sum is not installed, the lines that coreutils accept pin the same bytes.
describe.runIf(isInstalled('b3sum'))('b3sum', () => {
  // Of 1.2: a carriage return is neither written nor read escaped, and bytes that are no UTF-8 are replaced.
  const names = ODD_NAMES.filter((name) => !name.includes('\r'));

  test('accepts every name that it can', () => {
    prepare('gnu', ['blake3'], names);
    const { output, status } = run('b3sum', ['--check', manifest]);
    expect(count(output, /: OK$/gmu)).toBe(names.length);
    expect(status).toBe(0);
  });

  test('is read', async () => {
    const written = names.filter((name) => name !== '-');
    makeFiles(written);
    await expectRead(run('b3sum', ['--', ...written]).output, written, ['blake3'], 'B3SUMS');
  });
});

test('what OpenSSL writes is read; it escapes nothing', async () => {
  const names = NAMES.filter(
    (name) => !/\n|\r$/u.test(displayPath(name)) && name !== '-' && name !== '--check',
  );
  makeFiles(names);
  const { output } = run('sh', ['-c', 'exec openssl dgst -sha256 ./*']);
  await expectRead(output.replaceAll('(./', '('), names, ['sha256']);
});

describe('rhash', () => {
  /**
   * Of 1.4.3: it takes a backslash for a slash, knows no escaped carriage return, and takes spaces and `*` off a
   * name. (At other control characters it stops reading.)
   */
  const LOST: readonly FsPath[] = [
    ' leading space',
    'trailing space ',
    '  two spaces',
    '*star',
    'back\\slash',
    '\\',
    'literal\\n',
    '\n',
    'carriage\rreturn',
    'end\r',
    '\r\n',
    Uint8Array.of(0xc3, 0x0a, 0x5c),
  ];

  test.each<[ManifestFormat, readonly CheckAlgorithm[]]>([
    ['gnu', ['sha256']],
    ['gnu', ['md5']],
    ['bsd', ['md5', 'sha1', 'sha256', 'sha512', 'sha3-256', 'blake2b', 'crc32']],
    ['sfv', ['crc32']],
  ])('accepts every name in %s of %j that it can', (format, algorithms) => {
    const carried = prepare(format, algorithms, without(NAMES, LOST));
    const { output, status } = run('rhash', ['--check', manifest]);
    expect(count(output, /(?<!^Everything) OK *$/gmu)).toBe(
      carried.length * (format === 'bsd' ? algorithms.length : 1),
    );
    expect(output).toContain('Everything OK');
    expect(status).toBe(0);
  });

  /**
   * Of 1.4.3: a backslash on the command line is a slash there, line feeds are written as they are, and `-` is
   * standard input. What it pads with spaces takes those at a name's end along.
   */
  const readable = NAMES.filter(
    (name) => !/\\|\n|\r$/u.test(Buffer.from(pathToBytes(name)).toString('latin1')) && name !== '-',
  );

  /** Names that begin or end as its own lines do: nobody can tell where they do. */
  const TOO_LIKE: readonly FsPath[] = [
    `${'ab'.repeat(32)}  name`,
    `name  ${'ab'.repeat(16)}`,
    'trailing space ',
  ];

  test.each<[string, readonly CheckAlgorithm[], string, readonly FsPath[]]>([
    ['--sha256', ['sha256'], 'x.sha256', []],
    ['--bsd --sha256', ['sha256'], 'x', []],
    ['--bsd --md5 --sha1', ['md5', 'sha1'], 'x', []],
    ['--sfv', ['crc32'], 'x', [';semicolon', 'CRC32 (x) =', 'trailing space ']],
    ['--md5 --sha1', ['md5', 'sha1'], 'x.md5', TOO_LIKE],
    ['--crc32 --md5 --sha1 --sfv', ['crc32', 'md5', 'sha1'], 'x.md5', [';semicolon', 'trailing space ']],
    ['--crc32 --sha1 --sha512 --tth', ['crc32', 'sha1', 'sha512'], 'x.sha512', TOO_LIKE],
  ])('what it writes with %s is read', async (options, algorithms, fileName, lost) => {
    const names = without(readable, lost);
    makeFiles(names);
    const { output } = run('sh', ['-c', `exec rhash ${options} -- *`]);
    await expectRead(output, names, algorithms, fileName);
  });
});

describe('hashdeep', () => {
  test('accepts every name in an audit', () => {
    const names = NAMES.filter(
      (name) => !/[\n]|\r$/u.test(Buffer.from(pathToBytes(name)).toString('latin1')),
    );
    expect(prepare('hashdeep', ['md5', 'sha1', 'sha256'], names)).toHaveLength(names.length);
    const { output, status } = run('sh', ['-c', `exec hashdeep -l -a -vv -k ${manifest} -- *`]);
    expect(output).toContain('Audit passed');
    expect(output).toMatch(new RegExp(`Files matched: ${names.length}$`, 'mu'));
    expect(status).toBe(0);
  });

  test('what it writes is read, with sizes', async () => {
    const names = NAMES.filter(
      (name) => !/[\n]|\r$/u.test(Buffer.from(pathToBytes(name)).toString('latin1')),
    );
    makeFiles(names);
    const { output } = run('hashdeep', ['-c', 'md5,sha256,tiger', '-r', '-l', '.']);
    const items = await readAll(Buffer.from(output, 'latin1'));
    const found = items.map((item) =>
      'message' in item
        ? item
        : {
            name: pathFromBytes(pathToBytes(item.name).subarray(2)),
            digests: item.digests,
            size: item.size,
          },
    );
    expect(sorted(found)).toEqual(sorted(names.map((name) => lineOf(name, ['md5', 'sha256']))));
  });
});
