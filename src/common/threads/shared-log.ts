/**
 * Records that all threads of a job share, in the order in which they were added. They lie in shared memory with a lock,
 * so that a thread made later finds what one that has ended added. Only the newest fit; whoever needs others keeps them.
 */
const LOCK = 0;
/** How often the log was written anew from its beginning. */
const GENERATION = 1;
/** Bytes behind the cells that are records. */
const TAIL = 2;
const CELLS = 3;
const BYTES = 128 * 1024;
/** A record's length. */
const PREFIX = 4;
/** The lock is held for microseconds: whoever holds it longer was terminated. */
const GONE_MS = 100;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class SharedLog {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #generation = 0;
  #read = 0;

  constructor(buffer = new SharedArrayBuffer(BYTES)) {
    this.buffer = buffer;
    this.#cells = new Int32Array(buffer, 0, CELLS);
    this.#bytes = new Uint8Array(buffer, CELLS * Int32Array.BYTES_PER_ELEMENT);
    this.#view = new DataView(buffer, this.#bytes.byteOffset);
  }

  /** Whether there may be records that this thread has not read. */
  get hasNews(): boolean {
    return this.#at(TAIL) !== this.#read || this.#at(GENERATION) !== this.#generation;
  }

  /** @returns what was added since it was read last; some of it once more where the log was written anew */
  read(): string[] {
    return this.#locked(() => this.#readOn());
  }

  /**
   * @param all what is worth keeping where the log is full, the newest last; asked with what {@link read} would return
   * @returns what others added before
   */
  add(record: string, all: (news: readonly string[]) => readonly string[]): string[] {
    return this.#locked(() => {
      const news = this.#readOn();
      const bytes = encoder.encode(record);
      if (this.#read + PREFIX + bytes.length <= this.#bytes.length) this.#append(bytes);
      else this.#writeAnew([...all(news), record]);
      return news;
    });
  }

  #at(cell: number): number {
    return Atomics.load(this.#cells, cell);
  }

  #readOn(): string[] {
    const generation = this.#at(GENERATION);
    if (generation !== this.#generation) this.#read = 0;
    this.#generation = generation;
    const tail = this.#at(TAIL);
    const records: string[] = [];
    for (let at = this.#read; at < tail;) {
      const from = at + PREFIX;
      at = from + this.#view.getUint32(at);
      // Shared memory itself cannot be decoded.
      records.push(decoder.decode(this.#bytes.slice(from, at)));
    }
    this.#read = tail;
    return records;
  }

  #append(record: Uint8Array): void {
    this.#view.setUint32(this.#read, record.length);
    this.#bytes.set(record, this.#read + PREFIX);
    this.#read += PREFIX + record.length;
    // Told when it is whole: what a terminated thread began is overwritten.
    Atomics.store(this.#cells, TAIL, this.#read);
  }

  /** The newest of them, as many as half of the log holds. */
  #writeAnew(records: readonly string[]): void {
    let room = this.#bytes.length / 2;
    const kept: Uint8Array[] = [];
    for (let at = records.length - 1; at >= 0; at--) {
      const bytes = encoder.encode(records[at]);
      room -= PREFIX + bytes.length;
      if (room < 0) break;
      kept.push(bytes);
    }
    Atomics.store(this.#cells, TAIL, 0);
    this.#read = 0;
    this.#generation = Atomics.add(this.#cells, GENERATION, 1) + 1;
    for (const bytes of kept.reverse()) this.#append(bytes);
  }

  #locked<T>(action: () => T): T {
    while (Atomics.compareExchange(this.#cells, LOCK, 0, 1) !== 0) {
      if (Atomics.wait(this.#cells, LOCK, 1, GONE_MS) === 'timed-out') break;
    }
    try {
      return action();
    } finally {
      Atomics.store(this.#cells, LOCK, 0);
      Atomics.notify(this.#cells, LOCK, 1);
    }
  }
}
