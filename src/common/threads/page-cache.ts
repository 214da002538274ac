/** Messages to the thread that takes files out of the system's page cache. */

export interface PageCacheData {
  readonly role: 'page-cache';
  /** Files and folders, absolute; links are not followed. */
  readonly paths: readonly string[];
}

/** Answered once; then the thread ends. */
export interface PageCacheAnswer {
  /** Files that the system was asked to drop. */
  readonly files: number;
  /** Whether there is a call for it here. */
  readonly possible: boolean;
}
