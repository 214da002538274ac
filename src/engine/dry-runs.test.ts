/**
 * What a dry run says is what the run then does, and a second run has nothing to do: of random trees, under every policy
 * and with every rule.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COPY_POLICIES, type CopyOptions } from '../common/model/copy-options';
import type { JobRequest } from '../common/model/job-request';
import type { WalkRules } from '../common/model/walk-rules';
import { engine, folder, go, rows, useEngine } from './testing/test-engine';

useEngine('dry');

const NAMES = [
  'a',
  'A',
  'b.log',
  '.hidden',
  'd',
  'd/a',
  'd/b.log',
  'd/e',
  'd/e/f',
  'g',
  'g/h',
  'g/h/i',
  'g/h/.j',
];

interface Item {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'symlink-to-folder' | 'hardlink' | 'fifo';
  readonly content: string;
  readonly time: number;
  readonly mode: number;
}

const item = fc.record<Item>({
  name: fc.constantFrom(...NAMES),
  kind: fc.constantFrom('file', 'file', 'file', 'folder', 'symlink', 'symlink-to-folder', 'hardlink'),
  content: fc.constantFrom('', 'one', 'two', 'three'),
  time: fc.constantFrom(1_000_000_000, 1_500_000_000, 1_600_000_000.5),
  mode: fc.constantFrom(0o644, 0o600, 0o444, 0o755),
});
const tree = fc.uniqueArray(item, { selector: ({ name }) => name, minLength: 0, maxLength: 9 });

function make(root: string, items: readonly Item[]): void {
  mkdirSync(root, { recursive: true });
  let first: string | null = null;
  for (const { name, kind, content, time, mode } of items) {
    const path = join(root, name);
    try {
      mkdirSync(join(path, '..'), { recursive: true });
      if (kind === 'folder') mkdirSync(path);
      else if (kind === 'symlink') symlinkSync(content || 'a', path);
      else if (kind === 'symlink-to-folder') symlinkSync('d', path);
      else if (kind === 'hardlink' && first !== null) linkSync(first, path);
      else {
        writeFileSync(path, content, { flag: 'wx' });
        utimesSync(path, time, time);
        first = path;
      }
      if (kind === 'file' || kind === 'folder') chmodSync(path, kind === 'folder' ? mode | 0o700 : mode);
    } catch {
      // It is there as something else.
    }
  }
}

const options = fc.record({
  existing: fc.constantFrom(...COPY_POLICIES),
  checksum: fc.boolean(),
  verify: fc.boolean(),
  mirror: fc.boolean(),
  sync: fc.constant(false),
});
const rules = fc.record<Partial<WalkRules>>(
  {
    exclude: fc.constantFrom(['*.log'], ['d/'], ['/g/h'], ['A']),
    include: fc.constantFrom(['*.log'], ['a', 'f']),
    hidden: fc.constant(false),
    links: fc.constantFrom('link', 'follow', 'skip'),
    minSize: fc.constant(1),
    maxSize: fc.constant(3),
  },
  { requiredKeys: [] },
);

async function said(jobId: number): Promise<string[]> {
  const told = [];
  for (const { target, finding, state, error } of await rows(jobId)) {
    const isLeft = state === 'failed' && error?.code === 'target-exists';
    const isClash =
      state === 'failed' &&
      ['target-is-a-folder', 'target-not-a-folder', 'target-is-special', 'clash'].includes(error?.code ?? '');
    told.push(`${target} ${isLeft ? 'kept' : isClash ? 'clash' : (finding ?? `${state} ${error?.code}`)}`);
  }
  return told.sort();
}

test('a dry run tells of every entry what the run does with it', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      tree,
      tree,
      options,
      rules,
      fc.constantFrom<'named' | 'contents' | 'exact'>('named', 'contents'),
      async (from, there, how: Partial<CopyOptions>, which, layout) => {
        const base = join(folder, String(round++));
        make(join(base, 'src'), from);
        const into = layout === 'named' ? join(base, 'to', 'src') : join(base, 'to');
        make(into, there);
        const request: JobRequest = {
          kind: 'copy',
          mode: 'pool',
          workers: 2,
          sources: [join(base, 'src')],
          destination: join(base, 'to'),
          layout,
          options: how,
          rules: which,
        };
        let dryId: number;
        try {
          dryId = (
            await engine.createJob({ ...request, options: { ...how, dryRun: true } }, { start: false })
          ).id;
        } catch (error) {
          await expect(engine.createJob(request, { start: false })).rejects.toThrow((error as Error).message);
          return;
        }
        await go(dryId);
        const dry = await said(dryId);
        const { id } = await engine.createJob(request, { start: false });
        await go(id);
        expect(await said(id)).toEqual(dry);
        expect(engine.withheldText(id) === null).toEqual(engine.withheldText(dryId) === null);
        // Done once, there is nothing left to do, also where copies get numbers.
        const again = await engine.createJob(request, { start: false });
        await go(again.id);
        const { new: made, replaced, numbered, updated, deleted } = engine.findings(again.id);
        expect({ made, replaced, numbered, updated, deleted }).toEqual({});
        rmSync(base, { recursive: true, force: true });
      },
    ),
    { numRuns: 20 },
  );
});

test.each(['refuse', 'overwrite', 'newer', 'skip'] as const)(
  'a pipe at the target is neither replaced nor written to, and the dry run says so: %s',
  async (existing) => {
    make(join(folder, 'src'), [
      { name: 'a', kind: 'file', content: 'one', time: 1_600_000_000, mode: 0o644 },
    ]);
    mkdirSync(join(folder, 'to/src'), { recursive: true });
    const pipe = join(folder, 'to/src/a');
    execFileSync('mkfifo', [pipe]);
    const fates = async (dryRun: boolean): Promise<string[]> => {
      const { id } = await engine.createJob(
        {
          kind: 'copy',
          mode: 'pool',
          workers: 1,
          sources: [join(folder, 'src')],
          destination: join(folder, 'to'),
          options: { existing, dryRun, inPlace: true },
        },
        { start: false },
      );
      await go(id);
      return said(id);
    };
    const dry = await fates(true);
    expect(dry).toContain(`${pipe} ${existing === 'skip' ? 'kept' : 'clash'}`);
    expect(await fates(false)).toEqual(dry);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  },
);
