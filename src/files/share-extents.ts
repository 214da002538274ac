/**
 * Makes a file share the blocks of another one with the same content (reflinks), where the file system can: btrfs, XFS,
 * bcachefs. The system compares what is shared while nobody can write to it (ioctl_fideduperange(2)), so no content can
 * get lost, and the file stays as it is but for where its bytes lie: its inode, owner, attributes and times.
 */
import { constants } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { loadKoffi, type Call } from './koffi';

/** `_IOWR(0x94, 54, struct file_dedupe_range)`, on the processors below. */
const FIDEDUPERANGE = 0xc0189436;
const PROCESSORS: ReadonlySet<string> = new Set(['x64', 'arm64', 'riscv64', 'loong64']);
/** Of one call, which takes a few milliseconds; a multiple of every block size. */
const STEP_BYTES = 4 * 1024 * 1024;
/** `struct file_dedupe_range` with one `struct file_dedupe_range_info`. */
const LENGTH_AT = 8;
const COUNT_AT = 16;
const TARGET_AT = 24;
const TARGET_OFFSET_AT = 32;
const SHARED_AT = 40;
const STATUS_AT = 48;
const ALL_BYTES = 56;
const DIFFERS = 1;

/** `unable`: the file system cannot, or not these files. */
export type Shared = 'shared' | 'differs' | 'unable' | 'other-file-system';

let loaded: { readonly ioctl: Call; readonly errno: () => number } | null | undefined;

function load(): NonNullable<typeof loaded> | null {
  if (process.platform !== 'linux' || !PROCESSORS.has(process.arch)) return null;
  try {
    const koffi = loadKoffi();
    return {
      ioctl: koffi.load(null).func('int ioctl(int fd, unsigned long request, void *argument)'),
      errno: () => koffi.errno(),
    };
  } catch {
    return null;
  }
}

/**
 * @param from descriptor of the file whose blocks are shared
 * @param to descriptor of the one that shares them, of the same size
 * @throws with `code`, for other reasons than those of {@link Shared}
 */
export async function shareExtents(from: number, to: number, size: number): Promise<Shared> {
  loaded ??= load();
  if (loaded === null) return 'unable';
  const range = Buffer.alloc(ALL_BYTES);
  for (let at = 0; at < size;) {
    range.fill(0);
    range.writeBigUInt64LE(BigInt(at), 0);
    range.writeBigUInt64LE(BigInt(Math.min(STEP_BYTES, size - at)), LENGTH_AT);
    range.writeUInt16LE(1, COUNT_AT);
    range.writeBigInt64LE(BigInt(to), TARGET_AT);
    range.writeBigUInt64LE(BigInt(at), TARGET_OFFSET_AT);
    const failed = Number(loaded.ioctl(from, FIDEDUPERANGE, range)) !== 0;
    // What concerns one target stands with it.
    const status = range.readInt32LE(STATUS_AT);
    if (!failed && status === DIFFERS) return 'differs';
    const errno = failed ? loaded.errno() : -status;
    if (errno > 0) return unshared(errno);
    const shared = Number(range.readBigUInt64LE(SHARED_AT));
    // Older systems leave out what does not fill the last block.
    if (shared === 0) return at === 0 ? 'unable' : 'shared';
    at += shared;
    await turn();
  }
  return 'shared';
}

function unshared(errno: number): Shared {
  const { EXDEV, EINVAL, ENOTTY, EOPNOTSUPP, ENOSYS } = constants.errno;
  if (errno === EXDEV) return 'other-file-system';
  if ([EINVAL, ENOTTY, EOPNOTSUPP, ENOSYS].includes(errno)) return 'unable';
  const code = Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? 'EIO';
  throw Object.assign(new Error(`${code}: ioctl`), { code, syscall: 'ioctl' });
}
