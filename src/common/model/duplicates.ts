/** Files of equal content: how they are told apart, and how groups of them are told. */
import type { ErrorData } from './errors';

/** Bytes of a file's beginning by which files of one size are told apart; a file no longer than this is read whole. */
export const HEAD_BYTES = 64 * 1024;

/** What files that may be equal have in common: their size and, once it is known, the digest of their beginning. */
export function groupingOf(size: number, head = ''): string {
  return `${size}:${head}`;
}

/** The size alone of a {@link groupingOf}. */
export function sizeOfGrouping(grouping: string): string {
  return grouping.slice(0, grouping.indexOf(':') + 1);
}

/** Files of equal content. Names of one file (hard links) count once. */
export interface DuplicateGroup {
  /** For asking for more of its paths. */
  readonly id: number;
  /** Bytes of each file. */
  readonly size: number;
  /** BLAKE3, in hexadecimal. */
  readonly digest: string;
  /** Files, each counted once however many names it has. */
  readonly files: number;
  /** Bytes that one file instead of all of them would leave free. */
  readonly reclaimable: number;
  /** Ids of the tasks of {@link paths}. */
  readonly ids: readonly number[];
  /** One path for each file, in the order of the job; as text, where bytes that are not UTF-8 are `\xNN`. */
  readonly paths: readonly string[];
  /** More names of the same files. */
  readonly links: readonly string[];
}

/** What becomes of copies of a file that stays; with `reflink` they share its blocks, and stay files of their own. */
export const DUPLICATE_ENDS = ['trash', 'link', 'reflink'] as const;
export type DuplicateEnd = (typeof DUPLICATE_ENDS)[number];

export interface DuplicatesSettled {
  readonly done: number;
  /** Why the others were left as they are. */
  readonly failures: readonly ErrorData[];
}

export interface DuplicateTotals {
  readonly groups: number;
  /** In all groups. */
  readonly files: number;
  readonly reclaimableBytes: number;
}

export interface DuplicatePage {
  readonly totals: DuplicateTotals;
  /** Most space to win first; of each at most {@link PATHS_SHOWN} paths and links. */
  readonly groups: readonly DuplicateGroup[];
}

/** Paths and links of one group in a page; the others are asked for. */
export const PATHS_SHOWN = 200;

export const DUPLICATE_FORMATS = ['jsonl', 'csv'] as const;
export type DuplicateFormat = (typeof DUPLICATE_FORMATS)[number];
