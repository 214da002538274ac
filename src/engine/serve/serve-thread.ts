/** One thread of the file server as its host sees it: what it was given, what it did, and its end. */
import { closeSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { assertNever, toErrorData, type ErrorData } from '../../common/model/errors';
import type { FromServeThread, ServeData, ToServeThread } from '../../common/threads/protocol';
import {
  ServeFigures,
  type FileServerOptions,
  type ServeNews,
  type ServeThreadReading,
} from '../../common/threads/serve';
import type { Threads } from '../pool';

export interface ServeThreadEvents {
  readonly onNews: (news: ServeNews) => void;
  /** Once, last; with the uncaught error, if one ended the thread. */
  readonly onExit: (crash: ErrorData | null) => void;
}

/** A thread that is told to close and does not within this long is terminated. */
const GRACE_MS = 5000;

export class ServeThread {
  /** Resolves when it can answer; rejects with what broke it before. */
  readonly ready: Promise<void>;
  /** Resolves when the thread has truly ended. */
  readonly exited: Promise<void>;
  readonly #figures = new ServeFigures();
  readonly #worker: Worker;
  /** Descriptors it was sent; those that it adopted are cut off at the front. */
  #sent: number[] = [];
  #cutOff = 0;
  #handed = 0;
  #hasExited = false;

  constructor(threads: Threads, options: FileServerOptions, { onNews, onExit }: ServeThreadEvents) {
    const data: ServeData = { role: 'serve', options, figures: this.#figures.buffer };
    const worker = threads.start(data);
    this.#worker = worker;
    let crash: ErrorData | null = null;
    worker.on('error', (error) => {
      crash = toErrorData(error);
    });
    this.exited = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#hasExited = true;
        this.#closeUndelivered();
        resolve();
        onExit(crash);
      });
    });
    this.ready = new Promise((resolve, reject) => {
      worker.on('message', (message: FromServeThread) => {
        switch (message.type) {
          case 'ready':
            resolve();
            break;
          case 'news':
            onNews(message.news);
            break;
          default:
            assertNever(message);
        }
      });
      void this.exited.then(() => {
        reject(new Error(crash?.message ?? 'A thread of the server ended before it was ready.'));
      });
    });
    // Whoever waits for it hears of it; where nobody does, `onExit` has told.
    this.ready.catch(() => undefined);
  }

  /** Connections that it has, or is about to have. */
  get connections(): number {
    return this.#hasExited ? 0 : this.#handed - this.#figures.read().ended;
  }

  /** Hands a connection over; the descriptor is the thread's from now on. */
  give(fd: number): void {
    if (this.#hasExited) {
      closeSync(fd);
      return;
    }
    this.#forgetDelivered();
    this.#sent.push(fd);
    this.#handed += 1;
    this.#post({ type: 'connection', fd });
  }

  read(thread: number): ServeThreadReading {
    const { requests, answered, refused, bytes } = this.#figures.read();
    return {
      thread,
      connections: this.connections,
      active: this.#hasExited ? 0 : requests - answered,
      requests,
      refused,
      bytes,
      busyMs: this.#worker.performance.eventLoopUtilization().active,
    };
  }

  /** Ends its connections and the thread. */
  async close(): Promise<void> {
    if (!this.#hasExited) this.#post({ type: 'close' });
    const timer = setTimeout(() => void this.#worker.terminate(), GRACE_MS);
    await this.exited;
    clearTimeout(timer);
  }

  #forgetDelivered(): void {
    const { adopted } = this.#figures.read();
    this.#sent.splice(0, adopted - this.#cutOff);
    this.#cutOff = adopted;
  }

  /** What lay in the messages of a thread that died belongs to nobody else. */
  #closeUndelivered(): void {
    this.#forgetDelivered();
    for (const fd of this.#sent) closeSync(fd);
    this.#sent = [];
  }

  #post(message: ToServeThread): void {
    this.#worker.postMessage(message);
  }
}
