/** Programs that speak aria2's RPC and that nobody here wrote, the attacks that a server on this machine sees, and restarts. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aria2 as maria2, close, createWebSocket, open, system } from 'maria2/dist/index.js';
import type { JobSummary } from '../common/model/jobs';
import { FILE_BYTES, RpcOrigin } from './testing/rpc-origin';
import { Listener, SECRET, TOKEN, call, startHeddle, type Side } from './testing/two-sides';

interface Aria2Client {
  open(): Promise<unknown>;
  close(): Promise<unknown>;
  call(method: string, ...params: readonly unknown[]): Promise<unknown>;
  multicall(calls: readonly (readonly unknown[])[]): Promise<unknown>;
  batch(calls: readonly (readonly unknown[])[]): Promise<Promise<unknown>[]>;
  listMethods(): Promise<string[]>;
  listNotifications(): Promise<string[]>;
  on(event: string, listener: (params: readonly { readonly gid: string }[]) => void): void;
}
// It has no types.
const Aria2 = createRequire(import.meta.url)('aria2') as new (options: {
  host: string;
  port: number;
  secret: string;
}) => Aria2Client;

let folder: string;
let origin: RpcOrigin;
let heddle: Awaited<ReturnType<typeof startHeddle>>;
let side: Side;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-rpc-'));
  origin = await RpcOrigin.start();
  await start();
}, 60_000);
afterEach(async () => {
  await heddle.close();
  await origin.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(origins: readonly string[] = []): Promise<void> {
  heddle = await startHeddle(folder, undefined, origins);
  side = { name: 'heddle', url: heddle.server.url, directory: join(folder, 'heddle') };
}

function ask<Said>(method: string, ...params: readonly unknown[]): Promise<Said> {
  return call(side, `aria2.${method}`, ...params) as Promise<Said>;
}

function file(name: string): string {
  return join(folder, 'heddle', name);
}

/** @returns the job, as soon as it is so */
async function jobThat(isSo: (job: JobSummary) => boolean): Promise<JobSummary> {
  const { engine } = heddle;
  const { promise, resolve } = Promise.withResolvers<JobSummary>();
  const end = engine.on('jobs-changed', (jobs) => {
    const found = jobs.find(isSo);
    if (found !== undefined) resolve(found);
  });
  const now = engine.listJobs({ kind: null, offset: 0, limit: 500 }).jobs.find(isSo);
  if (now !== undefined) resolve(now);
  return promise.finally(end);
}

test("npm's aria2: connects, adds, hears of the end, asks by multicall and in a batch", async () => {
  const { port } = new URL(side.url);
  const client = new Aria2({ host: '127.0.0.1', port: Number(port), secret: SECRET });
  const overHttp = (await client.call('getVersion')) as { version: string };
  expect(overHttp.version).toBe('1.36.0');
  await client.open();
  const ended = new Promise<string>((resolve) => {
    client.on('onDownloadComplete', ([news]) => {
      resolve(news?.gid ?? '');
    });
  });
  const gid = (await client.call('addUri', [origin.url('file/a.bin')], {
    dir: join(folder, 'heddle', 'below'),
  })) as string;
  expect(await ended).toBe(gid);
  const [[status], [stat]] = (await client.multicall([['tellStatus', gid], ['getGlobalStat']])) as [
    [Record<string, unknown>],
    [Record<string, unknown>],
  ];
  expect(status).toMatchObject({ status: 'complete', totalLength: String(FILE_BYTES) });
  expect(stat).toMatchObject({ numStopped: '1' });
  expect(readFileSync(file('below/a.bin')).length).toBe(FILE_BYTES);
  const [version, none] = await client.batch([['getVersion'], ['tellStatus', 'ff']]);
  await expect(version).resolves.toMatchObject({ version: '1.36.0' });
  await expect(none).rejects.toThrow('GID ff is not found');
  expect(await client.listNotifications()).toContain('onDownloadError');
  expect(await client.listMethods()).toContain('addUri');
  await client.close();
});

test("npm's maria2: connects, adds, hears of the end, asks by multicall", async () => {
  const socket = createWebSocket(side.url.replace('http:', 'ws:') as `ws://${string}/jsonrpc`);
  const connection = await open(socket, { secret: SECRET, timeout: 60_000, openTimeout: 60_000 });
  const ended = new Promise<string>((resolve) => {
    maria2.onDownloadComplete(connection, ({ gid }) => {
      resolve(gid);
    });
  });
  const gid = await maria2.addUri(connection, [origin.url('file/a.bin')], { out: 'b.bin' });
  expect(await ended).toBe(gid);
  expect(await maria2.tellStatus(connection, gid)).toMatchObject({
    status: 'complete',
    files: [{ path: file('b.bin') }],
  });
  const said = await system.multicall(
    connection,
    { methodName: 'aria2.getVersion', params: [] },
    { methodName: 'aria2.tellStopped', params: [0, 10, ['gid']] },
  );
  expect(said).toEqual([[expect.objectContaining({ version: '1.36.0' })], [[{ gid }]]]);
  await expect(maria2.remove(connection, gid)).rejects.toMatchObject({ code: 1 });
  close(connection);
});

test('pages may not ask, but those that were named and extensions', async () => {
  await heddle.close();
  await start(['https://front.example']);
  const body = JSON.stringify({ id: 1, method: 'aria2.tellActive', params: [TOKEN] });
  const { hostname, port } = new URL(side.url);
  const send = async (
    headers: Readonly<Record<string, string>>,
    { method = 'POST', path = '/jsonrpc' } = {},
  ): Promise<{ status: number | undefined; allowed: string | undefined }> => {
    const asked = request({ hostname, port, path, method, headers });
    asked.end(method === 'POST' ? body : undefined);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    await once(answer, 'end');
    return { status: answer.statusCode, allowed: answer.headers['access-control-allow-origin'] };
  };
  const refused = { status: 403, allowed: undefined };
  expect(await send({ Origin: 'https://evil.example' })).toEqual(refused);
  expect(await send({ Origin: 'null' })).toEqual(refused);
  expect(await send({ Origin: side.url.replace('/jsonrpc', '') })).toEqual(refused);
  expect(await send({ Origin: 'https://front.example.evil.example' })).toEqual(refused);
  expect(await send({ Origin: 'https://evil.example' }, { method: 'OPTIONS' })).toEqual(refused);
  expect(await send({ 'Sec-Fetch-Site': 'cross-site' }, { method: 'GET' })).toEqual(refused);
  // A name that was pointed at this address.
  expect(await send({ Host: 'evil.example' })).toEqual({ status: 421, allowed: undefined });
  for (const good of [
    'https://front.example',
    'chrome-extension://mpkodccbngfoacfalldjimigbofkhgjn',
    'moz-extension://0a1b2c3d-4e5f',
  ]) {
    expect(await send({ Origin: good })).toEqual({ status: 200, allowed: good });
    expect(await send({ Origin: good }, { method: 'OPTIONS' })).toEqual({ status: 200, allowed: good });
  }
  const upgrade = async (headers: Readonly<Record<string, string>>): Promise<number | undefined> => {
    const asked = request({
      hostname,
      port,
      path: '/jsonrpc',
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });
    asked.end();
    const status = await Promise.race([
      once(asked, 'response').then(([answer]) => (answer as { statusCode: number }).statusCode),
      once(asked, 'upgrade').then(() => 101),
    ]);
    asked.destroy();
    return status;
  };
  expect(await upgrade({ Origin: 'https://evil.example' })).toBe(403);
  expect(await upgrade({ Host: 'evil.example' })).toBe(421);
  expect(await upgrade({ Origin: 'https://front.example' })).toBe(101);
});

test('requests that are too large, or never end, hold up nobody', async () => {
  const { hostname, port } = new URL(side.url);
  const slow = connect(Number(port), hostname);
  await once(slow, 'connect');
  slow.write('POST /jsonrpc HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
  const large = await fetch(side.url, { method: 'POST', body: Buffer.alloc(17 * 1_048_576, ' ') }).then(
    ({ status }) => status,
    // It need not be read to its end.
    () => 413,
  );
  expect(large).toBe(413);
  const listener = await Listener.open(side);
  listener.send(' '.repeat(17 * 1_048_576));
  await listener.ended;
  expect(await ask('tellActive')).toEqual([]);
  const closed = once(slow, 'close');
  await heddle.close();
  await closed;
  await start();
});

test('many downloads of one call share few jobs; each can be paused and removed', async () => {
  const COUNT = 100;
  const calls = Array.from({ length: COUNT }, (_, at) => ({
    methodName: 'aria2.addUri',
    params: [TOKEN, [origin.url(at < 3 ? `held/${at}` : `file/${at}.bin`)], { out: `${at}.bin` }],
  }));
  const gids = ((await call(side, 'system.multicall', calls)) as [string][]).map(([gid]) => gid);
  expect(new Set(gids).size).toBe(COUNT);
  const [paused = '', removed = '', kept = '', last = ''] = [gids[0], gids[1], gids[2], gids.at(-1)];
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const statusOf = async (gid: string): Promise<string> =>
    (await ask<{ status: string }>('tellStatus', gid)).status;
  for (const gid of [paused, removed, kept]) await until(async () => (await statusOf(gid)) === 'active');
  await ask('pause', paused);
  await ask('remove', removed);
  expect(await statusOf(paused)).toBe('paused');
  expect(await statusOf(removed)).toBe('removed');
  await until(
    async () => (await ask<{ numStopped: string }>('getGlobalStat')).numStopped === String(COUNT - 2),
  );
  expect(await statusOf(kept)).toBe('active');
  expect(await statusOf(last)).toBe('complete');
  const { total } = heddle.engine.listJobs({ kind: 'download', offset: 0, limit: 1 });
  // As many as run at once.
  expect(total).toBe(heddle.engine.settings.get().jobsAtOnce);
  await ask('unpause', paused);
  await until(async () => (await statusOf(paused)) === 'active');
  for (const name of ['0', '1', '2']) origin.release(name);
  await until(async () => (await statusOf(kept)) === 'complete' && (await statusOf(paused)) === 'complete');
  expect(existsSync(file('0.bin'))).toBe(true);
  expect(existsSync(file('1.bin'))).toBe(false);
  await ask('purgeDownloadResult');
  await jobsAreGone();
});

async function jobsAreGone(): Promise<void> {
  const { engine } = heddle;
  const count = (): number => engine.listJobs({ kind: 'download', offset: 0, limit: 1 }).total;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = engine.on('job-removed', () => {
    if (count() === 0) resolve();
  });
  if (count() === 0) resolve();
  await promise;
  end();
}

test('after a restart everything has its GID and goes on', async () => {
  const [running, waiting, done] = [
    await ask<string>('addUri', [origin.url('held/running')]),
    await ask<string>('addUri', [origin.url('file/waiting')], { pause: 'true' }),
    await ask<string>('addUri', [origin.url('file/done')]),
  ];
  await jobThat(({ label, state }) => label === 'done' && state === 'done');
  await origin.isAsked('running', 1);
  await heddle.close();
  await start();
  expect(await ask('tellWaiting', 0, 10, ['gid', 'status'])).toContainEqual({
    gid: waiting,
    status: 'paused',
  });
  expect(await ask('tellStopped', 0, 10, ['gid', 'status'])).toEqual([{ gid: done, status: 'complete' }]);
  await jobThat(({ label, state }) => label === 'running' && state === 'running');
  const held = new Promise<void>((resolve) => {
    heddle.engine.on('tasks-settled', () => {
      resolve();
    });
  });
  // Asked again, it is held again.
  await origin.isAsked('running', 2);
  origin.release('running');
  await held;
  expect(await ask('tellStatus', running, ['gid', 'status'])).toEqual({ gid: running, status: 'complete' });
  await ask('unpause', waiting);
  await jobThat(({ label, state }) => label === 'waiting' && state === 'done');
  expect(await ask('tellStatus', waiting, ['status', 'totalLength'])).toEqual({
    status: 'complete',
    totalLength: String(FILE_BYTES),
  });
});

test('a job that was killed after its last task comes to its end at the next start', async () => {
  const gid = await ask<string>('addUri', [origin.url('file/done')]);
  const { id } = await jobThat(({ label, state }) => label === 'done' && state === 'done');
  await heddle.close();
  const database = new SqliteDatabase(join(folder, 'data', 'heddle.db'));
  database.prepare("UPDATE jobs SET state = 'interrupted' WHERE id = ?").run(id);
  database.prepare("UPDATE rpc_downloads SET state = 'waiting', result = NULL WHERE gid = ?").run(gid);
  database.close();
  await start();
  await jobThat(({ label, state }) => label === 'done' && state === 'done');
  expect(await ask('tellStatus', gid, ['gid', 'status'])).toEqual({ gid, status: 'complete' });
});

test('what waited for room on a disk goes on at the next start', async () => {
  const gid = await ask<string>('addUri', [origin.url('held/room')]);
  await origin.isAsked('room', 1);
  await heddle.close();
  const database = new SqliteDatabase(join(folder, 'data', 'heddle.db'));
  const lack = {
    code: 'disk-full',
    message: 'full',
    retryable: true,
    room: { disk: folder, missingBytes: 1, freeBytes: 0 },
  };
  database.prepare("UPDATE jobs SET state = 'paused', error = ?").run(JSON.stringify(lack));
  database.close();
  await start();
  const done = jobThat(({ label, state }) => label === 'room' && state === 'done');
  await origin.isAsked('room', 2);
  origin.release('room');
  await done;
  expect(await ask('tellStatus', gid, ['status'])).toEqual({ status: 'complete' });
});

test('what the user does with a job in the window is told', async () => {
  const listener = await Listener.open(side);
  const gid = await ask<string>('addUri', [origin.url('held/x')]);
  const { id } = await jobThat(({ state }) => state === 'running');
  const heard = (): string[] =>
    listener.heard
      .filter((each) => each.gid === gid)
      .map(({ method }) => method.replace('aria2.onDownload', ''));
  await listener.until(() => heard().length === 1);
  await heddle.engine.pause(id);
  await listener.until(() => heard().length === 2);
  expect(await ask('tellStatus', gid, ['status'])).toEqual({ status: 'paused' });
  await heddle.engine.resume(id);
  await listener.until(() => heard().length === 3);
  await heddle.engine.cancel(id);
  await listener.until(() => heard().length === 4);
  expect(heard()).toEqual(['Start', 'Pause', 'Start', 'Stop']);
  expect(await ask('tellStatus', gid, ['status'])).toEqual({ status: 'removed' });
  await heddle.engine.remove(id);
  expect(await ask('tellStatus', gid, ['status'])).toEqual({ status: 'removed' });
  await listener.close();
});

test('headers, referer and logins reach the server; addresses that are added are tried when the first one fails', async () => {
  const headers = await ask<string>('addUri', [origin.url('headers/a')], {
    out: 'headers.json',
    // Extensions send on what the browser had sent, for its own connection.
    header: ['X-One: 1', 'X-Two: 2', 'Connection: keep-alive', 'Accept-Encoding: br', 'Range: bytes=5-'],
    referer: 'http://ref.example/',
    'user-agent': 'ua/1',
  });
  await jobThat(({ label, state }) => label === 'headers.json' && state === 'done');
  expect(JSON.parse(readFileSync(file('headers.json'), 'utf8'))).toMatchObject({
    'x-one': '1',
    'x-two': '2',
    referer: 'http://ref.example/',
    'user-agent': 'ua/1',
  });
  expect(await ask('tellStatus', headers, ['status'])).toEqual({ status: 'complete' });
  const listener = await Listener.open(side);
  const gid = await ask<string>('addUri', [origin.url('held/breaks')], {
    out: 'second.bin',
    'max-tries': '1',
  });
  await origin.isAsked('breaks', 1);
  expect(await ask('changeUri', gid, 1, [], [origin.url('file/other')])).toEqual([0, 1]);
  origin.break('breaks');
  await listener.until(() =>
    listener.heard.some((each) => each.gid === gid && each.method.endsWith('Complete')),
  );
  expect(readFileSync(file('second.bin')).length).toBe(FILE_BYTES);
  await listener.close();
});
