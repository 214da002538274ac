/**
 * Descriptors of accepted connections, for handing them to other threads. All threads of a process share them, but each
 * socket object closes its own: a connection that changes hands gets a second descriptor, and the first is closed.
 */
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { loadKoffi, type Call, type Koffi } from '../../files/koffi';

/** Linux's number for "duplicate, and close it where another program is started". */
const F_DUPFD_CLOEXEC = 1030;

export class Descriptors {
  readonly #koffi: Koffi;
  readonly #fcntl: Call;

  constructor(koffi: Koffi) {
    this.#koffi = koffi;
    this.#fcntl = koffi.load(null).func('int fcntl(int fd, int command, ...)');
  }

  /**
   * A second descriptor of a connection of this thread. It belongs to whoever asked.
   * @throws Error with a `code`, such as `EMFILE`
   */
  duplicate(socket: Socket): number {
    const fd = descriptorOf(socket);
    const copy = fd === null ? -1 : Number(this.#fcntl(fd, F_DUPFD_CLOEXEC, 'int', 0));
    if (copy >= 0) return copy;
    const errno = fd === null ? constants.errno.EBADF : this.#koffi.errno();
    const code = Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? 'EUNKNOWN';
    throw Object.assign(new Error(`${code}: fcntl`), { code, errno, syscall: 'fcntl' });
  }
}

/** Node has no public name for it; on Linux the handle of a connection has had this one since it exists. */
function descriptorOf(socket: Socket): number | null {
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: number } | null };
  return typeof handle?.fd === 'number' && handle.fd >= 0 ? handle.fd : null;
}

/** `null`: this system, or what is installed on it, cannot hand connections over. */
export function descriptors(): Descriptors | null {
  if (process.platform !== 'linux') return null;
  try {
    return new Descriptors(loadKoffi());
  } catch {
    return null;
  }
}
