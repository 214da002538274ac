/** Which proxy an address is asked through: the user's for all, else what the environment says, as curl reads it. */
import { BlockList, isIP } from 'node:net';
import { HeddleError } from '../../common/model/errors';
import { PROXY_FORM, readProxyAddress } from '../../common/model/proxy-address';

export interface Proxy {
  /** `http` and `https` speak HTTP, the latter over TLS. */
  readonly kind: 'http' | 'https' | 'socks4' | 'socks5';
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly login: { readonly name: string; readonly password: string } | null;
  /** Whether names are left to it: always those that speak HTTP, of the others SOCKS 4a and `socks5h`. */
  readonly resolvesNames: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export class ProxyRules {
  readonly #given: Proxy | null;
  readonly #environment: Environment;
  readonly #exceptions: Exceptions | null;
  /** By the variable's name. */
  readonly #read = new Map<string, Proxy>();

  /**
   * @param given the user's address, which leaves the environment without effect
   * @throws HeddleError `bad-proxy`
   */
  constructor(given: string | null, environment: Environment = process.env) {
    this.#given = given === null ? null : readProxy(given, 'The proxy');
    this.#environment = environment;
    const exceptions = given === null ? this.#variable('no_proxy', 'NO_PROXY')?.value : undefined;
    this.#exceptions = exceptions === undefined ? null : new Exceptions(exceptions);
  }

  /** @throws HeddleError `bad-proxy` */
  for(url: URL): Proxy | null {
    if (this.#given !== null) return this.#given;
    // A web server hands the header "Proxy" to its scripts as HTTP_PROXY, so nobody believes that one.
    const own =
      url.protocol === 'https:' ? this.#variable('https_proxy', 'HTTPS_PROXY') : this.#variable('http_proxy');
    const found = own ?? this.#variable('all_proxy', 'ALL_PROXY');
    if (found === null || this.#exceptions?.has(url) === true) return null;
    const { name, value } = found;
    const proxy = this.#read.get(name) ?? readProxy(value, `The proxy in ${name}`);
    this.#read.set(name, proxy);
    return proxy;
  }

  #variable(...names: readonly string[]): { readonly name: string; readonly value: string } | null {
    for (const name of names) {
      const value = this.#environment[name]?.trim() ?? '';
      if (value !== '') return { name, value };
    }
    return null;
  }
}

const DEFAULT_PORTS = { http: 80, https: 443, socks4: 1080, socks5: 1080 } as const;

function readProxy(text: string, what: string): Proxy {
  const address = readProxyAddress(text);
  if (address === null) {
    throw new HeddleError('bad-proxy', `${what} is not a valid address. Give it as ${PROXY_FORM}.`);
  }
  const { protocol, hostname, port, username, password } = new URL(address);
  const scheme = protocol.slice(0, -1);
  const kind =
    scheme === 'http' || scheme === 'https' ? scheme : scheme.startsWith('socks4') ? 'socks4' : 'socks5';
  return {
    kind,
    host: bare(hostname),
    port: port === '' ? DEFAULT_PORTS[kind] : Number(port),
    login:
      username === '' && password === '' ? null : { name: decoded(username), password: decoded(password) },
    resolvesNames: scheme !== 'socks4' && scheme !== 'socks5',
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A host as the system takes it: lower case, without brackets and without the dot of the root. */
export function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/gu, '').replace(/(?<=.)\.$/u, '');
}

/** `no_proxy`: names with all that is below them, addresses, networks (`10.0.0.0/8`), or `*`; a port may follow. */
class Exceptions {
  #all = false;
  readonly #names: { readonly host: string; readonly port: string | null }[] = [];
  readonly #networks = new BlockList();

  constructor(text: string) {
    for (const item of text.split(/[\s,]+/u)) {
      if (item === '*') this.#all = true;
      else if (item !== '' && !this.#addNetwork(item)) this.#addName(item.toLowerCase());
    }
  }

  has(url: URL): boolean {
    const host = bare(url.hostname.toLowerCase());
    if (this.#all) return true;
    const version = isIP(host);
    if (version !== 0 && this.#networks.check(host, family(version))) return true;
    const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
    return this.#names.some(
      (name) =>
        (name.port === null || name.port === port) &&
        (host === name.host || (version === 0 && host.endsWith(`.${name.host}`))),
    );
  }

  #addNetwork(item: string): boolean {
    const [, address = '', prefix = ''] = /^(.+)\/(\d{1,3})$/u.exec(item) ?? [];
    const version = isIP(bare(address));
    if (version === 0 || Number(prefix) > (version === 4 ? 32 : 128)) return false;
    this.#networks.addSubnet(bare(address), Number(prefix), family(version));
    return true;
  }

  #addName(item: string): void {
    // An address of IPv6 is full of colons; its port is behind brackets.
    const [, host = item, port = null] =
      isIP(item) === 0 ? (/^(\[[^\]]+\]|[^:]*):(\d+)$/u.exec(item) ?? []) : [];
    const name = bare(host.replace(/^\*?\./u, ''));
    if (name !== '') this.#names.push({ host: name, port });
  }
}

function family(version: number): 'ipv4' | 'ipv6' {
  return version === 4 ? 'ipv4' : 'ipv6';
}
