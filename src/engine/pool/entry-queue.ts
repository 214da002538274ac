/** First in, first out, with removal from the middle; each operation takes constant time. */
export class EntryQueue<Entry> {
  // A Set keeps insertion order and forgets from anywhere.
  #entries = new Set<Entry>();

  get length(): number {
    return this.#entries.size;
  }

  push(entry: Entry): void {
    this.#entries.add(entry);
  }

  /** Entries that had left come back, ahead of all others. */
  putBack(entries: readonly Entry[]): void {
    if (entries.length > 0) this.#entries = new Set([...entries, ...this.#entries]);
  }

  peek(): Entry | undefined {
    for (const entry of this.#entries) return entry;
    return undefined;
  }

  shift(): Entry | undefined {
    const entry = this.peek();
    if (entry !== undefined) this.#entries.delete(entry);
    return entry;
  }

  remove(entry: Entry): void {
    this.#entries.delete(entry);
  }

  drain(): Entry[] {
    const all = [...this.#entries];
    this.#entries.clear();
    return all;
  }
}
