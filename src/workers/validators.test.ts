import { expect, test } from 'vitest';
import { isStrongDate, isTag, isValidator, strongTag } from './validators';

const OLD = 'Mon, 01 Jan 2024 00:00:00 GMT';

test('a date proves something when its answer is a minute younger', () => {
  expect(isStrongDate(OLD, 'Mon, 01 Jan 2024 00:01:00 GMT')).toBe(true);
  expect(isStrongDate(OLD, 'Mon, 01 Jan 2024 00:00:59 GMT')).toBe(false);
  expect(isStrongDate('Sat, 01 Jan 2101 00:00:00 GMT', OLD)).toBe(false);
  for (const date of [undefined, '', '0', 'now', '2025-01-01', [OLD, OLD]])
    expect(isStrongDate(OLD, date)).toBe(false);
});

test.each([
  ...['', '0', '-1', '2024', 'never', 'yesterday', '2024-01-01', '01 Jan 2024 00:00:00 GMT', 'Invalid Date'],
  // The epoch, Nix's, .NET's, FAT's, npm's.
  ...['Thu, 01 Jan 1970 00:00:00 GMT', 'Thursday, 01-Jan-70 00:00:00 GMT', 'Thu Jan  1 00:00:00 1970'],
  ...['Thu, 01 Jan 1970 00:00:01 GMT', 'Mon, 01 Jan 0001 00:00:00 GMT', 'Wed, 31 Dec 1969 23:59:59 GMT'],
  ...['Tue, 01 Jan 1980 00:00:00 GMT', 'Sat, 26 Oct 1985 08:15:00 GMT'],
])('"%s" is no date that tells versions apart', (date) => {
  expect(isValidator(date)).toBe(false);
  expect(isStrongDate(date, OLD)).toBe(false);
});

test('tags', () => {
  for (const tag of ['"a"', '"00a0"', '"5-5f1c"', '"W/"', '"00000000-0000-0001"', '"10"']) {
    expect([tag, strongTag(tag), isTag(`W/${tag}`), strongTag(`W/${tag}`)]).toEqual([tag, tag, true, null]);
  }
  const none = [
    '',
    '""',
    '"0"',
    '"000"',
    '"0-0"',
    '"-"',
    '"null"',
    '"undefined"',
    '"None"',
    'a',
    "'a'",
    '"a',
  ];
  for (const tag of [...none, 'w/"a"', '"a"b"', '"a b"', '"ä"', '*', '"a", "b"', '"a"-gzip']) {
    expect([tag, strongTag(tag), isTag(tag), isTag(`W/${tag}`)]).toEqual([tag, null, false, false]);
  }
  expect([strongTag(undefined), strongTag(['"a"', '"a"'])]).toEqual([null, null]);
});
