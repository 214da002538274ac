/** A text that is URLs and nothing else, a line each. */

/** A clipboard may hold a whole book. */
const LONGEST = 1_000_000;

/** @returns none where any line is something else */
export function urlLines(text: string): readonly string[] {
  if (text.length > LONGEST) return [];
  const lines = text
    .split(/\r?\n/u)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.every((line) => /^https?:\/\/[^\s/]/iu.test(line) && URL.canParse(line) && !/\s/u.test(line))
    ? lines
    : [];
}
