/** How far downloads are. */
import { HeddleError } from '../common/model/errors';
import type { Frame } from '../common/model/frames';
import type { JobSummary } from '../common/model/jobs';
import { taskId } from '../common/model/packet';
import type { Engine } from '../engine';
import { expectedFileName } from '../files/file-name';
import type { Download } from './download';

export interface Progress {
  /** 0: not known. */
  readonly total: number;
  readonly completed: number;
  /** Where its file is, or is to be unless the server gives it another name. */
  readonly path: string;
  /** Whether bytes come. */
  readonly isRunning: boolean;
}

export class ProgressReader {
  readonly #engine: Engine;
  readonly #membersOf: (jobId: number) => ReadonlySet<Download> | undefined;
  readonly #speeds = new Map<number, { readonly bytes: number; readonly connections: number }>();

  constructor(engine: Engine, membersOf: (jobId: number) => ReadonlySet<Download> | undefined) {
    this.#engine = engine;
    this.#membersOf = membersOf;
  }

  /** `null`: it was removed. */
  job(jobId: number): JobSummary | null {
    try {
      return this.#engine.job(jobId);
    } catch (error) {
      if (error instanceof HeddleError && error.code === 'no-such-job') return null;
      throw error;
    }
  }

  take({ jobs }: Frame): void {
    this.#speeds.clear();
    for (const { jobId, bytesPerSecond, connections } of jobs)
      if (this.#membersOf(jobId) !== undefined)
        this.#speeds.set(jobId, { bytes: bytesPerSecond, connections: connections?.open ?? 1 });
  }

  standsStill(jobId: number): void {
    this.#speeds.delete(jobId);
  }

  /** Of all of them together. */
  get bytesPerSecond(): number {
    let sum = 0;
    for (const { bytes } of this.#speeds.values()) sum += bytes;
    return Math.round(sum);
  }

  /** Bytes per second, and connections; those that share a job have a part each. */
  speedOf({ jobId }: Download): { readonly bytes: number; readonly connections: number } {
    const speed = jobId === null ? undefined : this.#speeds.get(jobId);
    if (speed === undefined || jobId === null) return { bytes: 0, connections: 0 };
    const share = Math.max(1, this.#engine.runningTasks(jobId).length);
    return { bytes: Math.round(speed.bytes / share), connections: Math.ceil(speed.connections / share) };
  }

  /** Those of them that run now; of those that share a job some wait in it. */
  underWay(downloads: Iterable<Download>): ReadonlySet<Download> {
    const running = new Map<number, ReadonlySet<number> | null>();
    const found = new Set<Download>();
    for (const download of downloads) {
      const { jobId, taskPlace } = download;
      if (jobId === null || !this.#engine.isActive(jobId)) continue;
      let ids = running.get(jobId);
      if (ids === undefined) {
        // One that is alone may wait for its next attempt.
        const isAlone = this.#membersOf(jobId)?.size === 1;
        ids = isAlone ? null : new Set(this.#engine.runningTasks(jobId).map(({ id }) => id));
        running.set(jobId, ids);
      }
      if (ids === null || ids.has(taskId(jobId, taskPlace))) found.add(download);
    }
    return found;
  }

  isUnderWay(download: Download): boolean {
    return this.underWay([download]).has(download);
  }

  of(download: Download): Progress {
    const { jobId, result } = download;
    if (result !== null) return { ...result, isRunning: false };
    const path = pathOf(download);
    if (jobId === null) return { total: 0, completed: 0, path, isRunning: false };
    const id = taskId(jobId, download.taskPlace);
    const running = this.#engine.runningTasks(jobId).find((each) => each.id === id);
    if (running !== undefined) {
      // It is not known for a moment where an attempt begins anew.
      download.total = running.bytesTotal ?? download.total;
      return { total: download.total, completed: running.bytesDone, path, isRunning: true };
    }
    const partial = this.#engine.partialOf(id);
    const total = partial?.total ?? download.total;
    return { total, completed: partial?.bytes ?? 0, path, isRunning: false };
  }
}

export function pathOf({ requested: { options, uris } }: Download): string {
  const { dir = '', out = '' } = options;
  const [first = ''] = uris;
  const name = out !== '' ? out : URL.canParse(first) ? expectedFileName(null, new URL(first)) : '';
  return `${dir === '/' ? '' : dir}/${name}`;
}
