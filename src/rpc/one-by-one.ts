/** Work on jobs that comes one after the other for each of them. */
import { toErrorData } from '../common/model/errors';

export class OneByOne {
  readonly #last = new Map<number, Promise<void>>();
  readonly #onThrough: (jobId: number) => void;

  /** @param onThrough nothing is left to be done with the job */
  constructor(onThrough: (jobId: number) => void) {
    this.#onThrough = onThrough;
  }

  has(jobId: number): boolean {
    return this.#last.has(jobId);
  }

  /** Resolves when what there is by now is done. */
  async through(jobId: number): Promise<void> {
    await this.#last.get(jobId);
  }

  add(jobId: number, work: () => Promise<void>): void {
    const before = this.#last.get(jobId) ?? Promise.resolve();
    const done = before
      .then(work)
      .catch((error: unknown) => {
        process.emitWarning(toErrorData(error).message);
      })
      .then(() => {
        if (this.#last.get(jobId) !== done) return;
        this.#last.delete(jobId);
        this.#onThrough(jobId);
      });
    this.#last.set(jobId, done);
  }
}
