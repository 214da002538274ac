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
  return typeof path === 'string'
    ? path
    : decoded(path, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`);
}

/**
 * Text from which {@link pathFromEscaped} gets the same bytes: those that are not UTF-8 become lone surrogates, U+DC80
 * to U+DCFF, as Python has it (PEP 383). For where only text goes: arguments, patterns.
 */
export function escapedPath(path: FsPath): string {
  return typeof path === 'string' ? path : decoded(path, (byte) => String.fromCharCode(0xdc00 + byte));
}

const LONE_SURROGATE = /([\udc80-\udcff])/u;

export function pathFromEscaped(text: string): FsPath {
  if (!LONE_SURROGATE.test(text)) return text;
  const bytes = text
    .split(LONE_SURROGATE)
    .flatMap((part) =>
      LONE_SURROGATE.test(part) ? [part.charCodeAt(0) - 0xdc00] : Array.from(encoder.encode(part)),
    );
  return pathFromBytes(Uint8Array.from(bytes));
}

/** @param stray what a byte becomes that is not part of valid UTF-8 */
function decoded(bytes: Uint8Array, stray: (byte: number) => string): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = utf8SequenceLength(bytes, at);
    text += length === 0 ? stray(bytes[at] ?? 0) : strictUtf8.decode(bytes.subarray(at, at + length));
    at += Math.max(1, length);
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

/** A text without those of `characters` that stand at its end. Unlike a pattern it looks at each of them once. */
export function withoutTrailing(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1] ?? '')) end -= 1;
  return text.slice(0, end);
}

/** The last part of a path, as text. Elsewhere than in absolute paths of Windows, `\` is part of a name. */
export function displayName(path: FsPath): string {
  const given = displayPath(path);
  const text = withoutTrailing(isWrittenByWindows(given) ? given.replaceAll('\\', '/') : given, '/');
  return text.slice(text.lastIndexOf('/') + 1);
}

function isWrittenByWindows(path: string): boolean {
  return /^(?:[a-z]:\\|\\\\)/iu.test(path);
}

export function samePath(a: FsPath, b: FsPath): boolean {
  return keyOfPath(a) === keyOfPath(b);
}

/** Text that no other path has: a key for maps and sets. */
export function keyOfPath(path: FsPath): string {
  if (typeof path === 'string') return path;
  let bytes = '';
  for (const byte of path) bytes += String.fromCharCode(byte);
  return `\0${bytes}`;
}

/** What JSON holds instead of a path that is not UTF-8: its bytes in base64. */
interface BytesInJson {
  readonly pathBytes: string;
}

/** As `JSON.stringify`, for data with paths in it. */
export function stringifyWithPaths(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    value instanceof Uint8Array
      ? ({ pathBytes: btoa(String.fromCharCode(...value)) } satisfies BytesInJson)
      : value,
  );
}

/** Reads what {@link stringifyWithPaths} wrote. */
export function parseWithPaths(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) =>
    isBytes(value) ? Uint8Array.from(atob(value.pathBytes), (character) => character.charCodeAt(0)) : value,
  );
}

function isBytes(value: unknown): value is BytesInJson {
  return (
    typeof value === 'object' && value !== null && 'pathBytes' in value && typeof value.pathBytes === 'string'
  );
}
