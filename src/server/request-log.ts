/** Which request each connection of one thread carries, told to those who watch. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { nowMs } from '../common/threads/board';
import { FRAME_INTERVAL_MS } from '../common/model/frames';
import type { AnsweredRequest, ServedRequest, ServeNews } from '../common/threads/serve';

/** A path may have thousands of characters, and nobody reads more than these. */
const MOST_CHARACTERS = 120;

export class RequestLog {
  readonly #tell: (news: ServeNews) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #numbers = new Map<Socket, number>();
  readonly #running = new Set<ServedRequest>();
  #answered: AnsweredRequest[] = [];
  #requests = 0;
  #most = 0;
  #hasChanged = false;

  /** @param tell once for each picture that is made of it, while anything changes */
  constructor(tell: (news: ServeNews) => void) {
    this.#tell = tell;
    this.#timer = setInterval(() => {
      this.#flush();
    }, FRAME_INTERVAL_MS).unref();
  }

  connect(socket: Socket): void {
    const taken = new Set(this.#numbers.values());
    let number = 1;
    while (taken.has(number)) number += 1;
    this.#numbers.set(socket, number);
    this.#most = Math.max(this.#most, this.#numbers.size);
  }

  disconnect(socket: Socket): void {
    this.#numbers.delete(socket);
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    this.#requests += 1;
    const served: ServedRequest = {
      number: this.#requests,
      connection: this.#numbers.get(request.socket) ?? 1,
      path: (request.url ?? '/').slice(0, MOST_CHARACTERS),
      startMs: nowMs(),
    };
    this.#running.add(served);
    this.#hasChanged = true;
    response.once('close', () => {
      this.#running.delete(served);
      const answered = response.writableFinished ? response.statusCode < 400 : null;
      const outcome = answered === null ? 'cancelled' : answered ? 'done' : 'failed';
      this.#answered.push({ ...served, endMs: nowMs(), outcome });
      this.#hasChanged = true;
    });
  }

  /** Tells no more. */
  close(): void {
    clearInterval(this.#timer);
  }

  #flush(): void {
    if (!this.#hasChanged) return;
    this.#hasChanged = false;
    const answered = this.#answered;
    this.#answered = [];
    this.#tell({ answered, running: [...this.#running], connections: this.#most });
  }
}
