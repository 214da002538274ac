/** One download as it is kept here, and how it ended. */
import type { RpcDownload, RpcState } from '../engine/store/rpc-downloads';
import type { ErrorData } from '../common/model/errors';
import type { TaskRow } from '../common/model/tasks';
import type { Requested } from './requested';

/** How a download ended; it is told also when its job is gone. */
export interface Result {
  readonly status: 'complete' | 'error' | 'removed';
  /** aria2c(1), "EXIT STATUS". */
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly total: number;
  readonly completed: number;
  /** '': none is known. */
  readonly path: string;
}

/** A download that was asked for. */
export interface Download {
  readonly gid: string;
  state: RpcState | 'active';
  place: number;
  requested: Requested;
  jobId: number | null;
  taskPlace: number;
  result: Result | null;
  /** Bytes, as the server said when it was under way; 0: not known. */
  total: number;
  /** What was asked has changed since it became a task. */
  isChanged: boolean;
}

export function stored(download: Download): RpcDownload {
  const { gid, state, place, requested, jobId, taskPlace, result } = download;
  return {
    gid,
    // What runs goes on at the next start.
    state: state === 'active' ? 'waiting' : state,
    place,
    request: JSON.stringify(requested),
    jobId,
    taskPlace,
    result: result === null ? null : JSON.stringify(result),
  };
}

export function opened(row: RpcDownload): Download {
  return {
    gid: row.gid,
    state: row.state,
    place: row.place,
    requested: JSON.parse(row.request) as Requested,
    jobId: row.jobId,
    taskPlace: row.taskPlace,
    result: row.result === null ? null : (JSON.parse(row.result) as Result),
    total: 0,
    isChanged: false,
  };
}

/** aria2's numbers for what went wrong (aria2c(1), "EXIT STATUS"). */
const ERROR_CODES: readonly (readonly [pattern: RegExp, code: number])[] = [
  [/^timeout-/u, 2],
  [/^http-404$/u, 3],
  [/^disk-full$/u, 9],
  [/^(?:target-exists|same-name)$/u, 13],
  [/^dns$/u, 19],
  [
    /^(?:connection-(?:reset|failed)|unreachable|refused|length-mismatch|body-incomplete|tls|proxy-unreachable)$/u,
    6,
  ],
  [/^http-(?:401|407)$/u, 24],
  [/^http-503$/u, 29],
  [/^(?:http-\d+|bad-answer)$/u, 22],
  [/^(?:digest-mismatch|size-mismatch)$/u, 32],
  [/^(?:permission-denied|io-error|not-found|read-only)$/u, 17],
];

/** The sentence is Heddle's, but for the statuses that clients look for. */
function failure(error: ErrorData | null): Pick<Result, 'errorCode' | 'errorMessage'> {
  if (error === null) return { errorCode: '1', errorMessage: '' };
  const { code, message } = error;
  const [, number] = ERROR_CODES.find(([pattern]) => pattern.test(code)) ?? [];
  const status = /^http-(\d{3})$/u.exec(code)?.[1];
  const known =
    status === '404'
      ? 'Resource not found'
      : status === '401' || status === '407'
        ? 'Authorization failed.'
        : status === undefined
          ? message
          : `The response status is not successful. status=${status}`;
  return { errorCode: String(number ?? 1), errorMessage: known };
}

/** Of a task that has settled. @param path of the file that it was to be; @param isNamed whether its name was asked for */
export function resultOf(task: TaskRow, path: string, isNamed: boolean): Result {
  const { state, bytes, size, target, error } = task;
  if (state === 'done')
    return {
      status: 'complete',
      errorCode: '0',
      errorMessage: '',
      total: bytes,
      completed: bytes,
      path: target ?? path,
    };
  if (state === 'cancelled') return removed(size ?? 0, 0, path);
  // A file of that name was there, and is left.
  const skipped = { errorCode: '13', errorMessage: error?.message ?? '' };
  return {
    status: 'error',
    ...(state === 'skipped' ? skipped : failure(error)),
    total: size ?? 0,
    completed: 0,
    path: target ?? (isNamed ? path : ''),
  };
}

/** Of one whose job could not be made, or failed as a whole. */
export function failed(error: ErrorData | null, path: string): Result {
  return { status: 'error', ...failure(error), total: 0, completed: 0, path };
}

export function removed(total: number, completed: number, path: string): Result {
  return { status: 'removed', errorCode: '31', errorMessage: '', total, completed, path };
}
