import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readHttpDate, writeHttpDate } from './http-date';

const NOW = Date.UTC(2026, 0, 15);
const LONG = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Parts of a date in GMT, as the three forms write them. */
function forms(ms: number): { imf: string; rfc850: string; asctime: string } {
  const [name = '', day = '', month = '', year = '', time = ''] = new Date(ms).toUTCString().split(/,? /u);
  const long = LONG[new Date(ms).getUTCDay()] ?? '';
  return {
    imf: `${name}, ${day} ${month} ${year} ${time} GMT`,
    rfc850: `${long}, ${day}-${month}-${year.slice(-2)} ${time} GMT`,
    asctime: `${name} ${month} ${day.replace(/^0/u, ' ')} ${time} ${year}`,
  };
}

const wholeSeconds = (from: number, to: number): fc.Arbitrary<number> =>
  fc.integer({ min: Math.ceil(from / 1000), max: Math.floor(to / 1000) }).map((seconds) => seconds * 1000);

describe('the three forms of RFC 9110 §5.6.7', () => {
  test.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
    'Sun, 06 Nov 1994 08:49:37',
    ' Sun, 06 Nov 1994 08:49:37 GMT ',
  ])('%s', (text) => {
    expect(readHttpDate(text, NOW)).toBe(784_111_777_000);
  });

  test('whatever is written is read back', () => {
    fc.assert(
      fc.property(wholeSeconds(Date.UTC(1600, 0), Date.UTC(9999, 11, 31)), (ms) => {
        const { imf, asctime } = forms(ms);
        expect(writeHttpDate(ms)).toBe(imf);
        expect([imf, asctime].map((text) => readHttpDate(text, NOW))).toEqual([ms, ms]);
      }),
    );
    // What two digits can say: up to 50 years ahead.
    fc.assert(
      fc.property(wholeSeconds(Date.UTC(1976, 0, 16), Date.UTC(2076, 0, 15)), (ms) => {
        expect(readHttpDate(forms(ms).rfc850, NOW)).toBe(ms);
      }),
    );
  });

  test('a two-digit year more than 50 years ahead is in the past, also where the century turns within them', () => {
    expect(readHttpDate(forms(Date.UTC(1976, 0, 16)).rfc850, NOW)).toBe(Date.UTC(1976, 0, 16));
    expect(readHttpDate(forms(Date.UTC(2076, 0, 15)).rfc850, NOW)).toBe(Date.UTC(2076, 0, 15));
    const later = Date.UTC(2060, 0, 1);
    expect(readHttpDate(forms(Date.UTC(2105, 4, 5)).rfc850, later)).toBe(Date.UTC(2105, 4, 5));
    expect(readHttpDate(forms(Date.UTC(2059, 4, 5)).rfc850, later)).toBe(Date.UTC(2059, 4, 5));
  });

  test('a leap second', () => {
    expect(readHttpDate('Sat, 31 Dec 2016 23:59:60 GMT')).toBe(Date.UTC(2017, 0, 1));
  });
});

describe('no date', () => {
  test.each([
    ...['', '0', '-1', '1', '1994', '784111777', 'never', 'yesterday', 'now', 'Invalid Date', 'null', 'GMT'],
    ...['Sun', '1994-11-06T08:49:37Z', '1994-11-06', '11/06/1994', '06 Nov 1994 08:49:37 GMT'],
    // The day's name is another one's, or none.
    ...['Mon, 06 Nov 1994 08:49:37 GMT', 'Monday, 06-Nov-94 08:49:37 GMT', 'Mon Nov  6 08:49:37 1994'],
    ...['Sunday, 06 Nov 1994 08:49:37 GMT', 'Sun, 06-Nov-94 08:49:37 GMT', 'Xyz, 06 Nov 1994 08:49:37 GMT'],
    // Out of range.
    ...['Sun, 31 Feb 1994 08:49:37 GMT', 'Sun, 00 Nov 1994 08:49:37 GMT', 'Sun, 06 Nov 1994 24:00:00 GMT'],
    ...[
      'Sun, 06 Nov 1994 08:49:60 GMT',
      'Sun, 06 Nov 1994 08:60:37 GMT',
      'Sun, 06 Nov 1994 08:49:61 GMT',
      'Wed, 29 Feb 2023 00:00:00 GMT',
    ],
    // Almost in form.
    ...['Sun, 6 Nov 1994 08:49:37 GMT', 'sun, 06 nov 1994 08:49:37 gmt', 'Sun, 06 Nov 94 08:49:37 GMT'],
    ...['Sun, 06 Nov 1994 08:49:37 PST', 'Sun, 06 Nov 1994 08:49:37 +0900', 'Sun, 06 Nov 1994 08:49 GMT'],
    ...['Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT', 'Sun Nov 6 08:49:37 1994'],
    ...[
      'Sun, 06 Nov 1994 08:49:37 GMT\u0000',
      'Sun, 06 Nov 19940 08:49:37 GMT',
      'Sun, ٠٦ Nov 1994 08:49:37 GMT',
    ],
  ])('%j', (text) => {
    expect(readHttpDate(text, NOW)).toBeNull();
  });

  test('garbage never reads', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readHttpDate(text)).toBeNull();
      }),
    );
    // A date with one character changed reads as no date, or as the date that it then says.
    fc.assert(
      fc.property(
        wholeSeconds(Date.UTC(1980, 0), Date.UTC(2070, 0)),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        (ms, where, character) => {
          const { imf } = forms(ms);
          const at = where % imf.length;
          const changed = `${imf.slice(0, at)}${character}${imf.slice(at + 1)}`;
          const read = readHttpDate(changed);
          if (read !== null && !changed.includes(':60 ')) expect(forms(read).imf).toBe(changed);
        },
      ),
    );
  });
});

test('the usual form is read as any form is', () => {
  const part = (...parts: string[]): fc.Arbitrary<string> => fc.constantFrom(...parts);
  const date = fc
    .tuple(
      fc.oneof(
        fc.date({
          min: new Date(-70_000_000_000_000),
          max: new Date(250_000_000_000_000),
          noInvalidDate: true,
        }),
        fc.date({ min: new Date(0), max: new Date(2_000_000_000_000), noInvalidDate: true }),
      ),
      fc.option(fc.tuple(fc.integer({ min: 0, max: 28 }), part('0', '9', ' ', ':', 'x', 'G', ',', '-'))),
    )
    .map(([at, change]) => {
      const text = at.toUTCString();
      return change === null ? text : text.slice(0, change[0]) + change[1] + text.slice(change[0] + 1);
    });
  fc.assert(
    fc.property(date, (text) => {
      // With a blank before it, it is not in the usual form.
      expect(readHttpDate(text)).toBe(readHttpDate(` ${text}`));
    }),
    { numRuns: 3000 },
  );
});
