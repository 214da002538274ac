/** Which connection a request goes over. */
import { expect, test } from 'vitest';
import { FakeContext } from '../test-context';
import { Exchange } from './exchange';
import type { Link } from './link';
import { Pool } from './pool';
import { Reuse } from './reuse';

test('a request that met a dead connection waits for a new one: what is kept again meanwhile may be dead, too', () => {
  const limits = { headersMs: 1000, stallMs: 1000, keepMs: 1000 };
  let dials = 0;
  const dialer = {
    dial: () => ((dials += 1), new Promise<never>(() => undefined)),
    loginFor: () => null,
    close: () => undefined,
  };
  const url = new URL('http://127.0.0.1/');
  const pool = new Pool(url, { dialer, limits, elapsedMs: () => 0 }, 'http/1.1', new Reuse(), 1);
  const sent: string[] = [];
  const link = (mayBeDead: boolean): Link => {
    let hasRoom = true;
    return {
      get hasRoom() {
        return hasRoom;
      },
      isBeginning: false,
      mayBeDead,
      send: ({ isResent }) => {
        hasRoom = false;
        sent.push(`${isResent ? 'again' : 'first'} over ${mayBeDead ? 'a kept' : 'a new'} one`);
      },
      tick: () => undefined,
      destroy: () => undefined,
    };
  };
  const receiver = { begin: () => true, write: () => null };
  for (const isResent of [true, false]) {
    const request = { url, method: 'GET', headers: {}, body: null };
    pool.send(new Exchange(request, receiver, new FakeContext(), isResent));
  }
  expect(dials).toBe(2);
  pool.hasRoom(link(true));
  pool.hasRoom(link(true));
  expect(sent).toEqual(['first over a kept one']);
  pool.hasRoom(link(false));
  expect(sent).toEqual(['first over a kept one', 'again over a new one']);
});
