/** What a job lacks room for: its tasks wait until the disk has room for them, and none of them fails. */
import { readFileSync, realpathSync } from 'node:fs';
import type { ErrorData, LackOfRoom } from '../../common/model/errors';
import { displayPath, type FsPath } from '../../common/model/paths';
import { formatBytes } from '../../common/model/units';
import { native, parentPath } from '../../files/entries';
import { freeBytes } from '../../files/free-space';
import { mountOf, mountPoints } from '../../files/mounts';

/** So many in a row that found no room, and the others are not tried: each takes a request, or part of a file. */
const MOST_IN_A_ROW = 64;
/** Less than this is no reason to go on: something else may take it at once. */
const LEAST_GAIN_BYTES = 16 * 1024 * 1024;
/** Of a disk whose room is smaller than that. */
const LEAST_GAIN_SHARE = 0.01;

/** Where a job writes. */
export interface RoomNeeds {
  readonly folder: FsPath;
  /** Bytes that are to stay free there. */
  readonly keepFreeBytes: number;
}

/** Of one run of a job. */
export class Room {
  readonly #needs: RoomNeeds;
  #lacking = 0;
  #inARow = 0;
  #neededBytes = 0;
  #isExact = true;
  #freeBytes = Infinity;

  constructor(needs: RoomNeeds) {
    this.#needs = needs;
  }

  /** Tasks wait for room. */
  get isLacking(): boolean {
    return this.#lacking > 0;
  }

  /** No other task is to be tried. */
  get isUsedUp(): boolean {
    return this.#inARow >= MOST_IN_A_ROW;
  }

  /** A task found no room. @param neededBytes that it has still to write; `null`: not known */
  setAside(neededBytes: number | null): void {
    this.#lacking += 1;
    this.#inARow += 1;
    if (neededBytes === null) this.#isExact = false;
    else this.#neededBytes += neededBytes;
    this.#freeBytes = Math.min(this.#freeBytes, freeIn(this.#needs.folder) ?? Infinity);
  }

  /** A task found room. */
  fits(): void {
    this.#inARow = 0;
  }

  /** Why the job waits. */
  lack(): ErrorData {
    const { folder, keepFreeBytes } = this.#needs;
    // Files that found room when others had not may have taken it only since.
    const freeBytes = Math.min(this.#freeBytes, freeIn(folder) ?? Infinity);
    const free = Math.max(0, freeBytes - keepFreeBytes);
    const missing = Number.isFinite(free) ? Math.max(0, this.#neededBytes - free) : 0;
    return lackOfRoom(folder, freeBytes, missing, this.#isExact && !this.isUsedUp);
  }
}

/** Why a job waits that could not write something of its own to this folder: its rows, or its manifest. */
export function lackOfRoomFor(folder: FsPath): ErrorData {
  return lackOfRoom(folder, freeIn(folder) ?? 0, 0, false);
}

/** Whether it was the database that found no room (sqlite.org/rescode.html#full). */
export function isDatabaseFull({ code, cause }: ErrorData): boolean {
  return code === 'disk-full' && cause?.code.startsWith('SQLITE_') === true;
}

/** @param freeBytes what was free when it was found to be too little */
function lackOfRoom(folder: FsPath, freeBytes: number, missingBytes: number, isExact: boolean): ErrorData {
  const disk = diskOf(folder);
  const amount =
    missingBytes > 0 ? `${isExact ? '' : 'at least '}${formatBytes(missingBytes)} more` : 'more room';
  const isOne = missingBytes === 0;
  return {
    code: 'disk-full',
    message: `The disk is full: ${amount} ${isOne ? 'is' : 'are'} needed on ${displayPath(disk)}. The job continues when there is room.`,
    retryable: true,
    room: {
      disk: displayPath(disk),
      missingBytes,
      freeBytes: Number.isFinite(freeBytes) ? freeBytes : 0,
    },
  };
}

/** Whether a job that waits for room can go on. `null`: it cannot be told. */
export function hasRoom({ disk, missingBytes, freeBytes: before }: LackOfRoom): boolean | null {
  // It was unmounted: what is free there is on the disk below.
  if (displayPath(diskOf(disk)) !== disk) return null;
  const free = freeIn(disk);
  if (free === null) return null;
  return free - before >= Math.max(missingBytes, Math.min(LEAST_GAIN_BYTES, free * LEAST_GAIN_SHARE));
}

function freeIn(folder: FsPath): number | null {
  try {
    return freeBytes(existing(folder));
  } catch {
    return null;
  }
}

/** The folder, or the nearest one above it that is there. */
function existing(folder: FsPath): FsPath {
  for (let at = folder; ; at = parentPath(at)) {
    try {
      realpathSync(native(at));
      return at;
    } catch (error) {
      if (parentPath(at) === at) throw error;
    }
  }
}

/** Where the folder's file system is mounted; the folder itself where the system does not tell. */
function diskOf(folder: FsPath): FsPath {
  try {
    const real = realpathSync(native(existing(folder)), 'buffer').toString('latin1');
    const mount = mountOf(mountPoints(readFileSync('/proc/self/mountinfo', 'latin1')), real);
    return mount === '' ? folder : Buffer.from(mount, 'latin1').toString();
  } catch {
    return folder;
  }
}
