// How a development tool is started: its script by this process's own Node. Its name in node_modules/.bin is a .cmd file
// on Windows, which only a shell starts. CommonJS and old syntax, as build.cjs is.
'use strict';
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..', '..');

/**
 * @param {string} name the npm package, a direct dependency
 * @param {string} [command] what it calls its command, when not as itself
 * @returns {string} the absolute path of the command's script
 */
function toolScript(name, command) {
  const folder = join(root, 'node_modules', name);
  if (!existsSync(folder)) throw new Error(`${name} is not in node_modules: npm ci installs it.`);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const script = typeof bin === 'string' ? bin : Object(bin)[command || name];
  if (script === undefined) throw new Error(`The package ${name} has no command ${command || name}.`);
  return join(folder, script);
}

module.exports = { toolScript };
