/** The app's log: what it was when something went wrong. One line for each event, without secrets, in a few files of limited size. */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { appendFile, mkdir, readFile, rename, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withoutSecrets } from './redact';

/** `heddle.log` is the newest; older ones have numbers. */
const KEPT_FILES = 3;
const MOST_BYTES = 1024 * 1024;
const LONGEST_LINE = 4000;

export class Log {
  readonly folder: string;
  readonly #mostBytes: number;
  /** Bytes of the newest file; `null`: not looked at yet. */
  #bytes: number | null = null;
  #writing: Promise<void> = Promise.resolve();

  /** @param folder is made when something is written */
  constructor(folder: string, mostBytes = MOST_BYTES) {
    this.folder = folder;
    this.#mostBytes = mostBytes;
  }

  /** A log that cannot be written is no reason to stop: it is then missing. */
  write(event: string): void {
    const line = lineOf(event);
    this.#writing = this.#writing.then(() => this.#append(line)).catch(() => undefined);
  }

  /** When the process is about to end: nothing waits any more. */
  writeNow(event: string): void {
    try {
      mkdirSync(this.folder, { recursive: true });
      const file = this.#file(0);
      const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      if (size > this.#mostBytes * 2) renameSync(file, this.#file(1));
      appendFileSync(file, lineOf(event), { mode: 0o600 });
    } catch {
      // See above.
    }
  }

  /** The newest lines, the oldest of them first. */
  async lastLines(count: number): Promise<readonly string[]> {
    await this.#writing;
    const texts = await Promise.all(
      [1, 0].map((place) => readFile(this.#file(place), 'utf8').catch(() => '')),
    );
    return texts
      .join('')
      .split('\n')
      .filter((line) => line !== '')
      .slice(-count);
  }

  /** Resolves when all is written. */
  async written(): Promise<void> {
    await this.#writing;
  }

  #file(place: number): string {
    return join(this.folder, place === 0 ? 'heddle.log' : `heddle.${place}.log`);
  }

  async #append(line: string): Promise<void> {
    if (this.#bytes === null) {
      await mkdir(this.folder, { recursive: true });
      this.#bytes = await stat(this.#file(0)).then(
        ({ size }) => size,
        () => 0,
      );
    }
    const length = Buffer.byteLength(line);
    if (this.#bytes > 0 && this.#bytes + length > this.#mostBytes) {
      for (let place = KEPT_FILES - 2; place >= 0; place--) {
        await rename(this.#file(place), this.#file(place + 1)).catch(() => undefined);
      }
      this.#bytes = 0;
    }
    await appendFile(this.#file(0), line, { mode: 0o600 });
    this.#bytes += length;
  }
}

function lineOf(event: string): string {
  const parts = withoutSecrets(event, homedir())
    .split('\n')
    .map((part) => part.trim());
  const text = parts
    .filter((part) => part !== '')
    .join(' | ')
    .slice(0, LONGEST_LINE);
  return `${new Date().toISOString()} ${text}\n`;
}
