/** A copy lets in whom its source lets in, and keeps what its source has, whoever copies. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CopyOptions } from '../common/model/copy-options';
import { MODES, type JobSummary, type Mode } from '../common/model/jobs';
import { buildTerminal } from './testing/build-worker';
import { describeAttributes, describeTree } from './testing/file-tree';
import { folder, put, rows, run, useEngine } from './testing/test-engine';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

let source: string;
let target: string;

useEngine('rights');

beforeEach(() => {
  source = join(folder, 'from');
  target = join(folder, 'to');
  mkdirSync(source);
  mkdirSync(target);
});

const copy = (options: Partial<CopyOptions> = {}, mode: Mode = 'pool'): Promise<JobSummary> =>
  run({ kind: 'copy', mode, workers: 2, sources: [source], destination: target, options });

const setfacl = (...args: string[]): void => {
  execFileSync('setfacl', args);
};

/** Of each way that files are copied: nothing in it, small, larger, with parts of its own. */
const SIZES = { empty: 0, small: 10, larger: 100_000, large: 66_000_000 };

function expectLikeSource(): void {
  expect(describeTree(join(target, 'from'))).toEqual(describeTree(source));
  expect(describeAttributes(join(target, 'from'))).toBe(describeAttributes(source));
}

describe('a default ACL of the target’s folder lets nobody in', () => {
  beforeEach(() => {
    setfacl('-d', '-m', `u:${NOBODY}:rwx,g:${NOBODY}:rwx`, target);
  });

  test.each(MODES)('to new files and folders: %s', async (mode) => {
    for (const [name, size] of Object.entries(SIZES)) {
      // Such a one takes its time, and its way is the same in all modes.
      if (name === 'large' && mode !== 'pool') continue;
      put(join(source, 'in', name), Buffer.alloc(size, 'x'));
      chmodSync(join(source, 'in', name), 0o664);
    }
    chmodSync(join(source, 'in'), 0o775);
    put(join(source, 'own'), 'x');
    setfacl('-m', 'u:1234:r', join(source, 'own'));
    mkdirSync(join(source, 'own-default'));
    setfacl('-d', '-m', 'u:1234:r', join(source, 'own-default'));
    put(join(source, 'own-default', 'inherits'), 'x');
    await copy({ sync: mode === 'pool', verify: mode === 'sequential' }, mode);
    expectLikeSource();
    expect(describeAttributes(join(target, 'from', 'in'))).toBe('');
  });

  test('to replaced and numbered ones', async () => {
    put(join(source, 'a'), 'new');
    put(join(target, 'from', 'a'), 'there');
    await copy({ existing: 'number' });
    expect(execFileSync('getfattr', ['-dm-', join(target, 'from', 'a (1)')], { encoding: 'utf8' })).toBe('');
    await copy({ existing: 'overwrite' });
    execFileSync('rm', [join(target, 'from', 'a (1)')]);
    expect(describeAttributes(join(target, 'from'))).toBe('');
  });

  test('to folders that were there already, nor what they had by themselves', async () => {
    put(join(source, 'sub', 'a'), 'x');
    chmodSync(join(source, 'sub'), 0o775);
    mkdirSync(join(target, 'from', 'sub'), { recursive: true });
    setfacl('-m', `u:${NOBODY}:rwx`, join(target, 'from', 'sub'));
    await copy();
    expectLikeSource();
  });
});

describe.runIf(isRoot)('by their owner, who is not root', () => {
  let terminal: string;
  const heddle = (...args: string[]): { status: number | null; stdout: string; stderr: string } => {
    const command = [join(terminal, 'cli.cjs'), 'copy', ...args, '--data-dir', join(folder, 'theirs')];
    return spawnSync(process.execPath, command, { uid: NOBODY, gid: NOBODY, encoding: 'utf8' });
  };
  const give = (...names: string[]): void => {
    for (const name of names) chownSync(name, NOBODY, NOBODY);
  };

  beforeEach(async () => {
    terminal = await buildTerminal();
    chmodSync(terminal, 0o755);
    chmodSync(folder, 0o777);
    give(source, target);
  });

  const setfattr = (path: string, value: string): void => {
    execFileSync('setfattr', ['-n', 'user.note', '-v', value, path]);
  };

  test('attributes and ACLs of what may not be written to are kept, and brought up to date', () => {
    const closed: [string, number][] = [
      ...Object.entries(SIZES).map(([name]): [string, number] => [name, 0o444]),
      ['mine', 0o400],
      ['folder', 0o555],
      ['sticky', 0o1555],
    ];
    for (const [name, size] of Object.entries(SIZES)) put(join(source, name), Buffer.alloc(size, 'x'));
    put(join(source, 'mine'), 'x');
    put(join(source, 'folder', 'in'), 'x');
    mkdirSync(join(source, 'sticky'));
    symlinkSync('small', join(source, 'link'));
    execFileSync('chown', ['-hR', `${NOBODY}:${NOBODY}`, source]);
    for (const [name, mode] of closed) {
      setfattr(join(source, name), 'first');
      setfacl('-m', 'u:1234:r', join(source, name));
      chmodSync(join(source, name), mode);
    }
    expect(heddle(source, target)).toMatchObject({ status: 0, stdout: '' });
    expectLikeSource();
    for (const [name] of closed) setfattr(join(source, name), 'second');
    setfacl('-b', join(source, 'small'), join(source, 'folder'));
    expect(heddle(source, target, '--quiet')).toEqual(expect.objectContaining({ status: 0, stderr: '' }));
    expectLikeSource();
  });

  test('what lends the rights of another owner is not kept', () => {
    for (const name of ['foreign', 'mine']) {
      put(join(source, name), 'x');
      if (name === 'mine') give(join(source, name));
      chmodSync(join(source, name), 0o6755);
    }
    expect(heddle(source, target).status).toBe(0);
    expect(statSync(join(target, 'from', 'foreign')).mode & 0o7777).toBe(0o755);
    expect(statSync(join(target, 'from', 'mine')).mode & 0o7777).toBe(0o6755);
  });
});

test.runIf(isRoot)('capabilities and set-user-ID outlive the change of owner', async () => {
  put(join(source, 'capable'), 'x');
  put(join(source, 'large'), Buffer.alloc(100_000));
  for (const name of ['capable', 'large']) {
    chownSync(join(source, name), 1234, 2345);
    // cap_net_raw+ep, as `setcap` writes it (linux/capability.h, version 2).
    const value = '0x0100000200200000000000000000000000000000';
    execFileSync('setfattr', ['-n', 'security.capability', '-v', value, join(source, name)]);
    chmodSync(join(source, name), 0o6711);
  }
  const { id } = await copy();
  expect(await rows(id, 'failed')).toEqual([]);
  expectLikeSource();
  expect(describeAttributes(source)).toContain('security.capability');
});

/** Calls of strace -f, each in one line: one that another thread's call came into is told in two parts. */
function wholeCalls(trace: string): string[] {
  const begun = new Map<string, string>();
  return trace.split('\n').flatMap((line) => {
    const [, thread = '', call = ''] = /^(\d+) +(.*)$/u.exec(line) ?? [];
    if (call.endsWith(' <unfinished ...>')) {
      begun.set(thread, call.slice(0, -' <unfinished ...>'.length));
      return [];
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/u.exec(call);
    return resumed === null ? [line] : [`${thread} ${begun.get(thread) ?? ''}${resumed[1] ?? ''}`];
  });
}

test('what is written is never open to more people than its source, not even for a moment', async () => {
  setfacl('-d', '-m', `u:${NOBODY}:rwx`, target);
  for (const [name, size] of Object.entries(SIZES)) {
    put(join(source, name), Buffer.alloc(size, 'x'));
    chmodSync(join(source, name), 0o660);
  }
  const trace = join(folder, 'trace');
  const terminal = join(await buildTerminal(), 'cli.cjs');
  const traced = 'trace=openat,mkdir,fchmod,chmod,fremovexattr,lremovexattr,fsetxattr,linkat,renameat2';
  const args = ['copy', source, target, '--sync', '--data-dir', join(folder, 'own')];
  spawnSync('strace', ['-f', '-y', '-e', traced, '-o', trace, process.execPath, terminal, ...args]);
  const lines = wholeCalls(readFileSync(trace, 'utf8'));
  // What has no name, or lies in a folder of its owner alone, until all is set.
  const ours = lines.filter((line) => line.includes(`${target}/`));
  const folders = ours.filter((line) => line.includes('mkdir(') && line.includes('.heddle-work-'));
  expect(folders.length).toBeGreaterThan(0);
  for (const line of folders) expect(line).toContain(', 0700)');
  const open = ours.filter((line) => !line.includes('.heddle-work-'));
  const made = open.filter((line) => /O_CREAT|O_TMPFILE/u.test(line));
  expect(made.length).toBeGreaterThan(0);
  for (const line of made) expect(line).toMatch(/O_TMPFILE, 0600\)/u);
  // The ACL is taken away before the mode makes it count.
  const calls = open.filter((line) => /fchmod|fremovexattr/u.test(line));
  expect(calls.length).toBeGreaterThan(1);
  for (const [index, line] of calls.entries()) {
    if (line.includes('fchmod')) expect(calls[index - 1]).toContain('fremovexattr');
  }
});

test('a link to a folder that is followed gets what the folder has, empty folders too', async () => {
  mkdirSync(join(source, 'real', 'empty'), { recursive: true });
  chmodSync(join(source, 'real'), 0o751);
  chmodSync(join(source, 'real', 'empty'), 0o711);
  put(join(source, 'real', 'file'), 'x');
  symlinkSync('real', join(source, 'link'));
  await run({
    kind: 'copy',
    mode: 'pool',
    workers: 1,
    sources: [join(source, 'link')],
    destination: target,
    rules: { links: 'follow' },
  });
  expect(describeTree(join(target, 'link'))).toEqual(describeTree(join(source, 'real')));
});
