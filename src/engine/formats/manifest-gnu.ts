/**
 * Checksum manifests as GNU coreutils write and check them (`sha256sum -c`),
 * and `b3sum --check` too: digest, two spaces, name, line feed. A name with a
 * backslash, line feed or carriage return is written with these escaped and
 * its line begins with a backslash. Names are bytes, written as they are.
 */
import { pathToBytes, type FsPath } from '../../common/paths';

const BACKSLASH = 0x5c;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const encoder = new TextEncoder();

/**
 * One line with its line feed.
 * @param digest lower-case hexadecimal
 */
export function gnuManifestLine(digest: string, name: FsPath): string | Uint8Array {
  // A lone `-` would mean standard input to whoever checks.
  const safe = name === '-' ? './-' : name;
  if (typeof safe === 'string') {
    if (!/[\\\n\r]/u.test(safe)) return `${digest}  ${safe}\n`;
    const escaped = safe.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
    return `\\${digest}  ${escaped}\n`;
  }
  const escapes = safe.some((byte) => escapeOf(byte) !== 0);
  const line: number[] = [...encoder.encode(`${escapes ? '\\' : ''}${digest}  `)];
  for (const byte of safe) {
    const escape = escapeOf(byte);
    if (escape === 0) line.push(byte);
    else line.push(BACKSLASH, escape);
  }
  line.push(LINE_FEED);
  return Uint8Array.from(line);
}

/** What follows the backslash for a byte that must be escaped; 0 for all others. */
function escapeOf(byte: number): number {
  if (byte === BACKSLASH) return BACKSLASH;
  if (byte === LINE_FEED) return 0x6e;
  return byte === CARRIAGE_RETURN ? 0x72 : 0;
}

/**
 * The name of a file in a manifest that lies in `base`: relative to it where the file is below, so that the
 * folder can move as a whole, else the path as it is.
 * @param base absolute path without a slash at its end
 */
export function manifestName(base: string, path: FsPath): FsPath {
  const prefix = base.endsWith('/') ? base : `${base}/`;
  if (typeof path === 'string') return path.startsWith(prefix) ? path.slice(prefix.length) : path;
  const bytes = pathToBytes(prefix);
  for (const [index, byte] of bytes.entries()) if (path[index] !== byte) return path;
  return path.subarray(bytes.length);
}
