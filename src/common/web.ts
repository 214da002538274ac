/** What the window in a browser asks of `heddle web` beside the contract of the window (`ipc.ts`). */
import { z } from 'zod';
import type { pickSchema, RequestName } from './ipc';

/** Below the address of the front, so that a reverse proxy may put it where it likes. */
export const WEB_PATHS = {
  /** POST: a request of the contract, whose name follows; JSON in and a `Reply` out. */
  request: 'api/request/',
  /** GET: server-sent events, one for each of the contract's events. */
  events: 'api/events',
  /** POST: what a folder holds. */
  browse: 'api/browse',
  /** POST: a file, as it is; its name is in the address. */
  upload: 'api/upload',
  /** GET: what the contract's export requests write, as a file; the request's name follows. */
  export: 'api/export/',
  /** POST: ends the session. */
  signOut: 'api/sign-out',
  /** POST, of the page for it. */
  signIn: 'sign-in',
} as const;

/** Names the page that asks, as its stream of events names it. */
export const CLIENT_HEADER = 'heddle-client';
/** In answers: the number of the last news that was told before. News have theirs as the id of their event. */
export const NEWS_HEADER = 'heddle-news';
export const CLIENT_PATTERN = /^[0-9a-f]{32}$/u;

/** The first event of a stream: from now on nothing is missed. */
export const BEGUN_EVENT = 'begun';

/** A list of some millions of URLs. */
export const MOST_UPLOAD_BYTES = 256 * 1024 * 1024;
/** Pasted text travels in a request. */
export const MOST_REQUEST_BYTES = 32 * 1024 * 1024;

/** Requests that copy text: in a browser its page does, and gets the text with the answer. */
export const COPYING = ['jobs:copy-failed', 'tasks:copy'] as const satisfies readonly RequestName[];
export type CopyingName = (typeof COPYING)[number];
/** Requests that save a file: a browser downloads it. */
export const EXPORTING = [
  'jobs:export',
  'jobs:export-duplicates',
  'experiments:export',
  'manifest:save',
] as const satisfies readonly RequestName[];
export type ExportingName = (typeof EXPORTING)[number];

export const browseSchema = z.strictObject({
  /** `null`: where the user would begin. */
  path: z.string().max(32_767).nullable(),
  /** Names that begin with a dot, too. */
  hidden: z.boolean(),
});
export type PickPurpose = z.infer<typeof pickSchema>['purpose'];

export interface BrowsedEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

export interface BrowsedFolder {
  readonly path: string;
  /** Of this system. */
  readonly separator: string;
  /** `null`: the one above is not for the browser. */
  readonly parent: string | null;
  /** Folders that may be used, with all in them. */
  readonly roots: readonly string[];
  /** Folders first, each by name. */
  readonly entries: readonly BrowsedEntry[];
  /** There are more than are listed. */
  readonly isCut: boolean;
}

export interface Uploaded {
  /** On the machine that Heddle runs on. */
  readonly path: string;
}
