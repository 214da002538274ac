/** The file server for trials, as other threads and processes see it: what it is told, and what it has done. */

/** What answers on connections is told this; plain data, it crosses to other threads. */
export interface FileServerOptions {
  /** A folder, absolute, with links resolved. */
  readonly root: string;
  /** What the server was told to listen on. */
  readonly host: string;
  readonly latencyMs: number;
  /** Each answer waits `latencyMs`, give or take up to this much: uniformly distributed, never below 0. */
  readonly jitterMs: number;
  /** Of each connection; `null`: unlimited. */
  readonly bytesPerSecond: number | null;
  /** Share of requests, 0 to 1, that are answered 503: for each one chance decides anew. */
  readonly errorShare: number;
  /** Whether each request is told, for those who watch. */
  readonly watched: boolean;
}

/** A request that waits for its answer, or is getting it. */
export interface ServedRequest {
  /** The how-manieth of its thread, from 1. */
  readonly number: number;
  /** Of its thread: from 1, the lowest that no other open one had. */
  readonly connection: number;
  /** What was asked for. */
  readonly path: string;
  /** Milliseconds since the epoch, on one clock for all threads. */
  readonly startMs: number;
}

export interface AnsweredRequest extends ServedRequest {
  readonly endMs: number;
  /** `failed`: with an error, 400 or above; `cancelled`: the connection ended first. */
  readonly outcome: 'done' | 'failed' | 'cancelled';
}

/** What one thread tells of its requests. */
export interface ServeNews {
  /** Since it was told last. */
  readonly answered: readonly AnsweredRequest[];
  readonly running: readonly ServedRequest[];
  /** The most connections that it has had at once. */
  readonly connections: number;
}

/** One thread of the server. All but `connections` and `active` count from its start. */
export interface ServeThreadReading {
  /** From 1. */
  readonly thread: number;
  /** Open now. */
  readonly connections: number;
  /** Requests that wait for their answer, or are getting it, now. */
  readonly active: number;
  readonly requests: number;
  /** Of these, answered 503 on purpose. */
  readonly refused: number;
  /** Sent, heads of answers included. */
  readonly bytes: number;
  /** Milliseconds in which its event loop had work: differences of it, over time passed, are its busy share. */
  readonly busyMs: number;
}

export interface ServeReading {
  /** Monotonic: for differences. */
  readonly atMs: number;
  readonly threads: readonly ServeThreadReading[];
}

/*
 * What one thread has done is in shared memory: it alone writes, whoever shows it reads, and no message is sent.
 * All fields are BigInt64, atomic, and only ever grow.
 */
const ADOPTED = 0;
const ENDED = 1;
const REQUESTS = 2;
const ANSWERED = 3;
const REFUSED = 4;
const BYTES = 5;
const FIELDS = 6;

export interface ServeCounts {
  /** Connections taken over, and those of them that have ended. */
  readonly adopted: number;
  readonly ended: number;
  /** Requests, and those of them whose answer has been sent, or given up. */
  readonly requests: number;
  readonly answered: number;
  /** Requests that were answered 503 on purpose. */
  readonly refused: number;
  /** Sent, heads of answers included. */
  readonly bytes: number;
}

export class ServeFigures {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: BigInt64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(FIELDS * 8)) {
    this.buffer = buffer;
    this.#cells = new BigInt64Array(buffer);
  }

  adopt(): void {
    this.#add(ADOPTED, 1);
  }

  end(): void {
    this.#add(ENDED, 1);
  }

  request(): void {
    this.#add(REQUESTS, 1);
  }

  answer(): void {
    this.#add(ANSWERED, 1);
  }

  refuse(): void {
    this.#add(REFUSED, 1);
  }

  send(bytes: number): void {
    this.#add(BYTES, bytes);
  }

  read(): ServeCounts {
    // What is subtracted comes first, so that no difference is ever negative.
    const ended = this.#get(ENDED);
    const answered = this.#get(ANSWERED);
    return {
      adopted: this.#get(ADOPTED),
      ended,
      requests: this.#get(REQUESTS),
      answered,
      refused: this.#get(REFUSED),
      bytes: this.#get(BYTES),
    };
  }

  #add(field: number, count: number): void {
    Atomics.add(this.#cells, field, BigInt(count));
  }

  #get(field: number): number {
    return Number(Atomics.load(this.#cells, field));
  }
}
