/** Jobs that find a disk full: they wait, and go on when there is room. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import type { JobSummary } from '../common/model/jobs';
import { TestServer } from '../workers/test-server';
import type { Engine } from './engine';
import { hasRoom } from './jobs/room';
import {
  engine,
  folder,
  go,
  leftovers,
  mount,
  openEngine,
  put,
  reopenEngine,
  rows,
  run,
  unmount,
  useEngine,
} from './testing/test-engine';

useEngine('room');

const MB = 1_000_000;
let disk: string;

/** A disk of its own, of which all but so much is taken. */
function fill(path: string, sizeMb: number, leftBytes: number): void {
  mount(path, '-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs');
  const { bavail, bsize } = statfsSync(path);
  writeFileSync(join(path, 'ballast'), Buffer.alloc(bavail * bsize - leftBytes));
}

describe.runIf(process.getuid?.() === 0)('on a full disk', () => {
  beforeEach(async () => {
    await reopenEngine({ waits: true });
    disk = join(folder, 'disk');
  });

  function copy(files: Readonly<Record<string, number>>): JobRequest {
    for (const [name, bytes] of Object.entries(files))
      put(join(folder, 'source', name), Buffer.alloc(bytes, name));
    return {
      kind: 'copy',
      mode: 'pool',
      workers: 2,
      sources: [join(folder, 'source')],
      destination: join(disk, 'to'),
      layout: 'contents',
    };
  }

  /** Files under their final names. */
  function whole(): string[] {
    return readdirSync(join(disk, 'to'))
      .filter((name) => !name.startsWith('.'))
      .sort();
  }

  test('a copy waits with what does not fit, and goes on by itself', async () => {
    fill(disk, 16, 4 * MB);
    const request = copy({ large: 3 * MB, larger: 9 * MB, small: 1000 });
    const paused = await run(request);
    expect(paused).toMatchObject({ state: 'paused', counts: { failed: 0, done: 2 } });
    expect(paused.error?.message).toMatch(
      new RegExp(
        `^The disk is full: \\S+ MB more are needed on ${disk}\\. The job continues when there is room\\.$`,
        'u',
      ),
    );
    // 9 MB, and about 1 MB is free beside the two that were copied.
    expect(paused.error?.room?.missingBytes).toBeGreaterThan(7.5 * MB);
    expect(paused.error?.room?.missingBytes).toBeLessThan(9 * MB);
    expect(whole()).toEqual(['large', 'small']);
    const ended = engine.ended(paused.id);
    rmSync(join(disk, 'ballast'));
    expect(await ended).toMatchObject({ state: 'done', error: null, counts: { failed: 0, done: 4 } });
    execFileSync('diff', ['-r', join(folder, 'source'), join(disk, 'to')]);
    expect(leftovers(disk)).toEqual([]);
    expect((await rows(paused.id)).map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
  });

  test('resumed without room it says so again; cancelled it leaves nothing', async () => {
    fill(disk, 16, MB);
    const { id } = await run(copy({ large: 4 * MB }));
    expect(await go(id)).toMatchObject({ state: 'paused', error: { code: 'disk-full' } });
    await engine.cancel(id);
    expect(engine.job(id)).toMatchObject({ state: 'cancelled', error: null });
    expect(leftovers(disk)).toEqual([]);
  });

  test('all are paused, or it is to start at a time: then it goes on by itself no more', async () => {
    fill(disk, 16, MB);
    const { id } = await run(copy({ large: 4 * MB }));
    expect(engine.waitsForRoom(engine.job(id))).toBe(true);
    await engine.pauseAll();
    expect(engine.job(id)).toMatchObject({ state: 'paused', error: null });
    expect(await go(id)).toMatchObject({ state: 'paused', error: { code: 'disk-full' } });
    const atMs = Date.now() + 3_600_000;
    await engine.startAt(id, atMs);
    expect(engine.job(id)).toMatchObject({ state: 'paused', error: null, startAtMs: atMs });
  });

  test('a disk that is gone has no room: what is free below it is another disk', async () => {
    fill(disk, 16, MB);
    const { error } = await run(copy({ large: 4 * MB }));
    const room = error?.room ?? { disk: '', missingBytes: 0, freeBytes: 0 };
    expect(hasRoom(room)).toBe(false);
    unmount(disk);
    expect(hasRoom(room)).toBeNull();
    mount(disk, '-t', 'tmpfs', '-o', 'size=16m', 'tmpfs');
    expect(hasRoom(room)).toBe(true);
  });

  test('what waits is found at the next start', async () => {
    fill(disk, 16, MB);
    const { id } = await run(copy({ large: 4 * MB }));
    await reopenEngine({ waits: true });
    engine.keepWaiting();
    const ended = engine.ended(id);
    rmSync(join(disk, 'ballast'));
    expect(await ended).toMatchObject({ state: 'done', counts: { done: 2 } });
  });

  test('a manifest that does not fit is written when it does', async () => {
    fill(disk, 16, 0);
    put(join(folder, 'source', 'a'), 'x');
    const paused = await run({
      kind: 'hash',
      mode: 'pool',
      workers: 1,
      paths: [join(folder, 'source')],
      algorithms: ['sha256'],
      manifest: { path: join(disk, 'sums'), format: null },
    });
    expect(paused).toMatchObject({ state: 'paused', error: { room: { missingBytes: 0 } } });
    expect(paused.error?.message).toContain(`more room is needed on ${disk}`);
    const ended = engine.ended(paused.id);
    rmSync(join(disk, 'ballast'));
    expect(await ended).toMatchObject({ state: 'done' });
    expect(readFileSync(join(disk, 'sums'), 'utf8')).toMatch(/^[\da-f]{64} {2}/u);
  });

  /** A job that the database has no room for: neither for its results, nor for that it waits. */
  async function withFullDatabase(then: (other: Engine, id: number) => Promise<void>): Promise<void> {
    fill(join(folder, 'full'), 16, 1.2 * MB);
    const other = await openEngine('full', undefined, { waits: true });
    try {
      for (let index = 0; index < 3000; index++) put(join(folder, 'source', `f${index}`), `${index}`);
      const { id } = await other.createJob(
        {
          kind: 'hash',
          mode: 'pool',
          workers: 2,
          paths: [join(folder, 'source')],
          algorithms: ['sha256'],
          manifest: null,
        },
        { start: false },
      );
      const told = new Promise((resolve) => other.on('notice', resolve));
      await other.resume(id);
      expect(await told).toMatchObject({ code: 'disk-full' });
      await then(other, id);
    } finally {
      await other.close();
    }
  }

  test('a job whose results the database has no room for goes on when it has', async () => {
    await withFullDatabase(async (other) => {
      const done = Promise.withResolvers<JobSummary>();
      other.on('jobs-changed', (jobs) => {
        for (const job of jobs) {
          if (job.state === 'done') done.resolve(job);
        }
      });
      rmSync(join(folder, 'full', 'ballast'));
      expect(await done.promise).toMatchObject({ counts: { done: 3000, failed: 0 } });
    });
  }, 20_000);

  test('cancelled before it could be stored that it waits, it does not go on', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      await withFullDatabase(async (other, id) => {
        rmSync(join(folder, 'full', 'ballast'));
        await other.cancel(id);
        expect(other.job(id).state).toBe('cancelled');
        // Both looks: that it waits is stored, and that there is room is seen.
        vi.advanceTimersByTime(2000);
        expect(other.job(id).state).toBe('cancelled');
      });
    } finally {
      vi.useRealTimers();
    }
  }, 20_000);

  describe('a download', () => {
    let server: TestServer;
    beforeEach(async () => {
      server = await TestServer.start();
      return () => server.close();
    });

    function download(urls: readonly string[]): JobRequest {
      return {
        kind: 'download',
        mode: 'pool',
        workers: 2,
        urls: [...urls],
        text: null,
        listFiles: [],
        directory: join(disk, 'to'),
        options: { segments: 1 },
      };
    }

    test('of known length waits without a byte of it, and the others go on', async () => {
      fill(disk, 16, 3 * MB);
      const urls = ['/large', '/small'].map((path) =>
        server.body(path, Buffer.alloc(path === '/large' ? 8 * MB : 5000, path)),
      );
      const paused = await run(download(urls));
      expect(paused).toMatchObject({ state: 'paused', counts: { failed: 0, done: 1 } });
      expect(whole()).toEqual(['small']);
      const ended = engine.ended(paused.id);
      rmSync(join(disk, 'ballast'));
      expect(await ended).toMatchObject({ state: 'done', counts: { done: 2 } });
      expect(statSync(join(disk, 'to', 'large')).size).toBe(8 * MB);
    });

    test('of unknown length that fills the disk goes on where it was', async () => {
      fill(disk, 16, 2 * MB);
      const content = Buffer.alloc(6 * MB, 'endless');
      const url = server.on('/stream', (_, response) => {
        response.writeHead(200);
        response.end(content);
      });
      const paused = await run(download([url]));
      expect(paused).toMatchObject({ state: 'paused', counts: { failed: 0, queued: 1 } });
      expect(paused.error?.message).toContain('more room is needed');
      expect(whole()).toEqual([]);
      const ended = engine.ended(paused.id);
      rmSync(join(disk, 'ballast'));
      expect(await ended).toMatchObject({ state: 'done' });
      expect(readFileSync(join(disk, 'to', 'stream')).equals(content)).toBe(true);
    });
  });
});
