/** Hosts as all jobs of this process know them: how many requests each has, how many it gets, and until when it waits. */
import { HostPace } from './host-pace';

/** One host, as the jobs that ask it share it. */
export interface SharedHost {
  readonly pace: HostPace;
  /** Requests of all jobs. */
  inFlight: number;
  heldUntilMs: number;
  /** Jobs that have, or may again have, tasks for it; each is told when one of the others gives a place back. */
  readonly users: Set<() => void>;
  /** Of these, those that have some now: they share it. */
  readonly busy: Set<() => void>;
}

export class Hosts {
  readonly #hosts = new Map<string, SharedHost>();

  /**
   * @param ceiling requests that this job lets it have at once
   * @param first how many it gets before anything is known of it
   * @param onRoom called when another job has given a place back
   */
  join(name: string, ceiling: number, first: number, onRoom: () => void): SharedHost {
    let host = this.#hosts.get(name);
    if (host === undefined) {
      host = {
        pace: new HostPace(ceiling, first),
        inFlight: 0,
        heldUntilMs: 0,
        users: new Set(),
        busy: new Set(),
      };
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
    if (host.users.size === 0) this.#hosts.delete(name);
    for (const tell of host.users) tell();
  }
}
