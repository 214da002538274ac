import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { buildWorker } from '../engine/testing/build-worker';
import { rawArguments } from './raw-arguments';

test('arguments that are UTF-8 are taken as they are', () => {
  expect(rawArguments(['hash', 'é'], null)).toEqual(['hash', 'é']);
});

test('those of another process are not taken for these', () => {
  expect(rawArguments(['caf\ufffd'], null)).toEqual(['caf\ufffd']);
  expect(rawArguments(['caf\ufffd'], process.pid)).toEqual(['caf\ufffd']);
});

test.runIf(process.platform === 'linux')('bytes that are not UTF-8 are those of the process', async () => {
  const module = await buildWorker(fileURLToPath(new URL('raw-arguments.ts', import.meta.url)));
  const script = `const { rawArguments } = require(${JSON.stringify(module)});
    console.log(JSON.stringify(rawArguments(process.argv.slice(1), null)));`;
  // Only a shell hands such bytes over.
  const told = execFileSync('bash', [
    '-c',
    `exec "$0" -e "$1" "$(printf 'caf\\351')" x "$(printf '\\303\\251\\377')"`,
    process.execPath,
    script,
  ]);
  expect(JSON.parse(told.toString())).toEqual(['caf\udce9', 'x', 'é\udcff']);
});
