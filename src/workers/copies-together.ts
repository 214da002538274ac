/**
 * Small copies of one worker that are flushed together: each has its bytes and no name until all that have begun are on
 * their device. What goes wrong with one is the matter of that one.
 */
import type { FsPath } from '../common/model/paths';
import type { TaskOrder, TaskOutcome } from '../common/model/tasks';
import { targetError } from './copy-errors';
import { TOO_MANY, close, type Begun, type SmallCopies } from './copy-small';
import type { TargetFolders } from './copy-target';
import { Flusher } from './flusher';
import { Later, type RunTask, type TaskContext } from './runtime';

/** Of each, two files are open. More hardly take less time for each. */
const MOST_BEGUN = 128;

interface Waiting {
  readonly order: TaskOrder;
  readonly copy: Begun;
  readonly resolve: (outcome: TaskOutcome | Promise<TaskOutcome>) => void;
  readonly reject: (error: unknown) => void;
}

export class CopiesTogether {
  readonly #small: SmallCopies;
  readonly #alone: RunTask<TaskOrder, TaskOutcome>;
  readonly #flusherFor: () => Flusher;
  /** By device. */
  readonly #flushers = new Map<bigint, Flusher>();
  #waiting: Waiting[] = [];

  /** @param alone copies by the long way those that cannot get their names after all */
  constructor(
    small: SmallCopies,
    alone: RunTask<TaskOrder, TaskOutcome>,
    flusherFor = (): Flusher => new Flusher(),
  ) {
    this.#small = small;
    this.#alone = alone;
    this.#flusherFor = flusherFor;
  }

  /**
   * @returns the outcome at once where there is nothing to flush; `null`: it has to go the long way, and nothing was made
   * @throws HeddleError, system errors: it fails
   */
  copy(
    order: TaskOrder,
    target: FsPath,
    folders: TargetFolders,
    context: TaskContext,
  ): TaskOutcome | Later<TaskOutcome> | null {
    let copy = this.#small.begin(order.source, target, folders, context);
    if (copy === TOO_MANY && this.#waiting.length > 0) {
      this.finish();
      copy = this.#small.begin(order.source, target, folders, context);
    }
    if (copy === null || copy === TOO_MANY) return null;
    if (this.#small.isFlushed && !copy.folder.isInMemory) return this.#wait(order, copy);
    try {
      const outcome = this.#small.name(copy, this.#small.isFlushed ? 0 : null);
      if (outcome !== null) context.setBytesDone(outcome.bytes);
      return outcome;
    } finally {
      close(copy);
    }
  }

  #wait(order: TaskOrder, copy: Begun): Later<TaskOutcome> {
    const outcome = new Promise<TaskOutcome>((resolve, reject) => {
      this.#waiting.push({ order, copy, resolve, reject });
    });
    if (this.#waiting.length >= MOST_BEGUN) this.finish();
    return new Later(outcome);
  }

  /** Flushes and names all that have begun. */
  finish(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const flushMs = new Map<bigint, number>();
    const failures = new Map<number, unknown>();
    for (const device of new Set(waiting.map(({ copy }) => copy.folder.device))) {
      const fds = waiting.flatMap(({ copy }) => (copy.folder.device === device ? [copy.to] : []));
      try {
        const flushed = this.#flusher(device).flush(fds);
        flushMs.set(device, flushed.ms / fds.length);
        for (const [fd, error] of flushed.failures) failures.set(fd, error);
      } catch (error) {
        for (const fd of fds) failures.set(fd, error);
      }
    }
    for (const { order, copy, resolve, reject } of waiting) {
      try {
        if (failures.has(copy.to)) throw targetError(failures.get(copy.to), copy.target);
        const outcome = this.#small.name(copy, flushMs.get(copy.folder.device) ?? null);
        resolve(outcome ?? this.#goAlone(order, copy.context));
      } catch (error) {
        reject(error);
      } finally {
        close(copy);
      }
    }
  }

  /** When what runs now has ended: it has the thread for itself. */
  async #goAlone(order: TaskOrder, context: TaskContext): Promise<TaskOutcome> {
    await Promise.resolve();
    return await this.#alone(order, context);
  }

  #flusher(device: bigint): Flusher {
    let flusher = this.#flushers.get(device);
    if (flusher === undefined) {
      flusher = this.#flusherFor();
      this.#flushers.set(device, flusher);
    }
    return flusher;
  }
}
