/** Rows as text for a clipboard. */
import type { CopiedRows } from '../common/ipc';

/** A clipboard with more lines would be of no use. */
const MOST_COPIED = 100_000;

export interface CopiedText extends CopiedRows {
  /** '': there is nothing to copy. */
  readonly text: string;
}

/** What is left of them when the clipboard has enough is not asked for. */
export async function copiedText(source: AsyncIterable<string>): Promise<CopiedText> {
  const lines: string[] = [];
  let isCut = false;
  for await (const line of source) {
    if (lines.length === MOST_COPIED) {
      isCut = true;
      break;
    }
    lines.push(line);
  }
  const text = lines.join('');
  // One row is for pasting into a field.
  return { text: lines.length === 1 ? text.trimEnd() : text, lines: lines.length, isCut };
}
