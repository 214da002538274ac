/** The built terminal as a process of its own, and a file server that tests can hold up. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync, watch } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test as base } from '@playwright/test';
import { contentOf } from './app';

const CLI = resolve(__dirname, '../out/main/cli.cjs');

const KEEPS_DATA = [
  'download',
  'hash',
  'verify',
  'duplicates',
  'copy',
  'compare',
  'jobs',
  'resume',
  'retry',
  'cancel',
  'export',
  'rpc',
  'web',
];

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TaskLine {
  readonly type: 'task';
  readonly job: number;
  readonly task: number;
  readonly state: 'done' | 'failed' | 'skipped' | 'cancelled';
  readonly source: string;
  readonly target: string | null;
  readonly bytes: number;
  readonly digests?: Readonly<Record<string, string>>;
  readonly attempts: number;
  readonly worker: number | null;
  readonly ms: number | null;
  readonly error?: { readonly code: string; readonly message: string; readonly retryable: boolean };
}

export interface StartOptions {
  readonly input?: string;
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The user that it runs as. */
  readonly uid?: number;
}

/** One `heddle …`. */
export class Terminal {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcessWithoutNullStreams;
  #stdout = '';
  #stderr = '';
  #isOver = false;
  #look: (() => void)[] = [];

  constructor(args: readonly string[], { input, cwd, env, uid }: StartOptions = {}) {
    this.#child = spawn(process.execPath, [CLI, ...args], {
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
      ...(uid === undefined ? {} : { uid }),
    });
    // One that reads nothing may have ended before this.
    this.#child.stdin.on('error', () => undefined).end(input ?? '');
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#wake();
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#wake();
    });
    this.ended = once(this.#child, 'close').then(([status, signal]) => {
      this.#isOver = true;
      this.#wake();
      return {
        status: status as number | null,
        signal: signal as NodeJS.Signals | null,
        stdout: this.#stdout,
        stderr: this.#stderr,
      };
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves at the moment that standard output has `count` lines. */
  printed(count: number): Promise<void> {
    return this.#until(() => this.#stdout.split('\n').length > count, `${count} lines of output`);
  }

  firstLine(): Promise<string> {
    return this.line(0);
  }

  /** Of standard output. @param at from 0 */
  async line(at: number): Promise<string> {
    await this.printed(at + 1);
    return this.#stdout.split('\n')[at] ?? '';
  }

  /** Resolves at the moment that standard error matches. */
  said(pattern: RegExp): Promise<void> {
    return this.#until(() => pattern.test(this.#stderr), String(pattern));
  }

  async #until(isSo: () => boolean, what: string): Promise<void> {
    while (!isSo()) {
      if (this.#isOver) throw new Error(`It ended before ${what}: ${this.#stdout}${this.#stderr}`);
      await new Promise<void>((wake) => this.#look.push(wake));
    }
  }

  #wake(): void {
    for (const look of this.#look.splice(0)) look();
  }
}

/** A file in a hundred is big enough that a part of it reaches the disk. */
export function bodyOf(path: string): Buffer {
  const body = contentOf(path);
  return path.endsWith('20.bin') ? Buffer.concat(Array<Buffer>(800).fill(body)) : body;
}

/** A server of {@link bodyOf}'s files that counts requests; `/missing…` is not there. */
export class FileServer {
  /** Paths, in the order in which they were asked for. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #held: (() => void)[] = [];
  #holdFrom = Infinity;
  #holdFromPath: string | null = null;
  #partly = false;
  #arrivals: { readonly count: number; readonly resolve: () => void }[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = request.url ?? '/';
      this.requests.push(path);
      if (path === this.#holdFromPath) this.#holdFrom = this.requests.length;
      const isHeld = this.requests.length >= this.#holdFrom;
      if (isHeld) this.#held.push(this.#answer(path, response, this.#partly));
      else this.#answer(path, response, false)();
      for (const { count, resolve: tell } of this.#arrivals) if (this.requests.length >= count) tell();
    });
  }

  static async start(): Promise<FileServer> {
    const server = new FileServer();
    await new Promise<void>((done) => server.#server.listen(0, '127.0.0.1', done));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  urls(count: number): string[] {
    return Array.from({ length: count }, (_, index) => `${this.url}/${index}.bin`);
  }

  /** The `nth` request and all later ones wait for {@link release}. */
  holdFrom(nth: number): void {
    this.#holdFrom = nth;
  }

  /** The request for `path` and all later ones wait for {@link release}, with a part of the file sent. */
  holdFromPath(path: string): void {
    this.#holdFromPath = path;
    this.#partly = true;
  }

  release(): void {
    this.#holdFrom = Infinity;
    this.#holdFromPath = null;
    for (const answer of this.#held.splice(0)) answer();
  }

  /** Resolves at the moment of the `count`th request. */
  arrived(count: number): Promise<void> {
    if (this.requests.length >= count) return Promise.resolve();
    return new Promise((done) => this.#arrivals.push({ count, resolve: done }));
  }

  close(): Promise<void> {
    return new Promise((done) => {
      this.#server.close(() => {
        done();
      });
      this.#server.closeAllConnections();
    });
  }

  /** @returns what sends the answer, or what is left of it */
  #answer(path: string, response: ServerResponse, partly: boolean): () => void {
    const isThere = !path.startsWith('/missing');
    const body = isThere ? bodyOf(path) : Buffer.from('none\n');
    const begin = (): void => {
      response.writeHead(isThere ? 200 : 404, { 'content-length': body.length });
    };
    if (!partly) {
      return () => {
        begin();
        response.end(body);
      };
    }
    begin();
    const half = Math.ceil(body.length / 2);
    response.write(body.subarray(0, half));
    return () => response.end(body.subarray(half));
  }
}

export interface Fixtures {
  /** A folder that is gone when the test has ended. */
  readonly folder: string;
  readonly data: string;
  readonly server: FileServer;
  /** Starts `heddle ARGUMENTS` on the test's own data folder. */
  readonly start: (args: readonly string[], options?: StartOptions) => Terminal;
  /** The same, to its end. */
  readonly heddle: (args: readonly string[], options?: StartOptions) => Promise<Ended>;
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the pattern to learn what a fixture needs
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-terminal-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  data: async ({ folder }, use) => {
    await use(join(folder, 'data'));
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the pattern to learn what a fixture needs
  server: async ({}, use) => {
    const server = await FileServer.start();
    await use(server);
    await server.close();
  },
  start: async ({ data }, use) => {
    const started: Terminal[] = [];
    await use((args, options) => {
      // The other commands use none, and what is no command at all gets none.
      const own = KEEPS_DATA.includes(args[0] ?? '') && !args.includes('--data-dir');
      const terminal = new Terminal(own ? [...args, '--data-dir', data] : args, options);
      started.push(terminal);
      return terminal;
    });
    for (const terminal of started) {
      if (!terminal.isOver) terminal.kill('SIGKILL');
      await terminal.ended;
    }
  },
  heddle: async ({ start }, use) => {
    await use((args, options) => start(args, options).ended);
  },
});

export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Whole `task` lines; the last one may have been cut off by a kill. */
export function taskLines(text: string): TaskLine[] {
  return jsonLines(text).filter(({ type }) => type === 'task') as unknown as TaskLine[];
}

export function expectDownloaded(directory: string, count: number): void {
  const names = Array.from({ length: count }, (_, index) => `${index}.bin`);
  // Hidden ones too: nothing else may be there.
  expect(readdirSync(directory).sort()).toEqual(names.sort());
  for (const name of names) {
    expect(readFileSync(join(directory, name)).equals(bodyOf(`/${name}`)), name).toBe(true);
  }
}

/** What `diff -r` does not compare: each path's type, mode and time. */
export function metadata(root: string): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(
    ['', ...paths].map((path) => {
      const { mode, mtimeMs } = lstatSync(join(root, path));
      return [path, `${mode.toString(8)} ${Math.floor(mtimeMs)}`];
    }),
  );
}

/** Resolves at the moment that something of this name appears in the folder or below. */
export async function appeared(folder: string, name: RegExp): Promise<void> {
  const watcher = watch(folder, { recursive: true });
  try {
    await new Promise<void>((seen) => {
      watcher.on('change', (_, file) => {
        if (name.test(String(file))) seen();
      });
    });
  } finally {
    watcher.close();
  }
}
