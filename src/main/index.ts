/** The Electron shell: it opens the engine, gives it a window, and keeps the window harmless. */
import { join } from 'node:path';
import { app, dialog } from 'electron';
import { toErrorData } from '../common/model/errors';
import { Engine, Threads, defaultDataDirectory } from '../engine';
import { flagValue } from './flags';
import { Closing } from './closing';
import { setupClipboardOffer } from './clipboard-offer';
import { BACKGROUND_FLAG, setupLoginItem } from './login-item';
import { setupIpc } from './ipc';
import { setupLanguage, shellText } from './language';
import { Log } from './log';
import { setupLog } from './setup-log';
import { setupMenu } from './menu';
import { Opening, ownArguments, startArguments, type StartArguments } from './opening';
import { registerScheme, serveRenderer } from './protocol';
import { rpcSwitch } from './rpc';
import { denyEverythingElse } from './security';
import { startSorting } from './sort-process';
import { setupStatus } from './status';
import { setupTheme } from './theme';
import { Updates } from './updates';
import { webSwitch } from './web';
import { setupZoom } from './zoom';

const dataDirectory = flagValue(process.argv, 'data-dir') ?? defaultDataDirectory();

app.setName('Heddle');
// What Windows sorts windows, pins and notifications by: the appId that the installer gives the shortcut.
app.setAppUserModelId('dev.heddle.app');
app.setPath('userData', join(dataDirectory, 'window'));
registerScheme();
denyEverythingElse();

const started: StartArguments = { args: ownArguments(process.argv), directory: process.cwd() };
const opening = new Opening();
// macOS says so before the app is ready, too.
app.on('open-file', (event, path) => {
  event.preventDefault();
  opening.add({ args: [path], directory: '/' });
});
app.on('open-url', (event, url) => {
  event.preventDefault();
  opening.add({ args: [url], directory: '/' });
});

// One window for one data folder: a second start hands over what it was given, and brings the first one forward.
if (!app.requestSingleInstanceLock({ ...started })) app.exit(0);
else void start();

async function start(): Promise<void> {
  await app.whenReady();
  let engine: Engine;
  try {
    engine = await Engine.open({
      dataDirectory,
      threads: new Threads(join(__dirname, 'worker.cjs')),
      startSorting,
      keepsThreads: true,
      waits: true,
    });
  } catch (error) {
    const { message } = toErrorData(error, dataDirectory);
    process.stderr.write(`heddle: ${message}\n`);
    if (process.env['HEDDLE_NO_DIALOG'] === undefined)
      dialog.showErrorBox(shellText('shell.failed-start'), message);
    app.exit(3);
    return;
  }
  serveRenderer(join(__dirname, '../renderer'));
  setupTheme(engine);
  setupZoom(engine);
  const log = new Log(join(dataDirectory, 'logs'));
  const web = webSwitch(engine, dataDirectory, join(__dirname, '..'));
  setupIpc({ engine, dataDirectory, opening, log, updates: new Updates(engine, log), web });
  setupLog(log, engine);
  const servers = [rpcSwitch(engine), web];
  const closing = new Closing(engine, async () => {
    await Promise.all(servers.map((server) => server.close()));
  });
  const open = (): void => {
    closing.openWindow();
  };
  setupMenu(open);
  setupLanguage(engine, () => {
    setupMenu(open);
    closing.renewTray();
  });
  setupStatus(
    engine,
    (job) => {
      opening.show(engine.job(job.id));
    },
    open,
  );
  setupClipboardOffer(engine);
  setupLoginItem(engine);
  engine.keepWaiting();
  if (!process.argv.includes(BACKGROUND_FLAG)) open();
  else closing.startInBackground();
  opening.add(started);
  opening.onAdded = open;
  // From the background, too. What a second start says comes from a program of the same user, and is checked all the same.
  app.on('second-instance', (_event, _argv, _directory, data) => {
    open();
    const given = startArguments(data);
    if (given !== null) opening.add(given);
  });
  app.on('activate', open);
}
