import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { firstAfter, firstTaskText } from './first-task.mjs';
import { measure, parseTime, hasTime } from './measure.mjs';
import { binarySize, grouped } from './numbers.mjs';
import { merged, ratios, shuffled, summarise } from './results.mjs';
import { modesOf, runCase } from './run-case.mjs';
import { FLOOR, align, between, caseText, documentText, shortText, wishesText } from './tables.mjs';
import { parseVersion } from './tools.mjs';
import { judge, wishText } from './wishes.mjs';
import { Workshop, countLines, expectFiles } from './workshop.mjs';

const run = (wallMs, cpuMs = null, peakBytes = null) => ({ wallMs, cpuMs, peakBytes });
const heddle = summarise({ name: 'Heddle', own: true }, [
  run(30, 40, 90e6),
  run(10, 20, 120e6),
  run(20, 30, 80e6),
]);
const peer = summarise({ name: 'peer' }, [run(40), run(10)]);

describe('figures', () => {
  test("GNU time's report", () => {
    expect(parseTime('0.35 0.08 44456\n')).toEqual({ cpuMs: 430, peakBytes: 44_456 * 1024 });
    expect(parseTime('Command exited with non-zero status 1\n1.00 0.50 1\n')).toEqual({
      cpuMs: 1500,
      peakBytes: 1024,
    });
    expect(() => parseTime('Command terminated by signal 9\n')).toThrow('no figures');
  });

  test('medians, least and most', () => {
    expect(heddle).toMatchObject({ medianMs: 20, minMs: 10, maxMs: 30, medianCpuMs: 30, peakBytes: 120e6 });
    expect(peer).toMatchObject({ own: false, medianMs: 25, medianCpuMs: null, peakBytes: null });
  });

  test('the first of Heddle against each peer', () => {
    const slow = summarise({ name: 'Heddle, slow', own: true }, [run(1000)]);
    expect(ratios([peer, heddle, slow])).toEqual([{ own: 'Heddle', peer: 'peer', ratio: 0.8 }]);
    expect(ratios([peer])).toEqual([]);
  });

  test.each([
    [{ peer: 'peer', most: 0.8 }, 'Heddle at most 0.80 of peer', 0.8, true],
    [{ peer: 'peer', most: 0.79 }, 'Heddle at most 0.79 of peer', 0.8, false],
    [{ peer: 'not installed', most: 1 }, 'Heddle at most 1.00 of not installed', null, null],
    [{ mostBytes: 120e6 }, 'Heddle in at most 120 MB', 120e6, true],
    [{ mostBytes: 119e6 }, 'Heddle in at most 119 MB', 120e6, false],
    [{ peer: 'peer', leastGain: 1.25 }, 'Heddle at least 1.25 × as fast as peer', 1.25, true],
    [{ peer: 'peer', leastGain: 1.26 }, 'Heddle at least 1.26 × as fast as peer', 1.25, false],
    [
      { peers: ['slow', 'peer', 'not installed'], most: 0.8 },
      'Heddle at most 0.80 of the fastest of slow, peer, not installed',
      0.8,
      true,
    ],
    [{ peers: ['slow', 'peer'], most: 0.79 }, 'Heddle at most 0.79 of the fastest of slow, peer', 0.8, false],
    [
      { peers: ['not installed'], most: 1 },
      'Heddle at most 1.00 of the fastest of not installed',
      null,
      null,
    ],
  ])('%j', (wish, text, measured, met) => {
    const slow = summarise({ name: 'slow' }, [run(1000)]);
    const [judged] = judge([{ own: 'Heddle', ...wish }], [heddle, slow, peer]);
    expect(judged).toMatchObject({ measured, met });
    expect(wishText(judged)).toBe(text);
  });

  test('a wish about memory where none was measured', () => {
    const [judged] = judge([{ own: 'peer', mostBytes: 1 }], [peer]);
    expect(judged).toMatchObject({ measured: null, met: null });
  });

  test('what a task costs among many and among few', () => {
    const few = summarise({ name: 'few', own: true, tasks: 10 }, [run(20)]);
    const many = summarise({ name: 'many', own: true, tasks: 1000 }, [run(2200)]);
    const wish = { own: 'many', peer: 'few', mostPerTask: 1.1 };
    const [within, beyond] = judge([wish, { ...wish, mostPerTask: 1.09 }], [few, many]);
    expect(within.measured).toBeCloseTo(1.1);
    expect([within.met, beyond.met]).toEqual([true, false]);
    expect(wishText(within)).toBe('many: for each at most 1.10 of few');
  });

  test('a wish that nobody knows', () => {
    expect(() => judge([{ own: 'Heddle', peer: 'peer', about: 1 }], [heddle, peer])).toThrow('unknown wish');
  });

  test("modes of one of Heddle's experiments", () => {
    const mode = (name, runsMs) => ({ mode: name, runsMs, medianMs: 0, cpuMs: 7, peakRssBytes: 5e7 });
    const comparison = {
      type: 'comparison',
      tasks: 100,
      modes: [mode('sequential', [30, 10, 20]), mode('pool', [10, 10, 10])],
    };
    const modes = modesOf(JSON.stringify(comparison), 100);
    expect(modes).toMatchObject([
      { name: 'sequential', own: false, medianMs: 20, minMs: 10, peakBytes: 5e7, medianCpuMs: 7 },
      { name: 'pool', own: true, medianMs: 10 },
    ]);
    const [wish] = judge([{ own: 'pool', peer: 'sequential', leastGain: 2 }], modes);
    expect(wish).toMatchObject({ measured: 2, met: true });
    expect(() => modesOf(JSON.stringify(comparison), 99)).toThrow('100 tasks, not of 99');
  });

  test('from a click to the first of the tasks', () => {
    const at = (startedAtMs) => ({ startedAtMs });
    expect(firstAfter(1000, [at(1300), at(null), at(1080)])).toBe(80);
    expect(() => firstAfter(1000, [at(null)])).toThrow('no task has begun');
    expect(() => firstAfter(1000, [at(900)])).toThrow('two clocks');
    expect(firstTaskText('hash', [240, 99, 60, 120])).toBe(
      'hash: 240 ms at the first click, then 99 ms (60 – 120); met: less than 100 ms',
    );
    expect(firstTaskText('hash', [50, 100])).toContain('; not met: ');
  });

  test('numbers as they are told', () => {
    const sizes = [100, 512, 1024, 4096, 2 ** 20, 256 * 2 ** 20].map(binarySize);
    expect(sizes).toEqual(['100 bytes', '512 bytes', '1 KiB', '4 KiB', '1 MiB', '256 MiB']);
    expect(grouped(1_000_000)).toBe('1,000,000');
  });

  test('an order is any order, and nothing is lost', () => {
    const seen = new Set();
    for (let index = 0; index < 500; index++) {
      const order = shuffled(['a', 'b', 'c']);
      expect(order.toSorted()).toEqual(['a', 'b', 'c']);
      seen.add(order.join(''));
    }
    expect(seen.size).toBe(6);
  });

  test.each([
    ['curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1', '7.88.1'],
    ['aria2 version 1.36.0\nCopyright', '1.36.0'],
    ['nginx version: nginx/1.22.1', '1.22.1'],
    ['RHash v1.4.3', '1.4.3'],
    ['rclone v1.60.1-DEV', '1.60.1-DEV'],
    ['cp (GNU coreutils) 9.1', '9.1'],
    ['GNU Wget2 1.99.1 - multithreaded', '1.99.1'],
    ['something', 'something'],
  ])('%s', (text, version) => {
    expect(parseVersion(text)).toBe(version);
  });
});

describe('tables', () => {
  const result = {
    group: 'Hashing',
    title: 'of | files',
    server: null,
    contestants: [heddle, peer],
    ratios: ratios([heddle, peer]),
    wishes: judge([{ own: 'Heddle', peer: 'peer', most: 0.5 }], [heddle, peer]),
  };
  const results = {
    date: '2030-01-02T03:04:05.000Z',
    heddle: { version: '1.2.3' },
    machine: {
      cpu: 'A CPU',
      cores: 2,
      memoryBytes: 2 ** 34,
      system: 'Linux 6',
      node: '24',
      fileSystem: 'tmpfs',
    },
    tools: { curl: '8.1' },
    repeats: 3,
    cases: [result],
  };

  test('columns are aligned', () => {
    expect(
      align([
        ['a', '1'],
        ['bbb', '22'],
      ]),
    ).toEqual(['a     1', 'bbb  22']);
  });

  test('for people', () => {
    expect(caseText(result)).toBe(
      [
        'Hashing: of | files',
        '          median  least – most     CPU  memory  Heddle takes',
        '  Heddle  0.02 s   0.01 – 0.03  0.03 s  120 MB',
        '  peer    0.03 s   0.01 – 0.04       –       –          0.80',
        '  not met: Heddle at most 0.50 of peer (0.80)',
        '',
      ].join('\n'),
    );
  });

  test('for documents', () => {
    const text = documentText(results);
    expect(text).toContain(
      '2030-01-02: Heddle 1.2.3 on 2 cores of A CPU, 16 GiB, Linux 6, Node 24, files on tmpfs',
    );
    expect(text).toContain('| Hashing: of \\| files | Heddle at most 0.50 of peer | 0.80 |  | not met |');
    expect(text).toContain('| peer | 0.03 s | 0.01 – 0.04 | – | – | 0.80 |');
    expect(shortText(results)).toContain('| Hashing: of \\| files | 0.02 s | peer 0.03 s |');
  });

  test('the floor beside what a wish is about, and in no list of tools', () => {
    const floor = { ...peer, name: FLOOR, medianMs: peer.medianMs * 0.6 };
    const beside = { ...results, cases: [{ ...result, contestants: [heddle, floor, peer] }] };
    expect(documentText(beside)).toContain('of peer | 0.80 | 0.60 | not met |');
    expect(shortText(beside)).not.toContain(FLOOR);
  });

  test('the floor’s memory beside a wish for memory', () => {
    const floor = { ...peer, name: FLOOR, peakBytes: 150_000_000 };
    const own = { ...heddle, peakBytes: 200_000_000 };
    const wishes = judge([{ own: 'Heddle', mostBytes: 180_000_000 }], [own]);
    const text = documentText({ ...results, cases: [{ ...result, contestants: [own, floor], wishes }] });
    expect(text).toContain('| 200 MB | 150 MB | not met |');
  });

  test('a case that was left out says why, and one with fewer runs how many', () => {
    const leftOut = {
      ...result,
      leftOut: 'no ext4 here',
      contestants: [],
      ratios: [],
      wishes: judge([{ own: 'Heddle', peer: 'peer', most: 1 }], []),
    };
    expect(caseText(leftOut)).toBe(
      'Hashing: of | files\n  Left out: no ext4 here.\n  not measured: Heddle at most 1.00 of peer\n',
    );
    const text = documentText({
      ...results,
      cases: [leftOut, { ...result, where: 'on a disk', repeats: 3 }],
    });
    expect(text).toContain('| Heddle at most 1.00 of peer | – |  | not measured |');
    expect(text).toContain('**Hashing: of | files**\n\nLeft out: no ext4 here.');
    expect(text).toContain('**Hashing: of | files, on a disk, runs of each: 3**');
    expect(shortText({ ...results, cases: [leftOut] })).toContain('| Hashing: of \\| files | left out | – |');
  });

  test('all wishes at once, those that are met first', () => {
    const floor = { ...peer, name: FLOOR };
    const wish = { own: 'Heddle', peer: 'peer', most: 0.9 };
    const wishes = judge([{ ...wish, most: 0.1 }, wish, { ...wish, peer: 'no' }], [heddle, peer]);
    const text = wishesText({ cases: [{ ...result, contestants: [heddle, floor, peer], wishes }] });
    expect(text.split('\n').map((line) => line.replaceAll(/ {2,}/gu, ' · '))).toEqual([
      'work · wish · measured · floor',
      'Hashing: of | files · Heddle at most 0.90 of peer · 0.80 · 1.00 · met',
      'Hashing: of | files · Heddle at most 0.10 of peer · 0.80 · 1.00 · not met',
      'Hashing: of | files · Heddle at most 0.90 of no · – · not measured',
      '',
      'Wishes: 1 met, 1 not met, 1 not measured.',
      '',
    ]);
  });

  test('between their markers, and nowhere else', () => {
    const document = 'a <!-- bench:x -->old<!-- /bench:x --> b';
    expect(between(document, 'x', 'new')).toBe('a <!-- bench:x -->\n\nnew\n\n<!-- /bench:x --> b');
    expect(() => between(document, 'y', 'new')).toThrow('bench:y');
  });
});

test('some cases measured anew take the place of those that were kept, and nothing stands beside another day', () => {
  const of = (date, ...cases) => ({
    date: `${date}T01:00:00.000Z`,
    heddle: { version: '1' },
    machine: { cores: 2 },
    tools: {},
    repeats: 7,
    cases: cases.map(([id, title]) => ({ id, title })),
  });
  const kept = of('2030-01-02', ['b', 'old'], ['c', 'kept']);
  const fresh = of('2030-01-02', ['b', 'new'], ['a', 'new']);
  const titles = merged(kept, fresh, ['a', 'b', 'c', 'd']).cases.map(({ id, title }) => `${id} ${title}`);
  expect(titles).toEqual(['a new', 'b new', 'c kept']);
  expect(() => merged(kept, of('2030-01-03'), [])).toThrow('another day');
  expect(() => merged(kept, { ...fresh, repeats: 3 }, [])).toThrow('number of runs');
});

describe('runs', () => {
  let folder;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'heddle-bench-test-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const place = () => ({ report: join(folder, 'time'), cwd: folder });

  test('a command with all its processes', async () => {
    const { wallMs, cpuMs, peakBytes } = await measure(['sh', '-c', 'sleep 0.2 | cat'], place());
    expect(wallMs).toBeGreaterThan(190);
    if (!hasTime()) return;
    expect(cpuMs).toBeLessThan(150);
    expect(peakBytes).toBeGreaterThan(500_000);
  });

  test('one that fails is told with what it said', async () => {
    await expect(measure(['sh', '-c', 'echo no luck >&2; exit 3'], place())).rejects.toThrow(
      /3: .*no luck/su,
    );
  });

  test('what a command prints is kept where it is asked for, and its status is the one it should have', async () => {
    const output = join(folder, 'output');
    await measure(['sh', '-c', 'echo found; exit 1'], { ...place(), output, status: 1 });
    expect(readFileSync(output, 'utf8')).toBe('found\n');
    await expect(measure(['true'], { ...place(), status: 1 })).rejects.toThrow('ended with 0');
  });

  const caseOf = (prepared, more) => ({
    id: 'x',
    group: 'Trying',
    title: 'it',
    wishes: [{ own: 'Heddle', peer: 'other', most: 100 }],
    ...more,
    prepare: () => ({ before: () => undefined, after: () => undefined, ...prepared }),
  });
  const tidy = vi.fn();
  const shop = () => ({ folder, tidy, path: (name) => join(folder, name) });
  const contestants = [
    { name: 'Heddle', own: true, command: ['true'] },
    { name: 'other', command: ['true'] },
    { name: 'not installed', needs: 'not-installed', command: ['not-installed'] },
  ];

  test('each contestant once in each round, looked after each time, and the first round does not count', async () => {
    const ran = [];
    const finish = vi.fn();
    const each = caseOf({ contestants, after: ({ name }) => ran.push(name), finish });
    const result = await runCase(each, shop(), {}, { repeats: 2 });
    const rounds = [0, 2, 4].map((at) => ran.slice(at, at + 2).toSorted());
    expect(rounds).toEqual([
      ['Heddle', 'other'],
      ['Heddle', 'other'],
      ['Heddle', 'other'],
    ]);
    expect(result.contestants.map(({ name, runs }) => [name, runs.length])).toEqual([
      ['Heddle', 2],
      ['other', 2],
    ]);
    expect(result.wishes[0].met).toBe(true);
    expect(result).not.toHaveProperty('repeats');
    expect(finish).toHaveBeenCalledOnce();
    expect(tidy).toHaveBeenCalled();
  });

  test('a long case has fewer runs, and says so', async () => {
    const each = caseOf({ contestants }, { isLong: true });
    const result = await runCase(each, shop(), {}, { repeats: 7 });
    expect(result.repeats).toBe(3);
    expect(result.contestants.map(({ runs }) => runs.length)).toEqual([3, 3]);
  });

  test('a quick one leaves out what no wish is about, but not the floor', async () => {
    const more = ['aside', FLOOR].map((name) => ({ name, command: ['true'] }));
    const namesOf = async (each) => {
      const result = await runCase(each, shop(), {}, { repeats: 1, quick: true });
      return result.contestants.map(({ name }) => name);
    };
    const all = { contestants: [...contestants, ...more] };
    expect(await namesOf(caseOf(all))).toEqual(['Heddle', 'other', FLOOR]);
    expect(await namesOf(caseOf(all, { wishes: [] }))).toEqual(['Heddle', 'other', 'aside', FLOOR]);
  });

  test('work that was not done ends it', async () => {
    const after = () => {
      throw new Error('a file is missing');
    };
    await expect(runCase(caseOf({ contestants, after }), shop(), {}, { repeats: 1 })).rejects.toThrow(
      'a file is missing',
    );
  });

  test('what this machine cannot measure is left out, with its wishes', async () => {
    const result = await runCase(caseOf({ leftOut: 'no ext4 here' }), shop(), {}, { repeats: 2 });
    expect(result).toMatchObject({ leftOut: 'no ext4 here', contestants: [], wishes: [{ met: null }] });
  });

  test('too little room is told before anything is made', async () => {
    await expect(Workshop.open(folder, 1e18)).rejects.toThrow('--folder');
  });

  test('lines of a file that is larger than what is read at once', () => {
    const path = join(folder, 'lines');
    writeFileSync(path, `${'x'.repeat(99)}\n`.repeat(25_000));
    expect(countLines(path)).toBe(25_000);
    writeFileSync(path, '');
    expect(countLines(path)).toBe(0);
  });

  test('files that are missing or cut short are noticed', () => {
    mkdirSync(join(folder, 'files'));
    writeFileSync(join(folder, 'files', 'a'), 'abc');
    expect(() => {
      expectFiles(join(folder, 'files'), 1, 3);
    }).not.toThrow();
    expect(() => {
      expectFiles(join(folder, 'files'), 1, 4);
    }).toThrow('1 files of 3 bytes in all, not 1 of 4');
    expect(() => {
      expectFiles(join(folder, 'files'), 2, 3);
    }).toThrow();
  });
});
