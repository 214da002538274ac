/** Gathers what happened to tasks and writes it in one transaction per flush. */
import { unlink } from 'node:fs';
import type { FsPath } from '../../common/paths';
import type { TaskChange, TaskRepository } from '../store/task-repository';

const FLUSH_INTERVAL_MS = 100;
const FLUSH_AT = 400;

export class Recorder {
  readonly #tasks: TaskRepository;
  readonly #jobId: number;
  readonly #onRecorded: (ids: readonly number[]) => void;
  #changes: TaskChange[] = [];
  #releases: FsPath[] = [];
  #timer: NodeJS.Timeout | null = null;
  #unlinking = 0;
  #idle: (() => void)[] = [];

  /** @param onRecorded is told the tasks that were settled, once they are in the database */
  constructor(tasks: TaskRepository, jobId: number, onRecorded: (ids: readonly number[]) => void) {
    this.#tasks = tasks;
    this.#jobId = jobId;
    this.#onRecorded = onRecorded;
  }

  /** @param release a temporary name that may go once the change is in the database */
  record(change: TaskChange, release?: FsPath): void {
    this.#changes.push(change);
    if (release !== undefined) this.#releases.push(release);
    if (this.#changes.length >= FLUSH_AT) this.flush();
    else
      this.#timer ??= setTimeout(() => {
        this.flush();
      }, FLUSH_INTERVAL_MS);
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const changes = this.#changes;
    const releases = this.#releases;
    this.#changes = [];
    this.#releases = [];
    if (changes.length === 0) return;
    this.#tasks.apply(this.#jobId, changes);
    for (const path of releases) this.#unlink(path);
    this.#onRecorded(changes.filter(({ to }) => to !== 'queued' && to !== 'running').map(({ id }) => id));
  }

  /** Flushes and waits until every temporary name is gone. */
  async finish(): Promise<void> {
    this.flush();
    if (this.#unlinking > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #unlink(path: FsPath): void {
    this.#unlinking += 1;
    // What cannot be unlinked lies in the work directory, which goes with the job's end.
    unlink(typeof path === 'string' ? path : Buffer.from(path), () => {
      this.#unlinking -= 1;
      if (this.#unlinking > 0) return;
      for (const resolve of this.#idle.splice(0)) resolve();
    });
  }
}
