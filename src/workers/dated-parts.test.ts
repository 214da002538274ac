/** Servers that say when a file was changed, and have no tag for it. */
import type { OutgoingHttpHeaders } from 'node:http';
import { expect, test } from 'vitest';
import { FakeContext } from './test-context';
import { content, fetchFile, leave, MIB, seen, slowServer, stored, written } from './test-parts';

const OLD = 'Mon, 01 Jan 2024 00:00:00 GMT';
const NEXT = 'Mon, 01 Jan 2024 00:00:01 GMT';
const BYTES = 3 * MIB;

test('a date that is old enough ties the parts of a file together', async () => {
  const url = slowServer(BYTES, 16, ({ serve }) => serve({ headers: { 'Last-Modified': OLD } }));
  expect(await fetchFile(url)).toMatchObject({ bytes: BYTES, compared: false });
  expect(written().equals(content('one', BYTES))).toBe(true);
  expect(seen.most).toBeGreaterThan(8);
  expect([...seen.conditions]).toEqual([OLD]);
});

const at = (ms: number): string => new Date(ms).toUTCString();
const NOW = Date.UTC(2025, 5, 1);

const WEAK: Record<string, OutgoingHttpHeaders> = {
  'that is younger than a minute': { 'Last-Modified': at(NOW - 59_000), Date: at(NOW) },
  'that is to come': { 'Last-Modified': at(NOW + 100_000), Date: at(NOW) },
  'that stands for none': { 'Last-Modified': 'Thu, 01 Jan 1970 00:00:00 GMT' },
  'that is none': { 'Last-Modified': '2024-01-01', Date: at(NOW) },
  'beside a Date that is none': { 'Last-Modified': OLD, Date: 'today' },
  'beside a weak tag': { 'Last-Modified': OLD, ETag: 'W/"weak"' },
};

test.each(Object.keys(WEAK))('a date %s does not: there is one connection', async (what) => {
  const url = slowServer(BYTES, 1, ({ serve }) => serve({ headers: WEAK[what] ?? {} }));
  expect(await fetchFile(url)).toMatchObject({ bytes: BYTES });
  expect(written().equals(content('one', BYTES))).toBe(true);
  expect(seen.asked).toEqual([null]);
});

test('nor does one without a Date beside it', async () => {
  const url = slowServer(BYTES, 1, ({ serve, response }) => {
    response.sendDate = false;
    return serve({ headers: { 'Last-Modified': OLD } });
  });
  await fetchFile(url);
  expect(seen.asked).toEqual([null]);
});

const OTHERS: Record<string, OutgoingHttpHeaders> = {
  'another date': { 'Last-Modified': NEXT },
  'no date': {},
  'a tag': { 'Last-Modified': OLD, ETag: '"other"' },
  'two dates': { 'Last-Modified': [OLD, NEXT] },
};

test.each(Object.keys(OTHERS))('a part that comes with %s is never mixed in', async (what) => {
  const other = content('two', BYTES);
  const url = slowServer(BYTES, 2, ({ number, serve }) =>
    number === 1
      ? serve({ headers: { 'Last-Modified': OLD } })
      : serve({ headers: OTHERS[what] ?? {}, body: other }),
  );
  expect(await fetchFile(url)).toMatchObject({ bytes: BYTES });
  expect(written().equals(content('one', BYTES))).toBe(true);
  expect(seen.asked.length).toBeGreaterThan(1);
});

test.each([
  ['as it was', 'one', OLD],
  ['another one of the same length', 'two', NEXT],
])('a file that was stopped in many parts, and is %s when it goes on', async (_, version, date) => {
  const bytes = 8 * MIB;
  let isLater = false;
  // Not before the second run has several connections.
  const url = slowServer(bytes, 32, ({ serve, response }) => {
    if (!isLater) return serve({ headers: { 'Last-Modified': OLD } });
    return serve({
      headers: { 'Last-Modified': date },
      body: content(version, bytes),
      isWhole: response.req.headers['if-range'] !== date,
    });
  });
  const context = new FakeContext({ exclusive: false });
  context.onProgress = (done) => {
    if (done > 5 * MIB) context.cancel();
  };
  await expect(fetchFile(url, { context })).rejects.toThrow();
  await leave();
  const earlier = stored();
  expect(earlier).toMatchObject({ etag: null, lastModified: OLD });
  isLater = true;
  const before = seen.asked.length;
  seen.most = 0;
  const done = await fetchFile(url, { earlier });
  expect(done).toMatchObject({ bytes, compared: false });
  expect(written().equals(content(version, bytes))).toBe(true);
  expect(seen.most).toBeGreaterThan(1);
  if (date !== OLD) return;
  expect(done?.kept).toBeGreaterThan(4 * MIB);
  expect(seen.asked.slice(before)).not.toContain(null);
  expect([...seen.conditions]).toEqual([OLD]);
});
