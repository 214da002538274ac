/** Closing the window while jobs run: asked, remembered, and nothing is lost. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { expect } from '@playwright/test';
import { answerDialogs, launch, openPage, serveFiles, test, type App } from './app';

const FILES = 6;

interface Asked {
  readonly message: string;
  readonly buttons: readonly string[];
}

/** Answers the next questions with a button of this name. @returns what was asked so far */
async function answer(electron: ElectronApplication, button: string, remember = false): Promise<void> {
  await electron.evaluate(
    ({ dialog }, [name, checkboxChecked]) => {
      const asked: Asked[] = [];
      Object.assign(globalThis, { asked });
      dialog.showMessageBox = (...given: unknown[]) => {
        const options = given.at(-1) as Asked;
        asked.push(options);
        return Promise.resolve({ response: options.buttons.indexOf(name), checkboxChecked });
      };
    },
    [button, remember] as const,
  );
}

async function asked(electron: ElectronApplication): Promise<readonly string[]> {
  return electron.evaluate(() =>
    (globalThis as unknown as { asked: readonly Asked[] }).asked.map(({ message }) => message),
  );
}

async function closeWindow(electron: ElectronApplication): Promise<void> {
  await electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.close();
  });
}

async function startDownload({ electron, window }: App, url: string, target: string): Promise<void> {
  await openPage(window, 'Downloads');
  await window.getByRole('button', { name: 'New download', exact: true }).first().click();
  const dialog = window.getByRole('dialog');
  const urls = Array.from({ length: FILES }, (_, index) => `${url}/${index}.bin`);
  await dialog.getByLabel(/^Addresses/u).fill(urls.join('\n'));
  await answerDialogs(electron, [target]);
  await dialog.getByRole('button', { name: 'Choose…' }).click();
  await dialog.getByRole('button', { name: `Download ${FILES} files` }).click();
}

test('asked, kept open, sent to the background, and brought back', async ({ folder }) => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const server = await serveFiles(0, () => held);
  const target = join(folder, 'files');
  mkdirSync(target);
  const app = await launch(join(folder, 'data'), { asks: true });
  const { electron, window } = app;
  try {
    await startDownload(app, server.url, target);
    await expect(window.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
    await answer(electron, 'Cancel');
    await closeWindow(electron);
    await expect.poll(() => asked(electron)).toEqual(['A job is still running.']);
    expect(electron.windows()).toHaveLength(1);

    await answer(electron, 'Keep running in the background', true);
    const closed = window.waitForEvent('close');
    await closeWindow(electron);
    await closed;
    release();
    await expect.poll(() => readdirSync(target).filter((name) => !name.startsWith('.'))).toHaveLength(FILES);

    const [again] = await Promise.all([
      electron.waitForEvent('window'),
      electron.evaluate(({ app: shell }) => shell.emit('activate')),
    ]);
    await openPage(again, 'Settings');
    await expect(
      again.getByRole('radiogroup', { name: 'When the window is closed while jobs run' }).getByRole('radio', {
        name: 'Keep running',
      }),
    ).toBeChecked();
    // Nothing runs any more: nobody is asked.
    const ended = electron.waitForEvent('close');
    await closeWindow(electron);
    await ended;
  } finally {
    await server.close();
  }
});

test('the window comes back where it was, unless no screen is there any more', async ({ folder }) => {
  const place = { x: 40, y: 30, width: 900, height: 600 };
  const bounds = (electron: ElectronApplication): Promise<object | undefined> =>
    electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds());
  const put = (electron: ElectronApplication, to: typeof place): Promise<void> =>
    electron.evaluate(({ BrowserWindow }, rectangle) => {
      BrowserWindow.getAllWindows()[0]?.setBounds(rectangle);
    }, to);
  const first = await launch(join(folder, 'data'));
  await put(first.electron, place);
  await first.electron.close();
  const second = await launch(join(folder, 'data'));
  expect(await bounds(second.electron)).toEqual(place);
  await put(second.electron, { ...place, x: 90_000 });
  await second.electron.close();
  const third = await launch(join(folder, 'data'));
  expect(await bounds(third.electron)).toMatchObject({ width: place.width, height: place.height });
  expect(await bounds(third.electron)).not.toMatchObject({ x: 90_000 });
  await third.electron.close();
});

test('paused and quit: the next start goes on', async ({ folder }) => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const server = await serveFiles(0, (path) => (path === '/0.bin' ? Promise.resolve() : held));
  const target = join(folder, 'files');
  mkdirSync(target);
  try {
    const app = await launch(join(folder, 'data'), { asks: true });
    await startDownload(app, server.url, target);
    await expect.poll(() => readdirSync(target).filter((name) => !name.startsWith('.'))).toEqual(['0.bin']);
    await answer(app.electron, 'Pause and quit');
    const ended = app.electron.waitForEvent('close');
    await closeWindow(app.electron);
    await ended;
    release();
    const { electron, window } = await launch(join(folder, 'data'));
    await resume(window);
    await expect.poll(() => readdirSync(target).filter((name) => !name.startsWith('.'))).toHaveLength(FILES);
    await electron.close();
  } finally {
    await server.close();
  }
});

async function resume(window: Page): Promise<void> {
  const banner = window.getByRole('region', { name: 'Interrupted jobs' });
  await banner.getByRole('button', { name: 'Resume' }).click();
}
