/**
 * Content codings (RFC 9110 §8.4) of answers to requests that asked for none. The bytes are stored as they come, so
 * only those are good that are the file itself.
 */
import { HeddleError } from '../../common/model/errors';
import { parseContentDisposition } from '../content-disposition';
import type { Answer } from './client';
import { membersOf } from './fields';

/** What servers write for "none": charsets, and how the body once came to them. */
const NONE: ReadonlySet<string> = new Set([
  '',
  'identity',
  'none',
  'utf-8',
  'utf8',
  'binary',
  '8bit',
  '7bit',
  'aws-chunked',
]);

/** A file of such a name has the coding in itself, and the server has only said so once more. */
const OWN: Readonly<Record<string, RegExp>> = {
  gzip: /\.(?:gz|tgz|taz|svgz|emz|wmz|vgz|gzip)$/iu,
  compress: /\.(?:z|taz|tz)$/iu,
  bzip2: /\.(?:bz2?|tbz2?|tb2)$/iu,
  xz: /\.(?:xz|txz)$/iu,
  lzma: /\.(?:lzma|tlz)$/iu,
  zstd: /\.(?:zst|tzst|zstd)$/iu,
  br: /\.br$/iu,
  deflate: /\.(?:zz|zlib)$/iu,
};

/** @throws HeddleError `content-encoding` where what comes is not the file but made of it */
export function refuseCodings(answer: Answer): void {
  const field = answer.headers['content-encoding'];
  if (field === undefined || field === 'identity') return;
  const codings = membersOf(field).filter((name) => !NONE.has(name));
  const [coding] = codings;
  if (coding === undefined) return;
  if (codings.length === 1 && isOwn(coding.replace(/^x-/u, ''), answer)) return;
  throw new HeddleError(
    'content-encoding',
    `The server sent the file encoded (${String(field).slice(0, 100)}), though it was asked not to.`,
  );
}

function isOwn(coding: string, { url, headers }: Answer): boolean {
  const ending = OWN[coding];
  if (ending === undefined) return false;
  if (ending.test(url.pathname)) return true;
  const [disposition] = [headers['content-disposition'] ?? []].flat();
  const name = disposition === undefined ? null : parseContentDisposition(disposition).fileName;
  return name !== null && ending.test(name);
}
