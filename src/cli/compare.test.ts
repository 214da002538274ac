/** Every flag of `heddle compare`, seen in what is asked of the engine, and what is said and written at the end. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Experiment, ExperimentRequest } from '../common/experiments/experiment';
import { READY_WORKS } from '../common/experiments/experiment';
import { comparisonLine } from '../common/experiments/json-lines';
import { MODES } from '../common/model/jobs';
import type { Engine } from '../engine';
import { craftExperiment, type CraftedContender } from '../engine/testing/craft-experiment';
import { addCompareCommand } from './compare';
import { progressLine } from './experiment-progress';
import { experimentReport } from './experiment-report';

const STEADY = [-0.02, -0.01, 0, 0.01, 0.02];
const around = (ms: number) => STEADY.map((share) => ms * (1 + share));
const CONTENDERS: readonly CraftedContender[] = [
  { mode: 'sequential', size: 1, runsMs: around(820) },
  { mode: 'event-loop', size: 8, runsMs: around(810) },
  { mode: 'pool', size: 8, runsMs: around(100) },
];

let folder: string;
let written: string;
let said: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-compare-'));
  written = '';
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

interface Asked {
  readonly request: ExperimentRequest | null;
  readonly status: number | null;
  /** Whose best size was taken over. */
  readonly adopted: readonly number[];
}

/** The command on an engine that answers with a result at once. @throws what the command refuses */
async function compare(args: readonly string[], result: Partial<Experiment> = {}): Promise<Asked> {
  let request: ExperimentRequest | null = null;
  let status: number | null = null;
  const adopted: number[] = [];
  const experiment = craftExperiment(CONTENDERS, result);
  const engine = {
    experiments: {
      start: (asked: ExperimentRequest) => {
        request = asked;
        return Promise.resolve(experiment);
      },
      ended: () => Promise.resolve(experiment),
      cancel: () => Promise.resolve(),
      adopt: (id: number) => {
        adopted.push(id);
      },
      write: (_: number, format: string, path: string) => {
        writeFileSync(path, format);
        return Promise.resolve();
      },
    },
    settings: { get: () => ({ theme: 'system' }) },
    on: () => () => undefined,
    close: () => Promise.resolve(),
  } as unknown as Engine;
  const program = new Command('heddle').exitOverride().configureOutput({ writeErr: () => undefined });
  addCompareCommand(program, {
    outputFlags: (command) => command.option('--json').option('--quiet').option('--data-dir <dir>'),
    open: () => Promise.resolve(engine),
    report: (code) => {
      status = code;
    },
  });
  await program.parseAsync(['node', 'heddle', 'compare', ...args]);
  return { request, status, adopted };
}

async function asked(...args: string[]): Promise<ExperimentRequest> {
  const { request } = await compare(args);
  if (request === null) throw new Error('Nothing was asked.');
  return request;
}

const sized = (...sizes: number[]) => sizes.map((size) => ({ mode: 'pool', size }));

describe('what is compared', () => {
  it('is all four modes, with the same number of tasks in flight', async () => {
    expect(await asked('computing')).toEqual({
      work: { type: 'ready', work: 'computing' },
      contenders: [
        { mode: 'sequential', size: 1 },
        { mode: 'event-loop', size: 8 },
        { mode: 'thread-per-task', size: 8 },
        { mode: 'pool', size: 8 },
      ],
      fewer: true,
      pageCache: 'warm',
    });
  });

  it.each(READY_WORKS)('is the modes that are over soon, of %s', async (work) => {
    const modes = (await asked(work)).contenders.map(({ mode }) => mode);
    const many = work === 'slow-server' || work === 'small-files';
    expect(modes).toEqual(MODES.filter((mode) => mode !== 'thread-per-task' || !many));
  });

  it('is no thread for each task of work whose size is not known', async () => {
    const modes = (await asked('hash', '/tmp')).contenders.map(({ mode }) => mode);
    expect(modes).toEqual(['sequential', 'event-loop', 'pool']);
  });

  it('is what --modes, --workers, --sizes, --repeats and --cold say', async () => {
    const flags = ['--modes', 'pool,sequential', '--workers', '4', '--sizes', '4,1,2', '--repeats', '9'];
    expect(await asked('small-files', ...flags, '--cold')).toMatchObject({
      contenders: [{ mode: 'pool', size: 4 }, { mode: 'sequential', size: 1 }, ...sized(1, 2)],
      repeats: 9,
      pageCache: 'cold',
    });
  });

  it('may be the same mode twice', async () => {
    expect((await asked('computing', '--modes', 'pool,pool')).contenders).toEqual(sized(8, 8));
  });

  it('is pools of doubling sizes with --best', async () => {
    const most = Math.max(8, Math.min(64, 2 * availableParallelism()));
    const { contenders } = await asked('computing', '--best');
    expect(contenders.slice(0, 4)).toEqual(sized(1, 2, 4, 8));
    expect(contenders.at(-1)).toEqual({ mode: 'pool', size: most });
    expect((await asked('computing', '--best', '--sizes', '3,6')).contenders).toEqual(sized(3, 6));
    expect((await asked('computing', '--best', '--modes', 'sequential', '--sizes', '2')).contenders).toEqual([
      { mode: 'sequential', size: 1 },
      { mode: 'pool', size: 2 },
    ]);
  });

  it.each(READY_WORKS)('may be the ready-made %s', async (work) => {
    expect((await asked(work, '--tasks', '12')).work).toEqual({ type: 'ready', work, tasks: 12 });
  });

  it('has a server’s latency where there is a server', async () => {
    expect((await asked('slow-server', '--latency', '50')).work).toMatchObject({ latencyMs: 50 });
    await expect(compare(['computing', '--latency', '50'])).rejects.toThrow('unknown option');
  });

  it('may be a download with the flags of downloads', async () => {
    const flags = ['--retry', '0', '-H', 'X-A: 1', '-d', folder];
    expect((await asked('download', 'http://127.0.0.1/a', ...flags)).work).toMatchObject({
      type: 'job',
      request: {
        kind: 'download',
        urls: ['http://127.0.0.1/a'],
        directory: folder,
        options: { retries: 0, headers: [['X-A', '1']] },
      },
    });
  });

  it('may be a hash with the flags of hashes, and reads everything anew', async () => {
    const flags = ['-a', 'blake3', '--exclude', '*.tmp'];
    expect((await asked('hash', 'a', 'b', ...flags)).work).toMatchObject({
      request: {
        kind: 'hash',
        paths: [resolve('a'), resolve('b')],
        algorithms: ['blake3'],
        manifest: null,
        cache: false,
        rules: { exclude: ['*.tmp'] },
      },
    });
  });

  it('may be a copy with the flags of copies', async () => {
    expect((await asked('copy', 'a', 'to/', '--verify', '--no-sync')).work).toMatchObject({
      request: {
        kind: 'copy',
        sources: [resolve('a')],
        destination: `${resolve('to')}/`,
        options: { verify: true, sync: false, dryRun: false, mirror: false },
      },
    });
  });
});

describe('what is refused before any work', () => {
  it.each([
    { args: ['computing', '--modes', 'pool'], why: /two modes.* See: heddle help compare computing$/u },
    { args: ['computing', '--modes', 'pool,fast'], why: 'Allowed are' },
    { args: ['computing', '--modes', ''], why: 'Allowed are' },
    { args: ['computing', '--sizes', '0'], why: 'whole number' },
    { args: ['computing', '--sizes', '1,,2'], why: 'whole number' },
    { args: ['computing', '--repeats', '51'], why: 'whole number' },
    { args: ['computing', '--workers', '65'], why: 'whole number' },
    { args: ['computing', '--tasks', '0'], why: 'whole number' },
    { args: ['computing', '--sizes', '1,2,3,4,5,6,7,9,10,11,12,13,14'], why: '16 modes and sizes at most' },
    { args: ['computing', '-o', 'result.txt'], why: 'A report ends in' },
    { args: ['computing', '-o', 'result'], why: 'A report ends in' },
    { args: ['computing', '-o', 'result.png'], why: 'PNG is drawn by the window' },
    {
      args: ['computing', '-o', 'a.csv', '-o', './a.csv'],
      why: /named twice\. See: heddle help compare computing$/u,
    },
    { args: ['computing', '-o', 'no-such-folder/a.csv'], why: 'does not exist' },
    { args: ['hash', 'a', '--adopt'], why: /--adopt takes pools alone.* See: heddle help compare hash$/u },
    { args: ['hash', 'a', '--modes', 'event-loop', '--sizes', '2,8', '--adopt'], why: 'pools alone' },
    { args: ['hash', 'a', '--best', '--repeats', '2', '--adopt'], why: '3 repeats at least' },
    { args: ['computing', '--best', '--adopt'], why: 'unknown option' },
    { args: ['download'], why: 'download needs a URL' },
    { args: ['copy', 'a'], why: 'copy needs a source and a destination' },
    { args: ['copy', 'a', 'b', '--mirror'], why: 'unknown option' },
    { args: ['hash'], why: 'no file or folder is named' },
    { args: ['sleeping'], why: 'unknown command' },
  ])('$args', async ({ args, why }) => {
    await expect(compare(args)).rejects.toThrow(why);
  });
});

describe('the result', () => {
  it('goes to standard output, and to files by their endings', async () => {
    const names = ['a.html', 'a.json', 'a.trace.json', 'a.csv', 'A.SVG'];
    writeFileSync(join(folder, 'a.csv'), 'old');
    const reports = names.flatMap((name) => ['-o', join(folder, name)]);
    const { status } = await compare(['computing', ...reports]);
    expect(status).toBe(0);
    expect(written).toMatch(/^The pool is 8\.2× faster than sequential\n/u);
    const formats = names.map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(formats).toEqual(['html', 'json', 'trace', 'csv', 'svg']);
  });

  it('has its best pool size taken over with --adopt, and only then', async () => {
    const pools = [1, 4].map((size): CraftedContender => ({
      mode: 'pool',
      size,
      runsMs: around(400 / size),
    }));
    const found = craftExperiment(pools);
    expect(found.analysis?.bestSize).toBe(4);
    expect((await compare(['hash', 'a', '--best'], found)).adopted).toEqual([]);
    expect(said).toBe('');
    for (const work of [
      ['hash', 'a'],
      ['copy', 'a', 'b'],
      ['download', 'http://localhost/a'],
      ['small-files'],
    ])
      expect((await compare([...work, '--best', '--adopt'], found)).adopted).toEqual([found.id]);
    expect(said.split('\n')[0]).toBe('Automatic now means 4 threads for hashing and verifying');
    said = '';
    const { status, adopted } = await compare(
      ['slow-server', '--best', '--adopt', '--json', '--quiet'],
      found,
    );
    expect([status, adopted]).toEqual([0, [found.id]]);
    expect(said).toBe('');
  });

  it('is one line of JSON with --json', async () => {
    await compare(['computing', '--json']);
    expect(written.split('\n')).toHaveLength(2);
    expect(JSON.parse(written)).toEqual(comparisonLine(craftExperiment(CONTENDERS)));
  });

  it('leaves files as they are where there is none', async () => {
    const path = join(folder, 'a.csv');
    writeFileSync(path, 'old');
    const error = { code: 'modes-disagree', message: 'The modes disagree.', retryable: false };
    const { status } = await compare(['computing', '-o', path, '-o', join(folder, 'b.csv')], {
      state: 'failed',
      analysis: null,
      error,
    });
    expect(status).toBe(1);
    expect(written).toBe('');
    expect(said).toBe('heddle: The modes disagree.\n');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(existsSync(join(folder, 'b.csv'))).toBe(false);
  });
});

describe('the line of JSON', () => {
  it('has the fields of the contract', () => {
    const line = comparisonLine(craftExperiment(CONTENDERS));
    expect(line).toMatchObject({ type: 'comparison', kind: 'hash', tasks: 200, bytes: 819_200, repeats: 5 });
    expect(line['modes']).toEqual([
      {
        mode: 'sequential',
        workers: 1,
        runsMs: [803.6, 811.8, 820, 828.2, 836.4],
        medianMs: 820,
        cpuMs: 820,
        peakRssBytes: 90_000_000,
      },
      expect.objectContaining({ mode: 'event-loop', workers: 1 }),
      expect.objectContaining({ mode: 'pool', workers: 8, medianMs: 100 }),
    ]);
    const [loop, pool, both, ...more] = line['ratios'] as Record<string, unknown>[];
    expect(loop).toMatchObject({ mode: 'event-loop', against: 'sequential', verdict: 'no difference' });
    expect(Object.keys(pool ?? {})).toEqual(['mode', 'against', 'ratio', 'low', 'high', 'verdict']);
    expect(pool).toMatchObject({ mode: 'pool', against: 'sequential', ratio: 8.2, verdict: 'faster' });
    expect(both).toMatchObject({ mode: 'pool', against: 'event-loop', verdict: 'faster' });
    expect(more).toEqual([]);
  });

  it('tells sizes of one mode apart', () => {
    const pools = [1, 2].map((size): CraftedContender => ({
      mode: 'pool',
      size,
      runsMs: around(100 / size),
    }));
    const line = comparisonLine(craftExperiment(pools, { kind: null }));
    expect(line['kind']).toBe('small-files');
    expect(line['ratios']).toEqual([
      expect.objectContaining({ mode: 'pool', workers: 2, against: 'pool', againstWorkers: 1 }),
    ]);
  });
});

describe('the text', () => {
  const lines = (width: number, colour = false) =>
    experimentReport(craftExperiment(CONTENDERS, { notes: ['A \u001b[31mnote.'] }), { width, colour }).split(
      '\n',
    );

  it.each([120, 80, 60, 40, 25])('fits %i columns', (width) => {
    for (const line of lines(width)) expect(line.length).toBeLessThanOrEqual(width);
    expect(lines(width).join('\n')).toContain('Event loop');
  });

  it('has bars as long as the times, with the interval at their ends', () => {
    const bar = (name: string) => lines(100).find((line) => line.startsWith(name)) ?? '';
    const length = (name: string) => bar(name).match(/[━├─┼┤┃]/gu)?.length ?? 0;
    expect(length('Sequential') / length('Thread pool')).toBeGreaterThan(6);
    expect(bar('Sequential')).toMatch(/━├─*┼?─*┤ +820 ms +reference$/u);
    expect(bar('Thread pool')).toMatch(/100 ms +8\.2× +7\.9 – 8\.5 +faster$/u);
  });

  it('has no escape sequence but colours that were asked for', () => {
    expect(lines(80).join('\n')).not.toContain('\u001b');
    expect(lines(80).join('\n')).toContain('Note: A ‹U+001B›[31mnote.');
    expect(lines(80, true).join('\n')).toContain('\u001b[34m');
  });
});

it('progress says which run of how many', () => {
  const frame = {
    id: 1,
    runsDone: 6,
    runsTotal: 24,
    remainingMs: null,
    running: null,
    serving: null,
    phase: 'preparing',
  } as const;
  const names = ['Sequential', 'Thread pool'];
  expect(progressLine(frame, names)).toBe('Preparing the work…');
  expect(progressLine({ ...frame, phase: 'running' }, names)).toBe('6 of 24 runs');
  const running = {
    contender: 1,
    round: 2,
    elapsedMs: 1400,
    tasksDone: 812,
    tasksTotal: 2000,
    pieces: [],
    activity: [],
  };
  expect(progressLine({ ...frame, phase: 'running', running }, names)).toBe(
    'Run 7 of 24 · Thread pool · round 2 · 812 of 2,000 tasks · 1.40 s',
  );
  const warmUp = {
    ...frame,
    phase: 'running',
    running: { ...running, round: 0 },
    remainingMs: 34_200,
  } as const;
  expect(progressLine(warmUp, names)).toMatch(/warm-up · .* · 00:34 left$/u);
});
