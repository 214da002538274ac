/**
 * One URL to one file. The body goes to a temporary file, must be whole as the protocol frames it and right by every
 * digest that list and server give, is flushed to the disk and only then takes its name.
 */
import { closeSync, existsSync, futimesSync, openSync, readFileSync } from 'node:fs';
import {
  KEPT_HEADER_CHARACTERS,
  plainEntry,
  type DownloadEntry,
  type PartialNote,
  type PartialState,
} from '../common/model/download';
import { HeddleError, fromErrorData, toErrorData, type ErrorData } from '../common/model/errors';
import { isOneOf, isSafe, shownUrl } from '../common/model/http-fields';
import { displayPath, joinPath, type FsPath } from '../common/model/paths';
import type { TaskOrder, TaskOutcome } from '../common/model/tasks';
import { nowMs } from '../common/threads/board';
import { FREE_PLACES, NO_PLACES, SharedPlaces, type Places } from '../common/threads/places';
import { RateLimit } from '../common/threads/rate-limit';
import type { DownloadWorkerOptions } from '../common/threads/worker-options';
import { lastPart, lstatOrNull, makeFolders, native, parentPath, unlinkIfThere } from '../files/entries';
import { expectedFileName, fileNameFromUrls, safeFileName } from '../files/file-name';
import { freeBytes } from '../files/free-space';
import { loadHasher, nativeBlake3, type HasherFactory } from '../files/hashers';
import type { Naming } from '../files/take-name';
import { isInMemory } from '../files/volumes';
import { parseContentDisposition } from './content-disposition';
import { checkFile, digestFile, isWrongContent } from './download-check';
import { headersOf, knownFile, onlyIfNewer, parseUrl, stillThere } from './download-request';
import { FinalPlaces } from './final-name';
import { openHttpClient } from './http';
import type { Answer, HttpClient, HttpLimits } from './http/client';
import { readHttpDate } from './http-date';
import { statusFailure } from './http-errors';
import { markOfTheWeb } from './mark-of-the-web';
import { parseNetrc } from './netrc';
import { PartialFile, type OpenFile } from './partial-file';
import type { RunTask, TaskContext } from './runtime';
import { Transfer } from './transfer';
import type { Transferred } from './transfer-options';

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

  /** @param host where its connections are counted */
  function placesOf(host: number | undefined): Places {
    if (job.places === undefined) return FREE_PLACES;
    return host === undefined ? NO_PLACES : new SharedPlaces(job.places.memory, host, job.places.job);
  }

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
          { order, entry, directory, firstUrl, expectedName, temp, earlier },
          context,
        );
      } catch (thrown) {
        context.throwIfCancelled();
        const error = asMayHeal(thrown, options.retryOn);
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
    readonly firstUrl: URL;
    readonly expectedName: string;
    readonly temp: FsPath;
    /** What is left of this URL's content. */
    readonly earlier: PartialState | null;
  }

  async function fetchFrom(url: URL, aim: Aim, context: TaskContext<PartialNote>): Promise<TaskOutcome> {
    const { order, entry, directory, firstUrl, expectedName, temp, earlier } = aim;
    const startedAtMs = nowMs();
    const file = new PartialFile({
      path: temp,
      workDirectory,
      subject: joinPath(directory, expectedName),
      exclusive: context.exclusive,
      durable,
      ...(tuning.open === undefined ? {} : { open: tuning.open }),
    });
    const nameFor = ({
      headers,
      url: final,
      isUrlRaw,
    }: Pick<Answer, 'headers' | 'url' | 'isUrlRaw'>): string => {
      if (entry.fileName !== null) return expectedName;
      const given = headers['content-disposition'];
      // As by far the most.
      if (given === undefined && final === firstUrl) return expectedName;
      const [field] = [given ?? []].flat();
      const fileName = field === undefined ? null : parseContentDisposition(field).fileName;
      if (fileName !== null) return safeFileName(fileName);
      return isUrlRaw === true ? expectedName : fileNameFromUrls(firstUrl, final);
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
      known !== null || (!isForeign && places.isThereFor(order.id, directory, expectedName));
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
        login: options.user,
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
      places: placesOf(order.places),
      maxBytes: options.maxBytes,
      accept: (answer) => {
        if (answer.status === 304) {
          if (Object.keys(conditions).length === 0) throw statusFailure(304, url, undefined);
          // It is this task's now: no other of this job takes its name.
          places.claim(own, order.id);
          skip = notModified(own);
          return false;
        }
        const name = nameFor(answer);
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
        if (waitMs > 0) context.waited('speedLimit', waitMs);
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
      const { digests, integrity } = await checkFile(file, got, entry, options.digests, context);
      // Before its times: it changes them.
      if (options.markOfTheWeb) markOfTheWeb(temp, got.url);
      setTime(file, got.headers['last-modified']);
      file.close();
      context.throwIfCancelled();
      if (entry.directory !== null) makeFolders(directory);
      const name = nameFor(got);
      const placed =
        known === null
          ? places.place(temp, directory, name, order.id, mayReplace(name, got))
          : places.place(temp, parentPath(known.target), displayPath(lastPart(known.target)), order.id);
      const diskMs = nowMs() - gotAtMs;
      context.waited('disk', diskMs);
      return {
        state: 'done',
        bytes: got.bytes,
        ...placed,
        ...(Object.keys(digests).length === 0 ? {} : { digests }),
        ...(options.existing === 'newer' ? { known: knownFile(displayPath(placed.target), got, url) } : {}),
        facts: {
          status: got.status,
          finalUrl: shownUrl(got.url),
          integrity,
          etag: got.headers['etag'] ?? null,
          lastModified: got.headers['last-modified'] ?? null,
          headers: shownHeaders(got.answerHeaders),
          times: {
            queueMs: Math.max(0, startedAtMs - order.submittedAtMs),
            dnsMs: null,
            connectMs: null,
            tlsMs: null,
            waitMs: null,
            ...got.times,
            firstByteMs: got.firstByteMs,
            bodyMs: gotAtMs - startedAtMs - (got.firstByteMs ?? 0),
            diskMs,
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

  return Object.assign(download, {
    close: async () => {
      await (await client.catch(() => null))?.close();
    },
  });
}

function openClient(job: DownloadWorkerOptions, tuning: DownloadTuning): Promise<HttpClient> {
  const { options, piped = {} } = job;
  const read = (path: string): Buffer => {
    const content = Object.hasOwn(piped, path) ? piped[path] : undefined;
    return content === undefined ? readFileSync(path) : Buffer.from(content, 'base64');
  };
  const readText = (path: string, encoding: 'utf8' | 'latin1'): string => {
    try {
      return read(path).toString(encoding);
    } catch (error) {
      throw new HeddleError('unreadable', `${path} cannot be read.`, { cause: error });
    }
  };
  return Promise.resolve().then(() =>
    openHttpClient({
      read,
      connectMs: options.connectMs,
      headersMs: options.headersMs,
      stallMs: options.stallMs,
      ...tuning.limits,
      userAgent: options.userAgent,
      loginFor: options.netrc === null ? () => null : parseNetrc(readText(options.netrc, 'utf8')),
      cookieFile: options.cookies === null ? null : readText(options.cookies, 'latin1'),
      cookieLog: job.cookieLog ?? null,
      proxy: options.proxy,
      caFile: options.caFile,
      certFile: options.certFile,
      keyFile: options.keyFile,
      keyPassword: options.keyPassword,
      insecure: options.insecure,
    }),
  );
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

/** Names as they were looked at: servers use the same few. */
const secretNames = new Map<string, boolean>();
const MOST_NAMES = 1000;

function isSecret(name: string): boolean {
  let secret = secretNames.get(name);
  if (secret === undefined) {
    secret = SECRET_HEADERS.test(name);
    if (secretNames.size < MOST_NAMES) secretNames.set(name, secret);
  }
  return secret;
}

function shownHeaders(headers: Answer['headers']): Record<string, string> {
  const shown: Record<string, string> = {};
  let room = KEPT_HEADER_CHARACTERS;
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || isSecret(name)) continue;
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

/** @param statuses that heal, as the user says */
function asMayHeal(error: unknown, statuses: readonly string[]): unknown {
  if (!(error instanceof HeddleError) || error.retryable) return error;
  const [, status] = /^http-(\d{3})$/u.exec(error.code) ?? [];
  if (status === undefined || !isOneOf(status, statuses)) return error;
  return fromErrorData({ ...toErrorData(error), retryable: true });
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

function assertSpace(directory: FsPath, answer: Answer, keepFreeBytes: number): void {
  const { length } = answer;
  if (length === null || (length < LOOK_AT_SPACE_BYTES && keepFreeBytes === 0)) return;
  let free: number | null;
  try {
    free = freeBytes(directory);
  } catch {
    free = null;
  }
  // Systems that do not tell say it when they are full.
  if (free === null || length + keepFreeBytes <= free) return;
  throw new HeddleError(
    'disk-full',
    `The file has ${length} bytes, and ${displayPath(directory)} has only ${Math.max(0, free - keepFreeBytes)} to give. Make room, then retry.`,
    { neededBytes: length },
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
