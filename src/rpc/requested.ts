/** What a program asked to have downloaded, and the entry of a list that it becomes. */
import { resolve } from 'node:path';
import type { CheckDigests } from '../common/model/digests';
import { parseChecksum } from '../common/model/digest-fields';
import type { DownloadEntry } from '../common/model/download';
import { DEFAULT_DOWNLOAD_OPTIONS, type DownloadOptions } from '../common/model/download-options';
import type { JobRequest } from '../common/model/job-request';
import { Fault, isHttpUrl, makeEntry, readField, withLogin } from '../engine/formats/entry';
import { isConnectionField, shownUrl } from '../common/model/http-fields';
import { wrongValue, type Values } from './options';
import { RpcError } from './rpc-error';

export interface Requested {
  /** Of one content, in the order in which they are tried. */
  readonly uris: readonly string[];
  /** Those that are its own; `dir` always is. */
  readonly options: Values;
  /** What a Metalink document said of it. */
  readonly size?: number | null;
  readonly digests?: CheckDigests;
}

/** They would have something else happen than a download of this address. */
const REFUSED_FLAGS = ['dry-run', 'hash-check-only', 'parameterized-uri'] as const;

/** Addresses as they are kept: what no address may hold is escaped. Those of other protocols are left out. */
export function httpAddresses(given: readonly unknown[]): string[] {
  return given
    .filter((uri) => typeof uri === 'string')
    .map((uri) => uri.trim().replaceAll(/[^\u0021-\u007e]/gu, (each) => encodeURIComponent(each)))
    .filter(isHttpUrl);
}

/** An address as it may be shown. */
export function withoutLogin(uri: string): string {
  const url = URL.parse(uri);
  return url === null ? '' : shownUrl(url);
}

/** @throws RpcError where it cannot become a download */
export function checkRequested(requested: Requested): void {
  for (const name of REFUSED_FLAGS) if (requested.options[name] === 'true') throw wrongValue(name);
  try {
    entryOf(requested);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.message.includes('header')) throw wrongValue('header');
    if (error.message.includes('folder')) throw wrongValue('out');
    throw new RpcError('No URI to download.');
  }
}

/** @throws Fault */
export function entryOf({ uris, options, size = null, digests = {} }: Requested): DownloadEntry {
  const headers = (options['header'] ?? '')
    .split('\n')
    // aria2 sends whatever it is given; what is no header is none here, and what is about the connection is not the client's.
    .filter((line) => line.includes(':'))
    .map(readField)
    .filter(([name]) => !isConnectionField(name));
  const has = (name: string): boolean => headers.some(([each]) => each.toLowerCase() === name);
  const { referer = '', 'user-agent': agent = '', 'http-user': user = '', checksum } = options;
  if (referer === '*') headers.push(['Referer', uris[0] ?? '']);
  else if (referer !== '' && !has('referer')) headers.push(['Referer', referer]);
  if (agent !== '' && !has('user-agent')) headers.push(['User-Agent', agent]);
  const digest = checksum === undefined ? null : parseChecksum(checksum);
  return makeEntry({
    urls: user === '' ? uris : uris.map((uri) => withLogin(uri, user, options['http-passwd'] ?? '')),
    fileName: options['out'] ?? null,
    size,
    digests: { ...digests, ...(digest === null ? {} : { [digest.algorithm]: digest.hex }) },
    headers,
  });
}

/** Where its file goes: an absolute path. */
export function directoryOf({ options }: Requested): string {
  return options['dir'] ?? '';
}

/** What of the options is about the job as a whole. */
function jobOptions({ uris, options }: Requested): Partial<DownloadOptions> {
  const seconds = (name: string): number | null => {
    const value = options[name];
    return value === undefined ? null : Math.max(1, Number(value)) * 1000;
  };
  const timeout = seconds('timeout');
  const connect = seconds('connect-timeout');
  const wait = Number(options['retry-wait'] ?? 0);
  const tries = options['max-tries'];
  const rate = Number(options['max-download-limit'] ?? 0);
  const proxy = proxyOf(uris[0] ?? '', options);
  const { split, 'max-connection-per-server': perServer, 'load-cookies': cookies = '' } = options;
  const isSegmented = split !== undefined || perServer !== undefined;
  return {
    existing: existingOf(options),
    ...(timeout === null ? {} : { headersMs: timeout, stallMs: timeout }),
    ...(connect === null ? {} : { connectMs: connect }),
    ...(wait > 0 ? { retryBaseMs: wait * 1000 } : {}),
    ...(tries === undefined ? {} : { retries: tries === '0' ? 1000 : Math.min(1000, Number(tries) - 1) }),
    ...(rate > 0 ? { limitRate: rate } : {}),
    ...(isSegmented ? { segments: Math.min(16, Number(split ?? 16), Number(perServer ?? 16)) } : {}),
    ...(proxy === '' ? {} : { proxy }),
    ...(cookies === '' ? {} : { cookies: resolve(cookies) }),
  };
}

function existingOf(options: Values): DownloadOptions['existing'] {
  if (options['allow-overwrite'] === 'true')
    return options['conditional-get'] === 'true' ? 'newer' : 'overwrite';
  return options['auto-file-renaming'] === 'false' ? 'skip' : 'number';
}

/** That of its scheme, otherwise that of all; with the login that is given beside it. */
function proxyOf(uri: string, options: Values): string {
  const kind = /^https:/iu.test(uri) ? 'https-proxy' : 'http-proxy';
  const name = (options[kind] ?? '') === '' ? 'all-proxy' : kind;
  const address = options[name] ?? '';
  const user = options[`${name}-user`] ?? '';
  const url = user === '' ? null : URL.parse(address);
  if (url === null) return address;
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(options[`${name}-passwd`] ?? '');
  return url.href;
}

/** Downloads that have the same can be tasks of one job. */
export function jobKey(requested: Requested): string {
  return JSON.stringify([directoryOf(requested), jobOptions(requested)]);
}

/** Whether it may share a job: a speed limit is of one download alone. */
export function mayShare({ options }: Requested): boolean {
  return Number(options['max-download-limit'] ?? 0) === 0;
}

/** One job of these, which have the same {@link jobKey}. */
export function jobRequest(all: readonly Requested[], how: Pick<JobRequest, 'mode' | 'workers'>): JobRequest {
  const [first = { uris: [], options: {} }] = all;
  return {
    kind: 'download',
    ...how,
    urls: [],
    text: all.map((each) => `${JSON.stringify(lineOf(entryOf(each)))}\n`).join(''),
    listFiles: [],
    format: 'jsonl',
    directory: directoryOf(first),
    options: { ...DEFAULT_DOWNLOAD_OPTIONS, ...jobOptions(first) },
  };
}

function lineOf({ urls, fileName, directory, size, digests, headers }: DownloadEntry): object {
  return {
    urls,
    ...(fileName === null ? {} : { filename: fileName }),
    ...(directory === null ? {} : { directory }),
    ...(size === null ? {} : { size }),
    ...digests,
    ...(headers.length === 0 ? {} : { headers }),
  };
}
