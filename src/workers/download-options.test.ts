/** What a download does differently when it is told to. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { plainEntry, type DownloadEntry } from '../common/model/download';
import { DEFAULT_DOWNLOAD_OPTIONS, type DownloadOptions } from '../common/model/download-options';
import type { TaskOutcome } from '../common/model/tasks';
import { RateLimit } from '../common/threads/rate-limit';
import { createDownload, type RunDownload } from './download';
import { FakeContext, order } from './test-context';
import { TestServer } from './test-server';

let folder: string;
let directory: string;
let server: TestServer;
const opened: RunDownload[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-options-'));
  directory = join(folder, 'files');
  mkdirSync(directory);
  server = await TestServer.start();
});
afterEach(async () => {
  for (const download of opened.splice(0)) await download.close();
  await server.close();
  await rm(folder, { recursive: true });
  vi.unstubAllEnvs();
});

function make(options: Partial<DownloadOptions> = {}, rates: readonly SharedArrayBuffer[] = []): RunDownload {
  const download = createDownload({
    kind: 'download',
    directory,
    workDirectory: join(directory, '.heddle-work-0123456789ab'),
    options: { ...DEFAULT_DOWNLOAD_OPTIONS, ...options },
    rates,
  });
  opened.push(download);
  return download;
}

function get(
  url: string,
  options: Partial<DownloadOptions> = {},
  entry: Partial<DownloadEntry> = {},
  id = 1,
): Promise<TaskOutcome> {
  return make(options)(
    order({
      id,
      type: 'url',
      source: url,
      download: { entry: { ...plainEntry(url), ...entry }, partial: null },
    }),
    new FakeContext(),
  );
}

const files = (): string[] => readdirSync(directory).filter((name) => !name.startsWith('.heddle-work-'));
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('where the name is taken', () => {
  beforeEach(() => {
    writeFileSync(join(directory, 'a.txt'), 'old');
  });

  test('number', async () => {
    await get(server.body('/a.txt', 'new'), { existing: 'number' });
    expect(files().sort()).toEqual(['a (1).txt', 'a.txt']);
    expect(readFileSync(join(directory, 'a.txt'), 'utf8')).toBe('old');
  });

  test('skip, without a request', async () => {
    const outcome = await get(server.body('/a.txt', 'new'), { existing: 'skip' });
    expect(outcome).toMatchObject({ state: 'skipped', reason: { code: 'target-exists' } });
    expect(server.requests).toEqual([]);
    expect(files()).toEqual(['a.txt']);
  });

  test('skip, where only the answer tells the name', async () => {
    const url = server.on('/get', (_, response) => {
      response
        .writeHead(200, { 'Content-Length': 3, 'Content-Disposition': 'attachment; filename="a.txt"' })
        .end('new');
    });
    expect(await get(url, { existing: 'skip' })).toMatchObject({ state: 'skipped' });
    expect(readFileSync(join(directory, 'a.txt'), 'utf8')).toBe('old');
  });

  test('overwrite, but never what the same job made', async () => {
    const download = make({ existing: 'overwrite' });
    const url = server.body('/a.txt', 'new');
    for (const id of [1, 2]) await download(order({ id, type: 'url', source: url }), new FakeContext());
    expect(files().sort()).toEqual(['a (1).txt', 'a.txt']);
    for (const name of files()) expect(readFileSync(join(directory, name), 'utf8')).toBe('new');
  });

  test.each(['overwrite', 'newer', 'skip'] as const)(
    '%s: folders that are one by a link are one for names, too',
    async (existing) => {
      mkdirSync(join(directory, 'real', 'deep'), { recursive: true });
      symlinkSync('real', join(directory, 'inside'));
      symlinkSync(join(directory, 'real', 'deep'), join(directory, 'deeper'));
      symlinkSync('.', join(directory, 'self'));
      const download = make({ existing });
      const put = async (id: number, folder: string | null, name: string): Promise<unknown> => {
        const url = server.body(`/${id}`, `${id}`);
        const entry = { ...plainEntry(url), directory: folder, fileName: name };
        const given = { entry, partial: null };
        const { target } = await download(
          order({ id, type: 'url', source: url, download: given }),
          new FakeContext(),
        );
        return readFileSync(String(target), 'utf8');
      };
      expect(await put(1, 'real', 'x')).toBe('1');
      expect(await put(2, 'inside', 'x')).toBe('2');
      expect(await put(3, 'real/deep', 'y')).toBe('3');
      expect(await put(4, 'inside/deep', 'y')).toBe('4');
      expect(await put(5, 'deeper', 'y')).toBe('5');
      expect(await put(6, null, 'z')).toBe('6');
      expect(await put(7, 'self', 'z')).toBe('7');
      expect(readdirSync(join(directory, 'real')).sort()).toEqual(['deep', 'x', 'x (1)']);
      expect(readdirSync(join(directory, 'real', 'deep')).sort()).toEqual(['y', 'y (1)', 'y (2)']);
      expect(files()).toContain('z (1)');
    },
  );

  test('newer: a server whose date never changes is not asked by it', async () => {
    const placeholder = 'Thu, 01 Jan 1970 00:00:00 GMT';
    const url = server.on('/a.txt', (request, response) => {
      if (request.headers['if-modified-since'] === placeholder) response.writeHead(304).end();
      else response.writeHead(200, { 'Content-Length': 3, 'Last-Modified': placeholder }).end('new');
    });
    const target = join(directory, 'a.txt');
    const { mtimeMs, size } = statSync(target);
    const known = {
      target,
      source: sha256(url),
      etag: '""',
      lastModified: placeholder,
      size,
      mtimeMs: Math.floor(mtimeMs),
    };
    const download = make({ existing: 'newer' });
    const outcome = await download(
      order({ id: 1, type: 'url', source: url, download: { entry: null, partial: null, known } }),
      new FakeContext(),
    );
    expect(outcome).toMatchObject({ state: 'done', target });
    expect(server.requests[0]?.headers).not.toHaveProperty('if-none-match');
    expect(readFileSync(target, 'utf8')).toBe('new');
  });

  test('newer: asks for a newer one, and leaves this one where there is none', async () => {
    utimesSync(join(directory, 'a.txt'), 1_700_000_000, 1_700_000_000);
    let modified = 1_600_000_000;
    const url = server.on('/a.txt', (request, response) => {
      const since = Date.parse(request.headers['if-modified-since'] ?? '') / 1000;
      if (since >= modified) response.writeHead(304).end();
      else {
        response
          .writeHead(200, { 'Content-Length': 3, 'Last-Modified': new Date(modified * 1000).toUTCString() })
          .end('new');
      }
    });
    expect(await get(url, { existing: 'newer' })).toMatchObject({
      state: 'skipped',
      reason: { code: 'not-modified' },
    });
    // Killed before that was recorded: it is asked again.
    expect(await get(url, { existing: 'newer' })).toMatchObject({ state: 'skipped' });
    expect(readFileSync(join(directory, 'a.txt'), 'utf8')).toBe('old');
    modified = 1_800_000_000;
    expect(await get(url, { existing: 'newer' })).toMatchObject({ state: 'done' });
    expect(files()).toEqual(['a.txt']);
    expect(readFileSync(join(directory, 'a.txt'), 'utf8')).toBe('new');
    expect(statSync(join(directory, 'a.txt')).mtimeMs).toBe(modified * 1000);
  });
});

describe('the time of a file', () => {
  test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    '%s',
    async (date) => {
      const url = server.on('/a', (_, response) =>
        response.writeHead(200, { 'Last-Modified': date }).end('x'),
      );
      await get(url);
      expect(statSync(join(directory, 'a')).mtimeMs).toBe(784_111_777_000);
    },
  );

  test.each(['0', '-1', 'never', 'Thu, 01 Jan 1970 00:00:00 GMT', '1994-11-06'])(
    '%s is none: that of the download stays',
    async (date) => {
      const began = Date.now();
      const url = server.on('/a', (_, response) =>
        response.writeHead(200, { 'Last-Modified': date }).end('x'),
      );
      await get(url);
      // File systems tell the time in ticks of a few milliseconds.
      expect(statSync(join(directory, 'a')).mtimeMs).toBeGreaterThan(began - 100);
    },
  );
});

describe('digests', () => {
  test('the right one verifies', async () => {
    const outcome = await get(server.body('/a', 'text'), {}, { digests: { sha256: sha256('text') } });
    expect(outcome).toMatchObject({ digests: { sha256: sha256('text') }, facts: { integrity: 'verified' } });
  });

  test('a wrong one discards the file, and both values are said', async () => {
    const promise = get(server.body('/a', 'text'), {}, { digests: { sha256: sha256('other') } });
    await expect(promise).rejects.toMatchObject({
      code: 'digest-mismatch',
      retryable: false,
      message: `The file's sha256 is ${sha256('text')}, expected was ${sha256('other')}. It was discarded.`,
    });
    expect(files()).toEqual([]);
    expect(readdirSync(join(directory, '.heddle-work-0123456789ab'))).toEqual([]);
  });

  test('any are computed', async () => {
    const outcome = await get(server.body('/a', 'text'), { digests: ['md5', 'blake3'] });
    expect(outcome.digests?.md5).toBe(createHash('md5').update('text').digest('hex'));
    expect(outcome.digests?.blake3).toMatch(/^[0-9a-f]{64}$/u);
  });

  test('a size that the list gives is held to', async () => {
    await expect(get(server.body('/a', 'text'), {}, { size: 5 })).rejects.toMatchObject({
      code: 'size-mismatch',
    });
    expect(files()).toEqual([]);
  });
});

describe('limits', () => {
  test('a file that is too large, by its length and without one', async () => {
    await expect(get(server.body('/a', 'x'.repeat(100)), { maxBytes: 99 })).rejects.toMatchObject({
      code: 'too-large',
    });
    const url = server.on('/chunked', (_, response) => {
      response.write('x'.repeat(60));
      response.end('x'.repeat(60));
    });
    await expect(get(url, { maxBytes: 99 })).rejects.toMatchObject({ code: 'too-large', retryable: false });
    await get(server.body('/b', 'x'.repeat(99)), { maxBytes: 99 });
    expect(files()).toEqual(['b']);
  });

  test('disk space that is to stay free', async () => {
    await expect(get(server.body('/a', 'text'), { keepFreeBytes: 2 ** 50 })).rejects.toMatchObject({
      code: 'disk-full',
    });
    expect(files()).toEqual([]);
  });

  test('a speed limit holds for all together', async () => {
    const limit = new RateLimit();
    limit.set(1_000_000);
    const download = make({}, [limit.buffer]);
    const url = server.body('/a', 'x'.repeat(300_000));
    const startedAtMs = performance.now();
    await Promise.all(
      [1, 2].map((id) =>
        download(order({ id, type: 'url', source: url }), new FakeContext({ exclusive: false })),
      ),
    );
    // 600,000 bytes less the burst of 50 ms: an upper bound would be the machine's, this one is the limit's.
    expect(performance.now() - startedAtMs).toBeGreaterThan(300);
  });

  test('a speed limit holds for files that come in one piece', async () => {
    const limit = new RateLimit();
    limit.set(100_000);
    const download = make({}, [limit.buffer]);
    const url = server.body('/a', 'x'.repeat(10_000));
    const startedAtMs = performance.now();
    for (const id of [1, 2, 3, 4, 5])
      await download(order({ id, type: 'url', source: url }), new FakeContext());
    expect(performance.now() - startedAtMs).toBeGreaterThan(400);
  });
});

describe('who asks', () => {
  const headersOf = (): Record<string, string | string[] | undefined> =>
    server.requests.at(-1)?.headers ?? {};

  test('own headers, agent, basic and bearer', async () => {
    const url = server.body('/a', 'x');
    await get(url, {
      headers: [['X-Mine', 'a: b']],
      userAgent: 'Me/1',
      user: { name: 'me', password: 'p:w' },
    });
    expect(headersOf()).toMatchObject({
      'x-mine': 'a: b',
      'user-agent': 'Me/1',
      authorization: `Basic ${Buffer.from('me:p:w').toString('base64')}`,
    });
    await get(url, { bearer: 'token' }, { headers: [['X-Entry', '1']] }, 2);
    expect(headersOf()).toMatchObject({ authorization: 'Bearer token', 'x-entry': '1' });
  });

  test('.netrc: the host its own, others the default; what the user says comes first', async () => {
    const netrc = join(folder, 'netrc');
    writeFileSync(
      netrc,
      '# mine\nmachine other login x password y\nmachine 127.0.0.1\n  login me\n  password "a b"\n',
    );
    const url = server.body('/a', 'x');
    await get(url, { netrc });
    expect(headersOf()['authorization']).toBe(`Basic ${Buffer.from('me:a b').toString('base64')}`);
    await get(url, { netrc, bearer: 'token' }, {}, 2);
    expect(headersOf()['authorization']).toBe('Bearer token');
    writeFileSync(netrc, 'machine other login x password y\n');
    await get(url, { netrc }, {}, 3);
    expect(headersOf()['authorization']).toBeUndefined();
  });

  test("cookies in Netscape's format, for their host and path, unless they are over", async () => {
    const cookies = join(folder, 'cookies.txt');
    const line = (...fields: readonly string[]): string => fields.join('\t');
    writeFileSync(
      cookies,
      [
        '# Netscape HTTP Cookie File',
        line('127.0.0.1', 'FALSE', '/', 'FALSE', '0', 'a', '1'),
        line('#HttpOnly_127.0.0.1', 'FALSE', '/deep', 'FALSE', '4102444800', 'b', '2'),
        line('127.0.0.1', 'FALSE', '/', 'FALSE', '1', 'over', '3'),
        line('127.0.0.1', 'FALSE', '/', 'TRUE', '0', 'secure', '4'),
        line('.example.org', 'TRUE', '/', 'FALSE', '0', 'other', '5'),
      ].join('\n'),
    );
    await get(server.body('/deep/a', 'x'), { cookies });
    expect(headersOf()['cookie']).toBe('b=2; a=1');
    await get(server.body('/deeper', 'x'), { cookies }, {}, 2);
    expect(headersOf()['cookie']).toBe('a=1');
  });

  test('a file that is not there is said to be so', async () => {
    await expect(get(server.body('/a', 'x'), { netrc: join(folder, 'none') })).rejects.toThrow(/none/u);
  });

  describe('through a proxy', () => {
    let proxy: Server;
    let asked: string[];
    let address: string;

    beforeEach(async () => {
      asked = [];
      proxy = createServer((request, response) => {
        asked.push(request.url ?? '');
        const { pathname } = new URL(request.url ?? '');
        httpRequest({ port: server.port, path: pathname, agent: false }, (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
          answer.on('error', () => response.socket?.resetAndDestroy());
        })
          .on('error', () => response.socket?.resetAndDestroy())
          .end();
      });
      proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
        asked.push(request.url ?? '');
        const upstream = connect(server.port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          upstream.pipe(socket).pipe(upstream);
        });
        upstream.on('error', () => undefined);
        socket.on('error', () => undefined);
      });
      await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
      address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    });
    afterEach(async () => {
      proxy.closeAllConnections();
      await new Promise((done) => proxy.close(done));
    });

    test('plain HTTP is asked of it by whole addresses', async () => {
      server.body('/file', 'through the proxy');
      await get('http://name.invalid/file', { proxy: address });
      expect(asked).toEqual(['http://name.invalid/file']);
      expect(readFileSync(join(directory, 'file'), 'utf8')).toBe('through the proxy');
    });

    test('HTTPS goes through a tunnel', async () => {
      server.body('/file', 'no TLS here');
      // The server speaks no TLS, so there is no file; what counts is what the proxy was asked for.
      await expect(get('https://name.invalid/file', { proxy: address })).rejects.toThrow();
      expect(new Set(asked)).toEqual(new Set(['name.invalid:443']));
    });

    test.each(['proxy', 'none'])(
      'a body that only the end of its connection ends, reset (%s)',
      async (by) => {
        server.raw('/file', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf', 'reset');
        await expect(
          get(server.url('/file'), { proxy: by === 'proxy' ? address : null }),
        ).rejects.toMatchObject({
          retryable: true,
        });
        expect(asked).toHaveLength(by === 'proxy' ? 1 : 0);
        expect(existsSync(join(directory, 'file'))).toBe(false);
      },
    );

    test('one of the environment needs no scheme', async () => {
      vi.stubEnv('http_proxy', address.replace('http://', ''));
      server.body('/file', 'through the proxy');
      await get('http://name.invalid/file');
      expect(asked).toEqual(['http://name.invalid/file']);
    });

    test.each(['http', 'https'])('%s: one that is not there is what is told of', async (scheme) => {
      const gone = 'http://127.0.0.1:1';
      const failure = get(`${scheme}://name.invalid/file`, { proxy: gone });
      await expect(failure).rejects.toMatchObject({ code: 'proxy-unreachable', retryable: true });
      await expect(failure).rejects.toThrow(/The proxy 127\.0\.0\.1/u);
    });

    test.each(['http', 'https'])('%s: one that asks for a password is not asked again', async (scheme) => {
      proxy.removeAllListeners('request').removeAllListeners('connect');
      proxy.on('request', (_, response: ServerResponse) => response.writeHead(407).end());
      proxy.on('connect', (_, socket: Socket) => socket.end('HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n'));
      const failure = get(`${scheme}://name.invalid/file`, { proxy: address });
      await expect(failure).rejects.toMatchObject({
        code: expect.stringMatching(/407$/u) as string,
        retryable: false,
      });
    });

    test('one that does not say whether it makes a tunnel is not waited for for ever', async () => {
      proxy.removeAllListeners('connect');
      const sockets: Socket[] = [];
      proxy.on('connect', (_, socket: Socket) => sockets.push(socket));
      await expect(
        get('https://name.invalid/file', { proxy: address, connectMs: 1000 }),
      ).rejects.toMatchObject({ retryable: true });
      for (const socket of sockets) socket.destroy();
    });

    test('hosts that the environment takes out are asked directly, and a reset is seen there too', async () => {
      vi.stubEnv('http_proxy', address);
      vi.stubEnv('no_proxy', '127.0.0.1');
      server.raw('/file', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf', 'reset');
      await expect(get(server.url('/file'))).rejects.toMatchObject({ code: 'connection-reset' });
      expect(asked).toEqual([]);
    });
  });
});

describe('an entry of a list', () => {
  test('its name and folder, made safe', async () => {
    await get(server.body('/a', 'x'), {}, { fileName: 'b:c.txt', directory: 'one/two' });
    expect(readFileSync(join(directory, 'one/two/b_c.txt'), 'utf8')).toBe('x');
  });

  test('method, body and status', async () => {
    const bodies: string[] = [];
    const url = server.on('/api', (request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        bodies.push(`${request.method ?? ''} ${text}`);
        response.writeHead(201, { 'Content-Length': 2 }).end('ok');
      });
    });
    const outcome = await get(url, {}, { method: 'POST', body: '{"a":1}' });
    expect(bodies).toEqual(['POST {"a":1}']);
    expect(outcome).toMatchObject({ state: 'done', facts: { status: 201 } });
  });

  test('mirrors: the next one where the first fails, also by its digest', async () => {
    const urls = [server.url('/none'), server.body('/bad', 'bad'), server.body('/good', 'good')];
    const outcome = await get(
      urls[0] ?? '',
      {},
      { urls, digests: { sha256: sha256('good') }, fileName: 'file' },
    );
    expect(outcome).toMatchObject({ state: 'done', facts: { integrity: 'verified', finalUrl: urls[2] } });
    expect(readFileSync(join(directory, 'file'), 'utf8')).toBe('good');
  });

  test('mirrors that all fail: the failure that may heal is told', async () => {
    const busy = server.on('/busy', (_, response) => {
      response.writeHead(503, { 'Retry-After': '7' }).end();
    });
    const urls = [server.url('/none'), busy];
    await expect(get(urls[0] ?? '', {}, { urls })).rejects.toMatchObject({
      code: 'http-503',
      retryable: true,
      retryAfterMs: 7000,
    });
    expect(existsSync(join(directory, 'none'))).toBe(false);
  });
});
