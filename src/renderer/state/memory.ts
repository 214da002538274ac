/** What is remembered for the next start: the page, how jobs were made, and the folders they were made with. */
import { MOST_RECENT, type DialogChoices, type Settings } from '../../common/model/settings';
import type { JobKind } from '../../common/model/jobs';
import type { JobRequest } from '../../common/model/job-request';
import { changeDraft, draftsStore } from './drafts';
import { changeSettings, settingsStore } from './settings';
import { uiStore } from './ui';

type Filter = NonNullable<Settings['filters'][JobKind]>;

/** What the dialogs propose at first. */
export function takeDialogChoices({ dialogChoices: { hash, verify, copy } }: Settings): void {
  changeDraft('hash', hash);
  changeDraft('verify', verify);
  changeDraft('copy', copy);
}

/** From now on, the next start begins with the page that was shown last. */
export function rememberPages(): void {
  uiStore.subscribe(() => {
    const { page } = uiStore.get();
    const settings = settingsStore.get();
    // Nobody comes back for the settings.
    if (settings !== null && page !== 'settings' && page !== settings.lastPage)
      changeSettings({ lastPage: page });
  });
}

/** From now on lists of this kind of job show these tasks first. */
export function rememberFilter(kind: JobKind, { state, finding }: Filter): void {
  const settings = settingsStore.get();
  if (settings !== null) changeSettings({ filters: { ...settings.filters, [kind]: { state, finding } } });
}

/** A job was made from its dialog: the next one is proposed like it. */
export function rememberChoices(request: JobRequest): void {
  const settings = settingsStore.get();
  if (settings === null || request.kind === 'download') return;
  const { hash, verify, copy } = draftsStore.get();
  const choices: DialogChoices = {
    hash: { aim: hash.aim, algorithms: [...hash.algorithms], cache: hash.cache },
    verify: { against: verify.against, strict: verify.strict, ignoreMissing: verify.ignoreMissing },
    copy: {
      // What replaces files is chosen each time anew.
      existing: copy.existing === 'skip' || copy.existing === 'number' ? copy.existing : 'refuse',
      verify: copy.verify,
      checksum: copy.checksum,
      sync: copy.sync,
      digests: copy.digests,
    },
  };
  const { sources, targets } = foldersOf(request);
  const { recentFolders } = settings;
  changeSettings({
    dialogChoices: choices,
    recentFolders: {
      sources: recent(sources, recentFolders.sources),
      targets: recent(targets, recentFolders.targets),
    },
  });
}

interface Folders {
  readonly sources: readonly string[];
  readonly targets: readonly string[];
}

function foldersOf(request: JobRequest): Folders {
  const texts = (paths: readonly unknown[]): readonly string[] =>
    // A path that is not text cannot be typed into a field.
    paths.filter((path) => typeof path === 'string' && path !== '').map(String);
  switch (request.kind) {
    case 'hash':
      return { sources: texts(request.paths), targets: [] };
    case 'copy':
      return { sources: texts(request.sources), targets: texts([request.destination]) };
    case 'verify':
      return { sources: texts([request.manifest, request.root]), targets: [] };
    default:
      return { sources: [], targets: [] };
  }
}

function recent(added: readonly string[], before: readonly string[]): string[] {
  return [...new Set([...added, ...before])].slice(0, MOST_RECENT);
}
