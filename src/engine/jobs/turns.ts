/** Whose turn it is: jobs wait for theirs, have it, make room for an experiment, and are stopped. */
import { HeddleError, toErrorData, type ErrorData } from '../../common/model/errors';
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { ALL_PLACES } from '../../common/model/packet';
import { union, type Ranges } from '../../common/model/ranges';
import type { News } from '../news';
import type { ActiveJobs } from './active-jobs';
import type { StopReason } from './runner-options';
import { cancelQueued, removeLeftovers, type JobStores } from './leftovers';
import { isDatabaseFull, lackOfRoomFor } from './room';
import type { RunOrder } from './run-job';
import { lackOf, WaitingForRoom } from './waiting-for-room';

export interface TurnsParts {
  readonly stores: JobStores;
  /** Tells this process from others. */
  readonly owner: string;
  readonly active: ActiveJobs;
  /** How many jobs run at once; later ones wait their turn. */
  readonly atOnce: () => number;
  readonly news: News;
  /** As it is now. @throws HeddleError `no-such-job` */
  readonly job: (id: number) => JobSummary;
  /** Resolves when the job stands still again. */
  readonly run: (id: number, order: RunOrder) => Promise<void>;
  /** Where the database is, if jobs wait for room on its disk; `null`: they fail. */
  readonly waitsIn: string | null;
}

/** A job from being told to start to standing still: it waits for its turn, then it has it. */
interface Run extends RunOrder {
  hasTurn: boolean;
  /** Among those that wait. */
  place: number;
  /** It comes before those that have not begun. */
  readonly isFirst: boolean;
  retry: Ranges | null;
  stopping: StopReason | null;
  /** It makes room for an experiment, and waits for its turn again when it has stopped. */
  held: boolean;
  readonly ended: Promise<void>;
  /** Takes the job off the list of runs. */
  readonly leave: () => void;
}

export class Turns {
  readonly #parts: TurnsParts;
  /** An experiment has the machine to itself. */
  #isHeld = false;
  readonly #runs = new Map<number, Run>();
  readonly #closing = new AbortController();
  readonly #forRoom: WaitingForRoom;

  constructor(parts: TurnsParts) {
    this.#parts = parts;
    const { stores, news } = parts;
    this.#forRoom = new WaitingForRoom({
      job: (id) => stores.jobs.get(id)?.summary ?? null,
      goOn: (id) => {
        if (!this.isClosing) this.start(id);
      },
      store: (id, lack) => {
        const state = stores.jobs.get(id)?.summary.state;
        // Somebody has paused, resumed, cancelled or removed it since.
        if (this.#runs.has(id) || (state !== 'running' && state !== 'queued')) return;
        stores.jobs.rest(id, 'paused', lack);
        news.changed(id);
      },
      guard: (act) => {
        news.guard(act);
      },
    });
  }

  get isClosing(): boolean {
    return this.closing.aborted;
  }

  /** Its reason is what {@link assertOpen} throws. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** An experiment has the machine to itself. */
  get areHeld(): boolean {
    return this.#isHeld;
  }

  /** @throws HeddleError `closing` */
  assertOpen(): void {
    this.closing.throwIfAborted();
  }

  /** Jobs that wait for their turn or have it. */
  get count(): number {
    return this.#runs.size;
  }

  /** Whether the job waits for its turn or has it. */
  has(id: number): boolean {
    return this.#runs.has(id);
  }

  /**
   * Does nothing where the job waits or runs already.
   * @throws HeddleError `job-elsewhere`
   */
  start(id: number, { retry = null, first = false }: { retry?: Ranges | null; first?: boolean } = {}): void {
    if (this.#runs.has(id)) return;
    if (!this.#parts.stores.jobs.enqueue(id, this.#parts.owner)) throw elsewhere(id);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const run: Run = {
      hasTurn: false,
      place: this.#parts.job(id).placeInQueue,
      isFirst: first,
      retry,
      stopping: null,
      held: false,
      ended,
      leave: () => {
        if (this.#runs.get(id) === run) {
          this.#runs.delete(id);
          this.#parts.news.changed(id);
          this.#wake(id);
        }
        resolve();
      },
    };
    this.#runs.set(id, run);
    this.fill();
    this.#parts.news.changed(id);
  }

  /** As many jobs have their turns as may. */
  fill(): void {
    if (this.#isHeld || this.isClosing) return;
    let running = [...this.#runs.values()].filter(({ hasTurn }) => hasTurn).length;
    for (const [id, run] of this.#waiting()) {
      if (running >= this.#parts.atOnce()) return;
      running += 1;
      void this.#take(id, run);
    }
  }

  /** Those that wait for their turn, the next one first. */
  #waiting(): [number, Run][] {
    return [...this.#runs]
      .filter(([, { hasTurn }]) => !hasTurn)
      .sort(([, a], [, b]) => Number(b.isFirst) - Number(a.isFirst) || a.place - b.place);
  }

  /** Of a job that waits: its turn comes right before another's. @param before `null`: after all others */
  move(id: number, before: number | null): void {
    const waiting = this.#waiting().map(([each]) => each);
    if (!waiting.includes(id) || id === before) return;
    const others = waiting.filter((each) => each !== id);
    const at = before === null ? -1 : others.indexOf(before);
    others.splice(at < 0 ? others.length : at, 0, id);
    this.#parts.stores.jobs.arrange(others);
    for (const each of others) {
      const run = this.#runs.get(each);
      if (run !== undefined) run.place = this.#parts.job(each).placeInQueue;
      this.#parts.news.changed(each);
    }
  }

  async #take(id: number, run: Run): Promise<void> {
    const { stores, owner, active, news } = this.#parts;
    run.hasTurn = true;
    try {
      if (stores.jobs.begin(id, owner)) await this.#parts.run(id, run);
    } catch (error) {
      this.#giveUp(id, toErrorData(error));
    } finally {
      active.delete(id);
      news.stopFrames();
      if (run.held) this.#startAgain(id, run);
      run.leave();
      news.guard(() => {
        this.waitForRoom(id);
        this.fill();
      });
    }
  }

  /** A job that made room for an experiment comes before those that have not begun. */
  #startAgain(id: number, run: Run): void {
    if (this.isClosing || this.#parts.job(id).state !== 'interrupted') return;
    if (this.#runs.get(id) === run) this.#runs.delete(id);
    this.start(id, { first: true });
  }

  /** What cannot be stored any more (a full disk, say) ends the job; its tasks are as they were last stored. */
  #giveUp(id: number, error: ErrorData): void {
    const { news, stores, waitsIn } = this.#parts;
    news.emit('notice', error);
    const lack = waitsIn !== null && isDatabaseFull(error) ? lackOfRoomFor(waitsIn) : null;
    try {
      stores.jobs.rest(id, lack === null ? 'failed' : 'paused', lack ?? error);
    } catch (thrown) {
      if (lack === null) {
        news.guard(() => {
          throw thrown;
        });
      } else this.#forRoom.addUnstored(id, lack);
    }
  }

  /** If that is what it stands still for, it goes on by itself. */
  waitForRoom(id: number): void {
    if (this.#parts.waitsIn === null || this.isClosing) return;
    if (lackOf(this.#parts.stores.jobs.get(id)?.summary ?? null) !== null) this.#forRoom.add(id);
  }

  /** All jobs stand still. @returns what lets them go on */
  async hold(): Promise<() => void> {
    this.#isHeld = true;
    const running = [...this.#runs].filter(([, run]) => run.hasTurn && run.stopping === null);
    for (const [id, run] of running) {
      run.held = true;
      this.#stopRun(id, run, 'interrupt');
    }
    await Promise.all(running.map(([, { ended }]) => ended));
    return () => {
      this.#isHeld = false;
      this.fill();
    };
  }

  #stopRun(id: number, run: Run, reason: StopReason): void {
    if (run.stopping === null || reason === 'cancel') run.stopping = reason;
    this.#parts.active.runner(id)?.stop(reason);
  }

  pause(id: number): Promise<void> {
    return this.#stop(id, 'pause', 'paused');
  }

  async cancel(id: number): Promise<void> {
    // A run that was pausing already may end as paused: then there is one more step.
    while (!isEnded(this.#parts.job(id).state)) await this.#stop(id, 'cancel', 'cancelled');
  }

  async #stop(id: number, reason: StopReason, state: 'paused' | 'cancelled'): Promise<void> {
    const { stores, news } = this.#parts;
    if (isEnded(this.#parts.job(id).state)) return;
    const run = this.#runs.get(id);
    if (run?.hasTurn === true) {
      if (run.held) {
        // It is stopping already, and must not wait for another turn.
        run.held = false;
        await run.ended;
        await this.#stop(id, reason, state);
        return;
      }
      this.#stopRun(id, run, reason);
      await run.ended;
      return;
    }
    // It waits for its turn, or stands still already.
    if (!stores.jobs.rest(id, state)) throw elsewhere(id);
    run?.leave();
    if (state === 'cancelled') {
      await cancelQueued(stores.tasks, id);
      await removeLeftovers(stores, id, news);
    }
    news.changed(id);
    this.#wake(id);
  }

  /** Goes on with a job that waits, was paused, or whose process is gone. @throws HeddleError `job-elsewhere` */
  async resume(id: number): Promise<void> {
    this.assertOpen();
    const { state, foreign, counts } = this.#parts.job(id);
    if (foreign) throw elsewhere(id);
    // A job that failed as a whole (its results could not be stored, say) may have tasks left.
    const goesOn = !isEnded(state) || (state === 'failed' && counts.queued > 0);
    if (!goesOn) {
      this.#wake(id);
      return;
    }
    const run = this.#runs.get(id);
    if (run !== undefined) {
      if (run.stopping === null) return;
      await run.ended;
      this.assertOpen();
      if (isEnded(this.#parts.job(id).state)) return;
    }
    this.start(id);
  }

  /** Failed and cancelled tasks at these places of the job run again. @throws HeddleError `job-elsewhere`, `job-running` */
  retry(id: number, places: Ranges): void {
    this.assertOpen();
    if (this.#parts.job(id).foreign) throw elsewhere(id);
    const run = this.#runs.get(id);
    if (run?.hasTurn === true) {
      throw new HeddleError(
        'job-running',
        'This job is still running. Retry its failed tasks when it has finished.',
      );
    }
    if (run === undefined) this.start(id, { retry: places });
    else run.retry = run.retry === null || places === ALL_PLACES ? places : union(run.retry, places);
  }

  /** Nothing starts from now on; {@link end} waits for what runs. */
  close(): void {
    this.#closing.abort(new HeddleError('closing', 'Heddle is closing; nothing new is started.'));
    this.#forRoom.close();
  }

  /** @param interrupt whether running jobs stop, to go on later; otherwise they are waited for */
  async end(interrupt: boolean): Promise<void> {
    for (const [id, run] of this.#runs) {
      if (run.hasTurn) {
        if (interrupt) this.#stopRun(id, run, 'interrupt');
      } else {
        // The next start finds it as it finds those that ran.
        this.#parts.stores.jobs.rest(id, 'interrupted');
        run.leave();
      }
    }
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended));
  }

  /** Tells those who wait for the job to stand still, if it does. */
  #wake(id: number): void {
    this.#parts.news.wake(id, ({ state }) => {
      const goesOn = (state === 'running' || state === 'queued') && this.#runs.has(id);
      return this.isClosing || !goesOn;
    });
  }
}

export function elsewhere(id: number): HeddleError {
  return new HeddleError(
    'job-elsewhere',
    `Job ${id} is running in another Heddle process. Stop it there first.`,
  );
}
