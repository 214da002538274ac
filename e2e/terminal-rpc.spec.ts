/** `heddle rpc` as its user meets it: the secret, a second one, how it ends, and what is there at the next start. */
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { test } from './terminal';

test('it keeps its downloads, its GIDs and the secret that it made', async ({ start, heddle, folder }) => {
  const held: ServerResponse[] = [];
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Length': 4 }).write('ab');
    held.push(response);
    server.emit('held');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const source = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`;
  const target = join(folder, 'target');
  const ask = async (url: string, secret: string, method: string, ...params: unknown[]): Promise<unknown> => {
    const body = JSON.stringify({ id: 1, method: `aria2.${method}`, params: [`token:${secret}`, ...params] });
    const answer = (await (await fetch(url, { method: 'POST', body })).json()) as { result: unknown };
    return answer.result;
  };

  const first = start(['rpc', '--port', '0', '-d', target], { env: { HEDDLE_RPC_SECRET: 'from outside' } });
  const asked = once(server, 'held');
  const gid = await ask(await first.firstLine(), 'from outside', 'addUri', [source]);
  await asked;
  const second = await heddle(['rpc', '--port', '0']);
  expect(second.status).toBe(3);
  expect(second.stderr).toContain('serves RPC already');
  first.kill('SIGINT');
  const { status, stdout, stderr } = await first.ended;
  expect({ status, lines: stdout.trim().split('\n').length, stderr }).toEqual({
    status: 0,
    lines: 1,
    stderr: '',
  });
  expect((await heddle(['jobs', '--json'])).stdout).toContain('"state":"interrupted"');

  const short = await heddle(['rpc', '--secret', 'short']);
  expect(short.status).toBe(2);
  expect(short.stderr).toContain('at least 6 characters');

  const third = start(['rpc', '--port', '0', '-d', target]);
  await third.said(/^Secret: [0-9a-f]{32}\n$/u);
  third.kill('SIGTERM');
  const made = /^Secret: (\w+)$/mu.exec((await third.ended).stderr)?.[1] ?? '';

  const fourth = start(['rpc', '--port', '0', '-d', target]);
  const url = await fourth.firstLine();
  const finished = fourth.printed(2);
  // Whoever asks from now on gets all of it.
  server.on('held', () => {
    for (const response of held) response.end('cd');
  });
  for (const response of held) response.end('cd');
  await finished;
  expect(await ask(url, made, 'tellStatus', gid, ['status', 'totalLength'])).toEqual({
    status: 'complete',
    totalLength: '4',
  });
  expect(await ask(url, made, 'shutdown')).toBe('OK');
  const end = await fourth.ended;
  expect(end.status).toBe(0);
  expect(end.stdout).toBe(`${url}\n${join(target, 'file.bin')}\n`);
  server.close();
});
