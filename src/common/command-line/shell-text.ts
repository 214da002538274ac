/** Words of a command as they are written for a shell, so that the program gets them as they are. */

/** `sh` is what bash and zsh take; `powershell` is 7.3 or later, which hands quotes on. */
export const SHELLS = ['sh', 'powershell', 'cmd'] as const;
export type Shell = (typeof SHELLS)[number];

export interface CommandText {
  readonly text: string;
  /** What it lacks, as phrases. */
  readonly leftOut: readonly string[];
}

/** Of an argument that needs no quotes in any shell; zsh takes a `=` at the beginning for the name of a program. */
const PLAIN = /^(?!=)[\w./:=@+-]+$/u;
/** PowerShell takes `@` for a variable that is spread, and divides what looks like its own parameters at `.` and `:`. */
const SPLIT = /^@|^-.*[.:]/u;
/** What is not seen, and bytes that are not UTF-8 as `escapedPath` has them. */
const ODD = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\udc80-\udcff]/u;

export function shellText(words: readonly string[], shell: Shell): string {
  return words.map((word) => quoted(word, shell)).join(' ');
}

function quoted(word: string, shell: Shell): string {
  if (PLAIN.test(word) && !(shell === 'powershell' && SPLIT.test(word))) return word;
  switch (shell) {
    case 'sh':
      return ODD.test(word) ? ansiQuoted(word) : `'${word.replaceAll("'", `'\\''`)}'`;
    case 'powershell':
      // Typographic quotes end a text there, too.
      return `'${word.replaceAll(/['‘’‚‛]/gu, '$&$&')}'`;
    case 'cmd':
      return `"${argumentOf(word)}"`;
  }
}

/** In quotes, backslashes count only before a quote (CommandLineToArgvW). */
function argumentOf(word: string): string {
  let [text, slashes] = ['', 0];
  for (const character of word) {
    if (character === '"') text += '\\'.repeat(slashes + 1);
    slashes = character === '\\' ? slashes + 1 : 0;
    text += character;
  }
  return text + '\\'.repeat(slashes);
}

/** bash(1), "QUOTING": `$'…'`. */
function ansiQuoted(word: string): string {
  const escaped = Array.from(word, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === "'" || character === '\\') return `\\${character}`;
    if (code >= 0xdc80 && code <= 0xdcff) return octal(code - 0xdc00);
    if (!ODD.test(character)) return character;
    return code < 0x80 ? octal(code) : `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return `$'${escaped.join('')}'`;
}

function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, '0')}`;
}

/** Other than tabs and ends of lines: a terminal takes them for keys, Ctrl+C among them, when they are pasted. */
// eslint-disable-next-line no-control-regex -- that is what is looked for
const KEYS = /[\0-\u0008\v\f\u000e-\u001f\u007f-\u009f]/u;

/**
 * A command that reads a text from standard input.
 * @returns `null` where the shell has no way to write it that is safe to paste
 */
export function withInput(command: string, input: string, shell: Shell): string | null {
  if (KEYS.test(input)) return null;
  const text = input.endsWith('\n') ? input : `${input}\n`;
  if (shell === 'sh') {
    let end = 'END';
    // A CR that is pasted ends a line, too.
    while (text.split(/[\r\n]/u).includes(end)) end += '_';
    return `${command} <<'${end}'\n${text}${end}`;
  }
  if (shell === 'cmd' || /^['‘’‚‛]@/mu.test(text)) return null;
  return `@'\n${text}'@ | ${command}`;
}
