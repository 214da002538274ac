/** Every flag of `heddle download` against a server that sees what it is asked. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createSocketServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@playwright/test';
import { contentOf } from './fault-server';
import { jsonLines, taskLines, test as base } from './terminal';

type Answer = (request: IncomingMessage, response: ServerResponse, path: string) => void;

const test = base.extend<{
  /** Starts a server that is gone when the test has ended. @returns its URL */
  readonly serve: (answer: Answer) => Promise<string>;
  /** The same of one that takes connections and says nothing. */
  readonly serveSilence: () => Promise<string>;
}>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the pattern to learn what a fixture needs
  serve: async ({}, use) => {
    const close: (() => void)[] = [];
    await use(async (answer) => {
      const server = createServer((request, response) => {
        answer(request, response, request.url ?? '/');
      });
      close.push(() => {
        server.closeAllConnections();
        server.close();
      });
      return listen(server);
    });
    for (const each of close) each();
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the pattern to learn what a fixture needs
  serveSilence: async ({}, use) => {
    const sockets: Socket[] = [];
    const servers: Server[] = [];
    await use(() => {
      const server = createSocketServer((socket) => {
        sockets.push(socket);
        socket.on('error', () => undefined);
      });
      servers.push(server);
      return listen(server);
    });
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  },
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Each path's content is its own. */
const bodyOf = (path: string): Buffer => contentOf(path, 20_000);
const hex = (algorithm: string, path: string): string =>
  createHash(algorithm).update(bodyOf(path)).digest('hex');

const files: Answer = (_, response, path) => {
  if (path.startsWith('/missing')) response.writeHead(404, { 'Content-Length': 0 }).end();
  else response.writeHead(200, { 'Content-Length': bodyOf(path).length }).end(bodyOf(path));
};

const isRight = (path: string, place: string): boolean => readFileSync(place).equals(bodyOf(path));

test('--checksum, --out, -a: digests that are asked for', async ({ heddle, serve, folder }) => {
  const url = `${await serve(files)}/a.bin`;
  const good = await heddle([
    ...['download', url, '-d', folder, '--json', '-o', 'named.bin', '-a', 'md5', '-a', 'SHA-512'],
    ...['--checksum', `sha-256=${hex('sha256', '/a.bin')}`],
  ]);
  expect(good.status).toBe(0);
  expect(taskLines(good.stdout)).toMatchObject([
    {
      state: 'done',
      target: join(folder, 'named.bin'),
      digests: {
        md5: hex('md5', '/a.bin'),
        sha256: hex('sha256', '/a.bin'),
        sha512: hex('sha512', '/a.bin'),
      },
    },
  ]);
  expect(isRight('/a.bin', join(folder, 'named.bin'))).toBe(true);

  const bad = ['--checksum', `sha256=${hex('sha256', '/other')}`];
  const target = join(folder, 'target');
  const refused = await heddle(['download', url, '-d', target, '--json', ...bad]);
  expect(refused.status).toBe(1);
  expect(taskLines(refused.stdout)).toMatchObject([{ state: 'failed', error: { code: 'digest-mismatch' } }]);
  expect(readdirSync(target)).toEqual([]);
  // Of several URLs nobody knows which one is meant, and a check must not be passed over.
  const list = join(folder, 'list');
  writeFileSync(list, `${url}\n`);
  const wrong = [
    [url, url, ...bad],
    ['-i', list, ...bad],
    ['-i', list, '-o', 'name'],
  ];
  for (const run of await Promise.all(wrong.map((args) => heddle(['download', '-d', target, ...args]))))
    expect(run).toMatchObject({ status: 2, stdout: '' });
});

test('--input, --format, --dir: what is read, and where it goes', async ({ heddle, serve, folder }) => {
  const url = await serve(files);
  // By its name it is CSV.
  const list = join(folder, 'list.csv');
  writeFileSync(list, `${url}/a.bin\n${url}/b.bin\n`);
  const other = join(folder, 'other');
  writeFileSync(other, `${url}/c.bin\n`);
  const args = ['download', '-i', list, '--input', other, '-i', '-', '--quiet'];
  expect((await heddle([...args, '-d', join(folder, 'csv')], { input: `${url}/d.bin\n` })).status).toBe(1);
  const run = await heddle([...args, '--format', 'urls'], { input: `${url}/d.bin\n`, cwd: folder });
  expect(run).toMatchObject({ status: 0, stderr: '' });
  for (const name of ['a.bin', 'b.bin', 'c.bin', 'd.bin'])
    expect(isRight(`/${name}`, join(folder, name))).toBe(true);
});

test('--max-filesize and --keep-free', async ({ heddle, serve, folder }) => {
  const url = await serve(files);
  const failed = async (...args: readonly string[]): Promise<unknown> => {
    const run = await heddle(['download', `${url}/a.bin`, '-d', join(folder, 'target'), '--json', ...args]);
    return taskLines(run.stdout)[0]?.error?.code;
  };
  const refused = [failed('--max-filesize', '19K'), failed('--keep-free', '7000T')];
  expect(await Promise.all(refused)).toEqual(['too-large', 'disk-full']);
  expect(readdirSync(join(folder, 'target'))).toEqual([]);
  expect(await failed('--max-filesize', '20K', '--keep-free', '1')).toBe(undefined);
  expect(readdirSync(join(folder, 'target'))).toEqual(['a.bin']);
});

test('--existing number, skip, overwrite, newer', async ({ heddle, serve, folder }) => {
  let modified = 'Sun, 01 Jan 2023 00:00:00 GMT';
  const asked: string[] = [];
  const url = await serve((request, response, path) => {
    const since = request.headers['if-modified-since'];
    asked.push(since ?? '');
    if (since !== undefined && Date.parse(since) >= Date.parse(modified)) response.writeHead(304).end();
    else response.writeHead(200, { 'Content-Length': 20_000, 'Last-Modified': modified }).end(bodyOf(path));
  });
  const target = join(folder, 'target');
  const mine = join(target, 'a.bin');
  const run = async (policy: readonly string[]): Promise<[unknown, number, boolean]> => {
    asked.length = 0;
    mkdirSync(target, { recursive: true });
    writeFileSync(mine, 'mine');
    utimesSync(mine, new Date('2024-01-01'), new Date('2024-01-01'));
    const { stdout } = await heddle(['download', `${url}/a.bin`, '-d', target, '--json', ...policy]);
    const [task] = taskLines(stdout);
    return [task?.error?.code ?? task?.target, asked.length, readFileSync(mine, 'utf8') === 'mine'];
  };
  expect(await run([])).toEqual([join(target, 'a (1).bin'), 1, true]);
  expect(await run(['--existing', 'number'])).toEqual([join(target, 'a (2).bin'), 1, true]);
  // The name is known, so that nobody needs to be asked.
  expect(await run(['--existing', 'skip'])).toEqual(['target-exists', 0, true]);
  expect(await run(['--existing', 'newer'])).toEqual(['not-modified', 1, true]);
  expect(asked).toEqual(['Mon, 01 Jan 2024 00:00:00 GMT']);
  modified = 'Wed, 01 Jan 2025 00:00:00 GMT';
  expect(await run(['--existing', 'newer'])).toEqual([mine, 1, false]);
  expect(isRight('/a.bin', mine)).toBe(true);
  expect(await run(['--existing', 'overwrite'])).toEqual([mine, 1, false]);
  expect(isRight('/a.bin', mine)).toBe(true);
  expect(readdirSync(target).sort()).toEqual(['a (1).bin', 'a (2).bin', 'a.bin']);
});

test('--retry, --retry-base, --retry-on, --retry-non-idempotent', async ({ heddle, serve, folder }) => {
  const visits = new Map<string, string[]>();
  const url = await serve((request, response, path) => {
    const before = visits.get(path) ?? [];
    visits.set(path, [...before, request.method ?? '']);
    const status = path.startsWith('/403') ? 403 : 503;
    if (before.length === 0) response.writeHead(status, { 'Content-Length': 0 }).end();
    else files(request, response, path);
  });
  const run = async (args: readonly string[], list: string): Promise<[number, number | null, unknown]> => {
    const { status, stdout } = await heddle(['download', '-i', '-', '-d', folder, '--json', ...args], {
      input: list,
    });
    const [task] = taskLines(stdout);
    return [task?.attempts ?? 0, status, task?.error?.code];
  };
  const post = (path: string): string => JSON.stringify({ url: url + path, method: 'POST', body: '{}' });
  const runs = await Promise.all([
    run(['--retry', '0'], `${url}/none`),
    run(['--retry', '1', '--retry-base', '1'], `${url}/one`),
    run(['--retry-base', '1'], `${url}/403`),
    run(['--retry-base', '1', '--retry-on', '404,403'], `${url}/403-again`),
    run(['--retry-base', '1'], post('/once')),
    run(['--retry-base', '1', '--retry-non-idempotent'], post('/twice')),
  ]);
  expect(runs).toEqual([
    [1, 1, 'http-503'],
    [2, 0, undefined],
    [1, 1, 'http-403'],
    [2, 0, undefined],
    [1, 1, 'http-503'],
    [2, 0, undefined],
  ]);
  expect(Object.fromEntries(visits)).toEqual({
    '/none': ['GET'],
    '/one': ['GET', 'GET'],
    '/403': ['GET'],
    '/403-again': ['GET', 'GET'],
    '/once': ['POST'],
    '/twice': ['POST', 'POST'],
  });
});

test('--connect-timeout, --header-timeout, --stall-timeout', async ({
  heddle,
  serve,
  serveSilence,
  folder,
}) => {
  const url = await serve((_, response, path) => {
    // The other one gets no answer at all.
    if (path === '/stalls') response.writeHead(200, { 'Content-Length': 20_000 }).write('begins');
  });
  // The connection of an HTTPS address is made when both sides have agreed upon its keys.
  const silent = (await serveSilence()).replace('http:', 'https:');
  const code = async (...args: readonly string[]): Promise<string | undefined> => {
    const run = await heddle(['download', '-d', folder, '--json', '--retry', '0', ...args]);
    const [line] = taskLines(run.stdout);
    // By default it would be 20 s at least.
    expect(line?.ms).toBeLessThan(15_000);
    return line?.error?.code;
  };
  const [connection, headers, stall] = await Promise.all([
    code(`${silent}/x`, '--connect-timeout', '0.3'),
    code(`${url}/x`, '--header-timeout', '0.3'),
    code(`${url}/stalls`, '--stall-timeout', '0.3'),
  ]);
  expect([connection, headers, stall]).toEqual(['timeout-connect', 'timeout-headers', 'timeout-stall']);
});

test('--limit-rate holds the whole job', async ({ heddle, serve, folder }) => {
  const body = contentOf('slow', 150 * 1024);
  const url = await serve((_, response) =>
    response.writeHead(200, { 'Content-Length': body.length }).end(body),
  );
  const startedAt = performance.now();
  const run = await heddle(['download', `${url}/[1-2].bin`, '-d', folder, '--limit-rate', '100K']);
  expect(run.status).toBe(0);
  // Three seconds, less the last piece of each (64 KiB at most), after which nobody waits, and what may be saved up.
  expect(performance.now() - startedAt).toBeGreaterThan(1600);
  for (const name of ['1.bin', '2.bin']) expect(readFileSync(join(folder, name)).equals(body)).toBe(true);
});

test('what the server is told: headers, logins, cookies', async ({ heddle, serve, folder }) => {
  let seen: IncomingMessage['headers'] = {};
  const url = await serve((request, response, path) => {
    seen = request.headers;
    files(request, response, path);
  });
  const ask = async (...args: readonly string[]): Promise<typeof seen> => {
    const run = await heddle(['download', `${url}/a.bin`, '-d', join(folder, 'target'), ...args]);
    expect(run.status).toBe(0);
    return seen;
  };
  const plain = await ask();
  expect(plain['user-agent']).toMatch(/^Heddle/iu);
  for (const name of ['x-key', 'referer', 'authorization', 'cookie']) expect(plain).not.toHaveProperty(name);

  const jar = join(folder, 'cookies.txt');
  const fields = (domain: string, name: string): string =>
    [domain, 'FALSE', '/', 'FALSE', '0', name, 'crumbs'].join('\t');
  writeFileSync(jar, [fields('127.0.0.1', 'mine'), fields('a.example', 'other'), ''].join('\n'));
  const basic = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`;
  expect(
    await ask(
      ...['-H', 'X-Key: a: b', '--header', 'Accept: text/html', '-A', 'me/1', '-e', 'http://from.example/'],
      ...['--user', 'me:pass:word', '--load-cookies', jar],
    ),
  ).toMatchObject({
    'x-key': 'a: b',
    accept: 'text/html',
    'user-agent': 'me/1',
    referer: 'http://from.example/',
    authorization: basic('me:pass:word'),
    cookie: 'mine=crumbs',
  });
  expect(await ask('--oauth2-bearer', 't0ken')).toHaveProperty('authorization', 'Bearer t0ken');

  const netrc = join(folder, '.netrc');
  writeFileSync(netrc, 'machine a.example login no password no\nmachine 127.0.0.1 login me password file\n');
  expect(await ask('--netrc-file', netrc)).toHaveProperty('authorization', basic('me:file'));
  const home = process.env['HOME'];
  process.env['HOME'] = folder;
  try {
    expect(await ask('-n')).toHaveProperty('authorization', basic('me:file'));
  } finally {
    if (home === undefined) delete process.env['HOME'];
    else process.env['HOME'] = home;
  }
});

test('--proxy is asked for whole addresses', async ({ heddle, serve, folder }) => {
  const asked: string[] = [];
  const proxy = await serve((request, response, path) => {
    asked.push(path);
    files(request, response, path);
  });
  // Nobody but the proxy knows of it.
  const url = 'http://nowhere.invalid/a.bin';
  expect((await heddle(['download', url, '-d', folder, '--proxy', proxy])).status).toBe(0);
  expect(asked).toEqual([url]);
  expect(isRight(url, join(folder, 'a.bin'))).toBe(true);
});

/** Key and certificate for 127.0.0.1, as files in `folder`. */
function selfSigned(folder: string): [key: string, cert: string] {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const name = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', '-days', '2', ...name, ...files], {
    stdio: 'ignore',
  });
  return [key, cert];
}

test('whom to trust: --cacert, and the system; HTTP/2 where it is offered', async ({ heddle, folder }) => {
  const [key, cert] = selfSigned(folder);
  const versions: string[] = [];
  const server = createSecureServer(
    { key: readFileSync(key), cert: readFileSync(cert), allowHTTP1: true },
    (request, response) => {
      versions.push(request.httpVersion);
      response.end(request.url);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const urls = ['a', 'b', 'c'].map((name) => `https://127.0.0.1:${port}/${name}`);
  const args = ['download', ...urls, '--retry', '0', '--json'];
  const refused = taskLines((await heddle([...args, '-d', join(folder, 'none')])).stdout);
  expect(refused.map(({ state, error }) => [state, error?.code.slice(0, 3)])).toEqual(
    urls.map(() => ['failed', 'tls']),
  );
  expect((await heddle([...args, '-d', join(folder, 'own'), '--cacert', cert])).status).toBe(0);
  // OpenSSL's own variable says where the system has its certificates.
  expect(
    (await heddle([...args, '-d', join(folder, 'system')], { env: { SSL_CERT_FILE: cert } })).status,
  ).toBe(0);
  for (const place of ['own', 'system']) expect(readFileSync(join(folder, place, 'b'), 'utf8')).toBe('/b');
  expect(new Set(versions)).toEqual(new Set(['2.0']));
  server.close();
});

test('a server that speaks HTTP/2 alone is asked in it', async ({ heddle, folder }) => {
  const [key, cert] = selfSigned(folder);
  const server = createSecureServer(
    { key: readFileSync(key), cert: readFileSync(cert), allowHTTP1: false },
    (request, response) => {
      response.end(`${request.url} in ${request.httpVersion}`);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const urls = ['a', 'b'].map((name) => `https://127.0.0.1:${port}/${name}`);
  expect((await heddle(['download', ...urls, '-d', folder, '--cacert', cert])).status).toBe(0);
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('/a in 2.0');
  expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('/b in 2.0');
  server.close();
});

test('--max-connection-per-server is the most that a host gets at once', async ({
  heddle,
  serve,
  folder,
}) => {
  let most = 0;
  let wanted = 0;
  let left = 0;
  let waiting: (() => void)[] = [];
  // Answers when as many wait as are wanted at once, and those that are too many have had their time to come.
  const url = await serve((request, response, path) => {
    waiting.push(() => {
      files(request, response, path);
    });
    most = Math.max(most, waiting.length);
    if (waiting.length !== Math.min(wanted, left)) return;
    void pause(20).then(() => {
      const answers = waiting;
      waiting = [];
      left -= answers.length;
      for (const answer of answers) answer();
    });
  });
  const run = async (together: number, ...args: readonly string[]): Promise<number> => {
    [most, wanted, left] = [0, together, 20];
    expect((await heddle(['download', `${url}/[1-20].bin`, '-d', folder, ...args])).status).toBe(0);
    return most;
  };
  expect(await run(2, '--max-connection-per-server', '2')).toBe(2);
  expect(await run(3)).toBeGreaterThan(2);
});

test('--split: a large file over several connections', async ({ heddle, serve, folder }) => {
  const body = contentOf('large', 6 * 1024 * 1024);
  const ranges: Record<string, string[]> = {};
  const url = await serve((request, response, path) => {
    const { range } = request.headers;
    (ranges[path] ??= []).push(range ?? '');
    const [, start = '0', end = ''] = /^bytes=(\d+)-(\d*)$/u.exec(range ?? '') ?? [];
    const part = body.subarray(Number(start), end === '' ? body.length : Number(end) + 1);
    response.writeHead(range === undefined ? 200 : 206, {
      ETag: '"strong"',
      'Accept-Ranges': 'bytes',
      'Content-Length': part.length,
      ...(range === undefined
        ? {}
        : {
            'Content-Range': `bytes ${start}-${Number(start) + part.length - 1}/${body.length}`,
          }),
    });
    void sendSlowly(response, part);
  });
  const run = async (name: string, split: string): Promise<void> => {
    const result = await heddle(['download', `${url}/${name}`, '-d', folder, '--split', split]);
    expect(result.status).toBe(0);
    expect(readFileSync(join(folder, name)).equals(body)).toBe(true);
  };
  await Promise.all([run('one', '1'), run('three', '3')]);
  expect(ranges['/one']).toEqual(['']);
  const [first, ...others] = ranges['/three'] ?? [];
  expect(first).toBe('');
  expect(others.length).toBeGreaterThan(0);
  for (const range of others) expect(range).toMatch(/^bytes=\d+-\d+$/u);
});

/** About 1.6 MB a second for each connection: four seconds for the whole file. */
async function sendSlowly(response: ServerResponse, part: Buffer): Promise<void> {
  for (let at = 0; at < part.length && !response.destroyed; at += 32_768) {
    response.write(part.subarray(at, at + 32_768));
    await pause(20);
  }
  response.end();
}

test.describe('--manifest', () => {
  test('sha256sum -c accepts it', async ({ heddle, serve, folder }) => {
    const url = await serve(files);
    const list = ['b.bin', 'a.bin', 'missing', 'with%20space', '%C3%A9t%C3%A9'].map(
      (name) => `${url}/${name}`,
    );
    const input = list.join('\n');
    const target = join(folder, 'odd \\ name\nhere');
    const sums = join(folder, 'new', 'SUMS');
    const args = ['download', '-i', '-', '-d', target];
    // Beside the files, its folder made with them.
    const beside = await heddle([...args, '--manifest', join(target, 'SUMS')], { input });
    expect(beside.status).toBe(1);
    const names = readFileSync(join(target, 'SUMS'), 'utf8').matchAll(/^[0-9a-f]{64} {2}(.*)$/gmu);
    expect([...names].map(([, name]) => name)).toEqual(['b.bin', 'a.bin', 'with space', 'été']);
    expect(checked('sha256sum', target, 'SUMS')).toBe(4);
    expect(readdirSync(target).sort()).toEqual(['SUMS', 'a.bin', 'b.bin', 'with space', 'été']);
    // From elsewhere; the first algorithm counts.
    const digests = ['-a', 'md5', '-a', 'sha1'];
    expect((await heddle([...args, '--manifest', sums, ...digests], { input })).status).toBe(1);
    expect(checked('md5sum', folder, join('new', 'SUMS'))).toBe(4);
    expect(readdirSync(join(folder, 'new'))).toEqual(['SUMS']);
    // And it notices what has changed.
    writeFileSync(join(target, 'a.bin'), 'other');
    expect(() => checked('sha256sum', target, 'SUMS')).toThrow();
  });

  test('- prints it and nothing else', async ({ heddle, serve, folder }) => {
    const url = await serve(files);
    const args = ['download', `${url}/{a,b}.bin`, '-d', 'target', '--manifest', '-'];
    const run = await heddle(args, { cwd: folder });
    expect(run.status).toBe(0);
    expect(run.stdout).toBe(
      ['a.bin', 'b.bin'].map((name) => `${hex('sha256', `/${name}`)}  target/${name}\n`).join(''),
    );
    expect(existsSync(join(folder, '-'))).toBe(false);
    expect(await heddle([...args, '--json'], { cwd: folder })).toMatchObject({ status: 2, stdout: '' });
  });

  test('a name that is taken is told before the first byte', async ({ heddle, serve, folder }) => {
    const asked: string[] = [];
    const url = await serve((request, response, path) => {
      asked.push(path);
      files(request, response, path);
    });
    const sums = join(folder, 'SUMS');
    writeFileSync(sums, 'mine');
    const run = await heddle(['download', `${url}/a.bin`, '-d', folder, '--manifest', sums]);
    expect(run).toMatchObject({ status: 3, stdout: '', stderr: expect.stringContaining('exists already') });
    expect(asked).toEqual([]);
    expect(readFileSync(sums, 'utf8')).toBe('mine');
    expect((await heddle(['jobs'])).stdout).toBe('');
  });

  test('a job that was stopped writes it when it is gone on with, and anew when retried', async ({
    start,
    heddle,
    serve,
    folder,
  }) => {
    let isOpen = false;
    let isThere = false;
    let tell: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (tell = resolve));
    const url = await serve((request, response, path) => {
      if (path === '/later.bin' && !isThere) response.writeHead(404).end();
      else if (isOpen || path !== '/held.bin') files(request, response, path);
      else tell();
    });
    const target = join(folder, 'target');
    const list = [`${url}/held.bin`, `${url}/a.bin`, `${url}/later.bin`];
    const run = start(['download', ...list, '-d', target, '--manifest', join(target, 'SUMS')]);
    await Promise.all([run.printed(1), held]);
    run.kill('SIGINT');
    expect((await run.ended).status).toBe(130);
    expect(existsSync(join(target, 'SUMS'))).toBe(false);
    isOpen = true;
    expect((await heddle(['resume', '1'])).status).toBe(1);
    expect(checked('sha256sum', target, 'SUMS')).toBe(2);
    isThere = true;
    expect((await heddle(['retry', '1'])).status).toBe(0);
    expect(checked('sha256sum', target, 'SUMS')).toBe(3);
    expect(readdirSync(target).sort()).toEqual(['SUMS', 'a.bin', 'held.bin', 'later.bin']);
  });

  /** @returns how many files fit; throws where one does not */
  function checked(checker: string, cwd: string, manifest: string): number {
    const output = execFileSync(checker, ['--strict', '-c', manifest], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.match(/: OK$/gmu)?.length ?? 0;
  }
});

test('--dry-run says what there is, and asks nobody', async ({ heddle, serve, folder, data }) => {
  const asked: string[] = [];
  const url = await serve((request, response, path) => {
    asked.push(path);
    files(request, response, path);
  });
  const list = join(folder, 'list.jsonl');
  const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
  writeFileSync(list, line({ url: `${url}/a.bin` }) + line({ url: `${url}/x`, out: 'a.bin' }) + line({}));
  const hosts = Array.from({ length: 22 }, (_, index) => `http://h${index}.example/${index}\n`).join('');
  const target = join(folder, 'target');
  const args = ['download', `${url}/a.bin`, '-i', list, '-i', '-', '-d', target, '--dry-run'];
  const run = await heddle(args, { input: `${hosts}ftp://me:pa55word@a.example/\n` });
  expect(run).toMatchObject({ status: 1, stderr: '' });
  const { host } = new URL(url);
  expect(run.stdout.split('\n')).toEqual([
    '25 entries',
    '  command line (urls): 1',
    '  standard input (urls): 22',
    `  ${list} (jsonl): 2`,
    '23 hosts',
    `  ${host}: 3`,
    ...Array.from({ length: 19 }, (_, index) => `  h${index}.example: 1`),
    '  and 3 more hosts',
    '2 extensions',
    '  (none): 22',
    '  bin: 3',
    '1 duplicate',
    '1 name that clashes',
    '  a.bin: 3',
    '2 lines that could not be read',
    '  standard input: Line 23 (a.example) is not an HTTP or HTTPS address.',
    expect.stringMatching(/list\.jsonl: Line 3 has no address\.$/u),
    '',
  ]);
  const json = await heddle([...args, '--json'], { input: '' });
  expect(jsonLines(json.stdout)).toMatchObject([
    {
      type: 'preview',
      entries: 3,
      lists: [{ format: 'urls' }, { format: 'urls' }, { name: list, format: 'jsonl', faultCount: 1 }],
      hosts: [{ host, entries: 3 }],
      duplicates: 1,
      clashes: [{ name: 'a.bin', entries: 3 }],
      faults: [{ list, line: 3, message: expect.stringContaining('no address') }],
    },
  ]);
  const chosen = await heddle([...args, '--skip-host', host, '--only-ext', ''], { input: hosts });
  expect(chosen.stdout).toContain('22 entries, 3 left out\n');
  const others = [[`${url}/[1-3]`], ['-i', join(folder, 'none')], []];
  const runs = await Promise.all(others.map((more) => heddle(['download', '--dry-run', ...more])));
  expect(runs.map(({ status }) => status)).toEqual([0, 2, 2]);
  expect(asked).toEqual([]);
  for (const made of [data, target]) expect(existsSync(made)).toBe(false);
});
