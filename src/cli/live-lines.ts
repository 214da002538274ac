/** Lines on a terminal that are redrawn in place. */
import type { WriteStream } from 'node:tty';
import { visible } from '../common/model/visible';

export class LiveLines {
  readonly #stream: WriteStream;
  #lines = 0;

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  /** How many fit. */
  get room(): number {
    return Math.max(1, this.#stream.rows - 1);
  }

  show(lines: readonly string[]): void {
    const width = Math.max(20, this.#stream.columns) - 1;
    this.clear();
    this.#stream.write(`${lines.map((line) => clip(line, width)).join('\n')}\n`);
    this.#lines = lines.length;
  }

  /** Takes the lines away, so that other text can be written. */
  clear(): void {
    if (this.#lines === 0) return;
    this.#stream.write(`\r\u001b[${this.#lines}A\u001b[J`);
    this.#lines = 0;
  }
}

function clip(line: string, width: number): string {
  const text = visible(line);
  const points = Array.from(text);
  return points.length <= width ? text : `${points.slice(0, width - 1).join('')}…`;
}
