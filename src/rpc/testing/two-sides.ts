/** For tests: the same calls to a real aria2c and to Heddle, and their answers without what is documented to differ. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Engine, Threads } from '../../engine';
import { buildWorker } from '../../engine/testing/build-worker';
import { startRpc, type RpcServer } from '../rpc-server';
import { startAria2 } from './real-aria2';
import { RpcOrigin } from './rpc-origin';

export const SECRET = 'a secret of tests';
export const TOKEN = `token:${SECRET}`;

export interface Side {
  readonly name: string;
  readonly url: string;
  readonly directory: string;
}

export interface Reply {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

/** Heddle as `heddle rpc` runs it, with files and data of its own. */
export async function startHeddle(
  folder: string,
  onShutdown: () => void = () => undefined,
  origins: readonly string[] = [],
): Promise<{ readonly engine: Engine; readonly server: RpcServer; close(): Promise<void> }> {
  const worker = await buildWorker(fileURLToPath(new URL('../../workers/worker.ts', import.meta.url)));
  const engine = await Engine.open({
    dataDirectory: join(folder, 'data'),
    threads: new Threads(worker),
    waits: true,
    keepsThreads: true,
  });
  const server = await startRpc({
    engine,
    host: '127.0.0.1',
    port: 0,
    secret: SECRET,
    origins,
    directory: join(folder, 'heddle'),
    onShutdown,
  });
  return {
    engine,
    server,
    close: async () => {
      await server.close();
      await engine.close();
    },
  };
}

export class TwoSides {
  readonly origin: RpcOrigin;
  readonly sides: readonly Side[];
  readonly #end: () => Promise<void>;

  private constructor(origin: RpcOrigin, sides: readonly Side[], end: () => Promise<void>) {
    this.origin = origin;
    this.sides = sides;
    this.#end = end;
  }

  static async start(): Promise<TwoSides> {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-rpc-'));
    const origin = await RpcOrigin.start();
    const aria2 = await startAria2(join(folder, 'aria2'), SECRET);
    const heddle = await startHeddle(folder);
    heddle.engine.settings.set({ jobsAtOnce: 16 });
    const sides = [
      { name: 'aria2', url: `http://127.0.0.1:${aria2.port}/jsonrpc`, directory: join(folder, 'aria2') },
      { name: 'heddle', url: heddle.server.url, directory: join(folder, 'heddle') },
    ];
    return new TwoSides(origin, sides, async () => {
      await aria2.close();
      await heddle.close();
      await origin.close();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  close(): Promise<void> {
    return this.#end();
  }

  /** What both say; with what is theirs alone, their folders, taken out. */
  async ask<Said>(
    say: (side: Side) => Promise<Said>,
  ): Promise<{ readonly aria2: Said; readonly heddle: Said }> {
    const [aria2, heddle] = await Promise.all(this.sides.map(say));
    return { aria2, heddle } as { readonly aria2: Said; readonly heddle: Said };
  }

  async post(text: string): Promise<{ readonly aria2: Reply; readonly heddle: Reply }> {
    return this.ask((side) => post(side, text));
  }

  /** @param params `{DIR}` in texts stands for each side's folder */
  async call(
    method: string,
    ...params: readonly unknown[]
  ): Promise<{ readonly aria2: unknown; readonly heddle: unknown }> {
    return this.ask((side) => call(side, method, ...params));
  }

  async multicall(calls: readonly (readonly [method: string, ...params: readonly unknown[]])[]): Promise<{
    readonly aria2: readonly unknown[];
    readonly heddle: readonly unknown[];
  }> {
    const said = await this.ask(async (side) => {
      const all = calls.map(([methodName, ...params]) => ({ methodName, params: [TOKEN, ...params] }));
      return (await call(side, 'system.multicall', all)) as readonly unknown[];
    });
    return said;
  }

  /** Until both say of a download what stays so. */
  async until(gid: string, isSo: (status: Readonly<Record<string, unknown>>) => boolean): Promise<void> {
    await this.ask(async (side) => {
      for (;;) {
        const status = await call(side, 'aria2.tellStatus', gid);
        if (isSo(status as Readonly<Record<string, unknown>>)) return;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    });
  }
}

export async function post({ url, directory }: Side, text: string): Promise<Reply> {
  const response = await fetch(url, { method: 'POST', body: text });
  const said = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body:
      said === ''
        ? ''
        : (JSON.parse(said.replaceAll(String.raw`\/`, '/').replaceAll(directory, 'DIR')) as unknown),
  };
}

/** The result, or the error. */
export async function call(side: Side, method: string, ...params: readonly unknown[]): Promise<unknown> {
  // What has no token of its own gets none.
  const given = method.startsWith('system.') ? params : [TOKEN, ...params];
  const text = JSON.stringify({ jsonrpc: '2.0', id: 'test', method, params: given });
  const { body } = await post(side, text.replaceAll('{DIR}', side.directory));
  const { result, error } = body as { readonly result?: unknown; readonly error?: unknown };
  return result ?? error;
}

const LIVE = new Set(['downloadSpeed', 'connections', 'completedLength', 'bitfield', 'pieceLength']);

/**
 * What is the same on both sides. What passes (speeds, connections, how far it is) is told to be a number; an address is
 * told once, as aria2 repeats those that it may use again.
 */
export function comparable(value: unknown, isStopped = false): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => comparable(each, isStopped));
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  const ended =
    isStopped ||
    ['complete', 'error', 'removed'].includes(typeof fields['status'] === 'string' ? fields['status'] : '');
  const said: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (name === 'uris') said[name] = addresses(field as readonly { uri: string; status: string }[]);
    else if (LIVE.has(name) && !ended)
      said[name] = typeof field === 'string' && /^[0-9a-f]+$/u.test(field) ? 'digits' : field;
    else said[name] = comparable(field, ended);
  }
  return said;
}

function addresses(all: readonly { uri: string; status: string }[]): unknown {
  const used = new Set(all.filter(({ status }) => status === 'used').map(({ uri }) => uri));
  return [...new Set(all.map(({ uri }) => uri))].map((uri) => ({
    uri,
    status: used.has(uri) ? 'used' : 'waiting',
  }));
}

/** What a client hears over its WebSocket. */
export class Listener {
  readonly heard: { readonly method: string; readonly gid: string }[] = [];
  readonly answers: unknown[] = [];
  /** Resolves when the connection has ended, whoever ended it. */
  readonly ended: Promise<void>;
  readonly #socket: WebSocket;
  #changed = Promise.withResolvers<void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.ended = new Promise((resolve) => {
      socket.addEventListener('close', () => {
        resolve();
      });
    });
    socket.addEventListener('message', ({ data }) => {
      const said = JSON.parse(String(data)) as { method?: string; params?: { gid: string }[] };
      if (said.method === undefined) this.answers.push(said);
      else this.heard.push({ method: said.method, gid: said.params?.[0]?.gid ?? '' });
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
  }

  static async open({ url }: Pick<Side, 'url'>): Promise<Listener> {
    const socket = new WebSocket(url.replace('http:', 'ws:'));
    const listener = new Listener(socket);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    return listener;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  /** @returns when it is so */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.#changed.promise;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.ended;
  }
}
