/** What the window gives as commands does the same in a terminal. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, type ElectronApplication, type Page } from '@playwright/test';
import type { HeddleBridge, RequestInput } from '../src/common/ipc';
import { createJob, makeTree, openPage, serveFiles, test } from './app';

const CLI = resolve(__dirname, '../out/main/cli.cjs');

/**
 * Runs a command of the window in a shell, on another data folder.
 * @param status that it ends with
 * @returns what is then exported of its job
 */
async function replay(folder: string, command: string, status = 0): Promise<string> {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const script = `#!/bin/bash\nexec '${process.execPath}' '${CLI}' "$1" --data-dir '${join(folder, 'other')}' "\${@:2}"\n`;
  writeFileSync(join(bin, 'heddle'), script, { mode: 0o755 });
  const bash = (text: string): Promise<{ code: number | null; stdout: string }> => {
    const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    const child = spawn('bash', ['-c', text], { env, cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (stdout += piece));
    return new Promise((resolve) => {
      child.on('close', (code) => {
        resolve({ code, stdout });
      });
    });
  };
  expect((await bash(command)).code).toBe(status);
  const jobs = (await bash('heddle jobs --json')).stdout.trim().split('\n');
  const newest = Math.max(...jobs.map((line) => (JSON.parse(line) as { id: number }).id));
  return (await bash(`heddle export ${newest}`)).stdout;
}

/** What rows say of the work: not when it was, nor where what differs between two runs of a download or a copy went. */
function workOf(lines: string): unknown[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ source, state, bytes, digests }) => ({ source, state, bytes, digests: digests ?? null }))
    .sort((a, b) => String(a.source).localeCompare(String(b.source)));
}

async function rowsOf(window: Page, jobId: number): Promise<string> {
  return window.evaluate(async (id) => {
    const { heddle } = globalThis as unknown as { heddle: HeddleBridge };
    const reply = await heddle.invoke('tasks:page', {
      jobId: id,
      state: null,
      search: '',
      offset: 0,
      limit: 500,
    });
    if (!reply.ok) throw new Error(reply.error.message);
    return reply.value.rows.map((row) => JSON.stringify(row)).join('\n');
  }, jobId);
}

function clipboard(electron: ElectronApplication): Promise<string> {
  return electron.evaluate(({ clipboard: board }) => board.readText());
}

test('each job gives the command that does the same, and so does each dialog', async ({ app, folder }) => {
  const { electron, window } = app;
  const server = await serveFiles(0);
  const tree = join(folder, `it's a "tree"`);
  makeTree(tree, 30);
  writeFileSync(join(tree, '.hidden'), 'x');
  const sums = join(folder, 'SUMS');
  writeFileSync(sums, execFileSync('bash', ['-c', 'sha256sum part-0/*'], { cwd: tree }));
  const how = { mode: 'pool', workers: 2 } as const;
  const urls = Array.from({ length: 25 }, (_, index) => `${server.url}/${index}.bin?a=1&b=$HOME`);
  const pages = { download: 'Downloads', hash: 'Hash', verify: 'Verify', copy: 'Copy' } as const;
  const requests: readonly RequestInput<'jobs:create'>[] = [
    {
      kind: 'download',
      ...how,
      urls: [],
      text: urls.join('\n'),
      listFiles: [],
      directory: join(folder, 'files'),
      options: { existing: 'overwrite', digests: ['sha256'], headers: [['X-Key', 's3cret']] },
    },
    {
      kind: 'hash',
      ...how,
      paths: [tree],
      algorithms: ['sha256', 'md5'],
      manifest: null,
      rules: { hidden: false, exclude: ['file-1*'] },
    },
    { kind: 'verify', ...how, manifest: sums, root: tree, strict: true },
    {
      kind: 'copy',
      ...how,
      sources: [tree],
      destination: join(folder, 'copies'),
      layout: 'contents',
      options: { existing: 'overwrite', checksum: true },
    },
  ];
  try {
    for (const request of requests) {
      await openPage(window, pages[request.kind]);
      const job = await createJob(window, request);
      await window.locator(`[data-job="${job.id}"]`).click();
      await expect(window.getByRole('button', { name: 'Cancel', exact: true })).toBeHidden();
      await window.getByRole('button', { name: /^More for/u }).click();
      await window.getByRole('menuitem', { name: 'Copy as command' }).click();
      await expect.poll(() => clipboard(electron)).toContain(`heddle ${request.kind}`);
      const command = await clipboard(electron);
      expect(command).not.toContain('s3cret');
      const rows = await rowsOf(window, job.id);
      // A verification that finds a difference has exit status 1.
      const again = await replay(folder, command, request.kind === 'verify' ? 1 : 0);
      if (request.kind === 'copy') {
        // What the first copy made is there.
        expect(workOf(again).map((work) => (work as { source: string }).source)).toEqual(
          workOf(rows).map((work) => (work as { source: string }).source),
        );
      } else expect(workOf(again)).toEqual(workOf(rows));
      if (request.kind === 'download')
        await expect(window.getByText('The copied command leaves out the header X-Key (-H).')).toBeVisible();
    }

    await openPage(window, 'Hash');
    await window.getByRole('button', { name: 'New hash', exact: true }).click();
    const dialog = window.getByRole('dialog');
    await expect(dialog.getByText('Add at least one file or folder.')).toBeVisible();
    await expect(dialog.getByRole('button', { name: 'Copy as command' })).toBeHidden();
    await electron.evaluate(({ dialog: native }, path) => {
      native.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    }, tree);
    await dialog
      .getByRole('button', { name: /folder/iu })
      .first()
      .click();
    await dialog.getByRole('button', { name: 'Copy as command' }).click();
    await expect.poll(() => clipboard(electron)).toMatch(/^heddle hash -a sha256 --async '.*tree"'$/u);
  } finally {
    await server.close();
  }
});
