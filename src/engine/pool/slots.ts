/**
 * Things that come and go, each under a small number of its own that is used again. In place of a `Map`, for
 * the reason that `EntryQueue` gives.
 */
export class Slots<Value> {
  readonly #values: (Value | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#values.length - this.#free.length;
  }

  /** @returns its number */
  add(value: Value): number {
    const slot = this.#free.pop() ?? this.#values.length;
    this.#values[slot] = value;
    return slot;
  }

  get(slot: number): Value | undefined {
    return this.#values[slot];
  }

  /** @returns what was there, if anything was */
  take(slot: number): Value | undefined {
    const value = this.#values[slot];
    if (value === undefined) return undefined;
    this.#values[slot] = undefined;
    this.#free.push(slot);
    return value;
  }

  /** Those that are there now, with their numbers; none is missed when some are taken meanwhile. */
  entries(): [slot: number, value: Value][] {
    const entries: [number, Value][] = [];
    this.#values.forEach((value, slot) => {
      if (value !== undefined) entries.push([slot, value]);
    });
    return entries;
  }

  values(): Value[] {
    return this.entries().map(([, value]) => value);
  }
}
