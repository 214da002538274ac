/** Killed fifty times while it downloads from nginx: every file is right, and what was known good is not fetched twice. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@playwright/test';
import { knownWhenKilled, type KnownFiles } from './known';
import { hasNginx, startNginx, type Answered } from './nginx';
import { appeared, test } from './terminal';

const FILES = 500;
const KILLS = 50;
/** Slow enough that there is something left after the last kill. */
const RATE = 150 * 1024;
/** nginx tells times in milliseconds, and a request starts a little before it is read. */
const CLOCK_MS = 5;

/** The same at every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function content(index: number, size: number): Buffer {
  return Buffer.alloc(size, createHash('sha512').update(`file ${index}`).digest());
}

interface Kill {
  readonly killedAtMs: number;
  readonly files: KnownFiles;
}

/** Requests that fetched what was known to be good when the process before theirs was killed. */
function fetchedTwice(answered: readonly Answered[], kills: readonly Kill[]): string[] {
  return answered.flatMap(({ path, startedAtMs, from, sent }) => {
    const before = kills.findLast(({ killedAtMs }) => killedAtMs < startedAtMs - CLOCK_MS);
    const known = before?.files.get(path) ?? [];
    if (known === 'whole') return [`${path}: it was whole`];
    const twice = known.filter(({ start, end }) => start < from + sent && from < end);
    return twice.map(
      ({ start, end }) => `${path}: ${from} and ${sent} more, but ${start} to ${end} was good`,
    );
  });
}

test('500 files from nginx, killed 50 times', async ({ start, folder, data }) => {
  test.setTimeout(300_000);
  test.skip(!hasNginx(), 'nginx is not installed');
  const next = random(20_261_124);
  const root = join(folder, 'origin');
  mkdirSync(root);
  const names = Array.from({ length: FILES }, (_, index) => {
    const share = next();
    // Many small ones, some larger, a few large.
    const size = Math.ceil(
      share < 0.78 ? share * 64_000 : share < 0.98 ? share * 700_000 : 6_000_000 + share * 2_000_000,
    );
    const name = `file-${index}.bin`;
    writeFileSync(join(root, name), content(index, size));
    return name;
  });
  const nginx = await startNginx(root, join(folder, 'nginx'), RATE);
  try {
    const target = join(folder, 'target');
    const list = names.map((name) => `${nginx.url}/${name}`).join('\n');
    const common = ['--quiet', '--json'];
    const begun = appeared(folder, /^target$/u);
    let run = start(['download', '-i', '-', '-d', target, '--max-connection-per-server', '16', ...common], {
      input: list,
    });
    // Before its job is there, nothing could be gone on with.
    await begun;
    const kills: Kill[] = [];
    while (kills.length < KILLS) {
      await Promise.race([run.ended, delay(700 + next() * 900)]);
      if (run.isOver) break;
      run.kill('SIGKILL');
      await run.ended;
      kills.push({ killedAtMs: Date.now(), files: knownWhenKilled(data, join(folder, 'copy')) });
      run = start(['resume', ...common]);
    }
    expect(kills).toHaveLength(KILLS);
    expect(await run.ended).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(target).sort()).toEqual([...names].sort());
    for (const name of names) {
      expect(readFileSync(join(target, name)).equals(readFileSync(join(root, name))), name).toBe(true);
    }
    expect(fetchedTwice(nginx.answered(), kills)).toEqual([]);
    // There was something to go on with.
    const halves = kills.filter(({ files }) => [...files.values()].some((known) => known !== 'whole'));
    expect(halves.length).toBeGreaterThan(KILLS / 2);
  } finally {
    await nginx.close();
  }
});
