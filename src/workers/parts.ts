/**
 * The parts of one file that are on their way, each over a connection of its own, and how they are shared out: what
 * nobody fetches, half of the rest of the slowest part, and at the end that rest itself once more. Every byte of the
 * file is taken from the connection that brings it first, and from no other.
 */
import type { Line } from './connection-growth';
import type { Extents, Stretch } from './extents';
import type { PlaceWriter } from './partial-file';

/** A part of which less is left at its present speed is left alone. */
const WORTH_HALVING_MS = 500;
const WORTH_RACING_MS = 1000;
/** Halves smaller than this are no more than a packet of the network or two. */
const SMALLEST_HALF = 32 * 1024;
/** A connection that has brought nothing for so long is not counted on. */
export const STALLED_MS = 2000;

export interface Part {
  readonly start: number;
  /** The next byte that its connection brings. */
  position: number;
  /** Where it is to stop, exclusive: nearer when another connection takes the rest, farther when that one has not come. */
  end: number;
  /** Where its answer ends. */
  reach: number;
  /** Whether the server has answered with these bytes. */
  hasBegun: boolean;
  /** Its connection is not given up while others have yet to bring what comes behind it: they may fail. */
  isKept: boolean;
  /** It has come to its end, and others bring what is behind it. */
  isWaiting: boolean;
  /** The one that was asked for the same rest later. */
  chaser: Part | null;
  /** The one whose rest this is, once more. */
  chased: Part | null;
  /** When its first byte came; `null`: none did. */
  sinceMs: number | null;
  /** When its last byte came, or it was asked for. */
  latestMs: number;
  /** Whose bytes they are. */
  line: Line | null;
  writer: PlaceWriter | null;
  /** Nothing more is wanted of its connection. */
  cut: () => void;
}

export class Parts {
  readonly #have: Extents;
  readonly #open = new Set<Part>();

  /** @param have what the file holds; it grows as bytes come */
  constructor(have: Extents) {
    this.#have = have;
  }

  get open(): ReadonlySet<Part> {
    return this.#open;
  }

  /** @param reach where its answer ends, or is to end */
  add(start: number, end: number, now: number, reach = end): Part {
    const part: Part = {
      start,
      position: start,
      end,
      reach,
      hasBegun: false,
      isKept: false,
      isWaiting: false,
      chaser: null,
      chased: null,
      sinceMs: null,
      latestMs: now,
      line: null,
      writer: null,
      cut: () => undefined,
    };
    this.#open.add(part);
    return part;
  }

  close(part: Part): void {
    this.#open.delete(part);
    if (part.chaser !== null) part.chaser.chased = null;
    if (part.chased !== null) part.chased.chaser = null;
    part.chaser = part.chased = null;
  }

  clear(): void {
    this.#open.clear();
  }

  /** The first stretch that is neither there nor on its way. */
  unclaimed(total: number): Stretch | null {
    for (const gap of this.#have.missing(0, total)) {
      let { start } = gap;
      const inside = [...this.#open]
        .filter((part) => part.end > gap.start && part.position < gap.end)
        .sort((left, right) => left.position - right.position);
      for (const part of inside) {
        if (part.position > start) return { start, end: part.position };
        start = Math.max(start, part.end);
      }
      if (start < gap.end) return { start, end: gap.end };
    }
    return null;
  }

  /**
   * What a connection that has nothing to do is to ask for; `null`: nothing that would be sooner there.
   * @param total bytes of the file
   */
  claim(total: number, now: number): Part | null {
    const gap = this.unclaimed(total);
    if (gap !== null) return this.add(gap.start, gap.end, now);
    const slowest = this.#slowest(now);
    if (slowest === null) return null;
    const { part, leftMs, hasStalled } = slowest;
    const left = part.end - part.position;
    if (!hasStalled && left >= 2 * SMALLEST_HALF) {
      if (leftMs < WORTH_HALVING_MS) return null;
      const middle = part.position + Math.ceil(left / 2);
      const half = this.add(middle, part.end, now);
      part.end = middle;
      return half;
    }
    if (leftMs < WORTH_RACING_MS) return null;
    const chaser = this.add(part.position, part.end, now);
    chaser.chased = part;
    part.chaser = chaser;
    return chaser;
  }

  /**
   * Bytes have come over a part's connection.
   * @param bytes may be more than are wanted of it
   * @returns which of them nobody brought before; they are taken to be in the file from now on
   */
  advance(part: Part, bytes: number, now: number): Stretch[] {
    part.sinceMs ??= now;
    part.latestMs = now;
    const comesTo = Math.min(part.position + bytes, part.reach);
    const fresh: Stretch[] = [];
    do {
      const from = part.position;
      const to = Math.min(comesTo, part.end);
      part.position = to;
      for (const stretch of this.#have.missing(from, to)) {
        this.#have.add(stretch.start, stretch.end);
        fresh.push(stretch);
      }
      const { chased, chaser } = part;
      // Who has been overtaken has nothing more to bring, and whoever is through first was the faster one.
      if (chased !== null && to > chased.position) this.#drop(chased);
      if (chaser !== null && to === part.end) this.#drop(chaser);
      if (part.isKept) this.#dropOvertaken(part);
      // Of what is not given up nothing may be missed.
      if (to === part.end && !this.#extend(part) && part.isKept) part.end = comesTo;
    } while (part.position < Math.min(comesTo, part.end));
    return fresh;
  }

  /**
   * A part that is kept has come to its end, and is to go on in its own answer, over bytes that others have brought as
   * well: nobody brings what comes behind them, or who does would take longer.
   * @param hope whether others have not disappointed yet
   * @returns whether it goes on, to an end that is farther now; `null`: there is nothing missing behind it
   */
  goOn(part: Part, hope: boolean, now: number): boolean | null {
    const [gap] = this.#have.missing(part.position, part.reach);
    if (gap === undefined) return null;
    const timeTo = (end: number): number =>
      ((end - part.position) * Math.max(1, part.latestMs - (part.sinceMs ?? now))) /
      Math.max(1, part.position - part.start);
    const others = [...this.#open].filter(
      (other) => other !== part && other.position <= gap.start && other.end > gap.start,
    );
    let end: number;
    if (others.length === 0) {
      const isWaitedFor = hope && now - part.latestMs < WORTH_RACING_MS;
      if (isWaitedFor && timeTo(gap.start) > WORTH_RACING_MS) return false;
      const unclaimed = this.unclaimed(part.reach);
      end = unclaimed?.start === gap.start ? unclaimed.end : gap.end;
    } else {
      end = Math.max(...others.map((other) => other.end));
      const soonestMs = Math.min(...others.map((other) => leftMsOf(other, hope, now)));
      if (soonestMs < WORTH_RACING_MS || timeTo(end) > soonestMs) return false;
    }
    // The time that it waited is none in which it was slow.
    part.sinceMs = (part.sinceMs ?? now) + now - part.latestMs;
    part.latestMs = now;
    part.end = Math.min(end, part.reach);
    return true;
  }

  /** Others that were ahead, and were to bring what it has brought itself now. Who was sent after it may yet be faster. */
  #dropOvertaken({ start, position, end, chaser }: Part): void {
    for (const other of [...this.#open]) {
      const isBehind = other.position >= start && other.position < position && other.end <= end;
      if (isBehind && other !== chaser) this.#drop(other);
    }
  }

  /**
   * By what comes behind it in its own answer, where whoever was to fetch that has not come.
   * @returns whether there is such
   */
  #extend(part: Part): boolean {
    const before = part.end;
    while (part.end < part.reach) {
      const next = [...this.#open].find((other) => other !== part && other.position === part.end);
      if (next === undefined) {
        const gap = this.unclaimed(part.reach);
        if (gap?.start === part.end) part.end = gap.end;
        break;
      }
      if (next.hasBegun || next.chaser !== null || next.chased !== null || next.end > part.reach) break;
      this.#drop(next);
      part.end = next.end;
    }
    return part.end > before;
  }

  #drop(part: Part): void {
    this.close(part);
    part.cut();
  }

  /** The one that would take longest by itself. */
  #slowest(now: number): { part: Part; leftMs: number; hasStalled: boolean } | null {
    const usual = this.#usualSpeed(now);
    let slowest: { part: Part; leftMs: number; hasStalled: boolean } | null = null;
    for (const part of this.#open) {
      const left = part.end - part.position;
      if (left <= 0 || part.chaser !== null || part.chased !== null) continue;
      const hasStalled = now - part.latestMs >= STALLED_MS;
      const speed = speedOf(part, now) ?? usual;
      // Just asked for, and nothing is known yet.
      if (speed === 0 && !hasStalled) continue;
      const leftMs = hasStalled ? Infinity : left / speed;
      if (slowest === null || leftMs > slowest.leftMs) slowest = { part, leftMs, hasStalled };
    }
    return slowest;
  }

  /** Of those that have brought something, in bytes per millisecond; 0: of none. */
  #usualSpeed(now: number): number {
    const speeds = [...this.#open].flatMap((part) => speedOf(part, now) ?? []);
    return speeds.reduce((sum, speed) => sum + speed, 0) / Math.max(1, speeds.length);
  }
}

/** `Infinity`: it has stalled. One that has just been asked for may be there at once, if there is hope. */
function leftMsOf(part: Part, hope: boolean, now: number): number {
  if (now - part.latestMs >= STALLED_MS) return Infinity;
  const speed = speedOf(part, now);
  if (speed === null) return hope ? 0 : Infinity;
  return (part.end - part.position) / speed;
}

function speedOf({ sinceMs, position, start }: Part, now: number): number | null {
  return sinceMs === null || position === start ? null : (position - start) / Math.max(1, now - sinceMs);
}
