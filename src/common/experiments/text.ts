/** What an experiment found, in words: the same in the window, the terminal and the report. */
import type { Contender, Experiment, ExperimentAnalysis, ExperimentRun, Interval, Ratio } from './experiment';
import { countedRuns, ratioToReference } from './results';
import { upperMedian } from './median';
import type { JobKind, Mode } from '../model/jobs';
import { formatCount, formatDuration } from '../model/units';

export interface Finding {
  readonly headline: string;
  readonly detail: string;
}

/** `Sequential`, `Event loop`, `Thread per task`, `Thread pool`. */
export function contenderName({ mode }: Contender): string {
  return {
    sequential: 'Sequential',
    'event-loop': 'Event loop',
    'thread-per-task': 'Thread per task',
    pool: 'Thread pool',
  }[mode];
}

/** `4 threads for downloads`: a pool size and the jobs that it is taken over for. */
export function adoptedText(size: number, kind: JobKind): string {
  const jobs = {
    download: 'downloads',
    hash: 'hashing and verifying',
    verify: 'hashing and verifying',
    copy: 'copies',
  }[kind];
  return `${formatCount(size)} ${size === 1 ? 'thread' : 'threads'} for ${jobs}`;
}

/** A name of each that no other has: with its size where a mode comes in several, with a letter where it is there twice. */
export function contenderNames(contenders: readonly Contender[]): string[] {
  return distinct(contenders, contenderName);
}

/** What is in flight in it: `1 thread, one task at a time`, `8 threads, reused`. */
export function contenderFacts({ mode, size }: Contender): string {
  const threads = `${formatCount(size)} ${size === 1 ? 'thread' : 'threads'}`;
  return {
    sequential: '1 thread, one task at a time',
    'event-loop': `1 thread, ${formatCount(size)} tasks in flight`,
    'thread-per-task': `${formatCount(size)} at a time, a new thread for each`,
    pool: `${threads}, reused`,
  }[mode];
}

/** `8.1×`; where it is small, `1.08×`. */
export function ratioText({ ratio, ...interval }: Pick<Ratio, 'ratio' | 'low' | 'high'>): string {
  return `${ratio.toFixed(decimals(ratio, interval))}×`;
}

/** `7.8 – 8.4`, to as many digits as the ratio, and to so many that an end that is not 1 does not look like it. */
export function intervalText({ ratio, low, high }: Pick<Ratio, 'ratio' | 'low' | 'high'>): string {
  if (!isKnown({ low, high })) return 'not known';
  const digits = decimals(ratio, { low, high });
  return `${low.toFixed(digits)} – ${high.toFixed(digits)}`;
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
    this.#names = distinct(request.contenders, ({ mode }) => SPOKEN[mode]);
  }

  alone(): Finding {
    const [result] = this.#analysis.results;
    const name = capital(this.#names[0] ?? '');
    if (result === undefined) return { headline: name, detail: '' };
    const runs = this.#runsOf(0).length;
    const interval = runs > 1 ? `95 % interval ${timeIntervalText(result)}, ` : '';
    return {
      headline: `${name} took ${formatDuration(result.medianMs)}`,
      detail: joined([
        capital(`${interval}${countWord(runs)} ${runs === 1 ? 'run' : 'runs'}.`),
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
      const [name = '', other = ''] = [main.contender, main.against].map((index) => this.#names[index]);
      return {
        headline: `One run each cannot tell ${name} from ${other}`,
        detail: joined([
          `In this one, ${name} was ${ratioText(main)} as fast.`,
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
        ? `More than ${threadWord(smallest)} ${smallest === 1 ? 'gains' : 'gain'} nothing clear here`
        : ratio === undefined
          ? `${capital(threadWord(bestSize))} ${areWord(bestSize)} the best pool size here`
          : `${capital(threadWord(bestSize))} ${areWord(bestSize)} ${ratioText(ratio)} as fast as ${countWord(smallest)}`;
    const end =
      bestSize === largest
        ? `No larger pool was tried.`
        : `${capital(threadWord(bestSize))} ${areWord(bestSize)} the best pool size: no other was clearly faster.`;
    return {
      headline,
      detail: joined([
        bestSize === smallest || ratio === undefined ? this.#runsEach() : this.#interval(ratio),
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
    const name = this.#names[best.contender] ?? '';
    const other = this.#names[best.against] ?? '';
    switch (best.verdict) {
      case 'faster': {
        if (rivals.length === 0) return `${capital(name)} is ${ratioText(best)} faster than ${other}`;
        const each = winners.map(({ contender, ...ratio }) => {
          const own = this.#names[contender] ?? '';
          return `${own} ${/\d$/u.test(own) ? 'at ' : ''}${ratioText(ratio)}`;
        });
        return `${capital(each.join(', '))}: no clear difference between them`;
      }
      case 'no difference':
        return isOnly
          ? `No clear difference between ${name} and ${other}`
          : `No mode is clearly faster than ${other}`;
      case 'slower':
        return isOnly
          ? `${capital(name)} is slower than ${other}: ${ratioText(best)} as fast`
          : `${capital(other)} is the fastest, ${name} ${ratioText(best)} as fast`;
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
        : `${this.#names[ratio.contender] ?? ''} ${ratioText(ratio)} (${intervalText(ratio)})`,
    );
    return `${best.verdict === 'faster' ? `95 % intervals ${listed(each)}` : capital(each.join(', '))}, ${this.#runsEach().toLowerCase()}`;
  }

  #interval(ratio: Ratio): string {
    const value = ratio.verdict === 'no difference' ? `${ratioText(ratio)} as fast, ` : '';
    return capital(`${value}95 % interval ${intervalText(ratio)}, ${this.#runsEach().toLowerCase()}`);
  }

  /** `Five runs each.` */
  #runsEach(): string {
    const counts = this.#contenders.map((_, contender) => this.#runsOf(contender).length);
    const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
    const runs = fewest === most ? countWord(fewest) : `${countWord(fewest)} to ${countWord(most)}`;
    return capital(`${runs} ${most === 1 ? 'run' : 'runs'} each.`);
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
    const value = `${ratioText(ratio)} (${intervalText(ratio)})`;
    return {
      'no difference': `${capital(name)} shows no clear gain over ${other}: ${value}.`,
      faster: `${capital(name)} is ${ratioText(ratio)} faster than ${other} (${intervalText(ratio)}).`,
      slower: `${capital(name)} is slower than ${other}: ${value}.`,
    }[ratio.verdict];
  }

  /** @param ratio of the pool against it */
  #madeThreads(ratio: Ratio, name: string): string {
    const made = upperMedian(this.#runsOf(ratio.against).map(({ threadsMade }) => threadsMade));
    const kept = upperMedian(this.#runsOf(ratio.contender).map(({ threadsMade }) => threadsMade));
    return (
      `The pool is ${ratioText(ratio)} faster than ${name} (${intervalText(ratio)}), ` +
      `which made ${formatCount(made)} ${made === 1 ? 'thread' : 'threads'} a run, the pool ${formatCount(kept)}.`
    );
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
    const whose =
      mode === 'sequential'
        ? 'Run one by one, the thread'
        : `In ${this.#names[contender] ?? ''}, each thread`;
    if (active < 0.5) return `${whose} waited for ${percentText(1 - active)} of the time.`;
    if (active < 0.8)
      return `${whose} was at work for ${percentText(active)} of the time, and waited otherwise.`;
    // An event loop that is held up by a read looks at work; the processor tells them apart.
    return computed > 0.7
      ? `${whose} was computing for ${percentText(active)} of the time.`
      : `${whose} was held for ${percentText(active)} of the time, and the processor worked for less: it waited for the system, or for a core.`;
  }

  #curve(): string {
    const { scaling, bestSize } = this.#analysis;
    if (bestSize === null) return '';
    const best = `${capital(threadWord(bestSize))} ${areWord(bestSize)} the best pool size that was tried: no other is clearly faster.`;
    if (scaling === null) return best;
    const smallest = scaling.points[0]?.size ?? 1;
    const point = scaling.points.find(({ size }) => size === bestSize);
    if (point === undefined || bestSize === smallest) return joined([best, this.#serial()]);
    return joined([
      `${capital(threadWord(bestSize))} are ${point.speedup.toFixed(1)}× as fast as ${countWord(smallest)}, and no other size is clearly faster.`,
      this.#serial(),
    ]);
  }

  #serial(): string {
    const { scaling } = this.#analysis;
    if (scaling === null) return '';
    if (scaling.serialShare === null) return 'The curve does not follow Amdahl’s law.';
    return `By Amdahl’s law, ${percentText(scaling.serialShare)} of the work stays serial.`;
  }

  #runsOf(contender: number): readonly ExperimentRun[] {
    return countedRuns(this.#runs, contender);
  }
}

const SPOKEN: Readonly<Record<Mode, string>> = {
  sequential: 'sequential',
  'event-loop': 'the event loop',
  'thread-per-task': 'a thread for each task',
  pool: 'the pool',
};

function distinct(contenders: readonly Contender[], nameOf: (contender: Contender) => string): string[] {
  const sized = contenders.map((contender) => {
    const sizes = new Set(contenders.filter(({ mode }) => mode === contender.mode).map(({ size }) => size));
    return sizes.size > 1 ? `${nameOf(contender)} of ${formatCount(contender.size)}` : nameOf(contender);
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
  if (share > 0 && share < 0.005) return 'less than 1 %';
  if (share < 1 && share >= 0.995) return 'more than 99 %';
  return `${String(Math.round(share * 100))} %`;
}

function countWord(count: number): string {
  const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
  return words[count] ?? formatCount(count);
}

function threadWord(count: number): string {
  return `${countWord(count)} ${count === 1 ? 'thread' : 'threads'}`;
}

function areWord(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `a, b and c` */
function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

function joined(sentences: readonly string[]): string {
  return sentences.filter((sentence) => sentence !== '').join(' ');
}
