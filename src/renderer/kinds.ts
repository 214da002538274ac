/** What differs between the pages that make and show jobs. */
import type { JobKind, Mode } from '../common/model/jobs';
import { text } from '../common/text/text';

export const PAGE_KINDS = ['download', 'hash', 'verify', 'copy'] as const;
export type PageKind = (typeof PAGE_KINDS)[number];
/** Kinds with settings of their own. */
export const SETTING_KINDS = ['download', 'hash', 'copy'] as const;
export type SettingKind = (typeof SETTING_KINDS)[number];
export type Page = PageKind | 'compare' | 'history' | 'threads' | 'settings';

export function isPageKind(page: Page): page is PageKind {
  return PAGE_KINDS.some((kind) => kind === page);
}

/** Words that differ by kind: see the catalogue. */
export type KindWord =
  'title' | 'name' | 'create' | 'new-mode' | 'work' | 'purpose' | 'hint' | 'drop' | 'find';

export function kindText(kind: JobKind, word: KindWord): string {
  return text(`kind.${kind}.${word}`);
}

/** `5,000 URLs`, or `5,000+ URLs` while more are still being listed. */
export function countText(kind: JobKind, count: number, more = false): string {
  return text(`kind.${kind}.count`, { count, more: more ? '+' : '' });
}

export function pageTitle(page: Page): string {
  return isPageKind(page) ? kindText(page, 'title') : text(`page.${page}`);
}

export function modeName(mode: Mode): string {
  return text(`mode.${mode}`);
}

export function kindName(kind: JobKind): string {
  return kindText(kind, 'name');
}

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
