/** Progress of an experiment in a terminal: one line, redrawn in place; elsewhere a line every few seconds. */
import type { WriteStream } from 'node:tty';
import type { ExperimentFrame, ExperimentSummary } from '../common/experiments/experiment';
import { contenderNames } from '../common/experiments/text';
import { formatClock, formatCount, formatDuration } from '../common/model/units';
import { LiveLines } from './live-lines';

const PLAIN_INTERVAL_MS = 3000;

export class ExperimentProgress {
  readonly #stream: WriteStream;
  readonly #lines: LiveLines;
  readonly #now: () => number;
  #lastPlainMs: number | null = null;

  constructor(stream: WriteStream, now: () => number = Date.now) {
    this.#stream = stream;
    this.#lines = new LiveLines(stream);
    this.#now = now;
  }

  show(frame: ExperimentFrame, { request }: ExperimentSummary): void {
    const line = progressLine(frame, contenderNames(request.contenders));
    if (this.#stream.isTTY) {
      this.#lines.show([line]);
      return;
    }
    const now = this.#now();
    this.#lastPlainMs ??= now;
    if (now - this.#lastPlainMs < PLAIN_INTERVAL_MS) return;
    this.#lastPlainMs = now;
    this.#stream.write(`${line}\n`);
  }

  /** Takes the line away, so that other text can be written. */
  clear(): void {
    this.#lines.clear();
  }
}

/** `Run 7 of 24 · Thread pool · round 2 · 812 of 2,000 tasks · 1.40 s` */
export function progressLine(frame: ExperimentFrame, names: readonly string[]): string {
  const { phase, running, runsDone, runsTotal, remainingMs } = frame;
  if (phase === 'preparing') return 'Preparing the work…';
  const of = `of ${formatCount(runsTotal)}`;
  if (phase === 'ending') return `${formatCount(runsDone)} ${of} runs · ending`;
  if (running === null) return `${formatCount(runsDone)} ${of} runs`;
  const { contender, round, elapsedMs, tasksDone, tasksTotal } = running;
  return [
    `Run ${formatCount(Math.min(runsDone + 1, runsTotal))} ${of}`,
    names[contender] ?? '',
    round === 0 ? 'warm-up' : `round ${formatCount(round)}`,
    `${formatCount(tasksDone)} of ${formatCount(tasksTotal)} tasks`,
    formatDuration(elapsedMs),
    ...(remainingMs === null ? [] : [`${formatClock(remainingMs)} left`]),
  ].join(' · ');
}
