#!/usr/bin/env -S node --max-semi-space-size=4 --max-old-space-size=1024
// The `heddle` command, on little memory (see src/engine/pool/threads.ts). Its syntax is one that an old Node
// understands too, since it is what says so.
'use strict';
const { join } = require('node:path');
const { NEEDS_NEWER, bundledNode, handOver, isNodeNewEnough } = require('./lib/node.cjs');

const root = join(__dirname, '..');
const STATUS_CANNOT_START = 3;

function cannotStart(why) {
  process.stderr.write(`heddle: ${why}\n`);
  process.exitCode = STATUS_CANNOT_START;
}

function main() {
  if (!isNodeNewEnough()) {
    const node = bundledNode();
    // Once only: a Node that is still too old must not start itself for ever.
    if (node !== undefined && process.env.HEDDLE_NODE_CHOSEN === undefined) {
      // Arguments that are not UTF-8 are spoilt by now; the child reads them where this process got them.
      const env = { HEDDLE_NODE_CHOSEN: String(process.pid) };
      return handOver(node, [__filename, ...process.argv.slice(2)], env, cannotStart);
    }
    return cannotStart(NEEDS_NEWER);
  }
  if (!require('./lib/build.cjs').buildIfStale()) return cannotStart('could not be built');
  return require(join(root, 'out/main/cli.cjs'));
}

main();
