/** What the readers of all list formats share: making an entry, checked, or saying what is wrong with it. */
import type { CheckAlgorithm } from '../../common/model/digests';
import type { DownloadEntry, ListedEntry } from '../../common/model/download';
import { CHECK_ALGORITHMS } from '../../common/model/digests';
import { DIGEST_BYTES } from '../../common/model/digest-fields';
import { safeFileName } from '../../files/file-name';
import { isConnectionField, isFieldValue, isToken, splitField } from '../../common/model/http-fields';

/** Says why an entry cannot be read; becomes a fault of its line. It quotes nothing: whatever is written wrong may be a key. */
export class Fault extends Error {}

export interface EntryFields {
  readonly urls: readonly string[];
  readonly fileName?: string | null;
  readonly directory?: string | null;
  readonly size?: number | null;
  readonly digests?: Readonly<Partial<Record<CheckAlgorithm, string>>>;
  readonly method?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | null;
}

/** @throws Fault */
export function makeEntry(fields: EntryFields): DownloadEntry {
  if (fields.urls.length === 0) throw new Fault('has no address');
  for (const url of fields.urls) if (!isHttpUrl(url)) throw new Fault('is not an HTTP or HTTPS address');
  const body = fields.body ?? null;
  const method = (fields.method ?? (body === null ? 'GET' : 'POST')).toUpperCase();
  if (!isToken(method) || method === 'CONNECT') throw new Fault('has an invalid method');
  for (const [name, value] of fields.headers ?? []) {
    if (!isToken(name) || !isFieldValue(value)) throw new Fault('has an invalid header');
    if (isConnectionField(name)) throw new Fault(`sets the header ${name}, which is not its own`);
  }
  const size = fields.size ?? null;
  if (size !== null && (!Number.isSafeInteger(size) || size < 0)) throw new Fault('has an invalid size');
  return {
    urls: fields.urls,
    ...placeOf(fields.fileName ?? null, fields.directory ?? null),
    size,
    digests: fields.digests ?? {},
    method,
    headers: fields.headers ?? [],
    body,
  };
}

/** `12`, and nothing else that JavaScript takes for a number. @throws Fault */
export function readSize(text: string): number {
  if (!/^\d{1,15}$/u.test(text.trim())) throw new Fault('has an invalid size');
  return Number(text);
}

/** Names with folders in them are taken apart; nothing leads out of the job's folder. */
function placeOf(name: string | null, folder: string | null): Pick<DownloadEntry, 'fileName' | 'directory'> {
  const inName = (name ?? '').split(/[\\/]/u);
  const fileName = inName.pop() ?? '';
  const path = [...(folder ?? '').split(/[\\/]/u), ...inName];
  if ([name, folder].some((each) => /^[a-z][a-z0-9+.-]*:[/\\]{2}/iu.test(each ?? '')))
    throw new Fault('has a URL where the name of a file or folder belongs');
  const absolute = /^(?:[\\/]|[A-Za-z]:)/u.test(folder ?? '') || /^(?:[\\/]|[A-Za-z]:)/u.test(name ?? '');
  if (absolute || path.includes('..') || fileName === '..')
    throw new Fault('points outside the chosen folder');
  const parts = path.filter((part) => part !== '' && part !== '.').map(safeFileName);
  if (parts.some((part) => part.startsWith('_heddle-'))) throw new Fault('has an invalid folder');
  return {
    fileName: fileName === '' || fileName === '.' ? null : fileName,
    directory: parts.length === 0 ? null : parts.join('/'),
  };
}

/** `Name: value`. @throws Fault */
export function readField(line: string): [name: string, value: string] {
  const field = splitField(line);
  if (field === null) throw new Fault('has an invalid header');
  return field;
}

/** The address with a name and password in it; what is no address stays as it is. */
export function withLogin(text: string, name: string, password: string): string {
  // Else it would be another one by then, whose fault is no longer seen.
  if (!isHttpUrl(text)) return text;
  const url = new URL(text);
  url.username = encodeURIComponent(name);
  url.password = encodeURIComponent(password);
  return url.href;
}

/** What would be shown as a path, and is a login: */
const LOGIN_AS_PATH: readonly RegExp[] = [
  // no port, and an `@` behind the host: the password begins with one of `/?#`;
  /^https?:\/\/[^/?#\\]*:[/?#\\].*@/isu,
  // nothing but a fragment or a query, and an `@` in it: the name or the password has a `#` or a `?`;
  /^https?:\/\/[^/?#\\]*(?:[#\\]|\?[^=:]*:).*@/isu,
  // a second address behind the first, as where the line break between them was lost.
  /^https?:\/\/[^/?#\\]*\/[^?#]*:\/\/[^/?#]*@/isu,
];
/** What `URL` leaves out or escapes, and so joins what it divides; and what nobody sees. */
// eslint-disable-next-line no-control-regex -- control characters are among it
const NOT_IN_ADDRESS = /[\u0000-\u0020\u007f-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\s]/u;
/** A second address right behind a word of the first: the line break between them was lost. */
const TWO_ADDRESSES = /^https?:\/\/[^?#]*?[\p{L}\p{N}]https?:\/\//iu;

export function isHttpUrl(text: string): boolean {
  // Bytes that are no UTF-8 were decoded to U+FFFD; the address they stood for is not known.
  return (
    /^https?:\/\//iu.test(text) &&
    !text.includes('\ufffd') &&
    !NOT_IN_ADDRESS.test(text) &&
    !TWO_ADDRESSES.test(text) &&
    !(text.includes('@') && LOGIN_AS_PATH.some((pattern) => pattern.test(text))) &&
    URL.canParse(text)
  );
}

/** @throws Fault */
export function readDigest(name: string, value: string): Partial<Record<CheckAlgorithm, string>> {
  const algorithm = algorithmOf(name);
  if (algorithm === undefined) throw new Fault('has a digest of a kind that is not known here');
  const hex = value.trim().toLowerCase();
  const digits = DIGEST_BYTES[algorithm] * 2;
  if (!/^[0-9a-f]+$/u.test(hex) || hex.length !== digits) {
    throw new Fault(`has an invalid ${algorithm}: it must have ${digits} hexadecimal digits`);
  }
  return { [algorithm]: hex };
}

export function isDigestName(name: string): boolean {
  return algorithmOf(name) !== undefined;
}

function algorithmOf(name: string): CheckAlgorithm | undefined {
  const plain = name.toLowerCase().replaceAll(/[-_]/gu, '');
  return CHECK_ALGORITHMS.find((each) => each.replace('-', '') === plain);
}

/** @param word with its name quoted where it is one for certain: behind dashes, or before an equals sign */
export function unknownOption(word: string): Fault {
  const [, name] = /^(--[a-z][a-z0-9.-]{0,30}|-[A-Za-z]|[a-z][a-z0-9-]{0,30}(?==))(?:=|$)/u.exec(word) ?? [];
  return new Fault(`has ${name === undefined ? 'an option' : `the option ${name}`}, which is not known here`);
}

/** @param address the entry's first one, however it is written. @throws what is no {@link Fault} */
export function listed(line: number, address: string, read: () => DownloadEntry): ListedEntry {
  try {
    return { line, entry: read() };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return fault(line, address, error.message);
  }
}

/**
 * Of a line that cannot be read nothing is told but its number, its host and the kind of its fault: nobody knows where
 * in it a password is.
 */
export function fault(line: number, address: string, what: string): ListedEntry {
  const host = safeHost(address);
  const text = host === '' ? `line ${line}` : `line ${line} (${host})`;
  return {
    line,
    text,
    error: { code: 'bad-url', message: `L${text.slice(1)} ${what}.`, retryable: false },
  };
}

/** The host of an address, if it is one for certain; '' otherwise. */
function safeHost(address: string): string {
  if (!URL.canParse(address)) return '';
  const { hostname, pathname, search, hash } = new URL(address);
  // What no host is called was meant otherwise.
  if (!/^[a-z0-9._:[\]-]{1,253}$/u.test(hostname)) return '';
  // Then it may be the name of a login whose password has one of `/?#` in it.
  return `${pathname}${search}${hash}`.includes('@') ? '' : hostname;
}
