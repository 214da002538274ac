/** For tests of large files over several connections: a slow server that does what it is told, and a transfer from it. */
import { createCipheriv, createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach } from 'vitest';
import type { PartialNote, PartialState } from '../common/model/download';
import { FREE_PLACES, type Places } from '../common/threads/places';
import { loadHasher } from '../files/hashers';
import { Growth, type Line, type Look } from './connection-growth';
import type { HttpClient } from './http/client';
import { openTestClient } from './http/test-client';
import { PartialFile } from './partial-file';
import { FakeContext } from './test-context';
import { TestServer } from './test-server';
import { Transfer } from './transfer';
import type { Transferred } from './transfer-options';

export const KIB = 1024;
export const MIB = 1024 * 1024;
/** Bytes per millisecond of each answer, and when all that was to come has been asked for. */
const PACE = 256;
const HURRY = 32 * 1024;
export const STEP_MS = 5;
export const TAG = '"one"';

/** No part of it is like another. */
export function content(version: string, bytes: number): Buffer {
  const key = createHash('sha256').update(version).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

export interface Visit {
  /** From 1. */
  readonly number: number;
  /** Requests that are being answered, this one among them. */
  readonly open: number;
  readonly range: { readonly start: number; readonly end: number } | null;
  readonly response: ServerResponse;
  readonly body: Buffer;
  /** As it should be, slowly; only up to `until` bytes of the answer. */
  readonly serve: (options?: {
    until?: number;
    tag?: string;
    /** In place of the tag. */
    headers?: OutgoingHttpHeaders;
    body?: Buffer;
    /** Whatever range was asked for. */
    isWhole?: boolean;
    /** More than this, bytes in a millisecond, it never gets. */
    pace?: number;
  }) => Promise<void>;
}

let folder: string;
let server: TestServer;
let client: HttpClient;
let file: PartialFile;
let notes: PartialNote[];

/** Of the server. */
export const seen = {
  /** Most requests at once. */
  most: 0,
  /** Ranges that were asked for. */
  asked: [] as (string | null)[],
  /** Values of If-Range, each once. */
  conditions: new Set<string>(),
  /** What was to happen has happened: the rest may come fast. */
  hurries: false,
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-several-'));
  server = await TestServer.start();
  client = await openTestClient({ stallMs: 20_000 });
  file = partialFile();
  notes = [];
  Object.assign(seen, { most: 0, asked: [], conditions: new Set(), hurries: false });
});

afterEach(async () => {
  file.close();
  await client.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function partialFile(): PartialFile {
  return new PartialFile({
    path: join(folder, 'partial'),
    workDirectory: folder,
    subject: '/target',
    exclusive: false,
    durable: false,
  });
}

/**
 * A server that limits the speed of each answer, and does with each request what it is told.
 * @param enough after so many requests it limits them no more
 */
export function slowServer(
  bytes: number,
  enough: number,
  answer: (visit: Visit) => Promise<void> | void,
): string {
  const body = content('one', bytes);
  let open = 0;
  let number = 0;
  return server.on('/file', (request: IncomingMessage, response: ServerResponse) => {
    const found = /^bytes=(\d+)-(\d+)$/u.exec(request.headers.range ?? '');
    const range = found === null ? null : { start: Number(found[1]), end: Number(found[2]) + 1 };
    seen.asked.push(request.headers.range ?? null);
    const condition = request.headers['if-range'];
    if (typeof condition === 'string') seen.conditions.add(condition);
    open += 1;
    number += 1;
    seen.most = Math.max(seen.most, open);
    seen.hurries ||= number >= enough;
    response.on('close', () => (open -= 1));
    const serve: Visit['serve'] = async (options = {}) => {
      const { until = Infinity, tag = TAG, body: other = body, headers = { ETag: tag }, pace } = options;
      const isWhole = range === null || options.isWhole === true;
      const { start, end } = isWhole ? { start: 0, end: bytes } : range;
      response.writeHead(isWhole ? 200 : 206, {
        ...headers,
        'Content-Length': end - start,
        ...(isWhole ? {} : { 'Content-Range': `bytes ${start}-${end - 1}/${bytes}` }),
      });
      const last = Math.min(end, start + until);
      for (let at = start; at < last && !response.destroyed;) {
        await pause(STEP_MS);
        const to = Math.min(last, at + STEP_MS * (pace ?? (seen.hurries ? HURRY : PACE)));
        response.write(other.subarray(at, to));
        at = to;
      }
      if (until === Infinity) response.end();
    };
    void answer({ number, open, range, response, body, serve });
  });
}

/** Twice as many once each has brought something, whatever that is and however long it takes. */
class Doubling extends Growth {
  #isFixed = false;
  #youngest: readonly Line[] = [];

  override look({ most }: Look): number {
    const haveCome = this.#youngest.every(({ sinceMs }) => sinceMs !== null);
    return this.#isFixed || !haveCome ? 0 : Math.min(most, 2 * this.target) - this.target;
  }

  override opened(lines: readonly Line[], now: number): void {
    if (lines.length > 0) this.#youngest = lines;
    super.opened(lines, now);
  }

  // The server is on this thread, too.
  override isThreadBusy(): boolean {
    return false;
  }

  override broke(now: number): void {
    this.#isFixed = true;
    super.broke(now);
  }

  override fix(connections: number): void {
    this.#isFixed = true;
    super.fix(connections);
  }
}

interface Options {
  readonly segments?: number;
  readonly places?: Places;
  readonly earlier?: PartialState | null;
  readonly context?: FakeContext;
  readonly growth?: (first: Line) => Growth;
}

export async function fetchFile(url: string, options: Options = {}): Promise<Transferred | null> {
  const transfer = new Transfer({
    client,
    file,
    request: { url: new URL(url), method: 'GET', headers: {}, login: null, conditions: {}, body: null },
    earlier: options.earlier ?? null,
    context: options.context ?? new FakeContext({ exclusive: false }),
    note: (note) => notes.push(note),
    hasher: () => loadHasher('sha256'),
    segments: options.segments ?? 16,
    places: options.places ?? FREE_PLACES,
    growth: options.growth ?? ((first) => new Doubling(first)),
    maxBytes: null,
    accept: () => true,
    throttle: () => 0,
  });
  const done = await transfer.run();
  await file.finish(done?.bytes ?? 0);
  return done;
}

/** What was written stays; the next attempt, or process, opens it again. */
export async function leave(): Promise<void> {
  await file.keep();
  file = partialFile();
}

export function written(): Buffer {
  return readFileSync(join(folder, 'partial'));
}

/** What the database would give back. */
export function stored(): PartialState | null {
  let state: PartialState | null = null;
  for (const note of notes) {
    const before: PartialState['extents'] = note.reset ? [] : (state?.extents ?? []);
    state = { ...note, extents: [...before, ...note.extents] };
  }
  return state;
}
