/** What a server's threads do, in a terminal: a line for each, redrawn in place; elsewhere a line every few seconds. */
import type { WriteStream } from 'node:tty';
import type { ServeReading } from '../common/threads/serve';
import { formatBytes, formatCount, formatRate } from '../common/model/units';
import { LiveLines } from './live-lines';

const REDRAW_MS = 500;
const PLAIN_MS = 3000;
const SEPARATOR = ' · ';

export class ServeProgress {
  readonly #stream: WriteStream;
  readonly #lines: LiveLines;
  readonly #read: () => ServeReading;
  readonly #timer: NodeJS.Timeout;
  #last: ServeReading;

  constructor(stream: WriteStream, read: () => ServeReading) {
    this.#stream = stream;
    this.#lines = new LiveLines(stream);
    this.#read = read;
    this.#last = read();
    this.#timer = setInterval(
      () => {
        this.#tick();
      },
      stream.isTTY ? REDRAW_MS : PLAIN_MS,
    );
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#lines.clear();
  }

  #tick(): void {
    const now = this.#read();
    if (this.#stream.isTTY) {
      const threads = threadLines(this.#last, now).slice(0, this.#lines.room - 1);
      this.#lines.show([...threads, totalParts(this.#last, now).join(SEPARATOR)]);
    } else if (isDifferent(this.#last, now)) {
      // Hours in which nobody asked for anything are not worth a line.
      this.#stream.write(`${totalLine(this.#last, now)}\n`);
    }
    this.#last = now;
  }
}

/** `S1    12 %  250 connections · 812 requests/s · 3.3 MB/s` */
export function threadLines(before: ServeReading, now: ServeReading): string[] {
  return now.threads.map((thread, index) => {
    const was = before.threads[index];
    const passedMs = now.atMs - before.atMs;
    const busy = grown(thread.busyMs, was?.busyMs) / passedMs;
    const requests = rate(grown(thread.requests, was?.requests), passedMs);
    const bytes = (grown(thread.bytes, was?.bytes) * 1000) / passedMs;
    return [
      `S${thread.thread}`.padEnd(4),
      `${Math.round(Math.min(1, busy) * 100)} %`.padStart(5),
      `  ${many(thread.connections, 'connection').padStart(17)} · ${requests.padStart(7)} requests/s · ${formatRate(bytes)}`,
    ].join('');
  });
}

/** `4 connections · 812 requests/s · 3.3 MB/s · 12,480 requests and 51.1 MB in all, 3 answered 503 · busy 40 %, 38 %` */
export function totalLine(before: ServeReading, now: ServeReading): string {
  const passedMs = now.atMs - before.atMs;
  const shares = now.threads.map((thread, index) => {
    const share = grown(thread.busyMs, before.threads[index]?.busyMs) / passedMs;
    return `${Math.round(Math.min(1, share) * 100)} %`;
  });
  return [...totalParts(before, now), `busy ${shares.join(', ')}`].join(SEPARATOR);
}

function totalParts(before: ServeReading, now: ServeReading): string[] {
  const passedMs = now.atMs - before.atMs;
  const sum = (reading: ServeReading, key: 'requests' | 'bytes' | 'connections' | 'refused'): number =>
    reading.threads.reduce((total, thread) => total + thread[key], 0);
  const per = (key: 'requests' | 'bytes'): number => Math.max(0, sum(now, key) - sum(before, key));
  const refused = sum(now, 'refused');
  return [
    many(sum(now, 'connections'), 'connection'),
    `${rate(per('requests'), passedMs)} requests/s`,
    formatRate((per('bytes') * 1000) / passedMs),
    `${many(sum(now, 'requests'), 'request')} and ${formatBytes(sum(now, 'bytes'))} in all${refused > 0 ? `, ${formatCount(refused)} answered 503` : ''}`,
  ];
}

/** A thread that was replaced begins at 0 again. */
function grown(now: number, before: number | undefined): number {
  return Math.max(0, now - (before ?? 0));
}

function rate(count: number, passedMs: number): string {
  return formatCount(Math.round((count * 1000) / passedMs));
}

function many(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function isDifferent(before: ServeReading, now: ServeReading): boolean {
  return now.threads.some((thread, index) => {
    const was = before.threads[index];
    return (
      thread.requests !== was?.requests ||
      thread.bytes !== was.bytes ||
      thread.connections !== was.connections
    );
  });
}
