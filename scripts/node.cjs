// `node scripts/node.cjs SCRIPT|TOOL …` runs a script of this project, or a development tool, on the Node that comes along.
// npm 11 finds that Node first by itself; older ones lose its name in node_modules/.bin where packages for other systems
// have the same. The syntax is one that an old Node understands too.
'use strict';
const { resolve } = require('node:path');
const { pathToFileURL } = require('node:url');
const { handOver, otherNode } = require('./lib/node.cjs');
const { toolScript } = require('./lib/tool.cjs');

const [, , what, ...args] = process.argv;
const script = /\.[cm]js$/.test(what)
  ? resolve(what)
  : what === 'tsc'
    ? toolScript('typescript', what)
    : toolScript(what);
const node = otherNode();
if (node === undefined) {
  process.argv.splice(1, 2, script);
  import(pathToFileURL(script).href).catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  });
} else {
  handOver(node, [script, ...args], {}, (message) => {
    process.stderr.write(`${node}: ${message}\n`);
    process.exitCode = 3;
  });
}
