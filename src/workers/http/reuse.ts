/**
 * How many requests a server answers over one connection, as far as it turns out. Most say when they close it; of one
 * that closes without a word each request after that would be sent in vain.
 */

/** So many connections that end after as many answers are no chance. */
const SURE = 2;
/** It may have changed: one in so many connections is tried again. */
const TRY_EVERY = 100;

export class Reuse {
  /** Answers of the connection that was found closed last; 0: none was, or one gave more since. */
  #diedAfter = 0;
  #deaths = 0;
  #spent = 0;

  /** A connection gave its nth answer. */
  served(answers: number): void {
    if (answers > this.#diedAfter) this.#diedAfter = this.#deaths = 0;
  }

  /** A request got no answer, since the server had closed the connection after so many. */
  died(answers: number): void {
    this.#deaths = answers === this.#diedAfter ? this.#deaths + 1 : 1;
    this.#diedAfter = answers;
  }

  /** Whether a connection that gave so many answers is to be given up: it would be found closed. */
  isSpent(answers: number): boolean {
    if (this.#deaths < SURE || answers < this.#diedAfter) return false;
    this.#spent += 1;
    return this.#spent % TRY_EVERY !== 0;
  }
}
