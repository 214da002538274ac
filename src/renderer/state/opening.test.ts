import { beforeEach, expect, test, vi } from 'vitest';
import { draftsStore } from './drafts';
import { takeDrop } from './opening';
import { closeDialog, uiStore } from './ui';

interface Dropped {
  readonly path: string;
  readonly isFolder?: boolean;
}

/** What a file manager hands over. */
function drop(...all: readonly Dropped[]): DataTransfer {
  const nameOf = (path: string): string => path.replace(/^.*\//u, '');
  return {
    files: all,
    items: all.map(({ path, isFolder = false }) => ({
      webkitGetAsEntry: () => ({ isDirectory: isFolder, name: nameOf(path) }),
    })),
    getData: () => '',
  } as unknown as DataTransfer;
}

beforeEach(() => {
  vi.stubGlobal('window', { heddle: { pathOf: ({ path }: Dropped) => path } });
  return () => {
    closeDialog();
    vi.unstubAllGlobals();
  };
});

test('a folder dropped with a list is where the files go, and no list', async () => {
  await takeDrop('download', drop({ path: '/data/lists/urls.txt' }, { path: '/data/films', isFolder: true }));
  expect(draftsStore.get().download).toMatchObject({
    listFiles: ['/data/lists/urls.txt'],
    directory: '/data/films',
  });
  expect(uiStore.get().dialog).toEqual({ type: 'new', kind: 'download' });
});

test('of a folder alone it is asked what it is for', async () => {
  await takeDrop('download', drop({ path: '/data/music', isFolder: true }));
  expect(draftsStore.get().download.directory).not.toBe('/data/music');
  expect(uiStore.get().dialog).toEqual({
    type: 'choose',
    opened: { type: 'paths', paths: [{ path: '/data/music', isFolder: true }] },
  });
});

test('dropped on the dialog of a download, a folder is where the files go', async () => {
  uiStore.update((ui) => ({ ...ui, dialog: { type: 'new', kind: 'download' } }));
  await takeDrop('download', drop({ path: '/data/music', isFolder: true }));
  expect(draftsStore.get().download.directory).toBe('/data/music');
  expect(uiStore.get().dialog).toEqual({ type: 'new', kind: 'download' });
});

test('folders dropped on Hash are hashed', async () => {
  await takeDrop('hash', drop({ path: '/data/films', isFolder: true }, { path: '/data/one' }));
  expect(draftsStore.get().hash.paths).toEqual(['/data/films', '/data/one']);
});
