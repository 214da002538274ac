// What `npm ci` brings, to which system.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import semver from 'semver';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundledNode, nodePackage } from './lib/node.cjs';
import { root } from './lib/root.mjs';

const SYSTEMS = [
  ['darwin', 'x64'],
  ['darwin', 'arm64'],
  ['linux', 'x64'],
  ['linux', 'arm64'],
  ['win32', 'x64'],
  ['win32', 'arm64'],
];
const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const { packages } = read('package-lock.json');
const locked = (name) => packages[`node_modules/${name}`];

describe('the Node that comes along', () => {
  it.each(SYSTEMS)('is locked for %s %s alone, and needs no script to be installed', (platform, arch) => {
    const part = locked(nodePackage(platform, arch));
    expect(part).toMatchObject({ os: platform, cpu: arch, optional: true });
    expect(part.integrity).toMatch(/^sha512-/);
    expect(part).not.toHaveProperty('hasInstallScript');
    expect(part.bin.node).toBe(platform === 'win32' ? 'bin/node.exe' : 'bin/node');
    expect(read('package.json').optionalDependencies).toHaveProperty(
      nodePackage(platform, arch),
      part.version,
    );
  });

  it.each(SYSTEMS)(
    'is on %s %s one that all packages run on, and of a line with long support',
    (...system) => {
      const { version } = locked(nodePackage(...system));
      const tooOld = Object.entries(packages)
        .filter(([path]) => path !== '')
        .filter(([, { engines }]) => !semver.satisfies(version, engines?.node ?? '*'));
      expect(tooOld.map(([path, { engines }]) => `${path} asks for ${engines.node}`)).toEqual([]);
      expect(semver.major(version) % 2).toBe(0);
    },
  );

  it('is the one that was installed here', () => {
    const { stdout } = spawnSync(bundledNode(), ['--version'], { encoding: 'utf8' });
    expect(stdout.trim()).toBe(`v${locked(nodePackage()).version}`);
  });
});

it.each(['@koromix/koffi', '@napi-rs/blake-hash', '@rolldown/binding'])(
  '%s has a part for each of the systems',
  (prefix) => {
    const parts = Object.keys(packages).filter((path) => path.startsWith(`node_modules/${prefix}-`));
    const missing = SYSTEMS.map((system) => system.join('-')).filter(
      (system) => !parts.some((path) => path.includes(`${prefix}-${system}`)),
    );
    expect(missing).toEqual([]);
  },
);

const git = (...args) =>
  spawnSync('git', ['-c', 'safe.directory=*', ...args], { cwd: root, encoding: 'utf8' }).stdout ?? '';
const files = git('ls-files', '-z').split('\0').filter(Boolean);

// A copy of the sources without Git has nothing to look at.
describe.runIf(files.includes('package.json'))('what Git holds', () => {
  it('has names that Windows has too, and no two that are one there', () => {
    const reserved = /[<>:"|?*\\]|[. ](\/|$)|(^|\/)(con|prn|aux|nul|com\d|lpt\d)(\.|\/|$)/i;
    expect(files.filter((file) => reserved.test(file))).toEqual([]);
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(files.length);
  });

  it('comes out with the bytes that went in, whatever Git is told of the ends of lines', () => {
    expect(git('check-attr', 'text', '--', 'package.json')).toMatch(/: text: unset\s*$/);
  });
});

describe('npm, as .npmrc sets it', () => {
  let folder;
  // What `npm test` was given (`--silent`) reaches its children as variables, which outweigh .npmrc.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name)));
  const npm = (...args) =>
    // npm is a .cmd file on Windows, and the words are those below.
    spawnSync('npm', args, { cwd: folder, env, encoding: 'utf8', shell: process.platform === 'win32' });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'heddle-npmrc-'));
    copyFileSync(join(root, '.npmrc'), join(folder, '.npmrc'));
    for (const name of ['needy', 'app']) mkdirSync(join(folder, name));
    const needy = { name: 'needy', version: '1.0.0', engines: { node: '>=999' } };
    writeFileSync(join(folder, 'needy/package.json'), JSON.stringify(needy));
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'app', version: '1.0.0', devDependencies: { needy: 'file:needy' } }),
    );
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("says nothing of packages that the machine's Node is too old for, and still says what failed", () => {
    expect(npm('install', '--offline', '--loglevel=warn').stderr).toContain('EBADENGINE');
    rmSync(join(folder, 'node_modules'), { recursive: true });
    const installed = npm('ci', '--offline');
    expect(installed.stderr).toBe('');
    expect(installed.stdout).toMatch(/added 1 package/);
    expect(installed.status).toBe(0);
    rmSync(join(folder, 'package-lock.json'));
    expect(npm('ci', '--offline').stderr).toMatch(/npm error/);
  });
});

describe('where the machine has another Node', () => {
  let folder, other;

  beforeEach(() => {
    // Beside the one that came along, so that a second name costs nothing.
    folder = mkdtempSync(join(root, 'node_modules', '.heddle-other-node-'));
    other = join(folder, basename(bundledNode()));
    linkSync(realpathSync(bundledNode()), other);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (node, ...args) => spawnSync(node, args, { cwd: root, encoding: 'utf8' });

  it.each([true, false])('a script runs on the one that came along (started by another: %s)', (byOther) => {
    const probe = join(folder, 'probe.mjs');
    writeFileSync(
      probe,
      'console.log(JSON.stringify([process.execPath, ...process.argv.slice(1)])); process.exitCode = 7;',
    );
    const { status, stdout } = start(
      byOther ? other : bundledNode(),
      'scripts/node.cjs',
      probe,
      '--a',
      'b c',
    );
    const [node, ...argv] = JSON.parse(stdout);
    expect(realpathSync(node)).toBe(realpathSync(bundledNode()));
    expect(argv).toEqual([probe, '--a', 'b c']);
    expect(status).toBe(7);
  });

  it('so does a development tool', () => {
    expect(start(other, 'scripts/node.cjs', 'tsc', '--version').stdout).toMatch(/^Version \d/);
    const wrong = start(other, 'scripts/node.cjs', 'prettier', '--check', 'no-such-file.js');
    expect(wrong.status).toBe(2);
  });

  it('where none came along, an old one is refused with what to do', () => {
    // A copy of the scripts alone, beside which there is no node_modules.
    mkdirSync(join(folder, 'scripts'));
    cpSync(join(root, 'scripts/lib'), join(folder, 'scripts/lib'), { recursive: true });
    copyFileSync(join(root, 'scripts/node.cjs'), join(folder, 'scripts/node.cjs'));
    const old = join(folder, 'old-node.cjs');
    writeFileSync(old, "Object.defineProperty(process.versions, 'napi', { value: '9' });");
    const script = join(folder, 'scripts/node.cjs');
    const { status, stderr } = start(bundledNode(), '--require', old, script, 'start.mjs');
    expect(stderr).toMatch(/^Heddle needs Node 22\.14 or newer, this is .*npm ci fetches it\.\n$/);
    expect(status).toBe(3);
  });

  it('every script of package.json begins so', () => {
    const scripts = Object.entries(read('package.json').scripts);
    const others = scripts.filter(([, run]) => !/^node (--\S+ )*scripts\/(node|heddle)\.cjs( |$)/.test(run));
    expect(others).toEqual([]);
  });

  it('the terminal hands over to the one that came along when the other is too old', () => {
    const old = join(folder, 'old-node.cjs');
    writeFileSync(
      old,
      "if (!process.env.HEDDLE_NODE_CHOSEN) Object.defineProperty(process.versions, 'napi', { value: '9' });",
    );
    const { stdout, stderr } = start(other, '--require', old, 'scripts/heddle.cjs', '--version');
    expect(stderr.replace('Building…\n', '')).toBe('');
    expect(stdout).toContain(read('package.json').version);
  });
});
