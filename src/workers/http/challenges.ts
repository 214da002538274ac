/** Challenges of WWW-Authenticate (RFC 9110 §11.6.1), read as leniently as browsers do. */
export interface Challenge {
  /** Lower-case. */
  readonly scheme: string;
  /** By lower-case names; quotes and escapes undone, one character a byte. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/uy;
const BETWEEN = /[\t ,]+/uy;
const EQUALS = /[\t ]*=[\t ]*/uy;
/** One that is never closed ends with the field. */
const QUOTED = /"((?:[^"\\]|\\.)*)(?:"|\\?$)/suy;
const UNQUOTED = /[^\t ,"]*/uy;
/** What some schemes have in place of parameters. */
const TOKEN68 = /[\t ]+[0-9A-Za-z\-._~+/]+=*[\t ]*(?=,|$)/uy;

/** @param field one challenge or several, in one field or several */
export function readChallenges(field: string | readonly string[] | undefined): Challenge[] {
  const text = typeof field === 'string' ? field : (field ?? []).join(', ');
  const challenges: { readonly scheme: string; readonly parameters: Map<string, string> }[] = [];
  let at = 0;
  const read = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  while (at < text.length) {
    read(BETWEEN);
    const name = read(TOKEN)?.[0].toLowerCase();
    if (name === undefined) {
      // Whatever it is, it is not part of a challenge.
      at += 1;
      continue;
    }
    if (read(EQUALS) === null) {
      challenges.push({ scheme: name, parameters: new Map() });
      read(TOKEN68);
      continue;
    }
    const quoted = read(QUOTED);
    const value = quoted === null ? (read(UNQUOTED)?.[0] ?? '') : unescaped(quoted[1] ?? '');
    const parameters = challenges.at(-1)?.parameters;
    // The first of two counts.
    if (parameters?.has(name) === false) parameters.set(name, value);
  }
  return challenges;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gsu, '$1');
}
