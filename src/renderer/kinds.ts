/** What differs between the pages that make and show jobs. */
import type { JobKind, Mode } from '../common/model/jobs';

export const PAGE_KINDS = ['download', 'hash', 'verify', 'copy'] as const;
export type PageKind = (typeof PAGE_KINDS)[number];
/** Kinds with settings of their own. */
export const SETTING_KINDS = ['download', 'hash', 'copy'] as const;
export type SettingKind = (typeof SETTING_KINDS)[number];
export type Page = PageKind | 'compare' | 'history' | 'threads' | 'settings';

export function isPageKind(page: Page): page is PageKind {
  return PAGE_KINDS.some((kind) => kind === page);
}

export interface KindWords {
  readonly title: string;
  /** In sentences: "the download …". */
  readonly noun: string;
  readonly create: string;
  readonly one: string;
  readonly many: string;
  readonly purpose: string;
  readonly hint: string;
  readonly drop: string;
}

export const WORDS: Readonly<Record<PageKind, KindWords>> = {
  download: {
    title: 'Downloads',
    noun: 'download',
    create: 'New download',
    one: 'URL',
    many: 'URLs',
    purpose:
      'Downloads lists of URLs into a folder. A file gets its name only once it is complete and correct.',
    hint: 'Or paste URLs here, or drop URLs or lists of them.',
    drop: 'Drop URLs or lists to download them',
  },
  hash: {
    title: 'Hash',
    noun: 'hash',
    create: 'New hash',
    one: 'file',
    many: 'files',
    purpose:
      'Computes digests of files and folders and writes manifests that other tools can check, or finds files with the same content.',
    hint: 'Or drop files and folders anywhere on this page.',
    drop: 'Drop files and folders to hash them',
  },
  verify: {
    title: 'Verify',
    noun: 'verification',
    create: 'New verification',
    one: 'file',
    many: 'files',
    purpose:
      'Checks files against a manifest, or compares two folders by content, and says what differs and what is missing.',
    hint: 'Or drop a manifest, or two folders, anywhere on this page.',
    drop: 'Drop a manifest or two folders to verify them',
  },
  copy: {
    title: 'Copy',
    noun: 'copy',
    create: 'New copy',
    // Links, and what folders are set to, are tasks like files.
    one: 'item',
    many: 'items',
    purpose:
      'Copies files and folders with their permissions and times. Existing files are kept unless you say otherwise.',
    hint: 'Or drop files and folders anywhere on this page.',
    drop: 'Drop files and folders to copy them',
  },
};

export const PAGE_TITLES: Readonly<Record<Page, string>> = {
  download: WORDS.download.title,
  hash: WORDS.hash.title,
  verify: WORDS.verify.title,
  copy: WORDS.copy.title,
  compare: 'Compare',
  history: 'History',
  threads: 'How threads work',
  settings: 'Settings',
};

/** In the order of the sidebar and of Ctrl+1…8. */
export const PAGES: readonly Page[] = [
  'download',
  'hash',
  'verify',
  'copy',
  'compare',
  'history',
  'threads',
  'settings',
];

export const MODE_NAMES: Readonly<Record<Mode, string>> = {
  sequential: 'Sync',
  'event-loop': 'Event loop',
  'thread-per-task': 'Thread per task',
  pool: 'Async',
};

export const KIND_NAMES: Readonly<Record<JobKind, string>> = {
  download: 'Download',
  hash: 'Hash',
  verify: 'Verify',
  copy: 'Copy',
};

/** Whose settings hold for a new job of this kind: both read files and compute digests of them. */
export function settingsOf(kind: JobKind): SettingKind {
  return kind === 'verify' ? 'hash' : kind;
}

export const WORKER_CHOICES: readonly number[] = [1, 2, 4, 8, 16, 32, 64];

const CONNECTION_CHOICES: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** @param current is among them, whoever chose it */
export function connectionChoices(current: number): readonly number[] {
  if (CONNECTION_CHOICES.includes(current)) return CONNECTION_CHOICES;
  return [...CONNECTION_CHOICES, current].sort((left, right) => left - right);
}
