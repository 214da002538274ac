/** What the readers of all list formats share: making an entry, checked, or saying what is wrong with it. */
import type { CheckAlgorithm, DownloadEntry, ListedEntry } from '../../common/download';
import { CHECK_ALGORITHMS } from '../../common/download';
import { safeFileName } from '../../common/file-name';

/** How much of a faulty line its message shows. */
const SHOWN_CHARACTERS = 120;
/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/u;
// eslint-disable-next-line no-control-regex -- they are what a header must not hold
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/u;
/** What the connection is about, not the file. */
const FORBIDDEN_HEADERS: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'range',
  'if-range',
  'accept-encoding',
  'expect',
]);
const DIGEST_LENGTHS: Readonly<Record<CheckAlgorithm, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
  blake3: 64,
};

/** Says why an entry cannot be read; becomes a fault of its line. */
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
  if (!TOKEN.test(method) || method === 'CONNECT') throw new Fault(`has the method ${method}, which is none`);
  for (const [name, value] of fields.headers ?? []) {
    if (!TOKEN.test(name) || CONTROL.test(value)) throw new Fault(`has a header that is none: ${name}`);
    if (FORBIDDEN_HEADERS.has(name.toLowerCase()))
      throw new Fault(`sets the header ${name}, which is not its own`);
  }
  const size = fields.size ?? null;
  // undici takes no others.
  if (headersBeyondLatin1(fields.headers ?? []))
    throw new Fault('has a header with characters that a header cannot have');
  if (size !== null && (!Number.isSafeInteger(size) || size < 0)) throw new Fault('has a size that is none');
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

function headersBeyondLatin1(headers: readonly (readonly [string, string])[]): boolean {
  return headers.some(([, value]) => Array.from(value).some((character) => character > '\u00ff'));
}

/** `12`, and nothing else that JavaScript takes for a number. @throws Fault */
export function readSize(text: string): number {
  if (!/^\d{1,15}$/u.test(text.trim())) throw new Fault('has a size that is none');
  return Number(text);
}

/** Names with folders in them are taken apart; nothing leads out of the job's folder. */
function placeOf(name: string | null, folder: string | null): Pick<DownloadEntry, 'fileName' | 'directory'> {
  const inName = (name ?? '').split(/[\\/]/u);
  const fileName = inName.pop() ?? '';
  const path = [...(folder ?? '').split(/[\\/]/u), ...inName];
  const absolute = /^(?:[\\/]|[A-Za-z]:)/u.test(folder ?? '') || /^(?:[\\/]|[A-Za-z]:)/u.test(name ?? '');
  if (absolute || path.includes('..') || fileName === '..')
    throw new Fault('leads out of the folder that was chosen');
  const parts = path.filter((part) => part !== '' && part !== '.').map(safeFileName);
  if (parts.some((part) => part.startsWith('_heddle-'))) throw new Fault('has a folder that is none');
  return {
    fileName: fileName === '' || fileName === '.' ? null : fileName,
    directory: parts.length === 0 ? null : parts.join('/'),
  };
}

export function isHttpUrl(text: string): boolean {
  // Bytes that are no UTF-8 were decoded to U+FFFD; the address they stood for is not known.
  return /^https?:\/\//iu.test(text) && !text.includes('\ufffd') && URL.canParse(text);
}

/** @throws Fault */
export function readDigest(name: string, value: string): Partial<Record<CheckAlgorithm, string>> {
  const algorithm = CHECK_ALGORITHMS.find((each) => each === name.toLowerCase().replaceAll(/[-_]/gu, ''));
  if (algorithm === undefined) throw new Fault(`has a digest of a kind that is not known: ${name}`);
  const hex = value.trim().toLowerCase();
  if (!/^[0-9a-f]+$/u.test(hex) || hex.length !== DIGEST_LENGTHS[algorithm]) {
    throw new Fault(
      `has a ${algorithm} that is none: ${DIGEST_LENGTHS[algorithm]} hexadecimal digits make one`,
    );
  }
  return { [algorithm]: hex };
}

export function isDigestName(name: string): boolean {
  return CHECK_ALGORITHMS.some((each) => each === name.toLowerCase().replaceAll(/[-_]/gu, ''));
}

/** @throws what is no {@link Fault} */
export function listed(line: number, text: string, read: () => DownloadEntry): ListedEntry {
  try {
    return { line, entry: read() };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return fault(line, text, error.message);
  }
}

/**
 * @param text what is shown of it: an address, a name; never a whole record or command, which may hold keys
 */
export function fault(line: number, text: string, what: string): ListedEntry {
  const hidden = text.replaceAll(/(:\/\/)[^\s/]*@/gu, '$1***@').trim();
  const shown = hidden.length > SHOWN_CHARACTERS ? `${hidden.slice(0, SHOWN_CHARACTERS)}…` : hidden;
  return {
    line,
    text: shown,
    error: {
      code: 'bad-url',
      message: `Line ${line} ${what}${shown === '' ? '.' : `: ${shown}`}`,
      retryable: false,
    },
  };
}
