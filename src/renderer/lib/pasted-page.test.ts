import { expect, test } from 'vitest';
import { hasHiddenLinks } from './pasted-page';

test.each<[string, string, boolean]>([
  ['<a href="https://example.org/a.zip">A</a>', 'A', true],
  ["<meta charset='utf-8'><p>See <a class=x href='http://example.org/'>this</a>", 'See this', true],
  ['<A HREF=HTTPS://example.org/>A</A>', 'A', true],
  // The text has the addresses itself, with or without what else the page holds.
  ['<a href="https://example.org/a.zip">https://example.org/a.zip</a>', 'https://example.org/a.zip', false],
  ['<span style="color: red">const a = 1</span>', 'const a = 1', false],
  ['<a name="top">A</a> <a href="mailto:me@example.org">B</a>', 'A B', false],
  ['', 'https://example.org/', false],
])('%j beside %j', (html, text, expected) => {
  expect(hasHiddenLinks(html, text)).toBe(expected);
});
