/**
 * What a server says of the content that a file holds, and whether a later answer is of the same content: by strong
 * validators (RFC 9110 §8.8), by the range that it was asked for (§14.4, §15.3.7), or by bytes that come again.
 */
import type { PartialState } from '../common/model/download';
import type { Answer } from './http/client';
import { isStrongDate, isTag, isValidator, strongTag } from './validators';

/** What a 206 need not say again (RFC 9110 §15.3.7) and is of use when the file is whole. */
const KEPT_HEADERS = [
  'content-disposition',
  'content-type',
  'last-modified',
  'etag',
  'repr-digest',
  'digest',
  'x-goog-hash',
  'x-goog-stored-content-encoding',
  'x-guploader-response-body-transformations',
] as const;
/** These speak of one message: of the whole content if that came in one. */
const MESSAGE_HEADERS = ['content-digest', 'content-md5'] as const;

/** The content is another one now: begin again. */
export class Changed extends Error {}

export interface Content {
  /** A strong one. */
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Whether Last-Modified may be used with If-Range. */
  readonly isDateStrong: () => boolean;
  /** Bytes; `null`: not known. */
  readonly total: number | null;
  /** Those of {@link KEPT_HEADERS} that came with it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** As the answer to a request for the whole says. */
export function contentOf(answer: Answer): Content {
  const { etag, date, 'last-modified': lastModified } = answer.headers;
  return {
    etag: strongTag(etag),
    lastModified: typeof lastModified === 'string' ? lastModified : null,
    isDateStrong: () => isStrongDate(lastModified, date),
    total: answer.length,
    headers: pick(answer, KEPT_HEADERS),
  };
}

/** As an earlier attempt was told. */
export function earlierContent({ etag, lastModified, total, headers }: PartialState): Content {
  return {
    etag: strongTag(etag ?? undefined),
    lastModified,
    // It is stored only where it was much older than its answer. Earlier versions stored what is no date, too.
    isDateStrong: () => lastModified !== null && isValidator(lastModified),
    total,
    headers,
  };
}

/** The value of If-Range (RFC 9110 §13.1.5); `null` where there is no strong validator. */
export function ifRange(content: Content): string | null {
  return content.etag ?? (content.isDateStrong() ? content.lastModified : null);
}

/**
 * Whether parts that come over several connections are certainly of one content. Beside a weak tag a date says too little:
 * that tag says itself that what it stands for may have other bytes.
 */
export function tiesParts(content: Content): boolean {
  const hasWeakTag = content.etag === null && isTag(content.headers['etag'] ?? '');
  return !hasWeakTag && ifRange(content) !== null;
}

/** Headers of an answer that brought the whole content in one message. */
export function messageHeaders(answer: Answer): Record<string, string> {
  return pick(answer, MESSAGE_HEADERS);
}

/**
 * What a 206 brings of the content, from `start` on as it was asked for.
 * @returns where it ends, exclusive, and the bytes of the whole content
 * @throws Changed where it is not exactly that
 */
export function rangeOf(
  answer: Answer,
  content: Content,
  start: number,
): { readonly end: number; readonly total: number } {
  const field = answer.headers['content-range'];
  const found =
    typeof field === 'string' ? /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/iu.exec(field.trim()) : null;
  if (found === null || /^\s*multipart\//iu.test(String(answer.headers['content-type'] ?? ''))) {
    throw new Changed();
  }
  const [first, last, total] = found.slice(1).map(Number) as [number, number, number];
  const end = last + 1;
  const fits =
    first === start &&
    end > start &&
    end <= total &&
    (content.total === null || total === content.total) &&
    (answer.length === null || answer.length === end - start) &&
    saysTheSame(content, answer);
  if (!fits) throw new Changed();
  return { end, total };
}

/**
 * Whether a 206 has the tag and the date that the content came with, weak ones too: a weak one that is the same
 * proves little, but another one proves that the content is another. Beside a strong tag the date need not be said
 * again (RFC 9110 §15.3.7).
 */
function saysTheSame(content: Content, answer: Answer): boolean {
  const { etag, 'last-modified': lastModified } = answer.headers;
  if (etag !== content.headers['etag']) return false;
  if (lastModified === undefined && content.etag !== null) return true;
  return lastModified === content.headers['last-modified'];
}

function pick(answer: Answer, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = answer.headers[name];
    if (value !== undefined) picked[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return picked;
}
