/**
 * node:http2 ends the whole process when a session is collected before one of its streams that was left in the middle of
 * header fields, as a server's broken answer leaves it (nodejs/node#39951: "current_nghttp2_memory_ == 0"). So what is
 * below a session is held until what is below its streams is gone.
 */
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';

/** Nothing is to be done when a stream has gone: its session is not held any more. */
const streams = new FinalizationRegistry<object>(() => undefined);
let symbol: symbol | undefined;

export function outlive(session: ClientHttp2Session, stream: ClientHttp2Stream): void {
  const [below, above] = [handleOf(stream), handleOf(session)];
  if (below !== null && above !== null) streams.register(below, above);
}

/** What node:http2 has below a session or a stream; it lets go of it when that is destroyed. */
function handleOf(of: object): object | null {
  symbol ??= Object.getOwnPropertySymbols(of).find(({ description }) => description === 'kHandle');
  const handle = symbol === undefined ? null : (of as Readonly<Record<symbol, unknown>>)[symbol];
  return typeof handle === 'object' ? handle : null;
}
