/** How well what was typed fits a title, as command palettes rank it. */

/**
 * Every letter typed has to be in the title, in this order; those at the start of a word, and those that follow one
 * another, count for more.
 * @returns `null`: it does not fit; greater is better
 */
export function fuzzyScore(typed: string, title: string): number | null {
  const letters = Array.from(typed.toLowerCase()).filter((letter) => letter.trim() !== '');
  const text = title.toLowerCase();
  if (letters.length === 0) return 0;
  const whole = startOfWord(text, typed.trim().toLowerCase(), 0);
  if (whole !== -1) return 1000 - whole;
  // Letters at the starts of words first, then wherever they are.
  return scoreOf(letters, text, true) ?? scoreOf(letters, text, false);
}

function scoreOf(letters: readonly string[], text: string, preferStarts: boolean): number | null {
  let score = 0;
  let at = -1;
  for (const letter of letters) {
    const next = text.indexOf(letter, at + 1);
    if (next === -1) return null;
    const start = preferStarts && next !== at + 1 ? startOfWord(text, letter, at + 1) : -1;
    const found = start === -1 ? next : start;
    score += found === at + 1 ? 5 : isStart(text, found) ? 4 : 1;
    at = found;
  }
  return score - text.length / 100;
}

function isStart(text: string, at: number): boolean {
  return at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1] ?? '');
}

function startOfWord(text: string, beginning: string, from: number): number {
  for (let at = text.indexOf(beginning, from); at !== -1; at = text.indexOf(beginning, at + 1)) {
    if (isStart(text, at)) return at;
  }
  return -1;
}
