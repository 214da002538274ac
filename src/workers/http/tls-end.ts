/** Whether TLS was told of its end (RFC 8446 §6.1): what has no other end is whole only then. */
import type { TLSSocket } from 'node:tls';

/** What node:tls has below a socket. */
interface TlsHandle {
  readonly reading?: boolean;
  /** The connection, or TLS to a proxy. */
  readonly _parent?: { readonly constructor: { readonly name: string }; readStart?(): number };
}

/**
 * node:tls ends a socket in the same way when close_notify comes and when the connection below ends without it. But
 * in the first case what is below is still being read, and says so to whoever wants to begin to.
 * @returns whether, once it has ended, it was cut off; `false` where that cannot be known
 */
export function watchEnd(socket: TLSSocket): () => boolean {
  let isCut = false;
  const push = socket.push.bind(socket);
  socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null) isCut = hasEndedBelow((socket as { readonly _handle?: TlsHandle | null })._handle);
    return push(chunk, encoding);
  };
  return () => isCut;
}

function hasEndedBelow(handle: TlsHandle | null | undefined): boolean {
  const parent = handle?._parent;
  if (handle == null || parent === undefined) return false;
  // Nobody reads while the socket is paused, so the end was within what had come before.
  if (handle.reading === false || !['TCP', 'TLSWrap'].includes(parent.constructor.name)) return false;
  // UV_EALREADY: it is being read.
  return parent.readStart?.() === 0;
}
