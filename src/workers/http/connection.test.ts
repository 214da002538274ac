/** Connections that are kept, over a server that writes every byte of its answers itself. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeContext } from '../test-context';
import { TaskCancelled } from '../runtime';
import {
  ENOUGH,
  type Answer,
  type HttpClient,
  type HttpOptions,
  type Receiver,
  type Request,
} from './client';
import { failure, openTestClient, type Got } from './test-client';

type Act = (socket: Socket) => void;

let server: Server;
let url: string;
/** By the connection that they came over, what was asked for. */
let asked: string[][] = [];
let sockets: Socket[] = [];
let acts: Act[] = [];
const clients: HttpClient[] = [];

beforeEach(async () => {
  asked = [];
  sockets = [];
  acts = [];
  server = createServer((socket) => {
    const own: string[] = [];
    asked.push(own);
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (const [, line] of bytes.toString('latin1').matchAll(/^((?:GET|POST|HEAD) \S+) HTTP\/1\.1\r$/gmu)) {
        own.push(line ?? '');
        const act = acts.shift();
        if (act === undefined) socket.write(good('over'));
        else act(socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function open(options: Partial<HttpOptions> = {}): Promise<HttpClient> {
  const client = await openTestClient(options);
  clients.push(client);
  return client;
}

/** Wants the bodies of those that are good. */
async function get(
  client: HttpClient,
  at: string,
  { method = 'GET', headers = {} }: Partial<Pick<Request, 'method' | 'headers'>> = {},
): Promise<Got> {
  let body = '';
  const answer = await send(
    client,
    at,
    { method, headers },
    {
      begin: ({ status }) => status < 300,
      write: (chunk) => ((body += chunk.toString('latin1')), null),
    },
  );
  return { answer, body };
}

async function send(
  client: HttpClient,
  at: string,
  { method, headers }: Pick<Request, 'method' | 'headers'>,
  receiver: Receiver,
  context = new FakeContext(),
): Promise<Answer> {
  const request = { url: new URL(at), method, headers, login: null, body: null };
  return await client.send({ ...request, range: null, ifRange: null, conditions: {} }, receiver, context);
}

const good = (body: string, fields = ''): string =>
  `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;

/** Answers with these bytes. */
const says =
  (text: string | Buffer): Act =>
  (socket) => {
    socket.write(text);
  };

/** Once this connection is gone for the client. */
async function gone(index: number): Promise<void> {
  const socket = sockets[index];
  if (socket === undefined || socket.closed) return;
  // It may be reset, which is no matter.
  await new Promise((resolve) => socket.once('close', resolve));
}

const connections = (): number[] => asked.map((own) => own.length);

describe('connections are used again', () => {
  test('one after another over one', async () => {
    acts = ['a', 'b', 'c'].map((body) => says(good(body)));
    const client = await open();
    const bodies = [];
    for (const path of ['/1', '/2', '/3']) bodies.push((await get(client, url + path)).body);
    expect([bodies, asked]).toEqual([['a', 'b', 'c'], [['GET /1', 'GET /2', 'GET /3']]]);
  });

  test('as many as there are requests at once, and no more later', async () => {
    const client = await open();
    await Promise.all(['/1', '/2', '/3'].map((path) => get(client, url + path)));
    await Promise.all(['/4', '/5', '/6'].map((path) => get(client, url + path)));
    expect(connections()).toEqual([2, 2, 2]);
  });

  test.each([
    ['a chunked body', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n'],
    ['no body', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'],
    ['a body that nobody wants', `HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found`],
    ['HTTP/1.0 that says so', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na'],
    ['a Keep-Alive of some time', good('a', 'Keep-Alive: timeout=1\r\n')],
    ['an unasked 100 before it', `HTTP/1.1 100 Continue\r\n\r\n${good('a')}`],
  ])('after %s', async (_, answer) => {
    acts = [says(answer)];
    const client = await open();
    await get(client, url);
    expect((await get(client, url)).body).toBe('over');
    expect(connections()).toEqual([2]);
  });

  test.each([
    ['Connection: close', good('a', 'Connection: close\r\n')],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na'],
    ['bytes behind the length', `${good('a')}x`],
    ['a forged answer behind the length', good('a') + good('evil')],
    [
      'bytes behind the last chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nx',
    ],
    ['bytes behind an answer without a body', `HTTP/1.1 204 No Content\r\n\r\n${good('evil')}`],
    [
      'a length beside chunks',
      `HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
    ],
    ['a Keep-Alive that is over', good('a', 'Keep-Alive: timeout=0\r\n')],
    ['a large body that nobody wants', `HTTP/1.1 404 Not Found\r\nContent-Length: 9000000\r\n\r\nnot found`],
    ['a body without an end that nobody wants', `HTTP/1.1 404 Not Found\r\n\r\nnot found`],
  ])('not after %s', async (_, answer) => {
    acts = [says(answer)];
    const client = await open();
    const { body, answer: first } = await get(client, url);
    expect(body).toBe(first.status === 200 ? 'a' : '');
    await gone(0);
    expect((await get(client, url)).body).toBe('over');
    expect(connections()).toEqual([1, 1]);
  });
});

describe('connections that the server ends', () => {
  test.each(['GET', 'POST'])('while nobody uses it: %s goes over another one', async (method) => {
    const client = await open();
    await get(client, url);
    sockets[0]?.end();
    await gone(0);
    expect((await get(client, url, { method })).body).toBe('over');
    expect(connections()).toEqual([1, 1]);
  });

  test('what it says while nobody asks is no answer', async () => {
    const client = await open();
    await get(client, url);
    sockets[0]?.write(good('evil'));
    await gone(0);
    expect((await get(client, url)).body).toBe('over');
    expect(connections()).toEqual([1, 1]);
  });

  test.each([
    ['closed', (socket: Socket) => socket.end()],
    ['reset', (socket: Socket) => socket.resetAndDestroy()],
  ])('%s as it is used again: GET is sent once more, POST is not', async (_, end) => {
    const client = await open();
    for (const [method, body] of [['GET', 'over'] as const, ['POST', null] as const]) {
      await get(client, url);
      acts = [end];
      const again = get(client, url, { method });
      if (body === null)
        expect(await failure(again)).toMatchObject({ code: 'connection-reset', retryable: true });
      else expect((await again).body).toBe(body);
    }
    expect(asked.flat()).toEqual(['GET /', 'GET /', 'GET /', 'GET /', 'POST /']);
  });

  test('all that were kept may be dead: it is sent over a new one', async () => {
    const client = await open();
    await Promise.all(['/1', '/2', '/3'].map((path) => get(client, url + path)));
    acts = [(socket) => socket.resetAndDestroy()];
    expect((await get(client, url)).body).toBe('over');
    expect(connections()).toEqual([1, 1, 2, 1]);
  });

  test('what is left over from the answer before: it is sent over a new one', async () => {
    const client = await open();
    await get(client, url);
    acts = [says('left over')];
    expect((await get(client, url)).body).toBe('over');
    expect(connections()).toEqual([2, 1]);
    acts = [says('nothing of HTTP')];
    await gone(0);
    const another = await open();
    expect(await failure(get(another, url))).toMatchObject({ code: 'bad-answer' });
  });

  test('twice without an answer: it fails', async () => {
    acts = [(socket) => socket.end(), (socket) => socket.end()];
    expect(await failure(get(await open(), url))).toMatchObject({
      code: 'connection-reset',
      retryable: true,
    });
    expect(connections()).toEqual([1, 1]);
  });

  test.each([
    ['after a part of the head', 'HTTP/1.1 200 OK\r\nContent-Le', 'connection-reset'],
    ['after a part of the body', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', 'length-mismatch'],
    ['in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf', 'body-incomplete'],
  ])('%s: it is not sent again', async (_, bytes, code) => {
    const client = await open();
    await get(client, url);
    acts = [(socket) => socket.end(bytes)];
    expect(await failure(get(client, url))).toMatchObject({ code, retryable: true });
    expect(connections()).toEqual([2]);
  });

  test('in the middle of an error page: what it says is known', async () => {
    acts = [(socket) => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 900\r\n\r\nnot')];
    const { answer } = await get(await open(), url);
    expect(answer.status).toBe(404);
  });

  test('error pages that never come, or a byte at a time, are not waited for', async () => {
    const timers: NodeJS.Timeout[] = [];
    acts = [
      says('HTTP/1.1 404 Not Found\r\nContent-Length: 900\r\n\r\n'),
      (socket) => {
        socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 900\r\n\r\n');
        timers.push(setInterval(() => socket.write('x'), 50));
      },
    ];
    const client = await open();
    const got = await Promise.all(['/1', '/2'].map((path) => get(client, url + path)));
    for (const timer of timers) clearInterval(timer);
    expect(got.map(({ answer }) => answer.status)).toEqual([404, 404]);
    await Promise.all([gone(0), gone(1)]);
    expect((await get(client, url)).body).toBe('over');
    expect(connections()).toEqual([1, 1, 1]);
  });
});

describe('bodies as they are taken', () => {
  const SIZE = 3_000_001;
  const bodyOf = (name: string): Buffer => Buffer.alloc(SIZE, `${name} goes its own way. `);

  /** Takes a body slowly: after each chunk the sender has to wait. */
  class Slow implements Receiver {
    readonly chunks: Buffer[] = [];
    isWaiting = false;
    tooSoon = 0;

    begin(): boolean {
      return true;
    }

    write(chunk: Buffer): Promise<void> {
      if (this.isWaiting) this.tooSoon++;
      this.isWaiting = true;
      this.chunks.push(Buffer.from(chunk));
      return new Promise((resolve) => {
        setImmediate(() => {
          this.isWaiting = false;
          resolve();
        });
      });
    }
  }

  const take = (
    client: HttpClient,
    path: string,
    receiver: Receiver,
    context = new FakeContext(),
  ): Promise<Answer> => send(client, url + path, { method: 'GET', headers: {} }, receiver, context);

  test('many at once and slowly: each gets its own bytes, and none before the ones before were taken', async () => {
    const names = ['one', 'two', 'three', 'four'];
    const chunked = (body: Buffer): Buffer => {
      const parts: Buffer[] = [Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')];
      for (let at = 0; at < body.length; at += 10_007) {
        const piece = body.subarray(at, at + 10_007);
        parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
      }
      return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
    };
    acts = names.map((name, index) =>
      says(index % 2 === 0 ? good(bodyOf(name).toString('latin1')) : chunked(bodyOf(name))),
    );
    const client = await open();
    const receivers = names.map(() => new Slow());
    await Promise.all(receivers.map((receiver) => take(client, '/', receiver)));
    const got = receivers.map(({ chunks }) => Buffer.concat(chunks));
    // Which connection was answered first is not said.
    const bodies = names.map(bodyOf);
    for (const body of bodies) expect(got.some((each) => each.equals(body))).toBe(true);
    expect(receivers.map(({ tooSoon }) => tooSoon)).toEqual([0, 0, 0, 0]);
    expect((await get(client, url)).body).toBe('over');
    expect(connections()).toHaveLength(4);
  });

  test('whoever makes the server wait does not wait for the server', async () => {
    acts = [says(good('x'.repeat(400_000)))];
    const client = await open({ stallMs: 50 });
    let length = 0;
    const answer = await take(client, '/', {
      begin: () => true,
      write: (chunk) => {
        length += chunk.length;
        return new Promise((resolve) => setTimeout(resolve, 250));
      },
    });
    expect([answer.status, length]).toEqual([200, 400_000]);
  });

  test('enough: the connection is closed', async () => {
    acts = [says(good('x'.repeat(400_000)))];
    const client = await open();
    const answer = await take(client, '/', { begin: () => true, write: () => ENOUGH });
    expect(answer.status).toBe(200);
    await gone(0);
  });

  test('what the receiver throws ends it, and the connection', async () => {
    acts = [says(good('x'.repeat(400_000)))];
    const client = await open();
    const full = new Error('full');
    const taking = take(client, '/', {
      begin: () => true,
      write: () => Promise.reject(full),
    });
    expect(await failure(taking)).toBe(full);
    await gone(0);
  });

  test.each(['before the answer', 'in the middle of the body'])('cancelled %s', async (when) => {
    const context = new FakeContext();
    acts = [
      (socket) => {
        if (when !== 'before the answer') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
        else context.cancel();
      },
    ];
    const taking = take(
      await open(),
      '/',
      {
        begin: () => true,
        write: () => {
          context.cancel();
          return null;
        },
      },
      context,
    );
    expect(await failure(taking)).toBeInstanceOf(TaskCancelled);
    await gone(0);
  });
});

describe('content codings that were not asked for', () => {
  const coded = (path: string, coding: string, fields = ''): Promise<unknown> => {
    acts = [says(good('bytes', `Content-Encoding: ${coding}\r\n${fields}`))];
    return open().then((client) => failure(get(client, url + path)));
  };

  test.each([
    ['/x', 'identity'],
    ['/x', 'Identity'],
    ['/x', 'none'],
    ['/x', 'UTF-8'],
    ['/x', 'aws-chunked'],
    ['/x', 'aws-chunked, identity'],
    ['/x', ''],
    ['/x.tar.gz', 'x-gzip'],
    ['/x.tgz', 'gzip'],
    ['/x.svgz?y', 'GZIP'],
    ['/x.bz2', 'bzip2'],
    ['/x.zst', 'zstd'],
    ['/x.Z', 'compress'],
  ])('%s, %j: it is the file', async (path, coding) => {
    expect(await coded(path, coding)).toBeNull();
  });

  test('the name may be in the answer', async () => {
    const named = 'Content-Disposition: attachment; filename="x.tar.gz"\r\n';
    expect(await coded('/get?id=1', 'gzip', named)).toBeNull();
  });

  test.each([
    ['/x', 'gzip'],
    ['/x.gz', 'br'],
    ['/x.gz', 'gzip, gzip'],
    ['/x.gz/y', 'gzip'],
    ['/x', 'zstd'],
    ['/x', 'nonsense'],
  ])('%s, %j: it is made of the file', async (path, coding) => {
    expect(await coded(path, coding)).toMatchObject({ code: 'content-encoding', retryable: false });
  });

  test.each(['Content-Encoding', 'Transfer-Encoding'])(
    'of a long %s only the beginning is told',
    async (name) => {
      acts = [says(`HTTP/1.1 200 OK\r\n${name}: ${'x'.repeat(100_000)}\r\n\r\n`)];
      const refusal = await failure(get(await open(), url));
      expect(String(refusal)).toMatch(/xxx/u);
      expect(String(refusal).length).toBeLessThan(300);
    },
  );
});

test('closed while a request is under way: it fails, and is not sent again', async () => {
  const client = await open();
  acts = [() => void client.close()];
  expect(await failure(get(client, url))).toMatchObject({ code: 'closed' });
  expect(asked.flat()).toEqual(['GET /']);
});

test('headers that would end their line are not sent', async () => {
  const client = await open();
  for (const headers of [{ a: 'b\r\nEvil: c' }, { a: 'b\nc' }, { a: 'b\0' }, { 'a\r\nb': 'c' }]) {
    expect(await failure(get(client, url, { headers }))).toMatchObject({ code: 'bad-header' });
  }
  expect((await get(client, url)).body).toBe('over');
  expect(connections()).toEqual([1]);
});
