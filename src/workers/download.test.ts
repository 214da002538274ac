import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
  openSync,
  existsSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_DOWNLOAD_OPTIONS, type DownloadOptions } from '../common/model/download-options';
import { toErrorData, type ErrorData } from '../common/model/errors';
import type { TaskOutcome } from '../common/model/tasks';
import { VERSION } from '../common/model/version';
import { createDownload, type DownloadTuning, type RunDownload } from './download';
import { TaskCancelled } from './runtime';
import { FakeContext, order } from './test-context';
import { TestServer } from './test-server';

let folder: string;
let directory: string;
let workDirectory: string;
let server: TestServer;
const opened: RunDownload[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-download-'));
  directory = join(folder, 'files');
  workDirectory = join(directory, '.heddle-work-0123456789ab');
  server = await TestServer.start();
});

afterEach(async () => {
  for (const download of opened.splice(0)) await download.close();
  await server.close();
  await rm(folder, { recursive: true });
});

function make(tuning: DownloadTuning = {}, options: Partial<DownloadOptions> = {}): RunDownload {
  const download = createDownload(
    {
      kind: 'download',
      directory,
      workDirectory,
      options: { ...DEFAULT_DOWNLOAD_OPTIONS, ...options },
      rates: [],
    },
    tuning,
  );
  opened.push(download);
  return download;
}

function run(
  url: string,
  tuning: DownloadTuning = {},
  context = new FakeContext(),
  id = 1,
): Promise<TaskOutcome> {
  return make(tuning)(order({ id, type: 'url', source: url }), context);
}

async function failure(promise: Promise<unknown>): Promise<ErrorData> {
  try {
    await promise;
  } catch (error) {
    return toErrorData(error);
  }
  throw new Error('it did not fail');
}

/** Final names; the work directory apart. */
function files(): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).filter((name) => !name.startsWith('.heddle-work-'));
}

function leftovers(): string[] {
  if (!existsSync(workDirectory)) return [];
  // The folder that names are locked in stays as long as the job.
  return readdirSync(workDirectory).filter((name) => name !== 'locks');
}

function bytes(length: number): Buffer {
  const data = Buffer.alloc(length);
  for (let at = 0; at < length; at++) data[at] = (at * 7 + (at >> 8)) & 0xff;
  return data;
}

describe.each([
  { exclusive: true, lanes: 'alone on its thread' },
  { exclusive: false, lanes: 'with others on its thread' },
])('$lanes', ({ exclusive }) => {
  test.each([0, 1, 4096, 262_143, 262_144, 262_145, 5_000_000])('a file of %i bytes', async (size) => {
    const data = bytes(size);
    const context = new FakeContext({ exclusive });
    const outcome = await run(server.body('/a.bin', data), {}, context);
    const target = join(directory, 'a.bin');
    expect(outcome).toMatchObject({ state: 'done', bytes: size, target, release: join(workDirectory, '1') });
    expect(readFileSync(target).equals(data)).toBe(true);
    expect(context.bytesDone).toBe(size);
    expect(context.bytesTotal).toBe(size);
    // The temporary name still proves whose file it is.
    expect(statSync(target).nlink).toBe(2);
    // The mode of any new file: 0666 less the umask.
    writeFileSync(join(folder, 'sample'), '');
    expect(statSync(target).mode).toBe(statSync(join(folder, 'sample')).mode);
    expect(statSync(workDirectory).mode & 0o777).toBe(0o700);
  });

  test('a chunked body of unknown length', async () => {
    const data = bytes(3_000_000);
    const url = server.on('/chunked', (_, response) => {
      response.write(data.subarray(0, 10));
      response.end(data.subarray(10));
    });
    const context = new FakeContext({ exclusive });
    await run(url, {}, context);
    expect(readFileSync(join(directory, 'chunked')).equals(data)).toBe(true);
    expect(context.bytesTotal).toBeNull();
  });

  test('a body that ends with its connection', async () => {
    const data = bytes(100_000);
    const head = Buffer.from('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
    await run(server.raw('/close', Buffer.concat([head, data])), {}, new FakeContext({ exclusive }));
    expect(readFileSync(join(directory, 'close')).equals(data)).toBe(true);
  });

  test('cancelled in the middle: stopped, and what is there is told', async () => {
    const url = server.on('/endless', (_, response) => {
      response.writeHead(200, { 'Content-Length': 100_000_000 });
      response.write(bytes(2_000_000));
    });
    const context = new FakeContext({ exclusive });
    context.onProgress = (done) => {
      if (done >= 1_500_000) context.cancel();
    };
    await expect(run(url, {}, context)).rejects.toThrow(TaskCancelled);
    expect(leftovers()).toEqual(['1']);
    expect(context.notes.at(-1)?.extents.at(-1)?.end).toBeGreaterThanOrEqual(1_500_000);
    expect(files()).toEqual([]);
  });

  test('a full disk is said to be one, with the name of the file', async () => {
    const url = server.body('/big.bin', bytes(2_000_000));
    const error = await failure(
      run(url, { open: () => openSync('/dev/full', 'w') }, new FakeContext({ exclusive })),
    );
    expect(error.code).toBe('disk-full');
    expect(error.message).toContain(join(directory, 'big.bin'));
    expect(error.cause?.code).toBe('ENOSPC');
  });
});

test('the request says who asks and asks for no encoding', async () => {
  await run(server.body('/a%20b?c=d', 'x'));
  await run(
    server.body('/a', 'x').replace('127.0.0.1', 'me:se%20cret@127.0.0.1') + '#part',
    {},
    new FakeContext(),
    2,
  );
  expect(server.requests[0]?.headers['user-agent']).toBe(`Heddle/${VERSION}`);
  expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
  expect(server.requests.at(-1)?.path).toBe('/a');
  expect(server.requests.at(-1)?.headers.authorization).toBe(
    `Basic ${Buffer.from('me:se cret').toString('base64')}`,
  );
});

test('one connection serves one file after the other', async () => {
  const download = make();
  const seen = new Set<unknown>();
  for (let id = 1; id <= 5; id++) {
    server.on(`/f${id}`, ({ socket }, response) => {
      seen.add(socket);
      response.end('hello');
    });
    await download(order({ id, type: 'url', source: server.url(`/f${id}`) }), new FakeContext());
  }
  expect(seen.size).toBe(1);
});

describe('redirects', () => {
  test.each([301, 302, 303, 307, 308])(
    '%i is followed; the name is that of the URL asked for',
    async (status) => {
      server.body('/there/real.bin', 'real');
      const url = server.on('/here.bin', (_, response) => {
        response.writeHead(status, { Location: 'there/real.bin' }).end('moved');
      });
      await run(url);
      expect(readFileSync(join(directory, 'here.bin'), 'utf8')).toBe('real');
    },
  );

  test.each([
    ['/get', '/files/report.tar.gz?x=1', 'report.tar.gz'],
    ['/get/', '/files/re%20port.pdf', 're port.pdf'],
    ['/get.php?id=7', '/files/report.pdf', 'get.php'],
    ['/get', '/files/report', 'get'],
    ['/get', '/files/', 'get'],
  ])('%s that leads to %s is called %s', async (asked, final, name) => {
    server.body(final, 'real');
    await run(
      server.on(asked, (_, response) => {
        response.writeHead(302, { Location: final }).end();
      }),
    );
    expect(files()).toEqual([name]);
  });

  test('twenty are followed, twenty-one are too many', async () => {
    for (let step = 1; step <= 21; step++) {
      server.on(`/${step}`, (_, response) => {
        response.writeHead(302, { Location: `/${step - 1}` }).end();
      });
    }
    server.body('/0', 'end');
    await run(server.url('/20'));
    expect(readFileSync(join(directory, '20'), 'utf8')).toBe('end');
    expect((await failure(run(server.url('/21'), {}, new FakeContext(), 2))).code).toBe('too-many-redirects');
  });

  test('a circle is seen at once', async () => {
    const url = server.on('/a', (_, response) => {
      response.writeHead(302, { Location: '/b' }).end();
    });
    server.on('/b', (_, response) => {
      response.writeHead(302, { Location: '/a#again' }).end();
    });
    expect(await failure(run(url))).toMatchObject({ code: 'redirect-loop', retryable: false });
    expect(server.requests).toHaveLength(2);
  });

  test('only to HTTP', async () => {
    const url = server.on('/a', (_, response) => {
      response.writeHead(302, { Location: 'file:///etc/passwd' }).end();
    });
    expect((await failure(run(url))).code).toBe('bad-redirect');
  });

  test('without a place to go', async () => {
    const url = server.on('/a', (_, response) => {
      response.writeHead(302).end();
    });
    expect((await failure(run(url))).code).toBe('bad-answer');
  });

  test('a password is not told to another host', async () => {
    const other = await TestServer.start();
    try {
      other.body('/b', 'x');
      const url = server.on('/a', (_, response) => {
        response.writeHead(302, { Location: other.url('/b') }).end();
      });
      await run(url.replace('127.0.0.1', 'me:secret@127.0.0.1'));
      expect(server.requests.at(-1)?.headers.authorization).toBeDefined();
      expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    } finally {
      await other.close();
    }
  });
});

describe('answers that are not 200', () => {
  test.each([
    { status: 404, retryable: false, message: 'The server has no such file (404 Not Found).' },
    {
      status: 403,
      retryable: false,
      message: 'The server does not allow access to the file (403 Forbidden).',
    },
    { status: 500, retryable: true, message: 'The server failed inside (500 Internal Server Error).' },
    { status: 502, retryable: true, message: null },
    { status: 503, retryable: true, message: null },
    { status: 504, retryable: true, message: null },
    { status: 408, retryable: true, message: null },
    { status: 425, retryable: true, message: null },
    { status: 429, retryable: true, message: null },
    ...[520, 521, 522, 523, 524].map((status) => ({ status, retryable: true, message: null })),
    { status: 525, retryable: false, message: null },
    { status: 206, retryable: false, message: null },
    { status: 204, retryable: false, message: null },
    { status: 418, retryable: false, message: null },
  ])('$status', async ({ status, retryable, message }) => {
    const url = server.on('/x', (_, response) => {
      response.writeHead(status).end();
    });
    const error = await failure(run(url));
    expect(error).toMatchObject({ code: `http-${status}`, retryable });
    if (message !== null) expect(error.message).toBe(message);
    expect(files()).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  test('Retry-After travels with the failure', async () => {
    const url = server.on('/x', (_, response) => {
      response.writeHead(429, { 'Retry-After': '7' }).end();
    });
    expect(await failure(run(url))).toMatchObject({ code: 'http-429', retryable: true, retryAfterMs: 7000 });
  });

  test.each([
    ['3600', 3_600_000, ''],
    ['99999999999', 3_600_000, ' It asks to wait 3,169 years; Heddle waits 60 min at most.'],
    ['9'.repeat(400), 3_600_000, null],
    ['7200', 3_600_000, ' It asks to wait 2 h; Heddle waits 60 min at most.'],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 3_600_000, null],
    ['Fri, 31 Dec 1999 23:59:59 GMT', 0, ''],
    ['0', 0, ''],
    ['-1', undefined, ''],
    ['soon', undefined, ''],
    ['', undefined, ''],
  ])('of "Retry-After: %s" an hour is kept at most', async (value, retryAfterMs, said) => {
    const url = server.on('/x', (_, response) => {
      response.writeHead(503, { 'Retry-After': value }).end();
    });
    const error = await failure(run(url));
    expect([error.retryable, error.retryAfterMs]).toEqual([true, retryAfterMs]);
    const sentence = 'The server cannot answer now (503 Service Unavailable).';
    if (said === null) expect(error.message).toMatch(/^[^.]+\. It asks to wait [\d,]+ years; /u);
    else expect(error.message).toBe(sentence + said);
  });

  test.each([
    [['403', '5xx'], 403, true],
    [['403', '5xx'], 599, true],
    [['403', '5xx'], 501, true],
    [['403', '5xx'], 404, false],
    [['4xx'], 404, true],
    [['4xx'], 501, false],
    [['404'], 503, true],
  ])('with --retry-on %j %i may heal: %s', async (retryOn, status, retryable) => {
    const url = server.on('/x', (_, response) => {
      response.writeHead(status, { 'Retry-After': '7' }).end();
    });
    const task = order({ id: 1, type: 'url', source: url });
    expect(await failure(Promise.resolve(make({}, { retryOn })(task, new FakeContext())))).toMatchObject({
      code: `http-${status}`,
      retryable,
      retryAfterMs: 7000,
    });
  });

  test('a huge error page is not read', async () => {
    const url = server.on('/x', (_, response) => {
      response.writeHead(500);
      response.write(bytes(1_000_000));
    });
    expect((await failure(run(url))).code).toBe('http-500');
  });

  test('an encoding that nobody asked for', async () => {
    const url = server.on('/x', (_, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('…');
    });
    expect(await failure(run(url))).toMatchObject({ code: 'content-encoding', retryable: false });
    expect(files()).toEqual([]);
  });
});

describe('bodies that are not whole', () => {
  const head = (length: number): string => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`;

  test.each([100, 300_000])('shorter than promised, after %i bytes', async (sent) => {
    const url = server.raw('/short', head(400_000) + 'x'.repeat(sent));
    const error = await failure(run(url));
    expect(error).toMatchObject({
      code: 'length-mismatch',
      retryable: true,
      message: `The server promised 400000 bytes and sent ${sent}.`,
    });
    expect(files()).toEqual([]);
    // So little is fetched again sooner than looked up.
    expect(leftovers()).toEqual(sent < 1000 ? [] : ['1']);
  });

  test('what follows the promised length is no part of the file, nor of the next answer', async () => {
    const download = make();
    const url = server.raw(
      '/long',
      `${head(5)}helloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`,
      'hang',
    );
    await download(order({ id: 1, type: 'url', source: url }), new FakeContext());
    expect(readFileSync(join(directory, 'long'), 'utf8')).toBe('hello');
    await download(order({ id: 2, type: 'url', source: server.body('/next', 'good') }), new FakeContext());
    expect(readFileSync(join(directory, 'next'), 'utf8')).toBe('good');
  });

  test.each([
    { name: 'two lengths that differ', headers: 'Content-Length: 5\r\nContent-Length: 6\r\n' },
    { name: 'a length that is no number', headers: 'Content-Length: five\r\n' },
    { name: 'a negative length', headers: 'Content-Length: -5\r\n' },
  ])('$name', async ({ headers }) => {
    const url = server.raw('/odd', `HTTP/1.1 200 OK\r\n${headers}\r\nhello!`);
    expect((await failure(run(url))).code).toBe('bad-answer');
    expect(files()).toEqual([]);
  });

  test.each(['gzip', 'gzip, chunked', 'deflate'])(
    'a transfer encoding that was not asked for: %s',
    async (coding) => {
      const body = coding.endsWith('chunked') ? '5\r\nhello\r\n0\r\n\r\n' : 'hello';
      const url = server.raw('/coded', `HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n${body}`);
      expect((await failure(run(url))).code).toBe('bad-answer');
      expect(files()).toEqual([]);
      expect(leftovers()).toEqual([]);
    },
  );

  test.each(['', 'Connection: close\r\n'])('a chunked body that ends early (%j)', async (more) => {
    const url = server.raw(
      '/chunked',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n${more}\r\n5\r\nhello\r\n`,
    );
    expect(await failure(run(url))).toMatchObject({ code: 'body-incomplete', retryable: true });
    expect(files()).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  test.each([
    { name: 'with a length', headers: 'Content-Length: 400000\r\n' },
    { name: 'chunked', headers: 'Transfer-Encoding: chunked\r\n' },
    { name: 'until the connection closes', headers: 'Connection: close\r\n' },
    { name: 'in identity coding', headers: 'Transfer-encoding: identity\r\n' },
  ])('the connection is reset in the middle: $name', async ({ headers }) => {
    const body = headers.includes('chunked') ? '5\r\nhello\r\n' : 'hello';
    const url = server.raw('/reset', `HTTP/1.1 200 OK\r\n${headers}\r\n${body}`, 'reset');
    expect(await failure(run(url))).toMatchObject({ code: 'connection-reset', retryable: true });
    expect(files()).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  test('it stalls', async () => {
    const url = server.raw('/stall', `${head(400_000)}hello`, 'hang');
    const error = await failure(run(url, { limits: { stallMs: 100 } }));
    expect(error).toMatchObject({ code: 'timeout-stall', retryable: true });
    expect(files()).toEqual([]);
    expect(leftovers()).toEqual([]);
  });
});

describe('connections', () => {
  test('no answer', async () => {
    const url = server.on('/silent', () => undefined);
    const error = await failure(run(url, { limits: { headersMs: 100 } }));
    expect(error).toMatchObject({ code: 'timeout-headers', retryable: true });
  });

  test('cancelled while no answer comes', async () => {
    const context = new FakeContext();
    const url = server.on('/silent', () => {
      context.cancel();
    });
    await expect(run(url, {}, context)).rejects.toThrow(TaskCancelled);
  });

  test('closed before an answer: once more, then a failure', async () => {
    const url = server.on('/closed', ({ socket }) => {
      socket.destroy();
    });
    const error = await failure(run(url));
    expect(error).toMatchObject({ code: 'connection-reset', retryable: true });
    expect(server.requests).toHaveLength(2);
  });

  test('a kept connection that the server closes at that moment costs nothing', async () => {
    let first = true;
    const url = server.on('/flaky', ({ socket }, response) => {
      if (first) {
        first = false;
        socket.destroy();
      } else {
        response.end('good');
      }
    });
    await run(url);
    expect(readFileSync(join(directory, 'flaky'), 'utf8')).toBe('good');
  });

  test('refused', async () => {
    const probe = createServer();
    await new Promise<void>((resolve) => {
      probe.listen(0, '127.0.0.1', resolve);
    });
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const error = await failure(run(`http://127.0.0.1:${port}/x`));
    expect(error).toMatchObject({ code: 'connection-refused', retryable: true });
  });

  test('a host that does not exist', async () => {
    // RFC 6761 §6.4: `.invalid` never resolves.
    expect((await failure(run('http://heddle.invalid/x'))).code).toBe('dns');
  });

  test('TLS that is none', async () => {
    const url = server.body('/x', 'x').replace('http:', 'https:');
    expect(await failure(run(url))).toMatchObject({ code: 'tls', retryable: false });
  });

  test('something that does not speak HTTP', async () => {
    const url = server.raw('/ssh', 'SSH-2.0-OpenSSH_9.2\r\n', 'hang');
    expect((await failure(run(url))).code).toBe('bad-answer');
  });

  test('not a URL for it', async () => {
    expect((await failure(run('ftp://127.0.0.1/x'))).code).toBe('bad-url');
    expect((await failure(run('nothing'))).code).toBe('bad-url');
  });
});

describe('names', () => {
  test('two hundred tasks of one name at once on four workers get two hundred names', async () => {
    const url = server.on('/same.txt', ({ headers }, response) => {
      response.end(headers['x-none'] ?? 'same');
    });
    const workers = [make(), make(), make(), make()];
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, index) => {
        const worker = workers[index % workers.length] ?? make();
        return worker(
          order({ id: index + 1, type: 'url', source: url }),
          new FakeContext({ exclusive: false }),
        );
      }),
    );
    const expected = ['same.txt', ...Array.from({ length: 199 }, (_, index) => `same (${index + 1}).txt`)];
    expect(new Set(outcomes.map((outcome) => outcome.target))).toEqual(
      new Set(expected.map((name) => join(directory, name))),
    );
    expect(files().sort()).toEqual(expected.sort());
  });

  test("a user's file is never touched", async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, 'a.txt'), 'mine');
    const outcome = await run(server.body('/a.txt', 'theirs'));
    expect(outcome.target).toBe(join(directory, 'a (1).txt'));
    expect(readFileSync(join(directory, 'a.txt'), 'utf8')).toBe('mine');
    expect(readFileSync(join(directory, 'a (1).txt'), 'utf8')).toBe('theirs');
  });

  test('where the file system has no hard links, tasks of one name still get one each', async () => {
    const link = (): never => {
      throw Object.assign(new Error('no links here'), { code: 'EPERM' });
    };
    const url = server.body('/same.txt', 'same');
    const workers = [
      make({ naming: { link, renameExclusive: () => null } }),
      make({ naming: { link, renameExclusive: () => null } }),
    ];
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const worker = workers[index % 2] ?? make({ naming: { link, renameExclusive: () => null } });
        return worker(
          order({ id: index + 1, type: 'url', source: url }),
          new FakeContext({ exclusive: false }),
        );
      }),
    );
    expect(new Set(outcomes.map((outcome) => outcome.target)).size).toBe(40);
    expect(outcomes.every((outcome) => outcome.release === undefined)).toBe(true);
    expect(files()).toHaveLength(40);
    expect(leftovers()).toEqual([]);
  });
});

describe('after a crash', () => {
  test('killed between the link and the record: done at once, without a request', async () => {
    const url = server.body('/a.txt', 'whole');
    mkdirSync(directory);
    writeFileSync(join(directory, 'a.txt'), 'mine');
    const first = await run(url);
    const again = await run(url);
    expect(again).toEqual({ state: 'done', bytes: 5, target: first.target, release: first.release });
    expect(server.requests).toHaveLength(1);
    expect(files().sort()).toEqual(['a (1).txt', 'a.txt']);
  });

  test('killed there: its digests are computed again', async () => {
    const url = server.body('/a.txt', 'whole');
    const get = (): Promise<TaskOutcome> =>
      make({}, { digests: ['sha256', 'blake3'] })(order({ type: 'url', source: url }), new FakeContext());
    const { digests } = await get();
    expect(Object.keys(digests ?? {})).toEqual(['sha256', 'blake3']);
    expect((await get()).digests).toEqual(digests);
    expect(server.requests).toHaveLength(1);
  });

  test('the file was given another name meanwhile: fetched again, that one is left alone', async () => {
    const url = server.body('/a.txt', 'new');
    mkdirSync(workDirectory, { recursive: true });
    writeFileSync(join(workDirectory, '1'), 'old');
    linkSync(join(workDirectory, '1'), join(folder, 'kept.txt'));
    await run(url);
    expect(readFileSync(join(folder, 'kept.txt'), 'utf8')).toBe('old');
    expect(readFileSync(join(directory, 'a.txt'), 'utf8')).toBe('new');
  });

  test('half a file is written anew', async () => {
    mkdirSync(workDirectory, { recursive: true });
    writeFileSync(join(workDirectory, '1'), 'x'.repeat(1000));
    await run(server.body('/a.txt', 'short'));
    expect(readFileSync(join(directory, 'a.txt'), 'utf8')).toBe('short');
  });
});

test('a folder that cannot be made', async () => {
  writeFileSync(directory, 'a file where the folder should be');
  const error = await failure(run(server.body('/a.txt', 'x')));
  expect(error.code).toBe('not-a-folder');
});

test.runIf(process.getuid?.() === 0)('a disk that fills up in the middle', async () => {
  mkdirSync(directory);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]);
  try {
    const url = server.body('/big.bin', bytes(4_000_000));
    for (const exclusive of [true, false]) {
      const error = await failure(run(url, {}, new FakeContext({ exclusive })));
      expect(error.code).toBe('disk-full');
      expect(leftovers()).toEqual([]);
    }
  } finally {
    execFileSync('umount', [directory]);
  }
});

test('it is told where the time went, and what the server said', async () => {
  const source = `http://localhost:${server.port}/a`;
  server.on('/a', (_, response) => {
    response.writeHead(200, {
      'X-Request-Id': '7',
      'Set-Cookie': 'key=1',
      'X-Api-Token': 'key',
      'Content-Length': 1,
    });
    response.end('x');
  });
  const download = make();
  const facts = async (id: number) =>
    (await download(order({ id, type: 'url', source }), new FakeContext())).facts;
  const first = await facts(1);
  const number = expect.any(Number) as number;
  expect(first?.times).toEqual({
    queueMs: number,
    dnsMs: number,
    connectMs: number,
    tlsMs: null,
    waitMs: number,
    firstByteMs: number,
    bodyMs: number,
    diskMs: number,
  });
  expect(first?.headers).toMatchObject({ 'x-request-id': '7', 'content-length': '1' });
  expect(JSON.stringify(first?.headers)).not.toContain('key');
  // The second goes over the connection that is there.
  expect((await facts(2))?.times).toMatchObject({ dnsMs: null, connectMs: null, waitMs: number });
});

test('a thousand small files, sixteen at a time, are all whole', async () => {
  const digest = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');
  for (let index = 0; index < 1000; index++) server.body(`/f${index}`, `file ${index} `.repeat(index % 97));
  const download = make();
  let next = 0;
  await Promise.all(
    Array.from({ length: 16 }, async (_, lane) => {
      while (next < 1000) {
        const index = next++;
        const source = server.url(`/f${index}`);
        await download(
          order({ id: index + 1, type: 'url', source }),
          new FakeContext({ exclusive: false, lane }),
        );
      }
    }),
  );
  for (let index = 0; index < 1000; index++) {
    expect(digest(readFileSync(join(directory, `f${index}`)))).toBe(
      digest(`file ${index} `.repeat(index % 97)),
    );
  }
});
