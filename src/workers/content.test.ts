import { expect, test } from 'vitest';
import type { Answer, Headers } from './http/client';
import { Comparison } from './comparison';
import { Changed, contentOf, earlierContent, ifRange, messageHeaders, rangeOf } from './content';

const OLD = 'Mon, 01 Jan 2024 00:00:00 GMT';
const LATER = 'Tue, 02 Jan 2024 00:00:00 GMT';

function answer(headers: Headers, length: number | null = null, status = 200): Answer {
  const times = { dnsMs: null, connectMs: null, tlsMs: null, waitMs: null };
  return { status, times, headers, url: new URL('http://h/f'), length, untilClose: false };
}

test('If-Range has the strong tag, else a date that proves something, else nothing', () => {
  const dated = { 'last-modified': OLD, date: LATER };
  expect(ifRange(contentOf(answer({ etag: '"a"', ...dated })))).toBe('"a"');
  expect(ifRange(contentOf(answer({ etag: 'W/"a"', ...dated })))).toBe(OLD);
  expect(ifRange(contentOf(answer({ 'last-modified': OLD, date: OLD })))).toBeNull();
  expect(ifRange(contentOf(answer({ etag: 'W/"a"' })))).toBeNull();
});

test('what was stored of a date was strong; what is no date that tells versions apart is not', () => {
  const state = { url: 'http://h/f', etag: null, total: 10, headers: {}, extents: [], reset: true };
  expect(ifRange(earlierContent({ ...state, lastModified: OLD }))).toBe(OLD);
  expect(ifRange(earlierContent({ ...state, lastModified: 'Thu, 01 Jan 1970 00:00:00 GMT' }))).toBeNull();
  expect(ifRange(earlierContent({ ...state, etag: 'W/"a"', lastModified: null }))).toBeNull();
});

test('headers of the content are kept apart from those of one message', () => {
  const whole = answer({ etag: '"a"', digest: ['x', 'y'], 'content-md5': 'm', server: 's' }, 5);
  expect(contentOf(whole)).toMatchObject({ total: 5, headers: { etag: '"a"', digest: 'x, y' } });
  expect(Object.keys(contentOf(whole).headers)).toEqual(['etag', 'digest']);
  expect(messageHeaders(whole)).toEqual({ 'content-md5': 'm' });
});

const whole = contentOf(answer({ etag: '"a"', 'last-modified': OLD }, 100));
const part = { etag: '"a"', 'last-modified': OLD };

test('a range that is the one asked for is taken, with or without what need not be said again', () => {
  expect(rangeOf(answer({ ...part, 'content-range': 'bytes 10-99/100' }, 90), whole, 10)).toEqual({
    end: 100,
    total: 100,
  });
  // Less than asked for is allowed (RFC 9110 §15.3.7).
  expect(rangeOf(answer({ etag: '"a"', 'content-range': ' bytes 10-19/100 ' }), whole, 10).end).toBe(20);
  const unknown = { ...whole, total: null };
  expect(rangeOf(answer({ ...part, 'content-range': 'bytes 10-19/20' }), unknown, 10).total).toBe(20);
});

test.each<[string, Headers, number | null]>([
  ['no range', part, 90],
  ['another beginning', { ...part, 'content-range': 'bytes 9-99/100' }, null],
  ['no end', { ...part, 'content-range': 'bytes 10-9/100' }, null],
  ['an end behind the whole', { ...part, 'content-range': 'bytes 10-100/100' }, null],
  ['another length of the whole', { ...part, 'content-range': 'bytes 10-99/101' }, null],
  ['a whole of unknown length', { ...part, 'content-range': 'bytes 10-99/*' }, null],
  ['another length of the body', { ...part, 'content-range': 'bytes 10-99/100' }, 91],
  [
    'several parts',
    { ...part, 'content-range': 'bytes 10-99/100', 'content-type': 'multipart/byteranges' },
    null,
  ],
  ['another tag', { ...part, etag: '"b"', 'content-range': 'bytes 10-99/100' }, null],
  ['no tag', { 'last-modified': OLD, 'content-range': 'bytes 10-99/100' }, null],
  ['another date', { ...part, 'last-modified': LATER, 'content-range': 'bytes 10-99/100' }, null],
])('%s is not what was asked for', (_, headers, length) => {
  expect(() => rangeOf(answer(headers, length, 206), whole, 10)).toThrow(Changed);
});

test('a weak tag and a date that are others prove that the content is another', () => {
  const weak = contentOf(answer({ etag: 'W/"a"', 'last-modified': OLD }, 100));
  const range = { 'content-range': 'bytes 10-99/100' };
  expect(rangeOf(answer({ etag: 'W/"a"', 'last-modified': OLD, ...range }), weak, 10).end).toBe(100);
  expect(() => rangeOf(answer({ etag: 'W/"b"', 'last-modified': OLD, ...range }), weak, 10)).toThrow(Changed);
  // Without a strong tag the date has to be said again.
  expect(() => rangeOf(answer({ etag: 'W/"a"', ...range }), weak, 10)).toThrow(Changed);
});

test('bytes that come again are compared, whatever chunks they come in', () => {
  const comparison = new Comparison(Buffer.from('abcdef'));
  expect(comparison.take(Buffer.from('abc'))).toHaveLength(0);
  expect(comparison.isOver).toBe(false);
  expect(comparison.take(Buffer.from('defgh')).toString()).toBe('gh');
  expect(comparison.isOver).toBe(true);
  expect(comparison.take(Buffer.from('ij')).toString()).toBe('ij');
  expect(() => new Comparison(Buffer.from('abc')).take(Buffer.from('abX'))).toThrow(Changed);
});
