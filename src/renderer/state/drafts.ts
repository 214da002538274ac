/** What has been entered for new jobs. Kept when a dialog is closed, so that nothing typed is lost. */
import type { Algorithm } from '../../common/model';
import type { PageKind } from '../kinds';
import { createStore } from './store';
import { openDialog } from './ui';

/** Pasted text longer than this is kept beside the text field, which such lengths make slow. */
const LONG_PASTE = 1_000_000;

export interface PastedList {
  readonly id: number;
  readonly text: string;
}

export interface Drafts {
  readonly download: {
    readonly text: string;
    readonly pasted: readonly PastedList[];
    readonly listFiles: readonly string[];
    /** `null`: the folder of the settings. */
    readonly directory: string | null;
  };
  readonly hash: { readonly paths: readonly string[]; readonly algorithms: readonly Algorithm[] };
  readonly copy: { readonly paths: readonly string[]; readonly destination: string };
}

const EMPTY: Drafts = {
  download: { text: '', pasted: [], listFiles: [], directory: null },
  hash: { paths: [], algorithms: ['sha256'] },
  copy: { paths: [], destination: '' },
};

export const draftsStore = createStore<Drafts>(EMPTY);

export function changeDraft<Kind extends PageKind>(kind: Kind, patch: Partial<Drafts[Kind]>): void {
  draftsStore.update((drafts) => ({ ...drafts, [kind]: { ...drafts[kind], ...patch } }));
}

/** After its job was made. The folder and the algorithms stay as they were: the next job often has the same. */
export function clearDraft(kind: PageKind): void {
  draftsStore.update((drafts) => ({
    download:
      kind === 'download' ? { ...EMPTY.download, directory: drafts.download.directory } : drafts.download,
    hash: kind === 'hash' ? { ...EMPTY.hash, algorithms: drafts.hash.algorithms } : drafts.hash,
    copy: kind === 'copy' ? { ...EMPTY.copy, destination: drafts.copy.destination } : drafts.copy,
  }));
}

function joinUnique(held: readonly string[], added: readonly string[]): readonly string[] {
  return [...new Set([...held, ...added])];
}

let lastPaste = 0;

/** @returns whether the text was put beside the field because of its length */
export function addLongPaste(text: string): boolean {
  if (text.length <= LONG_PASTE) return false;
  lastPaste += 1;
  const { pasted } = draftsStore.get().download;
  changeDraft('download', { pasted: [...pasted, { id: lastPaste, text }] });
  return true;
}

export function addText(text: string): void {
  if (text.trim() === '' || addLongPaste(text)) return;
  const before = draftsStore.get().download.text;
  const joint = before === '' || before.endsWith('\n') ? '' : '\n';
  changeDraft('download', { text: `${before}${joint}${text.replaceAll('\r\n', '\n')}` });
}

export function addPaths(kind: PageKind, paths: readonly string[]): void {
  const drafts = draftsStore.get();
  if (kind === 'download') changeDraft(kind, { listFiles: joinUnique(drafts.download.listFiles, paths) });
  else changeDraft(kind, { paths: joinUnique(drafts[kind].paths, paths) });
}

/** Takes what was dropped on a page into its draft and opens the dialog. */
export async function takeDrop(kind: PageKind, data: DataTransfer): Promise<void> {
  const files = [...data.files];
  const text = data.getData('text/uri-list') || data.getData('text/plain');
  const paths: string[] = [];
  for (const file of files) {
    const path = window.heddle.pathOf(file);
    if (path !== '') paths.push(path);
    else if (kind === 'download') addText(await file.text());
  }
  addPaths(kind, paths);
  if (kind === 'download' && files.length === 0) addText(text);
  openDialog({ type: 'new', kind });
}
