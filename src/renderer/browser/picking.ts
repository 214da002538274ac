/** What a dialog of the browser is asked for, in the place of one of the desktop. */
import type { PickPurpose } from '../../common/web';
import { createStore } from '../state/store';

export interface Picking {
  readonly purpose: PickPurpose;
  /** Empty: nothing was chosen. */
  readonly resolve: (paths: readonly string[]) => void;
}

export const pickingStore = createStore<Picking | null>(null);

/** Where the last choice was made; `null`: there was none. */
export const folderStore = createStore<string | null>(null);

/** @returns absolute paths on the machine that Heddle runs on; empty when it was dismissed */
export function askForPaths(purpose: PickPurpose): Promise<readonly string[]> {
  pickingStore.get()?.resolve([]);
  return new Promise((resolve) => {
    pickingStore.set({
      purpose,
      resolve: (paths) => {
        pickingStore.set(null);
        resolve(paths);
      },
    });
  });
}

interface Choice {
  readonly selects: 'folders' | 'files';
  readonly isMany: boolean;
  /** Of the computer that the browser runs on. */
  readonly takesUploads: boolean;
}

export const CHOICES: Readonly<Record<PickPurpose, Choice>> = {
  anything: { selects: 'files', isMany: true, takesUploads: true },
  'url-list': { selects: 'files', isMany: true, takesUploads: true },
  files: { selects: 'files', isMany: true, takesUploads: false },
  folder: { selects: 'folders', isMany: false, takesUploads: false },
  folders: { selects: 'folders', isMany: true, takesUploads: false },
  'download-folder': { selects: 'folders', isMany: false, takesUploads: false },
  'copy-target': { selects: 'folders', isMany: false, takesUploads: false },
  certificates: { selects: 'files', isMany: false, takesUploads: true },
  cookies: { selects: 'files', isMany: false, takesUploads: true },
  logins: { selects: 'files', isMany: false, takesUploads: true },
  manifest: { selects: 'files', isMany: false, takesUploads: true },
};
