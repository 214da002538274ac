/** What has been entered for new jobs. Kept when a dialog is closed, so that nothing typed is lost. */
import { text } from '../../common/text/text';
import type { CopyPolicy } from '../../common/model/copy-options';
import type { Algorithm } from '../../common/model/digests';
import type { PageKind } from '../kinds';
import type { OptionsDraft } from '../lib/download-draft';
import { NOTHING_LEFT_OUT, type LeftOut } from '../lib/previews';
import { hasHiddenLinks } from '../lib/pasted-page';
import { emptyRules, type RulesDraft } from '../lib/rules-draft';
import { createStore } from './store';

/** Pasted text longer than this is kept beside the text field, which such lengths make slow. */
const LONG_PASTE = 1_000_000;

export interface PastedList {
  readonly id: number;
  /** What it is called on screen. */
  readonly name: string;
  readonly text: string;
}

export interface Drafts {
  readonly download: {
    readonly text: string;
    readonly pasted: readonly PastedList[];
    readonly listFiles: readonly string[];
    /** `null`: the folder of the settings. */
    readonly directory: string | null;
    /** Hosts and extensions that are not ticked. */
    readonly leftOut: LeftOut;
    /** `null`: as the last download was. */
    readonly options: OptionsDraft | null;
  };
  readonly hash: {
    readonly aim: 'digests' | 'duplicates';
    readonly paths: readonly string[];
    readonly algorithms: readonly Algorithm[];
    readonly cache: boolean;
    readonly rules: RulesDraft;
  };
  readonly verify: {
    readonly against: 'manifest' | 'folders';
    readonly manifest: string;
    /** '': the manifest's own folder. */
    readonly root: string;
    readonly left: string;
    readonly right: string;
    readonly strict: boolean;
    readonly ignoreMissing: boolean;
    readonly outside: boolean;
    /** `null`: told by the manifest. */
    readonly algorithm: Algorithm | null;
    readonly rules: RulesDraft;
  };
  readonly copy: {
    readonly paths: readonly string[];
    readonly destination: string;
    readonly layout: 'named' | 'contents';
    readonly existing: CopyPolicy;
    readonly verify: boolean;
    /** Compare contents with what is there. */
    readonly checksum: boolean;
    /** Wait for the device. */
    readonly sync: boolean;
    readonly inPlace: boolean;
    /** Compute what a manifest of the copies needs. */
    readonly digests: boolean;
    readonly mirror: boolean;
    readonly rules: RulesDraft;
  };
}

const EMPTY: Drafts = {
  download: {
    text: '',
    pasted: [],
    listFiles: [],
    directory: null,
    leftOut: NOTHING_LEFT_OUT,
    options: null,
  },
  hash: { aim: 'digests', paths: [], algorithms: ['sha256'], cache: true, rules: emptyRules('skip') },
  verify: {
    against: 'manifest',
    manifest: '',
    root: '',
    left: '',
    right: '',
    strict: false,
    ignoreMissing: false,
    outside: false,
    algorithm: null,
    rules: emptyRules('skip'),
  },
  copy: {
    paths: [],
    destination: '',
    layout: 'named',
    existing: 'refuse',
    verify: true,
    checksum: false,
    inPlace: false,
    sync: true,
    digests: false,
    mirror: false,
    rules: emptyRules('link'),
  },
};

export const draftsStore = createStore<Drafts>(EMPTY);

export function changeDraft<Kind extends PageKind>(kind: Kind, patch: Partial<Drafts[Kind]>): void {
  draftsStore.update((drafts) => ({ ...drafts, [kind]: { ...drafts[kind], ...patch } }));
}

/** After its job was made. The folder and how it is done stay as they were: the next job often has the same. */
export function clearDraft(kind: PageKind): void {
  draftsStore.update((drafts) => ({
    download:
      kind === 'download' ? { ...EMPTY.download, directory: drafts.download.directory } : drafts.download,
    hash: kind === 'hash' ? { ...drafts.hash, paths: [], rules: EMPTY.hash.rules } : drafts.hash,
    verify: kind === 'verify' ? { ...EMPTY.verify, against: drafts.verify.against } : drafts.verify,
    copy:
      kind === 'copy'
        ? // What deletes is chosen each time anew.
          { ...drafts.copy, paths: [], layout: 'named', mirror: false, rules: EMPTY.copy.rules }
        : drafts.copy,
  }));
}

function joinUnique(held: readonly string[], added: readonly string[]): readonly string[] {
  return [...new Set([...held, ...added])];
}

let lastPaste = 0;

export function addPasted(name: string, list: string): void {
  lastPaste += 1;
  const { pasted } = draftsStore.get().download;
  changeDraft('download', { pasted: [...pasted, { id: lastPaste, name, text: list }] });
}

/** @returns whether it was put beside the field: because of its length, or because it is a page that has addresses its text has not */
export function addPaste(data: DataTransfer): boolean {
  const plain = data.getData('text/plain');
  const page = data.getData('text/html');
  if (hasHiddenLinks(page, plain)) addPasted(text('told.pasted.page'), page);
  else if (plain.length > LONG_PASTE) addPasted(text('told.pasted.text'), plain);
  else return false;
  return true;
}

export function addText(added: string): void {
  if (added.trim() === '') return;
  if (added.length > LONG_PASTE) {
    addPasted(text('told.pasted.text'), added);
    return;
  }
  const before = draftsStore.get().download.text;
  const joint = before === '' || before.endsWith('\n') ? '' : '\n';
  changeDraft('download', { text: `${before}${joint}${added.replaceAll('\r\n', '\n')}` });
}

export function addPaths(kind: PageKind, paths: readonly string[]): void {
  const drafts = draftsStore.get();
  if (kind === 'download') changeDraft(kind, { listFiles: joinUnique(drafts.download.listFiles, paths) });
  else if (kind === 'verify') addToVerify(paths, []);
  else changeDraft(kind, { paths: joinUnique(drafts[kind].paths, paths) });
}

/** A file is a manifest; two folders are compared, and a lone one goes where none is yet. */
export function addToVerify(files: readonly string[], folders: readonly string[]): void {
  const { left, right } = draftsStore.get().verify;
  const [manifest] = files;
  const [first, second] = folders;
  if (manifest !== undefined)
    changeDraft('verify', { against: 'manifest', manifest, ...(first === undefined ? {} : { root: first }) });
  else if (first !== undefined && second !== undefined)
    changeDraft('verify', { against: 'folders', left: first, right: second });
  else if (first !== undefined)
    changeDraft('verify', {
      against: 'folders',
      ...(left !== '' && right === '' ? { right: first } : { left: first }),
    });
}
