/** Jobs that wait for room on a disk, and go on when there is some. */
import type { ErrorData, LackOfRoom } from '../../common/model/errors';
import type { JobSummary } from '../../common/model/jobs';
import { hasRoom } from './room';

const LOOK_INTERVAL_MS = 1000;

export interface WaitingOptions {
  /** As it is now; `null`: there is none of this id. */
  readonly job: (id: number) => JobSummary | null;
  readonly goOn: (id: number) => void;
  /** Stores that a job waits. @throws what the database throws */
  readonly store: (id: number, lack: ErrorData) => void;
  readonly guard: (act: () => void) => void;
}

export class WaitingForRoom {
  readonly #options: WaitingOptions;
  readonly #jobs = new Set<number>();
  /** The database had no room either. */
  readonly #unstored = new Map<number, ErrorData & { readonly room: LackOfRoom }>();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: WaitingOptions) {
    this.#options = options;
  }

  add(id: number): void {
    this.#jobs.add(id);
    this.#look();
  }

  /** @param lack why, which could not be stored */
  addUnstored(id: number, lack: ErrorData): void {
    if (lack.room === undefined) return;
    this.#unstored.set(id, { ...lack, room: lack.room });
    this.#look();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#jobs.clear();
    this.#unstored.clear();
  }

  /** As long as a job waits. */
  #look(): void {
    this.#timer ??= setInterval(() => {
      for (const [id, lack] of this.#unstored) this.#storeLater(id, lack);
      for (const id of this.#jobs) this.#check(id);
      if (this.#jobs.size + this.#unstored.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    }, LOOK_INTERVAL_MS);
  }

  #storeLater(id: number, lack: ErrorData): void {
    try {
      this.#options.store(id, lack);
    } catch {
      // There is still no room.
      return;
    }
    this.#unstored.delete(id);
    this.#jobs.add(id);
  }

  #check(id: number): void {
    this.#options.guard(() => {
      const job = this.#options.job(id);
      const room = lackOf(job);
      // Somebody has resumed, cancelled or removed it.
      if (room === null) this.#jobs.delete(id);
      else if (hasRoom(room) === true) {
        this.#jobs.delete(id);
        this.#options.goOn(id);
      }
    });
  }
}

/** What a job waits for; `null`: it does not wait for room. */
export function lackOf(job: JobSummary | null): LackOfRoom | null {
  return job?.state === 'paused' ? (job.error?.room ?? null) : null;
}
