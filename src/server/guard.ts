/** What may be served, and to whom. */
import { realpath, stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { isAbsolute, join, relative, sep } from 'node:path';

/**
 * The file that a request names, as a path below `root` with links resolved; `null` where there is none,
 * it is no regular file, it is hidden or it lies outside.
 */
export async function findFile(root: string, target: string): Promise<string | null> {
  const [path = '/'] = target.split(/[?#]/u, 1);
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  // On Windows a colon begins the name of a drive or of a stream.
  if (decoded.includes('\0') || (sep === '\\' && /[\\:]/u.test(decoded))) return null;
  // With a slash behind it would be a folder.
  if (decoded.endsWith('/')) return null;
  const parts = decoded.split('/').filter((part) => part !== '');
  // Covers `..`, `.` and hidden names.
  if (parts.length === 0 || parts.some((part) => part.startsWith('.'))) return null;
  try {
    const real = await realpath(join(root, ...parts));
    const inside = relative(root, real);
    // On another drive there is no way from the one to the other.
    if (inside === '' || isAbsolute(inside) || inside.split(sep).some((part) => part.startsWith('.')))
      return null;
    // A FIFO would never end, a device may do anything.
    return (await stat(real)).isFile() ? inside.split(sep).join('/') : null;
  } catch {
    return null;
  }
}

/**
 * Whether a `Host` header may mean this server. Names that anybody can point to this address do not; an address is
 * itself, and a browser that was led here by a foreign name says that name.
 */
export function isOwnHost(header: string | undefined, host: string): boolean {
  if (header === undefined) return true;
  const name = header
    .replace(/:\d*$/u, '')
    .replace(/^\[(.*)\]$/u, '$1')
    .toLowerCase();
  if (isIP(name) !== 0) return true;
  return ['localhost', host.toLowerCase(), hostname().toLowerCase()].includes(name);
}
