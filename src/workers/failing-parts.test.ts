/** Servers that send a whole file, and whose ranges come to nothing: one connection would have fetched it. */
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { Growth } from './connection-growth';
import {
  content,
  fetchFile,
  KIB,
  leave,
  MIB,
  seen,
  slowServer,
  stored,
  TAG,
  written,
  type Visit,
} from './test-parts';

const BYTES = 3 * MIB;

/** What becomes of each request for a part. */
const FAILING: Record<string, (visit: Visit) => Promise<void> | void> = {
  'break off after some bytes': async ({ serve, response }) => {
    await serve({ until: 40 * KIB });
    response.destroy();
  },
  'are reset after some bytes': async ({ serve, response }) => {
    await serve({ until: 40 * KIB });
    response.socket?.resetAndDestroy();
  },
  'break off after their headers': async ({ serve, response }) => {
    await serve({ until: 0 });
    response.flushHeaders();
    response.destroy();
  },
  'stall after some bytes': ({ serve }) => serve({ until: 40 * KIB }),
  'stall after their headers': async ({ serve, response }) => {
    await serve({ until: 0 });
    response.flushHeaders();
  },
  crawl: ({ serve }) => serve({ pace: 1 }),
  'are never answered': () => undefined,
  'are closed without an answer': ({ response }) => {
    response.destroy();
  },
  'come in chunks, each time too few': ({ response, range, body }) => {
    const { start, end } = range ?? { start: 0, end: BYTES };
    response.writeHead(206, { ETag: TAG, 'Content-Range': `bytes ${start}-${end - 1}/${BYTES}` });
    response.end(body.subarray(start, start + 50));
  },
  'are shorter than was asked for': ({ response, range, body }) => {
    const { start } = range ?? { start: 0 };
    response.writeHead(206, { ETag: TAG, 'Content-Range': `bytes ${start}-${start + 49}/${BYTES}` });
    response.end(body.subarray(start, start + 50));
  },
  'are of another place': ({ response, range, body }) => {
    const { start, end } = range ?? { start: 0, end: BYTES };
    response.writeHead(206, { ETag: TAG, 'Content-Range': `bytes 0-${end - start - 1}/${BYTES}` });
    response.end(body.subarray(0, end - start));
  },
  'are answered with 416': ({ response }) => {
    response.writeHead(416, { 'Content-Range': `bytes */${BYTES}` }).end();
  },
};

const CASES = Object.keys(FAILING).flatMap((name) => [2, 16].map((most) => ({ name, most })));

test.each(CASES)('parts that $name, over $most connections at most', async ({ name, most }) => {
  const url = slowServer(BYTES, Infinity, (visit) => {
    if (visit.range === null) return visit.serve();
    // The first one is soon where others were to go on.
    if (visit.number === 2) setTimeout(() => (seen.hurries = true), 100);
    return FAILING[name]?.(visit);
  });
  expect((await fetchFile(url, { segments: most }))?.bytes).toBe(BYTES);
  expect(written().equals(content('one', BYTES))).toBe(true);
  expect(seen.asked.filter((range) => range === null)).toHaveLength(1);
  expect(seen.asked.length).toBeLessThanOrEqual(48);
});

test('a first connection that breaks off while it waits for others is not missed', async () => {
  let first: ServerResponse | null = null;
  const url = slowServer(BYTES, 2, ({ number, serve, response }) => {
    if (number === 1) {
      first = response;
      return serve();
    }
    // What the first one has to bring is there at once.
    setTimeout(() => first?.socket?.resetAndDestroy(), 300);
    return serve({ pace: 2048 });
  });
  expect(await fetchFile(url, { segments: 2 })).toMatchObject({ bytes: BYTES });
  expect(written().equals(content('one', BYTES))).toBe(true);
});

/** As downloads have it. */
class RealGrowth extends Growth {
  // The server is on this thread, too.
  override isThreadBusy(): boolean {
    return false;
  }
}

test('after a break another connection is tried again, and fetches what crawls', async () => {
  const url = slowServer(BYTES, Infinity, async ({ number, serve, response }) => {
    if (number === 1) {
      await serve({ pace: 1 });
      return;
    }
    await serve(number === 2 ? { until: 64 * KIB } : {});
    if (number === 2) response.destroy();
    seen.hurries = true;
  });
  await fetchFile(url, { segments: 2, growth: (first) => new RealGrowth(first) });
  expect(written().equals(content('one', BYTES))).toBe(true);
  expect(seen.asked.length).toBeGreaterThan(2);
}, 20_000);

test.each([1, 16])(
  'the rest of a broken file that comes in tiny pieces ends in a failure, over %i connections at most',
  async (segments) => {
    for (const name of ['come in chunks, each time too few', 'are shorter than was asked for']) {
      const url = slowServer(BYTES, 1, async (visit) => {
        if (visit.range !== null) return FAILING[name]?.(visit);
        await visit.serve({ until: 64 * KIB });
        visit.response.destroy();
      });
      // One connection has no second one to go on; the attempts that follow have what is there.
      for (let attempt = 0; attempt < 2; attempt++) {
        const before = seen.asked.length;
        await expect(fetchFile(url, { segments, earlier: stored() })).rejects.toMatchObject({
          retryable: true,
        });
        await leave();
        expect(seen.asked.length - before).toBeLessThanOrEqual(20);
      }
    }
  },
);
