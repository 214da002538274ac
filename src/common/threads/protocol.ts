/** Messages between a pool and its workers: readonly tagged unions, plain data only. */
import type { ErrorData } from '../model/errors';
import type { BoardShape } from './board';
import type { JobKind } from '../model/jobs';
import type { Column } from '../model/packet';
import type { Rest } from './thread-times';
import type { FileServerOptions, ServeNews } from './serve';

/** Handed to a worker when its thread is made. */
export interface WorkerData<Options> {
  readonly role: 'task';
  readonly options: Options;
  readonly shape: BoardShape;
  readonly board: SharedArrayBuffer;
  /** Of `ThreadTimes`. */
  readonly times: SharedArrayBuffer;
}

/** Of a thread that was made ahead: it sleeps until the signal is set; the first message is its data then. */
export interface SpareData {
  readonly role: 'spare';
  readonly kind: JobKind;
  /** One Int32 in shared memory; 0: sleep. */
  readonly signal: Int32Array;
}

/** Some tasks of a packet in one thread's hands, under a ticket. */
export interface Assignment<Body> {
  readonly ticket: number;
  readonly body: Body;
  /** Indices into the packet, in the order in which they are to run. */
  readonly tasks: readonly number[];
  /** When the packet was given to the executor, in milliseconds since the epoch. */
  readonly submittedAtMs: number;
}

export type ToWorker<Body> =
  | ({ readonly type: 'run' } & Assignment<Body>)
  /** Look at the cancel flags: one was set. Synchronous code reads the flag itself, between chunks. */
  | { readonly type: 'cancel' }
  /** Finish what you have and exit. */
  | { readonly type: 'close' };

/** How attempts ended; each list has one value for each of them. Times are milliseconds since the epoch. */
export interface Ends<Results> {
  /** Indices into the packet. */
  readonly tasks: readonly number[];
  readonly lanes: Column<number>;
  readonly startedAtMs: readonly number[];
  readonly endedAtMs: readonly number[];
  /** `done`: its result is among the results. */
  readonly ends: Column<'done' | 'failed' | 'cancelled'>;
  /** Of those that failed, by their place in these lists. */
  readonly errors: readonly (readonly [at: number, error: ErrorData])[];
  /** `null` where none is done. */
  readonly results: Results | null;
}

export interface Answer<Results> extends Ends<Results> {
  readonly ticket: number;
}

export type FromWorker<Results> =
  | { readonly type: 'ready' }
  | { readonly type: 'broken'; readonly error: ErrorData }
  /** What a task tells before it settles. */
  | { readonly type: 'note'; readonly ticket: number; readonly task: number; readonly note: unknown }
  | {
      readonly type: 'answers';
      readonly answers: readonly Answer<Results>[];
      /** Milliseconds of this thread's life in which at least one task ran. */
      readonly busyMs: number;
      /** Rests that have ended since the answers before; absent: none. */
      readonly rests?: readonly Rest[];
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
