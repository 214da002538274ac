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
    const parent = process.env.HANDED_OVER_BY;
    console.log(JSON.stringify(rawArguments(process.argv.slice(1), parent === undefined ? null : Number(parent))));`;
  // Only a shell hands such bytes over.
  const told = (code: string, ...more: string[]): unknown =>
    JSON.parse(
      execFileSync('bash', [
        '-c',
        `exec "$0" -e "$1" "$(printf 'caf\\351')" x "$(printf '\\303\\251\\377')" "\${@:2}"`,
        process.execPath,
        code,
        ...more,
      ]).toString(),
    );
  expect(told(script)).toEqual(['caf\udce9', 'x', 'é\udcff']);
  // Through another Node, which has lost them.
  const handOver = `require('node:child_process').spawnSync(process.execPath, ['-e', process.argv.at(-1), ...process.argv.slice(1)],
    { stdio: 'inherit', env: { ...process.env, HANDED_OVER_BY: String(process.pid) } });`;
  expect(told(handOver, script)).toEqual(['caf\udce9', 'x', 'é\udcff', script]);
});
