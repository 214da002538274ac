/**
 * Decides whose packet is next. Each host has a limit over all jobs, and a host
 * that said "later" is left alone until then; meanwhile its tasks hold no
 * place, neither in memory nor in the queue. File work has one host, ''.
 */
import { pickTasks, valueAt, type Packet } from '../../common/model/packet';
import type { ErrorData } from '../../common/model/errors';
import { nowMs } from '../../common/threads/board';
import type { PlaceGroup } from '../../common/threads/places';
import type { HostState } from '../../common/model/responses';
import type { DrawCursor, Drawn } from '../store/packet-store';
import type { IdleReasons, RunningReading } from '../pool';
import type { Hosts, SharedHost } from './hosts';

interface Host {
  readonly name: string;
  /** `null`: what has no host has no limit. */
  readonly shared: SharedHost | null;
  /** Drawn, and admitted up to `taken`. */
  packet: Packet | null;
  taken: number;
  cursor: DrawCursor;
  exhausted: boolean;
  /** Packets of one task whose time has not come, the next one last. */
  readonly waiting: Packet[];
  /** Tasks of this job. */
  inFlight: number;
  answered: number;
  refused: number;
  lastError: string | null;
}

const START: DrawCursor = { row: -1, packet: -1 };
/** Further connections of files that are wanted back have ended after about so long. */
const GIVEN_BACK_MS = 60;
/** Tasks of one host that wait for another try, beyond which it gets no new ones. */
const MOST_WAITING = 4096;

/** What the end of a task says of its host. */
export type HostSign = 'answered' | 'refused';

/** 404 is an answer like any other. @param error `null`: the task is done */
export function signOf(error: ErrorData | null): HostSign | null {
  if (error === null) return 'answered';
  if (/^(?:http-(?:429|503)|connection-|timeout-)/u.test(error.code)) return 'refused';
  return error.code.startsWith('http-') ? 'answered' : null;
}

export interface AdmissionOptions {
  /** The most that one host gets at once, over all jobs; `Infinity` for what has no host. */
  readonly limitPerHost: number;
  /** How many it gets before anything is known of it. */
  readonly firstPerHost: number;
  readonly hosts: Hosts;
  /** Where further connections of its files are counted; `null`: they have none. */
  readonly places?: PlaceGroup | null;
  /** Connections of the job at once, further ones of files among them. */
  readonly connections?: () => number;
  /** Tasks that its threads run at once, and how many may lie ready there beside those. */
  readonly lanes?: () => { readonly count: number; readonly ahead: number };
  /** Reads queued tasks of a host behind a cursor. */
  readonly draw: (host: string, after: DrawCursor) => Drawn | null;
  /** More may run now: another job has given a host's place back. */
  readonly onRoom: () => void;
  /** Is told why it has nothing to hand out. */
  readonly idleReasons?: IdleReasons;
  /** A clock that nobody sets back: what waits would wait for as long again. */
  readonly now?: () => number;
}

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #hosts = new Map<string, Host>();
  /** Hosts that may have more; turns go round, and the one served last is last. */
  readonly #turn = new Set<Host>();
  #inFlight = 0;
  /** As {@link AdmissionOptions.firstPerHost}; may change. */
  #first: number;
  readonly #now: () => number;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#first = options.firstPerHost;
    this.#now = options.now ?? nowMs;
  }

  /** Tells of a host that has, or may again have, queued tasks in the store. */
  announce(name: string): void {
    const { limitPerHost, hosts, onRoom } = this.#options;
    const known = this.#hosts.get(name);
    if (known !== undefined) {
      known.exhausted = false;
      known.shared?.busy.add(onRoom);
      this.#turn.add(known);
      return;
    }
    const host: Host = {
      name,
      shared: Number.isFinite(limitPerHost) ? hosts.join(name, limitPerHost, this.#first, onRoom) : null,
      packet: null,
      taken: 0,
      cursor: START,
      exhausted: false,
      waiting: [],
      inFlight: 0,
      answered: 0,
      refused: 0,
      lastError: null,
    };
    host.shared?.busy.add(onRoom);
    this.#hosts.set(name, host);
    this.#turn.add(host);
  }

  /** Somebody has said how many each host is to get at once; its limit, and what it refused, count all the same. */
  expect(perHost: number): void {
    this.#first = perHost;
    for (const { shared } of this.#hosts.values()) shared?.pace.allow(this.#options.limitPerHost, perHost);
  }

  /** What is drawn from now on is another set of tasks: of every host from its first one, once it is announced. */
  startOver(): void {
    for (const host of this.#hosts.values()) {
      host.packet = null;
      host.cursor = START;
      host.exhausted = true;
    }
  }

  /** Nothing of this job will ask any host again, and what never ended (its pool broke, say) holds no place. */
  close(): void {
    for (const { name, shared, inFlight } of this.#hosts.values()) {
      if (shared === null) continue;
      shared.inFlight -= inFlight;
      this.#options.hosts.leave(name, this.#options.onRoom);
    }
    this.#hosts.clear();
    this.#turn.clear();
  }

  /** The next tasks that may start now, at most `most`, counted as in flight; `null` when none may. */
  next(most: number): Packet | null {
    const now = this.#now();
    for (let tried = this.#turn.size; tried > 0; tried--) {
      const [host] = this.#turn;
      if (host === undefined) break;
      this.#turn.delete(host);
      if (hasMore(host)) this.#turn.add(host);
      const room = Math.min(most, this.#roomOf(host, now));
      const packet = room <= 0 ? null : (dueOf(host, now) ?? this.#take(host, room, now));
      if (packet !== null) {
        host.inFlight += packet.ids.length;
        this.#inFlight += packet.ids.length;
        if (host.shared !== null) host.shared.inFlight += packet.ids.length;
      } else if (room > 0 && this.#leavesToOthers(host)) this.#tellOthers(host);
      this.#shareOut(host, now);
      if (packet !== null) return packet;
    }
    this.#options.idleReasons?.set(this.isEmpty ? 'queue' : 'hostLimit');
    return null;
  }

  /** What is left of a host's and the job's connections is for parts of files; files that wait come first. */
  #shareOut(host: Host, now: number): void {
    const { shared } = host;
    if (shared === null) return;
    shared.hear();
    // What waits for the job's own threads does not wait for the host.
    const most = this.#options.lanes?.().count ?? Infinity;
    if (canRunMore(host, now) && this.#inFlight < most) shared.waiting.add(this.#options.onRoom);
    else shared.waiting.delete(this.#options.onRoom);
    shared.shareOut();
    this.shareOutConnections();
  }

  /** How many connections there may be has changed. */
  shareOutConnections(): void {
    const { places, connections } = this.#options;
    if (places == null || connections === undefined) return;
    const left = connections() - this.#inFlight;
    const { taken } = places;
    places.room = taken === 0 || taken < left || !this.#waits() ? left : taken - 1;
  }

  /** Whether a file could be begun if the job had a connection more. */
  #waits(): boolean {
    const now = this.#now();
    for (const host of this.#turn) if (canRunMore(host, now) && this.#roomOf(host, now) > 0) return true;
    return false;
  }

  /** What runs at this moment, of hosts that may soon have more. @returns whether one has */
  flowing(running: ReadonlyMap<string, readonly RunningReading[]>): boolean {
    let hasMoreRoom = false;
    for (const [name, readings] of running) {
      const pace = this.#hosts.get(name)?.shared?.pace;
      if (pace?.flowing(this.#now(), readings) === true) hasMoreRoom = true;
    }
    return hasMoreRoom;
  }

  /** Whether files wait for a host of which it is to be seen whether it could do more. */
  get wantsToSeeFlow(): boolean {
    const now = this.#now();
    for (const host of this.#turn)
      if (host.shared?.pace.isDoubling === true && canRunMore(host, now) && this.#roomOf(host, now) <= 0)
        return true;
    return false;
  }

  /** A task no longer runs. @param sign what its end says of the host; @param error what went wrong */
  release(name: string, sign: HostSign | null = null, error: ErrorData | null = null): void {
    const host = this.#hosts.get(name);
    if (host === undefined) return;
    host.lastError = error?.message ?? host.lastError;
    const { shared } = host;
    if (sign === 'answered') {
      host.answered += 1;
      shared?.pace.answered(this.#now(), shared.inFlight);
    } else if (sign === 'refused') {
      host.refused += 1;
      const isLess = shared?.pace.refused(this.#now(), shared.inFlight + shared.further) === true;
      if (isLess && error !== null && /^http-(?:429|503)$/u.test(error.code)) shared.remember();
    }
    shared?.hear();
    host.inFlight -= 1;
    this.#inFlight -= 1;
    if (shared === null) return;
    shared.inFlight -= 1;
    this.#leavesToOthers(host);
    this.#shareOut(host, this.#now());
    this.#tellOthers(host);
  }

  /** A task comes back and may run again at its time. @param packet of one task */
  retry(packet: Packet): void {
    const host = this.#hosts.get(packet.host);
    if (host === undefined) return;
    wait(host, packet);
    this.#turn.add(host);
    host.shared?.busy.add(this.#options.onRoom);
  }

  /** Where files of a host ask for further connections. */
  placesOf(name: string): number | null {
    if (this.#options.places == null) return null;
    return this.#hosts.get(name)?.shared?.placesIndex ?? null;
  }

  /** The host asked to be left alone. */
  hold(name: string, untilMs: number): void {
    const shared = this.#hosts.get(name)?.shared;
    if (shared != null) shared.heldUntilMs = Math.max(shared.heldUntilMs, untilMs);
  }

  /**
   * Those that have a limit, busiest first.
   * @param running tasks that threads have in hand, by host: others that were handed over lie ready there
   */
  hosts(running: ReadonlyMap<string, number>): HostState[] {
    const now = this.#now();
    return [...this.#hosts.values()]
      .flatMap(({ name, shared, answered, refused, lastError }) =>
        shared === null
          ? []
          : [
              {
                host: name,
                inFlight: (running.get(name) ?? 0) + shared.further,
                limit: this.#limitOf(shared),
                heldUntilMs: shared.heldUntilMs > now ? shared.heldUntilMs : null,
                answered,
                refused,
                lastError,
              },
            ],
      )
      .sort((a, b) => b.inFlight - a.inFlight || b.answered - a.answered);
  }

  /** Of the hosts that asked to be left alone, and have more, the one whose pause is over first. */
  get heldHost(): Pick<Host, 'name' | 'lastError'> | null {
    const now = this.#now();
    let [first, untilMs]: [Host | null, number] = [null, Infinity];
    for (const host of this.#hosts.values()) {
      const heldUntilMs = host.shared?.heldUntilMs ?? 0;
      if (heldUntilMs > now && heldUntilMs < untilMs && hasMore(host)) [first, untilMs] = [host, heldUntilMs];
    }
    return first;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Whether nothing is known that could still run. */
  get isEmpty(): boolean {
    for (const host of this.#turn) if (hasMore(host)) return false;
    return true;
  }

  /** When to ask again although nothing settles: the earliest retry or end of a hold; `null`: nothing waits for a time. */
  nextWakeMs(): number | null {
    const now = this.#now();
    let earliest = Infinity;
    for (const host of this.#turn) {
      const heldUntilMs = host.shared?.heldUntilMs ?? 0;
      // Whoever gives a place back says so.
      if (heldUntilMs <= now && this.#roomOf(host, now) <= 0) {
        // Threads give further connections back, and say nothing.
        if ((host.shared?.further ?? 0) > 0 && canRunMore(host, now))
          earliest = Math.min(earliest, now + GIVEN_BACK_MS);
        continue;
      }
      const next = host.waiting.at(-1);
      if (next !== undefined) earliest = Math.min(earliest, Math.max(timeOf(next), heldUntilMs));
      if (heldUntilMs > now && hasMore(host)) earliest = Math.min(earliest, heldUntilMs);
    }
    return Number.isFinite(earliest) ? earliest : null;
  }

  /** @returns whether this job has nothing more for it, so that what was its share is the others' from now on */
  #leavesToOthers(host: Host): boolean {
    return host.inFlight === 0 && !hasMore(host) && host.shared?.busy.delete(this.#options.onRoom) === true;
  }

  #tellOthers({ shared }: Host): void {
    for (const tell of shared?.users ?? []) if (tell !== this.#options.onRoom) tell();
  }

  #limitOf({ pace }: SharedHost): number {
    return Math.min(pace.limit, this.#options.limitPerHost);
  }

  /** How many more tasks it may have now. Jobs that ask one host at once have equal shares. */
  #roomOf({ shared, inFlight }: Host, now: number): number {
    if (shared === null) return Infinity;
    if (shared.heldUntilMs > now) return 0;
    let limit = this.#limitOf(shared);
    // Where a job that has a host alone cannot run more than the host may have, some of its tasks may lie ready.
    const lanes = shared.users.size === 1 ? this.#options.lanes?.() : undefined;
    if (lanes !== undefined && lanes.count <= limit) limit += lanes.ahead;
    return Math.min(
      limit - shared.inFlight - shared.further,
      Math.ceil(limit / Math.max(1, shared.busy.size)) - inFlight,
    );
  }

  #take(host: Host, room: number, now: number): Packet | null {
    while (host.packet === null) {
      if (host.exhausted || host.waiting.length >= MOST_WAITING) return null;
      const drawn = this.#options.draw(host.name, host.cursor);
      if (drawn === null) {
        host.exhausted = true;
        return null;
      }
      host.cursor = drawn.cursor;
      host.packet = dueTasks(host, drawn.packet, now);
      host.taken = 0;
    }
    const { packet, taken } = host;
    const count = packet.ids.length;
    const end = Math.min(count, taken + room);
    host.taken = end;
    if (end === count) host.packet = null;
    if (taken === 0 && end === count) return packet;
    return pickTasks(
      packet,
      Array.from({ length: end - taken }, (_, index) => taken + index),
    );
  }
}

function hasMore({ packet, exhausted, waiting }: Host): boolean {
  return packet !== null || !exhausted || waiting.length > 0;
}

/** Whether more of its tasks could run now if there was room. */
function canRunMore({ packet, exhausted, waiting }: Host, now: number): boolean {
  const next = waiting.at(-1);
  return packet !== null || !exhausted || (next !== undefined && timeOf(next) <= now);
}

function timeOf({ notBefores }: Packet): number {
  return valueAt(notBefores, 0) ?? 0;
}

function dueOf({ waiting }: Host, now: number): Packet | null {
  const next = waiting.at(-1);
  if (next === undefined || timeOf(next) > now) return null;
  waiting.pop();
  return next;
}

/** Those whose time has come; the others wait. */
function dueTasks(host: Host, packet: Packet, now: number): Packet | null {
  if (packet.notBefores === null) return packet.ids.length === 0 ? null : packet;
  const due: number[] = [];
  packet.ids.forEach((_, task) => {
    if ((valueAt(packet.notBefores, task) ?? 0) <= now) due.push(task);
    else wait(host, pickTasks(packet, [task]));
  });
  return due.length === 0 ? null : pickTasks(packet, due);
}

/** In the order of their times, the next one last. */
function wait({ waiting }: Host, packet: Packet): void {
  const time = timeOf(packet);
  let [low, high] = [0, waiting.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeOf(waiting[middle] ?? packet) > time) low = middle + 1;
    else high = middle;
  }
  waiting.splice(low, 0, packet);
}
