import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { measure, parseTime, hasTime } from './measure.mjs';
import { judge, ratios, shuffled, summarise } from './results.mjs';
import { BARE, align, between, caseText, documentText, shortText } from './tables.mjs';
import { parseVersion } from './tools.mjs';
import { Workshop, expectFiles } from './workshop.mjs';

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

  test('wishes', () => {
    const wishes = [
      { own: 'Heddle', peer: 'peer', most: 0.8 },
      { own: 'Heddle', peer: 'peer', most: 0.79 },
      { own: 'Heddle', peer: 'not installed', most: 1 },
      { own: 'Heddle', mostBytes: 120e6 },
      { own: 'Heddle', mostBytes: 119e6 },
    ];
    expect(judge(wishes, [heddle, peer]).map(({ met }) => met)).toEqual([true, false, null, true, false]);
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

  test('bare Node beside what a wish is about, and in no list of tools', () => {
    const bare = { ...peer, name: BARE, medianMs: peer.medianMs * 0.6 };
    const beside = { ...results, cases: [{ ...result, contestants: [heddle, bare, peer] }] };
    expect(documentText(beside)).toContain('of peer | 0.80 | 0.60 | not met |');
    expect(shortText(beside)).not.toContain(BARE);
  });

  test('between their markers, and nowhere else', () => {
    const document = 'a <!-- bench:x -->old<!-- /bench:x --> b';
    expect(between(document, 'x', 'new')).toBe('a <!-- bench:x -->\n\nnew\n\n<!-- /bench:x --> b');
    expect(() => between(document, 'y', 'new')).toThrow('bench:y');
  });
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

  test('too little room is told before anything is made', async () => {
    await expect(Workshop.open(folder, 1e18)).rejects.toThrow('--folder');
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
