/** Joins the stores to the main process: subscribes first, then reads what there is, so that nothing is missed. */
import type { WindowEvents } from '../../common/ipc';
import { text } from '../../common/text/text';
import { request } from '../bridge';
import { runCommand, tellEnabledCommands } from '../commands/actions';
import { showTheme } from '../lib/theme';
import { takeNewestChoices } from './experiment-page';
import { forgetExperiment, loadExperiments, takeExperiment, takeExperimentFrame } from './experiments';
import { takeFrame, takeSummaries } from './frames';
import { tellEnds } from './job-ends';
import { forgetJob, loadAllKinds, mergeJobs } from './jobs';
import { rememberPages, takeDialogChoices } from './memory';
import { offerClipboard, takeOpened } from './opening';
import { dismissNotice, notify, notifyError, noticesStore } from './notices';
import { infoStore, settingsStore } from './settings';
import { speakProgress } from './spoken-progress';
import { takeCostProgress } from './thread-costs';
import { offerUpdate } from './updates';

export function connect(): void {
  const { heddle } = window;
  heddle.on('frame', takeFrame);
  heddle.on('jobs-changed', (jobs) => {
    tellEnds(jobs);
    mergeJobs(jobs);
    takeSummaries(jobs);
  });
  heddle.on('job-removed', ({ jobId }) => {
    forgetJob(jobId);
  });
  heddle.on('settings-changed', (settings) => {
    settingsStore.set(settings);
  });
  heddle.on('experiment-frame', takeExperimentFrame);
  heddle.on('experiment-changed', takeExperiment);
  heddle.on('experiment-removed', ({ experimentId }) => {
    forgetExperiment(experimentId);
  });
  heddle.on('threads-measuring', takeCostProgress);
  heddle.on('notice', notify);
  heddle.on('command', ({ id }) => {
    runCommand(id);
  });
  tellEnabledCommands();
  heddle.on('opening', takeOpened);
  takeOpened();
  heddle.on('clipboard-urls', offerClipboard);
  heddle.on('update-found', ({ version }) => {
    offerUpdate(version);
  });

  heddle.on('connection', showConnection);

  speakProgress();

  settingsStore.subscribe(applyTheme);
  read().then(rememberPages, notifyError);
}

/** After an interruption all is read anew: nobody knows what was missed. */
function showConnection(state: WindowEvents['connection']): void {
  if (state !== 'back') {
    const message = text(state === 'lost' ? 'web.not-reached' : 'web.full');
    notify({ code: 'not-reached', message, retryable: true });
    return;
  }
  for (const { id, message } of noticesStore.get())
    if (message === text('web.not-reached')) dismissNotice(id);
  read().catch(notifyError);
}

async function read(): Promise<void> {
  await Promise.all([
    request('settings:get', undefined).then((settings) => {
      settingsStore.set(settings);
      takeDialogChoices(settings);
    }),
    request('app:info', undefined).then((info) => {
      infoStore.set(info);
      if (info.openingNotice !== null) notify(info.openingNotice);
    }),
    loadAllKinds(),
    loadExperiments(true).then(takeNewestChoices),
  ]);
}

const prefersLight = window.matchMedia('(prefers-color-scheme: light)');
const forcedColours = window.matchMedia('(forced-colors: active)');
prefersLight.addEventListener('change', applyTheme);
forcedColours.addEventListener('change', applyTheme);
applyTheme();

/** The theme of the settings, or the system's, which decides where it says which colours there are. */
function applyTheme(): void {
  const forced = forcedColours.matches;
  const chosen = forced ? 'system' : (settingsStore.get()?.theme ?? 'system');
  const ofSystem = prefersLight.matches ? 'light' : 'dark';
  showTheme(chosen === 'system' ? ofSystem : chosen, forced);
}
