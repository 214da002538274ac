/** What the engine answers by itself, in whatever its window is shown. */
import type { RequestName } from '../common/ipc';
import { codeSamples, commandText, freeSpace, requestCommand, type Engine } from '../engine';
import type { Handlers } from './answer';

/** Requests that need the place where the window is: its clipboard, its dialogs, its file manager. */
export const SHELL_REQUESTS = [
  'app:info',
  'app:copy-diagnostics',
  'app:show-log',
  'app:licenses',
  'updates:check',
  'updates:download',
  'updates:install',
  'commands:enabled',
  'opening:take',
  'opening:look',
  'jobs:export',
  'jobs:copy-failed',
  'jobs:settle-duplicates',
  'jobs:export-duplicates',
  'jobs:watch',
  'tasks:copy',
  'experiments:export',
  'threads:measure',
  'dialog:pick',
  'manifest:save',
  'web:link',
  'shell:can-show',
  'shell:show',
  'shell:show-saved',
  'shell:open',
] as const satisfies readonly RequestName[];
export type ShellRequestName = (typeof SHELL_REQUESTS)[number];

/** What terminals have unless somebody changes it. */
const shellKind = process.platform === 'win32' ? 'powershell' : 'sh';

export function engineHandlers(engine: Engine): Handlers<Exclude<RequestName, ShellRequestName>> {
  return {
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
    'jobs:findings': ({ jobId }) => engine.findings(jobId),
    'jobs:withheld': ({ jobId }) => engine.withheldText(jobId),
    'jobs:failures': ({ jobId }) => engine.untoldFailures(jobId),
    'jobs:settle-existing': ({ jobId, policy }) => engine.settleExisting(jobId, policy),
    'jobs:duplicates': ({ jobId, offset, limit }) => engine.duplicateGroups(jobId, offset, limit),
    'jobs:run-dry': ({ jobId }) => engine.runDry(jobId),
    'jobs:request': ({ jobId }) => engine.requestOf(jobId),
    'jobs:command': async ({ jobId }) => commandText(await engine.commandOf(jobId), shellKind),
    'requests:command': (request) => commandText(requestCommand(request), shellKind),
    'jobs:statistics': ({ jobId }) => engine.statistics(jobId),
    'tasks:page': (query) => engine.tasksPage(query),
    'tasks:places': ({ first, last, ...query }) => engine.taskPlaces(query, first, last),
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
    'experiments:picture': async ({ experimentId, theme }) =>
      [...(await engine.experiments.exported(experimentId, 'svg', theme))].join(''),
    'experiments:adopt': ({ experimentId }) => engine.experiments.adopt(experimentId),
    'threads:samples': () => codeSamples(),
    'threads:stop-measuring': () => engine.experiments.stopMeasuring(),
    'folders:free': ({ path }) => freeSpace(path),
  };
}
