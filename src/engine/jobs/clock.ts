/** What happens at a time: jobs that are to start, and the speed limit of a time of the day. */
import { rateAt, type Settings } from '../../common/model/settings';
import type { RateLimit } from '../../common/threads/rate-limit';
import type { JobRepository } from '../store/job-repository';

const LOOK_INTERVAL_MS = 1000;

export interface ClockOptions {
  readonly jobs: Pick<JobRepository, 'timed'>;
  readonly settings: () => Settings;
  /** Of all downloads of this process. */
  readonly sharedRate: Pick<RateLimit, 'set'>;
  readonly start: (id: number) => void;
  readonly guard: (act: () => void) => void;
}

export class Clock {
  readonly #options: ClockOptions;
  /** When the next job is to start; `null`: none is, or jobs do not start by themselves here. */
  #nextStartMs: number | null = null;
  #startsJobs = false;
  #rate: number | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: ClockOptions) {
    this.#options = options;
    this.settingsChanged();
  }

  /** From now on jobs start when their time has come; of those whose time is over, at once. */
  startJobs(): void {
    this.#startsJobs = true;
    this.jobsChanged();
  }

  /** A job is to start at another time than before. */
  jobsChanged(): void {
    if (!this.#startsJobs) return;
    this.#nextStartMs = this.#options.jobs.timed()[0]?.atMs ?? null;
    this.#look();
  }

  settingsChanged(): void {
    const settings = this.#options.settings();
    this.#rate = rateAt(settings, new Date());
    this.#options.sharedRate.set(this.#rate);
    this.#look();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#startsJobs = false;
  }

  /** As long as something is to happen. */
  #look(): void {
    const isNeeded = this.#nextStartMs !== null || this.#options.settings().limitSchedule !== null;
    if (!isNeeded && this.#timer !== null) clearInterval(this.#timer);
    if (!isNeeded) this.#timer = null;
    else
      this.#timer ??= setInterval(() => {
        this.#options.guard(() => {
          this.#tick();
        });
      }, LOOK_INTERVAL_MS).unref();
  }

  #tick(): void {
    const rate = rateAt(this.#options.settings(), new Date());
    if (rate !== this.#rate) {
      this.#rate = rate;
      this.#options.sharedRate.set(rate);
    }
    if (this.#nextStartMs === null || this.#nextStartMs > Date.now()) return;
    for (const { id, atMs } of this.#options.jobs.timed()) if (atMs <= Date.now()) this.#options.start(id);
    this.jobsChanged();
  }
}
