/**
 * A file server for trials and comparisons: one folder, read only, on the loopback interface unless it is told
 * otherwise. This is its door; `src/server` is what answers.
 */
import { createServer, type AddressInfo } from 'node:net';
import type { ServingFrame } from '../../common/model/frames';
import type { FileServerOptions, ServeReading } from '../../common/threads/serve';
import { isAny, isLoopback, listen, urlHost } from '../../server/listening';
import { servedFolder } from '../../server/served-folder';
import type { Threads } from '../pool';
import { OwnConnections, SpreadConnections, type Connections, type TellNews } from './connections';
import { descriptors } from './descriptors';
import { ServeWatch } from './serve-watch';

export type { ServeReading, ServeThreadReading } from '../../common/threads/serve';

export interface ServeOptions {
  /** What is served; nothing outside of it is, whatever links say. Names that begin with a dot are not. */
  readonly directory: string;
  /** 0 or missing: any free one. */
  readonly port?: number;
  /** Before each answer. */
  readonly latencyMs?: number;
  /** Each answer waits `latencyMs`, give or take up to this much: uniformly distributed, never below 0. */
  readonly jitterMs?: number;
  /** Of each connection; missing or `null`: unlimited. */
  readonly bytesPerSecond?: number | null;
  /** Share of requests, 0 to 1, that are answered 503: for each one chance decides anew. */
  readonly errorShare?: number;
  /** Missing: 127.0.0.1. */
  readonly host?: string;
  /** Threads that connections are spread over, two at least; missing: this one answers all. */
  readonly spread?: { readonly threads: Threads; readonly count: number };
  /** Whether {@link RunningServer.frame} is to have the requests; they are told a few times a second then. */
  readonly watched?: boolean;
}

export interface RunningServer {
  /** Without a slash at its end. Where it listens on every address, the one by which this machine reaches itself. */
  readonly url: string;
  /** What the user should know: who else can reach it, or why one thread does all. A sentence each. */
  readonly notes: readonly string[];
  /** Cheap: what each thread has done so far. */
  read(): ServeReading;
  /** What each thread does, as a strip shows it, with the requests that ended since the frame before. */
  frame(): ServingFrame;
  /** Ends every connection and every thread. */
  close(): Promise<void>;
}

/** Connections that may wait to be accepted: bulk downloads open thousands at once. The system may allow fewer. */
const BACKLOG = 4096;
const ONE_THREAD = 'Connections cannot be handed to other threads on this system: one thread answers all.';

/** @throws HeddleError `serve-folder`, `serve-port` */
export async function serveDirectory(options: ServeOptions): Promise<RunningServer> {
  const host = options.host ?? '127.0.0.1';
  const how: FileServerOptions = {
    root: await servedFolder(options.directory, 'serve-folder'),
    host,
    latencyMs: options.latencyMs ?? 0,
    jitterMs: options.jitterMs ?? 0,
    bytesPerSecond: options.bytesPerSecond ?? null,
    errorShare: options.errorShare ?? 0,
    watched: options.watched ?? false,
  };
  const watch = new ServeWatch();
  const tell: TellNews = (thread, news) => {
    watch.take(thread, news);
  };
  const { spread } = options;
  const handing = spread === undefined || spread.count < 2 ? null : descriptors();
  const connections: Connections =
    spread === undefined || handing === null
      ? new OwnConnections(how, tell)
      : await SpreadConnections.start(spread.threads, spread.count, how, handing, tell);

  // What another thread is to read must not be read here.
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: handing !== null }, (socket) => {
    connections.take(socket);
  });
  try {
    await listen(server, { port: options.port ?? 0, host, backlog: BACKLOG }, 'serve-port');
  } catch (error) {
    await connections.close();
    throw error;
  }
  const bound = server.address() as AddressInfo;
  const notes = isLoopback(bound.address) ? [] : [exposed(bound, options.directory)];
  if (spread !== undefined && spread.count > 1 && handing === null) notes.push(ONE_THREAD);
  return {
    url: `http://${urlHost(host)}:${bound.port}`,
    notes,
    read: () => ({ atMs: performance.now(), threads: connections.read() }),
    frame: () => watch.frame(connections.read()),
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      await connections.close();
      await closed;
    },
  };
}

function exposed({ address, port }: AddressInfo, directory: string): string {
  const where = isAny(address) ? `port ${port} of any address of this machine` : `${address}, port ${port},`;
  return `Whoever can reach ${where} can read every file in ${directory} that does not begin with a dot. There is no password.`;
}
