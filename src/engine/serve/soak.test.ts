/** 2,000 clients at once, round after round: none fails, and nothing is left of them or of the server. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadKoffi } from '../../files/koffi';
import { Threads } from '../pool';
import { buildWorker } from '../testing/build-worker';
import { serveDirectory, type RunningServer } from '.';

const CLIENTS = 2000;
const REQUESTS = 3;
const WARM_UPS = 2;
const ROUNDS = 3;
const MOST_GROWTH = 50_000_000;
/** Of each connection: one here, a second one while it changes hands, and that of the file. */
const DESCRIPTORS = 3 * CLIENTS + 500;
const LEFT_WAIT_MS = 20_000;
const BODY = 'x'.repeat(3000);
const clientScript = fileURLToPath(new URL('soak-clients.mjs', import.meta.url));

let folder: string;
let script: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-soak-'));
  writeFileSync(join(folder, 'file'), BODY);
  script = await buildWorker(fileURLToPath(new URL('../../workers/worker.ts', import.meta.url)));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Left {
  readonly descriptors: number;
  readonly threads: number;
  readonly resources: Record<string, number>;
}

function left(): Left {
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    resources,
  };
}

/** What is there as soon as it is so, or what is there still after a long while: on a busy machine the test runner's
 * own timers and messages are there for seconds. */
async function leftWhen(isSo: (now: Left) => boolean): Promise<Left> {
  const giveUpAtMs = performance.now() + LEFT_WAIT_MS;
  for (;;) {
    const now = left();
    if (isSo(now) || performance.now() > giveUpAtMs) return now;
    await new Promise(setImmediate);
  }
}

/** With nothing of a server or of files under way. */
async function leftAtRest(): Promise<Left> {
  const isServers = (name: string): boolean => /^(?:TCP|FS|CloseReq|Timeout|Worker|MessagePort)/u.test(name);
  const now = await leftWhen(({ resources }) => !Object.keys(resources).some(isServers));
  expect(Object.keys(now.resources).filter(isServers)).toEqual([]);
  return now;
}

/** Threads of the runtime's own may end meanwhile; more than before are a leak. */
async function expectAsBefore(before: Left): Promise<void> {
  const { threads, ...rest } = before;
  const isAsBefore = ({ threads: now, ...others }: Left): boolean =>
    now <= threads && isDeepStrictEqual(others, rest);
  const now = await leftWhen(isAsBefore);
  expect(now).toMatchObject(rest);
  expect(now.threads).toBeLessThanOrEqual(threads);
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** What the allocator has free and keeps for later is no leak, and how much that is differs from run to run. */
const trim = trimmer();

function trimmer(): () => void {
  if (process.platform !== 'linux') return () => undefined;
  const mallocTrim = loadKoffi().load(null).func('int malloc_trim(size_t pad)');
  return () => {
    mallocTrim(0);
  };
}

function residentBytes(): number {
  collect();
  trim();
  return process.memoryUsage.rss();
}

/** Node raises it to what it may be. */
function mostDescriptors(): number {
  const [, soft = ''] = /^Max open files\s+(\S+)/mu.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return soft === 'unlimited' ? Infinity : Number(soft);
}

async function connectClients(server: RunningServer): Promise<ChildProcess> {
  const { port } = new URL(server.url);
  const child = fork(clientScript, [port, String(CLIENTS), String(REQUESTS), '/file'], { execArgv: [] });
  expect((await once(child, 'message'))[0]).toBe('connected');
  await expect.poll(() => sum(server, 'connections')).toBe(CLIENTS);
  return child;
}

function sum(server: RunningServer, key: 'connections' | 'active' | 'requests'): number {
  return server.read().threads.reduce((total, thread) => total + thread[key], 0);
}

async function tell(child: ChildProcess, order: 'go' | 'leave'): Promise<() => Promise<unknown>> {
  const ended = once(child, 'exit');
  const answer = once(child, 'message') as Promise<[unknown]>;
  await new Promise<void>((sent) => {
    child.send(order, () => {
      sent();
    });
  });
  return async () => {
    const [message] = await answer;
    await ended;
    return message;
  };
}

describe.skipIf(mostDescriptors() < DESCRIPTORS).each([
  { where: 'one thread', count: 1 },
  { where: 'three threads', count: 3 },
])('$where', ({ count }) => {
  function start(latencyMs: number, jitterMs: number): Promise<RunningServer> {
    return serveDirectory({
      directory: folder,
      latencyMs,
      jitterMs,
      ...(count > 1 ? { spread: { threads: new Threads(script), count } } : {}),
    });
  }

  async function round(): Promise<void> {
    const server = await start(20, 20);
    const clients = await connectClients(server);
    const shares = server.read().threads.map(({ connections }) => connections);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    const outcome = await tell(clients, 'go');
    expect(await outcome()).toEqual({ failures: [] });
    await expect.poll(() => sum(server, 'connections')).toBe(0);
    expect(sum(server, 'requests')).toBe(CLIENTS * REQUESTS);
    expect(sum(server, 'active')).toBe(0);
    await server.close();
  }

  test('none fails, and nothing is left', { timeout: 400_000 }, async () => {
    // The first ones make what stays: the threads that read files, code, caches, the allocator's reserve.
    for (let done = 0; done < WARM_UPS; done++) await round();
    const before = await leftAtRest();
    const heapBefore = heapBytes();
    const residentBefore = residentBytes();
    for (let done = 0; done < ROUNDS; done++) await round();
    await expectAsBefore(before);
    // One object for each of the 6,000 connections would be more than this.
    expect(heapBytes() - heapBefore).toBeLessThan(3_000_000);
    // V8 keeps what the heaps of ended threads lay in for the next ones, some 25 MB of each, and gives it back when
    // none was made for eight seconds. What leaks is there after that too.
    await expect.poll(() => residentBytes() - residentBefore).toBeLessThan(MOST_GROWTH);
  });

  test('a server that closes under their load leaves nothing either', async () => {
    await (await start(0, 0)).close();
    const before = await leftAtRest();
    const server = await start(600_000, 10_000);
    const clients = await connectClients(server);
    const outcome = await tell(clients, 'leave');
    await expect.poll(() => sum(server, 'active')).toBe(CLIENTS);
    await server.close();
    expect(await outcome()).toEqual({ ended: CLIENTS });
    await expectAsBefore(before);
  });
});
