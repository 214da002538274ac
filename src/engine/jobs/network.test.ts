import { expect, test } from 'vitest';
import type { ErrorData } from '../../common/model/errors';
import { Network } from './network';

function failure(code: string, cause?: string): ErrorData {
  const of = (name: string): ErrorData => ({ code: name, message: '', retryable: true });
  return cause === undefined ? of(code) : { ...of(code), cause: of(cause) };
}

function network({ hasAddress = false, hasRoute = false, now = (): number => 0 } = {}): Network {
  return new Network({ hasAddress: () => hasAddress, hasRoute: () => hasRoute }, now);
}

test.each([
  ['dns', 'EAI_AGAIN'],
  ['unreachable', 'ENETUNREACH'],
])('without a way to other networks %s says nothing of the server', (code, cause) => {
  expect(network({ hasAddress: true }).ended(1, 'a:80', failure(code, cause))).toBe(true);
  expect(network({ hasAddress: true, hasRoute: true }).ended(1, 'a:80', failure(code, cause))).toBe(false);
});

test('without any address, nor does a connection that breaks; an answer and a refusal do', () => {
  for (const code of ['timeout-stall', 'timeout-connect', 'connection-reset', 'connection-failed'])
    expect(network().ended(1, 'a', failure(code)), code).toBe(true);
  for (const code of ['http-503', 'connection-refused', 'tls'])
    expect(network().ended(1, 'a', failure(code)), code).toBe(false);
  expect(network({ hasAddress: true }).ended(1, 'a', failure('timeout-stall'))).toBe(false);
});

test('servers on this machine need no network', () => {
  for (const host of ['127.0.0.1:8080', 'localhost', '[::1]:80', 'x.localhost'])
    expect(network().ended(1, host, failure('unreachable', 'ENETUNREACH')), host).toBe(false);
});

test('one task looks now and then, later each time, until one is answered', () => {
  let nowMs = 0;
  const watched = network({ now: () => nowMs });
  expect(watched.room(8, 3)).toBe(8);
  watched.ended(1, 'a', failure('dns'));
  watched.ended(2, 'a', failure('dns'));
  watched.ended(1, 'a', failure('dns'));
  expect([watched.uncounted(1), watched.uncounted(2), watched.uncounted(3)]).toEqual([2, 1, 0]);
  expect(watched.room(8, 0)).toBe(0);
  const looks: number[] = [];
  for (; nowMs < 30_000; nowMs += 500) if (watched.room(8, 0) === 1) looks.push(nowMs);
  expect(looks).toEqual([1000, 3000, 7000, 15_000, 25_000]);
  nowMs = 40_000;
  expect(watched.room(8, 1)).toBe(0);
  watched.ended(1, 'a', null);
  expect(watched.nextLookMs).toBeNull();
  expect(watched.room(8, 0)).toBe(8);
});
