/** Every answer of Heddle beside that of a real aria2c to the same call, about downloads of the same server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPTIONS } from './option-table';
import { FILE_BYTES } from './testing/rpc-origin';
import { HAS_ARIA2 } from './testing/real-aria2';
import { Listener, TOKEN, TwoSides, call, comparable } from './testing/two-sides';

let two: TwoSides;
let gids = 0;

/** The same on both sides, and different in its first digits from others. */
function newGid(): string {
  gids += 1;
  return `${gids.toString(16).padStart(4, '0')}${'5'.repeat(12)}`;
}

/** @returns its GID */
async function add(path: string, options: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const gid = newGid();
  const said = await two.call('aria2.addUri', [two.origin.url(path)], { gid, ...options });
  expect(said).toEqual({ aria2: gid, heddle: gid });
  return gid;
}

async function same(method: string, ...params: readonly unknown[]): Promise<void> {
  const said = await two.call(method, ...params);
  const shown = `${method} ${JSON.stringify(params)}`;
  expect({ shown, said: comparable(said.heddle) }).toEqual({ shown, said: comparable(said.aria2) });
}

const hasEnded = ({ status }: Readonly<Record<string, unknown>>): boolean =>
  status === 'complete' || status === 'error' || status === 'removed';
const isUnderWay = ({ status, totalLength }: Readonly<Record<string, unknown>>): boolean =>
  status === 'active' && totalLength === String(FILE_BYTES);
const is =
  (word: string) =>
  ({ status }: Readonly<Record<string, unknown>>): boolean =>
    status === word;

describe.skipIf(!HAS_ARIA2)('beside aria2c', () => {
  beforeAll(async () => {
    two = await TwoSides.start();
  }, 60_000);
  afterAll(async () => {
    await two.close();
  });

  test('requests that are none, and lists of them', async () => {
    const version = { jsonrpc: '2.0', id: 1, method: 'system.listNotifications' };
    const texts = [
      '{"js',
      '',
      '3',
      '"text"',
      'null',
      'true',
      '[]',
      '[1]',
      '[[]]',
      '{}',
      JSON.stringify({ id: 1 }),
      JSON.stringify({ method: 'aria2.getVersion' }),
      JSON.stringify({ id: null, method: 'aria2.none', params: [TOKEN] }),
      JSON.stringify({ id: 'x', method: 'aria2.none', params: [TOKEN] }),
      JSON.stringify({ id: 1, method: 3, params: [TOKEN] }),
      JSON.stringify({ id: 1, method: 'aria2.getVersion', params: {} }),
      JSON.stringify({ id: 1, method: 'aria2.getVersion', params: 'x' }),
      JSON.stringify({ id: { a: 1 }, method: 'aria2.tellActive', params: [TOKEN] }),
      JSON.stringify({ id: [1], method: 'aria2.tellActive', params: [TOKEN] }),
      JSON.stringify([1, version, {}, { id: 2 }, { ...version, id: 'two' }]),
      JSON.stringify([{ id: 1, method: 'aria2.none', params: [TOKEN] }, version]),
      JSON.stringify([{ id: 1, method: 'aria2.tellActive', params: [TOKEN] }]),
      JSON.stringify({ id: 1, method: 'aria2.tellStatus', params: [TOKEN] }),
      JSON.stringify({ id: 1, method: 'system.multicall', params: [TOKEN, []] }),
      JSON.stringify({ id: 1, method: 'system.multicall', params: [] }),
      JSON.stringify({ id: 1, method: 'system.multicall', params: [3] }),
      JSON.stringify({ id: 1, method: 'system.multicall', params: [[]] }),
      JSON.stringify({ id: 1, method: 'system.multicall' }),
      JSON.stringify({
        id: 1,
        method: 'system.multicall',
        params: [
          [
            3,
            'x',
            null,
            {},
            { params: [TOKEN] },
            { methodName: 3 },
            { methodName: 'system.multicall', params: [[]] },
            { methodName: 'system.listNotifications' },
            { methodName: 'aria2.tellActive', params: [TOKEN] },
            { methodName: 'aria2.tellStatus', params: [TOKEN] },
            { methodName: 'aria2.tellStatus', params: [TOKEN, 'ff'] },
            { methodName: 'aria2.none', params: [TOKEN] },
            { methodName: 'aria2.tellActive', params: { 0: TOKEN } },
          ],
        ],
      }),
    ];
    const replies = await Promise.all(texts.map((text) => two.post(text)));
    replies.forEach(({ aria2, heddle }, at) => {
      expect({ text: texts[at], reply: heddle }).toEqual({ text: texts[at], reply: aria2 });
    });
  });

  test('who has no secret, or another one', async () => {
    const calls = [
      ['aria2.getVersion'],
      ['aria2.getVersion', 'token:'],
      ['aria2.getVersion', `${TOKEN} `],
      ['aria2.none', 'token:x'],
      ['aria2.getVersion', 3],
    ];
    await Promise.all(
      calls.map(async ([method, ...params]) => {
        const text = JSON.stringify({ id: 1, method, params });
        const { aria2, heddle } = await two.post(text);
        expect({ text, reply: heddle }).toEqual({ text, reply: aria2 });
        expect(heddle.body).toMatchObject({ error: { code: 1, message: 'Unauthorized' } });
      }),
    );
  });

  test('what they can, and who they are', async () => {
    const methods = await two.call('system.listMethods');
    expect(new Set(methods.heddle as string[])).toEqual(new Set(methods.aria2 as string[]));
    await same('system.listNotifications');
    const said = await two.call('aria2.getVersion');
    const [aria2, heddle] = [said.aria2, said.heddle] as { version: string; enabledFeatures: string[] }[];
    expect(aria2?.enabledFeatures).toEqual(expect.arrayContaining(heddle?.enabledFeatures ?? ['none']));
    expect(heddle?.version).toMatch(/^\d+\.\d+\.\d+$/u);
    for (const { sessionId } of Object.values(await two.call('aria2.getSessionInfo')) as {
      sessionId: string;
    }[])
      expect(sessionId).toMatch(/^[0-9a-f]{40}$/u);
  });

  test('by GET, with parameters in Base64', async () => {
    const base64 = (value: unknown): string =>
      encodeURIComponent(
        Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64'),
      );
    const active = base64([TOKEN]);
    const queries = [
      '',
      '?',
      '?method=aria2.tellActive',
      `?method=aria2.tellActive&id=x&params=${active}`,
      `?method=aria2.tellActive&id=x&params=${active}&jsoncallback=cb`,
      `?method=aria2.none&id=x&params=${active}&jsoncallback=cb`,
      '?method=system.listNotifications&id=1',
      `?params=${base64([{ id: 1, method: 'aria2.tellActive', params: [TOKEN] }, 3])}`,
      `?params=${base64([{ id: 1, method: 'aria2.tellActive', params: [TOKEN] }])}&jsoncallback=a.b`,
      `?method=aria2.tellActive&id=x&params=${base64({ a: 1 })}`,
      `?method=aria2.tellActive&id=x&params=${base64('{')}`,
      `?method=aria2.tellActive&id=x&params=!!!`,
    ];
    for (const query of queries) {
      const { aria2, heddle } = await two.ask(async ({ url }) => {
        const response = await fetch(url + query);
        return {
          status: response.status,
          type: response.headers.get('content-type'),
          text: await response.text(),
        };
      });
      expect({ query, reply: heddle }).toEqual({ query, reply: aria2 });
    }
    for (const [method, path] of [
      ['GET', '/'],
      ['POST', '/other'],
      ['PUT', '/jsonrpc'],
    ] as const) {
      const { aria2, heddle } = await two.ask(
        async ({ url }) => (await fetch(new URL(path, url), { method })).status,
      );
      expect({ method, path, status: heddle }).toEqual({ method, path, status: aria2 });
    }
  });

  test('parameters that are missing, or of another type', async () => {
    const gid = await add('file/types', { pause: 'true' });
    const values: readonly unknown[] = [
      gid,
      '',
      'zz',
      'f'.repeat(17),
      'f'.repeat(16),
      3,
      1.5,
      -1,
      null,
      true,
      [],
      ['x'],
      {},
      'POS_SET',
    ];
    const methods = (await call(two.sides[0] as never, 'system.listMethods')) as string[];
    const without =
      /system|[sS]hutdown|[sS]ession|All$|addTorrent|getVersion|purge|Global|getOption|addUri|remove$|Remove$|ause$|changeUri/u;
    const calls: [string, ...unknown[]][] = [];
    for (const method of methods.filter((each) => !without.test(each) || /addUri|ause$/u.test(each))) {
      calls.push([method]);
      for (const first of values) {
        // What would do something to the one that is there.
        if (first === gid && /ause$|addUri/u.test(method)) continue;
        calls.push([method, first]);
        for (const second of values) if (!/addUri|ause$/u.test(method)) calls.push([method, first, second]);
      }
    }
    const { aria2, heddle } = await two.multicall(calls);
    const pairs = (all: readonly unknown[]): unknown[] =>
      all.map((each, at) => ({ call: JSON.stringify(calls[at]), said: comparable(each) }));
    expect(calls.length).toBeGreaterThan(1000);
    expect(pairs(heddle)).toEqual(pairs(aria2));
    await same('aria2.remove', gid);
  });

  test('values of every option', async () => {
    const names = [...OPTIONS.values()].filter(({ isOfDownload }) => isOfDownload).map(({ name }) => name);
    const values = [
      'abc',
      '1K',
      '-1',
      '0',
      '1',
      '2',
      '17',
      '601',
      'true',
      'false',
      '',
      '1.5',
      '99999999999',
      'none',
      'inorder',
      '1M',
      '20m',
    ];
    const except = new Set([
      'gid',
      'load-cookies',
      'pause',
      'dry-run',
      'hash-check-only',
      'parameterized-uri',
      'out',
      'header',
      'dir',
      'select-file',
      'bt-prioritize-piece',
      'ssh-host-key-md',
      'index-out',
      'checksum',
      'file-allocation',
    ]);
    const calls: [string, ...unknown[]][] = [];
    for (const name of names.filter((each) => !except.has(each)))
      for (const value of values)
        calls.push(['aria2.addUri', [two.origin.url('file/x')], { pause: 'true', [name]: value }]);
    const said = await two.multicall(calls);
    const isDone = (all: readonly unknown[]): unknown[] =>
      all.map((each, at) => ({
        given: JSON.stringify(calls[at]?.[2]),
        said: Array.isArray(each) ? 'a GID' : each,
      }));
    expect(isDone(said.heddle)).toEqual(isDone(said.aria2));
    const told = await two.ask(async (side) => {
      const own = said[side.name as 'aria2' | 'heddle'].flatMap((each) =>
        Array.isArray(each) ? (each as string[]) : [],
      );
      const params = own.map((gid) => ({ methodName: 'aria2.getOption', params: [TOKEN, gid] }));
      return ((await call(side, 'system.multicall', params)) as [Record<string, string>][]).map(([options]) =>
        withoutOwn(options),
      );
    });
    expect(told.heddle).toEqual(told.aria2);
    await two.ask(async (side) => {
      const own = said[side.name as 'aria2' | 'heddle'].flatMap((each) =>
        Array.isArray(each) ? (each as string[]) : [],
      );
      await call(
        side,
        'system.multicall',
        own.map((gid) => ({ methodName: 'aria2.remove', params: [TOKEN, gid] })),
      );
    });
    await same('aria2.tellWaiting', 0, 10);
  });

  test('a download from its beginning to its end', async () => {
    const gid = await add('held/whole');
    await two.until(gid, isUnderWay);
    const everything = [
      'tellStatus',
      'getUris',
      'getFiles',
      'getServers',
      'getPeers',
      'unpause',
      'removeDownloadResult',
    ];
    for (const method of everything) await same(`aria2.${method}`, gid);
    await same('aria2.tellActive');
    await same('aria2.changePosition', gid, 0, 'POS_SET');
    await same('aria2.tellStatus', gid.slice(0, 4));
    await same('aria2.tellStatus', gid.toUpperCase());
    two.origin.release('whole');
    await two.until(gid, hasEnded);
    for (const method of [...everything.slice(0, -1), 'pause', 'forcePause', 'remove', 'forceRemove'])
      await same(`aria2.${method}`, gid);
    await same('aria2.changeOption', gid, {});
    await same('aria2.changeUri', gid, 1, [], []);
    await same('aria2.changePosition', gid, 0, 'POS_SET');
    await same('aria2.tellStopped', 0, 10);
    await same('aria2.removeDownloadResult', gid);
    await same('aria2.tellStatus', gid);
  });

  test('how they end', async () => {
    const all: (readonly [path: string, options?: Readonly<Record<string, string>>])[] = [
      ['file/one', { out: 'one.bin' }],
      ['file/two', { out: 'below/two.bin', dir: '{DIR}/other' }],
      ['elsewhere/three'],
      ['empty/four'],
      ['without-length/five'],
      ['named/six'],
      ['file/seven%20%C3%A9.bin'],
      ...[400, 401, 403, 404, 410, 416, 500, 503].map(
        (status) => [`status/${status}`, { 'max-tries': '1' }] as const,
      ),
      ['status/404', { out: 'named.bin' }],
    ];
    const added: string[] = [];
    for (const [path, options] of all) added.push(await add(path, options));
    for (const gid of added) await two.until(gid, hasEnded);
    for (const gid of added) {
      await same('aria2.tellStatus', gid);
      await same('aria2.getFiles', gid);
    }
    // In whichever order they ended.
    const [aria2, heddle] = Object.values(await two.call('aria2.tellStopped', 0, 100)) as { gid: string }[][];
    const byGid = (said: { gid: string }[] = []): unknown =>
      comparable(said.toSorted((a, b) => a.gid.localeCompare(b.gid)));
    expect(byGid(heddle)).toEqual(byGid(aria2));
    await same('aria2.purgeDownloadResult');
    await same('aria2.tellStopped', 0, 100);
  });

  test('paused, moved and told in parts', async () => {
    const held = await add('held/paused');
    await two.until(held, isUnderWay);
    await same('aria2.pause', held);
    await two.until(held, is('paused'));
    for (const method of ['tellStatus', 'getFiles', 'getServers', 'getPeers', 'pause'])
      await same(`aria2.${method}`, held);
    const waiting: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      waiting.push(await add(`file/${name}`, { pause: 'true', ...(name === 'c' ? { out: 'c.txt' } : {}) }));
    const keys = [
      [],
      ['gid'],
      ['gid', 'status', 'none'],
      ['files'],
      ['totalLength', 'bitfield', 'numPieces', 'errorCode'],
      ['none'],
    ];
    const calls: [string, ...unknown[]][] = [];
    for (const method of ['aria2.tellWaiting', 'aria2.tellStopped'])
      for (let offset = -8; offset <= 8; offset++)
        for (const count of [0, 1, 2, 3, 6, 100])
          for (const some of keys) calls.push([method, offset, count, some]);
    for (const gid of waiting) for (const some of keys) calls.push(['aria2.tellStatus', gid, some]);
    const check = async (): Promise<void> => {
      const { aria2, heddle } = await two.multicall(calls);
      expect(comparable(heddle)).toEqual(comparable(aria2));
    };
    await check();
    await same('aria2.tellStatus', '0');
    await same('aria2.getOption', '00');
    const moves: [string, ...unknown[]][] = [];
    for (const how of ['POS_SET', 'POS_CUR', 'POS_END', 'POS'])
      for (const by of [0, 1, -1, 3, -3, 100, -100])
        moves.push(
          ['aria2.changePosition', waiting[Math.abs(by) % 5], by, how],
          ['aria2.tellWaiting', 0, 100, ['gid']],
        );
    const moved = await two.multicall(moves);
    expect(moved.heddle).toEqual(moved.aria2);
    const at = newGid();
    await same('aria2.addUri', [two.origin.url('file/in-between')], { gid: at, pause: 'true' }, 2);
    await same('aria2.tellWaiting', 0, 100, ['gid']);
    await check();
    for (const gid of [...waiting, at]) await same('aria2.remove', gid);
    await same('aria2.tellWaiting', 0, 100, ['gid', 'status']);
    await same('aria2.unpause', held);
    await two.until(held, isUnderWay);
    await same('aria2.forcePause', held);
    await two.until(held, is('paused'));
    await same('aria2.unpauseAll');
    await two.until(held, isUnderWay);
    await same('aria2.pauseAll');
    await two.until(held, is('paused'));
    await same('aria2.unpause', held);
    await two.until(held, isUnderWay);
    await same('aria2.forceRemove', held);
    await two.until(held, hasEnded);
    await same('aria2.tellStatus', held, [
      'status',
      'errorCode',
      'errorMessage',
      'totalLength',
      'dir',
      'gid',
    ]);
    await same('aria2.purgeDownloadResult');
  });

  test('addresses and options that are changed', async () => {
    const gid = await add('file/first', {
      pause: 'true',
      header: ['A: b', 'C: d'],
      'http-user': 'u',
      'http-passwd': 'p',
      split: '07',
      out: 'x',
    });
    const url = (name: string): string => two.origin.url(`file/${name}`);
    await sameOptions(gid);
    for (const [gone, more, at] of [
      [[], [url('second')]],
      [[], [url('third'), 'nothing', 'ftp://host/x'], 0],
      [[url('second')], []],
      [[url('none')], [url('fourth')], 100],
      [['x'], []],
    ] as const) {
      if (more.some((each) => each.startsWith('ftp'))) continue;
      await same('aria2.changeUri', gid, 1, gone, more, ...(at === undefined ? [] : [at]));
      await same('aria2.getUris', gid);
    }
    for (const options of [
      { split: '3' },
      { split: 'x' },
      { 'max-download-limit': '1M', foo: 'bar' },
      { header: 'E: f' },
      { out: 'y' },
      { pause: 'false', gid: '1'.repeat(16) },
      {},
    ]) {
      await same('aria2.changeOption', gid, options);
      await sameOptions(gid);
    }
    await same('aria2.getFiles', gid);
    await same('aria2.remove', gid);
    const [aria2, heddle] = Object.values(await two.call('aria2.getGlobalOption')) as Record<
      string,
      string
    >[];
    expect(withoutOwn(heddle ?? {})).toEqual(withoutOwn(aria2 ?? {}));
    for (const options of [
      { 'max-concurrent-downloads': 'x' },
      { foo: 'x' },
      { out: 'x' },
      { 'max-overall-download-limit': '1X' },
      {
        'max-concurrent-downloads': '3',
        'max-overall-download-limit': '2M',
        'user-agent': 'ua',
        timeout: '30',
      },
    ]) {
      await same('aria2.changeGlobalOption', options);
    }
    const told = await two.ask(async (side) => {
      const {
        'max-concurrent-downloads': most,
        'max-overall-download-limit': rate,
        'user-agent': agent,
        timeout,
      } = (await call(side, 'aria2.getGlobalOption')) as Record<string, string>;
      return { most, rate, agent, timeout };
    });
    expect(told.heddle).toEqual(told.aria2);
    await same('aria2.changeGlobalOption', {
      'max-concurrent-downloads': '16',
      'max-overall-download-limit': '0',
      timeout: '60',
    });
  });

  test('over WebSocket: answers, and news of each download in its order', async () => {
    const listeners = await two.ask((side) => Listener.open(side));
    const both = [listeners.aria2, listeners.heddle];
    const texts = [
      JSON.stringify({ id: 'x', method: 'aria2.tellActive', params: [TOKEN] }),
      '[]',
      '{',
      JSON.stringify([{ id: 1, method: 'aria2.none', params: [TOKEN] }, 3]),
    ];
    for (const [at, text] of texts.entries()) {
      for (const each of both) each.send(text);
      for (const each of both) await each.until(() => each.answers.length > at);
    }
    expect(listeners.heddle.answers).toEqual(listeners.aria2.answers);

    const heard = async (gid: string, count: number): Promise<void> => {
      for (const each of both)
        await each.until(() => each.heard.filter((one) => one.gid === gid).length >= count);
    };
    const whole = await add('file/heard');
    const missing = await add('status/404', { 'max-tries': '1' });
    const held = await add('held/heard');
    const removed = await add('file/never', { pause: 'true' });
    await same('aria2.remove', removed);
    await two.until(held, isUnderWay);
    await same('aria2.pause', held);
    await heard(held, 2);
    await two.until(held, is('paused'));
    await same('aria2.unpause', held);
    await heard(held, 3);
    await two.until(held, isUnderWay);
    await same('aria2.remove', held);
    await heard(held, 4);
    await heard(whole, 2);
    await heard(missing, 2);
    for (const gid of [whole, missing, held, removed]) {
      const news = both.map((each) =>
        each.heard.filter((one) => one.gid === gid).map(({ method }) => method),
      );
      expect(news[1]).toEqual(news[0]);
    }
    for (const each of both) await each.close();
  });

  test('what is not there: BitTorrent, FTP, and documents that are none', async () => {
    for (const [method, ...params] of [
      ['aria2.addTorrent', 'AAAA'],
      ['aria2.addUri', ['']],
      ['aria2.addUri', []],
      ['aria2.addUri', ['nothing', '', 3]],
      ['aria2.addMetalink', 'AAAA'],
      ['aria2.addMetalink', ''],
    ] as const) {
      const said = await two.call(method, ...params);
      for (const error of Object.values(said))
        expect(error).toEqual({ code: 1, message: expect.any(String) as string });
      if (method !== 'aria2.addTorrent')
        expect({ params, error: said.heddle }).toEqual({ params, error: said.aria2 });
    }
    await same('aria2.addMetalink', Buffer.from('<metalink/>').toString('base64'));
    const file = (name: string, size: string): string =>
      `<file name="${name}">${size}<url>${two.origin.url(`file/${name}`)}</url></file>`;
    const document = `<?xml version="1.0"?><metalink xmlns="urn:ietf:params:xml:ns:metalink">${file('m.bin', `<size>${FILE_BYTES}</size>`)}${file('n.bin', '')}</metalink>`;
    const said = await two.call('aria2.addMetalink', Buffer.from(document).toString('base64'), {});
    const [aria2 = [], heddle = []] = Object.values(said) as string[][];
    expect([aria2.length, heddle.length]).toEqual([2, 2]);
    const results = await two.ask(async (side) => {
      const own = side.name === 'aria2' ? aria2 : heddle;
      const ends: unknown[] = [];
      for (const gid of own)
        for (;;) {
          const status = (await call(side, 'aria2.tellStatus', gid)) as Record<string, unknown>;
          if (hasEnded(status)) ends.push(comparable({ ...status, gid: null }));
          if (hasEnded(status)) break;
          await new Promise((resolve) => setTimeout(resolve, 25));
        }
      return ends;
    });
    expect(results.heddle).toEqual(results.aria2);
  });
});

/** Theirs alone: where their files of their own are, and what they are called. */
const OWN = new Set([
  'conf-path',
  'dht-file-path',
  'dht-file-path6',
  'netrc-path',
  'ca-certificate',
  'user-agent',
  'rpc-listen-port',
  'load-cookies',
  'console-log-level',
  'disable-ipv6',
  'enable-dht',
  'no-conf',
  'summary-interval',
  'no-netrc',
  'async-dns',
  'max-tries',
  'rlimit-nofile',
  'file-allocation',
]);
function withoutOwn(options: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !OWN.has(name)));
}

async function sameOptions(gid: string): Promise<void> {
  const [aria2, heddle] = Object.values(await two.call('aria2.getOption', gid)) as Record<string, string>[];
  expect(withoutOwn(heddle ?? {})).toEqual(withoutOwn(aria2 ?? {}));
}
