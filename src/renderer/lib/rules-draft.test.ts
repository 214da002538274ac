import { expect, test } from 'vitest';
import { emptyRules, isWrongSize, rulesFault, rulesOf, rulesText, sizeOf } from './rules-draft';

test('sizes are read as the terminal reads them', () => {
  expect(sizeOf('0')).toBe(0);
  expect(sizeOf('10')).toBe(10);
  expect(sizeOf('1.5M')).toBe(1_572_864);
  expect(sizeOf('2 GiB')).toBe(2 ** 31);
  expect(sizeOf('')).toBeNull();
  expect(sizeOf('ten')).toBeNull();
  expect(sizeOf('-1')).toBeNull();
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
  expect(rulesText(draft, 'link')).toBe('only *.jpg; no dot files; links followed; up to 10M');
});

test('sizes that cannot be are said', () => {
  expect(rulesFault(emptyRules('skip'))).toBeNull();
  expect(rulesFault({ ...emptyRules('skip'), minSize: 'big' })).toContain('number of bytes');
  expect(rulesFault({ ...emptyRules('skip'), minSize: '2k', maxSize: '1k' })).toContain('above');
});
