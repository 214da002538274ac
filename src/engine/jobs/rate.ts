/** Figures over the last second, from samples of a counter. */
const RATE_WINDOW_MS = 1000;

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
  readonly tasks: number;
}

export class Rate {
  #samples: Sample[] = [];

  add(sample: Sample): { bytesPerSecond: number; tasksPerSecond: number } {
    this.#samples.push(sample);
    while (this.#samples.length > 2 && sample.atMs - (this.#samples[1]?.atMs ?? 0) >= RATE_WINDOW_MS) {
      this.#samples.shift();
    }
    const first = this.#samples[0] ?? sample;
    const seconds = (sample.atMs - first.atMs) / 1000;
    if (seconds <= 0) return { bytesPerSecond: 0, tasksPerSecond: 0 };
    return {
      bytesPerSecond: Math.max(0, (sample.bytes - first.bytes) / seconds),
      tasksPerSecond: Math.max(0, (sample.tasks - first.tasks) / seconds),
    };
  }
}
