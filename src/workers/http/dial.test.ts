/** How connections are made: directly, with TLS, and through proxies of every kind. */
import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps, type ServerOptions } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { failureOf, makeCertificate, type Certificate } from './http2-test-server';
import { openDialer, type Dialer, type DialOptions, type Protocol } from './dial';
import { startHttpProxy, startSocks4, startSocks5, type TestProxy } from './test-proxies';
import { USUAL_TRUST } from './trust';

let folder: string;
let certificate: Certificate;
let tls: { readonly key: Buffer; readonly cert: Buffer };
const toClose: (() => unknown)[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-dial-'));
  certificate = makeCertificate(folder);
  tls = { key: readFileSync(certificate.keyFile), cert: readFileSync(certificate.certFile) };
  for (const name of ['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'])
    vi.stubEnv(name, '');
});

afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function dialer(options: Partial<DialOptions> = {}): Promise<Dialer> {
  const made = await openDialer({
    connectMs: 5000,
    proxy: null,
    ...USUAL_TRUST,
    caFile: certificate.certFile,
    ...options,
  });
  toClose.push(() => {
    made.close();
  });
  return made;
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  toClose.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** Answers with the path it was asked for. */
function startHttp(): Promise<number> {
  return listen(createHttp((request, response) => response.end(request.url)));
}

function startHttps(options: ServerOptions = {}, seen: TLSSocket[] = []): Promise<number> {
  const server = createHttps({ ...tls, ...options }, (request, response) => response.end(request.url));
  server.on('secureConnection', (socket) => seen.push(socket));
  return listen(server);
}

/** Asks for `url` over a connection of its own; its times, and what it was. */
async function ask(
  dialer: Dialer | Promise<Dialer>,
  url: string,
  protocols: readonly Protocol[] = ['http/1.1'],
): Promise<{ readonly body: string; readonly isReused: boolean; readonly tlsMs: number | null }> {
  const target = new URL(url);
  let text = '';
  let tell: (() => void) | null = null;
  const onread = {
    buffer: Buffer.alloc(100),
    callback: (bytes: number, buffer: Uint8Array) => {
      text += Buffer.from(buffer.subarray(0, bytes)).toString();
      tell?.();
      return true;
    },
  };
  const { socket, proxyFields, isReading, times } = await (await dialer).dial(target, onread, protocols);
  if (!isReading) socket.on('data', (chunk: Buffer) => onread.callback(chunk.length, chunk));
  const failed = new Promise<never>((_, reject) => {
    socket.on('error', reject);
    socket.on('close', () => {
      reject(new Error('closed'));
    });
  });
  const login =
    proxyFields?.({ method: 'GET', target: target.pathname, body: null })['proxy-authorization'] ?? null;
  socket.write(
    `GET ${proxyFields === null ? target.pathname : target.href} HTTP/1.1\r\nHost: ${target.host}\r\n` +
      (login === null ? '\r\n' : `Proxy-Authorization: ${login}\r\n\r\n`),
  );
  const isWhole = (): boolean =>
    text.includes('\r\n0\r\n') || /Content-Length: (\d+)[^]*\r\n\r\n[^]+/u.test(text);
  while (!isWhole()) await Promise.race([new Promise<void>((resolve) => (tell = resolve)), failed]);
  const isReused = 'isSessionReused' in socket && (socket as TLSSocket).isSessionReused();
  socket.destroy();
  await failed.catch(() => undefined);
  return { body: /\r\n\r\n(?:[\da-f]+\r\n)?([^\r]*)/u.exec(text)?.[1] ?? '', isReused, tlsMs: times.tlsMs };
}

describe('directly', () => {
  test('a name, and an address', async () => {
    const port = await startHttp();
    for (const host of ['localhost', '127.0.0.1']) {
      expect(await ask(dialer(), `http://${host}:${port}/a`)).toMatchObject({ body: '/a', tlsMs: null });
    }
  });

  test('nobody listens there', async () => {
    const server = createServer();
    const port = await listen(server);
    await toClose.pop()?.();
    await expect(ask(dialer(), `http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('TLS: the second handshake is a short one', async () => {
    const seen: TLSSocket[] = [];
    const port = await startHttps({}, seen);
    const from = await dialer();
    const first = await ask(from, `https://localhost:${port}/a`);
    expect(first).toMatchObject({ body: '/a', isReused: false });
    expect(first.tlsMs).toBeGreaterThan(0);
    expect(await ask(from, `https://localhost:${port}/b`)).toMatchObject({ body: '/b', isReused: true });
    expect(seen.map((socket) => (socket as TLSSocket & { servername: unknown }).servername)).toEqual([
      'localhost',
      'localhost',
    ]);
  });

  test('TLS: an address is not told as a name', async () => {
    const seen: TLSSocket[] = [];
    const port = await startHttps({}, seen);
    await ask(dialer(), `https://127.0.0.1:${port}/`);
    expect((seen[0] as TLSSocket & { servername: unknown }).servername).toBe(false);
  });

  test.each([
    [['h2', 'http/1.1'], ['h2', 'http/1.1'], 'h2'],
    [['http/1.1'], ['h2', 'http/1.1'], 'http/1.1'],
    [['h2', 'http/1.1'], ['http/1.1'], 'http/1.1'],
    [['h2', 'http/1.1'], undefined, 'http/1.1'],
  ] as const)('%j offered, %j spoken', async (offered, spoken, protocol) => {
    const port = await startHttps(spoken === undefined ? {} : { ALPNProtocols: [...spoken] });
    const onread = { buffer: Buffer.alloc(9), callback: () => true };
    const dialed = await (await dialer()).dial(new URL(`https://localhost:${port}/`), onread, offered);
    expect(dialed.protocol).toBe(protocol);
    dialed.socket.destroy();
  });

  test('a certificate that nobody vouches for, and one for another name', async () => {
    const port = await startHttps();
    await expect(ask(dialer({ caFile: null }), `https://localhost:${port}/`)).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(await ask(dialer({ caFile: null, insecure: true }), `https://localhost:${port}/a`)).toMatchObject({
      body: '/a',
    });
    const other = mkdtempSync(join(folder, 'other-'));
    const { keyFile, certFile } = makeCertificate(other, 'DNS:other.example');
    const elsewhere = await startHttps({ key: readFileSync(keyFile), cert: readFileSync(certFile) });
    const url = `https://localhost:${elsewhere}/a`;
    await expect(ask(dialer({ caFile: certFile }), url)).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(await ask(dialer({ insecure: true }), url)).toMatchObject({ body: '/a' });
  });

  test('a file of certificates that has none', async () => {
    await expect(dialer({ caFile: import.meta.filename })).rejects.toMatchObject({ code: 'ca-file' });
  });

  test('a server that says nothing', async () => {
    const port = await listen(createServer());
    expect(await failureOf(ask(dialer({ connectMs: 100 }), `https://127.0.0.1:${port}/`))).toEqual([
      'timeout-connect',
      true,
    ]);
  });

  test('closed in the middle', async () => {
    const server = createServer();
    const port = await listen(server);
    const from = await dialer();
    server.on('connection', () => {
      from.close();
    });
    expect(await failureOf(ask(from, `https://127.0.0.1:${port}/`))).toEqual(['closed', false]);
  });
});

describe("the client's certificate", () => {
  let files: Record<'cert' | 'key' | 'locked' | 'both' | 'p12', string>;

  beforeAll(() => {
    const at = (name: string): string => join(folder, name);
    files = {
      ...{ cert: '', key: '' },
      locked: at('locked.pem'),
      both: at('both.pem'),
      p12: at('client.p12'),
    };
    files.cert = certificate.certFile;
    files.key = certificate.keyFile;
    const openssl = (...args: readonly string[]): void => {
      execFileSync('openssl', args, { stdio: 'ignore' });
    };
    openssl('pkey', '-in', files.key, '-aes256', '-passout', 'pass:secret', '-out', files.locked);
    writeFileSync(files.both, Buffer.concat([tls.cert, tls.key]));
    openssl(
      'pkcs12',
      '-export',
      '-in',
      files.cert,
      '-inkey',
      files.key,
      '-passout',
      'pass:secret',
      '-out',
      files.p12,
    );
  });

  const start = (): Promise<number> =>
    startHttps({ requestCert: true, rejectUnauthorized: true, ca: tls.cert });

  test.each([
    ['PEM and its key', () => ({ certFile: files.cert, keyFile: files.key })],
    ['PEM with its key', () => ({ certFile: files.both })],
    ['a key with a password', () => ({ certFile: files.cert, keyFile: files.locked, keyPassword: 'secret' })],
    ['PKCS #12', () => ({ certFile: files.p12, keyPassword: 'secret' })],
  ])('%s', async (_, options) => {
    const port = await start();
    expect(await ask(dialer(options()), `https://localhost:${port}/a`)).toMatchObject({ body: '/a' });
  });

  test.each([
    [
      'the password is wrong',
      () => ({ certFile: files.p12, keyPassword: 'other' }),
      /password is missing or wrong/u,
    ],
    ['the password is missing', () => ({ certFile: files.p12 }), /password is missing or wrong/u],
    [
      'that of the key is missing',
      () => ({ certFile: files.cert, keyFile: files.locked }),
      /password is missing/u,
    ],
    [
      'that of the key is wrong',
      () => ({ certFile: files.cert, keyFile: files.locked, keyPassword: 'x' }),
      /password/u,
    ],
    ['no key', () => ({ certFile: files.cert }), /neither PEM nor PKCS #12/u],
    ['it is something else', () => ({ certFile: import.meta.filename }), /neither PEM nor PKCS #12/u],
    ['it is not there', () => ({ certFile: join(folder, 'none') }), /cannot be read/u],
  ])('%s', async (_, options, sentence) => {
    await expect(dialer(options())).rejects.toThrow(sentence);
  });

  test('a wrong password that happens to make something of the key is called wrong, too', async () => {
    const keyFile = join(folder, 'quick.pem');
    const made = ['pkcs8', '-topk8', '-iter', '1', '-passout', 'pass:secret'];
    execFileSync('openssl', [...made, '-in', files.key, '-out', keyFile], { stdio: 'pipe' });
    const key = readFileSync(keyFile);
    const whyNot = (keyPassword: string): string => {
      try {
        return createPrivateKey({ key, passphrase: keyPassword }).type;
      } catch (error) {
        return String(error);
      }
    };
    let number = 0;
    while (!whyNot(`x${number}`).includes('unsupported')) number++;
    const options = { certFile: files.cert, keyFile, keyPassword: `x${number}` };
    await expect(dialer(options)).rejects.toThrow('its password is missing or wrong');
  });

  test('it is asked for, and there is none', async () => {
    const port = await start();
    await expect(ask(dialer(), `https://localhost:${port}/a`)).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    });
  });
});

const LOGIN = { name: 'mé', password: 'p@ss:wörd' };
const USER = `${encodeURIComponent(LOGIN.name)}:${encodeURIComponent(LOGIN.password)}@`;

/** By their schemes; whether names go to the proxy. */
const PROXIES: readonly (readonly [string, boolean, () => Promise<TestProxy>, string])[] = [
  ['http', true, () => startHttpProxy(), ''],
  ['http', true, () => startHttpProxy(LOGIN), USER],
  ['https', true, () => startHttpProxy(null, tls), ''],
  ['https', true, () => startHttpProxy(LOGIN, tls), USER],
  ['socks4', false, () => startSocks4(), ''],
  ['socks4a', true, () => startSocks4(), ''],
  ['socks4a', true, () => startSocks4(LOGIN.name), `${encodeURIComponent(LOGIN.name)}@`],
  ['socks5', false, () => startSocks5(), ''],
  ['socks5h', true, () => startSocks5(), ''],
  ['socks5h', true, () => startSocks5(LOGIN), USER],
];

describe.each(PROXIES)('through %s:// (names go to it: %s)', (scheme, namesGo, start, user) => {
  test.each(['http', 'https'])(`${user === '' ? 'without' : 'with'} a login, to %s`, async (kind) => {
    const port = await (kind === 'http' ? startHttp() : startHttps());
    const proxy = await start();
    toClose.push(() => proxy.close());
    const from = await dialer({ proxy: `${scheme}://${user}127.0.0.1:${proxy.port}` });
    expect(await ask(from, `${kind}://localhost:${port}/a`, ['h2', 'http/1.1'])).toMatchObject({
      body: '/a',
    });
    // A second time: what was learned the first time changes nothing.
    expect(await ask(from, `${kind}://localhost:${port}/b`)).toMatchObject({ body: '/b' });
    const isWhole = kind === 'http' && scheme.startsWith('http');
    const host = namesGo ? 'localhost' : '127.0.0.1';
    expect(proxy.asked).toEqual(
      isWhole
        ? ['/a', '/b'].map((path) => `http://localhost:${port}${path}`)
        : [`${host}:${port}`, `${host}:${port}`],
    );
  });
});

describe('proxies that do not let through', () => {
  /** Answers what it is sent with `say`. */
  const odd = async (say: (socket: Socket) => void): Promise<number> => {
    const server = createServer((socket) =>
      socket.once('data', () => {
        say(socket);
      }),
    );
    return await listen(server);
  };
  const write = (text: string) => (socket: Socket) => {
    socket.write(text, 'latin1');
  };
  const far = 'https://server.invalid/';

  test.each<[string, (socket: Socket) => void, string, boolean]>([
    ['closes', (socket) => socket.end(), 'proxy-closed', true],
    ['resets', (socket) => socket.resetAndDestroy(), 'proxy-closed', true],
    [
      'closes in the middle of its headers',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nVia'),
      'proxy-closed',
      true,
    ],
    ['502 with a page', write('HTTP/1.1 502 Bad\r\nContent-Length: 999999\r\n\r\n<html>'), 'proxy-502', true],
    ['403', write('HTTP/1.0 403 No\r\n\r\n'), 'proxy-403', false],
    ['302', write('HTTP/1.1 302 Found\r\nLocation: http://a/\r\n\r\n'), 'proxy-302', false],
    ['407', write('HTTP/1.1 407 Who\nProxy-Authenticate: Basic\n\n'), 'proxy-407', false],
    ['1xx, then 503', write('HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 503 No\r\n\r\n'), 'proxy-503', true],
    ['no HTTP', write('garbage\r\n\r\n'), 'proxy-answer', false],
    ['no HTTP, and no end', write('SSH-2.0-x'), 'proxy-answer', false],
    ['no status', write('HTTP/1.1 OK\r\n\r\n'), 'proxy-answer', false],
    ['headers without end', write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`), 'proxy-answer', false],
    ['says nothing', () => undefined, 'timeout-connect', true],
  ])('CONNECT: %s', async (_, say, code, retryable) => {
    const port = await odd(say);
    const from = await dialer({
      proxy: `http://127.0.0.1:${port}`,
      connectMs: code.startsWith('timeout') ? 200 : 5000,
    });
    expect(await failureOf(ask(from, far))).toEqual([code, retryable]);
  });

  test('CONNECT: bytes of no server behind the headers', async () => {
    const port = await odd(write('HTTP/1.1 200 OK\r\n\r\nHello, this is no TLS.'));
    await expect(ask(dialer({ proxy: `http://127.0.0.1:${port}` }), far)).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_SSL_/u) as string,
    });
  });

  test('CONNECT: an answer byte by byte, and the body that it promises is none', async () => {
    const server = await startHttps();
    const proxy = await startHttpProxy();
    toClose.push(() => proxy.close());
    const slow = createServer((socket) => {
      socket.once('data', (head: Buffer) => {
        void (async () => {
          const bytes = 'HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n';
          for (const each of bytes)
            await new Promise<void>((done) =>
              socket.write(each, () => {
                done();
              }),
            );
          const { connect } = await import('node:net');
          const upstream = connect(Number(/:(\d+)/u.exec(head.toString())?.[1]), '127.0.0.1');
          upstream.on('error', () => undefined);
          socket.pipe(upstream).pipe(socket);
        })();
      });
    });
    const port = await listen(slow);
    const from = await dialer({ proxy: `http://127.0.0.1:${port}` });
    expect(await ask(from, `https://localhost:${server}/a`)).toMatchObject({ body: '/a' });
  });

  test.each<[string, string, (socket: Socket) => void, string, boolean]>([
    ['socks5', 'closes', (socket) => socket.end(), 'proxy-closed', true],
    ['socks5', 'resets', (socket) => socket.resetAndDestroy(), 'proxy-closed', true],
    ['socks5', 'speaks HTTP', write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'proxy-answer', false],
    ['socks5', 'takes no login', write('\x05\xff'), 'proxy-login', false],
    ['socks5', 'says nothing', () => undefined, 'timeout-connect', true],
    ['socks4a', 'closes', (socket) => socket.end(), 'proxy-closed', true],
    ['socks4a', 'refuses', write('\x00\x5b\0\0\0\0\0\0'), 'proxy-refused', true],
    ['socks4a', 'speaks HTTP', write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'proxy-answer', false],
  ])('%s: %s', async (scheme, _, say, code, retryable) => {
    const port = await odd(say);
    const options = {
      proxy: `${scheme}://127.0.0.1:${port}`,
      connectMs: code.startsWith('timeout') ? 200 : 5000,
    };
    expect(await failureOf(ask(dialer(options), 'https://127.0.0.1:1/'))).toEqual([code, retryable]);
  });

  test.each([
    [1, true],
    [2, false],
    [4, true],
    [5, true],
    [8, false],
  ])('SOCKS 5: reply %i', async (reply, retryable) => {
    const proxy = await startSocks5(null, reply);
    toClose.push(() => proxy.close());
    const from = await dialer({ proxy: `socks5h://127.0.0.1:${proxy.port}` });
    expect(await failureOf(ask(from, far))).toEqual(['proxy-refused', retryable]);
  });

  test.each([
    ['http', () => startHttpProxy(LOGIN), 'proxy-407'],
    ['socks4a', () => startSocks4('other'), 'proxy-refused'],
    ['socks5h', () => startSocks5(LOGIN), 'proxy-login'],
  ] as const)('%s: a wrong login', async (scheme, start, code) => {
    const proxy = await start();
    toClose.push(() => proxy.close());
    const from = await dialer({ proxy: `${scheme}://me:wrong@127.0.0.1:${proxy.port}` });
    expect((await failureOf(ask(from, far)))[0]).toBe(code);
  });

  test.each(['http', 'https', 'socks5h'])('%s: nobody listens there', async (scheme) => {
    const port = await listen(createServer());
    await toClose.pop()?.();
    const failure = ask(dialer({ proxy: `${scheme}://me:secret@127.0.0.1:${port}` }), far);
    await expect(failure).rejects.toMatchObject({ code: 'proxy-unreachable', retryable: true });
    await expect(failure).rejects.toThrow(`The proxy 127.0.0.1:${port} cannot be reached (ECONNREFUSED).`);
  });

  test('socks5: a name that nobody knows', async () => {
    const proxy = await startSocks5();
    toClose.push(() => proxy.close());
    const failure = ask(dialer({ proxy: `socks5://127.0.0.1:${proxy.port}` }), far);
    await expect(failure).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:ENOTFOUND|EAI_AGAIN)$/u) as string,
    });
  });
});
