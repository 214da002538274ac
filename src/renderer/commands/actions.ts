/** What the commands do, and whether they can be done now. */
import { text } from '../../common/text/text';
import { commandOf, type CommandId } from '../../common/commands/commands';
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { nextZoom } from '../../common/model/settings';
import { COMMANDS_HERE } from './here';
import { request } from '../bridge';
import { isPageKind, type Page, type PageKind } from '../kinds';
import {
  cancelJob,
  canRetry,
  copyFailedUrls,
  copyJobCommand,
  exportJob,
  pauseJob,
  resumeJob,
  retryJob,
  showInFolder,
} from '../state/actions';
import { experimentWithJob } from '../state/experiment-page';
import { jobsStore } from '../state/jobs';
import { closeToast, notifyError, toast, toastsStore } from '../state/notices';
import { offerPaths } from '../state/opening';
import { clearFinished, isFinished, removeJobs } from '../state/removing';
import { canMove, moveInQueue, pauseAll, queueOf, resumeAll } from '../state/queue';
import { changeSettings, settingsStore } from '../state/settings';
import { checkForUpdates } from '../state/updates';
import { closeDialog, goTo, openDialog, shownJob, uiStore } from '../state/ui';

interface Action {
  readonly can?: () => boolean;
  readonly run: () => void;
}

/** Something done to the job that the page shows. */
function ofJob(can: (job: JobSummary) => boolean, run: (job: JobSummary) => void): Action {
  return {
    can: () => {
      const job = shownJob();
      return job !== null && can(job);
    },
    run: () => {
      const job = shownJob();
      if (job !== null) run(job);
    },
  };
}

function page(to: Page): Action {
  return {
    run: () => {
      goTo(to);
    },
  };
}

function create(kind: PageKind): Action {
  return {
    run: () => {
      goTo(kind);
      openDialog({ type: 'new', kind });
    },
  };
}

function zoom(next: (zoom: number) => number): Action {
  return {
    run: () => {
      const settings = settingsStore.get();
      if (settings !== null) changeSettings({ zoom: next(settings.zoom) });
    },
  };
}

function theme(name: 'system' | 'dark' | 'light'): Action {
  return {
    run: () => {
      changeSettings({ theme: name });
    },
  };
}

function search(): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>('main input[type="search"]');
}

const ACTIONS: Readonly<Record<CommandId, Action>> = {
  new: {
    run: () => {
      const { page: current } = uiStore.get();
      openDialog({ type: 'new', kind: isPageKind(current) ? current : 'download' });
    },
  },
  'new-download': create('download'),
  'new-hash': create('hash'),
  'new-verify': create('verify'),
  'new-copy': create('copy'),
  'job-pause': ofJob(
    ({ state, foreign }) => !foreign && (state === 'running' || state === 'queued'),
    ({ id }) => {
      pauseJob(id);
    },
  ),
  'job-resume': ofJob(
    ({ state, foreign }) => !foreign && (state === 'paused' || state === 'interrupted'),
    ({ id }) => {
      resumeJob(id);
    },
  ),
  'job-cancel': ofJob(
    ({ state, foreign }) => !foreign && !isEnded(state),
    ({ id }) => {
      cancelJob(id);
    },
  ),
  'job-start-at': ofJob(
    ({ state, foreign }) => !foreign && !isEnded(state),
    ({ id }) => {
      openDialog({ type: 'start-at', jobId: id });
    },
  ),
  'job-move-up': ofJob(
    ({ id }) => canMove(id, -1),
    ({ id }) => {
      moveInQueue(id, -1);
    },
  ),
  'job-move-down': ofJob(
    ({ id }) => canMove(id, 1),
    ({ id }) => {
      moveInQueue(id, 1);
    },
  ),
  'pause-all': {
    can: () => queueOf(jobsStore.get()).some(({ state }) => state === 'running' || state === 'queued'),
    run: pauseAll,
  },
  'resume-all': {
    can: () => queueOf(jobsStore.get()).some(({ state }) => state === 'paused' || state === 'interrupted'),
    run: resumeAll,
  },
  'job-retry': ofJob(canRetry, ({ id }) => {
    retryJob(id);
  }),
  'job-show': ofJob(
    () => true,
    ({ id }) => {
      showInFolder(id, null);
    },
  ),
  'job-rename': ofJob(
    () => true,
    ({ id }) => {
      openDialog({ type: 'rename', jobId: id });
    },
  ),
  'job-compare': ofJob(
    () => true,
    ({ id, label }) => {
      experimentWithJob(id, label);
    },
  ),
  'job-copy-command': ofJob(
    () => true,
    ({ id }) => {
      copyJobCommand(id);
    },
  ),
  'job-copy-failed': ofJob(
    ({ kind, counts }) => kind === 'download' && counts.failed > 0,
    ({ id }) => {
      copyFailedUrls(id);
    },
  ),
  'job-export-csv': ofJob(
    () => true,
    ({ id }) => {
      exportJob(id, 'csv');
    },
  ),
  'job-export-jsonl': ofJob(
    () => true,
    ({ id }) => {
      exportJob(id, 'jsonl');
    },
  ),
  'job-remove': ofJob(
    ({ state }) => isEnded(state),
    (job) => {
      removeJobs([job]);
    },
  ),
  'clear-finished': {
    can: () => [...jobsStore.get().byId.values()].some(isFinished),
    run: () => {
      const { page: current } = uiStore.get();
      clearFinished(isPageKind(current) ? current : null);
    },
  },
  'undo-toast': {
    can: () => toastsStore.get().some(({ action }) => action?.undoes === true),
    run: () => {
      const last = toastsStore.get().findLast(({ action }) => action?.undoes === true);
      if (last !== undefined) closeToast(last.id, true);
    },
  },
  'go-to-toast': {
    can: () => toastsStore.get().length > 0,
    run: () => {
      document.querySelector<HTMLElement>('[data-toasts] li:last-child button')?.focus();
    },
  },
  open: {
    run: () => {
      request('dialog:pick', { purpose: 'anything' }).then((paths) => {
        if (paths.length > 0) offerPaths(paths.map((path) => ({ path, isFolder: false })));
      }, notifyError);
    },
  },
  'page-download': page('download'),
  'page-hash': page('hash'),
  'page-verify': page('verify'),
  'page-copy': page('copy'),
  'page-compare': page('compare'),
  'page-history': page('history'),
  'page-threads': page('threads'),
  'page-settings': page('settings'),
  palette: {
    run: () => {
      openDialog({ type: 'palette' });
    },
  },
  find: {
    can: () => search() !== null,
    run: () => {
      search()?.focus();
    },
  },
  'zoom-in': zoom((now) => nextZoom(now, 'in')),
  'zoom-out': zoom((now) => nextZoom(now, 'out')),
  'zoom-reset': zoom(() => 100),
  'theme-system': theme('system'),
  'theme-dark': theme('dark'),
  'theme-light': theme('light'),
  'copy-diagnostics': {
    run: () => {
      request('app:copy-diagnostics', undefined).then(() => {
        toast(text('done.diagnostics'));
      }, notifyError);
    },
  },
  'show-log': {
    run: () => {
      request('app:show-log', undefined).catch(notifyError);
    },
  },
  'check-updates': { run: checkForUpdates },
  licenses: {
    run: () => {
      openDialog({ type: 'licenses' });
    },
  },
  shortcuts: {
    run: () => {
      openDialog({ type: 'shortcuts' });
    },
  },
};

export function canRun(id: CommandId): boolean {
  return ACTIONS[id].can?.() ?? true;
}

/**
 * Does it, if it can be done now. While a dialog is open that holds for few commands; the palette gives way to what was
 * chosen in it.
 */
export function runCommand(id: CommandId): void {
  const { dialog } = uiStore.get();
  if (dialog?.type === 'palette') closeDialog();
  else if (dialog !== null && commandOf(id).always !== true) return;
  if (canRun(id)) ACTIONS[id].run();
}

/** From now on the menu bar shows what can be done. */
export function tellEnabledCommands(): void {
  let told = '';
  let isAsked = false;
  const tell = (): void => {
    isAsked = false;
    // The search field comes with what was drawn last; in the menu it is always there.
    const ids = COMMANDS_HERE.map((command) => command.id).filter((id) => id === 'find' || canRun(id));
    if (told === ids.join(' ')) return;
    told = ids.join(' ');
    request('commands:enabled', { ids }).catch(notifyError);
  };
  const ask = (): void => {
    if (isAsked) return;
    isAsked = true;
    queueMicrotask(tell);
  };
  uiStore.subscribe(ask);
  jobsStore.subscribe(ask);
  toastsStore.subscribe(ask);
  ask();
}
