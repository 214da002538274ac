/** What a download asks for: its address, its headers, and whether only a newer file is wanted. */
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { DownloadEntry, KnownFile } from '../common/model/download';
import { HeddleError } from '../common/model/errors';
import { shownUrl } from '../common/model/http-fields';
import type { FsPath } from '../common/model/paths';
import type { DownloadWorkerOptions } from '../common/threads/worker-options';
import { lstatOrNull } from '../files/entries';
import { writeHttpDate } from './http-date';
import type { Transferred } from './transfer-options';
import { isTag, isValidator } from './validators';

/** Electron 33 has no `URL.parse` yet, and `URL.canParse` would read it twice. */
function readUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

export function parseUrl(text: string): URL {
  const url = readUrl(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new HeddleError('bad-url', 'The address is not an HTTP or HTTPS address.');
  }
  return url;
}

const NONE: Readonly<Record<string, string>> = {};

export function headersOf(
  entry: DownloadEntry,
  options: DownloadWorkerOptions['options'],
): Readonly<Record<string, string>> {
  if (entry.headers.length === 0 && options.headers.length === 0 && options.bearer === null) return NONE;
  const headers: Record<string, string> = {};
  if (options.bearer !== null) headers['authorization'] = `Bearer ${options.bearer}`;
  for (const [name, value] of [...options.headers, ...entry.headers]) headers[name.toLowerCase()] = value;
  return headers;
}

/** `null` where the file is gone, or not as it was left. */
export function stillThere(known: KnownFile | null): KnownFile | null {
  if (known === null) return null;
  const stats = lstatOrNull(known.target);
  const isSame =
    stats !== null && Number(stats.size) === known.size && Number(stats.mtimeMs) === known.mtimeMs;
  return isSame ? known : null;
}

/**
 * RFC 9110 §13.1.2, §13.1.3: only what is not this one, by its tag and by its date.
 * @param there the file that a newer one would replace
 */
export function onlyIfNewer(
  known: KnownFile | null,
  there: BigIntStats | null,
  url: URL,
): Record<string, string> {
  if (there === null) return {};
  const given = known?.source === sourceOf(url) ? known : null;
  const { lastModified = null, etag = null } = given ?? {};
  // To a server that always says one date nothing is ever newer.
  const saysNothing = lastModified !== null && !isValidator(lastModified);
  const since = lastModified ?? writeHttpDate(Number(there.mtimeMs));
  return {
    ...(saysNothing ? {} : { 'if-modified-since': since }),
    ...(etag === null || !isTag(etag) ? {} : { 'if-none-match': etag }),
  };
}

export function knownFile(target: FsPath, got: Transferred, url: URL): KnownFile {
  return {
    target,
    source: sourceOf(url),
    etag: got.headers['etag'] ?? null,
    lastModified: got.headers['last-modified'] ?? null,
    size: got.bytes,
    mtimeMs: Number(lstatOrNull(target)?.mtimeMs ?? 0n),
  };
}

function sourceOf(url: URL): string {
  return createHash('sha256').update(shownUrl(url)).digest('hex');
}
