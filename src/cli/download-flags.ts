/** The flags of `heddle download`, named as in curl or aria2 where those have a name for it. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { CHECK_ALGORITHMS, type CheckAlgorithm } from '../common/model/digests';
import { EXISTING_POLICIES, LIST_FORMATS, type ListFormat } from '../common/model/download';
import { HeddleError } from '../common/model/errors';
import type { ListFilter } from '../common/model/list-filter';
import type { JobRequest } from '../common/model/job-request';
import { parseChecksum } from '../common/model/digest-fields';
import {
  DEFAULT_DOWNLOAD_OPTIONS,
  MOST_CONNECTIONS,
  type DownloadOptions,
} from '../common/model/download-options';
import { STATUS_PATTERN, isFieldValue, readHeaderLine } from '../common/model/http-fields';
import { PROXY_FORM, readProxyAddress } from '../common/model/proxy-address';
import { DEFAULT_SETTINGS } from '../common/model/settings';
import { decodeText } from '../engine/formats/text-lines';
import { readBytes } from '../common/model/units';
import { addFlagFiles, readTextFile } from './flag-file';
import { givenPath, givenTextPath } from './given-path';
import { addNull } from './names-from';

export interface DownloadFlags {
  readonly config: readonly string[];
  readonly input: readonly string[];
  readonly dir: string;
  readonly format?: ListFormat;
  readonly onlyHost: readonly string[];
  readonly onlyExt: readonly string[];
  readonly skipHost: readonly string[];
  readonly skipExt: readonly string[];
  readonly exact?: true;
  readonly out?: string;
  readonly checksum?: string;
  readonly existing?: DownloadOptions['existing'];
  readonly algorithm: readonly CheckAlgorithm[];
  readonly manifest?: string;
  readonly null?: true;
  readonly dryRun?: true;
  readonly retry?: number;
  readonly retryBase?: number;
  readonly retryOn?: readonly string[];
  readonly retryNonIdempotent?: true;
  readonly connectTimeout?: number;
  readonly headerTimeout?: number;
  readonly stallTimeout?: number;
  readonly maxFilesize?: number;
  readonly keepFree?: number;
  readonly connections?: number;
  readonly split?: number;
  readonly maxConnectionPerServer?: number;
  readonly limitRate?: number;
  readonly header: readonly (readonly [string, string])[];
  readonly userAgent?: string;
  readonly referer?: string;
  readonly user?: { readonly name: string; readonly password: string };
  readonly oauth2Bearer?: string;
  readonly netrc?: true;
  readonly netrcFile?: string;
  readonly loadCookies?: string;
  readonly proxy?: string;
  readonly cacert?: string;
  readonly cert?: { readonly file: string; readonly password?: string };
  readonly key?: string;
  readonly pass?: string;
  readonly insecure?: true;
  readonly markOfTheWeb?: true;
}

function collect<T>(read: (text: string) => T): (text: string, before: readonly T[]) => readonly T[] {
  return (text, before) => [...before, read(text)];
}

function names(text: string, before: readonly string[]): readonly string[] {
  return [...before, ...text.split(',').map((name) => name.trim())];
}

export function addDownloadFlags(command: Command): Command {
  return addNull(addTransferFlags(command), 'printed paths end in NUL bytes')
    .option('-o, --out <name>', 'file name for a single URL')
    .option(
      '--manifest <file>',
      'write a manifest of the downloaded files, as sha256sum does (with the first -a, or sha256), when the job is done, ' +
        'even if it was resumed; - prints it instead of the paths when this run ends',
    )
    .option(
      '--dry-run',
      'show what would be downloaded, from which hosts, duplicates and unreadable lines, without starting',
    );
}

/** What is downloaded and how; not what is told of it. */
export function addTransferFlags(command: Command): Command {
  return addFlagFiles(command)
    .option(
      '-i, --input <file>',
      'a list, of URLs or of another kind: commands that a browser copied, a web page, JSON, HAR, Metalink…; - reads standard input',
      collect((text) => text),
      [],
    )
    .option('-d, --dir <dir>', 'where the files go', '.')
    .addOption(new Option('--format <format>', 'format of the lists; usually detected').choices(LIST_FORMATS))
    .option(
      '--only-host <names>',
      'from lists, take only these hosts: comma-separated names, .example.org with its subdomains; may be given more than once',
      names,
      [],
    )
    .option(
      '--only-ext <names>',
      "from lists, take only files with these extensions: jpg,png,tar.gz; '' means none",
      names,
      [],
    )
    .option('--skip-host <names>', 'from lists, skip these hosts', names, [])
    .option('--skip-ext <names>', 'from lists, skip files with these extensions', names, [])
    .option('--exact', 'these four match whole extensions (gz is not tar.gz) and hosts of no other port')
    .option(
      '--checksum <algorithm=hex>',
      'expected digest of the file, for a single URL; sha256-BASE64, as used in web pages, also works',
      checksum,
    )
    .addOption(
      new Option(
        '--existing <policy>',
        'if the file exists: number the new one, skip, overwrite, or overwrite if newer',
      ).choices(EXISTING_POLICIES),
    )
    .option(
      '-a, --algorithm <name>',
      'digest to compute of every file; may be given more than once',
      collect(algorithm),
      [],
    )
    .option(
      '--retry <n>',
      `retries after a temporary failure (${DEFAULT_DOWNLOAD_OPTIONS.retries})`,
      whole(0, 1000),
    )
    .option(
      '--retry-base <ms>',
      `longest wait before the first retry; doubles each time (${DEFAULT_DOWNLOAD_OPTIONS.retryBaseMs})`,
      whole(1, 3_600_000),
    )
    .option(
      '--retry-on <statuses>',
      'statuses to retry in addition to 408, 425, 429, 500, 502 to 504 and 520 to 524: 403,5xx',
      statuses,
    )
    .option('--retry-non-idempotent', 'also retry POST and PATCH')
    .option(
      '--connect-timeout <s>',
      `longest wait for a connection (${DEFAULT_DOWNLOAD_OPTIONS.connectMs / 1000})`,
      seconds,
    )
    .option(
      '--header-timeout <s>',
      `longest wait from the request to the last header (${DEFAULT_DOWNLOAD_OPTIONS.headersMs / 1000})`,
      seconds,
    )
    .option(
      '--stall-timeout <s>',
      `longest time without receiving data (${DEFAULT_DOWNLOAD_OPTIONS.stallMs / 1000})`,
      seconds,
    )
    .option('--max-filesize <bytes>', 'do not download larger files: 10K, 5M, 2G', size)
    .option('--keep-free <bytes>', 'keep this much disk space free', size)
    .option(
      '--connections <n>',
      `connections at once, including those for parts of large files (${DEFAULT_SETTINGS.connections})`,
      whole(1, MOST_CONNECTIONS),
    )
    .option(
      '-s, --split <n>',
      `most connections for one large file (${DEFAULT_DOWNLOAD_OPTIONS.segments})`,
      whole(1, 16),
    )
    .option(
      '--max-connection-per-server <n>',
      'most connections to one host at once',
      whole(1, MOST_CONNECTIONS),
    )
    .option('--limit-rate <bytes>', 'bytes per second for the whole job: 500K, 2M', byteRate)
    .option(
      '-H, --header <line>',
      "header to send to the URL's own host (User-Agent, Referer and Accept also follow redirects to other hosts); @FILE has one per line, @- reads standard input; may be given more than once",
      (text: string, before: readonly Header[]) => [...before, ...headers(text)],
      [],
    )
    .option('-A, --user-agent <text>', 'the User-Agent header', fieldValue)
    .option('-e, --referer <url>', 'the Referer header', fieldValue)
    .option(
      '-u, --user <name:password>',
      'log in with Digest if the server offers it, otherwise with Basic',
      login,
    )
    .option('--oauth2-bearer <token>', 'bearer authentication', fieldValue)
    .option('-n, --netrc', 'names and passwords from ~/.netrc')
    .option('--netrc-file <file>', 'names and passwords from this file')
    .option('--load-cookies <file>', 'cookies in Netscape format, in addition to those that servers set')
    .option(
      '--proxy <url>',
      'proxy to use instead of http_proxy, https_proxy, all_proxy and no_proxy: http, https, socks4, socks4a, socks5, socks5h',
      proxyAddress,
    )
    .option('--cacert <file>', "PEM certificates to trust in addition to the system's")
    .option(
      '-E, --cert <file[:password]>',
      'client certificate for servers that ask for one: PEM, or PKCS #12',
      certificate,
    )
    .option('--key <file>', 'private key of the certificate in PEM, if it is in another file')
    .option('--pass <phrase>', 'password of the key, or of PKCS #12')
    .option(
      '-k, --insecure',
      "do not check servers' certificates: anyone on the network can read and change everything",
    )
    .option(
      '--mark-of-the-web',
      'mark files as from the internet, as browsers do, so that the system asks before it opens them (Windows, macOS)',
    )
    .addHelpText(
      'after',
      '\nOther users of this machine can see the command line, URLs and all. To keep logins and keys from\nthem, put these into a file that only you can read: -K FILE for any flag and URL, -H @FILE, --netrc-file,\n--load-cookies, or a list.',
    );
}

/** @param text what standard input had, where it is read before */
export function downloadRequest(
  urls: readonly string[],
  flags: DownloadFlags,
  text: string | null,
): Omit<Extract<JobRequest, { kind: 'download' }>, 'mode' | 'workers'> {
  return {
    kind: 'download',
    urls: [...urls],
    text,
    listFiles: flags.input.filter((file) => file !== '-').map((file) => givenPath(file)),
    format: flags.format ?? null,
    out: flags.out ?? null,
    checksum: flags.checksum ?? null,
    directory: givenPath(flags.dir),
    ...listFilters(flags),
    options: downloadOptions(flags),
  };
}

export function listFilters({
  onlyHost,
  onlyExt,
  skipHost,
  skipExt,
  exact,
}: DownloadFlags): Readonly<Record<'only' | 'leaveOut', ListFilter>> {
  const how = exact === true ? { exact } : {};
  return {
    only: { hosts: [...onlyHost], extensions: [...onlyExt], ...how },
    leaveOut: { hosts: [...skipHost], extensions: [...skipExt], ...how },
  };
}

/** @throws HeddleError where there is nothing to download, or a name for one of several */
export function refuseWrongSources(urls: readonly string[], flags: DownloadFlags, help: string): void {
  if (urls.length === 0 && flags.input.length === 0)
    throw new HeddleError('usage', `download needs a URL or a list (-i FILE). See: ${help}`);
  // With a login in it a URL is one without its scheme, too.
  if (flags.input.some((file) => /^(?:[a-z][a-z0-9+.-]*:[/\\]{2}|[^/\\:]*:[^/\\]*@)/iu.test(file)))
    throw new HeddleError('usage', `-i takes the file of a list; URLs are given without it. See: ${help}`);
  if (/^[a-z][a-z0-9+.-]*:[/\\]{2}/iu.test(flags.out ?? ''))
    throw new HeddleError('usage', `-o takes a file's name, not a URL. See: ${help}`);
  const fromInput = [...flags.config, ...flags.input].filter((file) => file === '-');
  if (fromInput.length > 1)
    throw new HeddleError('usage', `standard input can be read once, as a list or for -K. See: ${help}`);
  if ((flags.out ?? flags.checksum) !== undefined && urls.length !== 1) {
    throw new HeddleError(
      'usage',
      `a name or a checksum is for a single URL; of several a list gives them. See: ${help}`,
    );
  }
}

export async function readStandardInput(): Promise<string> {
  let text = '';
  for await (const piece of decodeText(process.stdin)) text += piece;
  return text;
}

/** What was not given is left out: the defaults are the engine's. */
export function downloadOptions(flags: DownloadFlags): Partial<DownloadOptions> {
  const headers = [...flags.header];
  if (flags.referer !== undefined) headers.push(['Referer', flags.referer]);
  const netrc = flags.netrcFile ?? (flags.netrc ? join(homedir(), '.netrc') : undefined);
  const ms = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : Math.max(1, Math.round(value * 1000));
  const given = {
    existing: flags.existing,
    retries: flags.retry,
    retryBaseMs: flags.retryBase,
    retryOn: flags.retryOn,
    retryAll: flags.retryNonIdempotent,
    connectMs: ms(flags.connectTimeout),
    headersMs: ms(flags.headerTimeout),
    stallMs: ms(flags.stallTimeout),
    maxBytes: flags.maxFilesize,
    keepFreeBytes: flags.keepFree,
    connections: flags.connections,
    segments: flags.split,
    connectionsPerHost: flags.maxConnectionPerServer,
    limitRate: flags.limitRate,
    digests: flags.manifest !== undefined && flags.algorithm.length === 0 ? ['sha256'] : flags.algorithm,
    userAgent: flags.userAgent,
    headers,
    user: flags.user,
    bearer: flags.oauth2Bearer,
    netrc: netrc === undefined ? undefined : givenTextPath(netrc),
    cookies: flags.loadCookies === undefined ? undefined : givenTextPath(flags.loadCookies),
    proxy: flags.proxy,
    caFile: flags.cacert === undefined ? undefined : givenTextPath(flags.cacert),
    certFile: flags.cert === undefined ? undefined : givenTextPath(flags.cert.file),
    keyFile: flags.key === undefined ? undefined : givenTextPath(flags.key),
    keyPassword: flags.pass ?? flags.cert?.password,
    insecure: flags.insecure,
    markOfTheWeb: flags.markOfTheWeb,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    // A variable that is empty in the shell is no 0.
    const value = text.trim() === '' ? NaN : Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** `403,5xx`; given again, it adds to what was given. */
function statuses(text: string, before: readonly string[] = []): readonly string[] {
  const read = text.split(',').map((status) => status.trim().toLowerCase());
  if (!read.every((status) => STATUS_PATTERN.test(status))) {
    throw new InvalidArgumentError(
      'It takes statuses from 400 to 599, and 4xx or 5xx for all of them: 403,5xx.',
    );
  }
  return [...before, ...read];
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 86_400)) throw new InvalidArgumentError('It takes seconds, more than 0.');
  return value;
}

function size(text: string): number {
  const value = readBytes(text);
  if (value === null) throw new InvalidArgumentError('It takes bytes: 4096, 10K, 5M, 2G.');
  return value;
}

/** Bytes per second: `500K`, `2M`. */
export function byteRate(text: string): number {
  const value = size(text);
  if (value < 1) throw new InvalidArgumentError('It takes bytes, at least 1.');
  return value;
}

function algorithm(text: string): CheckAlgorithm {
  const found = CHECK_ALGORITHMS.find(
    (name) => name.replace('-', '') === text.toLowerCase().replaceAll('-', ''),
  );
  if (found === undefined) throw new InvalidArgumentError(`Allowed are ${CHECK_ALGORITHMS.join(', ')}.`);
  return found;
}

function checksum(text: string): string {
  if (parseChecksum(text) === null) {
    throw new InvalidArgumentError(
      'It takes an algorithm, = and the whole digest in hexadecimal; or sha256-BASE64, as web pages have it.',
    );
  }
  return text;
}

type Header = readonly [name: string, value: string];

function headers(text: string): readonly Header[] {
  if (!text.startsWith('@')) return [header(text)];
  return readTextFile(text.slice(1), 'The file of headers (-H @FILE)')
    .split(/\r?\n/u)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map(header);
}

function header(text: string): Header {
  const read = readHeaderLine(text);
  if (typeof read === 'string') throw new InvalidArgumentError(read);
  return read;
}

function fieldValue(text: string): string {
  // Told before the first byte, not by each task.
  if (!isFieldValue(text)) {
    throw new InvalidArgumentError('It has characters that a header cannot have.');
  }
  return text;
}

function proxyAddress(text: string): string {
  const address = readProxyAddress(text);
  if (address === null) throw new InvalidArgumentError(`A proxy is ${PROXY_FORM}.`);
  return address;
}

/** As curl has it: what follows the first colon is the password, unless a backslash or a drive's letter is before it. */
function certificate(text: string): { file: string; password?: string } {
  const [, name = '', password] = /^((?:[a-z]:(?=[/\\]))?(?:\\.|[^\\:])*)(?::([^]*))?$/iu.exec(text) ?? [
    '',
    text,
  ];
  const file = name.replace(/\\([:\\])/gu, '$1');
  if (file === '') throw new InvalidArgumentError('It takes a file, and : and its password if it has one.');
  return password === undefined ? { file } : { file, password };
}

function login(text: string): { name: string; password: string } {
  const colon = text.indexOf(':');
  return colon < 0
    ? { name: text, password: '' }
    : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
