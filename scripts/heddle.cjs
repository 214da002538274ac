#!/usr/bin/env -S node --max-semi-space-size=4 --max-old-space-size=1024
// The `heddle` command, on little memory (see src/engine/pool/threads.ts). Its syntax is one that an old Node
// understands too, since it is what says so.
'use strict';
const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const { join } = require('node:path');
const { bundledNode } = require('./lib/node.cjs');
const { shareSignals } = require('./lib/signals.cjs');

const root = join(__dirname, '..');
const STATUS_CANNOT_START = 3;

/** better-sqlite3's binary needs Node-API 10 (Node 22.14 and 23.6), and crashes below it. */
function isNodeNewEnough() {
  return Number(process.versions.napi) >= 10;
}

/** Hands everything over to a newer Node: arguments, streams, signals, exit status. */
function runWith(node) {
  const child = spawn(node, [...process.execArgv, __filename, ...process.argv.slice(2)], {
    stdio: 'inherit',
    // Arguments that are not UTF-8 are spoilt by now; the child reads them where this process got them.
    env: Object.assign({}, process.env, { HEDDLE_NODE_CHOSEN: String(process.pid) }),
  });
  const release = shareSignals(child);
  child.once('error', (error) => cannotStart(error.message));
  child.once('exit', (code, signal) => {
    process.exitCode = signal === null ? code : 128 + constants.signals[signal];
    release();
  });
}

function cannotStart(why) {
  process.stderr.write(`heddle: ${why}\n`);
  process.exitCode = STATUS_CANNOT_START;
}

function main() {
  if (!isNodeNewEnough()) {
    const node = bundledNode();
    // Once only: a Node that is still too old must not start itself for ever.
    if (node !== undefined && process.env.HEDDLE_NODE_CHOSEN === undefined) return runWith(node);
    return cannotStart(`needs Node 22.14 or newer, this is ${process.versions.node}`);
  }
  if (!require('./lib/build.cjs').buildIfStale()) return cannotStart('could not be built');
  return require(join(root, 'out/main/cli.cjs'));
}

main();
