/**
 * One URL to one file. The body goes to a temporary file, must be whole as the protocol frames it and right by every
 * digest that list and server give, is flushed to the disk and only then takes its name.
 */
import {
  type BigIntStats,
  closeSync,
  existsSync,
  futimesSync,
  openSync,
  readFileSync,
  read as readCallback,
  statfsSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { parseContentDisposition } from './content-disposition';
import {
  contentDigests,
  hasDigestFields,
  mergeClaims,
  representationDigests,
} from '../common/model/digest-fields';
import {
  KEPT_HEADER_CHARACTERS,
  plainEntry,
  type DownloadEntry,
  type Integrity,
  type KnownFile,
  type PartialNote,
  type PartialState,
} from '../common/model/download';
import type { CheckAlgorithm, CheckDigests } from '../common/model/digests';
import { expectedFileName, safeFileName } from '../files/file-name';
import { HeddleError, type ErrorData } from '../common/model/errors';
import type { DownloadWorkerOptions } from '../common/threads/worker-options';
import type { TaskOrder, TaskOutcome } from '../common/model/tasks';
import { displayPath, joinPath, type FsPath } from '../common/model/paths';
import { readHttpDate, writeHttpDate } from './http-date';
import { shownUrl } from '../common/model/http-fields';
import { RateLimit } from '../common/threads/rate-limit';
import { nowMs } from '../common/threads/board';
import { parseCookies } from './cookies';
import { lastPart, lstatOrNull, makeFolders, native, parentPath, unlinkIfThere } from '../files/entries';
import type { Naming } from '../files/take-name';
import { FinalPlaces } from './final-name';
import { statusFailure } from './http-errors';
import { loadHasher, nativeBlake3, type Hasher, type HasherFactory } from '../files/hashers';
import { basic, HttpClient, type HttpLimits } from './http';
import type { Answer } from './http-exchange';
import { parseNetrc } from './netrc';
import { PartialFile, type OpenFile } from './partial-file';
import type { RunTask, TaskContext } from './runtime';
import { Transfer, type Transferred } from './transfer';
import { isTag, isValidator } from './validators';

const readAsync = promisify(readCallback);
const READ_BYTES = 1024 * 1024;
/** Smaller files are not worth a look at the free space. */
const LOOK_AT_SPACE_BYTES = 1024 * 1024;

/** What tests replace. */
export interface DownloadTuning {
  readonly limits?: Partial<HttpLimits>;
  readonly naming?: Partial<Naming>;
  readonly open?: OpenFile;
}

export interface RunDownload extends RunTask<TaskOrder, TaskOutcome, PartialNote> {
  (order: TaskOrder, context: TaskContext<PartialNote>): Promise<TaskOutcome>;
  /** Closes the connections that are kept alive. */
  close(): Promise<void>;
}

export function createDownload(job: DownloadWorkerOptions, tuning: DownloadTuning = {}): RunDownload {
  const { workDirectory, options } = job;
  const client = openClient(job, tuning);
  // Whoever runs a task first learns why there is none.
  client.catch(() => undefined);
  let openedClient: HttpClient | null = null;
  const loadChecker = async (): Promise<HasherFactory> =>
    (await nativeBlake3()) ?? (await loadHasher('sha256'));
  let checker: Promise<HasherFactory> | null = null;
  const places = new FinalPlaces(workDirectory, options.existing, tuning.naming);
  const durable = !isInMemory(job.directory);
  // What a killed run may have left lies there; where nothing is, no file needs to be looked for.
  const mayHaveLeft = existsSync(native(workDirectory));
  // A job that is gone on with needs it soon.
  if (mayHaveLeft) checker = loadChecker();
  const rates = job.rates.map((buffer) => new RateLimit(buffer));

  async function download(order: TaskOrder, context: TaskContext<PartialNote>): Promise<TaskOutcome> {
    const entry = order.download?.entry ?? plainEntry(displayPath(order.source));
    const directory = entry.directory === null ? job.directory : joinPath(job.directory, entry.directory);
    const [first = ''] = entry.urls;
    const firstUrl = parseUrl(first);
    const expectedName = expectedFileName(entry.fileName, firstUrl);
    const temp = joinPath(workDirectory, String(order.id));

    const left = mayHaveLeft || order.attempt > 1 ? lstatOrNull(temp) : null;
    if (left !== null && left.nlink > 1n) {
      // A temporary file with a second link was whole, and named, when its process was killed.
      const target = places.findPlaced(left, directory, expectedName);
      if (target !== null) {
        const bytes = Number(left.size);
        return { state: 'done', bytes, target, release: temp, ...(await digestsOf(temp, bytes, context)) };
      }
    }
    // Removed, never truncated: a second link of it, wherever it is by now, is the user's file.
    if (left !== null && (left.nlink > 1n || !left.isFile())) unlinkIfThere(temp);

    if (options.existing === 'skip' && places.isTakenByOthers(directory, expectedName)) {
      return skipped(joinPath(directory, expectedName));
    }

    const partial = order.download?.partial ?? null;
    const from =
      partial === null ? -1 : entry.urls.findIndex((url) => partial.url === shownUrl(parseUrl(url)));
    // An attempt begins with the mirror after the one that failed; what is there already counts more.
    const shift = from === -1 ? order.attempt - 1 : from;
    let earlier = from === -1 ? null : partial;
    let failure: unknown = null;
    for (let tried = 0; tried < entry.urls.length; tried++) {
      const address = entry.urls[(tried + shift) % entry.urls.length] ?? first;
      // What came from one mirror is of no use to another, and in its way.
      if (earlier === null && (left !== null || tried > 0)) unlinkIfThere(temp);
      try {
        return await fetchFrom(
          address === first ? firstUrl : parseUrl(address),
          { order, entry, directory, expectedName, temp, earlier },
          context,
        );
      } catch (error) {
        context.throwIfCancelled();
        // Of several failures the one that may heal decides whether it is tried again.
        if (failure === null || isRetryable(error)) failure = error;
        if (!isMirrorFault(error)) break;
        earlier = null;
      }
    }
    throw failure;
  }

  /** What the killed run computed and could not tell any more. */
  async function digestsOf(
    path: FsPath,
    bytes: number,
    context: TaskContext<PartialNote>,
  ): Promise<Pick<TaskOutcome, 'digests'>> {
    if (options.digests.length === 0) return {};
    const fd = openSync(native(path), 'r');
    try {
      return { digests: await digestFile(fd, bytes, options.digests, context) };
    } finally {
      closeSync(fd);
    }
  }

  interface Aim {
    readonly order: TaskOrder;
    readonly entry: DownloadEntry;
    readonly directory: FsPath;
    readonly expectedName: string;
    readonly temp: FsPath;
    /** What is left of this URL's content. */
    readonly earlier: PartialState | null;
  }

  async function fetchFrom(url: URL, aim: Aim, context: TaskContext<PartialNote>): Promise<TaskOutcome> {
    const { order, entry, directory, expectedName, temp, earlier } = aim;
    const startedAtMs = nowMs();
    const file = new PartialFile({
      path: temp,
      workDirectory,
      subject: joinPath(directory, expectedName),
      exclusive: context.exclusive,
      durable,
      ...(tuning.open === undefined ? {} : { open: tuning.open }),
    });
    const nameFor = (headers: Readonly<Record<string, string | string[] | undefined>>): string => {
      if (entry.fileName !== null) return expectedName;
      const [field] = [headers['content-disposition'] ?? []].flat();
      const fileName = field === undefined ? null : parseContentDisposition(field).fileName;
      return fileName === null ? expectedName : safeFileName(fileName);
    };
    /** A file of another name than expected was not asked about: it is replaced by what is newer for certain. */
    const mayReplace = (name: string, got: Transferred): boolean => {
      if (options.existing !== 'newer') return true;
      if (name === expectedName) return !isForeign;
      const there = lstatOrNull(joinPath(directory, name));
      const modified = readHttpDate(got.headers['last-modified'] ?? '');
      return there === null || (modified !== null && modified > Number(there.mtimeMs));
    };
    // A callback sets it.
    let skip = null as TaskOutcome | null;
    const known = stillThere(order.download?.known ?? null);
    const own = known?.target ?? joinPath(directory, expectedName);
    const isForeign = order.download?.isForeign === true;
    // A file that another task of this job made, or another entry's job, says nothing of this one.
    const isOwn = (): boolean =>
      known !== null || (!isForeign && places.isTakenByOthers(directory, expectedName));
    const conditions =
      options.existing === 'newer' && earlier === null && isSafe(entry.method) && isOwn()
        ? onlyIfNewer(known, lstatOrNull(own), url)
        : {};
    const transfer = new Transfer({
      client: (openedClient ??= await client),
      file,
      request: {
        url,
        method: entry.method,
        headers: headersOf(entry, options),
        conditions,
        body: entry.body,
      },
      earlier,
      context,
      note: (note) => {
        context.note(note);
      },
      hasher: () => (checker ??= loadChecker()),
      segments: options.segments,
      maxBytes: options.maxBytes,
      accept: (answer) => {
        if (answer.status === 304) {
          if (Object.keys(conditions).length === 0) throw statusFailure(304, url, undefined);
          // It is this task's now: no other of this job takes its name.
          places.claim(own, order.id);
          skip = notModified(own);
          return false;
        }
        const name = nameFor(answer.headers);
        if (options.existing === 'skip' && places.isTakenByOthers(directory, name)) {
          skip = skipped(joinPath(directory, name));
          return false;
        }
        assertSpace(directory, answer, options.keepFreeBytes);
        return true;
      },
      throttle: (bytes) => {
        let waitMs = 0;
        for (const rate of rates) waitMs = Math.max(waitMs, rate.take(bytes));
        return waitMs;
      },
    });
    try {
      const got = await transfer.run();
      const gotAtMs = nowMs();
      if (got === null) {
        await file.discard();
        if (skip === null) throw new HeddleError('bad-answer', 'The server sent no file.');
        return skip;
      }
      const flushing = file.finish(got.bytes);
      if (flushing !== null) await flushing;
      const { digests, integrity } = await check(file, got, entry, context);
      setTime(file, got.headers['last-modified']);
      file.close();
      context.throwIfCancelled();
      if (entry.directory !== null) makeFolders(directory);
      const name = nameFor(got.headers);
      const placed =
        known === null
          ? places.place(temp, directory, name, order.id, mayReplace(name, got))
          : places.place(temp, parentPath(known.target), displayPath(lastPart(known.target)), order.id);
      return {
        state: 'done',
        bytes: got.bytes,
        ...placed,
        ...(Object.keys(digests).length === 0 ? {} : { digests }),
        ...(options.existing === 'newer' ? { known: knownFile(displayPath(placed.target), got, url) } : {}),
        facts: {
          status: got.status,
          finalUrl: got.finalUrl,
          integrity,
          etag: got.headers['etag'] ?? null,
          lastModified: got.headers['last-modified'] ?? null,
          headers: shownHeaders(got.answerHeaders),
          times: {
            queueMs: null,
            dnsMs: null,
            connectMs: null,
            tlsMs: null,
            waitMs: null,
            ...got.times,
            firstByteMs: got.firstByteMs,
            bodyMs: gotAtMs - startedAtMs - (got.firstByteMs ?? 0),
            diskMs: nowMs() - gotAtMs,
          },
          kept: got.kept,
        },
      };
    } catch (error) {
      if (transfer.leaves && !isWrongContent(error)) await file.keep();
      else await file.discard();
      throw error;
    }
  }

  /** The finished file against everything that was said of it. Read from the disk's side: what counts is what is there. */
  async function check(
    file: PartialFile,
    got: Transferred,
    entry: DownloadEntry,
    context: TaskContext<PartialNote>,
  ): Promise<{ readonly digests: CheckDigests; readonly integrity: Integrity }> {
    const listed = { digests: entry.digests, contradictions: [] };
    const claims = hasDigestFields(got.headers)
      ? mergeClaims(listed, representationDigests(got.headers), contentDigests(got.headers))
      : listed;
    const [disputed] = claims.contradictions;
    if (disputed !== undefined) {
      throw new HeddleError(
        'digest-mismatch',
        `Two different ${disputed} digests are given for the file, so one of them is wrong. It was discarded.`,
      );
    }
    if (entry.size !== null && entry.size !== got.bytes) {
      throw new HeddleError(
        'size-mismatch',
        `The file should have ${entry.size} bytes and has ${got.bytes}. It was discarded.`,
      );
    }
    const expected = Object.entries(claims.digests) as [CheckAlgorithm, string][];
    const wanted = [...new Set([...expected.map(([algorithm]) => algorithm), ...options.digests])];
    const digests = wanted.length === 0 ? {} : await digestFile(file.fd, got.bytes, wanted, context);
    for (const [algorithm, digest] of expected) {
      const found = digests[algorithm];
      if (found === digest) continue;
      throw new HeddleError(
        'digest-mismatch',
        `The file's ${algorithm} is ${found ?? 'unknown'}, expected was ${digest}. It was discarded.`,
      );
    }
    const unsure = got.untilClose || got.compared;
    const integrity = expected.length > 0 ? 'verified' : unsure ? 'unverified' : 'complete';
    return { digests, integrity };
  }

  return Object.assign(download, {
    close: async () => {
      await (await client.catch(() => null))?.close();
    },
  });
}

/** tmpfs and ramfs (statfs(2)): there is no disk to write to. */
const MEMORY_FILE_SYSTEMS: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

function isInMemory(directory: FsPath): boolean {
  try {
    return process.platform === 'linux' && MEMORY_FILE_SYSTEMS.has(statfsSync(native(directory)).type);
  } catch {
    return false;
  }
}

function openClient(job: DownloadWorkerOptions, tuning: DownloadTuning): Promise<HttpClient> {
  const { options } = job;
  return Promise.resolve().then(() =>
    HttpClient.open({
      connectMs: options.connectMs,
      headersMs: options.headersMs,
      stallMs: options.stallMs,
      ...tuning.limits,
      userAgent: options.userAgent,
      loginFor: options.netrc === null ? () => null : parseNetrc(readText(options.netrc)),
      cookiesFor: options.cookies === null ? () => null : parseCookies(readText(options.cookies)),
      proxy: options.proxy,
      caFile: options.caFile,
    }),
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new HeddleError('unreadable', `${path} cannot be read.`, { cause: error });
  }
}

/** Electron 33 has no `URL.parse` yet, and `URL.canParse` would read it twice. */
function readUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function parseUrl(text: string): URL {
  const url = readUrl(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new HeddleError('bad-url', 'The address is not an HTTP or HTTPS address.');
  }
  return url;
}

function headersOf(entry: DownloadEntry, options: DownloadWorkerOptions['options']): Record<string, string> {
  const headers: Record<string, string> = {};
  if (options.bearer !== null) headers['authorization'] = `Bearer ${options.bearer}`;
  else if (options.user !== null) {
    const { name, password } = options.user;
    headers['authorization'] = basic(name, password);
  }
  for (const [name, value] of [...options.headers, ...entry.headers]) headers[name.toLowerCase()] = value;
  return headers;
}

/** `null` where the file is gone, or not as it was left. */
function stillThere(known: KnownFile | null): KnownFile | null {
  if (known === null) return null;
  const stats = lstatOrNull(known.target);
  const isSame =
    stats !== null && Number(stats.size) === known.size && Number(stats.mtimeMs) === known.mtimeMs;
  return isSame ? known : null;
}

/**
 * RFC 9110 §13.1.2, §13.1.3: only what is not this one, by its tag and by its date.
 * @param there the file that a newer one would replace
 */
function onlyIfNewer(known: KnownFile | null, there: BigIntStats | null, url: URL): Record<string, string> {
  if (there === null) return {};
  const given = known?.source === sourceOf(url) ? known : null;
  const { lastModified = null, etag = null } = given ?? {};
  // To a server that always says one date nothing is ever newer.
  const saysNothing = lastModified !== null && !isValidator(lastModified);
  const since = lastModified ?? writeHttpDate(Number(there.mtimeMs));
  return {
    ...(saysNothing ? {} : { 'if-modified-since': since }),
    ...(etag === null || !isTag(etag) ? {} : { 'if-none-match': etag }),
  };
}

function knownFile(target: FsPath, got: Transferred, url: URL): KnownFile {
  return {
    target,
    source: sourceOf(url),
    etag: got.headers['etag'] ?? null,
    lastModified: got.headers['last-modified'] ?? null,
    size: got.bytes,
    mtimeMs: Number(lstatOrNull(target)?.mtimeMs ?? 0n),
  };
}

function sourceOf(url: URL): string {
  return createHash('sha256').update(shownUrl(url)).digest('hex');
}

/** RFC 9110 §13.1: conditions of this kind are for what only reads. */
function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function skipped(target: FsPath): TaskOutcome {
  return skip(target, 'target-exists', 'exists already and was left as it is.');
}

function notModified(target: FsPath): TaskOutcome {
  return skip(target, 'not-modified', 'is as new as the one on the server.');
}

function skip(place: FsPath, code: string, sentence: string): TaskOutcome {
  const reason: ErrorData = { code, message: `${displayPath(place)} ${sentence}`, retryable: false };
  return { state: 'skipped', bytes: 0, target: null, reason };
}

/** What they may carry is a key, and is not kept. */
const SECRET_HEADERS = /cookie|token|secret|auth|key|session|passw|signature|credential|jwt/u;

function shownHeaders(headers: Answer['headers']): Record<string, string> {
  const shown: Record<string, string> = {};
  let room = KEPT_HEADER_CHARACTERS;
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || SECRET_HEADERS.test(name)) continue;
    const text = typeof value === 'string' ? value : value.join(', ');
    room -= name.length + text.length;
    if (room < 0) break;
    shown[name] = text;
  }
  return shown;
}

function isRetryable(error: unknown): boolean {
  return error instanceof HeddleError && error.retryable;
}

/** What another server with the same file may do better. A disk that is full is full for all. */
function isMirrorFault(error: unknown): boolean {
  return (
    error instanceof HeddleError &&
    /^(?:http-|dns|connection|timeout|tls|length|body|bad-answer|bad-redirect|redirect|too-many-redirects|content-encoding|file-changed|digest|size-mismatch)/u.test(
      error.code,
    )
  );
}

/** The bytes themselves are not to be trusted: nobody goes on with them. */
function isWrongContent(error: unknown): boolean {
  return error instanceof HeddleError && /^(?:digest-mismatch|size-mismatch|too-large)$/u.test(error.code);
}

function assertSpace(directory: FsPath, answer: Answer, keepFreeBytes: number): void {
  const { length } = answer;
  if (length === null || (length < LOOK_AT_SPACE_BYTES && keepFreeBytes === 0)) return;
  let free: number;
  try {
    const { bavail, bsize } = statfsSync(native(directory));
    free = bavail * bsize;
  } catch {
    // Systems that do not tell say it when they are full.
    return;
  }
  if (length + keepFreeBytes <= free) return;
  throw new HeddleError(
    'disk-full',
    `The file has ${length} bytes, and ${displayPath(directory)} has only ${Math.max(0, free - keepFreeBytes)} to give. Make room, then retry.`,
  );
}

function setTime(file: PartialFile, lastModified: string | undefined): void {
  const modified = lastModified === undefined ? null : readHttpDate(lastModified);
  // The epoch stands for "not known".
  if (modified === null || modified <= 0) return;
  try {
    futimesSync(file.fd, Date.now() / 1000, modified / 1000);
  } catch {
    // A file system without times keeps the file all the same.
  }
}

async function digestFile(
  fd: number,
  size: number,
  algorithms: readonly CheckAlgorithm[],
  context: TaskContext<PartialNote>,
): Promise<CheckDigests> {
  const hashers = await Promise.all(
    algorithms.map(async (algorithm): Promise<[CheckAlgorithm, Hasher]> => [
      algorithm,
      (await loadHasher(algorithm)).create(),
    ]),
  );
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(READ_BYTES, size)));
  for (let at = 0; at < size;) {
    const { bytesRead } = await readAsync(fd, buffer, 0, buffer.length, at);
    if (bytesRead === 0) throw new HeddleError('io-error', 'The file became shorter while it was checked.');
    const chunk = buffer.subarray(0, bytesRead);
    for (const [, hasher] of hashers) hasher.update(chunk);
    at += bytesRead;
    context.throwIfCancelled();
  }
  return Object.fromEntries(hashers.map(([algorithm, hasher]) => [algorithm, hasher.digest()]));
}
