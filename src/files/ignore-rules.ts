/**
 * Patterns of gitignore(5). Their work grows with the pattern times the path and no faster, whatever is in them: those of
 * a tree that somebody else made are theirs to write.
 */

/** What one character of a name is compared with. */
type Step =
  | { readonly is: 'character'; readonly character: string }
  | { readonly is: 'any' }
  | { readonly is: 'star' }
  | { readonly is: 'set'; readonly has: (character: string) => boolean };

/** Of one name in a path; `null`: any number of names, none too. */
type Part = string | readonly Step[] | null;

interface Rule {
  readonly negative: boolean;
  readonly onlyFolders: boolean;
  /** From the folder of the patterns on; otherwise of a name at any depth. */
  readonly anchored: boolean;
  readonly parts: readonly Part[];
  /** Shorter paths do not match. */
  readonly leastLength: number;
}

export interface Verdict {
  readonly ignored: boolean;
  /** A pattern with `!` has the last word. */
  readonly unignored: boolean;
}

const NOT_TOLD: Verdict = { ignored: false, unignored: false };
/** Verdicts on folders are remembered, so many of them. */
const REMEMBERED = 1000;

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/u,
  alpha: /[A-Za-z]/u,
  blank: /[ \t]/u,
  // eslint-disable-next-line no-control-regex -- that is the class
  cntrl: /[\u0000-\u001f\u007f]/u,
  digit: /[0-9]/u,
  graph: /[!-~]/u,
  lower: /[a-z]/u,
  print: /[ -~]/u,
  punct: /[!-/:-@[-`{-~]/u,
  space: /[ \t\r\n\v\f]/u,
  upper: /[A-Z]/u,
  xdigit: /[0-9A-Fa-f]/u,
};

export class IgnoreRules {
  /** The last one first: it has the last word. */
  readonly #rules: readonly Rule[];
  readonly #folders = new Map<string, Verdict>();

  /** @param lines as they stand in a file; comments and blank ones are passed over */
  constructor(lines: readonly string[]) {
    this.#rules = lines.flatMap((line) => readRule(line) ?? []).reverse();
  }

  /**
   * @param path below the folder of the patterns, of a folder with `/` at its end. What is in an ignored folder is ignored
   */
  test(path: string): Verdict {
    if (this.#rules.length === 0) return NOT_TOLD;
    const isFolder = path.endsWith('/');
    const names = (isFolder ? path.slice(0, -1) : path).split('/');
    for (let depth = 1; depth < names.length; depth++) {
      const above = this.#folder(names.slice(0, depth));
      if (above.ignored) return above;
    }
    return isFolder ? this.#folder(names) : this.#verdict(names, false);
  }

  #folder(names: readonly string[]): Verdict {
    const path = names.join('/');
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    if (this.#folders.size >= REMEMBERED) this.#folders.clear();
    const verdict = this.#verdict(names, true);
    this.#folders.set(path, verdict);
    return verdict;
  }

  #verdict(names: readonly string[], isFolder: boolean): Verdict {
    let length = names.length - 1;
    for (const name of names) length += name.length;
    for (const rule of this.#rules) {
      if (rule.leastLength > length || (rule.onlyFolders && !isFolder) || !matches(rule, names)) continue;
      return { ignored: !rule.negative, unignored: rule.negative };
    }
    return NOT_TOLD;
  }
}

/** @returns `null` for a line without a pattern */
function readRule(line: string): Rule | null {
  let pattern = withoutTrailingSpaces(line);
  if (pattern === '' || pattern.startsWith('#')) return null;
  const negative = pattern.startsWith('!');
  if (negative) pattern = pattern.slice(1);
  const onlyFolders = pattern.endsWith('/');
  if (onlyFolders) pattern = pattern.slice(0, -1);
  const anchored = pattern.includes('/');
  if (pattern.startsWith('/')) pattern = pattern.slice(1);
  if (pattern === '') return null;
  const names = pattern.split('/');
  const parts: Part[] = [];
  names.forEach((name, at) => {
    // Between slashes alone two stars stand for folders.
    if (name !== '**' || !anchored) parts.push(readName(name));
    // At the end, for everything in one.
    else if (at === names.length - 1) parts.push(null, [{ is: 'star' }]);
    else if (parts.at(-1) !== null) parts.push(null);
  });
  const least = parts.map((part) =>
    part === null
      ? 0
      : typeof part === 'string'
        ? part.length
        : part.filter(({ is }) => is !== 'star').length,
  );
  const slashes = Math.max(0, parts.filter((part) => part !== null).length - 1);
  const leastLength = least.reduce((sum, each) => sum + each, 0) + slashes;
  return { negative, onlyFolders, anchored, parts, leastLength };
}

/** Unless a backslash stands before it, a space at the end does not count. */
function withoutTrailingSpaces(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === ' ') end -= 1;
  let backslashes = 0;
  while (backslashes < end && line[end - 1 - backslashes] === '\\') backslashes += 1;
  return line.slice(0, backslashes % 2 === 1 && end < line.length ? end + 1 : end);
}

/** @returns text where nothing in it stands for something else */
function readName(name: string): string | readonly Step[] {
  if (!/[*?[\\]/u.test(name)) return name;
  const steps: Step[] = [];
  for (let at = 0; at < name.length; at++) {
    const character = name[at] ?? '';
    if (character === '*') {
      if (steps.at(-1)?.is !== 'star') steps.push({ is: 'star' });
    } else if (character === '?') steps.push({ is: 'any' });
    else if (character === '[') {
      const set = readSet(name, at);
      // It is never closed: nothing matches.
      if (set === null) return [{ is: 'set', has: () => false }];
      steps.push(set.step);
      at = set.end;
    } else if (character === '\\') {
      at += 1;
      // Nothing is left that it could stand before: nothing matches.
      const literal = name[at];
      steps.push(
        literal === undefined ? { is: 'set', has: () => false } : { is: 'character', character: literal },
      );
    } else steps.push({ is: 'character', character });
  }
  return steps;
}

/** @param from of its bracket @returns it and where its last bracket is */
function readSet(name: string, from: number): { readonly step: Step; readonly end: number } | null {
  let at = from + 1;
  const negated = name[at] === '!' || name[at] === '^';
  if (negated) at += 1;
  const classes: RegExp[] = [];
  const ranges: [string, string][] = [];
  const first = at;
  for (; at < name.length; at++) {
    if (name[at] === ']' && at > first) {
      const has = (character: string): boolean =>
        negated !==
        (ranges.some(([low, high]) => character >= low && character <= high) ||
          classes.some((known) => known.test(character)));
      return { step: { is: 'set', has }, end: at };
    }
    const [whole, named] =
      name[at] === '[' ? (/^\[:([a-z]{1,6}):\]/u.exec(name.slice(at, at + 10)) ?? []) : [];
    if (whole !== undefined) {
      const known = CLASSES[named ?? ''];
      if (known === undefined) return null;
      classes.push(known);
      at += whole.length - 1;
      continue;
    }
    if (name[at] === '\\') at += 1;
    const low = name[at];
    if (low === undefined) return null;
    let high = low;
    if (name[at + 1] === '-' && name[at + 2] !== undefined && name[at + 2] !== ']') {
      at += 2;
      if (name[at] === '\\') at += 1;
      high = name[at] ?? '';
    }
    ranges.push([low, high]);
  }
  return null;
}

function matches({ anchored, parts }: Rule, names: readonly string[]): boolean {
  if (!anchored) return nameMatches(parts[0] ?? null, names.at(-1) ?? '');
  return matchesWild(
    parts.length,
    names.length,
    (part) => parts[part] === null,
    (part, name) => nameMatches(parts[part] ?? null, names[name] ?? ''),
  );
}

function nameMatches(part: Part, name: string): boolean {
  if (part === null) return false;
  if (typeof part === 'string') return part === name;
  return matchesWild(
    part.length,
    name.length,
    (step) => part[step]?.is === 'star',
    (step, at) => stepMatches(part[step], name[at] ?? ''),
  );
}

function stepMatches(step: Step | undefined, character: string): boolean {
  switch (step?.is) {
    case 'character':
      return step.character === character;
    case 'any':
      return true;
    case 'set':
      return step.has(character);
    default:
      return false;
  }
}

/** Only the last wildcard can have to take more: what came before it has matched, and matches still. */
function matchesWild(
  steps: number,
  length: number,
  isWild: (step: number) => boolean,
  fits: (step: number, at: number) => boolean,
): boolean {
  let [step, at] = [0, 0];
  let wild = -1;
  let taken = 0;
  while (at < length) {
    if (step < steps && isWild(step)) {
      [wild, taken] = [step, at];
      step += 1;
    } else if (step < steps && fits(step, at)) {
      step += 1;
      at += 1;
    } else if (wild < 0) return false;
    else {
      taken += 1;
      at = taken;
      step = wild + 1;
    }
  }
  while (step < steps && isWild(step)) step += 1;
  return step === steps;
}
