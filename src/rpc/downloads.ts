/**
 * The downloads that programs asked for: those that wait for their turn, in order, those that have it, and those that have
 * ended. As many jobs run at once as the settings say. A download becomes a job when its turn comes; where very many
 * wait, those that go to one folder in the same way become tasks of one job, so that lists stay short and threads full.
 */
import { toErrorData } from '../common/model/errors';
import { isEnded, type JobSummary } from '../common/model/jobs';
import { taskId } from '../common/model/packet';
import type { Engine } from '../engine';
import { failed, removed, resultOf, type Download, type Result } from './download';
import { GID_DIGITS, newGid } from './gid';
import { OneByOne } from './one-by-one';
import { pathOf, ProgressReader } from './progress';
import { Records } from './records';
import { isCrowded, jobName, nextTogether } from './sharing';
import { WaitingLine } from './waiting-line';
import { jobRequest, type Requested } from './requested';
import { RpcError } from './rpc-error';

const MOST_DOWNLOADS = 100_000;

export type DownloadEvent = 'Start' | 'Pause' | 'Stop' | 'Complete' | 'Error';

export class Downloads {
  readonly all = new Map<string, Download>();
  readonly progress: ProgressReader;
  /** The earliest first. */
  readonly stopped: Download[];
  /** Of this session; those that were forgotten count on. */
  stoppedTotal = 0;
  /** So many of those that have ended are remembered. */
  mostStopped = 1000;
  readonly #engine: Engine;
  readonly #onEvent: (event: DownloadEvent, gid: string) => void;
  readonly #byJob = new Map<number, Set<Download>>();
  /** Those that have a turn. */
  readonly #active = new Set<Download>();
  /** Jobs that are being made for those that have their turn. */
  readonly #beginning = new Map<Download, Promise<void>>();
  /** Jobs whose news is not to be taken for somebody's wish: they are being stopped. */
  readonly #stopping = new OneByOne((jobId) => {
    const job = this.#isClosed ? null : this.progress.job(jobId);
    if (job !== null && job.state !== 'running') this.#jobChanged(job);
  });
  readonly #ends: (() => void)[];
  readonly #records: Records;
  readonly #line: WaitingLine;
  /** Jobs that this process has set going. */
  readonly #tried = new Set<number>();
  #isClosed = false;

  /** @throws HeddleError `rpc-elsewhere` */
  constructor(engine: Engine, onEvent: (event: DownloadEvent, gid: string) => void) {
    this.#engine = engine;
    this.#onEvent = onEvent;
    this.#records = new Records(engine.rpcDownloads);
    this.progress = new ProgressReader(engine, (jobId) => this.#byJob.get(jobId));
    const kept = this.#records.open();
    this.stopped = kept.filter(({ state }) => state === 'stopped');
    this.#line = new WaitingLine(
      kept.filter(({ state }) => state !== 'stopped'),
      (download) => {
        this.#records.touch(download);
      },
    );
    for (const download of kept) {
      this.all.set(download.gid, download);
      if (download.jobId !== null) this.#link(download, download.jobId, download.taskPlace);
    }
    this.#ends = [
      engine.on('jobs-changed', (jobs) => {
        for (const job of jobs) this.#jobChanged(job);
      }),
      engine.on('tasks-settled', ({ jobId, tasks }) => {
        const members = this.#byJob.get(jobId);
        if (members === undefined) return;
        const ids = new Set(tasks.map(({ id }) => id));
        for (const each of [...members]) if (ids.has(taskId(jobId, each.taskPlace))) this.#settled(each);
      }),
      engine.on('job-removed', ({ jobId }) => {
        for (const each of [...(this.#byJob.get(jobId) ?? [])]) {
          if (each.state !== 'stopped') this.#end(each, removed(0, 0, ''));
          this.#unlink(each);
        }
      }),
      engine.on('frame', (frame) => {
        this.progress.take(frame);
      }),
      engine.on('settings-changed', () => {
        this.#fill();
      }),
    ];
  }

  /** Goes on where the process before left off; news comes from here on. */
  begin(): void {
    this.#catchUp();
    this.#fill();
  }

  /** What happened to their jobs while nobody looked. */
  #catchUp(): void {
    for (const [jobId, members] of [...this.#byJob]) {
      const job = this.progress.job(jobId);
      if (job === null) for (const each of [...members]) this.#unlink(each);
      else {
        for (const each of [...members])
          if (each.state !== 'stopped' && this.#hasSettled(each)) this.#settled(each);
        if (isEnded(job.state) || job.state === 'running') this.#jobChanged(job);
        // Killed between its last task and its own end, which tidies up.
        else if (job.state === 'interrupted' && ![...members].some(({ state }) => state !== 'stopped'))
          this.#stopping.add(jobId, () => this.#engine.resume(jobId));
      }
    }
  }

  /** Those that wait or are paused, the next one first. */
  get queue(): readonly Download[] {
    return this.#line.all;
  }

  get active(): readonly Download[] {
    return [...this.#active];
  }

  /** @param at its place among those that wait; `null`: the last. @throws RpcError */
  add(
    requested: Requested,
    { gid, isPaused, at }: { gid: string | null; isPaused: boolean; at: number | null },
  ): Download {
    if (gid !== null && (gid.length !== GID_DIGITS || this.all.has(gid)))
      throw new RpcError('No URI to download.');
    if (this.all.size >= MOST_DOWNLOADS)
      throw new RpcError(`There are ${MOST_DOWNLOADS} downloads already. Remove those that have ended.`);
    const download: Download = {
      gid: gid ?? newGid(this.all),
      state: isPaused ? 'paused' : 'waiting',
      place: 0,
      requested,
      jobId: null,
      taskPlace: 0,
      result: null,
      total: 0,
      isChanged: false,
    };
    this.all.set(download.gid, download);
    this.#records.touch(download, true);
    this.#line.insert(download, at ?? this.queue.length);
    this.#fillSoon();
    return download;
  }

  move(download: Download, to: number): number {
    return this.#line.move(download, to);
  }

  request(download: Download, requested: Requested): void {
    download.requested = requested;
    this.#records.touch(download, true);
  }

  /** Its job gets the speed limit that it has by now; one that shares its job has none. */
  limitRate({ jobId, requested: { options } }: Download): void {
    const rate = Number(options['max-download-limit'] ?? 0);
    if (jobId !== null && this.#byJob.get(jobId)?.size === 1)
      this.#engine.limitRate(jobId, rate === 0 ? null : rate);
  }

  pause(download: Download): void {
    const { jobId } = download;
    const wasActive = download.state === 'active';
    this.#leaveQueueFor(download, 'paused');
    if (!wasActive) {
      this.#onEvent('Pause', download.gid);
      return;
    }
    this.#stopTask(download, jobId, 'pause');
    this.#onEvent('Pause', download.gid);
    this.#fillSoon();
  }

  /** It goes to the front of those that wait, unless it is among them. */
  #leaveQueueFor(download: Download, state: 'paused' | 'waiting'): void {
    download.state = state;
    this.#told.delete(download);
    if (this.#active.delete(download)) this.#line.insert(download, 0);
    this.#records.touch(download);
  }

  unpause(download: Download): void {
    download.state = 'waiting';
    this.#records.touch(download);
    this.#fillSoon();
  }

  /** Of one that runs it is remembered that it was removed; one that waits is forgotten. */
  remove(download: Download): void {
    const { jobId, state } = download;
    if (state === 'active') {
      const { total, completed, path } = this.progress.of(download);
      this.#stopTask(download, jobId, 'cancel');
      this.#end(download, removed(total, completed, path));
    } else {
      this.#line.leave(download);
      this.#stopTask(download, jobId, 'remove');
      this.forget(download);
    }
    this.#fillSoon();
  }

  /** Its file stays; its job goes, if it is nobody else's. */
  forget(download: Download): void {
    const { jobId } = download;
    this.all.delete(download.gid);
    const at = this.stopped.indexOf(download);
    if (at >= 0) this.stopped.splice(at, 1);
    this.#unlink(download);
    this.#records.forget(download);
    if (jobId !== null && !this.#byJob.has(jobId)) this.#forgetJob(jobId);
  }

  #forgetJob(jobId: number): void {
    this.#stopping.add(jobId, async () => {
      if (this.#isClosed || this.progress.job(jobId) === null) return;
      await this.#engine.cancel(jobId);
      await this.#engine.remove(jobId);
    });
  }

  purge(): void {
    for (const each of [...this.stopped]) this.forget(each);
  }

  #link(download: Download, jobId: number, place: number): void {
    download.jobId = jobId;
    download.taskPlace = place;
    const members = this.#byJob.get(jobId) ?? new Set();
    members.add(download);
    this.#byJob.set(jobId, members);
    this.#records.touch(download);
  }

  #unlink(download: Download): void {
    const { jobId } = download;
    if (jobId === null) return;
    const members = this.#byJob.get(jobId);
    members?.delete(download);
    if (members?.size === 0) {
      this.#byJob.delete(jobId);
      this.#tried.delete(jobId);
    }
    download.jobId = null;
    if (this.all.has(download.gid)) this.#records.touch(download);
  }

  #jobChanged(job: JobSummary): void {
    const members = this.#byJob.get(job.id);
    if (members === undefined || this.#isClosed || this.#stopping.has(job.id)) return;
    if (job.state !== 'running') this.progress.standsStill(job.id);
    const open = [...members].filter(({ state }) => state !== 'stopped');
    switch (job.state) {
      case 'running':
      case 'queued':
        for (const each of open) if (each.state !== 'active') this.#take(each);
        if (job.state === 'running') for (const each of open) this.#started(each);
        return;
      case 'paused':
      case 'interrupted': {
        const waits = job.state === 'interrupted' || this.#engine.waitsForRoom(job);
        for (const each of open.reverse()) {
          // It has its turn again already.
          if (each.state !== 'active' || this.#beginning.has(each)) continue;
          this.#leaveQueueFor(each, waits ? 'waiting' : 'paused');
          if (!waits) this.#onEvent('Pause', each.gid);
        }
        break;
      }
      case 'done':
      case 'failed':
      case 'cancelled':
        for (const each of open) {
          if (this.#hasSettled(each)) this.#settled(each);
          else if (job.state === 'cancelled') this.#end(each, removed(0, 0, pathOf(each)));
          else this.#end(each, failed(job.error, pathOf(each)));
        }
    }
    this.#fillSoon();
  }

  /** It has its turn. */
  #take(download: Download): void {
    this.#line.leave(download);
    download.state = 'active';
    this.#active.add(download);
    this.#records.touch(download);
  }

  readonly #told = new WeakSet<Download>();

  #started(download: Download): void {
    if (this.#told.has(download)) return;
    this.#told.add(download);
    this.#onEvent('Start', download.gid);
  }

  #hasSettled({ jobId, taskPlace }: Download): boolean {
    const state = jobId === null ? undefined : this.#engine.task(taskId(jobId, taskPlace))?.state;
    return state !== undefined && state !== 'queued' && state !== 'running';
  }

  /** Its task has ended; one that had failed before may have been tried again in the window. */
  #settled(download: Download): void {
    const { jobId, taskPlace } = download;
    const task = jobId === null ? null : this.#engine.task(taskId(jobId, taskPlace));
    if (task === null || download.result?.status === 'removed') return;
    this.#started(download);
    const isNamed = (download.requested.options['out'] ?? '') !== '';
    const result = resultOf(task, pathOf(download), isNamed);
    if (result.status === 'error' && download.isChanged && download.state === 'active') {
      this.#anew(download);
      return;
    }
    this.#end(download, result);
  }

  /** Addresses that were added since are tried. */
  #anew(download: Download): void {
    const { jobId } = download;
    download.isChanged = false;
    this.#unlink(download);
    if (jobId !== null && !this.#byJob.has(jobId)) this.#forgetJob(jobId);
    this.#leaveQueueFor(download, 'waiting');
    this.#fillSoon();
  }

  #end(download: Download, result: Result): void {
    this.#active.delete(download);
    this.#line.leave(download);
    if (download.state !== 'stopped') {
      this.stopped.push(download);
      this.stoppedTotal += 1;
      download.place = (this.stopped.at(-2)?.place ?? 0) + 1;
    }
    download.state = 'stopped';
    download.result = result;
    this.#records.touch(download);
    this.#onEvent(
      result.status === 'complete' ? 'Complete' : result.status === 'error' ? 'Error' : 'Stop',
      download.gid,
    );
    this.trim();
    this.#fillSoon();
  }

  /** The earliest of those that have ended are forgotten. */
  trim(): void {
    while (this.stopped.length > this.mostStopped) {
      const [oldest] = this.stopped;
      if (oldest === undefined) return;
      this.forget(oldest);
    }
  }

  #stopTask(download: Download, jobId: number | null, how: 'pause' | 'cancel' | 'remove'): void {
    const beginning = this.#beginning.get(download);
    if (jobId === null) {
      // Its job is being made: it is stopped as soon as it is there.
      void beginning?.then(() => {
        if (download.jobId !== null && download.state !== 'active')
          this.#stopTask(download, download.jobId, how);
      });
      return;
    }
    const members = this.#byJob.get(jobId);
    const others = [...(members ?? [])].filter((each) => each !== download && each.state !== 'stopped');
    if (others.length > 0) {
      this.#unlink(download);
      this.#stopping.add(jobId, () => this.#dropTask(jobId, download.taskPlace));
      return;
    }
    if (how === 'remove') return;
    this.#stopping.add(jobId, () =>
      how === 'pause' ? this.#engine.pause(jobId) : this.#engine.cancel(jobId),
    );
  }

  /** One of several tasks of a job: the others go on, and keep what they have. */
  async #dropTask(jobId: number, place: number): Promise<void> {
    await this.#engine.pause(jobId);
    if (isEnded(this.#engine.job(jobId).state)) return;
    if (!this.#engine.dropTask(jobId, place)) {
      // Its tasks are not listed yet: nothing has begun.
      for (const each of [...(this.#byJob.get(jobId) ?? [])].reverse()) {
        this.#unlink(each);
        if (each.state === 'active') this.#leaveQueueFor(each, 'waiting');
      }
      await this.#engine.cancel(jobId);
      await this.#engine.remove(jobId);
      this.#fillSoon();
      return;
    }
    const others = [...(this.#byJob.get(jobId) ?? [])].some(({ state }) => state === 'active');
    if (others && !this.#isClosed) await this.#engine.resume(jobId);
  }

  #fillPlanned = false;
  /** Requests that are being answered. */
  #held = 0;

  /** Nothing begins until the request that is being answered is through. @returns what ends that */
  hold(): () => void {
    this.#held += 1;
    return () => {
      this.#held -= 1;
      this.#fillSoon();
    };
  }

  #fillSoon(): void {
    if (this.#fillPlanned || this.#isClosed) return;
    this.#fillPlanned = true;
    setImmediate(() => {
      this.#fillPlanned = false;
      this.#fill();
    });
  }

  #fill(): void {
    if (this.#isClosed || this.#held > 0) return;
    const most = this.#engine.settings.get().jobsAtOnce;
    let waiting = this.queue.filter((each) => each.state === 'waiting' && !this.#waitsForRoom(each));
    const share = isCrowded(waiting);
    for (;;) {
      const jobs = new Set([...this.#active].map((each) => each.jobId ?? this.#beginning.get(each)));
      if (jobs.size >= most) return;
      const group = nextTogether(waiting, most - jobs.size, share);
      if (group.length === 0) return;
      const taken = new Set(group);
      waiting = waiting.filter((each) => !taken.has(each));
      this.#line.leaveAll(taken);
      for (const each of group) this.#take(each);
      const begun = this.#begin(group).finally(() => {
        for (const each of group) this.#beginning.delete(each);
      });
      for (const each of group) this.#beginning.set(each, begun);
    }
  }

  /** One that an earlier process left so is tried once. */
  #waitsForRoom({ jobId }: Download): boolean {
    const job = jobId === null || !this.#tried.has(jobId) ? null : this.progress.job(jobId);
    return job !== null && this.#engine.waitsForRoom(job);
  }

  async #begin(group: readonly Download[]): Promise<void> {
    const [first] = group;
    if (first === undefined) return;
    let { jobId } = first;
    try {
      if (jobId === null) {
        const { mode } = this.#engine.settings.get().download;
        const how = { mode, workers: group.length === 1 && mode !== 'sequential' ? 1 : null };
        const job = await this.#engine.createJob(
          jobRequest(
            group.map(({ requested }) => requested),
            how,
          ),
          { start: false },
        );
        jobId = job.id;
        this.#engine.rename(jobId, jobName(group.map((each) => pathOf(each))));
        // Of one that was removed meanwhile the task is dropped as soon as it is there.
        group.forEach((each, place) => {
          if (this.all.get(each.gid) === each) this.#link(each, job.id, place);
        });
        await this.flush();
        if (!this.#byJob.has(jobId)) this.#forgetJob(jobId);
      }
      if (this.#isClosed || !group.some(({ state }) => state === 'active')) return;
      await this.#stopping.through(jobId);
      this.#tried.add(jobId);
      await this.#engine.resume(jobId);
    } catch (error) {
      if (this.#isClosed) return;
      const data = toErrorData(error);
      for (const each of group) if (each.state === 'active') this.#end(each, failed(data, pathOf(each)));
    }
  }

  /** Resolves when everything is stored. */
  readonly flush = (): Promise<void> => this.#records.flush();

  /** What runs goes on in the engine; at the next start everything is as it was left. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const end of this.#ends) end();
    this.#records.close();
  }
}
