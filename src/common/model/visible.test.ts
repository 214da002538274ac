import { expect, test } from 'vitest';
import { fitsOnLine, visible } from './visible';

test.each([
  ['a\u202egpj.exe', 'a‹U+202E›gpj.exe'],
  ['\u2066a\u2069 \u200fb\u200e\u061c', '‹U+2066›a‹U+2069› ‹U+200F›b‹U+200E›‹U+061C›'],
  ['a\nb\r\tc', 'a‹U+000A›b‹U+000D›‹U+0009›c'],
  ['\u001b[31mred\u009b0m\u007f', '‹U+001B›[31mred‹U+009B›0m‹U+007F›'],
  ['zero\u200bwidth\u200d\u2060\ufeff', 'zero‹U+200B›width‹U+200D›‹U+2060›‹U+FEFF›'],
  ['soft\u00adhyphen, filler \u3164, blank \u2800', 'soft‹U+00AD›hyphen, filler ‹U+3164›, blank ‹U+2800›'],
  ['lines\u2028\u2029', 'lines‹U+2028›‹U+2029›'],
  ['tag\u{e0041}', 'tag‹U+E0041›'],
  ['selector a\ufe0e', 'selector a‹U+FE0E›'],
])('%j', (name, shown) => {
  expect(visible(name)).toBe(shown);
  // Shown once, it is shown as it is.
  expect(visible(shown)).toBe(shown);
});

test.each(['Grüße 東京 🎉', '👩‍💻 ❤️ 👍🏽.txt', '👩🏽‍💻', 'می‌خواهم', 'שלום', 'cafe\u0301', 'a b', ''])(
  '%j is as people write it',
  (name) => {
    expect(visible(name)).toBe(name);
  },
);

test('names that end a line, for whichever program, do not fit on one', () => {
  for (const end of ['\n', '\r', '\v', '\f', '\u001c', '\u0085', '\u2028', '\u2029', '\u001b', '\t'])
    expect(fitsOnLine(`a${end}b`)).toBe(false);
  expect(fitsOnLine('a \u202eb')).toBe(true);
});
