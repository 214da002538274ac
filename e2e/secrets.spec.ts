/** Passwords and keys: sent where they belong, and nowhere in the data folder, the output or the manifest. */
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { taskLines, test } from './terminal';

test('no secret is kept or shown in clear, also across a stop', async ({ start, heddle, folder, data }) => {
  const seen: string[] = [];
  let isOpen = false;
  const server = createServer((request, response) => {
    seen.push(`${request.headers.authorization ?? ''} ${String(request.headers['x-key'] ?? '')}`);
    if (isOpen) response.writeHead(200, { 'Content-Length': 2 }).end('ok');
    else if (request.url !== '/held') response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const list = [
    `http://me:pa55word@127.0.0.1:${port}/held`,
    `http://me:pa55word@127.0.0.1:${port}/none`,
    'ftp://me:pa55word@127.0.0.1/not-http',
  ].join('\n');
  const args = ['-d', join(folder, 'target'), '-H', 'X-Key: k3yk3y', '--json'];
  const first = start(['download', '-i', '-', ...args], { input: list });
  // One failed as an answer, one was no address; the third is held up.
  await first.printed(2);
  first.kill('SIGKILL');
  const { stdout, stderr } = await first.ended;
  isOpen = true;
  const second = await heddle(['resume', '--json']);
  expect(taskLines(second.stdout)).toMatchObject([
    { state: 'done', source: `http://127.0.0.1:${port}/held` },
  ]);
  // Both processes said who asks.
  const login = `Basic ${Buffer.from('me:pa55word').toString('base64')} k3yk3y`;
  expect(seen).toEqual([login, login, login]);
  for (const text of [stdout, stderr, second.stdout, second.stderr])
    expect(text).not.toMatch(/pa55word|k3yk3y/u);
  for (const name of readdirSync(data, { recursive: true, encoding: 'utf8' })) {
    const content = readFileSyncOrNothing(join(data, name));
    expect(content.includes('pa55word'), name).toBe(false);
    expect(content.includes('k3yk3y'), name).toBe(false);
  }
  server.closeAllConnections();
  server.close();
});

function readFileSyncOrNothing(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    // A folder.
    return Buffer.alloc(0);
  }
}
