import { expect, test } from 'vitest';
import { emptyRules, isWrongSize, rulesFault, rulesOf, rulesText } from './rules-draft';

test('what is no size is told from nothing typed', () => {
  expect(isWrongSize(' ')).toBe(false);
  expect(isWrongSize('10 X')).toBe(true);
});

test('globs are lines; nothing typed takes everything', () => {
  expect(rulesOf(emptyRules('skip'))).toEqual({
    include: [],
    exclude: [],
    gitignore: false,
    hidden: true,
    links: 'skip',
    oneFileSystem: false,
    minSize: null,
    maxSize: null,
  });
  expect(rulesOf({ ...emptyRules('link'), include: ' *.jpg\n\n*.png\n', minSize: '1k' })).toMatchObject({
    include: ['*.jpg', '*.png'],
    minSize: 1024,
  });
});

test('what differs from everything is said', () => {
  expect(rulesText(emptyRules('skip'), 'skip')).toBe('all');
  const draft = { ...emptyRules('follow'), include: '*.jpg', hidden: false, maxSize: '10M' };
  expect(rulesText(draft, 'link')).toBe('only *.jpg; no hidden files; links followed; up to 10M');
});

test('sizes that cannot be are said', () => {
  expect(rulesFault(emptyRules('skip'))).toBeNull();
  expect(rulesFault({ ...emptyRules('skip'), minSize: 'big' })).toContain('size in bytes');
  expect(rulesFault({ ...emptyRules('skip'), minSize: '2k', maxSize: '1k' })).toContain(
    'larger than the maximum',
  );
});
