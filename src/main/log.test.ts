import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Log } from './log';
import { withoutSecrets } from './redact';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-log-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a log has one line for each event, and keeps three files of limited size', async () => {
  const log = new Log(join(folder, 'logs'), 2000);
  for (let number = 0; number < 200; number++) log.write(`event ${number}\nof two lines`);
  await log.written();
  expect(readdirSync(log.folder).sort()).toEqual(['heddle.1.log', 'heddle.2.log', 'heddle.log']);
  for (const name of readdirSync(log.folder))
    expect(statSync(join(log.folder, name)).size).toBeLessThanOrEqual(2000);
  const last = await log.lastLines(10);
  expect(last).toHaveLength(10);
  expect(last.at(-1)).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z event 199 \| of two lines$/u);
  expect(statSync(join(log.folder, 'heddle.log')).mode & 0o077).toBe(0);

  // It goes on where it was.
  const again = new Log(join(folder, 'logs'), 2000);
  again.write('started');
  await again.written();
  expect((await again.lastLines(2)).join('\n')).toContain('event 199');
  again.writeNow('ended');
  expect(readFileSync(join(log.folder, 'heddle.log'), 'utf8')).toContain('ended');
});

test('a log that cannot be written stops nothing', async () => {
  writeFileSync(join(folder, 'file'), '');
  const log = new Log(join(folder, 'file', 'logs'));
  log.write('event');
  log.writeNow('event');
  await log.written();
  expect(await log.lastLines(5)).toEqual([]);
});

test.each([
  ['https://me:secret@example.org/a?key=1 failed', 'https://example.org/… failed'],
  ['proxy socks5://name:p@ss@proxy.example:1080', 'proxy socks5://proxy.example:1080'],
  ['GET https://example.org?token=abc', 'GET https://example.org/…'],
  ['Authorization: Bearer abc def', 'Authorization: …'],
  ['sent Cookie: a=b; c=d', 'sent Cookie: …'],
  ['X-Api-Key: 123', 'X-Api-Key: …'],
  ['password=hunter2 and more', 'password=…'],
  ['"token": "abc"', '"token": …'],
  ['/home/jane/secret-plans/a.txt is not there', '~/secret-plans/a.txt is not there'],
  ['job 5 download done: 3 done, 0 failed', 'job 5 download done: 3 done, 0 failed'],
])('%s', (text, expected) => {
  expect(withoutSecrets(text, '/home/jane')).toBe(expected);
});
