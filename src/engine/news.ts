/** What listeners hear of jobs: frames, changes, troubles; and who waits for a job to stand still. */
import type { Events } from '../common/ipc';
import { Listeners } from '../common/listeners';
import { toErrorData } from '../common/model/errors';
import { FRAME_INTERVAL_MS } from '../common/model/frames';
import type { JobSummary } from '../common/model/jobs';
import type { SettledTask } from '../common/model/tasks';
import { nowMs } from '../common/threads/board';
import type { ActiveJobs } from './jobs/active-jobs';

export type EngineEvents = Events & {
  /** Once they are in the database. */
  readonly 'tasks-settled': { readonly jobId: number; readonly tasks: readonly SettledTask[] };
};

export interface NewsSources {
  readonly active: Pick<ActiveJobs, 'frames' | 'isEmpty'>;
  /** As it is now; `null`: there is none of this id. */
  readonly job: (id: number) => JobSummary | null;
  /** Is called before each frame. */
  readonly onFrame: () => void;
}

export class News {
  readonly #sources: NewsSources;
  readonly #listeners = new Listeners<EngineEvents>();
  readonly #waiters = new Map<number, ((job: JobSummary) => void)[]>();
  /** Jobs that are told with the next frame. */
  readonly #changed = new Set<number>();
  #timer: NodeJS.Timeout | null = null;
  #lastTrouble = '';

  constructor(sources: NewsSources) {
    this.#sources = sources;
  }

  /** @returns what ends it */
  on<Name extends keyof EngineEvents>(
    name: Name,
    listener: (payload: EngineEvents[Name]) => void,
  ): () => void {
    return this.#listeners.on(name, listener);
  }

  emit<Name extends keyof EngineEvents>(name: Name, payload: EngineEvents[Name]): void {
    this.#listeners.emit(name, payload);
  }

  /** For timers: nobody would catch what they throw. The same trouble ten times a second is told once. */
  guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      const data = toErrorData(error);
      if (data.message === this.#lastTrouble) return;
      this.#lastTrouble = data.message;
      this.emit('notice', data);
    }
  }

  /** Tells at once how the job is. */
  changed(id: number): void {
    const job = this.#sources.job(id);
    if (job !== null) this.emit('jobs-changed', [job]);
  }

  /** Tells with the next frame how the job is. */
  progressed(id: number): void {
    this.#changed.add(id);
  }

  /** Ten times a second, until {@link stopFrames}. */
  startFrames(): void {
    this.#timer ??= setInterval(() => {
      this.guard(() => {
        this.sendFrame();
      });
    }, FRAME_INTERVAL_MS);
  }

  /** Unless a job still runs. */
  stopFrames(): void {
    if (this.#timer === null || !this.#sources.active.isEmpty) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  sendFrame(): void {
    this.#sources.onFrame();
    this.emit('frame', { atMs: nowMs(), jobs: this.#sources.active.frames() });
    const jobs = [...this.#changed].flatMap((id) => this.#sources.job(id) ?? []);
    this.#changed.clear();
    if (jobs.length > 0) this.emit('jobs-changed', jobs);
  }

  /** Resolves when the job next stands still: ended, paused or interrupted. */
  standsStill(id: number): Promise<JobSummary> {
    return new Promise((resolve) => {
      const waiting = this.#waiters.get(id) ?? [];
      waiting.push(resolve);
      this.#waiters.set(id, waiting);
    });
  }

  /** Tells those who wait for the job to stand still. @param isStill whether it does, where it takes a look */
  wake(id: number, isStill: (job: JobSummary) => boolean = () => true): void {
    const waiting = this.#waiters.get(id);
    const job = waiting === undefined ? null : this.#sources.job(id);
    if (waiting === undefined || job === null || !isStill(job)) return;
    this.#waiters.delete(id);
    for (const resolve of waiting) resolve(job);
  }

  /** Nothing runs any more. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    for (const id of [...this.#waiters.keys()]) this.wake(id);
  }
}
