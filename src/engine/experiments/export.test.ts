/** Every export, read back by a reader of its format. */
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import type { Experiment, Timeline, TimelinePiece } from '../../common/experiments/experiment';
import { findingOf } from '../../common/experiments/text';
import { craftExperiment, craftTimelines } from '../testing/craft-experiment';
import { experimentText } from './export';
import { stripsOf } from './picture/strips';

const STEADY = [-0.02, -0.01, 0, 0.01, 0.02];
/** Ten, of which one lies far from the others. */
const MANY = [-0.02, -0.01, -0.01, 0, 0, 0.01, 0.01, 0.02, 0.02, 0.9];
const around = (ms: number, scatter: readonly number[] = STEADY) => scatter.map((share) => ms * (1 + share));

const experiment = craftExperiment(
  [
    { mode: 'sequential', size: 1, runsMs: around(820), utilization: 0.06 },
    { mode: 'event-loop', size: 4, runsMs: around(210, MANY) },
    { mode: 'pool', size: 4, runsMs: around(200) },
    { mode: 'pool', size: 1, runsMs: around(800) },
    { mode: 'pool', size: 2, runsMs: around(400) },
  ],
  { notes: ['The page cache could not be dropped.'] },
);
const timelines = craftTimelines(experiment);

type Format = Parameters<typeof experimentText>[2];

function text(
  format: Format,
  of: Experiment = experiment,
  lines: readonly Timeline[] = timelines,
  theme: 'dark' | 'light' = 'dark',
): string {
  return [...experimentText(of, lines, format, theme)].join('');
}

/** Reads CSV as RFC 4180 says, character by character. */
function readCsv(csv: string): Record<string, string>[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < csv.length; i++) {
    const char = csv.charAt(i);
    if (quoted) {
      if (char !== '"') cell += char;
      else if (csv.charAt(i + 1) === '"') cell += csv.charAt(++i);
      else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === ',') {
      row.push(cell);
      cell = '';
    } else if (char === '\r' && csv.charAt(i + 1) === '\n') {
      i += 1;
      rows.push([...row, cell]);
      row = [];
      cell = '';
    } else cell += char;
  }
  expect(cell + row.join('')).toBe('');
  const [names = [], ...rest] = rows;
  return rest.map((cells) => {
    expect(cells).toHaveLength(names.length);
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** @throws {Error} where it is no well-formed XML */
function readXml(xml: string): Node[] {
  const nodes: Node[] = [];
  const open: Node[] = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    const node = { name, attributes, text: '' };
    nodes.push(node);
    open.push(node);
  });
  parser.on('text', (more) => {
    for (const node of open) node.text += more;
  });
  parser.on('closetag', () => open.pop());
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(xml).close();
  return nodes;
}

/** Titles and names of tasks are whatever a server or a folder has. */
function hostile(): { experiment: Experiment; timelines: Timeline[] } {
  const name = `=cmd|' /C calc'!A0"></title><script>alert(1)</script>&amp;\u0000\u0008\ud800`;
  return {
    experiment: { ...experiment, title: name, notes: [name], machine: { ...experiment.machine, cpu: name } },
    timelines: timelines.map((timeline) => ({
      ...timeline,
      pieces: timeline.pieces.map((piece) => ({ ...piece, name })),
    })),
  };
}

describe('CSV', () => {
  it('has a line for each run with the numbers of it', () => {
    const rows = readCsv(text('csv'));
    expect(rows).toHaveLength(experiment.runs.length);
    experiment.runs.forEach((run, index) => {
      const row = rows[index];
      expect(Number(row?.['wall_ms'])).toBe(run.wallMs);
      expect(Number(row?.['round'])).toBe(run.round);
      expect(row?.['warm_up']).toBe(run.round === 0 ? 'yes' : 'no');
      expect(row?.['mode']).toBe(experiment.request.contenders[run.contender]?.mode);
      expect(Number(row?.['peak_rss_bytes'])).toBe(run.peakRssBytes);
      expect(Number(row?.['busy_share'])).toBeCloseTo(0.98);
      expect(Date.parse(row?.['started_at'] ?? '')).toBe(run.startedAtMs);
    });
    expect(rows.filter(({ outlier }) => outlier === 'yes').map(({ contender }) => contender)).toEqual([
      'Event loop',
    ]);
    expect(new Set(rows.map(({ contender }) => contender)).size).toBe(5);
  });

  it('is no formula to a spreadsheet, and stays one cell', () => {
    for (const title of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1']) {
      const rows = readCsv(text('csv', { ...experiment, title: `${title},"x"\r\n` }));
      expect(rows[0]?.['work']).toBe(`'${title},"x"\r\n`);
    }
    expect(readCsv(text('csv', { ...experiment, title: 'a=1' }))[0]?.['work']).toBe('a=1');
  });

  it('leaves empty what was not measured', () => {
    const none = craftExperiment([{ mode: 'pool', size: 2, runsMs: [1, 2], utilization: null }]);
    expect(readCsv(text('csv', none))[0]?.['event_loop_utilization']).toBe('');
  });
});

describe('JSON', () => {
  it('has every run, the analysis and the words', () => {
    const read = JSON.parse(text('json')) as Record<string, unknown>;
    expect(read['runs']).toEqual(experiment.runs);
    expect(read['analysis']).toEqual(experiment.analysis);
    expect(read['machine']).toEqual(experiment.machine);
    expect(read['finding']).toEqual(findingOf(experiment));
  });

  it('gives no secret away', () => {
    const secret = 's3cret';
    const options = {
      user: { name: 'me', password: secret },
      bearer: secret,
      headers: [['X-Key', secret]],
      proxy: `http://me:${secret}@proxy.example:1`,
    };
    const request = {
      kind: 'download',
      urls: [`http://me:${secret}@host.example/a?token=${secret}`, 'http://host.example/b'],
      text: `http://host.example/c?token=${secret}`,
      options,
    };
    const work = { type: 'job', request } as unknown as Experiment['request']['work'];
    const json = text('json', { ...experiment, request: { ...experiment.request, work } });
    expect(json).not.toContain(secret);
    expect(json).toContain('http://host.example/a?(left out)');
    expect(json).toContain('http://host.example/b"');
    expect(json).toContain('X-Key');
  });
});

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, unknown>>;
}

function readTrace(of: Experiment = experiment, lines: readonly Timeline[] = timelines): TraceEvent[] {
  return (JSON.parse(text('trace', of, lines)) as { traceEvents: TraceEvent[] }).traceEvents;
}

describe('the trace', () => {
  it('has a process for each contender and a track for each thread and lane, all named', () => {
    const events = readTrace();
    const named = (kind: string) =>
      events.filter(({ ph, name }) => ph === 'M' && name === kind).map(({ args }) => args['name']);
    expect(named('process_name')).toEqual([
      'Sequential',
      'Event loop',
      'Thread pool of 4',
      'Thread pool of 1',
      'Thread pool of 2',
    ]);
    expect(named('thread_name')).toEqual([
      'W1',
      ...[1, 2, 3, 4].map((lane) => `W1 lane ${lane}`),
      ...['W1', 'W2', 'W3', 'W4'],
      'W1',
      ...['W1', 'W2'],
    ]);
    const tracks = new Set(events.filter(({ ph }) => ph === 'X').map(({ pid, tid }) => `${pid} ${tid}`));
    expect(tracks.size).toBe(1 + 4 + 4 + 1 + 2);
  });

  it('has every task where it was, and no two at once on a track', () => {
    // As two clocks may say: the next begins a little before the last has ended.
    const overlapping = timelines.map((timeline) => ({
      ...timeline,
      pieces: [...timeline.pieces]
        .reverse()
        .map((piece): TimelinePiece => ({ ...piece, endMs: piece.endMs + timeline.wallMs * 0.04 })),
    }));
    for (const lines of [timelines, overlapping]) {
      const tasks = readTrace(experiment, lines).filter(({ ph }) => ph === 'X');
      expect(tasks).toHaveLength(lines.reduce((sum, { pieces }) => sum + pieces.length, 0));
      const sorted = [...tasks].sort((a, b) => a.pid - b.pid || a.tid - b.tid || a.ts - b.ts);
      for (const [index, task] of sorted.entries()) {
        expect(task.dur).toBeGreaterThanOrEqual(0);
        const before = sorted[index - 1];
        if (before?.pid !== task.pid || before.tid !== task.tid) continue;
        expect(task.ts).toBeGreaterThanOrEqual(before.ts + before.dur);
      }
    }
    const first = timelines[0]?.pieces[0];
    const event = readTrace().find(({ ph }) => ph === 'X');
    expect(event?.name).toBe(first?.name);
    expect(event?.ts).toBeCloseTo((first?.startMs ?? NaN) * 1000, -1);
    expect(event?.dur).toBeCloseTo(((first?.endMs ?? NaN) - (first?.startMs ?? NaN)) * 1000, -1);
  });

  it('counts how much event loops were at work', () => {
    const counters = readTrace().filter(({ ph }) => ph === 'C');
    expect(counters).toHaveLength(timelines.reduce((sum, { activity }) => sum + activity.length, 0));
    for (const { args } of counters) {
      expect(args['percent']).toBeGreaterThanOrEqual(0);
      expect(args['percent']).toBeLessThanOrEqual(100);
    }
  });

  it('is JSON whatever names hold', () => {
    const odd = hostile();
    expect(readTrace(odd.experiment, odd.timelines).length).toBeGreaterThan(100);
  });
});

describe('the picture', () => {
  it('is well-formed and holds the numbers shown', () => {
    for (const theme of ['dark', 'light'] as const) {
      const nodes = readXml(text('svg', experiment, timelines, theme));
      const words = nodes.filter(({ name }) => name === 'text').map((node) => node.text);
      expect(nodes[0]?.name).toBe('svg');
      expect(words).toContain(findingOf(experiment).headline);
      for (const word of ['820 ms', '4.1×', '3.9 – 4.3', 'no difference', 'Pool sizes', 'Thread pool of 2'])
        expect(words).toContain(word);
      expect(words.join(' ')).toContain('The page cache could not be dropped.');
    }
  });

  it('has a dot for each counted run, and a shape of its own for one far from the others', () => {
    const nodes = readXml(text('svg'));
    const ofClass = (kind: string) => nodes.filter(({ attributes }) => attributes['class'] === kind);
    expect(ofClass('run').length + ofClass('outlier').length).toBe(30);
    expect(ofClass('outlier')).toHaveLength(1);
    expect(ofClass('whisker')).toHaveLength(5);
    expect(ofClass('point')).toHaveLength(3);
    // A failed task is marked by more than its colour.
    expect(ofClass('cross')).toHaveLength(ofClass('failed').length);
    expect(ofClass('failed')).toHaveLength(1);
  });

  it('says nothing of memory: what the process has is not the mode’s', () => {
    for (const format of ['svg', 'html'] as const) expect(text(format)).not.toMatch(/peak memory/iu);
  });

  it('keeps everything inside', () => {
    const nodes = readXml(text('svg'));
    const width = Number(nodes[0]?.attributes['width']);
    for (const { name, attributes } of nodes) {
      if (name !== 'rect') continue;
      const right = Number(attributes['x'] ?? 0) + Number(attributes['width']);
      expect(right).toBeLessThanOrEqual(width + 0.01);
    }
  });

  it('escapes what names hold', () => {
    const odd = hostile();
    const nodes = readXml(text('svg', odd.experiment, odd.timelines));
    expect(nodes.some(({ name }) => name === 'script')).toBe(false);
    expect(nodes.some((node) => node.text.includes('<script>alert(1)</script>'))).toBe(true);
  });

  it('is drawn of an experiment without result, timelines or runs', () => {
    const bare = { ...experiment, analysis: null, runs: [], state: 'cancelled' } as const;
    expect(readXml(text('svg', bare, [])).length).toBeGreaterThan(10);
    const once = craftExperiment([{ mode: 'pool', size: 1, runsMs: [5] }]);
    expect(text('svg', once, craftTimelines(once))).not.toMatch(/NaN|Infinity|undefined/u);
    expect(text('svg')).not.toMatch(/NaN|Infinity|undefined/u);
  });

  it('gives one run no interval, and no whisker', () => {
    const whiskers = (of: Experiment): number =>
      readXml(text('svg', of, [])).filter(({ attributes }) => attributes['class'] === 'whisker').length;
    const once = craftExperiment([{ mode: 'pool', size: 1, runsMs: [5] }]);
    const twice = craftExperiment([{ mode: 'pool', size: 1, runsMs: [5, 6] }]);
    expect(whiskers(once)).toBe(0);
    expect(whiskers(twice)).toBe(1);
    expect(text('html', once, [])).toContain('not known');
    expect(text('html', once, [])).not.toContain('5.00 ms – 5.00 ms');
    expect(text('html', twice, [])).not.toContain('not known');
  });

  it('joins strips where there are more than pixels, and loses no task', () => {
    const pieces = Array.from({ length: 50_000 }, (_, index): TimelinePiece => ({
      worker: 1,
      lane: 0,
      startMs: index / 50,
      endMs: (index + 0.9) / 50,
      tasks: 2,
      name: String(index),
      failed: index === 777,
    }));
    const strips = stripsOf(pieces, 0.7);
    expect(strips.length).toBeLessThan(700);
    expect(strips.length).toBeGreaterThan(100);
    expect(strips.reduce((sum, { tasks }) => sum + tasks, 0)).toBe(100_000);
    expect(strips.filter(({ failed }) => failed)).toHaveLength(1);
    for (const [index, strip] of strips.entries()) {
      const next = strips[index + 1];
      if (next !== undefined) expect(next.x).toBeGreaterThanOrEqual(strip.x + strip.width);
    }
  });

  it('leaves strips alone that can be seen', () => {
    const pieces = timelines[0]?.pieces ?? [];
    expect(stripsOf(pieces, 1)).toHaveLength(pieces.length);
  });
});

describe('the page', () => {
  it('needs nothing but itself', () => {
    const html = text('html');
    expect(html).not.toMatch(/<script|<link|<img|\bsrc=|\bhref=|@import|url\(/iu);
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/u);
    expect(html).toContain('prefers-color-scheme:dark');
  });

  it('holds the picture, the tables and how it was measured', () => {
    // Void elements aside, the page is well-formed as XML too.
    const xml = text('html')
      .replace('<!doctype html>\n', '')
      .replace(/<meta [^>]*>/gu, (tag) => tag.replace('>', '/>'));
    const nodes = readXml(xml);
    expect(nodes.filter(({ name }) => name === 'svg')).toHaveLength(1);
    const cells = nodes.filter(({ name }) => name === 'td' || name === 'th').map((node) => node.text);
    for (const cell of ['Event loop', '820 ms', '4.1×', '3.9 – 4.3', 'warm-up', 'far from the others'])
      expect(cells).toContain(cell);
    const rows = nodes.filter(({ name }) => name === 'tr').length;
    expect(rows).toBeGreaterThan(experiment.runs.length);
    expect(nodes.find(({ name }) => name === 'main')?.text).toContain('files were in the page cache');
    expect(nodes.find(({ name }) => name === 'main')?.text).toContain('Example CPU @ 3.00 GHz, 2 cores');
  });

  it('says nothing of the page cache where no file is read', () => {
    const work = { type: 'ready', work: 'computing', latencyMs: 20, tasks: null } as const;
    const html = text('html', { ...experiment, request: { ...experiment.request, work } });
    expect(html).not.toContain('files were');
  });

  it('escapes what names hold', () => {
    const odd = hostile();
    const html = text('html', odd.experiment, odd.timelines);
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;');
  });
});
