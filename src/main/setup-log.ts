/** What goes into the log: starts, ends of jobs, troubles, crashes. No names of files, no URLs but their hosts. */
import { app } from 'electron';
import { isEnded } from '../common/model/jobs';
import type { Engine } from '../engine';
import type { Log } from './log';

export function setupLog(log: Log, engine: Engine): void {
  const { electron, chrome, node } = process.versions;
  log.write(
    `started Heddle ${app.getVersion()} on ${process.platform} ${process.arch} ${process.getSystemVersion()}, Electron ${electron}, Chromium ${chrome}, Node ${node}, SQLite ${engine.sqliteVersion}`,
  );
  if (engine.openingNotice !== null) log.write(`notice ${engine.openingNotice.code}`);
  process.on('uncaughtExceptionMonitor', (error) => {
    log.writeNow(`uncaught ${error.stack ?? error.message}`);
  });
  app.on('render-process-gone', (_event, _contents, { reason, exitCode }) => {
    log.write(`window gone: ${reason}, ${exitCode}`);
  });
  app.on('child-process-gone', (_event, { type, reason, exitCode }) => {
    if (reason !== 'clean-exit') log.write(`process gone: ${type}, ${reason}, ${exitCode}`);
  });
  app.on('will-quit', () => {
    log.writeNow('ended');
  });
  const running = new Set<number>();
  engine.on('jobs-changed', (jobs) => {
    for (const { id, kind, state, mode, counts, error } of jobs) {
      if (state === 'running') {
        if (!running.has(id)) log.write(`job ${id} ${kind} runs, ${mode}`);
        running.add(id);
      } else if (running.delete(id)) {
        const why = error === null ? '' : `: ${error.code}`;
        const what = isEnded(state) ? 'ended' : 'stands still';
        log.write(`job ${id} ${kind} ${what}, ${state}, ${counts.done} done, ${counts.failed} failed${why}`);
      }
    }
  });
  engine.on('experiment-changed', ({ id, state, error }) => {
    if (state !== 'running') log.write(`experiment ${id} ${state}${error === null ? '' : `: ${error.code}`}`);
  });
  engine.on('notice', ({ code, message }) => {
    log.write(`notice ${code}: ${message}`);
  });
}
