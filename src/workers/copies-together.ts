/**
 * Small copies of one worker that are flushed together: each has its bytes and no name until all that have begun are on
 * their device. What goes wrong with one is the matter of that one.
 */
import type { FsPath } from '../common/model/paths';
import type { TaskOutcome } from '../common/model/tasks';
import { targetError } from './copy-errors';
import { TOO_MANY, close, type Begun, type SmallCopies } from './copy-small';
import type { TargetFolders } from './copy-target';
import { Flusher } from './flusher';
import type { TaskContext } from './runtime';

/** Of each, two files are open. More hardly take less time for each. */
const MOST_BEGUN = 128;

/** What became of a copy; an outcome of `null`: it has to go the long way. */
export type Finished<Key> = { readonly key: Key } & (
  { readonly outcome: TaskOutcome | null } | { readonly error: unknown }
);

export class CopiesTogether<Key> {
  readonly #small: SmallCopies;
  readonly #flusherFor: () => Flusher;
  /** By device. */
  readonly #flushers = new Map<bigint, Flusher>();
  #begun: { readonly key: Key; readonly copy: Begun }[] = [];
  #finished: Finished<Key>[] = [];

  constructor(small: SmallCopies, flusherFor = (): Flusher => new Flusher()) {
    this.#small = small;
    this.#flusherFor = flusherFor;
  }

  /**
   * @returns whether it has begun, and {@link finishAll} tells what became of it; if not, it has to go the long way, and
   * nothing was made
   * @throws HeddleError, system errors: it fails
   */
  begin(key: Key, source: FsPath, target: FsPath, folders: TargetFolders, context: TaskContext): boolean {
    let copy = this.#small.begin(source, target, folders, context);
    if (copy === TOO_MANY && this.#begun.length > 0) {
      this.#finishBegun();
      copy = this.#small.begin(source, target, folders, context);
    }
    if (copy === null || copy === TOO_MANY) return false;
    this.#begun.push({ key, copy });
    if (!this.#small.isFlushed || this.#begun.length >= MOST_BEGUN) this.#finishBegun();
    return true;
  }

  /** What became of all that have begun since the last time, in their order. */
  finishAll(): readonly Finished<Key>[] {
    this.#finishBegun();
    const finished = this.#finished;
    this.#finished = [];
    return finished;
  }

  #finishBegun(): void {
    const begun = this.#begun;
    this.#begun = [];
    if (begun.length === 0) return;
    const flushMs = new Map<bigint, number>();
    const failures = new Map<number, unknown>();
    if (this.#small.isFlushed) {
      for (const device of new Set(begun.map(({ copy }) => copy.folder.device))) {
        const fds = begun.flatMap(({ copy }) => (copy.folder.device === device ? [copy.to] : []));
        const flushed = this.#flusher(device).flush(fds);
        flushMs.set(device, flushed.ms / fds.length);
        for (const [fd, error] of flushed.failures) failures.set(fd, error);
      }
    }
    for (const { key, copy } of begun) {
      try {
        if (failures.has(copy.to)) throw targetError(failures.get(copy.to), copy.target);
        this.#finished.push({
          key,
          outcome: this.#small.name(copy, flushMs.get(copy.folder.device) ?? null),
        });
      } catch (error) {
        this.#finished.push({ key, error });
      } finally {
        close(copy);
      }
    }
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
