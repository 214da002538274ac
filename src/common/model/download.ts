/** What a list asks to download: the entry that every list format is read into. */
import type { FsPath } from './paths';
import type { ErrorData } from './errors';
import type { CheckDigests } from './digests';

/** One file to fetch, or one call to make. */
export interface DownloadEntry {
  /** HTTP and HTTPS addresses of one content, in the order in which they are tried; at least one. */
  readonly urls: readonly string[];
  /** What the file is to be called, as the list has it (not yet made safe); `null`: decided by answer and URL. */
  readonly fileName: string | null;
  /** Where it goes, below the job's folder; safe names with `/` between. `null`: the job's folder. */
  readonly directory: string | null;
  /** Bytes, where the list says so. */
  readonly size: number | null;
  readonly digests: CheckDigests;
  /** Upper-case HTTP method. */
  readonly method: string;
  /** Own headers, in order; names as written. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Request body, sent as UTF-8. */
  readonly body: string | null;
}

/** A URL to get, and nothing more to say of it. */
export function plainEntry(url: string): DownloadEntry {
  return {
    urls: [url],
    fileName: null,
    directory: null,
    size: null,
    digests: {},
    method: 'GET',
    headers: [],
    body: null,
  };
}

/** An entry of a list, or what is wrong with one. `line` counts from 1: where the entry begins. */
export type ListedEntry =
  | { readonly line: number; readonly entry: DownloadEntry }
  | { readonly line: number; readonly text: string; readonly error: ErrorData };

export const LIST_FORMATS = [
  'urls',
  'aria2',
  'csv',
  'json',
  'jsonl',
  'har',
  'html',
  'bookmarks',
  'markdown',
  'm3u',
  'sitemap',
  'metalink',
  'curl',
  'powershell',
  'fetch',
] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];

/** Entries by the host of their first address (with its port where it is not the usual one) and their file's extension. */
export interface EntryGroup {
  readonly host: string;
  /** Lower-case, without its dot: `zip`, `tar.gz`; '' where the name has none. */
  readonly extension: string;
  readonly entries: number;
}

/** What is known of a list before anything starts. */
export interface ListPreview {
  readonly format: ListFormat;
  /** Entries that could be read. */
  readonly entries: number;
  /** Whether only a part of the list was looked at: it is very long. */
  readonly partial: boolean;
  readonly hosts: readonly { readonly host: string; readonly entries: number }[];
  readonly extensions: readonly { readonly extension: string; readonly entries: number }[];
  /** Hosts and extensions together; `null` where there are too many to choose from. */
  readonly groups: readonly EntryGroup[] | null;
  /** Entries whose first URL (with the same method and body) came before. */
  readonly duplicates: number;
  /** Names that more than one entry would give its file, with how many; at most 100 of them. */
  readonly clashes: readonly { readonly name: string; readonly entries: number }[];
  /** Lines that could not be read; at most 100 of them. */
  readonly faults: readonly { readonly line: number; readonly text: string; readonly message: string }[];
  readonly faultCount: number;
  /** What was passed over and is no fault, or is worth knowing of the list as a whole; at most 100 of them. */
  readonly remarks: readonly { readonly line: number; readonly message: string }[];
  /** Where the first entry's file goes below the job's folder if the server gives it no other name; `null`: no entries. */
  readonly firstFile: string | null;
  /** The first entries, for a look. */
  readonly first: readonly DownloadEntry[];
}

/** What to do where a file's name is taken: number it, leave the one that is there, replace it, or replace it if the server's is newer. */
export const EXISTING_POLICIES = ['number', 'skip', 'overwrite', 'newer'] as const;
export type ExistingPolicy = (typeof EXISTING_POLICIES)[number];

/**
 * How sure it is that a finished file is the server's.
 * - `verified`: its digest is the one that the list or the server gave
 * - `complete`: its length is the one that the server gave, or its framing said where it ends
 * - `unverified`: it ended with the connection, which says nothing of its length; or it is made of two attempts
 *   without a strong validator, and only what was compared is known to belong together
 */
export type Integrity = 'verified' | 'complete' | 'unverified';

/** A stretch of a partial file that was flushed to the disk, from `start` up to `end` (bytes), and its BLAKE3 or SHA-256. */
export interface Extent {
  readonly start: number;
  readonly end: number;
  readonly digest: string;
}

/** What is known of a file that is half there. */
export interface PartialState {
  /** Where its bytes came from, without credentials. */
  readonly url: string;
  /** A strong entity tag (RFC 9110 §8.8.3), or `null`. */
  readonly etag: string | null;
  /** Last-Modified as it came, or `null`. */
  readonly lastModified: string | null;
  /** Bytes of the whole file; `null`: not known. */
  readonly total: number | null;
  /** Of the content's first answer, what is of use when the file is whole. Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly extents: readonly Extent[];
}

/** What an earlier download of an entry made in a folder, for asking whether there is a newer one. */
export interface KnownFile {
  readonly target: FsPath;
  /** SHA-256 of the URL that gave the validators: those of one mirror say nothing of another. */
  readonly source: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** As the file was left: one that is not so any more is somebody else's. */
  readonly size: number;
  readonly mtimeMs: number;
}

/** A worker tells of what it has on disk; with `reset` everything told before is void. */
export interface PartialNote extends PartialState {
  readonly reset: boolean;
}

/** Where the time of an attempt went, in milliseconds; `null` where it did not come to that. */
export interface DownloadTimes {
  /** Waiting for a worker. */
  readonly queueMs: number | null;
  /** These three where a connection was made for it; `null` where an open one was used. */
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  /** From the request to the answer's first byte. */
  readonly waitMs: number | null;
  /** From the attempt's start to the answer's first byte, with all of the above but the queue. */
  readonly firstByteMs: number | null;
  /** From the answer's first byte to its last. */
  readonly bodyMs: number | null;
  /** Flushing, checking and naming the file. */
  readonly diskMs: number | null;
}

export const KEPT_HEADER_CHARACTERS = 4096;

/** What is kept of how a download ended, for its details. */
export interface DownloadFacts {
  readonly status: number;
  /** After redirects, without credentials. */
  readonly finalUrl: string;
  readonly integrity: Integrity;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Of the answer, by lower-case name; nothing that may be a key, and not more than {@link KEPT_HEADER_CHARACTERS}. */
  readonly headers: Readonly<Record<string, string>>;
  readonly times: DownloadTimes;
  /** Bytes that were on disk from an earlier attempt and not fetched again. */
  readonly kept: number;
}
