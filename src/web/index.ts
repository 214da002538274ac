/** The window in a browser: opens the front of an engine, for this machine alone unless it is told otherwise. */
import { lookup } from 'node:dns/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { HeddleError } from '../common/model/errors';
import type { Engine, StartCostProcess } from '../engine';
import { isAny, isLoopback, listen, urlHost } from '../server/listening';
import { Pages } from './pages';
import { LEAST_PASSWORD, MOST_PASSWORD, Password } from './password';
import { Roots } from './roots';
import { Front, USUAL_PATIENCE, makeServer, type Patience, type Tls } from './server';
import { OneTimeToken, Sessions } from './sessions';
import { Streams } from './streams';
import { Uploads } from './uploads';

export { USUAL_PORT } from './usual-port';

export interface WebOptions {
  readonly engine: Engine;
  readonly dataDirectory: string;
  /** The folder of the build. */
  readonly out: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Folders that browsers may use. */
  readonly roots: readonly string[];
  /** `null`: whoever has the link; of a front that others can reach, there has to be one. */
  readonly password: string | null;
  readonly tls: Tls | null;
  /** How browsers reach it where that is not as it listens: behind a reverse proxy. */
  readonly publicUrl: URL | null;
  readonly patience?: Patience;
  readonly startCostProcess?: StartCostProcess;
  /** Is told of each link for one browser, the first one included. */
  readonly onLink: (link: string) => void;
}

export interface Web {
  /** Without a token. */
  readonly url: string;
  readonly port: number;
  /** What those who start it have to know. */
  readonly notes: readonly string[];
  /** For one browser; `null`: there is a password. */
  link(): string | null;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** @throws HeddleError `usage`, `web-port`, `web-root` or `web-tls` */
export async function openWeb(options: WebOptions): Promise<Web> {
  const { engine, dataDirectory, host, port, tls, publicUrl, patience = USUAL_PATIENCE } = options;
  const address = await addressOf(host);
  const isOpen = !isLoopback(address);
  checkPassword(options.password, isOpen);
  const uploads = await Uploads.open(dataDirectory);
  let front: Front | null = null;
  const server = made(tls, patience, () => front);
  let streams: Streams | null = null;
  try {
    const roots = await Roots.open({ roots: options.roots, dataDirectory, uploads: uploads.folder });
    const password = options.password === null ? null : await Password.of(options.password);
    await listen(server, { port, host: address }, 'web-port');
    const bound = server.address() as AddressInfo;
    const isSecure = tls !== null || publicUrl?.protocol === 'https:';
    const url = publicUrl?.origin ?? `${tls === null ? 'http' : 'https'}://${shownHost(host)}:${bound.port}`;
    const token = password === null ? new OneTimeToken() : null;
    const link = (): string | null => (token === null ? null : `${url}/?token=${token.current}`);
    const tell = (): void => {
      options.onLink(link() ?? `${url}/`);
    };
    streams = new Streams(engine);
    front = new Front({
      engine,
      dataDirectory,
      out: options.out,
      ...(options.startCostProcess === undefined ? {} : { startCostProcess: options.startCostProcess }),
      roots,
      guard: { hosts: [host, ...(publicUrl === null ? [] : [publicUrl.hostname])], isSecure },
      sessions: new Sessions(isSecure, bound.port),
      token,
      password,
      pages: new Pages(join(options.out, 'renderer')),
      streams,
      uploads,
      patience,
      onLinkUsed: tell,
    });
    tell();
    const news = streams;
    return {
      url,
      port: bound.port,
      notes: isOpen && !isSecure ? [UNPROTECTED] : [],
      link,
      close: async () => {
        news.close();
        uploads.close();
        await ended(server);
      },
    };
  } catch (error) {
    streams?.close();
    uploads.close();
    await ended(server);
    throw error;
  }
}

const UNPROTECTED =
  'Passwords and everything else cross the network unencrypted. Use --tls-cert and --tls-key, or a reverse proxy with --public-url.';

function made(tls: Tls | null, patience: Patience, front: () => Front | null): Server {
  try {
    return makeServer(tls, patience, (request, response) => {
      const open = front();
      if (open === null) response.destroy();
      else void open.take(request, response);
    });
  } catch (error) {
    throw new HeddleError(
      'web-tls',
      `The certificate or its key cannot be used: ${(error as Error).message}.`,
      {
        cause: error,
      },
    );
  }
}

function checkPassword(password: string | null, isOpen: boolean): void {
  if (password === null) {
    if (!isOpen) return;
    throw new HeddleError(
      'usage',
      'Others can reach this address, so a password is needed: give --password-file, or HEDDLE_WEB_PASSWORD in the environment. See: heddle help web',
    );
  }
  if (password.length < LEAST_PASSWORD || password.length > MOST_PASSWORD)
    throw new HeddleError('usage', `A password has ${LEAST_PASSWORD} to ${MOST_PASSWORD} characters.`);
}

/** Digits: whether others can reach it must not depend on who is asked later. */
async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw new HeddleError('web-port', `No address of ${host} was found. Give an address of this machine.`, {
      cause: error,
    });
  }
}

function ended(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

/** Where others are to come from, the machine's own name is of more use than "any address". */
function shownHost(host: string): string {
  return isAny(host) ? hostname() : urlHost(host);
}
