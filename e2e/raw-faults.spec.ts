/** The faults that need every byte of an answer made by hand, in every mode; killed in the middle. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@playwright/test';
import { complaints, expectOnlyDone, MODES } from './fault-outcomes';
import { knownFiles } from './known';
import { startRawFaultServer } from './raw-fault-server';
import { taskLines, test, type TaskLine } from './terminal';

const PATIENCE = ['--retry', '3', '--retry-base', '50', '--stall-timeout', '1', '--header-timeout', '2'];
/** These would keep a run from its end if they were not seen through. */
const ENDLESS = ['range-empty-chunked'];

/** Of each file that is under way, whether 150 KB of it would be there after a crash. */
function partsTold(data: string): boolean[] {
  return [...knownFiles(data).values()].map(
    (known) => known !== 'whole' && known.reduce((sum, { start, end }) => sum + end - start, 0) > 150_000,
  );
}

for (const { name, flags } of MODES) {
  test(`no raw fault ends in a wrong file: ${name}`, async ({ heddle, folder }) => {
    test.setTimeout(120_000);
    const server = await startRawFaultServer();
    try {
      const faults = server.faults.filter((fault) => !ENDLESS.includes(fault.name));
      const args = ['download', '-i', '-', '-d', join(folder, 'target'), '--json', '--quiet'];
      const lines: TaskLine[] = [];
      // A host that refuses and breaks off as much as all of them lets no file have several connections.
      for (const isParted of [true, false]) {
        const some = faults.filter((fault) => /^(?:segments|connections)-/u.test(fault.name) === isParted);
        const input = some.map(({ url }) => url).join('\n');
        const { status, stdout } = await heddle([...args, ...PATIENCE, ...flags], { input });
        if (!isParted) expect(status).toBe(1);
        lines.push(...taskLines(stdout));
      }
      expect(complaints(faults, lines)).toEqual([]);
      expectOnlyDone(folder, lines);
    } finally {
      await server.close();
    }
  });
}

test('several connections for a large file that comes slowly, while nobody else needs them', async ({
  heddle,
  folder,
}) => {
  const server = await startRawFaultServer();
  try {
    const faults = server.faults.filter(({ name }) => name === 'segments-good');
    const url = faults[0]?.url ?? '';
    const { stdout } = await heddle(['download', '-d', join(folder, 'target'), '--json', '--quiet', url]);
    expect(complaints(faults, taskLines(stdout))).toEqual([]);
    expect(server.requests(url).filter(({ range }) => range !== null)).not.toEqual([]);
  } finally {
    await server.close();
  }
});

for (const endless of ENDLESS) {
  test(`it comes to an end: ${endless}`, async ({ start, folder }) => {
    const server = await startRawFaultServer();
    try {
      const faults = server.faults.filter(({ name }) => name === endless);
      const url = faults[0]?.url ?? '';
      const run = start(['download', '-d', join(folder, 'target'), '--json', '--quiet', ...PATIENCE, url]);
      await Promise.race([run.ended, delay(60_000)]);
      expect(run.isOver, `it has made ${server.requests(url).length} requests and goes on`).toBe(true);
      expect(complaints(faults, taskLines((await run.ended).stdout))).toEqual([]);
    } finally {
      await server.close();
    }
  });
}

test('killed in the middle, and the file changes before it goes on', async ({
  start,
  heddle,
  data,
  folder,
}) => {
  const server = await startRawFaultServer();
  try {
    const input = server.held.map(({ url }) => url).join('\n');
    const target = join(folder, 'target');
    const run = start(['download', '-i', '-', '-d', target, '--json', '--quiet'], { input });
    await expect
      .poll(() => server.held.every(({ url }) => (server.requests(url)[0]?.sentBytes ?? 0) > 300_000))
      .toBe(true);
    // The greater part of each is flushed, and told.
    await expect.poll(() => partsTold(data)).toEqual(server.held.map(() => true));
    run.kill('SIGKILL');
    await run.ended;
    const { status, stdout } = await heddle(['resume', '--json', '--quiet']);
    const lines = taskLines(stdout);
    expect(complaints(server.held, lines)).toEqual([]);
    expect(status).toBe(0);
    expectOnlyDone(folder, lines);
    // There was something to go on with.
    const unchanged = server.held.find(({ name }) => name === 'held-unchanged')?.url ?? '';
    expect(server.requests(unchanged).at(-1)?.range).toMatch(/^bytes=[1-9]\d*-/u);
  } finally {
    await server.close();
  }
});

test('a mirror breaks off: the next one brings the file', async ({ heddle, folder }) => {
  const server = await startRawFaultServer();
  try {
    const [broken, good] = ['expires', 'early-hints'].map((name) =>
      server.faults.find((fault) => fault.name === name),
    );
    const input = `${broken?.url ?? ''}\t${good?.url ?? ''}\n  out=file.bin\n`;
    const target = join(folder, 'target');
    const args = ['download', '-i', '-', '--format', 'aria2', '-d', target, '--json', '--quiet'];
    const { status, stdout } = await heddle([...args, ...PATIENCE], { input });
    const [line] = taskLines(stdout);
    expect(line).toMatchObject({ state: 'done', target: join(target, 'file.bin') });
    expect(good?.isRight(readFileSync(join(target, 'file.bin')))).toBe(true);
    expect(status).toBe(0);
    expectOnlyDone(folder, taskLines(stdout));
  } finally {
    await server.close();
  }
});
