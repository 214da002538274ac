/** What an experiment ran on. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Machine } from '../../common/experiments/experiment';
import { VERSION } from '../../common/model/version';

/** By the magic numbers of statfs(2). */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x01021994: 'tmpfs',
  0x858458f6: 'ramfs',
  0x794c7630: 'overlay',
  0x9123683e: 'btrfs',
  0x58465342: 'xfs',
  0x2fc12fc1: 'zfs',
  0xf2f52010: 'f2fs',
  0xca451a4e: 'bcachefs',
  0x6969: 'nfs',
  0xff534d42: 'cifs',
  0xfe534d42: 'smb2',
  0x517b: 'smb',
  0x65735546: 'fuse',
  0x01021997: '9p',
  0x4d44: 'vfat',
  0x2011bab0: 'exfat',
  0x7366746e: 'ntfs3',
  0x5346544e: 'ntfs',
  0xf15f: 'ecryptfs',
  0x73717368: 'squashfs',
  0x9660: 'iso9660',
};

/** File systems whose files are nowhere but in memory. */
const IN_MEMORY: ReadonlySet<string> = new Set(['tmpfs', 'ramfs']);

export function isInMemory(fileSystem: string): boolean {
  return IN_MEMORY.has(fileSystem);
}

/** @param path of something that may not exist yet */
export async function fileSystemOf(path: string): Promise<string> {
  try {
    const { type } = await statfs(path);
    const magic = type >>> 0;
    return FILE_SYSTEMS[magic] ?? `0x${magic.toString(16)}`;
  } catch {
    const parent = dirname(path);
    return parent === path ? 'unknown' : fileSystemOf(parent);
  }
}

export async function machineOf(place: string): Promise<Machine> {
  const versions: Readonly<Record<string, string | undefined>> = process.versions;
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    fileSystem: await fileSystemOf(place),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    electron: versions['electron'] ?? null,
    heddle: VERSION,
  };
}
