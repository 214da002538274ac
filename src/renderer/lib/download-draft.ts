/** The options of a download as they are typed, and what becomes of them. Pure. */
import { ALGORITHM_NAMES, type CheckAlgorithm } from '../../common/model/digests';
import { parseChecksum } from '../../common/model/digest-fields';
import type { ExistingPolicy, ListFormat } from '../../common/model/download';
import {
  DEFAULT_DOWNLOAD_OPTIONS,
  type DownloadOptions,
  type RememberedOptions,
} from '../../common/model/download-options';
import {
  STATUS_PATTERN,
  isConnectionField,
  isFieldValue,
  isToken,
  readHeaderLine,
  splitField,
} from '../../common/model/http-fields';
import { readProxyAddress } from '../../common/model/proxy-address';
import { formatRate, readBytes } from '../../common/model/units';
import { text } from '../../common/text/text';

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
    written: (value: NonNullable<DownloadOptions[Name]>) => string,
  ): string => {
    const value = remembered[name] as DownloadOptions[Name] | undefined;
    return value == null || value === USUAL[name] ? '' : written(value);
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
  const check = (field: keyof OptionsDraft, isRight: (typed: string) => boolean, sentence: string): void => {
    const typed = draft[field];
    if (typeof typed === 'string' && typed.trim() !== '' && !isRight(typed.trim())) faults[field] = sentence;
  };
  const whole =
    (least: number, most: number) =>
    (typed: string): boolean =>
      /^\d+$/u.test(typed) && Number(typed) >= least && Number(typed) <= most;
  const isSize = (typed: string): boolean => readBytes(typed) !== null;
  const isSeconds = (typed: string): boolean => Number(typed) > 0 && Number(typed) <= 86_400;

  if (isSingle) {
    check('checksum', (typed) => parseChecksum(typed) !== null, text('options.fault.checksum'));
    check('name', (typed) => !/[/\\]/u.test(typed), text('options.fault.name'));
  }
  check('connectionsPerHost', whole(1, 256), text('options.fault.per-host'));
  check('limitRate', (typed) => (readBytes(typed) ?? 0) >= 1, text('options.fault.limit'));
  check('retries', whole(0, 1000), text('options.fault.retries'));
  check('retryBase', whole(1, 86_400_000), text('options.fault.retry-base'));
  if (!statusesOf(draft).every((status) => STATUS_PATTERN.test(status)))
    faults.retryOn = text('options.fault.retry-on');
  check('maxSize', isSize, text('rules.fault.size'));
  check('keepFree', isSize, text('rules.fault.size'));
  check('connectTimeout', isSeconds, text('options.fault.timeout'));
  check('headerTimeout', isSeconds, text('options.fault.timeout'));
  check('stallTimeout', isSeconds, text('options.fault.timeout'));
  check(
    'proxy',
    (typed) => readProxyAddress(typed) !== null,
    text('options.fault.proxy', { form: text('options.proxy.form') }),
  );
  check('userAgent', isFieldValue, text('options.fault.characters'));
  check('bearer', isFieldValue, text('options.fault.characters'));
  if (draft.user === '' && draft.password !== '') faults.user = text('options.fault.user');
  if (draft.user !== '' && draft.bearer.trim() !== '') faults.bearer = text('options.fault.bearer');
  if (draft.certFile === '' && draft.keyFile + draft.keyPassword !== '')
    faults.certFile = text('options.fault.certificate');
  const header = headerLines(draft).find((line) => typeof readHeaderLine(line) === 'string');
  if (header !== undefined) faults.headers = headerFault(header);
  return faults;
}

/** What is wrong with a line that {@link readHeaderLine} does not take. */
function headerFault(line: string): string {
  const field = splitField(line);
  if (field === null || !isToken(field[0])) return text('options.fault.header');
  return isConnectionField(field[0])
    ? text('options.fault.own-header', { name: field[0] })
    : text('options.fault.characters');
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
  const whole = (typed: string): number | undefined => (typed.trim() === '' ? undefined : Number(typed));
  const ms = (typed: string): number | undefined =>
    typed.trim() === '' ? undefined : Math.max(1, Math.round(Number(typed) * 1000));
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

function textOr(typed: string): string | undefined {
  return typed.trim() === '' ? undefined : typed.trim();
}

/** What is not as usual, for who does not open the options: `Overwrite, login, at most 2.0 MB/s`; '' where all is. */
export function optionsText(draft: OptionsDraft, isSingle: boolean): string {
  const rate = readBytes(draft.limitRate);
  const headers = headerLines(draft).length;
  const parts = [
    draft.existing !== USUAL.existing && text(`options.is-existing.${draft.existing}`),
    draft.format !== null && text('options.is-format', { format: text(`format.${draft.format}`) }),
    isSingle && draft.name.trim() !== '' && text('options.is-name', { name: draft.name.trim() }),
    isSingle && draft.checksum.trim() !== '' && text('options.is-checksum'),
    draft.segments !== USUAL.segments && text('options.is-segments', { count: draft.segments }),
    draft.connectionsPerHost.trim() !== '' &&
      text('options.is-per-host', { count: draft.connectionsPerHost.trim() }),
    rate !== null && text('options.is-limit', { rate: formatRate(rate) }),
    draft.user !== '' && text('options.is-login', { name: draft.user }),
    draft.bearer.trim() !== '' && text('options.is-token'),
    headers > 0 && text('options.is-headers', { count: headers }),
    draft.cookies !== '' && text('options.is-cookies'),
    draft.netrc !== '' && text('options.is-netrc'),
    draft.userAgent.trim() !== '' && text('options.is-user-agent'),
    draft.retries.trim() !== '' && text('options.is-retries', { count: Number(draft.retries) }),
    draft.retryBase.trim() !== '' && text('options.is-retry-base'),
    draft.retryOn.trim() !== '' && text('options.is-retry-on', { statuses: statusesOf(draft).join(', ') }),
    draft.retryAll && text('options.is-retry-all'),
    draft.proxy.trim() !== '' && text('options.is-proxy'),
    draft.caFile !== '' && text('options.is-ca'),
    draft.certFile !== '' && text('options.is-certificate'),
    draft.insecure && text('options.is-insecure'),
    draft.unmarked && text('options.is-unmarked'),
    draft.digests.length > 0 && draft.digests.map((algorithm) => ALGORITHM_NAMES[algorithm]).join(', '),
    draft.maxSize.trim() !== '' && text('options.is-max-size', { size: draft.maxSize.trim() }),
    draft.keepFree.trim() !== '' && text('options.is-keep-free', { size: draft.keepFree.trim() }),
    [draft.connectTimeout, draft.headerTimeout, draft.stallTimeout].some((typed) => typed.trim() !== '') &&
      text('options.is-timeouts'),
  ];
  return parts.filter((part) => part !== false).join(', ');
}
