/** `heddle compare` as people and scripts use it: the result, its files, and stopping. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { jsonLines, test } from './terminal';

const TINY = ['compare', 'computing', '--tasks', '4', '--repeats', '2'];
const SMALL = [...TINY, '--workers', '2'];
const TWO = ['--modes', 'sequential,pool'];

interface Comparison {
  readonly modes: readonly {
    readonly mode: string;
    readonly workers: number;
    readonly runsMs: readonly number[];
    readonly medianMs: number;
  }[];
  readonly ratios: readonly {
    readonly ratio: number;
    readonly low: number;
    readonly high: number;
    readonly verdict: string;
  }[];
}

test('--json prints one line of the contract, and nothing else', async ({ heddle }) => {
  const run = await heddle([...SMALL, '--json', '--quiet']);
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
  const lines = jsonLines(run.stdout);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ type: 'comparison', kind: 'computing', tasks: 4, repeats: 2 });
  const { modes, ratios } = lines[0] as unknown as Comparison;
  expect(modes.map(({ mode, workers }) => [mode, workers])).toEqual([
    ['sequential', 1],
    ['event-loop', 1],
    ['thread-per-task', 2],
    ['pool', 2],
  ]);
  for (const { runsMs, medianMs } of modes) {
    expect(runsMs).toHaveLength(2);
    expect(Math.min(...runsMs)).toBeGreaterThan(0);
    expect(medianMs).toBeCloseTo(((runsMs[0] ?? 0) + (runsMs[1] ?? 0)) / 2, 2);
  }
  // The three others against sequential, the pool against the event loop and against thread-per-task.
  expect(ratios).toHaveLength(5);
  for (const { ratio, low, high, verdict } of ratios) {
    expect(low).toBeLessThanOrEqual(ratio);
    expect(high).toBeGreaterThanOrEqual(ratio);
    expect(verdict).toBe(low > 1 ? 'faster' : high < 1 ? 'slower' : 'no difference');
  }
});

test('the result is text, and files that agree with it', async ({ heddle, folder }) => {
  const path = (name: string) => join(folder, name);
  const names = ['a.html', 'a.json', 'a.csv', 'a.svg', 'a.trace.json'];
  writeFileSync(path('a.csv'), 'old');
  const run = await heddle([...SMALL, ...TWO, ...names.flatMap((name) => ['-o', path(name)])]);
  expect(run.status, run.stderr).toBe(0);
  const [headline = ''] = run.stdout.split('\n');
  expect(headline).toMatch(/pool/u);
  expect(run.stdout).toMatch(/^Sequential .*reference$/mu);
  expect(run.stdout).toContain('Caution: Two runs of each are few');
  expect(run.stdout).not.toContain('\u001b');
  for (const line of run.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);

  const json = JSON.parse(readFileSync(path('a.json'), 'utf8')) as {
    finding: { headline: string };
    runs: { wallMs: number; tasks: number }[];
  };
  expect(json.finding.headline).toBe(headline);
  // Two modes, a warm-up and two runs of each.
  expect(json.runs).toHaveLength(6);
  const csv = readFileSync(path('a.csv'), 'utf8').trim().split('\r\n');
  expect(csv).toHaveLength(7);
  for (const { wallMs, tasks } of json.runs) {
    expect(csv.some((line) => line.includes(`,${wallMs},${tasks},`))).toBe(true);
  }
  const svg = readFileSync(path('a.svg'), 'utf8');
  expect(svg).toContain(`<title id="t">${headline}</title>`);
  expect(readFileSync(path('a.html'), 'utf8')).toContain(`<title>${headline} · Heddle</title>`);
  const { traceEvents } = JSON.parse(readFileSync(path('a.trace.json'), 'utf8')) as {
    traceEvents: { ph: string; name: string; args: { name?: string; tasks?: number } }[];
  };
  const processes = traceEvents.filter(({ name }) => name === 'process_name').map(({ args }) => args.name);
  expect(processes).toEqual(['Sequential', 'Thread pool']);
  const tasks = traceEvents
    .filter(({ ph }) => ph === 'X')
    .reduce((sum, { args }) => sum + (args.tasks ?? 0), 0);
  expect(tasks).toBe(8);
});

test('the user’s own files are compared with the flags of hash', async ({ heddle, folder }) => {
  mkdirSync(join(folder, 'tree'));
  for (let index = 0; index < 20; index++) writeFileSync(join(folder, 'tree', `${index}.txt`), `${index}`);
  writeFileSync(join(folder, 'tree', 'left.out'), 'x');
  const flags = ['--exclude', '*.out', '-a', 'blake3', '--repeats', '2', '--json', '--quiet'];
  const run = await heddle(['compare', 'hash', join(folder, 'tree'), ...TWO, ...flags]);
  expect(run.status, run.stderr).toBe(0);
  expect(jsonLines(run.stdout)[0]).toMatchObject({ type: 'comparison', kind: 'hash', tasks: 20 });
  expect(readdirSync(join(folder, 'tree'))).toHaveLength(21);
});

test('sizes of the pool make a curve and have a best one', async ({ heddle }) => {
  const run = await heddle([...TINY, '--best', '--sizes', '1,2,3', '--quiet']);
  expect(run.status, run.stderr).toBe(0);
  expect(run.stdout).toMatch(/best pool size|gains nothing clear/u);
  expect(run.stdout).toMatch(/^Thread pool of 3 /mu);
});

test('the best size is taken over with --adopt: later jobs have it', async ({ heddle, folder }) => {
  const search = ['compare', 'small-files', '--tasks', '20', '--repeats', '3', '--best', '--sizes', '5,6'];
  const found = await heddle([...search, '--adopt']);
  expect(found.status, found.stderr).toBe(0);
  const size = Number(
    /^Automatic now means ([56]) threads for hashing and verifying$/mu.exec(found.stderr)?.[1],
  );
  writeFileSync(join(folder, 'file'), 'x');
  const job = await heddle(['hash', join(folder, 'file'), '-o', join(folder, 'SUMS'), '--json', '--quiet']);
  expect(job.status, job.stderr).toBe(0);
  expect(jsonLines(job.stdout).at(-1)).toMatchObject({ type: 'summary', kind: 'hash', workers: size });
});

test('help is shown of what is named, and named where a flag is wrong', async ({ heddle }) => {
  const wrong = [
    [['compare', '--nope'], 'heddle help compare'],
    [['compare', 'hash', 'x', '--nope'], 'heddle help compare hash'],
    [['hash', 'x', '--nope'], 'heddle help hash'],
    [['--nope'], 'heddle help'],
    [['help', 'compare', 'nope'], 'heddle help compare'],
  ] as const;
  for (const [args, help] of wrong) {
    const run = await heddle(args);
    expect({ args, status: run.status, stdout: run.stdout }).toEqual({ args, status: 2, stdout: '' });
    expect(run.stderr).toMatch(/^heddle: [^\n]+\n$/u);
    expect(run.stderr.trim().endsWith(`See: ${help}`)).toBe(true);
    const shown = await heddle(help.split(' ').slice(1));
    expect(shown.status).toBe(0);
    expect(shown.stdout).toContain(help.replace('help ', '').replace(/help$/u, '').trim());
  }
  expect((await heddle(['help', 'compare', 'hash'])).stdout).toContain('--adopt');
});

test('on a Node that is too old one line says which is needed', async ({ heddle, folder }) => {
  // The real check, told of another version.
  const old = join(folder, 'old.cjs');
  writeFileSync(
    old,
    `Object.defineProperties(process.versions, { node: { value: '20.20.2' }, napi: { value: '9' } });`,
  );
  const run = await heddle(['jobs'], { env: { NODE_OPTIONS: `--require ${old}` } });
  expect(run).toMatchObject({ status: 3, stdout: '' });
  expect(run.stderr).toBe(
    'heddle: needs Node 22.14 or newer, this is 20.20.2; npx heddle runs it on the Node that comes with it\n',
  );
});

test('Ctrl-C stops it, and nothing is left or called a result', async ({ start, heddle, folder }) => {
  const report = join(folder, 'a.html');
  const long = ['compare', 'computing', '--tasks', '5000', '--repeats', '50', ...TWO, '-o', report];
  const terminal = start(long);
  await terminal.said(/Run \d+ of 102/u);
  terminal.kill('SIGINT');
  const run = await terminal.ended;
  expect(run.status).toBe(130);
  expect(run.stdout).toBe('');
  expect(run.stderr).toContain('a part of a comparison is no result');
  expect(existsSync(report)).toBe(false);
  // Whoever comes next is not held up by it.
  expect((await heddle([...SMALL, ...TWO, '--json', '--quiet'])).status).toBe(0);
});

test('what is wrong is said before any work', async ({ heddle, data, folder }) => {
  const wrong = [
    [...SMALL, '-o', join(folder, 'result.txt')],
    [...SMALL, '-o', join(folder, 'none', 'result.csv')],
    [...SMALL, '--modes', 'pool'],
    ['compare', 'hash'],
  ];
  for (const args of wrong) {
    const run = await heddle(args);
    expect(run.status).toBe(2);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  }
  expect(existsSync(data)).toBe(false);
});
