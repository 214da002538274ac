/** What differs between the pages that make and show jobs. */
import type { JobKind, Mode } from '../common/model';

export const PAGE_KINDS = ['download', 'hash', 'copy'] as const;
export type PageKind = (typeof PAGE_KINDS)[number];
export type Page = PageKind | 'history' | 'settings';

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
    purpose: 'Downloads a list of URLs into a folder, each file whole and right or not there at all.',
    hint: 'Or paste URLs here, or drop a text file with one URL a line.',
    drop: 'Drop URLs or text files to download them',
  },
  hash: {
    title: 'Hash',
    noun: 'hash',
    create: 'New hash',
    one: 'file',
    many: 'files',
    purpose:
      'Computes SHA-256 and BLAKE3 of files and folders, and writes manifests that other tools can check.',
    hint: 'Or drop files and folders anywhere on this page.',
    drop: 'Drop files and folders to hash them',
  },
  copy: {
    title: 'Copy',
    noun: 'copy',
    create: 'New copy',
    one: 'file',
    many: 'files',
    purpose: 'Copies files and folders with their modes and times, and never over something that is there.',
    hint: 'Or drop files and folders anywhere on this page.',
    drop: 'Drop files and folders to copy them',
  },
};

export const PAGE_TITLES: Readonly<Record<Page, string>> = {
  download: WORDS.download.title,
  hash: WORDS.hash.title,
  copy: WORDS.copy.title,
  history: 'History',
  settings: 'Settings',
};

/** In the order of the sidebar and of Ctrl+1…5. */
export const PAGES: readonly Page[] = ['download', 'hash', 'copy', 'history', 'settings'];

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

/** The page on which a job of this kind is shown. */
export function pageOf(kind: JobKind): PageKind {
  return kind === 'verify' ? 'hash' : kind;
}

export const WORKER_CHOICES: readonly number[] = [1, 2, 4, 8, 16, 32, 64];
