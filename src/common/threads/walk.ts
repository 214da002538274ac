/**
 * Messages between a planner and the thread that walks folders for it. The
 * planner pulls: each `next` is answered by one `entries`, so nothing piles up.
 */
import type { ErrorData } from '../model/errors';
import type { PlannedChunk } from '../model/packet';
import type { FileIdentity } from '../model/tasks';
import type { CopyRoot } from './worker-options';
import type { FsPath } from '../model/paths';
import type { WalkRules } from '../model/walk-rules';

/** Begins the name of every folder that holds temporary files; walks pass such folders over. */
export const WORK_DIRECTORY_PREFIX = '.heddle-work-';

export interface WalkData {
  readonly role: 'walk';
  readonly roots: readonly FsPath[];
  readonly rules: WalkRules;
  /** Say of each file which one it is, or of those with several names alone; costs a little. */
  readonly identify: boolean | 'links';
  /** Say of each file on which mount its digests may be remembered. */
  readonly remember?: boolean;
  /** A root that is a symbolic link is what it leads to: it was named. */
  readonly followRoots?: boolean;
  /** Go on behind this entry; entries come in one fixed order (roots in turn, each bytewise by path). */
  readonly after: WalkCursor | null;
  /** The roots are targets of these: say of each entry what it is at its source. */
  readonly sources?: readonly FsPath[];
  /** Give the tasks that entries become, by the packet, instead of the entries. */
  readonly plan?: EntryPlan;
}

/** What becomes of entries, where that needs nothing but the entries. */
export type EntryPlan =
  | {
      readonly kind: 'hash';
      readonly roots: readonly FsPath[];
      /** Links inside folders are followed. */
      readonly follows: boolean;
    }
  | { readonly kind: 'copy'; readonly roots: readonly CopyRoot[] };

/** What an entry of a copy's target is at the source. */
export interface Counterpart {
  /** Where it is at the source, or would be. */
  readonly path: FsPath;
  readonly isThere: boolean;
}

export interface WalkCursor {
  readonly root: number;
  /** Path below the root; '' is the root itself. */
  readonly relative: FsPath;
}

export interface WalkEntry extends WalkCursor {
  /** `special`: a FIFO, socket or device, never opened. `error`: could not be read. */
  readonly type: 'file' | 'symlink' | 'folder' | 'special' | 'error';
  readonly path: FsPath;
  /** Bytes, of files. */
  readonly size: number | null;
  /** Of files, where it was asked for. */
  readonly identity: FileIdentity | null;
  /** Its size is not what it holds, as in `/proc`; said where identities were asked for. */
  readonly isPseudo?: true;
  /** Names of the file on its file system, where it was asked for; else 1. */
  readonly links: number;
  /** Why, for `special` and `error`. */
  readonly reason: ErrorData | null;
  /** Where sources were given. */
  readonly counterpart?: Counterpart;
}

export interface ToWalker {
  readonly type: 'next';
  readonly limit: number;
}

/** `done`: nothing more comes. */
export type FromWalker =
  | { readonly type: 'entries'; readonly entries: readonly WalkEntry[]; readonly done: boolean }
  /** `null`: no entry was left. */
  | { readonly type: 'planned'; readonly chunk: WalkedChunk | null; readonly done: boolean };

export interface WalkedChunk extends PlannedChunk {
  /** Of files, by their offsets, where it was asked for. */
  readonly identities: readonly (readonly [offset: number, identity: FileIdentity])[];
}
