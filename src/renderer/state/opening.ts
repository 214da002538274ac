/** What comes in from outside: files and links that the system opens with Heddle, drops, pastes. It is asked what it is for; nothing starts. */
import { storedText } from '../lib/failure-text';
import { text } from '../../common/text/text';
import { assertNever } from '../../common/model/errors';
import type { Choice } from '../../common/opening/choices';
import type { ClipboardUrls, LinkedDownload, Opened, OpenedPath } from '../../common/opening/opened';
import { request } from '../bridge';
import { upload } from '../browser/server';
import { isPageKind, type Page, type PageKind } from '../kinds';
import { inBrowser } from '../lib/place';
import { addPaste, addPasted, addPaths, addText, addToVerify, changeDraft } from './drafts';
import { notify, notifyError, toast } from './notices';
import { goTo, openDialog, showJob, uiStore } from './ui';

type Asked = Extract<Opened, { type: 'paths' | 'download' }>;

/** They wait while a dialog is open. */
const waiting: Asked[] = [];

function ask(opened: Asked): void {
  waiting.push(opened);
  askNext();
}

function askNext(): void {
  if (uiStore.get().dialog !== null) return;
  const next = waiting.shift();
  if (next !== undefined) openDialog({ type: 'choose', opened: next });
}
uiStore.subscribe(() => {
  if (waiting.length > 0) queueMicrotask(askNext);
});

/** Asks what is to be done with what came in since the last time. */
export function takeOpened(): void {
  request('opening:take', undefined).then((all) => {
    for (const opened of all) {
      if (opened.type === 'refused')
        notify({ code: 'bad-request', message: storedText(opened.message), retryable: false });
      else if (opened.type === 'job') showJob(opened.job);
      else ask(opened);
    }
  }, notifyError);
}

export function offerPaths(paths: readonly OpenedPath[]): void {
  if (paths.length > 0) ask({ type: 'paths', paths });
}

function openNew(kind: PageKind): void {
  goTo(kind);
  openDialog({ type: 'new', kind });
}

/** Fills in the dialog for what was chosen, and opens it. */
export function startChoice(choice: Choice, opened: readonly OpenedPath[]): void {
  const paths = opened.map(({ path }) => path);
  switch (choice) {
    case 'verify':
      addToVerify(paths, []);
      openNew('verify');
      break;
    case 'compare-folders':
      addToVerify([], paths);
      openNew('verify');
      break;
    case 'download-list':
      addPaths('download', paths);
      openNew('download');
      break;
    case 'save-in':
      changeDraft('download', { directory: paths.at(-1) ?? null });
      openNew('download');
      break;
    case 'hash':
    case 'duplicates':
      changeDraft('hash', { aim: choice === 'hash' ? 'digests' : 'duplicates' });
      addPaths('hash', paths);
      openNew('hash');
      break;
    case 'copy':
      addPaths('copy', paths);
      openNew('copy');
      break;
    default:
      assertNever(choice);
  }
}

/** Puts what a link asks for into the dialog for a download, and opens it. */
export function startLinked({ urls, name, checksum }: LinkedDownload): void {
  const [url = ''] = urls;
  if (name === null && checksum === null) addText(urls.join('\n'));
  else {
    // aria2's input format says both.
    const options = [
      name === null ? '' : `\n  out=${name}`,
      checksum === null ? '' : `\n  checksum=${checksum}`,
    ];
    addPasted(name ?? text('told.pasted.link'), `${url}${options.join('')}\n`);
  }
  openNew('download');
}

/** Says that there are URLs in the clipboard, and takes them if the user wants. */
export function offerClipboard({ text: urls, count }: ClipboardUrls): void {
  if (uiStore.get().dialog !== null) return;
  toast(text('told.clipboard', { count }), {
    action: {
      label: text('told.clipboard.act'),
      run: () => {
        addText(urls);
        openNew('download');
      },
    },
  });
}

interface Dropped {
  readonly paths: readonly OpenedPath[];
  /** Files that are on no disk, as pages hand them over. */
  readonly loose: readonly File[];
}

function droppedOf(data: DataTransfer): Dropped {
  const folders = new Set(
    [...data.items].flatMap((item) => {
      const entry = item.webkitGetAsEntry();
      return entry?.isDirectory === true ? [entry.name] : [];
    }),
  );
  const paths: OpenedPath[] = [];
  const loose: File[] = [];
  for (const file of data.files) {
    const path = window.heddle.pathOf(file);
    if (path === '') loose.push(file);
    else paths.push({ path, isFolder: folders.has(path.replace(/^.*[/\\]/su, '')) });
  }
  return { paths, loose };
}

/**
 * Takes what was dropped on a page, or on its link, into its draft and opens the dialog.
 * @param page `null`: none that makes jobs; it is asked what the files are for
 */
export async function takeDrop(page: Page | null, data: DataTransfer): Promise<void> {
  // All that is read of it is read before the first pause: afterwards it is empty.
  const { paths, loose } = droppedOf(data);
  const dropped = data.getData('text/uri-list') || data.getData('text/plain');
  const kind = page !== null && isPageKind(page) ? page : null;
  if (paths.length + loose.length === 0) {
    const isPage = data.getData('text/uri-list') === '' && addPaste(data);
    if (!isPage && (kind !== 'download' ? !hasUrl(dropped) : dropped.trim() === '')) return;
    if (!isPage) addText(dropped);
    openUnlessOpen('download');
    return;
  }
  if (inBrowser) {
    if (kind === 'hash' || kind === 'copy')
      notify({ code: 'bad-request', message: text('web.dropped'), retryable: false });
    else takePaths(kind, await uploaded(loose));
    return;
  }
  if (kind === 'download') for (const file of loose) addText(await file.text());
  takePaths(kind, paths, loose.length > 0);
}

/** Where they lie on the machine that Heddle runs on. */
async function uploaded(files: readonly File[]): Promise<readonly OpenedPath[]> {
  const paths: OpenedPath[] = [];
  for (const file of files) paths.push({ path: await upload(file), isFolder: false });
  return paths;
}

/** @param isMore whether something else came with them */
function takePaths(kind: PageKind | null, paths: readonly OpenedPath[], isMore = false): void {
  const files = paths.filter(({ isFolder }) => !isFolder).map(({ path }) => path);
  const folders = paths.filter(({ isFolder }) => isFolder).map(({ path }) => path);
  const isOpen = uiStore.get().dialog !== null;
  if (kind === null) offerPaths(paths);
  else if (kind === 'download' && !isOpen && files.length === 0 && !isMore) offerPaths(paths);
  else {
    if (kind === 'verify') addToVerify(files, folders);
    else if (kind === 'download') {
      addPaths(kind, files);
      // A folder is no list: it is where the files go.
      const directory = folders.at(-1);
      if (directory !== undefined) changeDraft(kind, { directory });
    } else addPaths(kind, [...paths.map(({ path }) => path)]);
    openUnlessOpen(kind);
  }
}

/** What was dropped on a dialog stays there. */
function openUnlessOpen(kind: PageKind): void {
  if (uiStore.get().dialog === null) openNew(kind);
}

function hasUrl(given: string): boolean {
  return /\bhttps?:\/\//iu.test(given);
}

const ABSOLUTE = /^(?:\/|[A-Za-z]:[/\\]|\\\\)/u;

/** Takes what was pasted outside of fields. @returns whether it is for Heddle */
export function takePaste(data: DataTransfer): boolean {
  const { page } = uiStore.get();
  const kind = isPageKind(page) ? page : null;
  const { paths } = droppedOf(data);
  if (paths.length > 0) {
    takePaths(kind, paths);
    return true;
  }
  const pasted = data.getData('text/plain');
  const lines = pasted.split(/\r?\n/u).filter((line) => line.trim() !== '');
  if (lines.length > 0 && lines.every((line) => ABSOLUTE.test(line))) {
    request('opening:look', { paths: lines.slice(0, 1000) }).then((found) => {
      if (found.length > 0) takePaths(kind, found);
    }, notifyError);
    return true;
  }
  if (pasted.trim() === '' || (kind !== 'download' && !hasUrl(pasted))) return false;
  if (!addPaste(data)) addText(pasted);
  openNew('download');
  return true;
}
