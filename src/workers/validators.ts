/** What of an answer proves that two answers are of the same content (RFC 9110 §8.8). */
import { readHttpDate } from './http-date';

/** A date proves something when the answer is this much younger (RFC 9110 §8.8.2.2, with room for clocks). */
const STRONG_DATE_MS = 60_000;
/**
 * The first web server ran at the end of 1990. Earlier dates are what stands for a date that nobody knows (year 1, the
 * epoch, FAT's 1980, npm's 1985), alike for every version of a file; of a file that is really so old too little is lost
 * by comparing its beginning.
 */
const FIRST_DATE_MS = Date.UTC(1990, 0);

/** Whether it is a date, and one that can change with the content. */
export function isValidator(lastModified: string): boolean {
  const at = readHttpDate(lastModified);
  return at !== null && at >= FIRST_DATE_MS;
}

/** Whether a `Last-Modified` is a validator, and came with a `Date` so much later that it is a strong one. */
export function isStrongDate(
  lastModified: string | string[] | undefined,
  date: string | string[] | undefined,
): boolean {
  if (typeof lastModified !== 'string' || typeof date !== 'string' || !isValidator(lastModified))
    return false;
  const answered = readHttpDate(date);
  const modified = readHttpDate(lastModified);
  return answered !== null && modified !== null && answered - modified >= STRONG_DATE_MS;
}

/** What programs write that have no tag: nothing, zeros, the word for no value. */
const NO_TAG = /^"(?:[0-]*|null|nil|none|undefined|nan|true|false)"$/iu;

/** Whether it is an entity tag (RFC 9110 §8.8.3), weak or strong, that was made from something. */
export function isTag(etag: string): boolean {
  // Bytes beyond ASCII would not come back as they were.
  return /^(?:W\/)?"[\x21\x23-\x7e]*"$/u.test(etag) && !NO_TAG.test(etag.replace(/^W\//u, ''));
}

/** The tag where it is a strong one; `null` where it proves nothing. */
export function strongTag(etag: string | string[] | undefined): string | null {
  return typeof etag === 'string' && etag.startsWith('"') && isTag(etag) ? etag : null;
}
