/** Where things go: told by what is written, and the same however often it is said. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isWrittenAsContents, type CopyLayout } from '../../common/model/copy-options';
import { copyRequestSchema } from '../../common/model/job-request';
import { displayPath } from '../../common/model/paths';
import { copyRoots } from './copy-roots';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-roots-'));
  for (const name of ['src/sub', 'other', 'real', 'there/src'])
    mkdirSync(join(folder, name), { recursive: true });
  for (const name of ['file', 'src/a', 'src/sub/b', 'other/c', 'real/r', 'taken'])
    writeFileSync(join(folder, name), name);
  symlinkSync('real', join(folder, 'link'));
  symlinkSync('file', join(folder, 'file-link'));
  symlinkSync('there', join(folder, 'there-link'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Asked {
  readonly layout?: CopyLayout;
  readonly mirror?: boolean;
  readonly follow?: boolean;
}

/** Paths below the test's folder, as `source → target`. */
async function mapped(sources: readonly string[], destination: string, asked: Asked = {}): Promise<string[]> {
  const { layout = 'named', mirror = false, follow = false } = asked;
  const request = copyRequestSchema.parse({
    kind: 'copy',
    mode: 'pool',
    workers: null,
    sources: sources.map((source) => `${folder}/${source}`),
    destination: `${folder}/${destination}`,
    layout,
    options: { mirror },
    rules: follow ? { links: 'follow' } : {},
  });
  const { roots } = await copyRoots(request, 'token');
  return roots.map(({ source, target }) =>
    `${displayPath(source)} → ${displayPath(target)}`.replaceAll(`${folder}/`, ''),
  );
}

describe.each(['there', 'new', 'new/deeper'])('into %s', (to) => {
  test.each<[readonly string[], readonly string[], Asked?]>([
    [['src'], [`src → ${to}/src`]],
    [['src/'], [`src → ${to}`]],
    [['src//'], [`src → ${to}`]],
    [['src/.'], [`src → ${to}`]],
    [['src/./'], [`src → ${to}`]],
    [['src/sub/..'], [`src → ${to}`]],
    [['./other/../src'], [`src → ${to}/src`]],
    [['src'], [`src → ${to}`], { layout: 'exact' }],
    [['src'], [`src → ${to}`], { layout: 'contents' }],
    [
      ['src/', 'other/'],
      [`src → ${to}`, `other → ${to}`],
    ],
    [
      ['src', 'other'],
      [`src → ${to}/src`, `other → ${to}/other`],
    ],
    [
      ['src/', 'other', 'file'],
      [`src → ${to}`, `other → ${to}/other`, `file → ${to}/file`],
    ],
    [['src', 'file'], [`src → ${to}`, `file → ${to}/file`], { layout: 'contents' }],
    [['link'], [`link → ${to}/link`]],
    [['link'], [`link → ${to}/link`], { follow: true }],
    [['link/'], [`real → ${to}`]],
    [['link/.'], [`real → ${to}`]],
    [['link'], [`real → ${to}`], { layout: 'contents' }],
    [['src'], [`src → ${to}/src`], { mirror: true }],
    [['src/'], [`src → ${to}`], { mirror: true }],
  ])('%j', async (sources, expected, asked) => {
    expect(await mapped(sources, to, asked)).toEqual(expected);
    // However the destination is written.
    if (asked?.layout !== 'exact') expect(await mapped(sources, `${to}/`, asked)).toEqual(expected);
    mkdirSync(join(folder, to), { recursive: true });
    expect(await mapped(sources, to, asked)).toEqual(expected);
  });
});

test.each<[string, string, string, Asked?]>([
  ['file', 'there', 'file → there/file'],
  ['file', 'there-link', 'file → there-link/file'],
  ['file', 'new', 'file → new'],
  ['file', 'new/', 'file → new/file'],
  ['file', 'taken', 'file → taken'],
  ['file', 'new', 'file → new', { layout: 'exact' }],
  ['file', 'taken', 'file → taken', { layout: 'exact' }],
  ['file', 'new', 'file → new', { layout: 'contents' }],
  ['link', 'new', 'link → new', { layout: 'exact' }],
  // What an earlier copy of this link has made.
  ['file-link', 'new', 'file-link → new'],
  ['src/', 'there-link', 'src → there'],
  ['src', 'there-link', 'src → there-link/src'],
])('one %s onto %s', async (source, to, expected, asked) => {
  expect(await mapped([source], to, asked)).toEqual([expected]);
});

test('a copied link is its own target again, also where it leads to a folder by now', async () => {
  mkdirSync(join(folder, 'deep/file'), { recursive: true });
  symlinkSync('file', join(folder, 'deep/copied'));
  expect(await mapped(['file-link'], 'deep/copied')).toEqual(['file-link → deep/copied']);
});

test.each<[string, readonly string[], string, string, Asked?]>([
  ['a file has no contents', ['file/'], 'new', 'not-a-folder'],
  ['a folder goes into no file', ['src'], 'taken', 'not-a-folder'],
  ['nor do its contents', ['src/'], 'taken', 'not-a-folder'],
  ['nor several files', ['file', 'src/a'], 'taken', 'not-a-folder'],
  ['a file does not become a folder', ['file'], 'there', 'target-is-a-folder', { layout: 'exact' }],
  ['however it is written', ['file'], 'new/', 'target-is-a-folder', { layout: 'exact' }],
  ['two cannot become one', ['src', 'other'], 'new', 'bad-request', { layout: 'exact' }],
  ['nor two of one name', ['src', 'there/src'], 'new', 'same-name'],
  ['nor what is in them', ['src/', 'there/src/../../src/'], 'new', 'same-name'],
  ['nor what is in one and another', ['src/', 'src/a'], 'new', 'same-name'],
  ['what is not there', ['nothing'], 'new', 'source-missing'],
  ['a folder into itself', ['src'], 'src/sub', 'copy-into-itself'],
  ['its contents into itself', ['src/'], 'src/sub/new', 'copy-into-itself'],
  ['its contents onto itself', ['src/'], 'src', 'copy-into-itself'],
  ['a folder to where it is', ['src'], '', 'copy-into-itself'],
  ['two mirrors of one folder', ['src/', 'other/'], 'new', 'bad-request', { mirror: true }],
  ['a mirror beside another’s', ['src/', 'other'], 'new', 'bad-request', { mirror: true }],
  ['a mirror of a file', ['file'], 'there', 'bad-request', { mirror: true }],
])('%s: refused', async (_, sources, to, code, asked) => {
  await expect(mapped(sources, to, asked)).rejects.toMatchObject({ code });
});

test.each([
  ['src/', true],
  ['src/.', true],
  ['src/..', true],
  ['.', true],
  ['..', true],
  ['/', true],
  ['src', false],
  ['src/...', false],
  ['.src', false],
  ['src.', false],
])('%s is written as contents: %s', (path, contents) => {
  expect(isWrittenAsContents(path, sep)).toBe(contents);
});
