/** A job that is planned, on threads whose tasks do what their names say; see `scripted-worker.ts`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mode } from '../../common/model/jobs';
import { planChunk, type PlannedTask } from '../../common/model/packet';
import type { SettledTask, TaskRow } from '../../common/model/tasks';
import { DEFAULT_WALK_RULES } from '../../common/model/walk-rules';
import { RateLimit } from '../../common/threads/rate-limit';
import { Hosts } from '../jobs/hosts';
import { JobRunner } from '../jobs/job-runner';
import { openStores, type Stores } from '../store/open-stores';
import { buildWorker } from './build-worker';
import { TrackedThreads } from './tracked-threads';

/** Bytes of each task. */
export const SIZE = 10;

export class ScriptedJob {
  readonly folder = mkdtempSync(join(tmpdir(), 'heddle-scripted-'));
  readonly stores: Stores = openStores(join(this.folder, 'data'));
  readonly id: number;
  /** Told as settled. */
  readonly settled: SettledTask[] = [];
  /** Of the runner that was made last. */
  threads = new TrackedThreads('');

  /** @param packets names of tasks, those of one packet together */
  constructor(
    packets: readonly (readonly string[])[],
    {
      mode = 'pool',
      workers = 1,
      planned = true,
      ...more
    }: { mode?: Mode; workers?: number; planned?: boolean } & Partial<
      Pick<PlannedTask, 'type' | 'grouping'>
    > = {},
  ) {
    mkdirSync(join(this.folder, 'go'));
    const { jobs, tasks } = this.stores;
    this.id = jobs.insert({
      kind: 'hash',
      mode,
      workers,
      label: 'files',
      folder: this.folder,
      token: 'token',
      spec: {
        kind: 'hash',
        paths: [this.folder],
        algorithms: ['sha256'],
        manifest: null,
        rules: DEFAULT_WALK_RULES,
        cache: false,
        duplicates: more.grouping !== undefined,
      },
      workDirectories: [],
    });
    for (const names of packets) {
      const chunk = names.map((name): PlannedTask => ({
        phase: 0,
        type: 'head',
        root: 0,
        host: '',
        source: join(this.folder, name),
        target: null,
        name,
        size: SIZE,
        settled: null,
        ...more,
      }));
      tasks.packets.add(this.id, tasks.packets.nextOrdinal(this.id), planChunk(chunk, ''));
    }
    if (planned) tasks.packets.markPlanned(this.id);
  }

  /** Runs what is queued, in threads of its own. @param script where it is not the one that does as told */
  async runner(script?: string, retryMs = 1): Promise<JobRunner> {
    const { jobs, tasks, vault, settings } = this.stores;
    const job = jobs.get(this.id);
    if (job === null) throw new Error('the job is gone');
    const own = fileURLToPath(new URL('./scripted-worker.ts', import.meta.url));
    this.threads = new TrackedThreads(script ?? (await buildWorker(own)));
    return new JobRunner({
      job,
      tasks,
      threads: this.threads,
      vault,
      settings: settings.get(),
      sharedRate: new RateLimit(),
      hosts: new Hosts(),
      retryPolicy: { maxAttempts: 3, baseMs: retryMs, capMs: 2 * retryMs, random: () => 0.5 },
      onRecorded: (settled) => this.settled.push(...settled),
      onWorkDirectory: () => undefined,
      onNotice: () => undefined,
      onProgress: () => undefined,
    });
  }

  /** Lets a task go on that holds. */
  letGo(...names: readonly string[]): void {
    for (const name of names) writeFileSync(join(this.folder, 'go', name), '');
  }

  rows(): TaskRow[] {
    return this.stores.tasks.rows.page(this.id, 0, 500);
  }

  /** Names of tasks with their states, as they are stored. */
  states(): Record<string, string> {
    return Object.fromEntries(this.rows().map(({ name, state }) => [name, state]));
  }

  close(): void {
    this.stores.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** Ids of what runs at this moment, in the job's order. */
export function runningIds(runner: JobRunner): number[] {
  return runner
    .runningNow()
    .flatMap(({ running }) => running.map(({ id }) => id))
    .sort((left, right) => left - right);
}
