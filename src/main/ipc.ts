/** Answers the window's requests. Every message is checked for its sender and its shape. */
import { mkdir, writeFile } from 'node:fs/promises';
import { normalize } from 'node:path';
import { clipboard, ipcMain, shell, type IpcMainInvokeEvent } from 'electron';
import { HeddleError, toErrorData } from '../common/model/errors';
import {
  EVENT_NAMES,
  REQUESTS,
  type Reply,
  type RequestInput,
  type RequestName,
  type RequestOutput,
} from '../common/ipc';
import { codeSamples, commandText, experimentText, freeSpace, requestCommand, type Engine } from '../engine';
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
import { lookAt, type Opening } from './opening';
import { isAppUrl } from './security';
import { copyLines, moveToTrash, openFile, showInFolder } from './task-files';
import { getMainWindow, tellWindow } from './window';

/** What terminals have unless somebody changes it. */
const shellKind = process.platform === 'win32' ? 'powershell' : 'sh';

type Handlers = {
  readonly [Name in RequestName]: (
    input: RequestInput<Name>,
  ) => RequestOutput<Name> | Promise<RequestOutput<Name>>;
};

export interface Shell {
  readonly engine: Engine;
  readonly dataDirectory: string;
  readonly opening: Opening;
  readonly log: Log;
}

export function setupIpc({ engine, dataDirectory, opening, log }: Shell): void {
  const handlers: Handlers = {
    'app:info': () => appInfo(engine, dataDirectory),
    'app:copy-diagnostics': async () => {
      await clipboard.writeText(await diagnostics(engine, dataDirectory, log));
    },
    'app:show-log': async () => {
      await mkdir(log.folder, { recursive: true });
      await shell.openPath(log.folder);
    },
    'app:licenses': () => licenses(),
    'commands:enabled': ({ ids }) => {
      enableCommands(ids);
    },
    'opening:take': () => opening.take(),
    'opening:look': ({ paths }) => lookAt(paths),
    'threads:prepare': ({ kind }) => {
      engine.prepareThreads(kind);
    },
    'settings:get': () => engine.settings.get(),
    'settings:set': (patch) => engine.settings.set(patch),
    'jobs:list': (query) => engine.listJobs(query),
    'jobs:create': (request) => engine.createJob(request),
    'lists:preview': (list) => engine.previewList(list),
    'copies:first': (request) => engine.firstCopied(request),
    'jobs:pause': ({ jobId }) => engine.pause(jobId),
    'jobs:resume': ({ jobId }) => engine.resume(jobId),
    'jobs:cancel': ({ jobId }) => engine.cancel(jobId),
    'jobs:unfinished': () => engine.unfinished(),
    'jobs:move': ({ jobId, before }) => {
      engine.move(jobId, before);
    },
    'jobs:start-at': ({ jobId, atMs }) => engine.startAt(jobId, atMs),
    'jobs:pause-all': () => engine.pauseAll(),
    'jobs:resume-all': () => engine.resumeAll(),
    'jobs:retry': ({ jobId, places }) => engine.retry(jobId, places),
    'jobs:rename': ({ jobId, label }) => {
      engine.rename(jobId, label);
    },
    'jobs:remove': ({ jobId }) => engine.remove(jobId),
    'jobs:resize': ({ jobId, workers }) => {
      engine.resize(jobId, workers);
    },
    'jobs:connect': ({ jobId, connections }) => engine.connect(jobId, connections),
    'jobs:limit': ({ jobId, rate }) => {
      engine.limitRate(jobId, rate);
    },
    'jobs:responses': ({ jobId }) => engine.responses(jobId),
    'jobs:hosts': ({ jobId }) => engine.hosts(jobId),
    'jobs:export': async ({ jobId, format }) => {
      const path = await pickExportPath(engine.job(jobId), format);
      if (path !== null) await engine.writeExport(jobId, format, path);
      return path;
    },
    'jobs:copy-failed': ({ jobId }) => copyLines(engine.exportLines(jobId, 'failed-urls')),
    'jobs:findings': ({ jobId }) => engine.findings(jobId),
    'jobs:withheld': ({ jobId }) => engine.withheldText(jobId),
    'jobs:failures': ({ jobId }) => engine.untoldFailures(jobId),
    'jobs:settle-existing': ({ jobId, policy }) => engine.settleExisting(jobId, policy),
    'jobs:duplicates': ({ jobId, offset, limit }) => engine.duplicateGroups(jobId, offset, limit),
    'jobs:settle-duplicates': (order) => engine.settleDuplicates(order, moveToTrash),
    'jobs:export-duplicates': async ({ jobId, format }) => {
      const path = await pickDuplicatesPath(engine.job(jobId), format);
      if (path !== null) await engine.writeDuplicates(jobId, format, path);
      return path;
    },
    'jobs:run-dry': ({ jobId }) => engine.runDry(jobId),
    'jobs:request': ({ jobId }) => engine.requestOf(jobId),
    'jobs:command': async ({ jobId }) => commandText(await engine.commandOf(jobId), shellKind),
    'requests:command': (request) => commandText(requestCommand(request), shellKind),
    'jobs:statistics': ({ jobId }) => engine.statistics(jobId),
    'jobs:watch': ({ jobId }) => {
      engine.watch(jobId);
      return jobId === null ? null : engine.snapshot(jobId);
    },
    'tasks:page': (query) => engine.tasksPage(query),
    'tasks:places': ({ first, last, ...query }) => engine.taskPlaces(query, first, last),
    'tasks:copy': ({ jobId, places, what, sort }) => copyLines(engine.rowLines(jobId, places, what, sort)),
    'tasks:with-digest': ({ jobId, digest }) => engine.withDigest(jobId, digest),
    'tasks:get': ({ taskId }) => engine.task(taskId),
    'tasks:failed-attempts': ({ taskId }) => engine.failedAttempts(taskId),
    'tasks:expected': ({ taskId }) => engine.expected(taskId),
    'experiments:list': ({ offset, limit }) => engine.experiments.list(offset, limit),
    'experiments:get': ({ experimentId }) => engine.experiments.get(experimentId),
    'experiments:timelines': ({ experimentId }) => engine.experiments.timelines(experimentId),
    'experiments:start': (request) => engine.experiments.start(request),
    'experiments:cancel': ({ experimentId }) => engine.experiments.cancel(experimentId),
    'experiments:remove': ({ experimentId }) => {
      engine.experiments.remove(experimentId);
    },
    'experiments:export': async ({ experimentId, format, theme, picture }) => {
      const path = await pickExperimentPath(engine.experiments.get(experimentId), format);
      if (path === null) return null;
      if (format === 'png') await writeFile(path, Buffer.from(picture ?? '', 'base64'));
      else await engine.experiments.write(experimentId, format, path, theme);
      return path;
    },
    'experiments:picture': ({ experimentId, theme }) => {
      const { experiments } = engine;
      const text = experimentText(
        experiments.get(experimentId),
        experiments.timelines(experimentId),
        'svg',
        theme,
      );
      return [...text].join('');
    },
    'experiments:adopt': ({ experimentId }) => engine.experiments.adopt(experimentId),
    'threads:samples': () => codeSamples(),
    'threads:measure': () => engine.experiments.measureThreads(startCostProcess),
    'threads:stop-measuring': () => engine.experiments.stopMeasuring(),
    'folders:free': ({ path }) => freeSpace(path),
    'dialog:pick': ({ purpose }) => pick(purpose),
    'manifest:save': async ({ jobId, format }) => {
      const path = await pickManifestPath(engine.job(jobId), format);
      if (path !== null) await engine.writeManifest(jobId, path, format);
      return path;
    },
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
  ipcMain.handle(name, async (event, input: unknown): Promise<Reply<RequestOutput<Name>>> => {
    try {
      assertTrusted(event);
      const parsed = REQUESTS[name].input.safeParse(input);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        const where = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
        throw new HeddleError('bad-request', `The request ${name} was not understood${where}.`);
      }
      return { ok: true, value: await handlers[name](parsed.data as RequestInput<Name>) };
    } catch (error) {
      return { ok: false, error: toErrorData(error) };
    }
  });
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
