/** Large files over several connections, from servers that limit, refuse, stall, break off and change their minds. */
import { expect, test } from 'vitest';
import { FREE_PLACES, type Places } from '../common/threads/places';
import { FakeContext } from './test-context';
import {
  content,
  fetchFile,
  KIB,
  leave,
  MIB,
  seen,
  slowServer,
  STEP_MS,
  stored,
  TAG,
  written,
  type Visit,
} from './test-parts';

test('a server that limits each connection is asked over 16, and every byte is where it belongs', async () => {
  const url = slowServer(4 * MIB, 16, ({ serve }) => serve());
  expect(await fetchFile(url)).toMatchObject({ bytes: 4 * MIB, status: 200 });
  expect(written().equals(content('one', 4 * MIB))).toBe(true);
  expect(seen.most).toBe(16);
});

test('and over no more than were asked for', async () => {
  const url = slowServer(2 * MIB, 3, ({ serve }) => serve());
  await fetchFile(url, { segments: 3 });
  expect(written().equals(content('one', 2 * MIB))).toBe(true);
  expect(seen.most).toBe(3);
});

const REFUSALS: Record<string, (visit: Visit) => void> = {
  503: ({ response }) => {
    response.writeHead(503).end();
  },
  429: ({ response }) => {
    response.writeHead(429, { 'Retry-After': '60' }).end();
  },
  reset: ({ response }) => {
    response.socket?.resetAndDestroy();
  },
};

test.each(['503', '429', 'reset'] as const)(
  'a server that lets a file have 4 connections, and answers others with %s: the file has 4, and that is told',
  async (how) => {
    const refused: number[] = [];
    const url = slowServer(4 * MIB, Infinity, (visit) => {
      if (visit.open > 4) REFUSALS[how]?.(visit);
      else return visit.serve();
    });
    const places: Places = {
      ...FREE_PLACES,
      refused: (connections) => {
        refused.push(connections);
        seen.hurries = true;
      },
    };
    expect(await fetchFile(url, { places })).toMatchObject({ bytes: 4 * MIB });
    expect(written().equals(content('one', 4 * MIB))).toBe(true);
    // Up to eight were tried, and none after that.
    expect(seen.most).toBeLessThanOrEqual(8);
    expect(refused.length).toBeGreaterThan(0);
    expect(Math.min(...refused)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...refused)).toBeLessThanOrEqual(4);
  },
);

const AGAIN: readonly (readonly [what: string, answer: (visit: Visit) => void])[] = [
  ['403', ({ response }) => response.writeHead(403).end()],
  ['404', ({ response }) => response.writeHead(404).end('gone')],
  ['a page', ({ response }) => response.writeHead(200).end('<html>expired</html>')],
];

test.each(AGAIN)('an address that works once, and answers with %s then, loses nothing', async (_, again) => {
  const url = slowServer(3 * MIB, 2, (visit) => {
    if (visit.number === 1) return visit.serve();
    again(visit);
  });
  const done = await fetchFile(url);
  expect(done).toMatchObject({ bytes: 3 * MIB });
  expect(written().equals(content('one', 3 * MIB))).toBe(true);
  // It was tried once.
  expect(seen.asked).toHaveLength(2);
});

test('a server without ranges sends the whole over one connection', async () => {
  const url = slowServer(3 * MIB, 2, ({ response, body, number, serve }) => {
    if (number === 1) return serve();
    response.writeHead(200, { ETag: TAG, 'Content-Length': body.length }).end(body);
  });
  await fetchFile(url);
  expect(written().equals(content('one', 3 * MIB))).toBe(true);
  expect(seen.asked).toHaveLength(2);
});

/** Chunks, whatever Content-Range promises. */
const LIES: Record<string, (visit: Visit) => void> = {
  nothing: ({ response }) => {
    response.end();
  },
  'bytes without an end': ({ response, range, body }) => {
    response.write(body.subarray(range?.start, range?.end));
    const timer = setInterval(() => response.write('more'), STEP_MS);
    response.once('close', () => {
      clearInterval(timer);
    });
  },
};

test.each(['nothing', 'bytes without an end'])(
  'where parts bring %s, the first connection brings the file',
  async (lie) => {
    const url = slowServer(3 * MIB, 2, (visit) => {
      const { number, range, response } = visit;
      if (number === 1 || range === null) return visit.serve();
      const { start, end } = range;
      response.writeHead(206, { ETag: TAG, 'Content-Range': `bytes ${start}-${end - 1}/${3 * MIB}` });
      LIES[lie]?.(visit);
    });
    expect(await fetchFile(url)).toMatchObject({ bytes: 3 * MIB });
    expect(written().equals(content('one', 3 * MIB))).toBe(true);
    expect(seen.asked.length).toBeLessThanOrEqual(17);
  },
);

test('the rest of a broken file with more behind it than was promised is not read for ever', async () => {
  const url = slowServer(3 * MIB, 2, (visit) => {
    const { number, range, response } = visit;
    if (range === null) {
      return visit.serve(number === 1 ? { until: 64 * KIB } : {}).then(() => {
        if (number === 1) response.socket?.destroy();
      });
    }
    const { start, end } = range;
    response.writeHead(206, { ETag: TAG, 'Content-Range': `bytes ${start}-${end - 1}/${3 * MIB}` });
    LIES['bytes without an end']?.(visit);
  });
  const done = fetchFile(url, { segments: 1 });
  await expect(done).rejects.toMatchObject({ retryable: true });
  await leave();
  expect(await fetchFile(url, { segments: 1, earlier: stored() })).toMatchObject({ bytes: 3 * MIB });
  expect(written().equals(content('one', 3 * MIB))).toBe(true);
});

test('one without a strong tag is asked once', async () => {
  const url = slowServer(2 * MIB, 1, ({ serve }) => serve({ tag: 'W/"weak"' }));
  await fetchFile(url);
  expect(written().equals(content('one', 2 * MIB))).toBe(true);
  expect(seen.asked).toEqual([null]);
});

test('content that changes between two parts is never mixed', async () => {
  const other = content('two', 3 * MIB);
  const url = slowServer(3 * MIB, 2, ({ number, serve }) =>
    number === 1 ? serve() : serve({ tag: '"two"', body: other }),
  );
  await fetchFile(url);
  expect(written().equals(content('one', 3 * MIB))).toBe(true);
});

test('content that changes while it comes, and whose first connection breaks off, is fetched anew', async () => {
  const other = content('two', 3 * MIB);
  const url = slowServer(3 * MIB, 2, async ({ number, serve, response }) => {
    if (number > 1) {
      await serve({ tag: '"two"', body: other });
      return;
    }
    await serve({ until: MIB });
    response.destroy();
  });
  await expect(fetchFile(url)).rejects.toMatchObject({ retryable: true });
  await leave();
  // The next attempt goes on with what it has, and finds that the content is another one.
  expect(stored()).not.toBeNull();
  await fetchFile(url, { earlier: stored() });
  expect(written().equals(other)).toBe(true);
});

test('where the first connection breaks off, the others bring what it had to', async () => {
  const url = slowServer(6 * MIB, 8, async ({ number, serve, response }) => {
    if (number > 1) {
      await serve();
      return;
    }
    await serve({ until: MIB });
    response.destroy();
  });
  expect(await fetchFile(url)).toMatchObject({ bytes: 6 * MIB });
  expect(written().equals(content('one', 6 * MIB))).toBe(true);
});

test('further connections break off after some bytes: all is there in the end', async () => {
  const url = slowServer(4 * MIB, 8, async ({ number, serve, response }) => {
    const breaks = number > 1 && number < 6;
    await serve(breaks ? { until: 200 * KIB } : {});
    if (breaks) response.destroy();
  });
  expect(await fetchFile(url)).toMatchObject({ bytes: 4 * MIB });
  expect(written().equals(content('one', 4 * MIB))).toBe(true);
});

test('parts that stall are asked for once more, that of the first connection too', async () => {
  const url = slowServer(2 * MIB, 4, ({ number, serve }) =>
    serve(number === 1 || number === 3 ? { until: 60 * KIB } : {}),
  );
  expect(await fetchFile(url)).toMatchObject({ bytes: 2 * MIB });
  expect(written().equals(content('one', 2 * MIB))).toBe(true);
});

test('places that others need are given back, and what was to come there comes all the same', async () => {
  let taken = 0;
  let mostTaken = 0;
  let wanted = 0;
  const places: Places = {
    take: () => {
      if (wanted > 0) return false;
      taken += 1;
      mostTaken = Math.max(mostTaken, taken);
      if (taken === 7) {
        wanted = Infinity;
        setTimeout(() => (seen.hurries = true), 100);
      }
      return true;
    },
    give: () => (taken -= 1),
    wanted: () => Math.min(taken, wanted),
    refused: () => undefined,
  };
  const url = slowServer(4 * MIB, Infinity, ({ serve }) => serve());
  await fetchFile(url, { places });
  expect(written().equals(content('one', 4 * MIB))).toBe(true);
  expect(mostTaken).toBe(7);
  expect(taken).toBe(0);
});

test('a file that was stopped in many parts keeps them, and the rest comes over several connections', async () => {
  const bytes = 8 * MIB;
  // Not before the second run has several connections.
  const url = slowServer(bytes, 32, ({ serve }) => serve());
  const context = new FakeContext({ exclusive: false });
  context.onProgress = (done) => {
    if (done > 5 * MIB) context.cancel();
  };
  await expect(fetchFile(url, { context })).rejects.toThrow();
  await leave();
  const earlier = stored();
  const kept = earlier?.extents.reduce((sum, { start, end }) => sum + end - start, 0) ?? 0;
  expect(kept).toBeGreaterThan(4 * MIB);
  const before = seen.asked.length;
  seen.most = 0;
  const done = await fetchFile(url, { earlier });
  expect(done).toMatchObject({ bytes, kept });
  expect(written().equals(content('one', bytes))).toBe(true);
  expect(seen.asked.slice(before)).not.toContain(null);
  expect(seen.most).toBeGreaterThan(1);
});
