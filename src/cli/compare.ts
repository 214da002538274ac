/** `heddle compare …`: the same work in several modes, measured. */
import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { HeddleError } from '../common/model/errors';
import {
  contendersOf,
  MOST_EXPERIMENT_TASKS,
  MOST_REPEATS,
  READY_WORKS,
  USUAL_REPEATS,
  type Contender,
  type ExperimentRequest,
  type ReadyWork,
} from '../common/experiments/experiment';
import { LEAST_RUNS } from '../common/experiments/expected';
import { arePoolsAlone } from '../common/experiments/results';
import {
  DEFAULT_LATENCY_MS,
  hasLatency,
  isJob,
  READY_WORK_TASKS,
  workShows,
  workTitle,
  usualModes,
} from '../common/experiments/works';
import { MAX_WORKERS, type JobRequest } from '../common/model/job-request';
import { MODES, type JobKind, type Mode } from '../common/model/jobs';
import type { Engine } from '../engine';
import { addCopyInputs, copyRequest, type CopyFlags } from './copy-flags';
import {
  addTransferFlags,
  downloadRequest,
  readStandardInput,
  refuseWrongSources,
  whole,
  type DownloadFlags,
} from './download-flags';
import { addHashInputs, hashRequest, type HashInputs } from './hash-commands';
import { givenTextPath } from './given-path';
import type { Report } from './run-experiment';

export interface CompareCommands {
  /** `--json`, `--quiet` and `--data-dir`. */
  readonly outputFlags: (command: Command) => Command;
  readonly open: (flags: { readonly dataDir: string }) => Promise<Engine>;
  /** Is told the exit status. */
  readonly report: (status: number) => void;
}

export interface CompareFlags {
  readonly modes?: readonly Mode[];
  readonly repeats?: number;
  readonly workers: number;
  readonly sizes?: readonly number[];
  readonly best?: true;
  readonly cold?: true;
  readonly adopt?: true;
  readonly report: readonly Report[];
  readonly json?: true;
  readonly quiet?: true;
  readonly dataDir: string;
}

/** The word behind `heddle compare`. */
type WorkName = ReadyWork | JobKind;

/** A job's own mode and workers count for nothing: the contenders have theirs. */
const ANYHOW = { mode: 'pool', workers: null } as const;
const DEFAULT_SIZE = 8;
/** From fewer a size would be taken over that chance chose. */
const LEAST_REPEATS_TO_ADOPT = 3;
/** Longer ones first: a trace is JSON too. */
const ENDINGS: readonly (readonly [ending: string, format: Report['format']])[] = [
  ['.trace.json', 'trace'],
  ['.html', 'html'],
  ['.json', 'json'],
  ['.csv', 'csv'],
  ['.svg', 'svg'],
];

export function addCompareCommand(program: Command, { outputFlags, open, report }: CompareCommands): void {
  const compare = program
    .command('compare')
    .helpCommand(false)
    .description(
      'run the same work in several modes and report what threads gain: your own downloads, files or copies, or built-in work',
    )
    .addHelpText('after', '\nFlags of each: heddle help compare WORK');

  const run = async (flags: CompareFlags, work: ExperimentRequest['work']): Promise<void> => {
    const request = experimentRequest(flags, work);
    if (flags.adopt === true) refuseUnlessSearch(request);
    refuseReports(flags.report, seeHelp(work));
    const engine = await open(flags);
    const { runExperiment } = await import('./run-experiment');
    report(
      await runExperiment(engine, request, {
        json: flags.json === true,
        quiet: flags.quiet === true,
        reports: flags.report,
        adopt: flags.adopt === true,
      }),
    );
  };
  const ownWork = (request: JobRequest): ExperimentRequest['work'] => ({ type: 'job', request });
  const command = (work: WorkName): Command => outputFlags(addCompareFlags(compare.command(work), work));
  /** Of work whose best pool size is of use: there are jobs of its kind. */
  const jobCommand = (work: WorkName): Command =>
    command(work).option(
      '--adopt',
      'use the best pool size from now on: the automatic number of workers for jobs of this kind',
    );

  addTransferFlags(jobCommand('download'))
    .description('compare the modes at downloading; each run begins with an empty folder and new connections')
    .argument('[urls...]', 'http and https URLs')
    .action(async (urls: string[], flags: CompareFlags & DownloadFlags) => {
      refuseWrongSources(urls, flags, 'heddle help compare download');
      const text = flags.input.includes('-') ? await readStandardInput() : null;
      await run(flags, ownWork({ ...downloadRequest(urls, flags, text), ...ANYHOW }));
    });
  addHashInputs(jobCommand('hash'))
    .description('compare the modes at hashing files and folders')
    .action(async (paths: string[], flags: CompareFlags & HashInputs) => {
      const request = await hashRequest(paths, flags, 'heddle help compare hash');
      // Digests that are remembered would be compared with nothing.
      await run(flags, ownWork({ ...request, ...ANYHOW, manifest: null, cache: false }));
    });
  addCopyInputs(jobCommand('copy'))
    .description('compare the modes at copying; each run copies into an empty folder beside the destination')
    .action((paths: string[], flags: CompareFlags & CopyFlags) =>
      run(flags, ownWork({ ...copyRequest(paths, flags, 'heddle help compare copy'), ...ANYHOW })),
    );
  for (const work of READY_WORKS) addReadyWork(isJob(work) ? jobCommand(work) : command(work), work, run);
}

function addReadyWork(
  command: Command,
  work: ReadyWork,
  run: (flags: CompareFlags, work: ExperimentRequest['work']) => Promise<void>,
): void {
  const [title, shows] = [workTitle(work), workShows(work)];
  command
    .summary(`ready-made: ${title.toLowerCase()}`)
    .description(`${title}. ${shows}`)
    .option('--tasks <n>', `of one run (${READY_WORK_TASKS[work]})`, whole(1, MOST_EXPERIMENT_TASKS));
  if (hasLatency(work)) {
    command.option(
      '--latency <ms>',
      `how long the server takes for each answer (${DEFAULT_LATENCY_MS})`,
      whole(0, 10_000),
    );
  }
  command.action((flags: CompareFlags & { readonly tasks?: number; readonly latency?: number }) =>
    run(flags, {
      type: 'ready',
      work,
      ...(flags.tasks === undefined ? {} : { tasks: flags.tasks }),
      ...(flags.latency === undefined ? {} : { latencyMs: flags.latency }),
    }),
  );
}

function addCompareFlags(command: Command, work: WorkName): Command {
  return command
    .option(
      '--modes <list>',
      `of ${MODES.join(', ')}, comma-separated (${usualModes(work).join(',')}); naming one twice checks the measurement itself`,
      modeList,
    )
    .option(
      '--repeats <n>',
      `counted runs of each, after a warm-up (${USUAL_REPEATS}; ${LEAST_RUNS} of what lasts long and varies little)`,
      whole(1, MOST_REPEATS),
    )
    .option(
      '--workers <n>',
      'tasks in flight in each mode but sequential: threads of the pool',
      whole(1, MAX_WORKERS),
      DEFAULT_SIZE,
    )
    .option('--sizes <list>', 'further pool sizes, comma-separated, for a scaling curve', sizeList)
    .option(
      '--best',
      'search for the best pool size: without --modes, pools of doubling sizes (or those of --sizes) and nothing else',
    )
    .option('--cold', 'drop files from the page cache before each run, where the system allows it')
    .addOption(
      new Option(
        '-o, --report <file>',
        'write the result to a file, in the format of its extension: .html, .svg, .csv, .json, .trace.json (for Perfetto); may be given more than once',
      )
        .argParser((path, before: readonly Report[]) => [...before, reportOf(path)])
        .default([], 'standard output alone'),
    );
}

function nameOf(work: ExperimentRequest['work']): WorkName {
  return work.type === 'ready' ? work.work : work.request.kind;
}

function seeHelp(work: ExperimentRequest['work']): string {
  return `See: heddle help compare ${nameOf(work)}`;
}

/** @throws HeddleError where there is nothing to compare */
export function experimentRequest(flags: CompareFlags, work: ExperimentRequest['work']): ExperimentRequest {
  const contenders = contendersFor(flags, nameOf(work));
  if (contenders.length < 2) {
    throw new HeddleError(
      'usage',
      `a comparison takes two modes, or two sizes of the pool. ${seeHelp(work)}`,
    );
  }
  if (contenders.length > 16)
    throw new HeddleError('usage', `a comparison takes 16 modes and sizes at most. ${seeHelp(work)}`);
  return {
    work,
    contenders,
    ...(flags.repeats === undefined ? { fewer: true } : { repeats: flags.repeats }),
    pageCache: flags.cold === true ? 'cold' : 'warm',
  };
}

function contendersFor({ modes, workers, sizes, best }: CompareFlags, work: WorkName): Contender[] {
  if (best !== true) return contendersOf(modes ?? usualModes(work), workers, sizes ?? []);
  const most = Math.max(workers, Math.min(MAX_WORKERS, 2 * availableParallelism()));
  return contendersOf(modes ?? [], workers, sizes ?? doublingSizes(most));
}

/** @throws HeddleError where no best size can be found, so that none could be taken over */
function refuseUnlessSearch({ work, contenders, repeats = USUAL_REPEATS }: ExperimentRequest): void {
  if (arePoolsAlone(contenders) && repeats >= LEAST_REPEATS_TO_ADOPT) return;
  throw new HeddleError(
    'usage',
    `--adopt takes pools alone, of two sizes at least, and ${LEAST_REPEATS_TO_ADOPT} repeats at least: add --best. ${seeHelp(work)}`,
  );
}

/** 1, 2, 4… up to a most, and that. */
function doublingSizes(most: number): number[] {
  const sizes = Array.from({ length: 7 }, (_, power) => 2 ** power).filter((size) => size < most);
  return [...sizes, most];
}

/** Told before the work, not after it: a report that could not be written. */
function refuseReports(reports: readonly Report[], see: string): void {
  const paths = reports.map(({ path }) => path);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw new HeddleError('usage', `${twice} is named twice. ${see}`);
  const lost = paths.find((path) => !existsSync(dirname(path)));
  if (lost !== undefined) {
    throw new HeddleError('usage', `the folder ${dirname(lost)} does not exist; make it, or name another`);
  }
  const folder = paths.find((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
  if (folder !== undefined) {
    throw new HeddleError('usage', `${folder} is a folder; name a file in it. ${see}`);
  }
}

function reportOf(path: string): Report {
  const format = ENDINGS.find(([ending]) => path.toLowerCase().endsWith(ending))?.[1];
  if (format === undefined) {
    throw new InvalidArgumentError(
      `A report ends in ${ENDINGS.map(([ending]) => ending).join(', ')}${path.toLowerCase().endsWith('.png') ? '; PNG is drawn by the window' : ''}.`,
    );
  }
  return { path: givenTextPath(path), format };
}

function modeList(text: string): Mode[] {
  return text.split(',').map((each) => {
    const mode = MODES.find((name) => name === each.trim());
    if (mode === undefined) throw new InvalidArgumentError(`Allowed are ${MODES.join(', ')}.`);
    return mode;
  });
}

function sizeList(text: string): number[] {
  const read = whole(1, MAX_WORKERS);
  return [...new Set(text.split(',').map((each) => read(each)))].sort((a, b) => a - b);
}
