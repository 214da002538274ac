/** The real app in the real Electron, on a data folder of its own. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test as base, _electron, expect, type ElectronApplication, type Page } from '@playwright/test';
import type { HeddleBridge, RequestInput } from '../src/common/ipc';
import type { JobSummary } from '../src/common/model/jobs';

const root = resolve(__dirname, '..');

/** Threads that downloads get where nobody chose: as many as cores, from 2 to 8. */
export const DOWNLOAD_WORKERS = Math.max(2, Math.min(8, availableParallelism()));

export interface App {
  readonly electron: ElectronApplication;
  readonly window: Page;
  /** Everything the page printed as an error or a warning, policy violations included. */
  readonly complaints: string[];
}

interface LaunchOptions {
  /** Whether it may ask, in dialogs that stop it until they are answered. */
  readonly asks?: boolean;
  /** What the system's user prefers. */
  readonly language?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export async function launch(
  dataDirectory: string,
  { asks = false, language = 'en', args = [], env = {} }: LaunchOptions = {},
): Promise<App> {
  const executablePath = process.env['HEDDLE_ELECTRON'];
  if (executablePath === undefined)
    throw new Error('HEDDLE_ELECTRON names no Electron: use npm run test:e2e');
  const rootFlags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const electron = await _electron.launch({
    executablePath,
    args: [root, ...rootFlags, `--data-dir=${dataDirectory}`, ...args],
    env: { ...process.env, ...env, HEDDLE_LANGUAGE: language, ...(asks ? {} : { HEDDLE_NO_DIALOG: '1' }) },
  });
  const window = await electron.firstWindow();
  const complaints: string[] = [];
  window.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  window.on('pageerror', (error) => complaints.push(error.message));
  await window.getByRole('navigation').waitFor();
  return { electron, window, complaints };
}

export interface Fixtures {
  /** A folder that is gone when the test has ended. */
  readonly folder: string;
  readonly app: App;
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the pattern to learn what a fixture needs
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-e2e-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  app: async ({ folder }, use) => {
    const app = await launch(join(folder, 'data'));
    await use(app);
    await app.electron.close();
  },
});

/** Answers the next native dialogs with these paths. */
export async function answerDialogs(electron: ElectronApplication, paths: readonly string[]): Promise<void> {
  await electron.evaluate(({ dialog }, filePaths) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [...filePaths] });
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: filePaths[0] ?? '' });
  }, paths);
}

/** Makes a job as the dialogs do. */
export function createJob(window: Page, request: RequestInput<'jobs:create'>): Promise<JobSummary> {
  return window.evaluate(async (given) => {
    const { heddle } = globalThis as unknown as { heddle: HeddleBridge };
    const reply = await heddle.invoke('jobs:create', given);
    if (!reply.ok) throw new Error(reply.error.message);
    return reply.value;
  }, request);
}

export async function openPage(window: Page, name: string): Promise<void> {
  await window.getByRole('navigation', { name: 'Pages' }).getByText(name, { exact: true }).click();
}

/** Waits until the chosen job has ended: its last task may have settled a moment before. */
export async function ended(window: Page, progress: string): Promise<void> {
  await expect(window.getByText(progress)).toBeVisible({ timeout: 30_000 });
  await expect(window.getByRole('button', { name: 'Cancel', exact: true })).toBeHidden();
}

/** Makes a copy of one folder through the dialog. */
export async function startCopy({ electron, window }: App, source: string, target: string): Promise<void> {
  await openPage(window, 'Copy');
  await window.getByRole('button', { name: 'New copy', exact: true }).click();
  const dialog = window.getByRole('dialog');
  await answerDialogs(electron, [source]);
  await dialog
    .getByRole('button', { name: /folder/iu })
    .first()
    .click();
  await dialog.getByRole('textbox', { name: 'To' }).fill(target);
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
}

/**
 * A plain HTTP server of generated files: `/0.bin`, `/1.bin`… each the same at every request.
 * @param hold is awaited before an answer is given
 */
export async function serveFiles(
  latencyMs: number,
  hold: (path: string) => Promise<void> = () => Promise.resolve(),
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    void Promise.all([delay(latencyMs), hold(path)]).then(() => {
      const body = contentOf(path);
      response.writeHead(200, { 'content-length': body.length }).end(body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => {
          done();
        });
        server.closeAllConnections();
      }),
  };
}

export function contentOf(path: string): Buffer {
  const seed = createHash('sha256').update(path).digest();
  return Buffer.concat(Array.from({ length: 40 }, () => seed));
}

export function makeTree(directory: string, files: number): void {
  for (let index = 0; index < files; index++) {
    const folder = join(directory, `part-${index % 20}`);
    if (index < 20) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file-${index}.bin`), randomBytes(500 + (index % 50) * 100));
  }
}

export function filesIn(directory: string): string[] {
  return readdirSync(directory).sort();
}

export function read(path: string): Buffer {
  return readFileSync(path);
}
