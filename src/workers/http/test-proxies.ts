/** Proxies on 127.0.0.1 that do what theirs is (RFC 9110 §9.3.6; SOCKS 4, 4a and 5), for tests. */
import { createHash } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export interface ProxyLogin {
  readonly name: string;
  readonly password: string;
}

export interface TestProxy {
  readonly port: number;
  /** What it was asked for: `host:port`, or the address of a request. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Gives a socket's bytes by count. */
class Bytes {
  readonly #socket: Socket;
  #got = Buffer.alloc(0);
  #tell: (() => void) | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#got = Buffer.concat([this.#got, chunk]);
      this.#tell?.();
    });
  }

  async take(count: number): Promise<Buffer> {
    return await this.#until(() => (this.#got.length >= count ? count : null));
  }

  /** @returns what is before `end`, which is taken too */
  async before(end: string): Promise<Buffer> {
    const taken = await this.#until(() => {
      const at = this.#got.indexOf(end);
      return at < 0 ? null : at + end.length;
    });
    return taken.subarray(0, taken.length - end.length);
  }

  /** What is left goes to `other`, and all that comes. */
  pipe(other: Socket): void {
    this.#socket.removeAllListeners('data');
    other.write(this.#got);
    this.#socket.pipe(other).pipe(this.#socket);
  }

  async #until(has: () => number | null): Promise<Buffer> {
    let count = has();
    while (count === null) {
      await new Promise<void>((resolve) => (this.#tell = resolve));
      count = has();
    }
    const taken = this.#got.subarray(0, count);
    this.#got = this.#got.subarray(count);
    return taken;
  }
}

type Serve = (bytes: Bytes, socket: Socket, asked: string[]) => Promise<void>;

async function start(serve: Serve, tls: TlsOptions | null): Promise<TestProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const onSocket = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    void serve(new Bytes(socket), socket, asked);
  };
  const server: Server = tls === null ? createServer(onSocket) : createTlsServer(tls, onSocket);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whatever it is asked for, it connects to 127.0.0.1. */
async function reach(socket: Socket, port: number, then: (upstream: Socket) => void): Promise<void> {
  await new Promise<void>((resolve) => {
    const upstream = connect(port, '127.0.0.1', () => {
      then(upstream);
      resolve();
    });
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
}

/** Whom a proxy lets through, and what it says to others. */
export interface Gate {
  readonly lets: (method: string, authorization: string | null) => boolean;
  readonly challenge: () => string;
}

function basicGate(login: ProxyLogin | null): Gate {
  const wanted =
    login === null ? null : `Basic ${Buffer.from(`${login.name}:${login.password}`).toString('base64')}`;
  return { lets: (_, given) => given === wanted, challenge: () => 'Basic' };
}

/** RFC 7616 with MD5. Each nonce is good for so many requests. */
export function digestGate({ name, password }: ProxyLogin, uses = Infinity): Gate {
  const md5 = (...parts: string[]): string => createHash('md5').update(parts.join(':')).digest('hex');
  let nonce = 0;
  let isStale = false;
  return {
    lets: (method, authorization) => {
      const field = (key: string): string =>
        new RegExp(`[ ,]${key}=(?:"([^"]*)"|([^,]*))`, 'u')
          .exec(authorization ?? '')
          ?.slice(1)
          .join('') ?? '';
      const [uri, nc, cnonce] = [field('uri'), field('nc'), field('cnonce')];
      const secret = md5(name, 'the proxy', password);
      const wanted = md5(secret, `n${nonce}`, nc, cnonce, 'auth', md5(method, uri));
      isStale = field('response') === wanted;
      return isStale && Number.parseInt(nc, 16) <= uses;
    },
    challenge: () => {
      nonce += 1;
      return `Digest realm="the proxy", nonce="n${nonce}", qop="auth", stale=${isStale ? 'true' : 'false'}`;
    },
  };
}

/** @param tls for one that is itself reached over TLS */
export function startHttpProxy(
  login: ProxyLogin | Gate | null = null,
  tls: TlsOptions | null = null,
): Promise<TestProxy> {
  const gate = login !== null && 'lets' in login ? login : basicGate(login);
  return start(async (bytes, socket, asked) => {
    const head = (await bytes.before('\r\n\r\n')).toString('latin1');
    const [, method = '', target = ''] = /^(\S+) (\S+) HTTP\/1\.1\r\n/u.exec(head) ?? [];
    const [, given = null] = /\r\nProxy-Authorization: ([^\r\n]+)/iu.exec(head) ?? [];
    asked.push(target);
    if (!gate.lets(method, given)) {
      const challenge = gate.challenge();
      socket.end(`HTTP/1.1 407 Who are you\r\nProxy-Authenticate: ${challenge}\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const port = Number((method === 'CONNECT' ? /:(\d+)$/u : /^http:\/\/[^/]+:(\d+)/u).exec(target)?.[1]);
    await reach(socket, port, (upstream) => {
      if (method === 'CONNECT') socket.write('HTTP/1.1 200 OK\r\nVia: test\r\n\r\n');
      else {
        // What comes next over this connection would go to the same server as it is.
        const own = head.replace(/ http:\/\/[^/]+/u, ' ').replace('keep-alive', 'close');
        upstream.write(`${own}\r\n\r\n`, 'latin1');
      }
      bytes.pipe(upstream);
    });
  }, tls);
}

export function startSocks4(userId = ''): Promise<TestProxy> {
  return start(async (bytes, socket, asked) => {
    const head = await bytes.take(8);
    const user = (await bytes.before('\0')).toString();
    const port = head.readUInt16BE(2);
    const isName = head.readUInt32BE(4) < 256;
    const host = isName ? (await bytes.before('\0')).toString() : [...head.subarray(4, 8)].join('.');
    asked.push(`${host}:${port}`);
    const reply = (code: number): Buffer => Buffer.from([0, code, 0, 0, 0, 0, 0, 0]);
    if (user !== userId) {
      socket.end(reply(93));
      return;
    }
    await reach(socket, port, (upstream) => {
      socket.write(reply(90));
      bytes.pipe(upstream);
    });
  }, null);
}

/** @param reply other than 0, to every request (RFC 1928 §6) */
export function startSocks5(login: ProxyLogin | null = null, reply = 0): Promise<TestProxy> {
  return start(async (bytes, socket, asked) => {
    const [, count = 0] = await bytes.take(2);
    const method = login === null ? 0 : 2;
    const offered = await bytes.take(count);
    if (!offered.includes(method)) {
      socket.end(Buffer.from([5, 0xff]));
      return;
    }
    socket.write(Buffer.from([5, method]));
    if (login !== null) {
      const text = async (): Promise<string> => (await bytes.take((await bytes.take(1))[0] ?? 0)).toString();
      await bytes.take(1);
      const [name, password] = [await text(), await text()];
      const isRight = name === login.name && password === login.password;
      socket.write(Buffer.from([1, isRight ? 0 : 1]));
      if (!isRight) return;
    }
    const type = (await bytes.take(4))[3];
    const host =
      type === 3
        ? (await bytes.take((await bytes.take(1))[0] ?? 0)).toString()
        : type === 1
          ? [...(await bytes.take(4))].join('.')
          : (await bytes.take(16)).toString('hex');
    const port = (await bytes.take(2)).readUInt16BE();
    asked.push(`${host}:${port}`);
    const answer = Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]);
    if (reply !== 0) {
      socket.end(answer);
      return;
    }
    await reach(socket, port, (upstream) => {
      socket.write(answer);
      bytes.pipe(upstream);
    });
  }, null);
}
