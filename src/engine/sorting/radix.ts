/** Sorts places by what stands at them, by digits from the lowest (LSD radix sort): a tenth of what comparing a million costs. */

/**
 * Numbers, by their bits, 16 at a time.
 * @param keys by place; finite
 */
export function sortedNumbers(keys: Float64Array, places: Uint32Array): Uint32Array {
  const bits = new Uint16Array(keys.buffer, keys.byteOffset, keys.length * 4);
  let [from, into] = [places, new Uint32Array(places.length) as Uint32Array];
  for (let digit = 0; digit < 4; digit++) {
    const digitOf = (place: number): number => {
      const value = bits[place * 4 + digit] ?? 0;
      // Of negative numbers all bits are turned, of others the sign alone: so they compare as whole numbers.
      if (((bits[place * 4 + 3] ?? 0) & 0x8000) !== 0) return value ^ 0xffff;
      return digit === 3 ? value ^ 0x8000 : value;
    };
    const starts = new Uint32Array(0x1_0001);
    for (const place of from) {
      const next = digitOf(place) + 1;
      starts[next] = (starts[next] ?? 0) + 1;
    }
    for (let value = 0; value < 0x1_0000; value++)
      starts[value + 1] = (starts[value + 1] ?? 0) + (starts[value] ?? 0);
    for (const place of from) {
      const value = digitOf(place);
      const at = starts[value] ?? 0;
      starts[value] = at + 1;
      into[at] = place;
    }
    [from, into] = [into, from];
  }
  return from;
}

/** Groups that are smaller are sorted by comparing. */
const FEW = 16;
/** Bytes that are compared at once. */
const STEP = 4;
const MOST_DIGITS = 0x4f;
const [ZERO, NINE, UPPER_A, UPPER_Z] = [0x30, 0x39, 0x41, 0x5a];

/**
 * Text that compares as people sort names: upper case as lower case, and numbers by their size, which is told by how
 * many digits they have before their digits are.
 */
export function textKey(text: string): string {
  return text.toLowerCase().replaceAll(/\d+/gu, (digits) => {
    const number = digits.replace(/^0+(?=\d)/u, '');
    return String.fromCodePoint(ZERO + Math.min(number.length, MOST_DIGITS)) + number;
  });
}

/** Texts as the bytes of their {@link textKey}, one after another: a million strings would take three times the memory. */
export class TextKeys {
  readonly #starts: Uint32Array;
  #bytes: Buffer;
  #scratch = Buffer.allocUnsafeSlow(4096);
  #count = 0;
  #end = 0;

  /** @param count as many as will be added */
  constructor(count: number) {
    this.#starts = new Uint32Array(count + 1);
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(64, count * 24));
  }

  add(text: string): void {
    // A key is at most twice as long: before each number stands one byte more.
    const most = text.length * 3 * 2;
    if (this.#scratch.length < most) this.#scratch = Buffer.allocUnsafeSlow(most);
    if (this.#bytes.length < this.#end + most) {
      const larger = Buffer.allocUnsafeSlow(Math.ceil(this.#bytes.length * 1.4) + most);
      this.#bytes.copy(larger, 0, 0, this.#end);
      this.#bytes = larger;
    }
    const length = this.#scratch.write(text);
    if (length === text.length) this.#addAscii(length);
    else this.#end += this.#bytes.write(textKey(text), this.#end);
    this.#count += 1;
    this.#starts[this.#count] = this.#end;
  }

  /** What {@link textKey} does, without a string for each number. */
  #addAscii(length: number): void {
    const [from, into] = [this.#scratch, this.#bytes];
    let end = this.#end;
    for (let at = 0; at < length; at++) {
      const byte = from[at] ?? 0;
      if (byte >= ZERO && byte <= NINE) {
        let last = at;
        while (last + 1 < length && isDigit(from[last + 1] ?? 0)) last += 1;
        while (at < last && from[at] === ZERO) at += 1;
        into[end++] = ZERO + Math.min(last - at + 1, MOST_DIGITS);
        while (at < last) into[end++] = from[at++] ?? 0;
        into[end++] = from[at] ?? 0;
      } else into[end++] = byte >= UPPER_A && byte <= UPPER_Z ? byte + 0x20 : byte;
    }
    this.#end = end;
  }

  /** @param places of texts in the order in which they were added; is changed */
  sort(places: Uint32Array): void {
    const chunks = new Uint32Array(places.length);
    const [otherPlaces, otherChunks] = [new Uint32Array(places.length), new Uint32Array(places.length)];
    const counts = new Uint32Array(256 * STEP);
    const open: [from: number, to: number, depth: number][] = [[0, places.length, 0]];
    for (;;) {
      const group = open.pop();
      if (group === undefined) return;
      const [from, to, depth] = group;
      if (to - from <= FEW) {
        this.#insert(places, from, to, depth);
        continue;
      }
      const first = this.#chunk(places[from] ?? 0, depth);
      let same = true;
      for (let at = from; at < to; at++) {
        const chunk = this.#chunk(places[at] ?? 0, depth);
        chunks[at] = chunk;
        if (chunk !== first) same = false;
      }
      if (same) {
        // A chunk that ends with zero is behind the end of its text.
        if ((first & 0xff) !== 0) open.push([from, to, depth + STEP]);
        continue;
      }
      counts.fill(0);
      for (let at = from; at < to; at++) {
        const chunk = chunks[at] ?? 0;
        for (let digit = 0; digit < STEP; digit++) {
          const place = digit * 256 + ((chunk >>> (8 * digit)) & 0xff);
          counts[place] = (counts[place] ?? 0) + 1;
        }
      }
      for (let digit = 0; digit < STEP; digit++) {
        const base = digit * 256;
        if (counts[base + ((first >>> (8 * digit)) & 0xff)] === to - from) continue;
        let start = from;
        for (let value = base; value < base + 256; value++) {
          const count = counts[value] ?? 0;
          counts[value] = start;
          start += count;
        }
        for (let at = from; at < to; at++) {
          const chunk = chunks[at] ?? 0;
          const value = base + ((chunk >>> (8 * digit)) & 0xff);
          const target = counts[value] ?? 0;
          counts[value] = target + 1;
          otherPlaces[target] = places[at] ?? 0;
          otherChunks[target] = chunk;
        }
        places.set(otherPlaces.subarray(from, to), from);
        chunks.set(otherChunks.subarray(from, to), from);
      }
      let begin = from;
      for (let at = from + 1; at <= to; at++) {
        const chunk = chunks[begin] ?? 0;
        if (at < to && chunks[at] === chunk) continue;
        if (at - begin > 1 && (chunk & 0xff) !== 0) open.push([begin, at, depth + STEP]);
        begin = at;
      }
    }
  }

  /** The bytes of a text from a depth on, as one number; zeros behind its end. */
  #chunk(place: number, depth: number): number {
    const at = (this.#starts[place] ?? 0) + depth;
    const left = (this.#starts[place + 1] ?? 0) - at;
    const bytes = this.#bytes;
    if (left >= STEP)
      return (
        (((bytes[at] ?? 0) << 24) |
          ((bytes[at + 1] ?? 0) << 16) |
          ((bytes[at + 2] ?? 0) << 8) |
          (bytes[at + 3] ?? 0)) >>>
        0
      );
    let chunk = 0;
    for (let byte = 0; byte < STEP; byte++) chunk = chunk * 256 + (byte < left ? (bytes[at + byte] ?? 0) : 0);
    return chunk;
  }

  #insert(places: Uint32Array, from: number, to: number, depth: number): void {
    for (let at = from + 1; at < to; at++) {
      const place = places[at] ?? 0;
      let hole = at;
      for (; hole > from && this.#isBefore(place, places[hole - 1] ?? 0, depth); hole--)
        places[hole] = places[hole - 1] ?? 0;
      places[hole] = place;
    }
  }

  #isBefore(left: number, right: number, depth: number): boolean {
    let [one, other] = [(this.#starts[left] ?? 0) + depth, (this.#starts[right] ?? 0) + depth];
    const [oneEnd, otherEnd] = [this.#starts[left + 1] ?? 0, this.#starts[right + 1] ?? 0];
    while (one < oneEnd && other < otherEnd && this.#bytes[one] === this.#bytes[other]) {
      one += 1;
      other += 1;
    }
    if (other >= otherEnd) return false;
    return one >= oneEnd || (this.#bytes[one] ?? 0) < (this.#bytes[other] ?? 0);
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
