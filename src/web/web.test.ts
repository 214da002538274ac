/** The front over real HTTP: who is let in, and what each attack gets. */
import { DEFAULT_SETTINGS } from '../common/model/settings';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Reply, RequestOutput } from '../common/ipc';
import { CLIENT_HEADER, MOST_REQUEST_BYTES, MOST_UPLOAD_BYTES, WEB_PATHS } from '../common/web';
import { engine, folder, go, put, useEngine } from '../engine/testing/test-engine';
import { MOST_STREAMS_OF_SESSION } from './streams';
import { EventReader, TestFront, ask, cookieIn, type Answer } from './test-front';

useEngine('web');

let front: TestFront;
beforeEach(async () => {
  front = await TestFront.open(engine, folder);
});
afterEach(async () => {
  await front.web.close();
});

const path = `/${WEB_PATHS.request}settings:get`;

function valueOf<Value>(reply: unknown): Value {
  expect(reply).toMatchObject({ ok: true });
  return (reply as Extract<Reply<Value>, { ok: true }>).value;
}

describe('the way in', () => {
  test('a link is good for one browser, and the next one is told', async () => {
    const [link = ''] = front.links;
    const door = new URL(link);
    expect(door.origin).toBe(front.web.url);
    const way = door.pathname + door.search;
    // What only looks ahead leaves it as it is.
    expect((await ask(front.web.url, way, { method: 'HEAD' })).status).toBe(503);
    expect((await front.get(way, { 'sec-purpose': 'prefetch' })).status).toBe(503);
    const { status, headers } = await front.get(way);
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^heddle-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/u),
    ]);
    const cookie = cookieIn(headers);
    expect((await front.get('/', { cookie })).text).toContain('index');
    expect(valueOf(await front.call(cookie, 'settings:get', undefined))).toMatchObject({ theme: 'system' });

    const again = await front.get(way);
    expect(again).toMatchObject({ status: 401, text: '<!doctype html>link' });
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(front.links).toHaveLength(2);
    expect(await front.signIn()).not.toBe(cookie);
  });

  test.each(['', `heddle-1=${'x'.repeat(43)}`, 'none'])(
    'without the right cookie (%j) there is nothing',
    async (given) => {
      await front.signIn();
      const cookie = given === 'none' ? `heddle-${new URL(front.web.url).port}=${'x'.repeat(43)}` : given;
      const headers = cookie === '' ? {} : { cookie };
      const refused = await Promise.all([
        front.get('/', headers),
        front.get(`/?token=${'x'.repeat(43)}`, headers),
        front.get(`/${WEB_PATHS.events}?client=${'a'.repeat(32)}`, headers),
        front.get(`/${WEB_PATHS.export}jobs:export?input={}`, headers),
        front.post(path, undefined, headers),
        front.post(`/${WEB_PATHS.browse}`, { path: '/', hidden: false }, headers),
        front.post(`/${WEB_PATHS.upload}?name=x`, 'x', headers),
      ]);
      expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401, 401]);
      expect(readdirSync(join(folder, 'data', 'uploads'))).toEqual([]);
    },
  );

  test('who signs out is out, with all pages of the browser', async () => {
    const cookie = await front.signIn();
    const reader = new EventReader(front.web.url, cookie);
    await reader.next('begun');
    const { status, headers } = await front.post(`/${WEB_PATHS.signOut}`, undefined, { cookie });
    expect(status).toBe(204);
    expect(headers['set-cookie']?.[0]).toMatch(/=; .*Max-Age=0$/u);
    expect((await front.post(path, undefined, { cookie })).status).toBe(401);
    reader.close();
  });

  test('a password is asked for where there is one, and not too often', async () => {
    const own = await TestFront.open(engine, folder, { password: 'correct horse' });
    try {
      expect(own.links).toEqual([`${own.web.url}/`]);
      expect((await own.get('/')).headers.location).toBe('./sign-in.html');
      const signIn = (password: string): Promise<Answer> =>
        own.post(`/${WEB_PATHS.signIn}`, `name=heddle&password=${encodeURIComponent(password)}`, {
          'content-type': 'application/x-www-form-urlencoded',
        });
      const right = await signIn('correct horse');
      expect(right).toMatchObject({ status: 303, headers: { location: './' } });
      expect((await own.get('/', { cookie: cookieIn(right.headers) })).text).toContain('index');
      // A slow machine has earned another try by the time that it has refused one.
      const tried: Answer[] = [];
      while (tried.at(-1)?.status !== 429 && tried.length < 50) tried.push(await signIn('wrong horse'));
      const last = tried.pop();
      expect(last?.status).toBe(429);
      expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
      expect(tried.length).toBeGreaterThanOrEqual(5);
      for (const { headers } of tried) {
        expect(headers.location).toBe('./sign-in.html#wrong');
        expect(headers['set-cookie']).toBeUndefined();
      }
      // Whoever is in already stays so.
      expect((await own.get('/', { cookie: cookieIn(right.headers) })).status).toBe(200);
    } finally {
      await own.web.close();
    }
  });

  test('others can reach it with a password alone', async () => {
    await expect(TestFront.open(engine, folder, { host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'usage',
    });
    await expect(TestFront.open(engine, folder, { password: 'short' })).rejects.toMatchObject({
      code: 'usage',
    });
    const own = await TestFront.open(engine, folder, { host: '0.0.0.0', password: 'correct horse' });
    expect(own.web.notes).toEqual([expect.stringContaining('unencrypted')]);
    await own.web.close();
  });

  test('over TLS the cookie goes by TLS alone', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const tls = { key: readFileSync(key), cert: readFileSync(cert) };
    const own = await TestFront.open(engine, folder, { tls });
    try {
      const { pathname, search } = new URL(own.links[0] ?? '');
      const { headers } = await ask(own.web.url, pathname + search, { ca: tls.cert });
      expect(headers['set-cookie']?.[0]).toMatch(/^__Host-heddle-\d+=.*; Secure$/u);
    } finally {
      await own.web.close();
    }
    await expect(
      TestFront.open(engine, folder, { tls: { ...tls, key: Buffer.from('no key') } }),
    ).rejects.toMatchObject({ code: 'web-tls' });
  });
});

describe('another page', () => {
  test('that leads to wrong links does not lock out the right one', async () => {
    const way = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    for (let tries = 0; tries < 8; tries += 1) await front.get(`/?token=${tries}`, way);
    expect((await front.get('/?token=wrong', way)).status).toBe(429);
    expect(await front.signIn()).toMatch(/^heddle-/u);
  });

  test('cannot take the streams of a browser by showing them in frames', async () => {
    const cookie = await front.signIn();
    const frame = { cookie, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' };
    for (const path of [
      `${WEB_PATHS.events}?client=${'a'.repeat(32)}`,
      `${WEB_PATHS.export}jobs:export?input={}`,
    ])
      expect((await front.get(`/${path}`, frame)).status).toBe(403);
    expect((await front.get('/', frame)).status).toBe(200);
  });

  test('cannot ask anything, not even one of another port of this machine', async () => {
    const cookie = await front.signIn();
    const before = engine.settings.get();
    const set = `/${WEB_PATHS.request}settings:set`;
    const { port } = new URL(front.web.url);
    const tries: readonly Readonly<Record<string, string>>[] = [
      { origin: 'http://127.0.0.1:1' },
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: `https://127.0.0.1:${port}` },
      { origin: `http://localhost:${port}` },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    ];
    for (const headers of tries)
      expect((await front.post(set, { jobsAtOnce: 1 }, { cookie, ...headers })).status).toBe(403);
    const bare = await ask(front.web.url, set, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(bare.status).toBe(403);
    // A form sends no JSON.
    expect((await front.post(set, '{}', { cookie, 'content-type': 'text/plain' })).status).toBe(415);
    expect((await ask(front.web.url, set, { method: 'PUT', headers: { cookie } })).status).toBe(405);
    const news = `/${WEB_PATHS.events}?client=${'a'.repeat(32)}`;
    expect((await front.get(news, { cookie, 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect(engine.settings.get()).toEqual(before);
  });

  test('that has its own name point here is refused by that name', async () => {
    const cookie = await front.signIn();
    const status = async (host: string): Promise<number> =>
      (await front.post(path, undefined, { cookie, host, origin: `http://${host}` })).status;
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80'])
      expect(await status(host)).toBe(421);
    for (const host of ['localhost:9000', '127.0.0.1', hostname()]) expect(await status(host)).toBe(200);
  });

  test('behind a reverse proxy its own name and TLS are asked for', async () => {
    const own = await TestFront.open(engine, folder, { publicUrl: new URL('https://heddle.example') });
    try {
      const { search, origin } = new URL(own.links[0] ?? '');
      expect(origin).toBe('https://heddle.example');
      const host = 'heddle.example';
      const { headers } = await own.get(`/${search}`, { host });
      expect(headers['set-cookie']?.[0]).toMatch(/; Secure$/u);
      const cookie = cookieIn(headers);
      expect((await own.post(path, undefined, { cookie, host, origin })).status).toBe(200);
      expect(
        (await own.post(path, undefined, { cookie, host, origin: 'http://heddle.example' })).status,
      ).toBe(403);
    } finally {
      await own.web.close();
    }
  });

  test('gets the policy of the window with every answer', async () => {
    const cookie = await front.signIn();
    for (const [asked, form] of [
      ['/', "'none'"],
      ['/sign-in.html', "'self'"],
      ['/no-such-page', "'none'"],
    ] as const) {
      const { headers } = await front.get(asked, { cookie });
      const policy = String(headers['content-security-policy']);
      expect(policy).toMatch(
        /default-src 'none'; script-src 'self'; style-src 'self';.*frame-ancestors 'none'/u,
      );
      expect(policy).toContain(`form-action ${form}`);
      expect(policy).not.toContain('unsafe');
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'same-origin',
      });
    }
    expect((await front.post(path, undefined, { cookie })).headers['cache-control']).toBe('no-store');
  });
});

describe('files', () => {
  test('pages come compressed, are asked for once, and nothing else is served', async () => {
    const { headers, status } = await front.get('/assets/app.js', { 'accept-encoding': 'gzip' });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'text/javascript; charset=utf-8',
    });
    expect(Number(headers['content-length'])).toBeLessThan(1000);
    const again = await front.get('/assets/app.js', { 'if-none-match': headers.etag ?? '' });
    expect(again).toMatchObject({ status: 304, text: '' });
    put(join(folder, 'secret'), 'secret');
    for (const tried of [
      '/../../secret',
      '/..%2f..%2fsecret',
      '/%2e%2e/%2e%2e/secret',
      '/assets/../../../secret',
      '//etc/passwd',
      '/licenses.json',
      '/..\\..\\secret',
      '/%00',
    ]) {
      const found = await front.get(tried);
      expect([400, 401, 404]).toContain(found.status);
      expect(found.text).not.toContain('secret');
    }
  });

  test('those outside of the roots are refused, by whichever way', async () => {
    const cookie = await front.signIn();
    const { root } = front;
    put(join(folder, 'outside', 'list.txt'), 'http://127.0.0.1:1/a\n');
    put(join(root, 'list.txt'), 'http://127.0.0.1:1/a\n');
    symlinkSync(join(folder, 'outside'), join(root, 'way-out'));
    symlinkSync(join(folder, 'not-there'), join(root, 'dangling'));
    mkdirSync(join(root, 'in'));
    symlinkSync(join(root, 'in'), join(root, 'way-in'));
    const list = (asked: string): Promise<unknown> =>
      front
        .post(`/${WEB_PATHS.browse}`, { path: asked, hidden: false }, { cookie })
        .then((answer): unknown => JSON.parse(answer.text));
    const outside = [
      '/',
      '/etc',
      folder,
      join(folder, 'outside'),
      join(root, 'way-out'),
      `${root}/in/../../outside`,
      `${root}/way-out/..`,
      `${root}2`,
      'root',
      '',
      `${root}\0`,
      join(root, 'dangling', 'new'),
    ];
    for (const asked of outside)
      expect(await list(asked), asked).toMatchObject({ ok: false, error: { code: 'outside-roots' } });
    expect(valueOf(await list(join(root, 'way-in')))).toMatchObject({ parent: root, entries: [] });
    expect(valueOf(await list(root))).toMatchObject({
      parent: null,
      entries: [
        { name: 'in', isFolder: true },
        { name: 'way-in', isFolder: true },
        { name: 'way-out', isFolder: true },
        { name: 'list.txt', isFolder: false },
      ],
    });

    const refused = { ok: false, error: { code: 'outside-roots' } };
    const how = { mode: 'pool', workers: 1 };
    const download = { kind: 'download', ...how, urls: ['http://127.0.0.1:1/a'], text: null, listFiles: [] };
    const inside = join(root, 'new', 'folder');
    for (const [name, input] of [
      ['lists:preview', { text: null, file: join(folder, 'outside', 'list.txt'), format: null }],
      ['folders:free', { path: '/' }],
      ['settings:set', { downloadDirectory: '/etc' }],
      ['settings:set', { caFile: '/etc/passwd' }],
      ['settings:set', { downloadOptions: { netrc: '/etc/.netrc' } }],
      ['jobs:create', { ...download, directory: '/etc' }],
      ['jobs:create', { ...download, directory: inside, listFiles: ['/etc/passwd'] }],
      ['jobs:create', { ...download, directory: inside, options: { keyFile: '/etc/shadow' } }],
      ['jobs:create', { kind: 'hash', ...how, paths: ['/etc'], algorithms: ['sha256'], manifest: null }],
      [
        'jobs:create',
        {
          kind: 'hash',
          ...how,
          paths: [root],
          algorithms: ['sha256'],
          manifest: { path: '/etc/sums', format: null },
        },
      ],
      [
        'jobs:create',
        { kind: 'copy', ...how, sources: [root], destination: inside, rules: { links: 'follow' } },
      ],
      [
        'jobs:create',
        {
          kind: 'hash',
          ...how,
          paths: [root],
          algorithms: ['sha256'],
          manifest: null,
          rules: { links: 'follow' },
        },
      ],
      ['jobs:create', { kind: 'verify', ...how, manifest: join(root, 'list.txt'), root: '/etc' }],
      ['jobs:create', { kind: 'verify', ...how, manifest: join(root, 'list.txt'), root, outside: true }],
      ['jobs:create', { kind: 'copy', ...how, sources: ['/etc'], destination: root }],
      ['jobs:create', { kind: 'copy', ...how, sources: [root], destination: '/etc' }],
      ['copies:first', { kind: 'copy', ...how, sources: ['/etc'], destination: root }],
    ] as const)
      expect(await front.call(cookie, name, input), `${name} ${JSON.stringify(input)}`).toMatchObject(
        refused,
      );
    expect(
      valueOf(await front.call(cookie, 'opening:look', { paths: ['/etc', root, join(root, 'way-out')] })),
    ).toEqual([{ path: root, isFolder: true }]);
    expect(engine.listJobs({ kind: null, offset: 0, limit: 1 }).total).toBe(0);
    // What is not there yet may be made.
    expect(await front.call(cookie, 'folders:free', { path: inside })).toMatchObject({ ok: true });
  });

  test("Heddle's own folder is closed, even inside of a root, but for uploads", async () => {
    const own = await TestFront.open(engine, folder, { roots: [folder] });
    try {
      const cookie = await own.signIn();
      const free = (asked: string): Promise<unknown> => own.call(cookie, 'folders:free', { path: asked });
      expect(await free(join(folder, 'data'))).toMatchObject({ error: { code: 'outside-roots' } });
      expect(await free(join(folder, 'data', 'heddle.db'))).toMatchObject({
        error: { code: 'outside-roots' },
      });
      expect(await free(join(folder, 'data', 'uploads'))).toMatchObject({ ok: true });
      expect(await free(join(folder, 'root'))).toMatchObject({ ok: true });
    } finally {
      await own.web.close();
    }
  });

  test('an uploaded list is downloaded, and what came of it is exported', async () => {
    const server = createServer((_, response) => response.end('content'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const cookie = await front.signIn();
    const sent = await front.post(
      `/${WEB_PATHS.upload}?name=${encodeURIComponent('../../my list?.txt')}`,
      `http://127.0.0.1:${port}/one\nhttp://127.0.0.1:${port}/two\n`,
      { cookie },
    );
    const uploaded = (JSON.parse(sent.text) as { path: string }).path;
    expect(uploaded).toMatch(/\/data\/uploads\/[0-9a-f]{16}\/my list_\.txt$/u);
    const made = await front.call(cookie, 'jobs:create', {
      kind: 'download',
      mode: 'pool',
      workers: 1,
      urls: [],
      text: null,
      listFiles: [uploaded],
      directory: join(front.root, 'got'),
    });
    const { id } = valueOf<RequestOutput<'jobs:create'>>(made);
    await expect.poll(() => engine.job(id)).toMatchObject({ state: 'done', counts: { done: 2 } });
    expect(readdirSync(join(front.root, 'got')).sort()).toEqual(['one', 'two']);
    const { headers, text: csv } = await front.get(
      `/${WEB_PATHS.export}jobs:export?input=${encodeURIComponent(JSON.stringify({ jobId: id, format: 'csv' }))}`,
      { cookie },
    );
    expect(headers['content-disposition']).toBe(`attachment; filename="heddle-job-${id}.csv"`);
    expect(csv.trim().split('\n')).toHaveLength(3);
    const wrong = await front.get(`/${WEB_PATHS.export}jobs:export?input={}`, { cookie });
    expect(wrong.status).toBe(400);
    expect((await front.get(`/${WEB_PATHS.export}jobs:create?input={}`, { cookie })).status).toBe(404);
    server.close();
  });

  test('a manifest is downloaded with names below the folder that was hashed', async () => {
    put(join(front.root, 'sub', 'a'), 'a');
    const cookie = await front.signIn();
    const { id } = await engine.createJob(
      { kind: 'hash', mode: 'pool', workers: 1, paths: [front.root], algorithms: ['sha256'], manifest: null },
      { start: false },
    );
    await go(id);
    const input = encodeURIComponent(JSON.stringify({ jobId: id, format: 'gnu' }));
    const { text: lines } = await front.get(`/${WEB_PATHS.export}manifest:save?input=${input}`, { cookie });
    expect(lines).toMatch(/^[0-9a-f]{64} {2}(?:\.\/)?sub\/a\n$/u);
    const copied = await front.call(cookie, 'tasks:copy', { jobId: id, places: [[0, 0]], what: 'path' });
    expect(copied).toMatchObject({ ok: true, value: { text: join(front.root, 'sub', 'a'), lines: 1 } });
  });
});

describe('too much', () => {
  test('an address that is none is no page', async () => {
    expect((await front.get('//')).status).toBe(404);
  });

  test('what is too large is refused before it is read, and nothing of it is left', async () => {
    const cookie = await front.signIn();
    const claim = (asked: string, bytes: number): Promise<Answer> =>
      front.post(asked, 'x', { cookie, 'content-length': String(bytes) });
    expect((await claim(path, MOST_REQUEST_BYTES + 1)).status).toBe(413);
    expect((await claim(`/${WEB_PATHS.upload}?name=a`, MOST_UPLOAD_BYTES + 1)).status).toBe(413);
    expect((await front.get('/', { cookie, 'x-long': 'x'.repeat(20_000) })).status).toBe(431);
    expect((await front.post(path, 'no json', { cookie })).status).toBe(400);
    expect(await front.call(cookie, 'jobs:pause', { jobId: 'one' })).toMatchObject({
      error: { code: 'bad-request' },
    });
    expect((await front.post(`/${WEB_PATHS.request}no:such`, {}, { cookie })).status).toBe(404);
    expect((await front.post(`/${WEB_PATHS.request}constructor`, {}, { cookie })).status).toBe(404);
    expect(readdirSync(join(folder, 'data', 'uploads'))).toEqual([]);
  });

  test('a browser that leaves in the middle of an upload leaves nothing', async () => {
    const cookie = await front.signIn();
    const { port, host } = new URL(front.web.url);
    const socket = connect(Number(port), '127.0.0.1');
    const head = [`POST /${WEB_PATHS.upload}?name=half HTTP/1.1`, `Host: ${host}`, `Origin: http://${host}`];
    socket.write(`${[...head, `Cookie: ${cookie}`, 'Content-Length: 1000'].join('\r\n')}\r\n\r\nhalf`);
    const uploads = join(folder, 'data', 'uploads');
    await expect
      .poll(() => readdirSync(uploads).map((name) => existsSync(join(uploads, name, 'half'))))
      .toEqual([true]);
    socket.destroy();
    await expect.poll(() => readdirSync(uploads)).toEqual([]);
  });

  test('requests that come too slowly are cut off', async () => {
    const patience = { headersMs: 300, bodyMs: 300, signInMs: 300 };
    const own = await TestFront.open(engine, folder, { patience });
    try {
      const cookie = await own.signIn();
      const { port, host } = new URL(own.web.url);
      const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nCookie: ${cookie}\r\n`;
      const answers = await Promise.all(
        [
          '',
          'POST / HTTP/1.1\r\nHost',
          `${head}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
        ].map((sent) => {
          const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
          socket.on('error', () => undefined);
          socket.write(sent);
          // Nothing more is sent, and the end is awaited.
          return text(socket).catch(() => '');
        }),
      );
      for (const answer of answers) expect(answer).not.toContain('200 OK');
      expect(answers[1]).toContain('408');
    } finally {
      await own.web.close();
    }
  });
});

describe('news', () => {
  test('each page watches its own job, and no page that of another browser', async () => {
    const [one, other] = [await front.signIn(), await front.signIn()];
    for (const name of ['a', 'b']) put(join(front.root, name), 'x');
    const held = createServer(() => undefined);
    await once(held.listen(0, '127.0.0.1'), 'listening');
    const { port } = held.address() as AddressInfo;
    const readers = [
      new EventReader(front.web.url, one, '1'.repeat(32)),
      new EventReader(front.web.url, other, '2'.repeat(32)),
    ] as const;
    for (const reader of readers) await reader.next('begun');
    const jobs = await Promise.all(
      ['first', 'second'].map(async (name) => {
        const made = await front.call(one, 'jobs:create', {
          kind: 'download',
          mode: 'pool',
          workers: 1,
          urls: [`http://127.0.0.1:${port}/${name}`],
          text: null,
          listFiles: [],
          directory: join(front.root, name),
        });
        return valueOf<RequestOutput<'jobs:create'>>(made).id;
      }),
    );
    const [first = 0, second = 0] = jobs;
    expect(await front.call(one, 'jobs:watch', { jobId: first }, '1'.repeat(32))).toMatchObject({ ok: true });
    expect(await front.call(other, 'jobs:watch', { jobId: second }, '2'.repeat(32))).toMatchObject({
      ok: true,
    });
    expect(await front.call(one, 'jobs:watch', { jobId: first }, '2'.repeat(32))).toMatchObject({
      ok: false,
    });
    interface Frame {
      readonly jobs: readonly { readonly jobId: number; readonly workers: readonly unknown[] }[];
    }
    const detailed = ({ jobs: all }: Frame): number[] =>
      all.filter(({ workers }) => workers.length > 0).map(({ jobId }) => jobId);
    const both = (frame: Frame): boolean => frame.jobs.length === 2 && detailed(frame).length > 0;
    expect(detailed((await readers[0].next('frame', both)) as Frame)).toEqual([first]);
    expect(detailed((await readers[1].next('frame', both)) as Frame)).toEqual([second]);
    for (const id of jobs) await engine.cancel(id);
    await readers[0].next('jobs-changed', (changed: { state: string }[]) =>
      changed.some(({ state }) => state === 'cancelled'),
    );
    for (const reader of readers) reader.close();
    held.closeAllConnections();
    held.close();
  });

  test('a browser has so many pages, and the next one is told', async () => {
    const cookie = await front.signIn();
    const readers = Array.from(
      { length: MOST_STREAMS_OF_SESSION },
      (_, index) => new EventReader(front.web.url, cookie, String(index).repeat(32)),
    );
    for (const reader of readers) expect(await reader.next('begun')).toBeNull();
    const more = new EventReader(front.web.url, cookie, 'f'.repeat(32));
    expect(await more.next('begun')).toBe('full');
    expect((await front.post(path, undefined, { cookie, [CLIENT_HEADER]: 'f'.repeat(32) })).status).toBe(200);
    for (const reader of readers) reader.close();
  });

  test('the secret of programs is not told', async () => {
    const cookie = await front.signIn();
    const { rpc } = engine.settings.set({ rpc: { on: false, port: 6801, secret: 'of programs' } });
    const shown = { rpc: { ...rpc, secret: null } };
    expect(valueOf(await front.call(cookie, 'settings:get', undefined))).toMatchObject(shown);
    expect(valueOf(await front.call(cookie, 'settings:set', { rpc }))).toMatchObject(shown);
    expect(engine.settings.get().rpc).toEqual(rpc);
    engine.settings.set({ rpc: DEFAULT_SETTINGS.rpc });
  });

  test('what is of the window on the machine itself is left as it is', async () => {
    const cookie = await front.signIn();
    const rpc = { ...engine.settings.get().rpc, secret: 'a secret of clients' };
    engine.settings.set({ rpc });
    const before = engine.settings.get();
    const after = valueOf(
      await front.call(cookie, 'settings:set', { jobsAtOnce: 3, tray: true, closing: 'quit' }),
    );
    expect(after).toEqual({ ...before, jobsAtOnce: 3, rpc: { ...rpc, secret: null } });
    expect(engine.settings.get()).toEqual({ ...before, jobsAtOnce: 3 });
    for (const [name, input] of [
      ['shell:show', { jobId: 1, taskId: null }],
      ['shell:show-saved', { path: '/etc/passwd' }],
      ['app:copy-diagnostics', undefined],
      ['dialog:pick', { purpose: 'files' }],
    ] as const)
      expect(await front.call(cookie, name, input)).toMatchObject({ error: { code: 'not-in-browser' } });
  });
});

test('it closes with all of its connections', async () => {
  const own = await TestFront.open(engine, folder);
  const cookie = await own.signIn();
  const reader = new EventReader(own.web.url, cookie);
  await reader.next('begun');
  await own.web.close();
  await expect(own.get('/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
