/** Logins with a name and a password, against servers that check them. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TaskCancelled } from '../runtime';
import { FakeContext } from '../test-context';
import { TestServer, type Handler } from '../test-server';
import { readChallenges } from './challenges';
import type { HttpClient, HttpOptions } from './client';
import { failure, get, openTestClient } from './test-client';

let server: TestServer;
const clients: HttpClient[] = [];

beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await server.close();
});

async function open(options: Partial<HttpOptions> = {}): Promise<HttpClient> {
  const client = await openTestClient(options);
  clients.push(client);
  return client;
}

const LOGIN = { name: 'mé', password: 'p:"w' };
const BASIC = `Basic ${Buffer.from('mé:p:"w').toString('base64')}`;

/** How a request says who it is: nothing, Basic, or Digest with how often its nonce was used. */
function sign({ authorization }: IncomingMessage['headers']): string {
  if (authorization === undefined) return '-';
  const [challenge] = readChallenges(authorization);
  const { scheme = '', parameters } = challenge ?? {};
  if (scheme !== 'digest') return scheme;
  return `digest ${parameters?.get('nonce') ?? ''} ${Number.parseInt(parameters?.get('nc') ?? '0', 16)}`;
}
const signs = (): string[] => server.requests.map(({ headers }) => sign(headers));

interface DigestServer {
  readonly algorithm?: string;
  readonly qop?: string;
  readonly password?: string;
  /** So often a nonce may be used; then it is stale. */
  readonly uses?: number;
  readonly tellsStale?: boolean;
  readonly besides?: string;
  /** In fields of their own. */
  readonly before?: readonly string[];
}

/** Answers who knows the password, as RFC 7616 §3.4.1 has it; checks numbers, too. */
function digestServer(options: DigestServer = {}): Handler {
  const { algorithm, qop = 'auth', password = LOGIN.password, uses = Infinity } = options;
  const { besides = '', before = [] } = options;
  const name = (algorithm ?? 'md5').toLowerCase();
  const H = (...parts: readonly string[]): string =>
    createHash(name.startsWith('sha-256') ? 'sha256' : name.startsWith('sha-512') ? 'sha512-256' : 'md5')
      .update(parts.join(':'))
      .digest('hex');
  let nonces = 0;
  const used = new Map<string, Set<number>>();
  const isRight = (request: IncomingMessage): boolean => {
    const [credentials] = readChallenges(request.headers.authorization);
    const of = (key: string): string => credentials?.parameters.get(key) ?? '';
    const seen = used.get(of('nonce'));
    const count = Number.parseInt(of('nc'), 16);
    if (credentials?.scheme !== 'digest' || seen === undefined) return false;
    if (qop !== '' && (seen.has(count) || of('cnonce') === '' || of('qop') !== 'auth')) return false;
    seen.add(count);
    if (seen.size > uses || of('uri') !== request.url || of('opaque') !== 'o,"') return false;
    const plain = H('mé', 'the "realm"', password);
    const secret = name.endsWith('-sess') ? H(plain, of('nonce'), of('cnonce')) : plain;
    const asked = H(request.method ?? '', of('uri'));
    const expected =
      qop === ''
        ? H(secret, of('nonce'), asked)
        : H(secret, of('nonce'), of('nc'), of('cnonce'), of('qop'), asked);
    return of('response') === expected;
  };
  return (request, response) => {
    if (isRight(request)) {
      response.end(`the file, ${request.method ?? ''}`);
      return;
    }
    const stale = used.has(readChallenges(request.headers.authorization)[0]?.parameters.get('nonce') ?? '');
    nonces += 1;
    used.set(`n${nonces}`, new Set());
    const challenge = [
      'Digest realm="the \\"realm\\""',
      `nonce="n${nonces}"`,
      'opaque="o,\\""',
      ...(qop === '' ? [] : [`qop="${qop}"`]),
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(stale && options.tellsStale === true ? ['stale=true'] : []),
    ].join(', ');
    response
      .writeHead(401, { 'WWW-Authenticate': [...before, challenge + besides] })
      .end('you are not allowed');
  };
}

const basicServer: Handler = ({ headers }, response) => {
  if (headers.authorization === BASIC) response.end('the file');
  else response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="a", charset="UTF-8"' }).end('no');
};

describe('Digest', () => {
  test.each([
    {},
    { algorithm: 'MD5' },
    { algorithm: 'MD5-sess' },
    { algorithm: 'SHA-256' },
    { algorithm: 'SHA-256-sess' },
    { algorithm: 'SHA-512-256' },
    { algorithm: 'md5', qop: 'auth-int,auth' },
    // RFC 2069.
    { qop: '' },
    { besides: ', Basic realm="a"' },
    { besides: ', Negotiate, NTLM' },
    { before: ['Negotiate, Basic realm="a"'] },
  ])('%j: the password is never sent, and asked for once', async (options) => {
    const url = server.on('/a?b=c&d', digestServer(options));
    const client = await open();
    for (let at = 0; at < 3; at++)
      expect((await get(client, url, { login: LOGIN })).body).toBe('the file, GET');
    const numbers = options.qop === '' ? [0, 0, 0] : [1, 2, 3];
    expect(signs()).toEqual(['-', ...numbers.map((number) => `digest n1 ${number}`)]);
  });

  test.each([true, false])(
    'a nonce that is used up gives way to a new one (stale told: %s)',
    async (tellsStale) => {
      const url = server.on('/a', digestServer({ uses: 2, tellsStale }));
      const client = await open();
      for (let at = 0; at < 4; at++)
        expect((await get(client, url, { login: LOGIN })).body).toBe('the file, GET');
      expect(signs()).toEqual([
        '-',
        'digest n1 1',
        'digest n1 2',
        'digest n1 3',
        'digest n2 1',
        'digest n2 2',
      ]);
    },
  );

  test.each([true, false])('a wrong password is tried once (stale told: %s)', async (tellsStale) => {
    const url = server.on('/a', digestServer({ password: 'other', tellsStale }));
    const { answer } = await get(await open(), url, { login: LOGIN });
    expect(answer.status).toBe(401);
    const most = tellsStale ? 4 : 2;
    expect(signs()).toHaveLength(most);
    expect(signs().filter((sent) => sent.startsWith('basic'))).toEqual([]);
  });

  test('many at once: one asks, the others wait for what it hears', async () => {
    const url = server.on('/a', digestServer());
    const client = await open();
    const all = await Promise.all(Array.from({ length: 20 }, () => get(client, url, { login: LOGIN })));
    expect(new Set(all.map(({ body }) => body))).toEqual(new Set(['the file, GET']));
    expect(signs().filter((sent) => sent === '-')).toEqual(['-']);
  });

  test('where nothing is heard they ask on their own, and who is cancelled does not wait', async () => {
    const client = await open();
    const asked = Promise.withResolvers<void>();
    const close = Promise.withResolvers<void>();
    const handler = digestServer();
    let count = 0;
    const url = server.on('/a', (request, response) => {
      count += 1;
      asked.resolve();
      // Twice: a connection that breaks before it says anything may be tried once more.
      if (count <= 2) void close.promise.then(() => request.socket.destroy());
      else handler(request, response);
    });
    const first = failure(get(client, url, { login: LOGIN }));
    await asked.promise;
    const context = new FakeContext();
    const cancelled = failure(get(client, url, { login: LOGIN }, context));
    const others = Array.from({ length: 3 }, () => get(client, url, { login: LOGIN }));
    context.cancel();
    expect(await cancelled).toBeInstanceOf(TaskCancelled);
    expect(count).toBe(1);
    close.resolve();
    await first;
    for (const { body } of await Promise.all(others)) expect(body).toBe('the file, GET');
  });

  test('what changes something is sent once, with the login', async () => {
    const url = server.on('/a', digestServer());
    const got = await get(await open(), url, { login: LOGIN, method: 'POST', body: 'a=1' });
    expect(got.body).toBe('the file, POST');
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'POST']);
  });

  test('the nonce that comes with an answer is used next', async () => {
    const handler = digestServer();
    const url = server.on('/a', (request, response) => {
      if (request.headers.authorization !== undefined)
        response.setHeader('Authentication-Info', 'nextnonce="n1, too", rspauth="0"');
      handler(request, response);
    });
    const client = await open();
    await get(client, url, { login: LOGIN });
    await get(client, url, { login: LOGIN });
    expect(signs().slice(0, 3)).toEqual(['-', 'digest n1 1', 'digest n1, too 1']);
  });

  test('behind a redirect, in a folder of its own, for the login of that host', async () => {
    const other = await TestServer.start('127.0.0.2');
    const url = server.on('/a', (_, response) => {
      response.writeHead(302, { Location: other.on('/deep/b', digestServer()) }).end();
    });
    const client = await open({ loginFor: (host) => (host === '127.0.0.2' ? LOGIN : null) });
    expect((await get(client, url)).body).toBe('the file, GET');
    // Without a login for it there is no answer, and nothing is sent.
    const { answer } = await get(await open(), url, { login: LOGIN });
    expect([answer.status, other.requests.at(-1)?.headers.authorization]).toEqual([401, undefined]);
    await other.close();
  });
});

describe('Basic', () => {
  test('where it is asked for: once, then it is sent at once', async () => {
    server.on('/a', basicServer);
    server.on('/deep/b', basicServer);
    const client = await open();
    for (const path of ['/a', '/a', '/deep/b'])
      expect((await get(client, server.url(path), { login: LOGIN })).body).toBe('the file');
    expect(signs()).toEqual(['-', 'basic', 'basic', 'basic']);
  });

  test.each(['address', '.netrc'])('a login from an %s', async (from) => {
    const url = server.on('/a', basicServer);
    const client = await open(from === '.netrc' ? { loginFor: () => LOGIN } : {});
    const address = from === '.netrc' ? url : url.replace('//', '//m%C3%A9:p%3A%22w@');
    expect((await get(client, address)).body).toBe('the file');
  });

  test('a wrong password is tried once', async () => {
    const url = server.on('/a', basicServer);
    const { answer } = await get(await open(), url, { login: { name: 'a', password: 'b' } });
    expect([answer.status, ...signs()]).toEqual([401, '-', 'basic']);
  });

  test.each([
    // A page for who did not say who he is, a way to a page where he can, and "there is nothing".
    [200, {}],
    [302, { Location: '/login' }],
    [401, {}],
    [403, {}],
    [404, {}],
  ])('a server that answers %i instead of asking for a login gets it', async (status, headers) => {
    server.body('/login', 'please log in');
    for (const path of ['/some/a', '/some/b', '/some/deeper/c', '/d']) {
      server.on(path, (request, response) => {
        if (request.headers.authorization === BASIC) response.end('the file');
        else response.writeHead(status, headers).end('something else');
      });
    }
    const client = await open();
    for (const path of ['/some/a', '/some/b', '/some/deeper/c'])
      expect((await get(client, server.url(path), { login: LOGIN })).body).toBe('the file');
    expect(signs()).toEqual(['-', 'basic', 'basic', 'basic']);
    server.requests.length = 0;
    expect((await get(client, server.url('/d'), { login: LOGIN })).body).toBe('the file');
    // Elsewhere the same server may ask for Digest, unless it is known by now that it asks for Basic.
    expect(signs()).toEqual(status === 401 ? ['basic'] : ['-', 'basic']);
  });

  test.each([429, 500, 503])('%i is an answer to anyone', async (status) => {
    const url = server.on('/a', (_, response) => response.writeHead(status).end());
    const { answer } = await get(await open(), url, { login: LOGIN });
    expect([answer.status, ...signs()]).toEqual([status, '-']);
  });

  test('a server that asks for Digest and Basic in turn is tried with each once', async () => {
    const challenges = ['Digest realm="a", nonce="n", qop="auth"', 'Basic realm="a"'];
    const url = server.on('/a', (_, response) =>
      response.writeHead(401, { 'WWW-Authenticate': challenges[server.requests.length % 2] }).end(),
    );
    const { answer } = await get(await open(), url, { login: LOGIN });
    expect(answer.status).toBe(401);
    expect(signs().filter((sign) => sign === 'basic')).toHaveLength(1);
    expect(signs().length).toBeLessThanOrEqual(4);
  });

  test('no other scheme gets the password', async () => {
    const url = server.on('/a', (_, response) =>
      response.writeHead(401, { 'WWW-Authenticate': 'Negotiate, Bearer realm="a"' }).end(),
    );
    const { answer } = await get(await open(), url, { login: LOGIN });
    expect([answer.status, ...signs()]).toEqual([401, '-']);
  });

  test.each([200, 403, 501])('what changes something is sent once (HEAD: %i)', async (status) => {
    const url = server.on('/a', ({ method, headers }, response) => {
      if (method === 'HEAD') response.writeHead(status).end();
      else response.end(headers.authorization === BASIC ? 'the file' : 'nothing');
    });
    const got = await get(await open(), url, { login: LOGIN, method: 'POST', body: 'a=1' });
    expect(got.body).toBe('the file');
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'POST']);
  });

  test('a header of the user takes its place, and is sent at once', async () => {
    const url = server.body('/a', 'x');
    await get(await open(), url, { login: LOGIN, headers: { authorization: 'Bearer key' } });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer key']);
  });

  test('cookies that come with the question are sent with the login', async () => {
    const url = server.on('/a', ({ headers }, response) => {
      if (headers.authorization === BASIC && headers.cookie === 'seen=1') response.end('the file');
      else response.writeHead(401, { 'WWW-Authenticate': 'Basic', 'Set-Cookie': 'seen=1' }).end();
    });
    expect((await get(await open(), url, { login: LOGIN })).body).toBe('the file');
  });

  test('a connection that breaks is a failure, not a question', async () => {
    const url = server.on('/a', ({ socket }) => socket.destroy());
    expect(await failure(get(await open(), url, { login: LOGIN }))).toMatchObject({ retryable: true });
  });
});
