// Builds what is stale. CommonJS and old syntax: heddle.cjs loads it before it knows which Node runs it.
'use strict';
const { spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { toolScript } = require('./tool.cjs');

const root = dirname(dirname(__dirname));
const stamp = join(root, 'out', '.stamp');
const inputs = ['src', 'build/icons', 'electron.vite.config.ts', 'package.json', 'package-lock.json'];
const outputs = [
  'main/index.cjs',
  'main/cli.cjs',
  'main/worker.cjs',
  'main/sort.cjs',
  'preload/index.cjs',
  'renderer/index.html',
];

/** Every input with its size and time; tests are none. It is compared at every start: a digest would only cost time. */
function inputList() {
  const lines = [];
  const visit = (path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (!stat.isDirectory()) lines.push(`${path}\0${stat.size}\0${stat.mtimeMs}`);
    else {
      for (const name of readdirSync(join(root, path)).sort())
        if (!/\.test\.tsx?$/.test(name)) visit(`${path}/${name}`);
    }
  };
  inputs.forEach(visit);
  return lines.join('\n');
}

function isStale() {
  if (!outputs.every((path) => existsSync(join(root, 'out', path)))) return true;
  return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== inputList();
}

/**
 * Builds everything into `out/`; what the build prints goes to standard error.
 *
 * @param {string} node the Node that runs the build
 * @returns {boolean} whether it was built
 */
function build(node) {
  // Taken before the build: what is edited meanwhile is stale afterwards.
  const before = inputList();
  const { status } = spawnSync(
    node || process.execPath,
    [toolScript('electron-vite'), 'build', '--logLevel', 'warn'],
    { cwd: root, stdio: ['ignore', 2, 2] },
  );
  if (status !== 0) return false;
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, before);
  return true;
}

/**
 * @param {string} [node] the Node that runs the build
 * @returns {boolean} whether `out/` is there and up to date
 */
function buildIfStale(node) {
  // An installed copy has no sources and no tools, and what it has is what there is.
  if (!existsSync(join(root, 'src')) || !existsSync(join(root, 'node_modules', 'electron-vite'))) {
    return existsSync(join(root, 'out', 'main', 'cli.cjs'));
  }
  if (!isStale()) return true;
  process.stderr.write('Building…\n');
  return build(node);
}

module.exports = { build, buildIfStale, isStale };
