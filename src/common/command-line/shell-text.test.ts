/** Words for PowerShell, read again by its own rules (about_Quoting_Rules, about_Parsing): there is none here to ask. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shellText, withInput } from './shell-text';

const QUOTES = "'‘’‚‛";

/** What a program gets of a line: single-quoted strings as they are, and bare words that mean nothing else. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (let at = 0; at < line.length;) {
    if (line[at] === ' ') {
      at += 1;
      continue;
    }
    let word = '';
    if (QUOTES.includes(line[at] ?? '')) {
      for (at += 1; ; at++) {
        if (at >= line.length) throw new Error('a quote is left open');
        if (!QUOTES.includes(line[at] ?? '')) word += line[at] ?? '';
        // Two of them are one, the second.
        else if (QUOTES.includes(line[at + 1] ?? ' ') && at + 1 < line.length) word += line[(at += 1)] ?? '';
        else break;
      }
      at += 1;
      if (at < line.length && line[at] !== ' ') throw new Error('something is glued to a quote');
    } else {
      const end = line.indexOf(' ', at);
      word = line.slice(at, end < 0 ? line.length : end);
      // Otherwise it would be an expression, a variable, an escape, a comment, a redirection, or two words.
      if (!/^[\p{L}\p{N}_./:=@+-]+$/u.test(word) || /^[@=]|^-.*[.:]/u.test(word))
        throw new Error(`not a bare word: ${word}`);
      at += word.length;
    }
    words.push(word);
  }
  return words;
}

const NASTY = [
  '',
  ' ',
  "it's",
  '‘quoted’',
  '‚low‛',
  "''",
  '"double"',
  '$HOME',
  '$(Remove-Item x)',
  '`n',
  'a`',
  'a;b',
  'a|b',
  'a&b',
  'a>b',
  '#no-comment',
  '@splat',
  '@(1)',
  '{block}',
  '%PATH%',
  '--%',
  '-name.txt',
  '-x:y',
  '--output=a.b',
  '1,2',
  '~',
  '*',
  '[a]',
  'C:\\folder\\',
  '\\\\server\\share',
  'ends\\',
  'a\nb',
  'é ü 日本',
  'https://a.example/[1-3].png?x=1&y=$z',
];

test('PowerShell gives programs the words as they are', () => {
  expect(wordsOf(shellText(NASTY, 'powershell'))).toEqual(NASTY);
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.constantFrom(...NASTY),
          fc.string({
            unit: fc.constantFrom(
              ...QUOTES.split(/(?:)/u),
              '"',
              '$',
              '`',
              '@',
              '-',
              '.',
              ':',
              ' ',
              '\\',
              'a',
              '1',
            ),
          }),
        ),
        { maxLength: 8 },
      ),
      (words) => {
        expect(wordsOf(shellText(words, 'powershell'))).toEqual(words);
      },
    ),
  );
});

test('a list for standard input is a here-string, and is not written where a line would end it', () => {
  const list = "https://a.example/$x\nhttps://b.example/'@'\n";
  expect(withInput('heddle download -', list, 'powershell')).toBe(`@'\n${list}'@ | heddle download -`);
  for (const end of QUOTES) expect(withInput('heddle', `a\n${end}@\n`, 'powershell')).toBeNull();
});
