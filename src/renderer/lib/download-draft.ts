/** The options of a download as they are typed, and what becomes of them. Pure. */
import { ALGORITHM_NAMES, type CheckAlgorithm } from '../../common/model/digests';
import { parseChecksum } from '../../common/model/digest-fields';
import { LIST_FORMAT_NAMES, type ExistingPolicy, type ListFormat } from '../../common/model/download';
import {
  DEFAULT_DOWNLOAD_OPTIONS,
  type DownloadOptions,
  type RememberedOptions,
} from '../../common/model/download-options';
import { STATUS_PATTERN, isFieldValue, readHeaderLine } from '../../common/model/http-fields';
import { PROXY_FORM, readProxyAddress } from '../../common/model/proxy-address';
import { formatBytes, readBytes } from '../../common/model/units';
import { plural } from './text';

/** Text that is typed: '' leaves it to the default. Paths: '' is none. */
export interface OptionsDraft {
  readonly existing: ExistingPolicy;
  /** Of every list; `null`: told by its beginning. */
  readonly format: ListFormat | null;
  /** Of the file of a single address. */
  readonly name: string;
  readonly checksum: string;
  readonly segments: number;
  readonly connectionsPerHost: string;
  /** `2M`, bytes per second. */
  readonly limitRate: string;
  readonly retries: string;
  /** Milliseconds. */
  readonly retryBase: string;
  readonly retryAll: boolean;
  /** `403, 5xx` */
  readonly retryOn: string;
  readonly user: string;
  readonly password: string;
  readonly bearer: string;
  /** `Name: value`, one a line. */
  readonly headers: string;
  readonly userAgent: string;
  readonly cookies: string;
  readonly netrc: string;
  readonly proxy: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly keyPassword: string;
  readonly insecure: boolean;
  /** Without the system's mark that files came from the internet. */
  readonly unmarked: boolean;
  readonly digests: readonly CheckAlgorithm[];
  readonly maxSize: string;
  readonly keepFree: string;
  /** Seconds. */
  readonly connectTimeout: string;
  readonly headerTimeout: string;
  readonly stallTimeout: string;
}

const USUAL = DEFAULT_DOWNLOAD_OPTIONS;

export const EMPTY_OPTIONS: OptionsDraft = optionsDraft({});

/** What was remembered of an earlier download. */
export function optionsDraft(remembered: RememberedOptions): OptionsDraft {
  const unlessUsual = <Name extends keyof RememberedOptions>(
    name: Name,
    text: (value: NonNullable<DownloadOptions[Name]>) => string,
  ): string => {
    const value = remembered[name] as DownloadOptions[Name] | undefined;
    return value == null || value === USUAL[name] ? '' : text(value);
  };
  const seconds = (ms: number): string => String(ms / 1000);
  return {
    existing: remembered.existing ?? USUAL.existing,
    format: null,
    name: '',
    checksum: '',
    segments: remembered.segments ?? USUAL.segments,
    connectionsPerHost: unlessUsual('connectionsPerHost', String),
    limitRate: unlessUsual('limitRate', sizeText),
    retries: unlessUsual('retries', String),
    retryBase: unlessUsual('retryBaseMs', String),
    retryAll: remembered.retryAll ?? USUAL.retryAll,
    retryOn: remembered.retryOn?.join(', ') ?? '',
    user: '',
    password: '',
    bearer: '',
    headers: '',
    userAgent: '',
    cookies: remembered.cookies ?? '',
    netrc: remembered.netrc ?? '',
    proxy: '',
    caFile: remembered.caFile ?? '',
    certFile: '',
    keyFile: '',
    keyPassword: '',
    insecure: false,
    unmarked: false,
    digests: remembered.digests ?? USUAL.digests,
    maxSize: unlessUsual('maxBytes', sizeText),
    keepFree: unlessUsual('keepFreeBytes', sizeText),
    connectTimeout: unlessUsual('connectMs', seconds),
    headerTimeout: unlessUsual('headersMs', seconds),
    stallTimeout: unlessUsual('stallMs', seconds),
  };
}

/** As {@link readBytes} reads it: `2097152` → `2M`. */
function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && value % 1024 === 0 && unit < 4) {
    value /= 1024;
    unit += 1;
  }
  return `${value}${['', 'K', 'M', 'G', 'T'][unit] ?? ''}`;
}

/** What is wrong, by field, in a sentence. */
export type OptionFaults = Partial<Readonly<Record<keyof OptionsDraft, string>>>;

/** @param isSingle whether there is one address alone, which can be given a name and a checksum */
export function optionFaults(draft: OptionsDraft, isSingle: boolean): OptionFaults {
  const faults: Partial<Record<keyof OptionsDraft, string>> = {};
  const check = (field: keyof OptionsDraft, isRight: (text: string) => boolean, sentence: string): void => {
    const text = draft[field];
    if (typeof text === 'string' && text.trim() !== '' && !isRight(text.trim())) faults[field] = sentence;
  };
  const whole =
    (least: number, most: number) =>
    (text: string): boolean =>
      /^\d+$/u.test(text) && Number(text) >= least && Number(text) <= most;
  const isSize = (text: string): boolean => readBytes(text) !== null;
  const isSeconds = (text: string): boolean => Number(text) > 0 && Number(text) <= 86_400;

  if (isSingle) {
    check(
      'checksum',
      (text) => parseChecksum(text) !== null,
      'Write the checksum as sha256=… with the whole digest.',
    );
    check('name', (text) => !/[/\\]/u.test(text), 'A name cannot contain a slash. Choose the folder above.');
  }
  check('connectionsPerHost', whole(1, 256), 'Connections per host: 1 to 256.');
  check(
    'limitRate',
    (text) => (readBytes(text) ?? 0) >= 1,
    'Write the speed limit in bytes per second, such as 500K or 2M.',
  );
  check('retries', whole(0, 1000), 'Retries: a whole number from 0 to 1000.');
  check('retryBase', whole(1, 86_400_000), 'The delay must be a whole number of milliseconds, at least 1.');
  if (!statusesOf(draft).every((status) => STATUS_PATTERN.test(status)))
    faults.retryOn = 'List status codes from 400 to 599, or 4xx or 5xx, such as 403, 5xx.';
  check('maxSize', isSize, 'Write a size in bytes, or with a suffix, such as 10M.');
  check('keepFree', isSize, 'Write a size in bytes, or with a suffix, such as 10M.');
  check('connectTimeout', isSeconds, 'A timeout is a number of seconds greater than 0.');
  check('headerTimeout', isSeconds, 'A timeout is a number of seconds greater than 0.');
  check('stallTimeout', isSeconds, 'A timeout is a number of seconds greater than 0.');
  check('proxy', (text) => readProxyAddress(text) !== null, `A proxy is ${PROXY_FORM}.`);
  check('userAgent', isFieldValue, 'This contains characters that are not allowed in a header.');
  check('bearer', isFieldValue, 'This contains characters that are not allowed in a header.');
  if (draft.user === '' && draft.password !== '') faults.user = 'Enter a name for this password.';
  if (draft.user !== '' && draft.bearer.trim() !== '')
    faults.bearer = 'Use a name and password, or a token, but not both.';
  if (draft.certFile === '' && draft.keyFile + draft.keyPassword !== '')
    faults.certFile = 'Choose the certificate for this key.';
  const header = headerLines(draft)
    .map(readHeaderLine)
    .find((read) => typeof read === 'string');
  if (header !== undefined) faults.headers = header;
  return faults;
}

/** Only what is not as usual. Of a draft without faults. */
export function optionsOf(draft: OptionsDraft): Partial<DownloadOptions> {
  const given = {
    ...rememberedOf(draft),
    headers: headerLines(draft)
      .map(readHeaderLine)
      .filter((read) => typeof read !== 'string')
      .map(([name, value]): [string, string] => [name, value]),
    user: draft.user === '' ? undefined : { name: draft.user, password: draft.password },
    bearer: textOr(draft.bearer),
    userAgent: textOr(draft.userAgent),
    proxy: readProxyAddress(draft.proxy) ?? undefined,
    certFile: textOr(draft.certFile),
    keyFile: textOr(draft.keyFile),
    keyPassword: draft.keyPassword === '' ? undefined : draft.keyPassword,
    insecure: draft.insecure,
  };
  return withoutUsual(given);
}

/** Of these the next download begins with the same. */
export function rememberedOf(draft: OptionsDraft): RememberedOptions {
  const whole = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(text));
  const ms = (text: string): number | undefined =>
    text.trim() === '' ? undefined : Math.max(1, Math.round(Number(text) * 1000));
  return withoutUsual({
    existing: draft.existing,
    retries: whole(draft.retries),
    retryBaseMs: whole(draft.retryBase),
    retryAll: draft.retryAll,
    retryOn: statusesOf(draft),
    connectMs: ms(draft.connectTimeout),
    headersMs: ms(draft.headerTimeout),
    stallMs: ms(draft.stallTimeout),
    maxBytes: readBytes(draft.maxSize) ?? undefined,
    keepFreeBytes: readBytes(draft.keepFree) ?? undefined,
    segments: draft.segments,
    connectionsPerHost: whole(draft.connectionsPerHost),
    limitRate: readBytes(draft.limitRate) ?? undefined,
    digests: [...draft.digests],
    netrc: textOr(draft.netrc),
    cookies: textOr(draft.cookies),
    caFile: textOr(draft.caFile),
  });
}

function withoutUsual<T extends Partial<DownloadOptions>>(given: {
  readonly [Name in keyof T]: T[Name] | undefined;
}): T {
  const isUsual = (name: string, value: unknown): boolean =>
    JSON.stringify(value) === JSON.stringify(USUAL[name as keyof DownloadOptions]);
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => value !== undefined && !isUsual(name, value)),
  ) as T;
}

function headerLines({ headers }: OptionsDraft): readonly string[] {
  return headers.split('\n').filter((line) => line.trim() !== '');
}

function statusesOf({ retryOn }: OptionsDraft): string[] {
  return retryOn
    .toLowerCase()
    .split(/[\s,]+/u)
    .filter((status) => status !== '');
}

function textOr(text: string): string | undefined {
  return text.trim() === '' ? undefined : text.trim();
}

export const EXISTING_WORDS: Readonly<Record<ExistingPolicy, string>> = {
  number: 'Keep both',
  skip: 'Skip',
  overwrite: 'Overwrite',
  newer: 'Overwrite if newer',
};

/** What is not as usual, for who does not open the options: `Overwrite, login, at most 2.0 MB/s`; '' where all is. */
export function optionsText(draft: OptionsDraft, isSingle: boolean): string {
  const rate = readBytes(draft.limitRate);
  const headers = headerLines(draft).length;
  const parts = [
    draft.existing !== USUAL.existing && `existing files: ${EXISTING_WORDS[draft.existing].toLowerCase()}`,
    draft.format !== null && `read as ${LIST_FORMAT_NAMES[draft.format]}`,
    isSingle && draft.name.trim() !== '' && `named ${draft.name.trim()}`,
    isSingle && draft.checksum.trim() !== '' && 'checksum',
    draft.segments !== USUAL.segments &&
      plural(draft.segments, 'connection per file', 'connections per file'),
    draft.connectionsPerHost.trim() !== '' && `${draft.connectionsPerHost.trim()} per host`,
    rate !== null && `at most ${formatBytes(rate)}/s`,
    draft.user !== '' && `login ${draft.user}`,
    draft.bearer.trim() !== '' && 'token',
    headers > 0 && plural(headers, 'header', 'headers'),
    draft.cookies !== '' && 'cookies',
    draft.netrc !== '' && 'logins from a file',
    draft.userAgent.trim() !== '' && 'user agent',
    draft.retries.trim() !== '' && plural(Number(draft.retries), 'retry', 'retries'),
    draft.retryBase.trim() !== '' && 'first wait',
    draft.retryOn.trim() !== '' && `retried on ${statusesOf(draft).join(', ')}`,
    draft.retryAll && 'POST retried',
    draft.proxy.trim() !== '' && 'proxy',
    draft.caFile !== '' && 'certificates',
    draft.certFile !== '' && 'client certificate',
    draft.insecure && 'certificates not checked',
    draft.unmarked && 'not marked as from the internet',
    draft.digests.length > 0 && draft.digests.map((algorithm) => ALGORITHM_NAMES[algorithm]).join(', '),
    draft.maxSize.trim() !== '' && `files up to ${draft.maxSize.trim()}`,
    draft.keepFree.trim() !== '' && `${draft.keepFree.trim()} kept free`,
    [draft.connectTimeout, draft.headerTimeout, draft.stallTimeout].some((text) => text.trim() !== '') &&
      'time-outs',
  ];
  return parts.filter((part) => part !== false).join(', ');
}
