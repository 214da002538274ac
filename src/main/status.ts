/** What the desktop shows of running jobs and experiments: progress in the task bar, a notification at the end, no sleep meanwhile. */
import { Notification, powerSaveBlocker } from 'electron';
import { isEnded, type JobSummary } from '../common/model/jobs';
import { settledTasks, totalTasks } from '../common/model/tasks';
import { visible } from '../common/model/visible';
import type { Engine } from '../engine';
import { shellCount, shellFailure, shellText } from './language';
import { getMainWindow } from './window';

/** @param showJob brings the window to the front, or back, with a job */
export function setupStatus(engine: Engine, showJob: (job: JobSummary) => void, open: () => void): void {
  const running = new Map<number, { settled: number; total: number }>();
  /** Share of the running experiment that is done; `null`: none runs. */
  let experiment: number | null = null;
  let blocker: number | null = null;

  const show = (): void => {
    let settled = 0;
    let total = 0;
    for (const job of running.values()) {
      settled += job.settled;
      total += job.total;
    }
    // Jobs stand still while an experiment runs.
    const share = experiment ?? (running.size === 0 ? -1 : total === 0 ? 2 : settled / total);
    getMainWindow()?.setProgressBar(share);
    if (running.size > 0 || experiment !== null) {
      blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    } else if (blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  };

  engine.on('frame', ({ jobs }) => {
    for (const job of jobs) {
      if (job.state === 'running') {
        running.set(job.jobId, { settled: settledTasks(job.counts), total: totalTasks(job.counts) });
      }
    }
    show();
  });
  engine.on('jobs-changed', (jobs) => {
    for (const job of jobs) {
      if (job.state === 'running') continue;
      const isTold = (isEnded(job.state) && job.state !== 'cancelled') || job.error !== null;
      if (running.delete(job.id) && isTold) notifyJob(job, showJob);
    }
    show();
  });
  engine.on('experiment-frame', ({ runsDone, runsTotal }) => {
    experiment = runsTotal === 0 ? 0 : runsDone / runsTotal;
    show();
  });
  engine.on('experiment-changed', ({ state, title }) => {
    const ran = experiment !== null;
    if (state === 'running') experiment ??= 0;
    else {
      experiment = null;
      if (ran && state !== 'cancelled')
        notify(
          title,
          shellText(state === 'done' ? 'shell.told.experiment' : 'shell.told.experiment-failed'),
          open,
        );
    }
    show();
  });
}

function notifyJob(job: JobSummary, showJob: (job: JobSummary) => void): void {
  const { done, failed } = job.counts;
  const body =
    (job.error === null ? null : shellFailure(job.error)) ??
    (failed > 0
      ? shellText('shell.told.done-failed', { done: shellCount(done), failed: shellCount(failed) })
      : shellText('shell.told.done', { done: shellCount(done) }));
  notify(job.label, body, () => {
    showJob(job);
  });
}

function notify(title: string, body: string, onClick: () => void): void {
  if (getMainWindow()?.isFocused() === true || !Notification.isSupported()) return;
  const notification = new Notification({ title: visible(title), body: visible(body), silent: true });
  notification.on('click', onClick);
  notification.show();
}
