/** Behind so many entries that have left, the array is cut. */
const COMPACT_AT = 1024;

/**
 * First in, first out, with removal from the middle; each operation takes constant time.
 *
 * Only entries from `#head` onward are in the queue, but for those in `#removed`. No `Set` of all entries:
 * the tables of a `Set` or `Map` that is filled and emptied without end are chained from old to new, so the garbage
 * collector's quick pass takes thousands of dead entries for living ones.
 */
export class EntryQueue<Entry> {
  #entries: (Entry | undefined)[] = [];
  #head = 0;
  readonly #removed = new Set<Entry>();

  get length(): number {
    return this.#entries.length - this.#head - this.#removed.size;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Entries that had left come back, ahead of all others. */
  putBack(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    this.#entries = [...entries, ...this.#entries.slice(this.#head)];
    this.#head = 0;
  }

  peek(): Entry | undefined {
    for (;;) {
      const entry = this.#entries[this.#head];
      if (entry === undefined || !this.#removed.delete(entry)) return entry;
      this.#advance();
    }
  }

  shift(): Entry | undefined {
    const entry = this.peek();
    if (entry !== undefined) this.#advance();
    return entry;
  }

  /** The entry must be in the queue. */
  remove(entry: Entry): void {
    this.#removed.add(entry);
  }

  drain(): Entry[] {
    const all: Entry[] = [];
    for (let entry = this.shift(); entry !== undefined; entry = this.shift()) all.push(entry);
    return all;
  }

  #advance(): void {
    this.#entries[this.#head] = undefined;
    this.#head += 1;
    if (this.#head < COMPACT_AT && this.#head < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}
