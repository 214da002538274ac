/** Whether a reader's work grows with what it reads, and no faster. */

/** Of CPU, for what does not grow: a collection of garbage, a busy machine's caches. */
const SLACK_MS = 150;
const TRIES = 5;

export interface Growth {
  /** The least CPU time in milliseconds of some tries: what else the process does in the meantime only adds to it. */
  readonly once: number;
  /** As much for four times as many characters. */
  readonly four: number;
  /** Quadratic work would be sixteen times as much. */
  readonly isLinear: boolean;
}

/** @param read reads a text of so many characters */
export async function growthOf(
  length: number,
  read: (characters: number) => Promise<unknown>,
): Promise<Growth> {
  let [once, four] = [Infinity, Infinity];
  for (let tried = 0; tried < TRIES; tried++) {
    once = Math.min(once, await cpuMs(() => read(length)));
    four = Math.min(four, await cpuMs(() => read(4 * length)));
    if (four < 9 * once + SLACK_MS) return { once, four, isLinear: true };
  }
  return { once, four, isLinear: false };
}

async function cpuMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
