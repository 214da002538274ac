/** Gathers what came of tasks and writes it in one transaction per flush. */
import { unlink } from 'node:fs';
import { valueAt } from '../../common/model/packet';
import type { PartialNote } from '../../common/model/download';
import type { FsPath } from '../../common/model/paths';
import type { SettledTask } from '../../common/model/tasks';
import { native } from '../../files/entries';
import { isLocked, LOCK_PATIENCE_MS, onceUnlocked } from '../store/database';
import type { TaskStore } from '../store/task-store';
import type { Recorded } from '../store/task-writes';

const FLUSH_INTERVAL_MS = 100;
/** What is on disk of a download is known sooner: what is not, is fetched twice after a crash. */
const NOTE_INTERVAL_MS = 30;
/** Tasks. */
const FLUSH_AT = 1000;
/** How often it is looked whether the database is still where it was. */
const LOOK_INTERVAL_MS = 1000;

export class Recorder {
  readonly #tasks: TaskStore;
  readonly #jobId: number;
  readonly #onRecorded: (settled: readonly SettledTask[]) => void;
  readonly #onError: (error: unknown) => void;
  #recorded: Recorded[] = [];
  #waiting = 0;
  #notes: { readonly id: number; readonly note: PartialNote }[] = [];
  #timer: NodeJS.Timeout | null = null;
  #noteTimer: NodeJS.Timeout | null = null;
  /** Since when another process keeps the database from being written. */
  #lockedSinceMs: number | null = null;
  #lookedAtMs = performance.now();
  #writes = 0;
  #unlinking = 0;
  #idle: (() => void)[] = [];

  /**
   * @param onRecorded is told the tasks that were settled, once they are in the database
   * @param onError is told why the database took nothing (a full disk, say); what it did not take is kept
   */
  constructor(
    tasks: TaskStore,
    jobId: number,
    onRecorded: (settled: readonly SettledTask[]) => void,
    onError: (error: unknown) => void,
  ) {
    this.#tasks = tasks;
    this.#jobId = jobId;
    this.#onRecorded = onRecorded;
    this.#onError = onError;
  }

  /** Ids of tasks that have settled and are not in the database yet, where they are queued still. */
  unwritten(): number[] {
    return this.#recorded.flatMap(({ packet, ends, becomes }) =>
      ends.tasks.flatMap((task, at) => {
        const to = becomes[at] ?? null;
        return to === null || to === 'queued' ? [] : (packet.ids[task] ?? []);
      }),
    );
  }

  /** How often rows have been written. */
  get writes(): number {
    return this.#writes;
  }

  record(recorded: Recorded): void {
    this.#recorded.push(recorded);
    this.#waiting += recorded.ends.tasks.length;
    if (this.#waiting >= FLUSH_AT) this.flush();
    else
      this.#timer ??= setTimeout(() => {
        this.flush();
      }, FLUSH_INTERVAL_MS);
  }

  /** What is on disk of a task that runs. */
  note(id: number, note: PartialNote): void {
    this.#notes.push({ id, note });
    this.#noteTimer ??= setTimeout(() => {
      this.#noteTimer = null;
      try {
        this.#writeNotes();
      } catch (error) {
        this.#refused(error);
      }
    }, NOTE_INTERVAL_MS);
  }

  flush(): void {
    try {
      this.#write();
    } catch (error) {
      this.#refused(error);
    }
  }

  /** Resolves when all of it is in the database. @throws what the database throws */
  async written(): Promise<void> {
    await onceUnlocked(() => {
      this.#write();
    });
  }

  #refused(error: unknown): void {
    const now = performance.now();
    if (!isLocked(error) || now - (this.#lockedSinceMs ??= now) > LOCK_PATIENCE_MS) this.#onError(error);
    else
      this.#timer ??= setTimeout(() => {
        this.flush();
      }, FLUSH_INTERVAL_MS);
  }

  /** @throws what the database throws; then everything is kept for another try */
  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writeNotes();
    this.#lockedSinceMs = null;
    if (this.#recorded.length === 0) return;
    const settled = this.#tasks.writes.record(this.#jobId, this.#recorded);
    this.#lookAtFile();
    const recorded = this.#recorded;
    this.#recorded = [];
    this.#waiting = 0;
    this.#writes += 1;
    for (const path of recorded.flatMap(releasesOf)) this.#unlink(path);
    this.#onRecorded(settled);
  }

  #lookAtFile(): void {
    const now = performance.now();
    if (now - this.#lookedAtMs < LOOK_INTERVAL_MS) return;
    this.#lookedAtMs = now;
    this.#tasks.assertStillThere();
  }

  #writeNotes(): void {
    this.#tasks.partials.note(this.#jobId, this.#notes);
    this.#notes = [];
  }

  /** Flushes and waits until every temporary name is gone. @throws what the database throws */
  async finish(): Promise<void> {
    if (this.#noteTimer !== null) clearTimeout(this.#noteTimer);
    await this.written();
    if (this.#unlinking > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #unlink(path: FsPath): void {
    this.#unlinking += 1;
    // What cannot be unlinked lies in the work directory, which goes with the job's end.
    unlink(native(path), () => {
      this.#unlinking -= 1;
      if (this.#unlinking > 0) return;
      for (const resolve of this.#idle.splice(0)) resolve();
    });
  }
}

/** Temporary names that may go once the tasks are in the database. */
function releasesOf({ ends: { results, tasks } }: Recorded): readonly FsPath[] {
  const releases = results?.releases ?? null;
  if (releases === null) return [];
  return tasks.flatMap((_, at) => valueAt(releases, at) ?? []);
}
