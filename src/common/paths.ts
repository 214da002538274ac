/**
 * Paths are bytes on Linux. A path is a `string` when its bytes are valid
 * UTF-8 and a `Uint8Array` when they are not, so that the common case is cheap
 * and no name is ever changed on the way. Only file system calls, SQLite and
 * structured clone see the bytes; people see {@link displayPath}.
 */
export type FsPath = string | Uint8Array;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The shortest faithful form of a name or path as the system gave it. */
export function pathFromBytes(bytes: Uint8Array): FsPath {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return Uint8Array.from(bytes);
  }
}

export function pathToBytes(path: FsPath): Uint8Array {
  return typeof path === 'string' ? encoder.encode(path) : path;
}

/** Joins a folder and a name (one path part) with `/`; both Windows and POSIX take it. */
export function joinPath(folder: FsPath, name: FsPath): FsPath {
  if (typeof folder === 'string' && typeof name === 'string') {
    return folder === '' ? name : folder.endsWith('/') ? folder + name : `${folder}/${name}`;
  }
  const head = pathToBytes(folder);
  const tail = pathToBytes(name);
  const slash = head.length === 0 || head[head.length - 1] === 0x2f ? 0 : 1;
  const joined = new Uint8Array(head.length + slash + tail.length);
  joined.set(head, 0);
  if (slash === 1) joined[head.length] = 0x2f;
  joined.set(tail, head.length + slash);
  return joined;
}

/** Text for people and JSON: bytes that are not UTF-8 appear as `\xNN`. Never use it to open a file. */
export function displayPath(path: FsPath): string {
  if (typeof path === 'string') return path;
  let text = '';
  let at = 0;
  while (at < path.length) {
    const length = utf8SequenceLength(path, at);
    if (length === 0) {
      text += `\\x${(path[at] ?? 0).toString(16).padStart(2, '0')}`;
      at += 1;
    } else {
      text += strictUtf8.decode(path.subarray(at, at + length));
      at += length;
    }
  }
  return text;
}

/** Bytes of the UTF-8 sequence that begins at `at`, or 0 where none does. */
function utf8SequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  try {
    strictUtf8.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}

/** The last part of a path, as text. */
export function displayName(path: FsPath): string {
  const text = displayPath(path).replace(/[/\\]+$/u, '');
  return text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1);
}
