/** Redirects, cookies and headers: what is sent to whom, over real connections. */
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SharedLog } from '../../common/threads/shared-log';
import { TestServer, type Handler } from '../test-server';
import type { HttpClient, HttpOptions } from './client';
import { failure, get, openTestClient } from './test-client';

let server: TestServer;
/** Another origin, on another host. */
let other: TestServer;
const clients: HttpClient[] = [];

beforeEach(async () => {
  [server, other] = await Promise.all([TestServer.start(), TestServer.start('127.0.0.2')]);
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await Promise.all([server.close(), other.close()]);
});

async function open(options: Partial<HttpOptions> = {}): Promise<HttpClient> {
  const client = await openTestClient(options);
  clients.push(client);
  return client;
}

/** Answers with a redirect and perhaps cookies. */
function redirect(location: string, status = 302, cookies: string | string[] = []): Handler {
  return (_, response) => {
    send(response, status, { Location: location, 'Set-Cookie': cookies });
  };
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | string[]>>,
): void {
  response.writeHead(status, { 'Content-Length': '0', ...headers }).end();
}

/** The Cookie headers that came, as the bytes they were. */
const cookiesAt = (at: TestServer): (string | undefined)[] =>
  at.requests.map(({ headers }) => headers.cookie);

describe('cookies that are set on the way', () => {
  test('a wall that lets through who has its cookie', async () => {
    const url = server.on('/wall', ({ headers }, response) => {
      if (headers.cookie === 'pass=1') response.end('the file');
      else send(response, 302, { Location: '/wall', 'Set-Cookie': 'pass=1; Path=/' });
    });
    expect((await get(await open(), url)).body).toBe('the file');
    expect(cookiesAt(server)).toEqual([undefined, 'pass=1']);
  });

  test('a wall that gives a cookie it does not take is a circle', async () => {
    const url = server.on('/wall', redirect('/wall', 302, 'pass=1'));
    expect(await failure(get(await open(), url))).toMatchObject({ code: 'redirect-loop', retryable: false });
    expect(server.requests).toHaveLength(2);
  });

  test('one that counts in a cookie ends all the same', async () => {
    let count = 0;
    const url = server.on('/wall', (_, response) => {
      count += 1;
      send(response, 302, { Location: '/wall', 'Set-Cookie': `count=${count}` });
    });
    expect(await failure(get(await open(), url))).toMatchObject({ code: 'too-many-redirects' });
  });

  test('by way of another host, which gets none of them and has its own', async () => {
    const url = server.on('/file', ({ headers }, response) => {
      if (headers.cookie === 'ticket=7; seen=1') response.end('the file');
      else send(response, 302, { Location: other.url('/login'), 'Set-Cookie': 'seen=1' });
    });
    other.on('/login', redirect(server.url('/back'), 303, 'session=s'));
    server.on('/back', redirect('/file', 302, ['ticket=7; Path=/file', 'x=y; Path=/elsewhere']));
    expect((await get(await open(), url)).body).toBe('the file');
    expect(cookiesAt(other)).toEqual([undefined]);
    expect(cookiesAt(server)).toEqual([undefined, 'seen=1', 'ticket=7; seen=1']);
  });

  test('they are there for what is asked for later, by every thread of the job', async () => {
    const { buffer } = new SharedLog();
    const first = await open({ cookieLog: buffer });
    const second = await open({ cookieLog: buffer });
    const alone = await open();
    server.on('/login', (_, response) => {
      response.setHeader('Set-Cookie', 'session=1').end('ok');
    });
    server.body('/file', 'x');
    await get(first, server.url('/login'));
    for (const client of [first, second, await open({ cookieLog: buffer }), alone])
      await get(client, server.url('/file'));
    expect(cookiesAt(server)).toEqual([undefined, 'session=1', 'session=1', 'session=1', undefined]);
  });

  test('what one thread removes or renews is so for the others', async () => {
    const { buffer } = new SharedLog();
    const [first, second] = [await open({ cookieLog: buffer }), await open({ cookieLog: buffer })];
    for (const [path, cookie] of [
      ['/one', 'a=1'],
      ['/two', 'a=2'],
      ['/out', 'a=; Max-Age=0'],
      ['/past', 'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
    ] as const) {
      server.on(path, (_, response) => {
        send(response, 200, { 'Set-Cookie': cookie });
      });
    }
    server.body('/file', 'x');
    const says = async (client: HttpClient): Promise<string | undefined> => {
      await get(client, server.url('/file'));
      return cookiesAt(server).at(-1);
    };
    await get(first, server.url('/one'));
    expect(await says(second)).toBe('a=1');
    await get(second, server.url('/two'));
    expect([await says(first), await says(second)]).toEqual(['a=2', 'a=2']);
    await get(first, server.url('/out'));
    expect([await says(second), await says(first)]).toEqual([undefined, undefined]);
    await get(second, server.url('/one'));
    await get(second, server.url('/past'));
    expect([await says(first), await says(second)]).toEqual([undefined, undefined]);
  });

  test.each([
    // What is set, where it is sent.
    ['a=1', ['/deep/set', '/deep/er/x']],
    ['a=1; Path=/', ['/', '/deep/set', '/deep/er/x', '/deeper']],
    ['a=1; Path=/deep/er', ['/deep/er/x']],
    ['a=1; Path=nonsense', ['/deep/set', '/deep/er/x']],
    ['a=1; Path=/d%65ep', []],
    [
      'a=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      ['/', '/deep/set', '/deep/er/x', '/deeper'],
    ],
    ['a=1; Path=/; Max-Age=0; Expires=Fri, 31 Dec 9999 23:59:59 GMT', []],
    ['a=1; Path=/; Max-Age=-1', []],
    ['a=1; Path=/; Max-Age=-99999999999999999999', []],
    ['a=1; Path=/; Max-Age=99999999999999999999', ['/', '/deep/set', '/deep/er/x', '/deeper']],
    ['a=1; Path=/; Max-Age=soon', ['/', '/deep/set', '/deep/er/x', '/deeper']],
    ['a=1; Path=/; Expires=soon', ['/', '/deep/set', '/deep/er/x', '/deeper']],
    ['a=1; Path=/; Expires=Sunday, 06-Nov-94 08:49:37 GMT', []],
    ['a=1; Path=/deep; Path=/elsewhere', []],
    ['a=1; Path=/dee', []],
    ['a=1; Path=/; Domain=127.0.0.1', ['/', '/deep/set', '/deep/er/x', '/deeper']],
    ['a=1; Path=/; Domain=127.0.0.2', []],
    ['a=1; Path=/; Domain=0.0.1', []],
    ['a=1; Path=/; Domain=example.org', []],
    ['a=1; Path=/; Domain=', ['/', '/deep/set', '/deep/er/x', '/deeper']],
    // Over plain HTTP it is for nobody (RFC 6265 §4.1.2.5).
    ['a=1; Path=/; Secure', []],
    ['__Host-a=1; Path=/', []],
    ['a=1; HttpOnly; SameSite=Strict; Path=/deep', ['/deep/set', '/deep/er/x']],
    ['=1; Path=/', []],
    ['a=\u0001; Path=/', []],
  ])('%j', async (cookie, at) => {
    const client = await open();
    server.raw(
      '/deep/set',
      `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\nSet-Cookie: ${cookie}\r\n\r\n`,
    );
    // The handler of this path is what sets it.
    await failure(get(client, server.url('/deep/set')));
    const paths = ['/', '/deep/set', '/deep/er/x', '/deeper'];
    for (const path of paths) server.body(path, 'x');
    for (const path of paths) await get(client, server.url(path));
    const sent = server.requests.slice(1).filter(({ headers }) => headers.cookie !== undefined);
    expect(sent.map(({ path }) => path)).toEqual(at);
    for (const { headers } of sent) expect(headers.cookie).toBe('a=1');
    // Other hosts get none, whatever they have in common with it.
    other.body('/deep/er/x', 'x');
    await get(client, other.url('/deep/er/x'));
    server.body('/deep/er/x', 'x');
    await get(client, server.url('/deep/er/x').replace('127.0.0.1', 'localhost'));
    expect([cookiesAt(other).at(-1), cookiesAt(server).at(-1)]).toEqual([undefined, undefined]);
  });

  test('a host without dots may name itself', async () => {
    const client = await open();
    const url = server.url('/set').replace('127.0.0.1', 'localhost');
    server.on('/set', (_, response) => {
      send(response, 200, { 'Set-Cookie': ['a=1; Domain=localhost', 'b=1; Domain=.localhost', 'c=1'] });
    });
    await get(client, url);
    await get(client, url);
    expect(cookiesAt(server).at(-1)).toBe('a=1; b=1; c=1');
  });

  test('one that is set anew is older than one that came in between', async () => {
    const client = await open();
    let cookies = ['a=1', 'b=1'];
    const url = server.on('/set', (_, response) => {
      send(response, 200, { 'Set-Cookie': cookies });
    });
    await get(client, url);
    cookies = ['a=2'];
    await get(client, url);
    await get(client, url);
    expect(cookiesAt(server).at(-1)).toBe('a=2; b=1');
  });

  test('bytes beyond ASCII are given back as they came', async () => {
    const client = await open();
    const value = Buffer.concat([Buffer.from('雨'), Buffer.from([0xe4])]);
    server.raw(
      '/set',
      Buffer.concat([
        Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: a='),
        value,
        Buffer.from('; Path=/\r\n\r\n'),
      ]),
    );
    await get(client, server.url('/set'));
    await get(client, server.body('/file', 'x'));
    expect(Buffer.from(cookiesAt(server).at(-1) ?? '', 'latin1').toString('hex')).toBe(
      Buffer.concat([Buffer.from('a='), value]).toString('hex'),
    );
  });
});

describe('cookies of the user', () => {
  const line = (...fields: readonly string[]): string => fields.join('\t');

  test('of a file: a server may change and remove them', async () => {
    const cookieFile = [
      line('127.0.0.1', 'FALSE', '/', 'FALSE', '0', 'kept', '1'),
      line('127.0.0.1', 'FALSE', '/', 'FALSE', '4102444800', 'changed', '1'),
      line('127.0.0.1', 'FALSE', '/', 'FALSE', '0', 'removed', '1'),
    ].join('\r\n');
    const { buffer } = new SharedLog();
    const client = await open({ cookieFile, cookieLog: buffer });
    const second = await open({ cookieFile, cookieLog: buffer });
    server.on('/login', (_, response) => {
      send(response, 200, {
        'Set-Cookie': ['changed=2; Path=/', 'removed=; Path=/; Max-Age=0'],
      });
    });
    server.body('/file', 'x');
    await get(client, server.url('/login'));
    await get(client, server.url('/file'));
    await get(second, server.url('/file'));
    expect(cookiesAt(server)).toEqual([
      'kept=1; changed=1; removed=1',
      'kept=1; changed=2',
      'kept=1; changed=2',
    ]);
  });

  test('of a file: hosts, wide ones, IPv6, names without dots', async () => {
    const cookieFile = [
      line('localhost', 'FALSE', '/', 'FALSE', '0', 'a', '1'),
      line('.localhost', 'TRUE', '/', 'FALSE', '0', 'b', '1'),
      line('.1', 'TRUE', '/', 'FALSE', '0', 'c', '1'),
      line('127.0.0.2', 'TRUE', '/', 'FALSE', '0', 'd', '1'),
      line('127.0.0.1', 'FALSE', '/', 'FALSE', '0', '', 'no name'),
    ].join('\n');
    const client = await open({ cookieFile });
    await get(client, server.body('/file', 'x'));
    await get(client, server.url('/file').replace('127.0.0.1', 'localhost'));
    await get(client, other.body('/file', 'x'));
    expect([cookiesAt(server), cookiesAt(other)]).toEqual([['no name', 'a=1; b=1'], ['d=1']]);
  });

  test('in a header: beside those of the jar, and before them but for what is set on the way', async () => {
    const client = await open({ cookieFile: line('127.0.0.1', 'FALSE', '/', 'FALSE', '0', 'file', '1') });
    server.on('/other', (_, response) => {
      send(response, 200, { 'Set-Cookie': ['login=other; Path=/'] });
    });
    await get(client, server.url('/other'));
    const url = server.on('/file', ({ headers }, response) => {
      if (headers.cookie?.includes('pass=2') === true) response.end('the file');
      else send(response, 302, { Location: '/file', 'Set-Cookie': 'pass=2' });
    });
    const headers = { cookie: 'login=mine; pass=1;' };
    expect((await get(client, url, { headers })).body).toBe('the file');
    expect(cookiesAt(server).slice(1)).toEqual(['file=1; login=mine; pass=1', 'file=1; pass=2; login=mine']);
    await get(client, url, { headers });
    expect(cookiesAt(server).at(-1)).toBe('file=1; pass=2; login=mine');
  });
});

describe('what another origin gets', () => {
  const KEYS = {
    authorization: 'Bearer key',
    cookie: 'key=1',
    'x-api-key': 'key',
    host: 'key.example',
    origin: 'https://key.example',
  };
  const NO_KEYS = {
    'user-agent': 'netdisk',
    referer: 'http://from.example/',
    accept: 'application/x-thing',
    'accept-language': 'de',
  };

  test.each([301, 302, 303, 307, 308])(
    '%i: no keys, but what says who asks and what is taken',
    async (status) => {
      const url = server.on('/file', redirect(other.on('/file', redirect(other.url('/there'))), status));
      other.body('/there', 'the file');
      const headers = { ...KEYS, ...NO_KEYS };
      expect((await get(await open(), url, { headers })).body).toBe('the file');
      expect(server.requests[0]?.headers).toMatchObject(headers);
      for (const { headers: got } of other.requests) {
        expect(got).toMatchObject(NO_KEYS);
        expect(got.host).toBe(new URL(other.url('/')).host);
        for (const name of ['authorization', 'cookie', 'x-api-key', 'origin'])
          expect(got[name]).toBeUndefined();
      }
    },
  );

  test('another port and another name of the same host are other origins; back home they are sent again', async () => {
    const second = await TestServer.start();
    const url = server.on(
      '/a',
      redirect(second.on('/b', redirect(server.url('/c').replace('127.0.0.1', 'localhost')))),
    );
    server.on('/c', redirect(server.body('/d', 'the file')));
    expect((await get(await open(), url, { headers: KEYS })).body).toBe('the file');
    const keys = [...second.requests, ...server.requests].map(({ path, headers }) => [
      path,
      headers['x-api-key'],
    ]);
    expect(keys).toEqual([
      ['/b', undefined],
      ['/a', 'key'],
      ['/c', undefined],
      ['/d', 'key'],
    ]);
    await second.close();
  });

  test('conditions and ranges go along', async () => {
    const url = server.on('/file', redirect(other.body('/file', 'x')));
    const conditions = { 'if-none-match': '"a"' };
    await get(await open(), url, { conditions, range: 'bytes=0-', ifRange: '"b"' });
    expect(other.requests[0]?.headers).toMatchObject({ ...conditions, range: 'bytes=0-', 'if-range': '"b"' });
  });

  test('text beyond ASCII goes as the bytes of its UTF-8', async () => {
    const client = await open({ userAgent: 'Übersee/1' });
    await get(client, server.body('/file', 'x'), { headers: { cookie: 'last=雨雪', 'x-name': 'ä' } });
    const headers = server.requests[0]?.headers ?? {};
    const text = (value: unknown): string => Buffer.from(String(value), 'latin1').toString();
    expect([headers.cookie, headers['x-name'], headers['user-agent']].map(text)).toEqual([
      'last=雨雪',
      'ä',
      'Übersee/1',
    ]);
  });
});

describe('methods and bodies', () => {
  test.each([
    // RFC 9110 §15.4, table of curl's: status, what was asked for, what is asked for then.
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'DELETE', 'GET'],
    [301, 'PUT', 'PUT'],
    [302, 'PUT', 'PUT'],
    [307, 'POST', 'POST'],
    [308, 'PUT', 'PUT'],
    [303, 'HEAD', 'HEAD'],
    [302, 'GET', 'GET'],
  ])('%i after %s: %s', async (status, method, then) => {
    const bodies: string[] = [];
    const read: Handler = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        bodies.push(
          `${request.method ?? ''} ${Buffer.concat(chunks).toString()} ${request.headers['content-type'] ?? ''}`,
        );
        if (request.url === '/a') send(response, status, { Location: other.url('/b') });
        else response.end('x');
      });
    };
    other.on('/b', read);
    const hasBody = method === 'POST' || method === 'PUT';
    const headers: Record<string, string> = hasBody ? { 'content-type': 'text/x' } : {};
    const body = hasBody ? 'body' : null;
    await get(await open(), server.on('/a', read), { method, body, headers });
    const said = hasBody ? 'body text/x' : ' ';
    expect(bodies).toEqual([`${method} ${said}`, `${then} ${then === method ? said : ' '}`]);
  });

  test('a form that leads back to its own address', async () => {
    const url = server.on('/form', (request, response) => {
      if (request.method === 'POST') send(response, 303, { Location: '/form' });
      else response.end('the file');
    });
    expect((await get(await open(), url, { method: 'POST', body: 'a=1' })).body).toBe('the file');
  });
});

describe('where a Location leads', () => {
  test.each([
    ['/b', '/b'],
    ['b', '/deep/er/b'],
    ['../b', '/deep/b'],
    ['../../../../b', '/b'],
    ['./b/./c/../d', '/deep/er/b/d'],
    ['?q=1', '/deep/er/a?q=1'],
    ['b?x=1#part', '/deep/er/b?x=1'],
    ['/b%2Fc%2f%41%zz', '/b%2Fc%2f%41%zz'],
    ['/b c', '/b%20c'],
    [' /b ', '/b'],
    ['/b?a=b c|d"e', '/b?a=b%20c|d%22e'],
    ['/b;c=1,2&(d)', '/b;c=1,2&(d)'],
    ['/n\u00e4chste.bin', '/n%C3%A4chste.bin', 'utf8'],
    ['/n\u00e4chste.bin', '/n%E4chste.bin', 'latin1'],
    ['/?q=\u96e8', '/?q=%E9%9B%A8', 'utf8'],
    ['HOST/b', '/b'],
    ['//AUTHORITY/b', '/b'],
    ['HTTP://AUTHORITY', '/'],
  ] as const)('%s', async (location, path, encoding = 'utf8') => {
    const { host } = new URL(server.url('/'));
    const written = location.replace('HOST', server.url('')).replace('AUTHORITY', host);
    server.raw(
      '/deep/er/a',
      Buffer.from(`HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ${written}\r\n\r\n`, encoding),
    );
    if (!path.startsWith('/deep/er/a')) server.body(path, 'the file');
    const got = await failure(get(await open(), server.url('/deep/er/a')));
    expect(server.requests.at(-1)?.path).toBe(path);
    if (!path.startsWith('/deep/er/a')) expect(got).toBeNull();
  });

  test('written with bytes whose characters nobody knows, it is said to name nothing', async () => {
    for (const [path, encoding] of [
      ['/a', 'utf8'],
      ['/b', 'latin1'],
    ] as const) {
      const head = 'HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /n\u00e4chste.bin\r\n\r\n';
      server.raw(path, Buffer.from(head, encoding));
    }
    server.on('/c', redirect('/n%C3%A4chste.bin'));
    for (const path of ['/n%C3%A4chste.bin', '/n%E4chste.bin']) server.body(path, 'the file');
    const client = await open();
    const isRaw = async (path: string): Promise<boolean | undefined> =>
      (await get(client, server.url(path))).answer.isUrlRaw;
    expect([await isRaw('/a'), await isRaw('/b'), await isRaw('/c')]).toEqual([true, true, undefined]);
  });

  test.each(['ftp://127.0.0.1/f', 'file:///etc/passwd', 'data:,x', 'javascript:0', 'mailto:a@b.c'])(
    '%s is not followed',
    async (location) => {
      const url = server.on('/a', redirect(location));
      expect(await failure(get(await open(), url))).toMatchObject({ code: 'bad-redirect', retryable: false });
    },
  );

  test.each(['', 'http://', 'http://a b/', '//[::1'])('%j is no address', async (location) => {
    const url = server.on('/a', redirect(location));
    expect(await failure(get(await open(), url))).toMatchObject({ code: 'bad-answer' });
    expect(server.requests).toHaveLength(1);
  });

  test('the same one twice is one, two are none', async () => {
    server.body('/b', 'the file');
    server.raw('/a', 'HTTP/1.1 302 Found\r\nLocation: /b\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n');
    expect((await get(await open(), server.url('/a'))).body).toBe('the file');
    server.raw('/a', 'HTTP/1.1 302 Found\r\nLocation: /b\r\nLocation: /c\r\nContent-Length: 0\r\n\r\n');
    expect(await failure(get(await open(), server.url('/a')))).toMatchObject({ code: 'bad-answer' });
  });

  test.each([300, 305, 306, 399])('%i with a Location leads on, as in curl', async (status) => {
    server.body('/b', 'the file');
    const url = server.on('/a', redirect('/b', status));
    expect((await get(await open(), url)).body).toBe('the file');
  });

  test('300 without one, 304, 201 and Refresh are answers', async () => {
    const client = await open();
    for (const [status, headers] of [
      [300, {}],
      [304, { Location: '/b' }],
      [201, { Location: '/b' }],
      [200, { Refresh: '0; url=/b' }],
    ] as const) {
      const url = server.on('/a', (_, response) => {
        send(response, status, headers);
      });
      expect((await get(client, url)).answer).toMatchObject({ status, url: new URL(url) });
    }
    expect(server.requests.every(({ path }) => path === '/a')).toBe(true);
  });

  test('a login in it is for where it leads', async () => {
    const there = other.body('/b', 'the file').replace('//', '//me:p%40ss@');
    const { answer } = await get(await open(), server.on('/a', redirect(there)));
    expect(answer.status).toBe(200);
    expect(other.requests.at(-1)?.headers.authorization).toBe(`Basic ${btoa('me:p@ss')}`);
  });
});
