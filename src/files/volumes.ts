/**
 * What can be relied upon on the file system that a file lies on: whether inodes tell files apart, whether digests of
 * files may be remembered there, and whether sizes are what files hold.
 */
import { fstatSync, readFileSync, statSync, statfsSync } from 'node:fs';
import type { FsPath } from '../common/model/paths';
import { native } from './entries';
import { libc } from './libc';

// Magic numbers of statfs(2).
const EXT = 0xef53;
const XFS = 0x5846_5342;
const BTRFS = 0x9123_683e;
const F2FS = 0xf2f5_2010;
const TMPFS = 0x0102_1994;
const RAMFS = 0x8584_58f6;

/**
 * Local file systems that keep inodes and set the time of change with every write, also with the first one through a
 * memory map. tmpfs does not for those; FUSE, exFAT, FAT and network shares make up inodes or times, or let others
 * write behind the back of this machine; images that are mounted one after another (squashfs) come with whatever times
 * they were packed with; ZFS tells of writes through memory maps later. What is not known is not relied upon.
 */
const REMEMBERING: ReadonlySet<number> = new Set([EXT, XFS, BTRFS, F2FS]);
/** Of those, whose `f_fsid` is made of the UUID; the others have the device number there. */
const HAS_UUID: ReadonlySet<number> = new Set([EXT, BTRFS]);

/** Which keep nanoseconds. Of ext those that were made small keep whole seconds: what has a part of one tells. */
const NANOSECONDS: ReadonlySet<number> = new Set([EXT, XFS, BTRFS, F2FS, TMPFS, RAMFS]);

/** Where two names of one inode are names of one file. */
const REAL_INODES: ReadonlySet<number> = new Set([
  ...REMEMBERING,
  TMPFS,
  RAMFS,
  0x2fc1_2fc1, // ZFS
  0xca45_1a4e, // bcachefs
  0x794c_7630, // overlayfs
  0x6969, // NFS
  0x7371_7368, // squashfs
  0xe0f5_e1e2, // EROFS
  0x3153_464a, // JFS
  0x5265_4973, // ReiserFS
  0x7366_746e, // NTFS3
  0x2405_1905, // UBIFS
]);

/** The kernel makes up what is in them as it is read. */
const PSEUDO: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x6265_6572, // sysfs
  0x6462_6720, // debugfs
  0x7472_6163, // tracefs
  0x0027_e0eb, // cgroup
  0x6367_7270, // cgroup2
  0x7363_6673, // securityfs
  0x6265_6570, // configfs
  0xcafe_4a11, // bpf
  0x4249_4e4d, // binfmt_misc
  0xf97c_ff8c, // selinuxfs
  0x6573_5543, // fusectl
  0x6759_6969, // rpc_pipefs
  0x6e66_7364, // nfsd
]);

/** @param file an open file, or a path that is followed @returns 0 where the system does not say */
export function fileSystemType(file: number | FsPath): number {
  if (process.platform !== 'linux') return 0;
  return statfsSync(typeof file === 'number' ? `/proc/self/fd/${file}` : native(file)).type;
}

/** Elsewhere than on Linux the kind of file system is not told; inodes (file ids on NTFS) are taken as they are. */
export function hasRealInodes(file: number | FsPath): boolean {
  return process.platform !== 'linux' || REAL_INODES.has(fileSystemType(file));
}

/** Whether there is no device to write to. */
export function isInMemory(file: number | FsPath): boolean {
  try {
    const type = fileSystemType(file);
    return type === TMPFS || type === RAMFS;
  } catch {
    return false;
  }
}

/**
 * Whether one syncfs(2) has everything of the file system on its device, as a flush of each file would, and says so if it
 * could not; and whether no file gets a name any more once its journal, which syncfs tells of only from Linux 5.17 on,
 * could not be written. FUSE and overlayfs hand neither on, and the driver for ext2 leaves it in the device's own memory.
 */
export function isFlushedAsAWhole(fd: number): boolean {
  try {
    const type = fileSystemType(fd);
    if (type === XFS || type === BTRFS) return true;
    return type === EXT && /^ext[34]$/u.test(typeOfDevice(fstatSync(fd).dev) ?? '');
  } catch {
    return false;
  }
}

/** The kind of the mounted file system with a device number; `null`: none has it. */
function typeOfDevice(dev: number): string | null {
  // makedev(3), as glibc has it.
  const major = Math.floor(dev / 256) % 4096;
  const minor = (dev % 256) + Math.floor(dev / 2 ** 20) * 256;
  for (const line of readFileSync('/proc/self/mountinfo', 'latin1').split('\n')) {
    const fields = line.split(' ');
    if (fields[2] === `${major}:${minor}`) return fields[fields.indexOf('-', 6) + 1] ?? null;
  }
  return null;
}

/** Whether sizes are not what files hold, as in `/proc` and `/sys`. */
export function isPseudo(file: number | FsPath): boolean {
  try {
    return PSEUDO.has(fileSystemType(file));
  } catch {
    return false;
  }
}

let boot: string | null | undefined;

/** Of this start of the system: mounts are counted from it. */
export function bootId(): string | null {
  if (boot === undefined) {
    try {
      const id = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').replaceAll(/[^\da-f]/gu, '');
      boot = id.length === 32 ? id.slice(0, 16) : null;
    } catch {
      boot = null;
    }
  }
  return boot;
}

/**
 * Tells the file system, as it is mounted now, from every other that is, was or will be mounted: as soon as it is
 * unmounted, anything can be done to its files without a trace in their times.
 * @param file an open file, or a path that is followed
 * @returns `null` where digests of files are not to be remembered
 */
export function mountToRememberBy(file: number | FsPath): string | null {
  const start = bootId();
  if (start === null) return null;
  try {
    const system = libc()?.fileSystem(file) ?? null;
    if (system === null || !REMEMBERING.has(system.type)) return null;
    const mount = libc()?.mount(file) ?? null;
    // Numbers of mounts are given again (before Linux 6.8): then only a UUID tells what is mounted.
    if (mount === null || !(mount.isUnique || HAS_UUID.has(system.type))) return null;
    return `${start}.${mount.isUnique ? '' : 'm'}${mount.id}.${system.id}`;
  } catch {
    return null;
  }
}

/** One mounted file system, as a walk meets it. */
export interface Volume {
  readonly device: bigint;
  readonly hasRealInodes: boolean;
  readonly isPseudo: boolean;
  /** As {@link mountToRememberBy} says it; `null` where nobody asked. */
  readonly mount: string | null;
}

/** @param remember whether digests are asked for that are remembered */
export function volumeAt(path: FsPath, remember: boolean): Volume {
  const { dev } = statSync(native(path), { bigint: true });
  const type = fileSystemType(path);
  return {
    device: dev,
    hasRealInodes: process.platform !== 'linux' || REAL_INODES.has(type),
    isPseudo: PSEUDO.has(type),
    mount: remember && REMEMBERING.has(type) ? mountToRememberBy(path) : null,
  };
}

/** @param type as {@link fileSystemType} has it @returns whether a time of it that has a part of a second has all nine digits */
export function keepsNanoseconds(type: number): boolean {
  return NANOSECONDS.has(type);
}
