/** Connections through a proxy, where the user or the environment names one; the code for it is loaded only then. */
import type { Dispatcher } from 'undici';
import { HeddleError } from '../common/model/errors';
import { readProxyAddress } from '../common/model/proxy-address';
import { errorCode } from '../files/entries';
import { contextOf, trustingConnector, type Connector } from './trust';

/** Makes the connections to an origin. */
export type MakePool = (origin: string | URL, connect: Connector) => Dispatcher;

export interface ProxyOptions {
  /** What the user says; `null`: what the environment says. */
  readonly proxy: string | null;
  readonly connectMs: number;
  /** PEM certificates to trust beside the usual ones. */
  readonly own: string | null;
  /** Of every connection. */
  readonly limits: {
    readonly pipelining: number;
    readonly headersTimeout: number;
    readonly bodyTimeout: number;
  };
  /** For hosts that need no proxy. */
  readonly direct: Connector;
  /** For connections to servers, not to the proxy; they offer HTTP/2. `null`: undici's own, over HTTP/1.1. */
  readonly pool: MakePool | null;
  readonly watching: (connect: Connector) => Connector;
}

function fromEnvironment(name: string): string | null {
  const value = process.env[name] ?? process.env[name.toUpperCase()] ?? '';
  return value === '' ? null : value;
}

export function isProxyNamed(proxy: string | null): boolean {
  return proxy !== null || ['http_proxy', 'https_proxy'].some((name) => fromEnvironment(name) !== null);
}

/** @throws HeddleError `bad-proxy` */
export async function openProxied(options: ProxyOptions): Promise<Dispatcher> {
  const { proxy, connectMs, own, limits, direct, pool, watching } = options;
  // It needs what only the whole package sets up.
  const { EnvHttpProxyAgent, Pool } = await import('undici');
  const httpProxy = addressOf(proxy ?? fromEnvironment('http_proxy'));
  const httpsProxy = addressOf(proxy ?? fromEnvironment('https_proxy'));
  const connectToProxy = explaining(trustingConnector({ timeout: connectMs }, own));
  return new EnvHttpProxyAgent({
    ...limits,
    // Many proxies let CONNECT through to port 443 alone, so plain HTTP is asked of the proxy itself.
    proxyTunnel: false,
    requestTls: { secureContext: contextOf(true, own), allowH2: pool !== null },
    // For tunnels: a proxy that does not say whether it makes one is waited for as a connection is.
    clientFactory: (origin) =>
      new Pool(origin, { ...limits, allowH2: false, headersTimeout: connectMs, connect: connectToProxy }),
    // A connector is given where the proxy is in between: for plain HTTP it leads to the proxy, else through a tunnel.
    factory: (origin, given: { readonly connect?: unknown }) => {
      const through = typeof given.connect === 'function' ? (given.connect as Connector) : null;
      const toProxy = httpProxy !== null && originOf(String(origin)) === originOf(httpProxy);
      const connect = through === null ? direct : watching(toProxy ? connectToProxy : through);
      return pool === null
        ? new Pool(origin, { ...given, ...limits, allowH2: false, connect })
        : pool(origin, connect);
    },
    ...(httpProxy === null ? {} : { httpProxy }),
    ...(httpsProxy === null ? {} : { httpsProxy }),
    ...(proxy === null ? {} : { noProxy: '' }),
  });
}

function addressOf(text: string | null): string | null {
  if (text === null) return null;
  const address = readProxyAddress(text);
  if (address !== null) return address;
  throw new HeddleError('bad-proxy', 'The proxy is not a valid address. Give it as http://host:port.');
}

function originOf(text: string): string {
  return new URL(text).origin;
}

/** What fails on the way to the proxy is not the server's fault, and is not said to be. */
function explaining(connect: Connector): Connector {
  return (target, callback) =>
    connect(target, (...result) => {
      const [error] = result;
      if (error === null) {
        callback(...result);
        return;
      }
      const { host } = target;
      const why = errorCode(error) ?? error.message;
      callback(
        new HeddleError('proxy-unreachable', `The proxy ${host ?? ''} cannot be reached (${why}).`, {
          retryable: true,
          cause: error,
        }),
        null,
      );
    });
}

/** What undici says of a proxy that answers but does not let through; `null`: it is not about that. */
export function proxyRefusal(error: unknown): HeddleError | null {
  const message = error instanceof Error ? error.message : '';
  const [, status] = /^Proxy (?:response|Authentication Required) \((\d{3})\)/u.exec(message) ?? [];
  if (status === undefined) return null;
  const sentence =
    status === '407'
      ? 'The proxy asks for a name and password, or does not take those it was given (407). Give them as http://name:password@host:port.'
      : `The proxy does not let the request through (${status}).`;
  return new HeddleError(`proxy-${status}`, sentence, {
    retryable: ['502', '503', '504'].includes(status),
    cause: error,
  });
}
