/**
 * Decides whose task is next. Each host has a limit of its own, and a host
 * that said "later" is left alone until then; meanwhile its tasks hold no
 * place, neither in memory nor in the queue. File work has one host, ''.
 */
import type { HostState } from '../../common/model/responses';
import { HostPace } from './host-pace';

export interface Admissible {
  readonly ordinal: number;
  readonly host: string;
  readonly notBeforeMs: number | null;
}

interface Host<Task> {
  readonly name: string;
  /** Drawn from the store and not yet admitted. */
  buffer: Task[];
  cursor: number;
  exhausted: boolean;
  inFlight: number;
  readonly pace: HostPace | null;
  heldUntilMs: number;
  answered: number;
  refused: number;
  lastError: string | null;
}

/** Tasks kept in memory over all hosts, beyond those in flight. */
const BUFFER_TOTAL = 4096;
const BUFFER_HOST = 512;

/** What the end of a task says of its host. */
export type HostSign = 'answered' | 'refused';

export interface AdmissionOptions<Task> {
  /** The most that one host gets at once; `Infinity` for what has no host. */
  readonly limitPerHost: number;
  /** Reads queued tasks of a host behind an ordinal, in order. */
  readonly draw: (host: string, afterOrdinal: number, limit: number) => Task[];
  readonly now?: () => number;
}

export class Admission<Task extends Admissible> {
  readonly #options: AdmissionOptions<Task>;
  readonly #hosts = new Map<string, Host<Task>>();
  /** Retries whose time has not come, by host no longer: each carries its own time. */
  #waiting: Task[] = [];
  /** Turns go round; the host served last is last. */
  #turn: string[] = [];
  readonly #now: () => number;

  constructor(options: AdmissionOptions<Task>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Tells of a host that has, or may again have, queued tasks in the store. */
  announce(name: string): void {
    const host = this.#hosts.get(name);
    if (host !== undefined) {
      host.exhausted = false;
      return;
    }
    this.#hosts.set(name, {
      name,
      buffer: [],
      cursor: -1,
      exhausted: false,
      inFlight: 0,
      pace: Number.isFinite(this.#options.limitPerHost) ? new HostPace(this.#options.limitPerHost) : null,
      heldUntilMs: 0,
      answered: 0,
      refused: 0,
      lastError: null,
    });
    this.#turn.push(name);
  }

  /** What is drawn from now on is another set of tasks: of every host from its first one, once it is announced. */
  startOver(): void {
    for (const host of this.#hosts.values()) {
      host.buffer = [];
      host.cursor = -1;
      host.exhausted = true;
    }
  }

  /** The next task that may start now, counted as in flight; `null` when none may. */
  next(): Task | null {
    const now = this.#now();
    const due = this.#waiting.findIndex(
      (task) => (task.notBeforeMs ?? 0) <= now && this.#hasRoom(task.host, now),
    );
    if (due >= 0) {
      const [task] = this.#waiting.splice(due, 1);
      if (task !== undefined) return this.#admit(task);
    }
    for (let tried = this.#turn.length; tried > 0; tried--) {
      const name = this.#turn.shift();
      const host = name === undefined ? undefined : this.#hosts.get(name);
      if (name === undefined || host === undefined) continue;
      this.#turn.push(name);
      if (!this.#hasRoom(name, now)) continue;
      const task = this.#take(host, now);
      if (task !== null) return this.#admit(task);
    }
    return null;
  }

  /** The task no longer runs. @param sign what its end says of the host; @param error what went wrong */
  release(host: string, sign: HostSign | null = null, error: string | null = null): void {
    const entry = this.#hosts.get(host);
    if (entry === undefined) return;
    entry.lastError = error ?? entry.lastError;
    if (sign === 'answered') {
      entry.answered += 1;
      entry.pace?.answered(this.#now(), entry.inFlight);
    } else if (sign === 'refused') {
      entry.refused += 1;
      entry.pace?.refused(this.#now());
    }
    entry.inFlight -= 1;
  }

  /** The task comes back and may run again at its time. */
  retry(task: Task): void {
    this.#waiting.push(task);
  }

  /** The host asked to be left alone. */
  hold(host: string, untilMs: number): void {
    const entry = this.#hosts.get(host);
    if (entry !== undefined) entry.heldUntilMs = Math.max(entry.heldUntilMs, untilMs);
  }

  /** Those that have a pace of their own, busiest first. */
  hosts(): HostState[] {
    const now = this.#now();
    return [...this.#hosts.values()]
      .flatMap(({ name, inFlight, pace, heldUntilMs, answered, refused, lastError }) =>
        pace === null
          ? []
          : [
              {
                host: name,
                inFlight,
                limit: pace.limit,
                heldUntilMs: heldUntilMs > now ? heldUntilMs : null,
                answered,
                refused,
                lastError,
              },
            ],
      )
      .sort((a, b) => b.inFlight - a.inFlight || b.answered - a.answered);
  }

  get inFlight(): number {
    let total = 0;
    for (const host of this.#hosts.values()) total += host.inFlight;
    return total;
  }

  /** Whether nothing is known that could still run. */
  get isEmpty(): boolean {
    if (this.#waiting.length > 0) return false;
    for (const host of this.#hosts.values()) {
      if (!host.exhausted || host.buffer.length > 0) return false;
    }
    return true;
  }

  /** When to ask again although nothing settles: the earliest retry or end of a hold; `null`: nothing waits for a time. */
  nextWakeMs(): number | null {
    let earliest: number | null = null;
    const consider = (time: number): void => {
      earliest = earliest === null ? time : Math.min(earliest, time);
    };
    for (const task of this.#waiting) {
      consider(Math.max(task.notBeforeMs ?? 0, this.#hosts.get(task.host)?.heldUntilMs ?? 0));
    }
    const now = this.#now();
    for (const host of this.#hosts.values()) {
      if (host.heldUntilMs > now && (host.buffer.length > 0 || !host.exhausted)) consider(host.heldUntilMs);
    }
    return earliest;
  }

  #hasRoom(name: string, now: number): boolean {
    const host = this.#hosts.get(name);
    return host !== undefined && host.inFlight < (host.pace?.limit ?? Infinity) && host.heldUntilMs <= now;
  }

  #take(host: Host<Task>, now: number): Task | null {
    for (;;) {
      const task = host.buffer.shift() ?? null;
      if (task !== null) {
        if ((task.notBeforeMs ?? 0) <= now) return task;
        this.#waiting.push(task);
        continue;
      }
      if (host.exhausted) return null;
      const limit = Math.max(1, Math.min(BUFFER_HOST, Math.floor(BUFFER_TOTAL / this.#hosts.size)));
      const drawn = this.#options.draw(host.name, host.cursor, limit);
      const last = drawn.at(-1);
      if (last === undefined) {
        host.exhausted = true;
        return null;
      }
      host.cursor = last.ordinal;
      host.buffer = drawn;
    }
  }

  #admit(task: Task): Task {
    const host = this.#hosts.get(task.host);
    if (host !== undefined) host.inFlight += 1;
    return task;
  }
}
