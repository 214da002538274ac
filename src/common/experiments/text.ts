/** What an experiment found, in words: the same in the window, the terminal and the report. */
import type { Contender, Experiment, ExperimentAnalysis, ExperimentRun, Interval, Ratio } from './experiment';
import { countedRuns, ratioToReference } from './results';
import { upperMedian } from './median';
import type { JobKind, Mode } from '../model/jobs';
import { formatCount, formatDecimal, formatDuration } from '../model/units';
import { text } from '../text/text';

export interface Finding {
  readonly headline: string;
  readonly detail: string;
}

/** `Sequential`, `Event loop`, `Thread per task`, `Thread pool`. */
export function contenderName({ mode }: Contender): string {
  return text(`finding.name.${mode}`);
}

/** `4 threads for downloads`: a pool size and the jobs that it is taken over for. */
export function adoptedText(size: number, kind: JobKind): string {
  return text(`finding.adopted.${kind === 'verify' ? 'hash' : kind}`, { count: size });
}

/** A name of each that no other has: with its size where a mode comes in several, with a letter where it is there twice. */
export function contenderNames(contenders: readonly Contender[]): string[] {
  return distinct(contenders, contenderName);
}

/** The same in the middle of a sentence: `the pool of 4`. */
export function spokenNames(contenders: readonly Contender[]): string[] {
  return distinct(contenders, ({ mode }) => text(`finding.spoken.${mode}`));
}

/** What is in flight in it: `1 thread, one task at a time`, `8 threads, reused`. */
export function contenderFacts({ mode, size }: Contender): string {
  switch (mode) {
    case 'sequential':
      return text('finding.facts.sequential');
    case 'event-loop':
    case 'thread-per-task':
      return text(`finding.facts.${mode}`, { size: formatCount(size) });
    case 'pool':
      return text('finding.facts.pool', { count: size });
  }
}

/** `5 runs of each`, `3 to 5 runs of each`: those that count. */
export function runsEachText({ request, runs }: Experiment): string {
  const counts = request.contenders.map((_, contender) => countedRuns(runs, contender).length);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  const told =
    fewest === most
      ? formatCount(most)
      : text('finding.runs-range', { fewest: formatCount(fewest), most: formatCount(most) });
  return text('finding.of-each', { count: most, runs: told });
}

/** `8.1×`; where it is small, `1.08×`. */
export function ratioText({ ratio, ...interval }: Pick<Ratio, 'ratio' | 'low' | 'high'>): string {
  return `${formatDecimal(ratio, decimals(ratio, interval))}×`;
}

/** `7.8 – 8.4`, to as many digits as the ratio, and to so many that an end that is not 1 does not look like it. */
export function intervalText({ ratio, low, high }: Pick<Ratio, 'ratio' | 'low' | 'high'>): string {
  if (!isKnown({ low, high })) return text('finding.not-known');
  const digits = decimals(ratio, { low, high });
  return `${formatDecimal(low, digits)} – ${formatDecimal(high, digits)}`;
}

/** One run of each tells nothing: its interval has no end. */
export function isKnown({ low, high }: Interval): boolean {
  return low > 0 && high < Number.MAX_VALUE;
}

/** `42.1 – 43.0 s` would have to agree on a unit; each end has its own. */
export function timeIntervalText({ lowMs, highMs }: { lowMs: number; highMs: number }): string {
  return `${formatDuration(lowMs)} – ${formatDuration(highMs)}`;
}

/** From the data, never from fixed text. `headline`: one sentence; `detail`: intervals, other comparisons, what it means. */
export function findingOf(experiment: Experiment): Finding {
  const { analysis, title, error } = experiment;
  if (analysis === null) return { headline: title, detail: error?.message ?? '' };
  const facts = new Facts(experiment, analysis);
  const { contenders } = experiment.request;
  if (contenders.length === 1) return facts.alone();
  const modes = new Set(contenders.map(({ mode }) => mode));
  const sizes = new Set(contenders.map(({ size }) => size));
  return modes.size === 1 && modes.has('pool') && sizes.size > 1 ? facts.ofSizes() : facts.ofModes();
}

/** In this order they are told, where several are equal. */
const TOLD_FIRST: readonly Mode[] = ['pool', 'event-loop', 'thread-per-task', 'sequential'];

class Facts {
  readonly #analysis: ExperimentAnalysis;
  readonly #contenders: readonly Contender[];
  readonly #runs: readonly ExperimentRun[];
  /** As in the middle of a sentence. */
  readonly #names: readonly string[];

  constructor({ request, runs }: Experiment, analysis: ExperimentAnalysis) {
    this.#analysis = analysis;
    this.#contenders = request.contenders;
    this.#runs = runs;
    this.#names = spokenNames(request.contenders);
  }

  alone(): Finding {
    const [result] = this.#analysis.results;
    const name = capital(this.#names[0] ?? '');
    if (result === undefined) return { headline: name, detail: '' };
    const runs = this.#runsOf(0).length;
    const told = text('finding.alone', { count: runs, word: countWord(runs) });
    return {
      headline: text('finding.took', { own: name, time: formatDuration(result.medianMs) }),
      detail: joined([
        capital(
          runs > 1
            ? text('finding.alone.interval', { interval: timeIntervalText(result), runs: told })
            : told,
        ),
        this.#whatThreadsDid(0),
      ]),
    };
  }

  ofModes(): Finding {
    const { reference } = this.#analysis;
    const modes = TOLD_FIRST.flatMap((mode) => {
      const first = this.#contenders.findIndex((each, index) => each.mode === mode && index !== reference);
      return ratioToReference(this.#analysis, first) ?? [];
    });
    const [best, ...rest] = modes.toSorted((left, right) => right.ratio - left.ratio);
    if (best === undefined) return this.alone();
    if (!isKnown(best)) {
      const [main = best] = modes;
      const [own = '', other = ''] = [main.contender, main.against].map((index) => this.#names[index]);
      return {
        headline: text('finding.one-run', { own, other }),
        detail: joined([
          text('finding.one-run.detail', { own, ratio: ratioText(main) }),
          this.#whatThreadsDid(reference),
          this.#curve(),
        ]),
      };
    }
    const winners = [best, ...rest.filter((other) => this.#isAsFast(best, other))];
    // What is slower than the others, and they themselves where none gains, is told one by one.
    const others = modes.filter((ratio) => !winners.includes(ratio));
    return {
      headline: this.#headline(winners, rest.length === 0),
      detail: joined([
        this.#intervals(winners),
        ...others.map((ratio) => this.#other(ratio, winners)),
        this.#whatThreadsDid(reference),
        this.#curve(),
      ]),
    };
  }

  /** Between two contenders, in whichever direction it was worked out. */
  #between(one: number, other: number): Ratio | undefined {
    return this.#analysis.ratios.find(
      ({ contender, against }) =>
        (contender === one && against === other) || (contender === other && against === one),
    );
  }

  /** Whether nothing tells the two apart. Without the pool they are only known against the reference. */
  #isAsFast(best: Ratio, other: Ratio): boolean {
    const pair = this.#between(best.contender, other.contender);
    return pair === undefined ? other.high >= best.low : pair.verdict === 'no difference';
  }

  ofSizes(): Finding {
    const { bestSize, ratios, reference } = this.#analysis;
    const smallest = Math.min(...this.#contenders.map(({ size }) => size));
    const largest = Math.max(...this.#contenders.map(({ size }) => size));
    if (bestSize === null) return this.ofModes();
    const best = this.#contenders.findIndex(({ size }) => size === bestSize);
    const least = this.#contenders.findIndex(({ size }) => size === smallest);
    // Told against the smallest, which is the reference of a list that begins with it.
    const ratio = ratios.find(({ contender, against }) => contender === best && against === least);
    const headline =
      bestSize === smallest
        ? text('finding.gains-nothing', { count: smallest, threads: threadWord(smallest) })
        : ratio === undefined
          ? text('finding.best', { count: bestSize, threads: capital(threadWord(bestSize)) })
          : text('finding.best-ratio', {
              count: bestSize,
              threads: capital(threadWord(bestSize)),
              ratio: ratioText(ratio),
              smallest: countWord(smallest),
            });
    const end =
      bestSize === largest
        ? text('finding.no-larger')
        : text('finding.best-end', { count: bestSize, threads: capital(threadWord(bestSize)) });
    return {
      headline,
      detail: joined([
        bestSize === smallest || ratio === undefined ? capital(this.#runsEach()) : this.#interval(ratio),
        end,
        this.#serial(),
        this.#whatThreadsDid(reference),
      ]),
    };
  }

  /** Names who won, be it the reference. @param isOnly whether nothing else was compared with the reference */
  #headline(winners: readonly Ratio[], isOnly: boolean): string {
    const [best, ...rivals] = winners;
    if (best === undefined) return '';
    const own = this.#names[best.contender] ?? '';
    const other = this.#names[best.against] ?? '';
    const ratio = ratioText(best);
    switch (best.verdict) {
      case 'faster': {
        if (rivals.length === 0) return text('finding.faster', { own: capital(own), ratio, other });
        const each = winners.map(({ contender, ...times }) => {
          const winner = this.#names[contender] ?? '';
          return text(/\d$/u.test(winner) ? 'finding.winner.sized' : 'finding.winner', {
            own: winner,
            ratio: ratioText(times),
          });
        });
        return text('finding.winners', { all: capital(each.join(', ')) });
      }
      case 'no difference':
        return isOnly ? text('finding.equal', { own, other }) : text('finding.none-faster', { other });
      case 'slower':
        return isOnly
          ? text('finding.slower', { own: capital(own), other, ratio })
          : text('finding.fastest', { other: capital(other), own, ratio });
    }
  }

  /** Of those in the headline. */
  #intervals(winners: readonly Ratio[]): string {
    const [best, ...rivals] = winners;
    if (best === undefined) return '';
    if (rivals.length === 0) return this.#interval(best);
    const each = winners.map((ratio) =>
      best.verdict === 'faster'
        ? intervalText(ratio)
        : text('finding.as-fast', {
            own: this.#names[ratio.contender] ?? '',
            ratio: ratioText(ratio),
            interval: intervalText(ratio),
          }),
    );
    const runs = this.#runsEach();
    return best.verdict === 'faster'
      ? text('finding.intervals', { all: listed(each), runs })
      : text('finding.intervals.named', { all: capital(each.join(', ')), runs });
  }

  #interval(ratio: Ratio): string {
    const [interval, runs] = [intervalText(ratio), this.#runsEach()];
    return ratio.verdict === 'no difference'
      ? text('finding.interval.equal', { ratio: ratioText(ratio), interval, runs })
      : text('finding.interval', { interval, runs });
  }

  /** `five runs each.` */
  #runsEach(): string {
    const counts = this.#contenders.map((_, contender) => this.#runsOf(contender).length);
    const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
    const words =
      fewest === most
        ? countWord(fewest)
        : text('finding.runs-range', { fewest: countWord(fewest), most: countWord(most) });
    return text('finding.runs-each', { count: most, words });
  }

  /** Of a mode that is not in the headline. */
  #other(ratio: Ratio, winners: readonly Ratio[]): string {
    const name = this.#names[ratio.contender] ?? '';
    const pool = winners.find(({ contender }) => this.#contenders[contender]?.mode === 'pool');
    const pair = pool === undefined ? undefined : this.#between(pool.contender, ratio.contender);
    if (
      this.#contenders[ratio.contender]?.mode === 'thread-per-task' &&
      pair?.contender === pool?.contender &&
      pair !== undefined
    )
      return this.#madeThreads(pair, name);
    const other = this.#names[ratio.against] ?? '';
    const key = (
      {
        'no difference': 'finding.no-gain',
        faster: 'finding.faster.sentence',
        slower: 'finding.slower.sentence',
      } as const
    )[ratio.verdict];
    return text(key, { own: capital(name), other, ratio: ratioText(ratio), interval: intervalText(ratio) });
  }

  /** @param ratio of the pool against it */
  #madeThreads(ratio: Ratio, name: string): string {
    const made = upperMedian(this.#runsOf(ratio.against).map(({ threadsMade }) => threadsMade));
    const kept = upperMedian(this.#runsOf(ratio.contender).map(({ threadsMade }) => threadsMade));
    return text('finding.made', {
      madeCount: made,
      ratio: ratioText(ratio),
      other: name,
      interval: intervalText(ratio),
      kept: formatCount(kept),
    });
  }

  /** Waited, computed, or was held up by the system: told from clocks alone. */
  #whatThreadsDid(contender: number): string {
    const runs = this.#runsOf(contender);
    const shares = runs.flatMap(({ workers }) =>
      workers.flatMap(({ eventLoopUtilization }) => eventLoopUtilization ?? []),
    );
    if (shares.length === 0) return '';
    const active = upperMedian(shares);
    const threads = upperMedian(runs.map(({ workers }) => workers.length));
    const computed = upperMedian(runs.map(({ cpuMs, wallMs }) => cpuMs / wallMs)) / Math.max(1, threads);
    const mode = this.#contenders[contender]?.mode;
    // An event loop that is held up by a read looks at work; the processor tells them apart.
    const what = active < 0.5 ? 'waited' : active < 0.8 ? 'worked' : computed > 0.7 ? 'computed' : 'held';
    const share = percentText(what === 'waited' ? 1 - active : active);
    return mode === 'sequential'
      ? text(`finding.${what}.one`, { share })
      : text(`finding.${what}`, { share, own: this.#names[contender] ?? '' });
  }

  #curve(): string {
    const { scaling, bestSize } = this.#analysis;
    if (bestSize === null) return '';
    const threads = capital(threadWord(bestSize));
    const best = text('finding.best-tried', { count: bestSize, threads });
    if (scaling === null) return best;
    const smallest = scaling.points[0]?.size ?? 1;
    const point = scaling.points.find(({ size }) => size === bestSize);
    if (point === undefined || bestSize === smallest) return joined([best, this.#serial()]);
    return joined([
      text('finding.best-speedup', {
        threads,
        times: formatDecimal(point.speedup, 1),
        smallest: countWord(smallest),
      }),
      this.#serial(),
    ]);
  }

  #serial(): string {
    const { scaling } = this.#analysis;
    if (scaling === null) return '';
    if (scaling.serialShare === null) return text('finding.no-amdahl');
    return text('finding.amdahl', { share: percentText(scaling.serialShare) });
  }

  #runsOf(contender: number): readonly ExperimentRun[] {
    return countedRuns(this.#runs, contender);
  }
}

function distinct(contenders: readonly Contender[], nameOf: (contender: Contender) => string): string[] {
  const sized = contenders.map((contender) => {
    const sizes = new Set(contenders.filter(({ mode }) => mode === contender.mode).map(({ size }) => size));
    return sizes.size > 1
      ? text('finding.sized', { name: nameOf(contender), size: formatCount(contender.size) })
      : nameOf(contender);
  });
  return sized.map((name, index) => {
    if (sized.indexOf(name) === sized.lastIndexOf(name)) return name;
    const before = sized.slice(0, index).filter((other) => other === name).length;
    return `${name} (${String.fromCharCode(97 + before)})`;
  });
}

function decimals(ratio: number, { low, high }: Interval): number {
  const usual = ratio >= 99.5 ? 0 : ratio >= 1.95 ? 1 : 2;
  // A difference that is there must not be rounded away.
  const looksEven = (digits: number): boolean =>
    (low > 1 && Number(low.toFixed(digits)) <= 1) || (high < 1 && Number(high.toFixed(digits)) >= 1);
  return [usual, usual + 1, usual + 2].find((digits) => !looksEven(digits)) ?? usual + 3;
}

/** `less than 1 %`, `5 %`. */
export function percentText(share: number): string {
  if (share > 0 && share < 0.005) return text('finding.little');
  if (share < 1 && share >= 0.995) return text('finding.much');
  return `${String(Math.round(share * 100))} %`;
}

const WRITTEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;

function countWord(count: number): string {
  const written = WRITTEN.find((each) => each === count);
  return written === undefined ? formatCount(count) : text(`finding.count.${written}`);
}

function threadWord(count: number): string {
  return text('finding.threads', { count, word: countWord(count) });
}

function capital(phrase: string): string {
  return phrase.charAt(0).toUpperCase() + phrase.slice(1);
}

/** `a, b and c` */
function listed(words: readonly string[]): string {
  return words.length < 2
    ? words.join('')
    : text('finding.list', { most: words.slice(0, -1).join(', '), last: words.at(-1) ?? '' });
}

function joined(sentences: readonly string[]): string {
  return sentences.filter((sentence) => sentence !== '').join(' ');
}
