/** What can be said of a copy beside its sources and its destination. */
import { displayPath, type FsPath } from './paths';
import { z } from 'zod';

/**
 * What to do where a target exists and differs from its source.
 * - `refuse`: leave it, and fail the task, so that somebody can be asked
 * - `skip`: leave it
 * - `overwrite`: replace it
 * - `newer`: replace it if the source was modified later, else leave it
 * - `number`: leave it, and give the copy a number
 */
export const COPY_POLICIES = ['refuse', 'skip', 'overwrite', 'newer', 'number'] as const;
export type CopyPolicy = (typeof COPY_POLICIES)[number];

/**
 * Where sources go.
 * - `named`: into the destination, each under its own name
 * - `contents`: of folders, what is in them
 * - `exact`: the one source becomes the destination; of a folder that is what is in it
 */
export const COPY_LAYOUTS = ['named', 'contents', 'exact'] as const;
export type CopyLayout = (typeof COPY_LAYOUTS)[number];

/** Whether a path, as it was written, means what is in a folder. @param sep of this system, besides `/` */
export function isWrittenAsContents(path: FsPath, sep: string): boolean {
  const text = displayPath(path);
  const last = text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf(sep)) + 1);
  return ['', '.', '..'].includes(last);
}

/** The first file that a copy makes, to be shown before anything starts. */
export interface FirstCopied {
  readonly source: string;
  readonly target: string;
}

export const copyOptionsSchema = z.lazy(() =>
  z.strictObject({
    existing: z.enum(COPY_POLICIES),
    /** Read the target back from the device and compare, also where it was there already. */
    verify: z.boolean(),
    /** Tell what is there already by its content instead of its time. */
    checksum: z.boolean(),
    /** Flush each file before it is called done. */
    sync: z.boolean(),
    /** Only find out what would happen. */
    dryRun: z.boolean(),
    /** Delete at the target what is not at the source. */
    mirror: z.boolean(),
    /** Write into a file that is to be replaced where nothing can be renamed over it; not in one step. */
    inPlace: z.boolean(),
  }),
);
export type CopyOptions = z.infer<typeof copyOptionsSchema>;

export const DEFAULT_COPY_OPTIONS: CopyOptions = {
  existing: 'refuse',
  verify: false,
  checksum: false,
  sync: true,
  dryRun: false,
  mirror: false,
  inPlace: false,
};

/** How a file's bytes got to the target: shared blocks, copied inside the kernel, or read and written. */
export type CopyMethod = 'reflink' | 'in-kernel' | 'read-write';

/** How the copying of one file went; times in milliseconds. */
export interface CopyFacts {
  readonly method: CopyMethod;
  /** Reading and writing; inside the kernel they are one. */
  readonly dataMs: number;
  /** Until the device had it; `null`: not waited for. */
  readonly flushMs: number | null;
  /** Reading it back; `null`: not asked for. */
  readonly verifyMs: number | null;
  /** Bytes that were there from an earlier attempt. */
  readonly kept: number;
}

/** What a target may be unable to keep of a file. */
export const LOST = ['owner', 'mode', 'attributes', 'times'] as const;
export type Lost = (typeof LOST)[number];

/** Told before a work directory is made that the job does not know of yet: it is to go with the job's end. */
export interface WorkDirectoryNote {
  readonly workDirectory: FsPath;
}
