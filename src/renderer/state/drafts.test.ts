import { beforeEach, expect, test, vi } from 'vitest';
import { draftsStore, takeDrop } from './drafts';
import { uiStore } from './ui';

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
    vi.unstubAllGlobals();
  };
});

test('a folder dropped on Downloads is where the files go, and no list', async () => {
  await takeDrop('download', drop({ path: '/data/lists/urls.txt' }, { path: '/data/films', isFolder: true }));
  expect(draftsStore.get().download).toMatchObject({
    listFiles: ['/data/lists/urls.txt'],
    directory: '/data/films',
  });
  expect(uiStore.get().dialog).toEqual({ type: 'new', kind: 'download' });
});

test('folders dropped on Hash are hashed', async () => {
  await takeDrop('hash', drop({ path: '/data/films', isFolder: true }, { path: '/data/one' }));
  expect(draftsStore.get().hash.paths).toEqual(['/data/films', '/data/one']);
});
