/** What all rounds come to. */

const NAMES = {
  file: 'files wrong',
  lost: 'lost',
  twice: 'done twice',
  left: 'left behind',
  row: 'rows wrong',
  database: 'databases wrong',
  words: 'sentences that nobody should see',
  hang: 'never ended',
  crash: 'crashes',
  torture: 'rounds that failed themselves',
};

/** A fault that has many files says the same of each. */
const MOST_TOLD = 12;

export class Totals {
  #seed;
  #rounds = 0;
  #sums = { runs: 0, windows: 0, tasks: 0, files: 0, bytes: 0 };
  #named = { kills: {}, faults: {} };
  #found = Object.fromEntries(Object.keys(NAMES).map((what) => [what, 0]));
  #startedAtMs = performance.now();

  constructor(seed) {
    this.#seed = seed;
  }

  get isClean() {
    return Object.values(this.#found).every((count) => count === 0);
  }

  /** @param {readonly string[]} lines what happened, told where something was found */
  add(number, report, found, lines) {
    this.#rounds += 1;
    for (const name of Object.keys(this.#sums)) this.#sums[name] += report[name];
    for (const kind of Object.keys(this.#named))
      for (const [name, count] of Object.entries(report[kind]))
        this.#named[kind][name] = (this.#named[kind][name] ?? 0) + count;
    for (const { what } of found) this.#found[what] += 1;
    if (found.length === 0) return;
    const told = found
      .slice(0, MOST_TOLD)
      .map(({ what, says }) => `  ${NAMES[what]}: ${says}`)
      .join('\n');
    process.stdout.write(
      `Round ${number}: ${lines.join('\n')}\n${told}\nAgain: npm run torture -- --seed ${this.#seed} --round ${number} --verbose\n\n`,
    );
  }

  text(missing) {
    const { runs, windows, tasks, files, bytes } = this.#sums;
    const list = (named) =>
      Object.entries(named)
        .sort(([, left], [, right]) => right - left)
        .map(([name, count]) => `  ${String(count).padStart(5)} ${name}\n`)
        .join('');
    const sum = (named) => Object.values(named).reduce((total, count) => total + count, 0);
    const out = Object.entries(missing).filter(([, why]) => why !== null);
    return [
      `Seed ${this.#seed}: ${this.#rounds} rounds in ${((performance.now() - this.#startedAtMs) / 60_000).toFixed(1)} minutes, `,
      `${runs} processes, ${windows} windows, ${tasks} tasks, ${files} files of ${(bytes / 1e6).toFixed(1)} MB checked\n`,
      `Kills: ${sum(this.#named.kills)}\n${list(this.#named.kills)}`,
      `Faults: ${sum(this.#named.faults)}\n${list(this.#named.faults)}`,
      ...out.map(([name, why]) => `Left out: ${name} (${why})\n`),
      `Found: ${Object.entries(this.#found)
        .map(([what, count]) => `${NAMES[what]} ${count}`)
        .join(', ')}\n`,
    ].join('');
  }
}
