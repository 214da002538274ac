/** Messages between a pool and its workers: readonly tagged unions, plain data only. */
import type { ErrorData } from '../model/errors';
import type { BoardShape } from './board';
import type { JobKind } from '../model/jobs';
import type { FileServerOptions, ServeNews } from './serve';

/** Handed to a worker when its thread is made. */
export interface WorkerData<Options> {
  readonly role: 'task';
  readonly options: Options;
  readonly shape: BoardShape;
  readonly board: SharedArrayBuffer;
}

/** Of a thread that was made ahead: it sleeps until the signal is set; the first message is its data then. */
export interface SpareData {
  readonly role: 'spare';
  readonly kind: JobKind;
  /** One Int32 in shared memory; 0: sleep. */
  readonly signal: Int32Array;
}

export interface Assignment<Input> {
  readonly ticket: number;
  readonly input: Input;
}

export type ToWorker<Input> =
  /** Run these: a batch. */
  | { readonly type: 'run'; readonly assignments: readonly Assignment<Input>[] }
  /** Look at the cancel flags: one was set. Synchronous code reads the flag itself, between chunks. */
  | { readonly type: 'cancel' }
  /** Finish what you have and exit. */
  | { readonly type: 'close' };

export interface Settlement<Output> {
  readonly ticket: number;
  readonly lane: number;
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly result:
    | { readonly ok: true; readonly value: Output }
    | { readonly ok: false; readonly error: ErrorData }
    | { readonly ok: false; readonly cancelled: true };
}

export type FromWorker<Output> =
  | { readonly type: 'ready' }
  | { readonly type: 'broken'; readonly error: ErrorData }
  /** What a task tells before it settles. */
  | { readonly type: 'note'; readonly ticket: number; readonly note: unknown }
  | {
      readonly type: 'settled';
      readonly settlements: readonly Settlement<Output>[];
      /** Milliseconds of this thread's life in which at least one task ran. */
      readonly busyMs: number;
    };

/** Of a thread that answers on connections of the file server. */
export interface ServeData {
  readonly role: 'serve';
  readonly options: FileServerOptions;
  /** Of `ServeFigures`. */
  readonly figures: SharedArrayBuffer;
}

export type ToServeThread =
  /** A descriptor of an accepted connection. It is the thread's own from now on, to close too. */
  | { readonly type: 'connection'; readonly fd: number }
  /** End every connection and exit. */
  | { readonly type: 'close' };

export type FromServeThread =
  | { readonly type: 'ready' }
  /** Now and then, where it is watched and there is any. */
  | { readonly type: 'news'; readonly news: ServeNews };
