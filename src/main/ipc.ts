/** Answers the window's requests. Every message is checked for its sender and its shape. */
import { mkdir, writeFile } from 'node:fs/promises';
import { normalize } from 'node:path';
import { clipboard, ipcMain, shell, type IpcMainInvokeEvent } from 'electron';
import { EVENT_NAMES, REQUESTS, type RequestName } from '../common/ipc';
import { HeddleError } from '../common/model/errors';
import type { Engine } from '../engine';
import { replyOf, understood, type Handlers } from '../requests/answer';
import { engineHandlers } from '../requests/engine-handlers';
import { lookAt } from '../requests/look-at';
import type { Web } from '../web';
import { appInfo } from './app-info';
import {
  pick,
  pickDuplicatesPath,
  pickExperimentPath,
  pickExportPath,
  pickManifestPath,
  wasSaved,
} from './dialogs';
import { startCostProcess } from './cost-process';
import { diagnostics } from './diagnostics';
import { licenses } from './licenses';
import type { Log } from './log';
import { enableCommands } from './menu';
import type { Opening } from './opening';
import type { ServerSwitch } from './server-switch';
import { isAppUrl } from './security';
import { copyLines, moveToTrash, openFile, showInFolder } from './task-files';
import type { Updates } from './updates';
import { getMainWindow, tellWindow } from './window';

export interface Shell {
  readonly engine: Engine;
  readonly dataDirectory: string;
  readonly opening: Opening;
  readonly log: Log;
  readonly web: ServerSwitch<Web>;
  readonly updates: Updates;
}

export function setupIpc({ engine, dataDirectory, opening, log, updates, web }: Shell): void {
  const handlers: Handlers = {
    ...engineHandlers(engine),
    'app:info': () => appInfo(engine, dataDirectory, updates.areKnown),
    'app:copy-diagnostics': async () => {
      await clipboard.writeText(await diagnostics(engine, dataDirectory, log));
    },
    'app:show-log': async () => {
      await mkdir(log.folder, { recursive: true });
      await shell.openPath(log.folder);
    },
    'app:licenses': () => licenses(),
    'updates:check': () => updates.check(),
    'updates:download': () => updates.download(),
    'updates:install': () => {
      updates.install();
    },
    'commands:enabled': ({ ids }) => {
      enableCommands(ids);
    },
    'opening:take': () => opening.take(),
    'opening:look': ({ paths }) => lookAt(paths),
    'jobs:export': async ({ jobId, format }) => {
      const path = await pickExportPath(engine.job(jobId), format);
      if (path !== null) await engine.writeExport(jobId, format, path);
      return path;
    },
    'jobs:copy-failed': ({ jobId }) => copyLines(engine.exportLines(jobId, 'failed-urls')),
    'jobs:settle-duplicates': (order) => engine.settleDuplicates(order, moveToTrash),
    'jobs:export-duplicates': async ({ jobId, format }) => {
      const path = await pickDuplicatesPath(engine.job(jobId), format);
      if (path !== null) await engine.writeDuplicates(jobId, format, path);
      return path;
    },
    'jobs:watch': ({ jobId }) => {
      engine.watch(jobId);
      return jobId === null ? null : engine.snapshot(jobId);
    },
    'tasks:copy': ({ jobId, places, what, sort }) => copyLines(engine.rowLines(jobId, places, what, sort)),
    'experiments:export': async ({ experimentId, format, theme, picture }) => {
      const path = await pickExperimentPath(engine.experiments.get(experimentId), format);
      if (path === null) return null;
      if (format === 'png') await writeFile(path, Buffer.from(picture ?? '', 'base64'));
      else await engine.experiments.write(experimentId, format, path, theme);
      return path;
    },
    'threads:measure': () => engine.experiments.measureThreads(startCostProcess),
    'dialog:pick': ({ purpose }) => pick(purpose),
    'manifest:save': async ({ jobId, format }) => {
      const path = await pickManifestPath(engine.job(jobId), format);
      if (path !== null) await engine.writeManifest(jobId, path, format);
      return path;
    },
    'web:link': async () => (await web.running())?.link() ?? null,
    'shell:can-show': ({ jobId, taskId }) => engine.isThere(jobId, taskId),
    'shell:show': ({ jobId, taskId }) => showInFolder(engine, jobId, taskId),
    'shell:show-saved': ({ path }) => {
      if (!wasSaved(path)) throw new HeddleError('bad-request', 'Heddle did not save this file.');
      shell.showItemInFolder(normalize(path));
    },
    'shell:open': ({ jobId, taskId }) => openFile(engine, jobId, taskId),
  };
  for (const name of Object.keys(REQUESTS) as RequestName[]) handle(name, handlers);
  for (const name of EVENT_NAMES) {
    engine.on(name, (payload) => {
      tellWindow(name, payload);
    });
  }
}

function handle<Name extends RequestName>(name: Name, handlers: Handlers): void {
  ipcMain.handle(name, (event, input: unknown) =>
    replyOf(() => {
      assertTrusted(event);
      return handlers[name](understood(name, input));
    }),
  );
}

/** Only the main frame of our own window, showing our own pages, may ask. */
function assertTrusted(event: IpcMainInvokeEvent): void {
  const window = getMainWindow();
  const frame = event.senderFrame;
  if (
    window === null ||
    frame === null ||
    event.sender !== window.webContents ||
    frame.parent !== null ||
    !isAppUrl(frame.url)
  ) {
    throw new HeddleError('untrusted-sender', 'This request did not come from the Heddle window.');
  }
}
