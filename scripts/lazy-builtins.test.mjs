import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { withLazyBuiltins } from './lib/lazy-builtins';

/** @returns what was loaded, in order, with what the code says in between */
function run(code) {
  const told = [];
  const require = (name) => {
    told.push(name);
    return { name, hash: () => told.push(`hash of ${name}`), Class: class {} };
  };
  runInNewContext(code, { require, told });
  return told;
}

test('a module of Node is loaded once, at its first use', () => {
  const code = [
    'let node_crypto = require("node:crypto");',
    'let node_crypto$1 = require("node:zlib");',
    'let node_path = require("node:path");',
    'told.push("begins");',
    '(0, node_crypto.hash)();',
    'class Mine extends node_crypto.Class {}',
    'node_crypto$1.hash();',
  ].join('\n');
  const lazy = withLazyBuiltins(code);
  expect(lazy.split('\n')).toHaveLength(code.split('\n').length);
  expect(run(lazy)).toEqual([
    'node:path',
    'begins',
    'node:crypto',
    'hash of node:crypto',
    'node:zlib',
    'hash of node:zlib',
  ]);
});

test('a module that is handed on as a whole is loaded at once', () => {
  const code =
    'let node_http = require("node:http");\ntold.push("begins");\ntold.push(node_http.name, { node_http });';
  expect(withLazyBuiltins(code)).toBe(code);
});
