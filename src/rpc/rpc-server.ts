/** Answers programs that speak aria2's RPC, on one address and port. */
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { toErrorData } from '../common/model/errors';
import type { Engine } from '../engine';
import { isLoopback, listen, urlHost } from '../server/listening';
import { withoutLogin } from './requested';
import type { Result } from './download';
import { Downloads } from './downloads';
import { GlobalOptions } from './global-options';
import { HttpDoor, RPC_PATH } from './http';
import { Intake } from './intake';
import { JsonRpc } from './json-rpc';
import { makeMethods } from './methods';
import { Sockets } from './sockets';

export interface RpcOptions {
  readonly engine: Engine;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly secret: string;
  /** Pages that may ask, by their origins. */
  readonly origins: readonly string[];
  /** Where files go unless a program says otherwise: an absolute path. */
  readonly directory: string;
  /** A program asked for the end of this process; `null`: that is refused. */
  readonly onShutdown: (() => void) | null;
  /** A download has ended. */
  readonly onEnded?: (ended: { readonly uri: string; readonly result: Result }) => void;
}

export interface RpcServer {
  /** For clients: `http://127.0.0.1:6800/jsonrpc`. */
  readonly url: string;
  /** Who else can reach it, in a sentence; `null`: nobody. */
  readonly note: string | null;
  close(): Promise<void>;
}

const MOST_CONNECTIONS = 128;
const HEADERS_MS = 10_000;
const REQUEST_MS = 60_000;
const KEPT_MS = 30_000;
/** An answer that is on its way when it ends. */
const GRACE_MS = 200;

/** @throws HeddleError `rpc-port`, `rpc-elsewhere` */
export async function startRpc(options: RpcOptions): Promise<RpcServer> {
  const { engine, host } = options;
  const server = createServer({
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEPT_MS,
  });
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, { host, port: options.port }, 'rpc-port');
  const { address, port } = server.address() as AddressInfo;
  let downloads: Downloads;
  try {
    downloads = new Downloads(engine, (event, gid) => {
      clients.tell(event, gid);
      const { result = null, requested } = downloads.all.get(gid) ?? {};
      if (result !== null && event !== 'Start')
        options.onEnded?.({ uri: withoutLogin(requested?.uris[0] ?? ''), result });
    });
  } catch (error) {
    server.close();
    throw error;
  }
  const rpc = new JsonRpc(
    makeMethods({
      downloads,
      options: new GlobalOptions(engine, options.directory, () => port),
      onShutdown: options.onShutdown,
    }),
    options.secret,
    {
      begin: () => downloads.hold(),
      store: () => downloads.flush(),
    },
  );
  const parts = { rpc, intake: new Intake(), host, origins: new Set(options.origins) };
  const door = new HttpDoor(parts);
  const clients = new Sockets(server, parts);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (request, response) => {
    door.receive(request, response).catch((error: unknown) => {
      // Whoever asked has gone.
      if (!request.destroyed) process.emitWarning(toErrorData(error).message);
      response.destroy();
    });
  });
  engine.prepareThreads('download');
  downloads.begin();
  return {
    url: `http://${urlHost(host)}:${port}${RPC_PATH}`,
    note: isLoopback(address)
      ? null
      : `Whoever can reach port ${port} of this machine and has the secret can download to every folder that you can write. The secret and all answers go over the network unencrypted.`,
    close: async () => {
      downloads.close();
      clients.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const grace = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, GRACE_MS);
      await closed;
      clearTimeout(grace);
    },
  };
}
