/** Who hears of what: listeners by the name of what happens. */
type Listener = (payload: never) => void;

export class Listeners<Events extends object> {
  readonly #byName = new Map<keyof Events, Set<Listener>>();

  /** @returns what ends it */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const listeners = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const listener of this.#byName.get(name) ?? []) {
      (listener as (payload: Events[Name]) => void)(payload);
    }
  }
}
