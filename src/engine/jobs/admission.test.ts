import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { pickTasks, type Packet } from '../../common/model/packet';
import type { DrawCursor, Drawn } from '../store/packet-store';
import { packetOf } from '../testing/packets';
import { Admission } from './admission';
import { Hosts } from './hosts';

const START_MS = 1_000_000;
const LIMIT = 4;

interface Lanes {
  readonly count: number;
  readonly ahead: number;
}

/** A job's tasks as they are stored, and the one that decides about them. */
class Job {
  readonly admission: Admission;
  readonly onRoom = vi.fn();
  /** Tasks that may run now. */
  readonly running: { readonly id: number; readonly host: string }[] = [];
  readonly begun: number[] = [];
  readonly draws: string[] = [];
  readonly #packets = new Map<string, Packet[]>();
  #nextId: number;

  /** @param firstId of its tasks */
  constructor(
    hosts: Hosts,
    clock: { readonly nowMs: number },
    { limit = LIMIT, firstId = 0, lanes }: { limit?: number; firstId?: number; lanes?: Lanes } = {},
  ) {
    this.#nextId = firstId;
    this.admission = new Admission({
      limitPerHost: limit,
      firstPerHost: limit,
      hosts,
      draw: (host, after) => this.#draw(host, after),
      onRoom: this.onRoom,
      ...(lanes === undefined ? {} : { lanes: () => lanes }),
      now: () => clock.nowMs,
    });
  }

  #draw(host: string, after: DrawCursor): Drawn | null {
    this.draws.push(host);
    const packet = this.#packets.get(host)?.find(({ stored }) => (stored ?? -1) > after.packet);
    return packet === undefined ? null : { packet, cursor: { ...after, packet: packet.stored ?? 0 } };
  }

  /** Stores packets of a host, and says so. */
  plan(host: string, ...sizes: readonly number[]): void {
    const packets = this.#packets.get(host) ?? [];
    for (const size of sizes) {
      packets.push(packetOf(host, this.#nextId, size));
      this.#nextId += size;
    }
    this.#packets.set(host, packets);
    this.admission.announce(host);
  }

  planPacket(packet: Packet): void {
    this.#packets.set(packet.host, [...(this.#packets.get(packet.host) ?? []), packet]);
    this.admission.announce(packet.host);
  }

  next(most = 8): Packet | null {
    const packet = this.admission.next(most);
    for (const id of packet?.ids ?? []) {
      this.running.push({ id, host: packet?.host ?? '' });
      this.begun.push(id);
    }
    return packet;
  }

  /** All that may run now. */
  fill(most = 8): void {
    while (this.next(most) !== null);
  }

  release(at = 0): void {
    const [task] = this.running.splice(at, 1);
    if (task !== undefined) this.admission.release(task.host);
  }
}

function make(): { hosts: Hosts; clock: { nowMs: number } } {
  return { hosts: new Hosts(), clock: { nowMs: START_MS } };
}

/** One task that is to be tried again. */
function again(host: string, id: number, notBeforeMs: number): Packet {
  return { ...pickTasks(packetOf(host, id, 1), [0]), stored: null, notBefores: notBeforeMs };
}

test('hosts have their turns, and each gets no more than its limit', () => {
  const { hosts, clock } = make();
  const job = new Job(hosts, clock);
  job.plan('a', 6);
  job.plan('b', 2, 2);
  job.plan('c', 1);
  const given = Array.from({ length: 5 }, () => job.next(2));
  expect(given.map((packet) => packet?.host)).toEqual(['a', 'b', 'c', 'a', 'b']);
  expect(given.map((packet) => packet?.ids.length)).toEqual([2, 2, 1, 2, 2]);
  // Each has what it may have, or all that there is.
  expect(job.next(2)).toBeNull();
  expect(job.admission.inFlight).toBe(9);
  expect(job.admission.isEmpty).toBe(false);
  job.release(job.running.findIndex(({ host }) => host === 'a'));
  expect(job.next(8)).toMatchObject({ host: 'a', ids: [4] });
});

test('work on files has no host, and no limit', () => {
  const { hosts, clock } = make();
  const job = new Job(hosts, clock, { limit: Infinity });
  job.plan('', 256, 256);
  expect(job.next(Infinity)?.ids).toHaveLength(256);
  expect(job.next(Infinity)?.ids).toHaveLength(256);
  expect(job.next(Infinity)).toBeNull();
  expect(job.admission.isEmpty).toBe(true);
  expect(job.admission.inFlight).toBe(512);
  expect(job.admission.hosts(new Map())).toEqual([]);
});

test('some tasks lie ready where no more can run than the host may have, and no other job asks it', () => {
  const { hosts, clock } = make();
  const alone = new Job(hosts, clock, { lanes: { count: LIMIT, ahead: 3 } });
  alone.plan('a', 30);
  alone.fill();
  expect(alone.running).toHaveLength(LIMIT + 3);
  const other = new Job(hosts, clock, { firstId: 1000 });
  other.plan('a', 30);
  while (alone.running.length > 0) alone.release();
  alone.fill();
  other.fill();
  expect([alone.running.length, other.running.length]).toEqual([2, 2]);
  const wide = new Job(new Hosts(), clock, { lanes: { count: LIMIT + 1, ahead: 3 } });
  wide.plan('a', 30);
  wide.fill();
  expect(wide.running).toHaveLength(LIMIT);
});

test('a limit holds for all jobs together, and each of them has its share', () => {
  const { hosts, clock } = make();
  const jobs = [0, 1, 2].map((index) => new Job(hosts, clock, { firstId: index * 1000 }));
  for (const job of jobs) job.plan('a', 30);
  for (const job of jobs) job.fill();
  expect(jobs.map(({ running }) => running.length)).toEqual([2, 2, 0]);
  const [first, second, third] = jobs as [Job, Job, Job];
  // It is told that there is room, and whoever gave the place has more than its share to wait for.
  expect(third.onRoom).not.toHaveBeenCalled();
  first.release();
  expect(third.onRoom).toHaveBeenCalledTimes(1);
  expect(first.onRoom).not.toHaveBeenCalled();
  third.fill();
  expect(jobs.map(({ running }) => running.length)).toEqual([1, 2, 1]);
  first.fill();
  second.fill();
  expect(jobs.map(({ running }) => running.length)).toEqual([1, 2, 1]);
});

test('a job that has nothing more for a host leaves its share to the others', () => {
  const { hosts, clock } = make();
  const [first, second] = [new Job(hosts, clock), new Job(hosts, clock, { firstId: 1000 })];
  first.plan('a', 1);
  first.plan('b', 30);
  first.fill();
  second.plan('a', 30);
  second.fill();
  expect(second.running).toHaveLength(2);
  first.release();
  expect(second.onRoom).toHaveBeenCalled();
  second.fill();
  expect(second.running).toHaveLength(4);
  // It has its share again as soon as it has more.
  first.plan('a', 30);
  second.release();
  expect(first.onRoom).toHaveBeenCalled();
  first.fill();
  second.fill();
  expect(first.running.filter(({ host }) => host === 'a')).toHaveLength(1);
  second.release();
  second.fill();
  first.fill();
  expect(first.running.filter(({ host }) => host === 'a')).toHaveLength(2);
});

test('a job that leaves gives back all its places, also those of what never ended', () => {
  const { hosts, clock } = make();
  const [leaving, staying] = [new Job(hosts, clock), new Job(hosts, clock, { firstId: 1000 })];
  leaving.plan('a', 30);
  leaving.fill();
  expect(leaving.running).toHaveLength(4);
  staying.plan('a', 30);
  staying.fill();
  expect(staying.running).toHaveLength(0);
  leaving.admission.close();
  expect(staying.onRoom).toHaveBeenCalled();
  staying.fill();
  expect(staying.running).toHaveLength(4);
  // What is told of it later changes nothing.
  leaving.release();
  staying.fill();
  expect(staying.running).toHaveLength(4);
});

test('a host that asked for it is left alone by all jobs, until then and no longer', () => {
  const { hosts, clock } = make();
  const jobs = [new Job(hosts, clock), new Job(hosts, clock, { firstId: 1000 })] as const;
  for (const job of jobs) job.plan('a', 10);
  jobs[0].plan('b', 1);
  jobs[0].admission.hold('a', START_MS + 500);
  jobs[0].admission.hold('a', START_MS + 100);
  for (const job of jobs) job.fill();
  expect(jobs.map(({ begun }) => begun)).toEqual([[10], []]);
  expect(jobs.map(({ admission }) => admission.nextWakeMs())).toEqual([START_MS + 500, START_MS + 500]);
  expect(jobs[1].admission.hosts(new Map())).toMatchObject([{ host: 'a', heldUntilMs: START_MS + 500 }]);
  clock.nowMs += 500;
  for (const job of jobs) job.fill();
  expect(jobs.map(({ running }) => running.length)).toEqual([1 + 2, 2]);
  expect(jobs[1].admission.hosts(new Map([['a', 2]]))).toMatchObject([
    { host: 'a', heldUntilMs: null, inFlight: 2 },
  ]);
});

test('retries come at their times, in their order, before what is new', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 200 }), (delays) => {
      const { hosts, clock } = make();
      const job = new Job(hosts, clock, { limit: Infinity });
      job.plan('a', 1);
      job.fill();
      for (const [index, delay] of delays.entries())
        job.admission.retry(again('a', 1000 + index, START_MS + delay));
      expect(job.admission.isEmpty).toBe(false);
      const due: [id: number, atMs: number][] = [];
      while (!job.admission.isEmpty) {
        const wake = job.admission.nextWakeMs();
        expect(wake).toBe(START_MS + Math.min(...delays.filter((delay) => START_MS + delay >= (wake ?? 0))));
        clock.nowMs = wake ?? 0;
        for (let packet = job.next(); packet !== null; packet = job.next())
          for (const id of packet.ids) due.push([id, clock.nowMs]);
      }
      expect(due.map(([, atMs]) => atMs - START_MS)).toEqual([...delays].sort((a, b) => a - b));
      for (const [id, atMs] of due) expect(atMs - START_MS).toBe(delays[id - 1000]);
    }),
  );
  const { hosts, clock } = make();
  const job = new Job(hosts, clock);
  job.plan('a', 5);
  job.admission.retry(again('a', 1000, START_MS));
  expect(job.next()?.ids).toEqual([1000]);
});

test('a retry that is due and finds no room waits for a place, not for a time', () => {
  const { hosts, clock } = make();
  const [job, other] = [new Job(hosts, clock), new Job(hosts, clock, { firstId: 1000 })];
  job.plan('a', LIMIT);
  job.fill();
  job.admission.retry(again('a', 500, START_MS + 10));
  clock.nowMs += 20;
  expect(job.next()).toBeNull();
  expect(job.admission.nextWakeMs()).toBeNull();
  // Another job has all places.
  other.plan('a', LIMIT);
  while (job.running.length > 0) job.release();
  other.fill();
  other.admission.hold('a', clock.nowMs + 100);
  expect(job.admission.nextWakeMs()).toBe(clock.nowMs + 100);
  while (other.running.length > 0) other.release();
  clock.nowMs += 100;
  expect(job.next()?.ids).toEqual([500]);
});

test('stored tasks whose time has not come hold up none of those beside them', () => {
  const { hosts, clock } = make();
  const job = new Job(hosts, clock, { limit: 100 });
  const notBefores = [null, START_MS + 300, null, START_MS + 100, START_MS];
  job.planPacket({ ...packetOf('a', 0, 5), notBefores });
  expect(job.next()?.ids).toEqual([0, 2, 4]);
  expect(job.next()).toBeNull();
  expect(job.admission.nextWakeMs()).toBe(START_MS + 100);
  clock.nowMs += 1000;
  expect(job.next()?.ids).toEqual([3]);
  expect(job.next()?.ids).toEqual([1]);
  expect(job.next()).toBeNull();
  expect(job.admission.isEmpty).toBe(true);
});

test('a host of which many tasks wait for another try gets no new ones until some have run', () => {
  const { hosts, clock } = make();
  const job = new Job(hosts, clock, { limit: 100, firstId: 1_000_000 });
  for (let id = 0; id < 30; id++)
    job.planPacket({ ...packetOf('a', id * 256, 256), notBefores: START_MS + 1000 });
  job.plan('b', 1);
  job.fill();
  expect(job.begun).toHaveLength(1);
  // 16 packets of 256; the others stay where they are stored.
  expect(job.draws.filter((host) => host === 'a')).toHaveLength(16);
  expect(job.admission.isEmpty).toBe(false);
  clock.nowMs += 1000;
  for (let packet = job.next(); packet !== null; packet = job.next())
    while (job.running.length > 0) job.release();
  expect(new Set(job.begun).size).toBe(30 * 256 + 1);
  expect(job.begun).toHaveLength(30 * 256 + 1);
  expect(job.admission.isEmpty).toBe(true);
});

test('a phase begins with the first task of every host that is announced, and with no other', () => {
  const { hosts, clock } = make();
  const job = new Job(hosts, clock, { limit: 100 });
  job.plan('a', 4);
  job.plan('b', 4);
  expect(job.next(2)?.ids).toEqual([0, 1]);
  job.admission.startOver();
  expect(job.admission.isEmpty).toBe(true);
  job.admission.announce('a');
  job.fill();
  expect(job.begun).toEqual([0, 1, 0, 1, 2, 3]);
});

const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('next' as const), job: fc.nat(2), most: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), job: fc.nat(2), which: fc.nat(9) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('again' as const),
      job: fc.nat(2),
      which: fc.nat(9),
      ms: fc.nat(200),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('plan' as const),
      job: fc.nat(2),
      host: fc.constantFrom('a', 'b'),
      size: fc.integer({ min: 1, max: 20 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hold' as const), job: fc.nat(2), ms: fc.nat(200) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), job: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('later' as const), ms: fc.nat(200) }) },
);

test('whatever comes of them: no host has more than its limit, every task has its turn, and all comes to its end', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
      const { hosts, clock } = make();
      const jobs = [0, 1, 2].map((index) => new Job(hosts, clock, { firstId: index * 10_000 }));
      const planned = [0, 0, 0];
      const retried = [0, 0, 0];
      const check = (): void => {
        for (const host of ['a', 'b']) {
          const inFlight = jobs.flatMap(({ running }) => running.filter((task) => task.host === host));
          expect(inFlight.length).toBeLessThanOrEqual(LIMIT);
        }
        for (const job of jobs) expect(job.admission.inFlight).toBe(job.running.length);
      };
      for (const step of commands) {
        if (step.do === 'later') {
          clock.nowMs += step.ms;
          continue;
        }
        const job = jobs[step.job];
        if (job === undefined) continue;
        if (step.do === 'next') job.next(step.most);
        else if (step.do === 'end') job.release(step.which);
        else if (step.do === 'plan') {
          job.plan(step.host, step.size);
          planned[step.job] = (planned[step.job] ?? 0) + step.size;
        } else if (step.do === 'hold') job.admission.hold('a', clock.nowMs + step.ms);
        else if (step.do === 'refuse') job.admission.release('nowhere', 'refused');
        else {
          const task = job.running[step.which];
          if (task === undefined) continue;
          job.release(step.which);
          job.admission.retry(again(task.host, task.id, clock.nowMs + step.ms));
          retried[step.job] = (retried[step.job] ?? 0) + 1;
        }
        check();
      }
      // All that is left is run; time passes only when nothing else can happen.
      while (jobs.some(({ admission }) => !admission.isEmpty || admission.inFlight > 0)) {
        for (const job of jobs) job.fill();
        check();
        const running = jobs.filter((job) => job.running.length > 0);
        for (const job of running) while (job.running.length > 0) job.release();
        if (running.length > 0) continue;
        const wakes = jobs.flatMap(({ admission }) => admission.nextWakeMs() ?? []);
        if (wakes.length === 0) break;
        expect(Math.min(...wakes)).toBeGreaterThan(clock.nowMs);
        clock.nowMs = Math.min(...wakes);
      }
      jobs.forEach((job, index) => {
        expect(job.admission.isEmpty).toBe(true);
        expect(job.begun).toHaveLength((planned[index] ?? 0) + (retried[index] ?? 0));
        expect(new Set(job.begun).size).toBe(planned[index]);
      });
    }),
    { numRuns: 300 },
  );
});
