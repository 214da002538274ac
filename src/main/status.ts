/** What the desktop shows of running jobs: progress in the task bar, a notification at the end, no sleep meanwhile. */
import { Notification, powerSaveBlocker } from 'electron';
import { isEnded, type JobSummary } from '../common/model/jobs';
import { settledTasks, totalTasks } from '../common/model/tasks';
import { formatCount } from '../common/model/units';
import { visible } from '../common/model/visible';
import type { Engine } from '../engine';
import { getMainWindow } from './window';

/** @param open brings the window to the front, or back */
export function setupStatus(engine: Engine, open: () => void): void {
  const running = new Map<number, { settled: number; total: number }>();
  let blocker: number | null = null;

  const show = (): void => {
    let settled = 0;
    let total = 0;
    for (const job of running.values()) {
      settled += job.settled;
      total += job.total;
    }
    getMainWindow()?.setProgressBar(running.size === 0 ? -1 : total === 0 ? 2 : settled / total);
    if (running.size > 0) {
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
      if (running.delete(job.id) && isTold) notify(job, open);
    }
    show();
  });
}

function notify(job: JobSummary, open: () => void): void {
  if (getMainWindow()?.isFocused() === true || !Notification.isSupported()) return;
  const { done, failed } = job.counts;
  const body =
    job.error?.message ??
    (failed > 0 ? `${formatCount(done)} done, ${formatCount(failed)} failed` : `${formatCount(done)} done`);
  const notification = new Notification({ title: visible(job.label), body: visible(body), silent: true });
  notification.on('click', open);
  notification.show();
}
