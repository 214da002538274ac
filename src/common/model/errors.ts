/**
 * Errors as data. Class, `code` and `path` of an `Error` are lost by structured
 * clone and by `ipcRenderer.invoke`, so every failure that crosses a thread or
 * a process is one of these plain objects.
 */
export interface ErrorData {
  /** Stable, kebab-case, for programs: `http-404`, `disk-full`, `length-mismatch`… */
  readonly code: string;
  /** One sentence that a person understands: what happened, to which file, what to do. */
  readonly message: string;
  /** Whether the same attempt could succeed later without the user changing anything. */
  readonly retryable: boolean;
  /** How long the other side asked to be left alone (`Retry-After`), in milliseconds from the failure. */
  readonly retryAfterMs?: number;
  /** Digests that were found where others were expected, by algorithm. */
  readonly found?: Readonly<Record<string, string>>;
  /** Of a task that found the disk full: bytes that it has still to write, where that is known. */
  readonly neededBytes?: number;
  /** Of a job that waits for room on a disk. */
  readonly room?: LackOfRoom;
  readonly cause?: ErrorData;
}

export interface LackOfRoom {
  /** Where the file system is mounted, or a folder on it. */
  readonly disk: string;
  /** 0: not known. */
  readonly missingBytes: number;
  /** What was free when it was too little. */
  readonly freeBytes: number;
}

/** An `Error` that carries {@link ErrorData}; throw it anywhere in the engine or a worker. */
export class HeddleError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly found: ErrorData['found'];
  readonly neededBytes: number | undefined;

  constructor(
    code: string,
    message: string,
    options: {
      retryable?: boolean;
      retryAfterMs?: number;
      found?: ErrorData['found'];
      neededBytes?: number;
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HeddleError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.found = options.found;
    this.neededBytes = options.neededBytes;
  }
}

interface SystemSentence {
  readonly code: string;
  readonly sentence: string;
  readonly retryable: boolean;
}

/** What a system error (errno) means to a person. The sentence follows the subject, usually a path. */
const SYSTEM_ERRORS: Readonly<Record<string, SystemSentence>> = {
  ENOENT: { code: 'not-found', sentence: 'does not exist.', retryable: false },
  EACCES: {
    code: 'permission-denied',
    sentence: 'may not be accessed by this user. Check its permissions.',
    retryable: false,
  },
  EPERM: {
    code: 'permission-denied',
    sentence: 'does not allow this operation. Check its owner and permissions.',
    retryable: false,
  },
  ENOSPC: {
    code: 'disk-full',
    sentence: 'could not be written: the disk is full. Make room, then retry.',
    retryable: false,
  },
  EDQUOT: {
    code: 'disk-full',
    sentence: 'could not be written: your disk quota is used up. Make room, then retry.',
    retryable: false,
  },
  EFBIG: {
    code: 'file-too-large',
    sentence: 'is larger than the target file system can hold.',
    retryable: false,
  },
  EROFS: { code: 'read-only', sentence: 'lies on a read-only file system.', retryable: false },
  EISDIR: { code: 'is-a-folder', sentence: 'is a folder where a file was expected.', retryable: false },
  ENOTDIR: {
    code: 'not-a-folder',
    sentence: 'has a part in its path that is not a folder.',
    retryable: false,
  },
  ENAMETOOLONG: {
    code: 'name-too-long',
    sentence: 'has a name that is too long for the file system.',
    retryable: false,
  },
  ELOOP: { code: 'link-loop', sentence: 'goes through too many symbolic links.', retryable: false },
  EEXIST: {
    code: 'target-exists',
    sentence: 'exists already and was left as it is.',
    retryable: false,
  },
  EIO: {
    code: 'io-error',
    sentence: 'could not be read or written: the device reported an error.',
    retryable: true,
  },
  EMFILE: {
    code: 'too-many-open-files',
    sentence: 'could not be opened: too many files are open. Use fewer workers.',
    retryable: true,
  },
  ENFILE: {
    code: 'too-many-open-files',
    sentence: 'could not be opened: the system has too many open files.',
    retryable: true,
  },
  EAGAIN: { code: 'busy', sentence: 'has nothing to read at the moment.', retryable: true },
  EBUSY: { code: 'busy', sentence: 'is in use by the system.', retryable: true },
  ETXTBSY: { code: 'busy', sentence: 'is a program that is running.', retryable: true },
};

const LOCKED: SystemSentence = {
  code: 'database-locked',
  sentence: 'is locked by another program. Close that program, then resume.',
  retryable: true,
};
const DAMAGED: SystemSentence = {
  code: 'database-corrupt',
  sentence: 'is damaged. Start Heddle again: it keeps the file under another name and begins a new one.',
  retryable: false,
};
/** By the first part of SQLite's result codes (sqlite.org/rescode.html). */
const DATABASE_ERRORS: Readonly<Record<string, SystemSentence>> = {
  BUSY: LOCKED,
  LOCKED,
  READONLY: {
    code: 'database-read-only',
    sentence:
      'cannot be written to: the file, its folder or its disk is read-only. Change that, then resume.',
    retryable: false,
  },
  FULL: {
    code: 'disk-full',
    sentence: 'cannot grow, as its disk is full. Make room, then resume.',
    retryable: false,
  },
  IOERR: {
    code: 'database-io-error',
    sentence:
      'could not be read or written: its disk failed, or another program changed the file. Check the disk, then start Heddle again.',
    retryable: false,
  },
  CANTOPEN: {
    code: 'database-gone',
    sentence: 'cannot be opened any more. Check that its folder is there and can be written to.',
    retryable: false,
  },
  CORRUPT: DAMAGED,
  NOTADB: DAMAGED,
};

function knownError(code: string | undefined): SystemSentence | undefined {
  if (code === undefined) return undefined;
  const [, database] = /^SQLITE_([A-Z]+)/u.exec(code) ?? [];
  return database === undefined ? SYSTEM_ERRORS[code] : DATABASE_ERRORS[database];
}

function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The database that an error of SQLite is about (store/database.ts), whatever was done with it. */
function subjectOf(error: unknown): string | undefined {
  const { database } = error as { readonly database?: unknown };
  return typeof database === 'string' ? database : undefined;
}

/**
 * Turns anything thrown into {@link ErrorData}.
 * @param subject what the error is about (a path, a URL), used to begin the sentence of system errors
 */
export function toErrorData(error: unknown, subject?: string): ErrorData {
  if (error instanceof HeddleError) {
    return {
      code: error.code,
      message: error.message,
      retryable: error.retryable,
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
      ...(error.found === undefined ? {} : { found: error.found }),
      ...(error.neededBytes === undefined ? {} : { neededBytes: error.neededBytes }),
      ...(error.cause === undefined ? {} : { cause: toErrorData(error.cause) }),
    };
  }
  if (isErrorData(error)) return error;
  const code = systemCode(error);
  const known = knownError(code);
  const original = error instanceof Error ? error.message : String(error);
  if (known !== undefined) {
    const cause: ErrorData = { code: code ?? 'unknown', message: original, retryable: known.retryable };
    return {
      code: known.code,
      message: `${subjectOf(error) ?? subject ?? 'The file'} ${known.sentence}`,
      retryable: known.retryable,
      cause,
    };
  }
  return {
    code: code === undefined ? 'unexpected' : code.toLowerCase().replaceAll('_', '-'),
    // What was thrown may have come by here before.
    message:
      subject === undefined || original.startsWith(`${subject}: `) ? original : `${subject}: ${original}`,
    retryable: false,
  };
}

export function isErrorData(value: unknown): value is ErrorData {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Error) &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string' &&
    'retryable' in value &&
    typeof value.retryable === 'boolean'
  );
}

/** The other direction: an `Error` to throw or reject with on this side of the boundary. */
export function fromErrorData(data: ErrorData): HeddleError {
  return new HeddleError(data.code, data.message, {
    retryable: data.retryable,
    ...(data.retryAfterMs === undefined ? {} : { retryAfterMs: data.retryAfterMs }),
    ...(data.found === undefined ? {} : { found: data.found }),
    ...(data.neededBytes === undefined ? {} : { neededBytes: data.neededBytes }),
    ...(data.cause === undefined ? {} : { cause: fromErrorData(data.cause) }),
  });
}

/** Ends a `switch` over a tagged union; a member that was forgotten is a compile error. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
