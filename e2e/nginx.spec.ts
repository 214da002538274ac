/** Killed fifty times while it downloads from nginx: every file is right, and what was known good is not fetched twice. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@playwright/test';
import { hasNginx, startNginx } from './nginx';
import { test } from './terminal';

const FILES = 500;
const KILLS = 50;
const RATE = 192 * 1024;
/** Of the bytes that the files have. */
const ALLOWED = 1.15;

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

test('500 files from nginx, killed 50 times', async ({ start, folder }) => {
  test.setTimeout(300_000);
  test.skip(!hasNginx(), 'nginx is not installed');
  const next = random(20_261_124);
  const root = join(folder, 'origin');
  mkdirSync(root);
  let total = 0;
  const names = Array.from({ length: FILES }, (_, index) => {
    const share = next();
    // Many small ones, some larger, a few large.
    const size = Math.ceil(
      share < 0.78 ? share * 64_000 : share < 0.98 ? share * 700_000 : 6_000_000 + share * 2_000_000,
    );
    const name = `file-${index}.bin`;
    writeFileSync(join(root, name), content(index, size));
    total += size;
    return name;
  });
  const nginx = await startNginx(root, join(folder, 'nginx'), RATE);
  try {
    const target = join(folder, 'target');
    const list = names.map((name) => `${nginx.url}/${name}`).join('\n');
    const common = ['--quiet', '--json'];
    let run = start(['download', '-i', '-', '-d', target, '--max-connection-per-server', '16', ...common], {
      input: list,
    });
    let kills = 0;
    while (kills < KILLS) {
      await Promise.race([run.ended, delay(700 + next() * 900)]);
      if (run.isOver) break;
      run.kill('SIGKILL');
      await run.ended;
      kills += 1;
      run = start(['resume', ...common]);
    }
    expect(kills).toBe(KILLS);
    expect(await run.ended).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(target).sort()).toEqual([...names].sort());
    for (const name of names) {
      expect(readFileSync(join(target, name)).equals(readFileSync(join(root, name))), name).toBe(true);
    }
    const ratio = nginx.sentBytes() / total;
    console.log(`    sent ${(ratio * 100 - 100).toFixed(1)} % more than the files' ${total} bytes`);
    expect(ratio).toBeLessThanOrEqual(ALLOWED);
  } finally {
    await nginx.close();
  }
});
