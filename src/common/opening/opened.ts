/** What comes in from outside: arguments of a second start, files opened with Heddle, links, drops, the clipboard. */

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

/** Nothing of it happens before the user has said so. */
export type Opened =
  | { readonly type: 'paths'; readonly paths: readonly OpenedPath[] }
  | { readonly type: 'download'; readonly from: 'link' | 'arguments'; readonly download: LinkedDownload }
  /** It is not understood, or not there. */
  | { readonly type: 'refused'; readonly message: string };
