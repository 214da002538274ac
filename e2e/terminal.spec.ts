/** The terminal's contract: what it prints where, how it ends, and that files are right. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { makeTree } from './app';
import { expectDownloaded, jsonLines, metadata, test } from './terminal';

for (const mode of ['--sync', '--async']) {
  test(`200 URLs from a list, ${mode}`, async ({ heddle, server, folder }) => {
    const list = join(folder, 'list.txt');
    const target = join(folder, 'target');
    writeFileSync(list, server.urls(200).join('\n'));
    const { status, stdout, stderr } = await heddle(['download', '-i', list, '-d', target, mode]);
    expect(status).toBe(0);
    expectDownloaded(target, 200);
    expect(server.requests).toHaveLength(200);
    // One target a line, and the summary where progress goes.
    expect(stdout.trimEnd().split('\n').sort()).toEqual(
      readdirSync(target)
        .map((name) => join(target, name))
        .sort(),
    );
    expect(stderr).toMatch(/^200 downloaded \(2\.3 MB\) in [\d.]+ m?s$/mu);
  });
}

for (const [algorithm, checker] of [
  ['sha256', 'sha256sum'],
  ['blake3', 'b3sum'],
] as const) {
  test(`${checker} accepts the manifest of a folder`, async ({ heddle, folder }) => {
    test.skip(spawnSync(checker, ['--version']).error !== undefined, `${checker} is not installed`);
    makeTree(join(folder, 'tree'), 300);
    for (const name of ['with space', 'back\\slash', 'line\nfeed', 'été 日本', '-dash']) {
      writeFileSync(join(folder, 'tree', name), name);
    }
    const printed = await heddle(['hash', 'tree', '-a', algorithm], { cwd: folder });
    expect(printed.status).toBe(0);
    const written = await heddle(['hash', 'tree', '-a', algorithm, '-o', 'SUMS'], { cwd: folder });
    expect(written.status).toBe(0);
    expect(written.stdout).toBe('');
    expect(readFileSync(join(folder, 'SUMS'), 'utf8')).toBe(printed.stdout);
    expect(readdirSync(folder).sort()).toEqual(['SUMS', 'data', 'tree']);
    const checked = execFileSync(checker, ['--check', 'SUMS'], { cwd: folder, encoding: 'utf8' });
    expect(checked.match(/: OK$/gmu)).toHaveLength(305);
    // And it notices what has changed.
    writeFileSync(join(folder, 'tree', '-dash'), 'other');
    expect(spawnSync(checker, ['--check', 'SUMS'], { cwd: folder }).status).toBe(1);
  });
}

test('a tree is copied with modes, times and links', async ({ heddle, folder }) => {
  const source = join(folder, 'source');
  makeTree(source, 200);
  mkdirSync(join(source, 'empty'));
  writeFileSync(join(source, 'script'), '#!/bin/sh\n');
  symlinkSync('script', join(source, 'link'));
  symlinkSync('../nowhere', join(source, 'dangling'));
  chmodSync(join(source, 'script'), 0o755);
  chmodSync(join(source, 'part-1', 'file-1.bin'), 0o400);
  chmodSync(join(source, 'empty'), 0o711);
  for (const name of ['script', 'part-2', 'empty', '.']) utimesSync(join(source, name), 1e9, 1e9 + 0.25);
  const target = join(folder, 'copy');
  const { status, stdout, stderr } = await heddle(['copy', `${source}/`, target]);
  expect(status).toBe(0);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^203 copied \(.+\) in .+$/mu);
  execFileSync('diff', ['-r', '--no-dereference', source, target]);
  expect(metadata(target)).toEqual(metadata(source));
  expect(readdirSync(folder).sort()).toEqual(['copy', 'data', 'source']);
});

test('one missing file: exit status 1, its reason, all others there', async ({ heddle, server, folder }) => {
  const target = join(folder, 'target');
  const urls = [`${server.url}/missing.bin`, ...server.urls(5)];
  const { status, stderr } = await heddle(['download', '-d', target, ...urls]);
  expect(status).toBe(1);
  expect(stderr).toContain(`failed: ${server.url}/missing.bin: The server has no such file (404`);
  expect(stderr).toContain('5 downloaded');
  expect(stderr).toContain('1 failed');
  expectDownloaded(target, 5);
});

test('wrong usage: exit status 2, one line, the command that shows help', async ({ heddle, folder }) => {
  const wrong = [
    [],
    ['frobnicate'],
    ['download'],
    ['download', 'http://127.0.0.1/', '--workers', '0'],
    ['download', 'http://127.0.0.1/', '--sync', '--async'],
    ['hash'],
    ['hash', folder, '-a', 'crc'],
    ['hash', folder, '-a', 'sha256', '-a', 'blake3', '--format', 'gnu'],
    ['hash', folder, '-o', join(folder, 'x'), '--format', 'sfv'],
    ['verify'],
    ['verify', folder],
    ['duplicates'],
    ['copy', folder, 'x', '--mirror'],
    ['hash', folder, '--nonsense'],
    ['hash', ''],
    ['copy', '', join(folder, 'x')],
    ['copy', folder, ''],
    ['verify', join(folder, 'x'), '--root', ''],
    ['copy', folder],
    ['copy', folder, '--mode', 'fast', 'x'],
    ['resume', 'x'],
    ['retry'],
    ['cancel', '0'],
    ['serve'],
  ];
  const runs = await Promise.all(wrong.map((args) => heddle(args)));
  wrong.forEach((args, index) => {
    const { stderr = '', ...run } = runs[index] ?? {};
    expect({ args, ...run }).toEqual({ args, status: 2, signal: null, stdout: '' });
    expect(stderr).toMatch(/^heddle: [^\n]*[^.\n]\.? See: heddle (help|jobs)[ a-z]*\n$/u);
  });
});

test('what is given and not there is wrong usage, and a manifest that is there is left before any work', async ({
  heddle,
  folder,
}) => {
  const file = join(folder, 'file');
  const sums = join(folder, 'SUMS');
  const none = join(folder, 'none');
  writeFileSync(file, 'x');
  writeFileSync(sums, 'mine');
  for (const args of [
    ['hash', none],
    ['verify', none],
    ['verify', sums, '--root', none],
    ['duplicates', none],
    ['copy', none, join(folder, 'to')],
    ['hash', file, '-o', join(none, 'SUMS')],
    ['copy', file, join(folder, 'to'), '--manifest', join(none, 'SUMS')],
    ['download', '-i', none],
  ]) {
    const run = await heddle(args);
    expect({ args, ...run }).toMatchObject({ args, status: 2, stdout: '' });
    expect(run.stderr).toMatch(/^heddle: [^\n]*none does not exist\.\n$/u);
  }
  for (const args of [
    ['hash', file, '-o', sums],
    ['copy', file, join(folder, 'to'), '--manifest', sums],
  ]) {
    const run = await heddle(args);
    expect({ args, ...run }).toMatchObject({ args, status: 3, stdout: '' });
    expect(run.stderr).toMatch(/^heddle: [^\n]*SUMS exists already and was left as it is\.\n$/u);
  }
  expect(readFileSync(sums, 'utf8')).toBe('mine');
  expect(existsSync(join(folder, 'to'))).toBe(false);
});

test('it cannot start: exit status 3', async ({ heddle, server, folder }) => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const place of [file, join(file, 'below')]) {
    const run = await heddle(['jobs', '--data-dir', place]);
    expect(run).toMatchObject({ status: 3, stdout: '' });
    expect(run.stderr).toMatch(/^heddle: The data folder [^\n]+ cannot be used\.[^\n]*--data-dir\.\n$/u);
  }
  expect(readFileSync(file, 'utf8')).toBe('');

  // To root everything is writable.
  const user = process.getuid?.() === 0 ? { uid: 65_534 } : {};
  const locked = join(folder, 'locked');
  mkdirSync(locked);
  chmodSync(folder, 0o755);
  chmodSync(locked, 0o555);
  const denied = await heddle(['jobs', '--data-dir', locked], user);
  expect(denied).toMatchObject({ status: 3, stdout: '' });
  expect(denied.stderr).toContain('cannot be used');
  chmodSync(locked, 0o777);
  expect(await heddle(['jobs', '--data-dir', locked], user)).toMatchObject({ status: 0, stderr: '' });

  const { port } = new URL(server.url);
  const taken = await heddle(['serve', folder, '--port', port]);
  expect(taken).toMatchObject({ status: 3, stdout: '' });
  expect(taken.stderr).toContain(`Port ${port} of 127.0.0.1 is in use`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} stops cleanly and can be gone on from`, async ({ start, heddle, server, folder }) => {
    const target = join(folder, 'target');
    server.holdFrom(21);
    const run = start(['download', '--json', '--quiet', '-d', target, ...server.urls(40)]);
    await Promise.all([run.printed(20), server.arrived(22)]);
    run.kill(signal);
    const stopped = await run.ended;
    expect(stopped.status).toBe(130);
    expect(stopped.stderr).toMatch(
      /^heddle: stopped; what is done is kept\. Go on with: heddle resume 1\n$/u,
    );
    expect(jsonLines((await heddle(['jobs', '--json'])).stdout)).toMatchObject([
      { id: 1, state: 'interrupted', counts: { done: 20, queued: 20, running: 0 } },
    ]);
    server.release();
    const before = server.requests.length;
    expect(await heddle(['resume', '1', '--quiet'])).toMatchObject({ status: 0, stderr: '' });
    // What was done is not asked for again.
    expect(server.requests.slice(before)).toHaveLength(20);
    expectDownloaded(target, 40);
  });
}

test('stopped while it still reads its list', async ({ start, heddle, data, folder }) => {
  const list = join(folder, 'list');
  execFileSync('mkfifo', [list]);
  const run = start(['download', '-i', list, '-d', join(folder, 'target')]);
  // Opens at the moment that the other side reads.
  const writer = await open(list, 'w');
  run.kill('SIGINT');
  await writer.close();
  const stopped = await run.ended;
  expect(stopped).toMatchObject({ status: 130, stdout: '' });
  expect(stopped.stderr).toBe('heddle: stopped; no job was made yet\n');
  expect(await heddle(['jobs'])).toMatchObject({ status: 0, stdout: '' });
  expect(readdirSync(join(data, 'lists'))).toEqual([]);
});

test('jobs, retry, cancel', async ({ heddle, start, server, folder }) => {
  const target = join(folder, 'target');
  mkdirSync(target);
  expect(await heddle(['jobs'])).toMatchObject({ status: 0, stdout: '', stderr: '' });
  // A file where a folder has to be made: the copy fails until it is gone.
  makeTree(join(folder, 'tree'), 20);
  const obstacle = join(target, 'tree');
  writeFileSync(obstacle, '');
  expect((await heddle(['copy', join(folder, 'tree'), target])).status).toBe(1);
  expect((await heddle(['jobs'])).stdout).toMatch(/^ +1 +copy +done +21 of 21 .* 21 failed /u);
  expect(readFileSync(obstacle, 'utf8')).toBe('');
  execFileSync('rm', [obstacle]);
  expect((await heddle(['retry', '1', '--json'])).status).toBe(0);
  execFileSync('diff', ['-r', join(folder, 'tree'), obstacle]);

  server.holdFrom(1);
  const run = start(['download', '-d', target, ...server.urls(3)]);
  await server.arrived(3);
  run.kill('SIGINT');
  await run.ended;
  expect(await heddle(['cancel', '2'])).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(jsonLines((await heddle(['jobs', '--json'])).stdout)).toMatchObject([
    { type: 'job', id: 2, kind: 'download', state: 'cancelled', counts: { cancelled: 3, queued: 0 } },
    { type: 'job', id: 1, kind: 'copy', state: 'done', counts: { done: 21, failed: 0 } },
  ]);
  // Of one job also what its threads gained, and where their time went.
  const [line, gain, head, ...threads] = (await heddle(['jobs', '1'])).stdout.trimEnd().split('\n');
  expect(threads.pop()).toBe(`heddle copy --async ${join(folder, 'tree')} ${target}/`);
  expect(line).toMatch(/^ +1 +copy +done +21 of 21 /u);
  expect(gain).toMatch(/ on \d+ threads(?:, at most \d at once)?, \d+ % busy; the tasks together took /u);
  expect(head).toMatch(/^ +Work /u);
  expect(threads[0]).toMatch(/^W1 /u);
  expect(threads.at(-1)).toMatch(/^(?:all|W1) /u);
  expect(await heddle(['jobs', '9'])).toMatchObject({ status: 2, stdout: '' });
  expect(readdirSync(target)).toEqual(['tree']);
  expect(await heddle(['resume'])).toMatchObject({
    status: 0,
    stdout: '',
    stderr: 'There is nothing to resume.\n',
  });
  expect(server.requests).toHaveLength(3);
});

test('serve: its URL on the first line, and files behind it', async ({ start, heddle, folder }) => {
  const source = join(folder, 'source');
  makeTree(source, 20);
  const server = start(['serve', source]);
  const target = join(folder, 'target');
  const input = Array.from({ length: 20 }, (_, index) => `part-${index}/file-${index}.bin\n`);
  const url = await server.firstLine();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
  const run = await heddle(['download', '-i', '-', '-d', target], {
    input: input.map((path) => `${url}/${path}`).join(''),
  });
  expect(run.status).toBe(0);
  for (let index = 0; index < 20; index++) {
    const name = `file-${index}.bin`;
    expect(readFileSync(join(target, name)).equals(readFileSync(join(source, `part-${index}`, name)))).toBe(
      true,
    );
  }
  server.kill('SIGTERM');
  expect(await server.ended).toEqual({ status: 0, signal: null, stdout: `${url}\n`, stderr: '' });
});

test('progress goes to standard error, plain; --quiet has none', async ({ start, server, folder }) => {
  server.holdFrom(1);
  const quiet = start(['download', '--quiet', '-d', join(folder, 'quiet'), ...server.urls(2)]);
  await server.arrived(2);
  const loud = start(['download', '-d', join(folder, 'loud'), ...server.urls(2)]);
  // The quiet one has run for longer by then.
  await loud.said(/^0 of 2 · .*\n/u);
  server.release();
  const files = ['0.bin', '1.bin'];
  for (const [run, place] of [
    [quiet, 'quiet'],
    [loud, 'loud'],
  ] as const) {
    const { status, stdout, stderr } = await run.ended;
    expect(status).toBe(0);
    expect(stdout.trimEnd().split('\n').sort()).toEqual(files.map((name) => join(folder, place, name)));
    expect(stderr).not.toContain('\u001b');
    if (run === quiet) expect(stderr).toBe('');
    else
      expect(stderr).toMatch(
        /^(0 of 2 · .*\n)+2 downloaded .*\n2 threads, \d+ % busy; the tasks together took .*\n200 × 2; first byte .*\n$/u,
      );
  }
});

test('a job is exported, and what failed can be tried again as a list', async ({
  heddle,
  server,
  folder,
}) => {
  const [good = ''] = server.urls(1);
  const bad = new URL('/none/such', good.replace(/:\d+/u, ':1')).href;
  const target = join(folder, 'target');
  const run = await heddle(['download', '-d', target, '--retry', '0', good, bad]);
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(/^200 × 1, no answer × 1; first byte \d/mu);

  const lines = jsonLines((await heddle(['export', '1'])).stdout);
  expect(lines).toMatchObject([
    { type: 'task', state: 'done', source: good, facts: { status: 200, integrity: 'complete' } },
    { type: 'task', state: 'failed', source: bad },
  ]);
  const csv = join(folder, 'job.csv');
  expect((await heddle(['export', '1', '--format', 'csv', '-o', csv])).stdout).toBe('');
  expect(readFileSync(csv, 'utf8').split('\r\n')).toHaveLength(4);
  expect((await heddle(['export', '1', '--failed-urls'])).stdout).toBe(`${bad}\n`);
  expect(await heddle(['export', '7'])).toMatchObject({ status: 2, stdout: '' });
  expect(await heddle(['export', '1', '--format', 'xml'])).toMatchObject({ status: 2, stdout: '' });
});
