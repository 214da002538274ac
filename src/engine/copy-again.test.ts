/** Copies of what is there already: what differs beside the bytes, contents that are compared, and manifests. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { COPY_POLICIES, type CopyOptions } from '../common/model/copy-options';
import type { JobRequest } from '../common/model/job-request';
import type { JobSummary } from '../common/model/jobs';
import { describeAttributes, describeTree } from './testing/file-tree';
import { engine, folder, go, put, reopenEngine, rows, run, stopWhen, useEngine } from './testing/test-engine';

const isRoot = process.getuid?.() === 0;

let source: string;
let target: string;

useEngine('again');

beforeEach(() => {
  source = join(folder, 'from');
  target = join(folder, 'to');
  mkdirSync(source);
});

type Request = Partial<Extract<JobRequest, { kind: 'copy' }>>;

const request = (options: Partial<CopyOptions> = {}, more: Request = {}): JobRequest => ({
  kind: 'copy',
  mode: 'pool',
  workers: 2,
  sources: [source],
  destination: target,
  options: { sync: false, ...options },
  ...more,
});

const copy = (options: Partial<CopyOptions> = {}, more: Request = {}): Promise<JobSummary> =>
  run(request(options, more));

const AT = 1_600_000_000;

function write(name: string, text: string, mtime = AT): void {
  put(join(source, name), text);
  utimesSync(join(source, name), mtime, mtime);
}

const copied = (name: string): string => join(target, 'from', name);

/** @param at seconds since the epoch, with nine digits behind the point */
function writeAt(name: string, text: string, at: string): void {
  put(join(source, name), text);
  execFileSync('touch', ['-d', `@${at}`, join(source, name)]);
}

test.each(['1600000000.000000001', '1600000000.000500000', '1599999999.999999999'])(
  'a file of the same size that is changed at %s is another one, to the nanosecond',
  async (at) => {
    writeAt('a', 'one', '1600000000.000000000');
    await copy();
    writeAt('a', 'two', at);
    for (const dryRun of [true, false]) {
      const { id } = await copy({ existing: 'overwrite', dryRun });
      expect(engine.findings(id)).toEqual({ replaced: 1 });
    }
    expect(readFileSync(copied('a'), 'utf8')).toBe('two');
    const again = await copy({ existing: 'overwrite' });
    expect(engine.findings(again.id)).toEqual({ unchanged: 1 });
  },
);

describe('what an unchanged file has beside its bytes', () => {
  beforeEach(async () => {
    for (const name of ['mode', 'owner', 'attribute', 'removed', 'acl', 'same']) write(name, name);
    write('sub/deep', 'deep');
    symlinkSync('same', join(source, 'link'));
    lutimesSync(join(source, 'link'), AT, AT);
    execFileSync('setfattr', ['-n', 'user.old', '-v', '1', join(source, 'removed')]);
    await copy();
    chmodSync(join(source, 'mode'), 0o600);
    if (isRoot) chownSync(join(source, 'owner'), 1234, 2345);
    else chmodSync(join(source, 'owner'), 0o700);
    execFileSync('setfattr', ['-n', 'user.note', '-v', 'new', join(source, 'attribute')]);
    execFileSync('setfattr', ['-x', 'user.old', join(source, 'removed')]);
    execFileSync('setfacl', ['-m', 'u:1234:r', join(source, 'acl')]);
    lutimesSync(join(source, 'link'), AT, AT + 100);
    chmodSync(join(source, 'sub'), 0o700);
  });

  const UPDATED = ['acl', 'attribute', 'link', 'mode', 'owner', 'removed'];
  const updated = async (id: number): Promise<string[]> =>
    (await rows(id)).flatMap(({ finding, name }) => (finding === 'updated' ? [name] : [])).sort();

  test.each(COPY_POLICIES.filter((policy) => policy !== 'skip'))(
    'is brought up to date without copying it: %s',
    async (existing) => {
      const inode = statSync(copied('mode')).ino;
      const dry = await copy({ existing, dryRun: true });
      expect(await updated(dry.id)).toEqual(UPDATED);
      expect(statSync(copied('mode')).mode & 0o777).toBe(0o644);
      const job = await copy({ existing });
      expect(await updated(job.id)).toEqual(UPDATED);
      expect(job).toMatchObject({ counts: { failed: 0 }, bytesDone: 0 });
      expect(engine.findings(job.id)).toEqual({ updated: 6, unchanged: 2 });
      expect(describeTree(join(target, 'from'))).toEqual(describeTree(source));
      expect(describeAttributes(join(target, 'from'))).toBe(describeAttributes(source));
      expect(statSync(copied('mode')).ino).toBe(inode);
      const again = await copy({ existing });
      expect(engine.findings(again.id)).toEqual({ unchanged: 8 });
    },
  );

  test('is left alone where what exists is skipped', async () => {
    const job = await copy({ existing: 'skip' });
    expect(engine.findings(job.id)).toEqual({ unchanged: 8 });
    expect(statSync(copied('mode')).mode & 0o777).toBe(0o644);
  });

  test('is in a mirror, too', async () => {
    writeFileSync(copied('extra'), 'x');
    const job = await copy({ mirror: true });
    expect(engine.findings(job.id)).toEqual({ updated: 6, unchanged: 2, deleted: 1 });
  });
});

describe('other content of the same size and time', () => {
  beforeEach(async () => {
    for (const name of ['same', 'differs', 'touched']) write(name, 'x'.repeat(2_000_000));
    await copy();
    write('differs', `${'x'.repeat(1_500_000)}y${'x'.repeat(499_999)}`);
    write('touched', 'x'.repeat(2_000_000), AT + 100);
  });

  test.each([
    { options: {}, findings: { unchanged: 2 }, failed: 1 },
    { options: { existing: 'overwrite' }, findings: { unchanged: 2, replaced: 1 }, failed: 0 },
    { options: { checksum: true }, findings: { unchanged: 1, updated: 1 }, failed: 1 },
    {
      options: { checksum: true, existing: 'overwrite' },
      findings: { unchanged: 1, updated: 1, replaced: 1 },
      failed: 0,
    },
    {
      options: { checksum: true, existing: 'skip' },
      findings: { unchanged: 2, kept: 1 },
      failed: 0,
    },
    {
      options: { checksum: true, existing: 'newer' },
      findings: { unchanged: 1, updated: 1, kept: 1 },
      failed: 0,
    },
    { options: { verify: true }, findings: { unchanged: 1 }, failed: 2 },
    { options: { verify: true, existing: 'overwrite' }, findings: { unchanged: 1, replaced: 2 }, failed: 0 },
  ] as const)('$options', async ({ options, findings, failed }) => {
    const dry = await copy({ ...options, dryRun: true });
    const job = await copy(options);
    expect(engine.findings(job.id)).toEqual(findings);
    expect(job.counts.failed).toBe(failed);
    // What the dry run said is what happened; what fails for being there would be kept.
    const { kept = 0, ...foreseen } = engine.findings(dry.id);
    const { kept: left = 0, ...found } = engine.findings(job.id);
    expect(foreseen).toEqual(found);
    expect(kept).toBe(left + failed);
    const isCompared = 'checksum' in options || 'verify' in options;
    if (isCompared && options.existing === 'overwrite') {
      execFileSync('diff', ['-r', source, join(target, 'from')]);
      expect(describeTree(join(target, 'from'))).toEqual(describeTree(source));
    }
  });

  test.each(['sequential', 'event-loop'] as const)('is found in every mode: %s', async (mode) => {
    const job = await copy({ checksum: true, existing: 'overwrite' }, { mode });
    expect(engine.findings(job.id)).toEqual({ unchanged: 1, updated: 1, replaced: 1 });
  });

  test('another name of a file is not linked to what was kept', async () => {
    linkSync(join(source, 'differs'), join(source, 'zz'));
    const job = await copy({ verify: true, existing: 'newer' });
    expect(job.counts.failed).toBe(0);
    expect(readFileSync(copied('zz')).equals(readFileSync(join(source, 'zz')))).toBe(true);
  });
});

describe('a manifest lists', () => {
  const sums = (): string => join(folder, 'SUMS');
  const listed = (): string[] =>
    readFileSync(sums(), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.slice(line.indexOf('to/from/')))
      .sort();
  const check = (): void => {
    execFileSync('sha256sum', ['--check', '--strict', '--quiet', sums()], { cwd: folder });
  };
  const manifest = (): { path: string; format: 'gnu' } => ({ path: sums(), format: 'gnu' });

  beforeEach(() => {
    write('new', 'new');
    write('there', 'there');
    write('updated', 'updated');
    write('large', 'x'.repeat(200_000));
    write('empty', '');
    linkSync(join(source, 'there'), join(source, 'z-name'));
  });

  test.each([{}, { verify: true }, { checksum: true }])(
    'what was there already, too: %o',
    async (options) => {
      await copy(
        {},
        {
          sources: ['there', 'z-name', 'updated', 'large'].map((name) => join(source, name)),
          destination: `${join(target, 'from')}/`,
        },
      );
      chmodSync(join(source, 'updated'), 0o600);
      const job = await copy(options, { manifest: manifest() });
      expect(job.state).toBe('done');
      expect(engine.findings(job.id)).toEqual({ new: 2, updated: 1, unchanged: 3 });
      expect(listed()).toEqual(
        ['empty', 'large', 'new', 'there', 'updated', 'z-name'].map((name) => `to/from/${name}`),
      );
      check();
    },
  );

  test('sizes of what was there already', async () => {
    await copy();
    await copy({}, { manifest: { path: sums(), format: 'hashdeep' } });
    const sizes = readFileSync(sums(), 'utf8')
      .split('\n')
      .filter((line) => /^\d/u.test(line))
      .map((line) => Number(line.split(',')[0]));
    expect(sizes.sort((a, b) => a - b)).toEqual([0, 3, 5, 5, 7, 200_000]);
  });

  test.each([1, 40, 150])('everything, however often the job was stopped: after %i', async (after) => {
    for (let index = 0; index < 200; index++) write(`many/${index}`, 'x'.repeat(3000));
    const { id } = await engine.createJob(request({}, { manifest: manifest() }), { start: false });
    await stopWhen(id, ({ counts }) => counts.done >= after);
    expect(await go(id)).toMatchObject({ state: 'done', counts: { failed: 0 } });
    expect(listed()).toHaveLength(206);
    check();
  });

  test('what had its name when its process was killed, and was not recorded', async () => {
    for (let index = 0; index < 20; index++) write(`many/${index}`, 'x'.repeat(index * 10_000));
    await copy();
    const { id } = await engine.createJob(request({}, { manifest: manifest() }), { start: false });
    await reopenEngine();
    await go(id);
    expect(listed()).toHaveLength(26);
    check();
  });

  test('and the job says so where it lacks something', async () => {
    put(copied('there'), 'another');
    const notices: string[] = [];
    engine.on('notice', ({ code, message }) => notices.push(`${code}: ${message}`));
    const job = await copy({}, { manifest: manifest() });
    expect(job.counts.failed).toBeGreaterThan(0);
    expect(notices).toEqual([expect.stringMatching(/^manifest-incomplete: .*SUMS lacks 1 file /u)]);
  });
});

test('folders have their times again after a retry put files into them', async () => {
  write('sub/kept', 'one');
  write('sub/late', 'two');
  for (const path of [join(source, 'sub'), source]) utimesSync(path, AT, AT);
  put(join(target, 'from/sub/late'), 'in the way');
  const { id, counts } = await copy();
  expect(counts).toMatchObject({ done: 2, failed: 1 });
  rmSync(join(target, 'from/sub/late'));
  expect(await go(id, () => engine.retry(id))).toMatchObject({
    state: 'done',
    counts: { done: 3, failed: 0 },
  });
  for (const path of ['from/sub', 'from']) expect(statSync(join(target, path)).mtimeMs).toBe(AT * 1000);
});

test('a copied link is the same link again', async () => {
  put(join(folder, 'real', 'a'), 'a');
  symlinkSync('real', join(folder, 'link'));
  for (let times = 0; times < 2; times++) {
    const job = await copy({ existing: 'overwrite' }, { sources: [join(folder, 'link')] });
    expect(job.counts.failed).toBe(0);
  }
  expect(readlinkSync(join(target, 'link'))).toBe('real');
  expect(lstatSync(join(folder, 'real')).isDirectory()).toBe(true);
});

test.runIf(process.platform !== 'win32')(
  'a backslash is part of a name, and of that of a numbered copy',
  async () => {
    write('a\\b.txt', 'mine', AT + 10);
    await copy();
    write('a\\b.txt', 'new');
    expect((await copy({ existing: 'number' })).counts.failed).toBe(0);
    expect(readdirSync(join(target, 'from')).sort()).toEqual(['a\\b (1).txt', 'a\\b.txt']);
  },
);
