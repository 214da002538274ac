/** What the threads of a server do, in the frames that workers of jobs have: connections are lanes, requests are tasks. */
import { nowMs } from '../../common/threads/board';
import type { ServingFrame } from '../../common/model/frames';
import type { ServeNews, ServeThreadReading } from '../../common/threads/serve';
import { ThreadFrames } from '../jobs/thread-frames';

const NOTHING: ServeNews = { answered: [], running: [], connections: 0 };

export class ServeWatch {
  readonly #frames = new ThreadFrames(nowMs());
  readonly #news = new Map<number, ServeNews>();

  take(thread: number, news: ServeNews): void {
    this.#news.set(thread, news);
    for (const { connection, path, startMs, endMs, outcome } of news.answered) {
      const name = nameOf(connection, path);
      this.#frames.ended({ worker: thread, lane: connection - 1, startMs, endMs, outcome, name });
    }
  }

  frame(threads: readonly ServeThreadReading[]): ServingFrame {
    const atMs = nowMs();
    const frames = threads.map(({ thread, bytes, requests }) => {
      const { running, connections } = this.#news.get(thread) ?? NOTHING;
      return this.#frames.frame(
        {
          worker: thread,
          alive: true,
          lanes: Math.max(1, connections),
          running: running.map(({ number, connection, path, startMs }) => ({
            taskId: number,
            lane: connection - 1,
            name: nameOf(connection, path),
            startedAtMs: startMs,
          })),
          bytes,
          tasks: requests,
        },
        atMs,
      );
    });
    return { atMs, threads: frames };
  }
}

function nameOf(connection: number, path: string): string {
  return `connection ${connection}: ${path}`;
}
