/** Which bytes of a file are there: disjoint stretches in order, neighbours joined. Positions are bytes, ends exclusive. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

export class Extents {
  #stretches: Stretch[] = [];

  get stretches(): readonly Stretch[] {
    return this.#stretches;
  }

  /** Bytes that are there. */
  get covered(): number {
    let total = 0;
    for (const { start, end } of this.#stretches) total += end - start;
    return total;
  }

  add(start: number, end: number): void {
    if (end <= start) return;
    const last = this.#stretches.at(-1);
    // By far the most: the next bytes of the last stretch.
    if (last === undefined || last.end < start) {
      this.#stretches.push({ start, end });
      return;
    }
    if (last.start <= start) {
      this.#stretches[this.#stretches.length - 1] = { start: last.start, end: Math.max(last.end, end) };
      return;
    }
    const apart = this.#stretches.filter((other) => other.end < start || other.start > end);
    const touching = this.#stretches.filter((other) => other.end >= start && other.start <= end);
    const joined = {
      start: Math.min(start, ...touching.map((other) => other.start)),
      end: Math.max(end, ...touching.map((other) => other.end)),
    };
    this.#stretches = [...apart, joined].sort((left, right) => left.start - right.start);
  }

  clear(): void {
    this.#stretches = [];
  }

  /** What is missing of a file of `total` bytes; without a total the last gap has no end (`Infinity`). */
  gaps(total: number | null): Stretch[] {
    return this.missing(0, total ?? Infinity);
  }

  /** What is missing from `start` up to `end`. */
  missing(start: number, end: number): Stretch[] {
    const missing: Stretch[] = [];
    let at = start;
    for (const known of this.#stretches) {
      if (known.end <= at || known.start >= end) continue;
      if (known.start > at) missing.push({ start: at, end: known.start });
      at = known.end;
    }
    if (at < end) missing.push({ start: at, end });
    return missing;
  }
}
