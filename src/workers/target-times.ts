/**
 * Times as a target keeps them. FAT knows even seconds from 1980 on, ext2 and small ext4 whole seconds up to 2038, other
 * file systems microseconds: a copy's time is then not its source's, and the two are the same all the same.
 */
import { closeSync, lstatSync, openSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { joinPath, type FsPath } from '../common/model/paths';
import { errorCode, native, parentPath } from '../files/entries';
import { fileSystemType, keepsNanoseconds } from '../files/volumes';
import { setTimes } from './attributes';

const SECOND_NS = 1_000_000_000n;
const DAY_NS = 86_400n * SECOND_NS;
/** 128 years of 365¼ days. */
const YEARS_128_NS = 46_752n * DAY_NS;
/** The coarsest times that there are: those of FAT. */
const COARSEST_NS = 2n * SECOND_NS;
/** Some file systems keep microseconds, and copies made without a call for nanoseconds are a little off. */
const FINE_NS = 1_000_000n;
const MICROSECOND_NS = 1000n;
/** statfs(2) of FAT on Linux. */
const FAT = 0x4d44;
/** Has something in every place. */
const ODD_NS = 1_234_567_891_123_456_789n;

/** What is neither before the first nor after the last time that some file system knows. */
const EVERYWHERE = { from: ns('1980-01-02T00:00:00Z'), to: ns('2038-01-18T00:00:00Z') };
/** What file systems make of times before, or after, those that they know. FAT keeps local time. */
const FIRST_TIMES = [
  { at: ns('1901-12-13T20:45:52Z'), within: SECOND_NS },
  { at: 0n, within: SECOND_NS },
  { at: ns('1980-01-01T00:00:00Z'), within: DAY_NS },
];
const LAST_TIMES = [
  { at: ns('2038-01-19T03:14:07Z'), within: SECOND_NS },
  { at: ns('2107-12-31T23:59:58Z'), within: DAY_NS },
];

function ns(date: string): bigint {
  return BigInt(Date.parse(date)) * 1_000_000n;
}

/** What is asked of: a file at the target, and the folder on its file system where times may be tried out. */
export interface TimedTarget {
  readonly target: FsPath;
  readonly there: BigIntStats;
  /** `null`: nothing may be written. It is then told by what the file's times look like. */
  readonly scratch: FsPath | null;
}

/** As one worker knows them. */
export class TargetTimes {
  /** By device: how far a time that is read there may be from the one that was set; nanoseconds. */
  readonly #slacks = new Map<bigint, bigint>();
  readonly #typeOf: typeof fileSystemType;

  /** @param typeOf a folder's file system; replaceable for tests */
  constructor(typeOf = fileSystemType) {
    this.#typeOf = typeOf;
  }

  /** Whether the target has the time that it would get from a source of `mtimeNs`. */
  isSame(mtimeNs: bigint, target: TimedTarget): boolean {
    const apart = distance(target.there.mtimeNs, mtimeNs);
    if (apart === 0n) return true;
    if (apart < FINE_NS) return apart <= this.#slack(target);
    if (apart > COARSEST_NS && isKeptEverywhere(mtimeNs)) return false;
    const kept = this.#kept(mtimeNs, target);
    return kept !== null && distance(kept, target.there.mtimeNs) < FINE_NS;
  }

  /** Whether the target is older than a source of `mtimeNs`, by times as the target keeps them. */
  isOlder(mtimeNs: bigint, target: TimedTarget): boolean {
    return target.there.mtimeNs < mtimeNs && !this.isSame(mtimeNs, target);
  }

  /** What becomes of a time there; `null`: that cannot be told. */
  #kept(mtimeNs: bigint, { target, there, scratch }: TimedTarget): bigint | null {
    const fine = scratch === null ? isFineByLooks(there) : this.#slack({ target, there, scratch }) < FINE_NS;
    // What is set is not always what is read later: some drivers cut times only when they write them to the disk.
    if (!fine && isCut(mtimeNs, there.mtimeNs)) return there.mtimeNs;
    if (scratch !== null) return tryOut(mtimeNs, scratch);
    const grain = fine ? FINE_NS : mayBeFat(this.#typeOf(parentPath(target))) ? COARSEST_NS : SECOND_NS;
    return distance(there.mtimeNs, mtimeNs) < grain ? there.mtimeNs : null;
  }

  /** @returns as much as {@link COARSEST_NS} where it is more than a millisecond */
  #slack({ target, there, scratch }: TimedTarget): bigint {
    if (scratch === null) {
      const hasNanoseconds =
        there.mtimeNs % MICROSECOND_NS !== 0n ||
        there.ctimeNs % MICROSECOND_NS !== 0n ||
        // One time in a thousand ends in three zeros by chance.
        (isFineByLooks(there) && keepsNanoseconds(this.#typeOf(parentPath(target))));
      return hasNanoseconds ? 0n : FINE_NS;
    }
    let slack = this.#slacks.get(there.dev);
    if (slack === undefined) {
      const kept = tryOut(ODD_NS, scratch);
      const off = kept === null ? COARSEST_NS : distance(kept, ODD_NS);
      slack = off === 0n ? 0n : off < MICROSECOND_NS ? MICROSECOND_NS : off < FINE_NS ? FINE_NS : COARSEST_NS;
      this.#slacks.set(there.dev, slack);
    }
    return slack;
  }
}

/** Times that a file system cannot hold become the first or last one that it can. */
function isCut(asked: bigint, kept: bigint): boolean {
  return (
    FIRST_TIMES.some(({ at, within }) => asked < at && distance(kept, at) <= within) ||
    LAST_TIMES.some(({ at, within }) => asked > at && distance(kept, at) <= within) ||
    isWrapped(asked, kept)
  );
}

/** FAT and exFAT keep years in seven bits, and some drivers count each fourth as a leap year: 2200 becomes 2072. */
function isWrapped(asked: bigint, kept: bigint): boolean {
  const apart = asked - kept;
  return apart > COARSEST_NS && (apart + COARSEST_NS) % YEARS_128_NS <= 2n * COARSEST_NS;
}

function isKeptEverywhere(time: bigint): boolean {
  return time >= EVERYWHERE.from && time <= EVERYWHERE.to;
}

/** The system sets the time of change itself, as finely as the file system keeps it. */
function isFineByLooks({ mtimeNs, ctimeNs }: BigIntStats): boolean {
  return mtimeNs % SECOND_NS !== 0n || ctimeNs % SECOND_NS !== 0n;
}

/** @param type 0: the system does not say, as Windows does not */
function mayBeFat(type: number): boolean {
  return type === FAT || type === 0;
}

/** Gives a file of our own the time, and reads what it has then. */
function tryOut(time: bigint, scratch: FsPath): bigint | null {
  const path = joinPath(scratch, `times-${threadId}`);
  try {
    try {
      setTimes(path, time, time);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      closeSync(openSync(native(path), 'w', 0o600));
      setTimes(path, time, time);
    }
    return lstatSync(native(path), { bigint: true }).mtimeNs;
  } catch {
    return null;
  }
}

function distance(a: bigint, b: bigint): bigint {
  return a < b ? b - a : a - b;
}
