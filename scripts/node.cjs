// `node scripts/node.cjs SCRIPT|TOOL …` runs a script of this project, or a development tool, on the Node that comes along.
// npm 11 finds that Node first by itself; older ones lose its name in node_modules/.bin where packages for other systems
// have the same. The syntax is one that an old Node understands too.
'use strict';
const { resolve } = require('node:path');
const { pathToFileURL } = require('node:url');
const { NEEDS_NEWER, handOver, isNodeNewEnough, otherNode } = require('./lib/node.cjs');
const { toolScript } = require('./lib/tool.cjs');

const STATUS_CANNOT_START = 3;

/** A path, or the name of a tool. */
function scriptOf(what) {
  if (/\.[cm]js$/.test(what)) return resolve(what);
  return what === 'tsc' ? toolScript('typescript', what) : toolScript(what);
}

function cannotStart(why) {
  process.stderr.write(`${why}\n`);
  process.exitCode = STATUS_CANNOT_START;
}

function main([what, ...args]) {
  const script = scriptOf(what);
  const node = otherNode();
  if (node !== undefined) return handOver(node, [script, ...args], {}, cannotStart);
  // npm leaves out without a word what is optional and could not be fetched.
  if (!isNodeNewEnough()) {
    return cannotStart(`Heddle ${NEEDS_NEWER}. Its own is not in node_modules: npm ci fetches it.`);
  }
  process.argv.splice(1, 2, script);
  return import(pathToFileURL(script).href).catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  });
}

try {
  main(process.argv.slice(2));
} catch (error) {
  cannotStart(error.message);
}
