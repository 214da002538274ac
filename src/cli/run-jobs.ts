/** Runs jobs in the terminal: progress on standard error, results on standard output, an exit status at the end. */
import { isAbsolute, relative } from 'node:path';
import type { ErrorData } from '../common/model/errors';
import type { JobKind } from '../common/model/jobs';
import type { ManifestFormat } from '../common/model/digests';
import { displayPath } from '../common/model/paths';
import { overlapText } from '../common/model/job-gain';
import { totalTasks, type SettledTask, type TaskRow } from '../common/model/tasks';
import { formatCount } from '../common/model/units';
import type { Engine } from '../engine';
import { tellDuplicates, type DuplicateOutput } from './tell-duplicates';
import { EXIT, NotStarted } from './exit-status';
import { answersText } from './export-job';
import { jobSentence } from './job-sentence';
import { summaryLine, taskLine } from '../common/model/json-lines';
import { print, printLines } from './print';
import { onStop } from './stop-signals';
import { fitsOnLine, visible } from '../common/model/visible';
import { withoutCredentials } from './without-credentials';
import { Progress } from './progress';

export interface RunOptions extends DuplicateOutput {
  readonly kind?: JobKind;
  /** Of a copy: what would happen is the result. */
  readonly dryRun?: boolean;
  /** The job's manifest goes to standard output, and nothing else does. */
  readonly manifestToOutput?: boolean;
  /** Its lines end in NUL bytes, and no name is escaped. */
  readonly zero?: boolean;
  /** Of that manifest; otherwise the usual one. */
  readonly format?: ManifestFormat;
  /** How a job is set going; `engine.resume` unless said otherwise. */
  readonly start?: (jobId: number) => Promise<void>;
}

/** Whoever asked for it forgets it, and a job that is resumed was asked for long ago. */
const INSECURE = "warning: servers' certificates are not checked (--insecure)";

/**
 * @param prepare makes or names the jobs; they run one after the other
 * @returns the exit status
 */
export async function runJobs(
  engine: Engine,
  prepare: () => Promise<readonly number[]>,
  options: RunOptions,
): Promise<number> {
  // Whoever waits for an hour is told, where somebody is looking.
  const isSilent = options.quiet && !process.stderr.isTTY;
  const progress = isSilent ? null : new Progress(process.stderr, { waitsAlone: options.quiet });
  // Signals set it while this function waits.
  let interrupted = false as boolean;
  let isMade = false;
  const { promise: stopped, reject: endWaiting } = Promise.withResolvers<never>();
  stopped.catch(() => undefined);
  const stop = (): void => {
    // The second time, whoever waits has lost patience: everything is on disk that needs to be.
    if (interrupted) process.exit(EXIT.interrupted);
    interrupted = true;
    // Whoever writes the list may never end.
    endWaiting(new Error('stopped'));
    void engine.close({ interrupt: true });
  };
  const stopListening = onStop(stop);

  let status: number = EXIT.done;
  try {
    const ids = await Promise.race([prepare(), stopped]).catch((error: unknown) => {
      throw new NotStarted(error);
    });
    isMade = true;
    let kind: JobKind | null = null;
    const printsPaths = (): boolean => kind === 'download' && options.manifestToOutput !== true;
    const unsubscribe = engine.on('tasks-settled', ({ jobId, tasks }) => {
      const prints = printsPaths() && !options.json && options.dryRun !== true;
      if (prints) reportPaths(tasks, progress, options.nul === true);
      for (const { id, state, isNoted, target } of tasks) {
        if (prints && target !== undefined) continue;
        // A row is read from the database only where something is said of it.
        const isSilent = state === 'done' && !printsPaths() && !(kind === 'verify' && isNoted === true);
        if (!options.json && isSilent && options.dryRun !== true) continue;
        const task = engine.task(id);
        if (task === null) continue;
        if (options.json) process.stdout.write(`${JSON.stringify(taskLine(jobId, task))}\n`);
        else if (options.dryRun === true) reportForesight(task, progress);
        else if (kind === 'verify' && task.finding !== null) reportFinding(task, progress);
        // The other half of what is reported as moved.
        else if (task.error?.code === 'moved') continue;
        else reportTask(task, progress);
      }
    });
    const stopNotices = engine.on('notice', ({ code, message }) => {
      if (!code.endsWith('-not-kept') && code !== 'manifest-incomplete') return;
      progress?.clear();
      process.stderr.write(`heddle: ${visible(message)}\n`);
    });
    const stopFrames = engine.on('frame', (frame) => progress?.show(frame));
    for (const id of ids) {
      if (interrupted) {
        sayStopped(id);
        break;
      }
      const summary = engine.job(id);
      ({ kind } = summary);
      if (progress !== null && !options.quiet) {
        progress.warning = summary.insecure ? INSECURE : null;
        // A job may be over before there are any figures to say it beside.
        if (summary.insecure) process.stderr.write(`heddle: ${INSECURE}\n`);
      }
      engine.watch(id);
      const ended = engine.ended(id);
      if (options.dryRun === true && !options.json) await tellFirst(engine, id);
      await (options.start ?? ((job: number) => engine.resume(job)))(id);
      let job = await ended;
      progress?.clear();
      while (engine.waitsForRoom(job)) {
        process.stderr.write(`heddle: ${visible(job.error?.message ?? '')}\n`);
        job = await engine.ended(id);
        progress?.clear();
      }
      if (job.state === 'interrupted' || job.state === 'paused') {
        interrupted = true;
        sayStopped(id);
        break;
      }
      if (job.error !== null) process.stderr.write(`heddle: ${visible(job.error.message)}\n`);
      if (options.manifestToOutput === true) {
        const lines = engine.manifestLines(id, {
          format: options.format ?? null,
          zero: options.zero === true,
        });
        for await (const line of lines) await printLines(line);
        tellGap(engine.manifestGap(id));
      }
      if (job.variant === 'duplicates' && !(await tellDuplicates(engine, job, options))) status = EXIT.failed;
      if (options.json) await print(`${JSON.stringify(summaryLine(job, engine.workersOf(id)))}\n`);
      else if (!options.quiet) {
        const { all: untold } = await engine.untoldFailures(id);
        process.stderr.write(`${jobSentence(job, engine.findings(id), options.dryRun === true, untold)}\n`);
        const overlap = totalTasks(job.counts) > 1 ? overlapText(job.elapsedMs, engine.statistics(id)) : null;
        if (overlap !== null) process.stderr.write(`${overlap}\n`);
        const withheld = engine.withheldText(id);
        if (withheld !== null) process.stderr.write(`heddle: ${withheld}\n`);
        if (job.kind === 'copy' && options.dryRun !== true) await sayHowToDecide(engine, id);
        const answers = kind === 'download' ? answersText(await engine.responses(id)) : '';
        if (answers !== '') process.stderr.write(`${answers}\n`);
      }
      if (job.counts.failed > 0 || job.counts.cancelled > 0 || job.state !== 'done') status = EXIT.failed;
    }
    unsubscribe();
    stopFrames();
    stopNotices();
  } catch (error) {
    // Told to stop while the job was still being made, it says no more than that.
    if (!interrupted) throw error;
    process.stderr.write('heddle: stopped; no job was made yet\n');
  } finally {
    progress?.clear();
    await engine.close({ interrupt: true });
    stopListening();
  }
  // What is still read of a list would keep the process alive.
  if (interrupted && !isMade) process.exit(EXIT.interrupted);
  return interrupted ? EXIT.interrupted : status;
}

/** Where things go is seen best of one of them. */
async function tellFirst(engine: Engine, id: number): Promise<void> {
  const first = await engine.firstOf(id);
  if (first === null) return;
  const below = relative(process.cwd(), first.source);
  const source = below.startsWith('..') || isAbsolute(below) ? first.source : below;
  await print(`${visible(source)} → ${visible(first.target)}\n`);
}

/** The window asks; in the terminal it takes a command. */
async function sayHowToDecide(engine: Engine, id: number): Promise<void> {
  const { existing } = await engine.untoldFailures(id);
  if (existing === 0) return;
  const targets = existing === 1 ? '1 target differs' : `${formatCount(existing)} targets differ`;
  process.stderr.write(
    `heddle: ${targets} from the source; to decide: heddle retry ${id} --existing overwrite (or newer, skip)\n`,
  );
}

function tellGap(gap: ErrorData | null): void {
  if (gap !== null) process.stderr.write(`heddle: ${visible(gap.message)}\n`);
}

function sayStopped(id: number): void {
  process.stderr.write(`heddle: stopped; what is done is kept. Go on with: heddle resume ${id}\n`);
}

/** What did not work is a message. */
function reportTask(task: TaskRow, progress: Progress | null): void {
  // Copying again, most files are the same still: how many is told at the end.
  if (task.state === 'skipped' && (task.finding === 'unchanged' || task.finding === 'withheld')) return;
  if (task.state === 'failed' || task.state === 'skipped') {
    progress?.clear();
    const source = visible(withoutCredentials(task.source));
    const reason = visible(task.error?.message ?? 'no reason was given');
    // Many reasons begin with the path that they are about.
    const text = reason.startsWith(`${source} `) ? reason : `${source}: ${reason}`;
    process.stderr.write(`${task.state}: ${text}\n`);
  }
}

/** Files that were downloaded are results. */
function reportPaths(tasks: readonly SettledTask[], progress: Progress | null, nul: boolean): void {
  const targets = tasks.flatMap(({ target }) => (target === undefined ? [] : [displayPath(target)]));
  if (targets.length === 0) return;
  progress?.clear();
  const shown = nul || process.stdout.isTTY ? targets : targets.filter((target) => fitsOnLine(target));
  const line = (target: string): string =>
    nul ? `${target}\0` : `${process.stdout.isTTY ? visible(target) : target}\n`;
  process.stdout.write(shown.map(line).join(''));
  if (shown.length === targets.length) return;
  for (const target of targets)
    if (!fitsOnLine(target))
      process.stderr.write(`heddle: not listed, which --null (-0) does: ${visible(target)}\n`);
}

/** What differs is the result; why it could not be checked is a message. */
function reportFinding(task: TaskRow, progress: Progress | null): void {
  progress?.clear();
  if (task.state === 'done') {
    process.stderr.write(`${visible(task.error?.message ?? 'no reason was given')}\n`);
    return;
  }
  const nowAt = task.finding === 'moved' ? `: ${task.target ?? ''}` : '';
  process.stdout.write(`${task.finding ?? task.state}: ${visible(task.name + nowAt)}\n`);
  process.stderr.write(`${visible(task.error?.message ?? 'no reason was given')}\n`);
}

/** A line for each entry that would change, or be in the way; why is a message. */
function reportForesight(task: TaskRow, progress: Progress | null): void {
  // Folders are told of only where they cannot be made.
  if (task.finding === 'unchanged' || (task.finding === null && task.state === 'done')) return;
  progress?.clear();
  const what = (task.finding ?? task.state).padEnd(9);
  process.stdout.write(`${what} ${visible(task.target ?? task.source)}\n`);
  // Why a mirror deletes nothing is the same for all of it, and told at the end.
  if (task.error !== null && task.finding !== 'withheld')
    process.stderr.write(`${visible(task.error.message)}\n`);
}
