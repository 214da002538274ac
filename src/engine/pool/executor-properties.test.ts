/** Whatever is asked of an executor, in whatever order. */
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { MODES, type Mode } from '../../common/model/jobs';
import { buildWorker } from '../testing/build-worker';
import { TrackedThreads } from '../testing/tracked-threads';
import { createExecutor } from './index';
import { ToyPacket, type ToyExecutor, type ToyResults, type ToyRun } from './test-packets';
import type { ToyBody, ToyOptions, ToyTask } from './test-worker';

const GRACE_MS = 60;
/** A thread for each task costs a hundred times as much as a task. */
const MOST_THREADS = 12;
/** Values of one packet are those from its own multiple of this on. */
const VALUES = 1000;

let workerUrl: string;
beforeAll(async () => {
  workerUrl = await buildWorker(fileURLToPath(new URL('./test-worker.ts', import.meta.url)));
});

const usual: fc.Arbitrary<ToyTask> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<ToyTask>({ do: 'echo' }) },
  { weight: 4, arbitrary: fc.constant<ToyTask>({ do: 'later' }) },
  { weight: 2, arbitrary: fc.nat(9).map((code): ToyTask => ({ do: 'fail', code: `toy-${code}` })) },
  { weight: 2, arbitrary: fc.nat(4).map((ms): ToyTask => ({ do: 'wait', ms })) },
  { weight: 1, arbitrary: fc.nat(2).map((ms): ToyTask => ({ do: 'spin', ms })) },
  { weight: 1, arbitrary: fc.constant<ToyTask>({ do: 'note', note: 'told' }) },
);
/** Ends its thread sooner or later. */
const deadly: fc.Arbitrary<ToyTask> = fc.constantFrom<ToyTask>(
  { do: 'crash' },
  // Deaf: only the end of its thread stops it.
  { do: 'spin', ms: 600_000 },
);
const tasks = fc.oneof(
  { weight: 3, arbitrary: fc.array(usual, { minLength: 1, maxLength: 12 }) },
  { weight: 3, arbitrary: fc.array(usual, { minLength: 1, maxLength: 300, size: 'max' }) },
  // The same few over and over: most of a packet is there at once.
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.array(usual, { minLength: 1, maxLength: 4 }), fc.integer({ min: 50, max: 300 }))
      .map(([some, count]) =>
        Array.from({ length: count }, () => some)
          .flat()
          .slice(0, count),
      ),
  },
);
const withDeadly = fc
  .tuple(fc.array(usual, { maxLength: 20 }), deadly, fc.array(usual, { maxLength: 20 }))
  .map(([before, one, after]) => [...before, one, ...after]);

const command = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('submit' as const), tasks }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('submit' as const), tasks: withDeadly }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat(12) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('resize' as const), size: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pause' as const), ms: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('await' as const), which: fc.nat(12) }) },
);
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

interface Played {
  readonly executor: ToyExecutor;
  readonly threads: TrackedThreads;
  readonly packets: readonly ToyPacket[];
  readonly cancelled: ReadonlySet<ToyPacket>;
  /** The most that it ever said to run at once, and the most that ran. */
  readonly allowed: number;
  readonly most: number;
}

function isDeaf(task: ToyTask): boolean {
  return task.do === 'spin' && task.ms > 1000;
}

async function play(
  { mode, lanes, cancelQueued }: { mode: Mode; lanes: number; cancelQueued: boolean },
  commands: readonly Command[],
): Promise<Played> {
  const threads = new TrackedThreads(workerUrl);
  const executor = createExecutor<ToyOptions, ToyBody, ToyResults>({
    mode,
    size: 2,
    tasksPerWorker: lanes,
    graceMs: GRACE_MS,
    threads,
    workerOptions: {},
  });
  const atOnce = new SharedArrayBuffer(8);
  const packets: ToyPacket[] = [];
  const resolved: Promise<void>[] = [];
  const cancelled = new Set<ToyPacket>();
  const resizes: Promise<void>[] = [];
  let allowed = executor.concurrency;
  let left = mode === 'thread-per-task' ? MOST_THREADS : Infinity;
  const cancel = (packet: ToyPacket | undefined): void => {
    if (packet === undefined) return;
    cancelled.add(packet);
    packet.handle.cancel();
  };
  // They would hold up all others for ever.
  const cancelDeaf = (): void => {
    for (const packet of packets) if (packet.tasks.some(isDeaf)) cancel(packet);
  };
  for (const step of commands) {
    if (step.do === 'submit') {
      const some = step.tasks.slice(0, left);
      left -= some.length;
      if (some.length === 0) continue;
      const packet = new ToyPacket(executor, some, { value: packets.length * VALUES, atOnce });
      packets.push(packet);
      resolved.push(
        packet.handle.promise.then(() => {
          expect(packet.settled).toEqual(some.map(() => 1));
        }),
      );
    } else if (step.do === 'cancel') cancel(packets[step.which]);
    else if (step.do === 'resize') {
      resizes.push(executor.resize(step.size));
      allowed = Math.max(allowed, executor.concurrency);
    } else if (step.do === 'pause') await new Promise((resolve) => setTimeout(resolve, step.ms));
    else {
      cancelDeaf();
      await packets[step.which]?.handle.promise;
    }
    const alive = executor.read().filter((worker) => worker.alive);
    expect(alive.reduce((sum, { lanes }) => sum + lanes, 0)).toBeLessThanOrEqual(allowed);
  }
  cancelDeaf();
  await executor.shutdown({ cancelQueued });
  await Promise.all([...resolved, ...resizes]);
  return { executor, threads, packets, cancelled, allowed, most: new Int32Array(atOnce)[1] ?? 0 };
}

/** What it is, or why it is not that. */
function expectOwnEnd(packet: ToyPacket, task: number, mayCrash: boolean, mayBeCancelled: boolean): void {
  const end = packet.ends[task];
  const what = packet.tasks[task];
  if (end?.how === 'cancelled') {
    expect(mayBeCancelled).toBe(true);
  } else if (end?.how === 'failed' && end.error?.code === 'worker-crashed') {
    expect(mayCrash).toBe(true);
  } else if (what?.do === 'fail') {
    expect(end).toMatchObject({ how: 'failed', error: { code: what.code } });
  } else {
    expect(what?.do).not.toBe('crash');
    expect(end).toEqual({ how: 'done', value: packet.value + task });
  }
}

/** One lane of one worker runs one task at a time, whatever thread it is on. */
function expectTurns(runs: readonly ToyRun[]): void {
  const lanes = new Map<string, ToyRun[]>();
  for (const run of runs) {
    if (run.endedAtMs === run.startedAtMs) continue;
    const key = `${run.worker} ${run.lane}`;
    lanes.set(key, [...(lanes.get(key) ?? []), run]);
  }
  for (const lane of lanes.values()) {
    lane.sort((left, right) => left.startedAtMs - right.startedAtMs || left.endedAtMs - right.endedAtMs);
    lane.forEach((run, at) => {
      expect(run.startedAtMs).toBeGreaterThanOrEqual(lane[at - 1]?.endedAtMs ?? 0);
    });
  }
}

test.each(MODES)(
  'in mode %s each task settles once as its own, never too many at a time, no thread is left',
  async (mode) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { minLength: 1, maxLength: 16 }),
        fc.boolean(),
        fc.constantFrom(1, 1, 2, 3),
        async (commands, cancelQueued, lanes) => {
          const played = await play({ mode, lanes, cancelQueued }, commands);
          const { executor, threads, packets, cancelled, allowed, most } = played;
          const all = packets.flatMap((packet) => packet.tasks);
          const crashes = all.some((task) => task.do === 'crash');
          const threadsDie = crashes || all.some(isDeaf);
          for (const packet of packets) {
            expect(packet.settled).toEqual(packet.tasks.map(() => 1));
            packet.tasks.forEach((task, index) => {
              expectOwnEnd(packet, index, crashes, cancelled.has(packet) || cancelQueued);
              const begun = packet.begun(index);
              if (packet.ends[index]?.how === 'done') expect(begun).toBeGreaterThanOrEqual(1);
              // What had not been told when its thread died is run again.
              if (!threadsDie) expect(begun).toBeLessThanOrEqual(1);
              if (task.do === 'note' && packet.ends[index]?.how === 'done')
                expect(packet.notes).toContainEqual([index, 'told']);
            });
          }
          expectTurns(packets.flatMap(({ runs }) => runs));
          // Threads that die do not count down.
          if (!threadsDie) expect(most).toBeLessThanOrEqual(allowed);
          expect(executor.measures().settled).toBe(all.length);
          expect(executor.measures().threadsMade).toBe(threads.made);
          expect(executor.read().filter((worker) => worker.alive)).toEqual([]);
          expect(threads.alive.size).toBe(0);
        },
      ),
      { numRuns: mode === 'pool' ? 60 : 15 },
    );
  },
);
