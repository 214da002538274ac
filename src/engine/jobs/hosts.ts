/** Hosts as all jobs of this process know them: how many requests each has, how many it gets, and until when it waits. */
import { PlaceGroup, placeMemory } from '../../common/threads/places';
import { HostPace } from './host-pace';

/** Hosts and jobs of which files can have further connections at once. */
const GROUPS = 1024;
/** So many a host gets at most where it is for parts of files: more than this one file has no use for. */
const MOST_FOR_PARTS = 16;

/** How many connections at once a host was seen to allow, where it refused more. */
export interface HostMemory {
  get(host: string): number | null;
  put(host: string, connections: number): void;
}

/** Of runs that are to know nothing of others, and others nothing of them. */
const NO_MEMORY: HostMemory = { get: () => null, put: () => undefined };

/** Where further connections of the files of one host or job are counted. */
export interface PlacesGroup {
  readonly index: number;
  readonly group: PlaceGroup;
}

/** One host, as the jobs that ask it share it. */
export class SharedHost {
  readonly pace: HostPace;
  readonly #name: string;
  readonly #hosts: Hosts;
  /** Of all jobs, beside further connections of files. */
  #inFlight = 0;
  heldUntilMs = 0;
  /** Jobs that have, or may again have, tasks for it; each is told when one of the others gives a place back. */
  readonly users = new Set<() => void>();
  /** Of these, those that have some now: they share it. */
  readonly busy = new Set<() => void>();
  /** Of these, those that could run more now if it had room. */
  readonly waiting = new Set<() => void>();
  /** Where the further connections of its files are counted, as long as it has any file. */
  #places: PlacesGroup | null = null;

  constructor(name: string, pace: HostPace, hosts: Hosts) {
    this.#name = name;
    this.pace = pace;
    this.#hosts = hosts;
  }

  /** Tasks of all jobs. */
  get inFlight(): number {
    return this.#inFlight;
  }

  set inFlight(count: number) {
    this.#inFlight = count;
    if (count > 0) this.#places ??= this.#hosts.takeGroup();
    else if (this.#places !== null) {
      this.#hosts.giveGroup(this.#places.index);
      this.#places = null;
    }
  }

  /** Further connections of its files. */
  get further(): number {
    return this.#places?.group.taken ?? 0;
  }

  /** Tells threads where its files ask for further connections; `null`: they get none. */
  get placesIndex(): number | null {
    return this.#places?.index ?? null;
  }

  /** Lets its files have what is left of its limit; files that wait come first. */
  shareOut(): void {
    if (this.#places === null) return;
    const most = Math.min(this.pace.limit, MOST_FOR_PARTS);
    this.#places.group.room = this.waiting.size > 0 ? 0 : most - this.#inFlight;
  }

  /** What its files were refused, if any. */
  hear(): void {
    const allowed = this.#places?.group.takeRefusal() ?? null;
    if (allowed === null) return;
    // A file is refused what others have: what all of them have works.
    this.pace.settle(Math.max(allowed, this.#inFlight + this.further));
    this.remember();
  }

  /** It said that it was too much. */
  remember(): void {
    this.#hosts.remember(this.#name, this.pace.limit);
  }
}

export class Hosts {
  /** Where threads look for places. */
  readonly memory = placeMemory(GROUPS);
  readonly #hosts = new Map<string, SharedHost>();
  readonly #known: HostMemory;
  readonly #free = Array.from({ length: GROUPS }, (_, index) => GROUPS - 1 - index);

  constructor(known = NO_MEMORY) {
    this.#known = known;
  }

  /**
   * @param ceiling requests that this job lets it have at once
   * @param first how many it gets before anything is known of it
   * @param onRoom called when another job has given a place back
   */
  join(name: string, ceiling: number, first: number, onRoom: () => void): SharedHost {
    let host = this.#hosts.get(name);
    if (host === undefined) {
      host = new SharedHost(name, new HostPace(ceiling, first, this.#known.get(name)), this);
      this.#hosts.set(name, host);
    }
    host.pace.allow(ceiling, first);
    host.users.add(onRoom);
    return host;
  }

  leave(name: string, onRoom: () => void): void {
    const host = this.#hosts.get(name);
    if (host?.users.delete(onRoom) !== true) return;
    host.busy.delete(onRoom);
    host.waiting.delete(onRoom);
    if (host.users.size === 0) {
      // It takes more by now than it did.
      if (host.pace.isBeyondKnown) host.remember();
      this.#hosts.delete(name);
    }
    for (const tell of host.users) tell();
  }

  remember(name: string, connections: number): void {
    try {
      this.#known.put(name, connections);
    } catch {
      // It is found out again. Whatever else is to be stored says that the database takes nothing.
    }
  }

  /** Its numbers are all 0. `null`: none is free. */
  takeGroup(): PlacesGroup | null {
    const index = this.#free.pop();
    if (index === undefined) return null;
    const group = new PlaceGroup(this.memory, index);
    group.reset();
    return { index, group };
  }

  giveGroup(index: number): void {
    this.#free.push(index);
  }
}
