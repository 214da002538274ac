/** The Electron shell: it opens the engine, gives it a window, and keeps the window harmless. */
import { join } from 'node:path';
import { app, dialog } from 'electron';
import { toErrorData } from '../common/model/errors';
import { Engine, Threads, defaultDataDirectory } from '../engine';
import { flagValue } from './flags';
import { setupIpc } from './ipc';
import { setupMenu } from './menu';
import { registerScheme, serveRenderer } from './protocol';
import { denyEverythingElse } from './security';
import { setupStatus } from './status';
import { setupTheme } from './theme';
import { createMainWindow, focusMainWindow } from './window';

const dataDirectory = flagValue(process.argv, 'data-dir') ?? defaultDataDirectory();

app.setName('Heddle');
// What Windows sorts windows, pins and notifications by: the appId that the installer gives the shortcut.
app.setAppUserModelId('dev.heddle.app');
app.setPath('userData', join(dataDirectory, 'window'));
registerScheme();
denyEverythingElse();

// One window for one data folder: a second start brings the first one forward.
if (!app.requestSingleInstanceLock()) app.exit(0);
else void start();

async function start(): Promise<void> {
  await app.whenReady();
  let engine: Engine;
  try {
    engine = await Engine.open({
      dataDirectory,
      threads: new Threads(join(__dirname, 'worker.cjs')),
      keepsThreads: true,
    });
  } catch (error) {
    const { message } = toErrorData(error, dataDirectory);
    process.stderr.write(`heddle: ${message}\n`);
    if (process.env['HEDDLE_NO_DIALOG'] === undefined) dialog.showErrorBox('Heddle could not start', message);
    app.exit(3);
    return;
  }
  serveRenderer(join(__dirname, '../renderer'));
  setupMenu();
  setupTheme(engine);
  setupIpc(engine, dataDirectory);
  setupStatus(engine);
  createMainWindow(engine);
  app.on('second-instance', focusMainWindow);
  app.on('activate', () => {
    createMainWindow(engine);
  });
  app.on('window-all-closed', () => {
    app.quit();
  });
  closeEngineBeforeQuit(engine);
}

/** Running jobs stop cleanly, keep what is good and can go on at the next start. */
function closeEngineBeforeQuit(engine: Engine): void {
  let closing: 'no' | 'going' | 'done' = 'no';
  app.on('before-quit', (event) => {
    if (closing === 'done') return;
    event.preventDefault();
    if (closing === 'going') return;
    closing = 'going';
    void engine
      .close({ interrupt: true })
      .catch((error: unknown) => {
        process.stderr.write(`heddle: ${toErrorData(error).message}\n`);
      })
      .finally(() => {
        closing = 'done';
        app.quit();
      });
  });
  // Windows says SIGBREAK for Ctrl+Break; SIGHUP is a terminal or a console that was closed.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) {
    process.on(signal, () => {
      app.quit();
    });
  }
}
