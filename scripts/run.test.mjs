import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { root } from './lib/root.mjs';
import { toolScript } from './lib/tool.cjs';

const NAMES = ['electron-vite', 'eslint', 'playwright', 'prettier', 'vitest'];

/** Runs a module's text in a process of its own. */
function start(text, options = {}) {
  return spawn(process.execPath, ['--input-type=module', '--eval', text], { cwd: root, ...options });
}

async function ended(child) {
  const output = [];
  child.stdout.setEncoding('utf8').on('data', (data) => output.push(data));
  const [status] = await once(child, 'close');
  return { status, stdout: output.join('') };
}

describe('a development tool', () => {
  it.each([...NAMES, 'typescript'])('%s has a script that Node runs', (name) => {
    const script = toolScript(name, name === 'typescript' ? 'tsc' : name);
    expect(existsSync(script)).toBe(true);
    expect(script).toMatch(/\.[cm]?js$|[/\\]tsc$/);
  });

  it('is started without a name that a shell would look for', async () => {
    const { href } = pathToFileURL(join(root, 'scripts/lib/run.mjs'));
    const text = `import { runTool } from '${href}'; process.exitCode = await runTool('prettier', ['--version']);`;
    const { status, stdout } = await ended(start(text, { env: { PATH: '' } }));
    expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
    expect(status).toBe(0);
  });

  it('that is not there is said', () => {
    expect(() => toolScript('no-such-tool')).toThrow(
      'no-such-tool is not in node_modules: npm ci installs it.',
    );
    expect(() => toolScript('vite', 'uglier')).toThrow('The package vite has no command uglier.');
  });

  it('is nowhere in the scripts started by a name that is a .cmd file on Windows', () => {
    const files = ['scripts', 'scripts/lib', 'bench', 'bench/lib', 'bench/cases'].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => /\.[cm]js$/.test(name) && !name.includes('.test.'))
        .map((name) => `${folder}/${name}`),
    );
    expect(files).toContain('scripts/dev.mjs');
    const names = ['npx', 'tsc', ...NAMES].join('|');
    const byName = new RegExp(
      `\\b(spawn|spawnSync|execFile|run|check)\\(\\s*((\\w+|'[^']*'),\\s*)?'(${names})'`,
    );
    const found = files.filter((file) => byName.test(readFileSync(join(root, file), 'utf8')));
    expect(found).toEqual([]);
  });
});

describe.runIf(process.platform !== 'win32')('a script that runs another', () => {
  it.each(['SIGTERM', 'SIGHUP'])('hands %s on, and ends with the status of the other', async (signal) => {
    const { href } = pathToFileURL(join(root, 'scripts/lib/run.mjs'));
    const inner = `process.on('${signal}', () => process.exit(7)); console.log('ready'); setInterval(() => {}, 1000);`;
    const child = start(
      `import { run } from '${href}'; process.exitCode = await run(process.execPath, ['-e', ${JSON.stringify(inner)}]);`,
    );
    const end = ended(child);
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await end).toEqual({ status: 7, stdout: 'ready\n' });
  });
});
