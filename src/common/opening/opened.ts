/** What comes in from outside: arguments of a second start, files opened with Heddle, links, drops, the clipboard. */

import type { JobSummary } from '../model/jobs';

export interface OpenedPath {
  /** Absolute. */
  readonly path: string;
  readonly isFolder: boolean;
}

/** What a `heddle:` link may ask for: a download. */
export interface LinkedDownload {
  readonly urls: readonly string[];
  /** What the file is called; of a single URL alone. */
  readonly name: string | null;
  /** `ALGORITHM=HEX`, lower case; of a single URL alone. */
  readonly checksum: string | null;
}

/** Text of the clipboard that is URLs, a line each. */
export interface ClipboardUrls {
  readonly text: string;
  readonly count: number;
}

/** Nothing of it happens before the user has said so. */
export type Opened =
  | { readonly type: 'paths'; readonly paths: readonly OpenedPath[] }
  | { readonly type: 'download'; readonly from: 'link' | 'arguments'; readonly download: LinkedDownload }
  /** A job that is to be shown: its notification was clicked. */
  | { readonly type: 'job'; readonly job: JobSummary }
  /** It is not understood, or not there. */
  | { readonly type: 'refused'; readonly message: string };
