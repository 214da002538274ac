/** Where accepted connections go: to this thread, or spread evenly over several. */
import type { Socket } from 'node:net';
import {
  ServeFigures,
  type FileServerOptions,
  type ServeNews,
  type ServeThreadReading,
} from '../../common/threads/serve';
import { FileServer } from '../../server/file-server';
import type { Threads } from '../pool';
import type { Descriptors } from './descriptors';
import { ServeThread } from './serve-thread';

/** @param thread from 1 */
export type TellNews = (thread: number, news: ServeNews) => void;

export interface Connections {
  take(socket: Socket): void;
  read(): readonly ServeThreadReading[];
  /** Ends every connection, and awaits the end of every thread. */
  close(): Promise<void>;
}

/** All on this thread. */
export class OwnConnections implements Connections {
  readonly #figures = new ServeFigures();
  readonly #server: FileServer;

  constructor(options: FileServerOptions, tell: TellNews) {
    this.#server = new FileServer(options, this.#figures, (news) => {
      tell(1, news);
    });
  }

  take(socket: Socket): void {
    this.#server.adopt(socket);
  }

  read(): readonly ServeThreadReading[] {
    const { adopted, ended, requests, answered, refused, bytes } = this.#figures.read();
    return [
      {
        thread: 1,
        connections: adopted - ended,
        active: requests - answered,
        requests,
        refused,
        bytes,
        busyMs: performance.eventLoopUtilization().active,
      },
    ];
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

/**
 * Each new one goes to the thread with the fewest. Letting the threads accept for themselves would be less work, but
 * the system wakes whichever it likes: of 16 connections, 15 went to one of two threads.
 */
export class SpreadConnections implements Connections {
  readonly #threads: Threads;
  readonly #options: FileServerOptions;
  readonly #descriptors: Descriptors;
  readonly #tell: TellNews;
  #serving: ServeThread[];
  #next = 0;
  #closing = false;
  #hasWarned = false;

  /** @throws what kept a thread from starting */
  static async start(
    threads: Threads,
    count: number,
    options: FileServerOptions,
    descriptors: Descriptors,
    tell: TellNews,
  ): Promise<SpreadConnections> {
    const connections = new SpreadConnections(threads, count, options, descriptors, tell);
    try {
      await Promise.all(connections.#serving.map((thread) => thread.ready));
    } catch (error) {
      await connections.close();
      throw error;
    }
    return connections;
  }

  private constructor(
    threads: Threads,
    count: number,
    options: FileServerOptions,
    descriptors: Descriptors,
    tell: TellNews,
  ) {
    this.#threads = threads;
    this.#options = options;
    this.#descriptors = descriptors;
    this.#tell = tell;
    this.#serving = Array.from({ length: count }, (_, index) => this.#start(index));
  }

  take(socket: Socket): void {
    try {
      this.#leastLoaded().give(this.#descriptors.duplicate(socket));
    } catch (error) {
      // The client sees its connection end. Most likely there are no descriptors left, for a while.
      this.#warn(`A connection could not be handed to a thread (${String(error)}). See: ulimit -n`);
    }
    // This thread's own descriptor; the connection goes on.
    socket.destroy();
  }

  read(): readonly ServeThreadReading[] {
    return this.#serving.map((thread, index) => thread.read(index + 1));
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#serving.map((thread) => thread.close()));
  }

  #start(index: number): ServeThread {
    let isReady = false;
    const thread = new ServeThread(this.#threads, this.#options, {
      onNews: (news) => {
        this.#tell(index + 1, news);
      },
      onExit: (crash) => {
        if (this.#closing) return;
        // Its connections went with it.
        this.#tell(index + 1, { answered: [], running: [], connections: 0 });
        // One that never came up would not the next time either.
        if (!isReady) return;
        this.#serving[index] = this.#start(index);
        process.emitWarning(
          `A thread of the server ended${crash === null ? '' : ` (${crash.message})`}; its connections are lost.`,
        );
      },
    });
    void thread.ready.then(
      () => {
        isReady = true;
      },
      () => undefined,
    );
    return thread;
  }

  /** Of several with as few, the next in turn. */
  #leastLoaded(): ServeThread {
    const count = this.#serving.length;
    let best: ServeThread | undefined;
    let fewest = Infinity;
    let at = 0;
    for (let step = 0; step < count; step++) {
      const index = (this.#next + step) % count;
      const thread = this.#serving[index];
      if (thread === undefined || thread.connections >= fewest) continue;
      best = thread;
      fewest = thread.connections;
      at = index;
    }
    if (best === undefined) throw new Error('The server has no threads.');
    this.#next = (at + 1) % count;
    return best;
  }

  #warn(message: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    process.emitWarning(message);
  }
}
