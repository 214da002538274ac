/** The commands and their flags. */
import { Command, Help, Option } from 'commander';
import { COPY_POLICIES, type CopyPolicy } from '../common/model/copy-options';
import { HeddleError } from '../common/model/errors';
import { MAX_WORKERS, type JobRequest } from '../common/model/job-request';
import { MANIFEST_FORMATS } from '../common/model/digests';
import { MODES, type Mode } from '../common/model/jobs';
import { Engine, defaultDataDirectory, type CreateOptions, type Threads } from '../engine';
import {
  addDownloadFlags,
  downloadRequest,
  listFilters,
  refuseWrongSources,
  whole,
  type DownloadFlags,
} from './download-flags';
import { refuseDigitFlags, refuseIdleFlags } from './effects';
import { EXIT } from './exit-status';
import { exportJob, type ExportFlags } from './export-job';
import { addCopyCommand } from './copy-flags';
import { addDuplicatesCommand, addHashCommand, addVerifyCommand, type TaskCommands } from './hash-commands';
import { listJobs } from './list-jobs';
import { tellJob } from './tell-job';
import { addNull, type NameFlags } from './names-from';
import { preview } from './preview';
import { runJobs, type RunOptions } from './run-jobs';
import { addRpcFlags, type RpcFlags } from './rpc-flags';
import { addServeFlags, type ServeFlags } from './serve-flags';
import { VERSION } from './version';
import { addWebFlags, type WebFlags } from './web-flags';
import { givenPath, givenTextPath } from './given-path';

export interface TaskFlags {
  readonly sync?: true;
  readonly async?: true;
  readonly mode?: Mode;
  readonly workers?: number;
  readonly json?: true;
  readonly quiet?: true;
  readonly dataDir: string;
}

function dataFlag(command: Command): Command {
  return command.addOption(
    new Option('--data-dir <dir>', 'where jobs and settings are kept').default(
      defaultDataDirectory(),
      "the app's own",
    ),
  );
}

function outputFlags(command: Command): Command {
  return dataFlag(command)
    .option('--json', 'JSON Lines on standard output')
    .option('--quiet', 'no progress on standard error');
}

export function taskFlags(command: Command): Command {
  return outputFlags(command)
    .addOption(new Option('--sync', 'one task after another').conflicts(['async', 'mode']))
    .addOption(new Option('--async', 'on the pool of worker threads').conflicts(['sync', 'mode']))
    .addOption(new Option('--mode <mode>', 'how tasks run').choices(MODES))
    .option('--workers <n>', 'worker threads', whole(1, MAX_WORKERS));
}

export function chosenMode(flags: TaskFlags): Mode | null {
  return flags.mode ?? (flags.sync ? 'sequential' : flags.async ? 'pool' : null);
}

/**
 * @param words what it is to parse: begins with a command's name, it has that command alone
 * @param report is told the exit status of the command that ran
 * @param out the folder of the build
 */
export async function makeProgram(
  threads: Threads,
  words: readonly string[],
  report: (status: number) => void,
  out = '',
): Promise<Command> {
  const program = new Command('heddle')
    .description(
      'Downloads lists of URLs, hashes folders and copies trees on worker threads that you can watch.',
    )
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: (text) => process.stdout.write(text) })
    .showHelpAfterError(false)
    .helpCommand(false);

  /** @param stays it goes on until it is stopped, with jobs that nobody waits for here */
  const open = async ({ dataDir }: Pick<TaskFlags, 'dataDir'>, { stays = false } = {}): Promise<Engine> => {
    const engine = await Engine.open({
      dataDirectory: givenTextPath(dataDir),
      threads,
      // A script is told by its exit status; a person can make room, or wait for the network.
      waits: stays || (process.stdin.isTTY && process.stderr.isTTY),
      keepsThreads: stays,
    });
    if (engine.openingNotice !== null) process.stderr.write(`heddle: ${engine.openingNotice.message}\n`);
    return engine;
  };

  const create = async (
    flags: TaskFlags,
    request: (how: { mode: Mode; workers: number | null }, engine: Engine) => JobRequest,
    options: Partial<RunOptions> = {},
    given: Omit<CreateOptions, 'start'> = {},
  ): Promise<void> => {
    const engine = await open(flags);
    const work = async (): Promise<readonly number[]> => {
      const kind = options.kind ?? 'download';
      // Verifying is hashing, and a bit.
      const stored = engine.settings.get()[kind === 'verify' ? 'hash' : kind];
      const mode = chosenMode(flags);
      const how = { mode: mode ?? stored.mode, workers: flags.workers ?? stored.workers };
      if (flags.workers !== undefined && how.mode === 'sequential') {
        throw new HeddleError(
          'usage',
          `--workers is for several threads, and the stored setting is Sync: add --async. See: heddle help ${kind}`,
        );
      }
      const { id } = await engine.createJob(request(how, engine), { ...given, start: false });
      return [id];
    };
    report(
      await runJobs(engine, work, { json: flags.json === true, quiet: flags.quiet === true, ...options }),
    );
  };

  const commands: TaskCommands = {
    taskFlags,
    run: (flags, request, options, given) => create(flags as TaskFlags, request, options, given),
  };

  const add: Readonly<Record<string, () => void | Promise<void>>> = {
    download: () => {
      addDownloadFlags(taskFlags(program.command('download')))
        .description('download URLs and lists of URLs')
        .argument('[urls...]', 'http and https URLs')
        .action(async (urls: string[], flags: TaskFlags & DownloadFlags) => {
          refuseWrongSources(urls, flags, 'heddle help download');
          const manifestToOutput = flags.manifest === '-';
          if (manifestToOutput && flags.json === true) {
            throw new HeddleError(
              'usage',
              'a manifest and --json cannot share standard output; give --manifest a file. See: heddle help download',
            );
          }
          const input = flags.input.includes('-') ? process.stdin : null;
          if (flags.dryRun === true) {
            await threads.close();
            const files = flags.input.filter((file) => file !== '-').map((file) => givenPath(file));
            const given = {
              urls,
              input,
              files,
              out: flags.out ?? null,
              format: flags.format ?? null,
              ...listFilters(flags),
            };
            report(await preview(given, flags.json === true));
            return;
          }
          await create(
            flags,
            (how) => ({ ...downloadRequest(urls, flags, null), ...how }),
            { kind: 'download', manifestToOutput, nul: flags.null === true },
            {
              manifest: flags.manifest === undefined || manifestToOutput ? null : givenPath(flags.manifest),
              input,
            },
          );
        });
    },
    hash: () => {
      addHashCommand(program, commands);
    },
    verify: () => {
      addVerifyCommand(program, commands);
    },
    duplicates: () => {
      addDuplicatesCommand(program, commands);
    },
    copy: () => {
      addCopyCommand(program, commands);
    },
    compare: async () => {
      // It brings the catalogue of texts, which would be a tenth of the start of every command.
      const { addCompareCommand } = await import('./compare');
      addCompareCommand(program, { outputFlags, open, report });
    },
    serve: () => {
      addServeFlags(program.command('serve'))
        .description('serve a folder on the loopback address, for trials and comparisons')
        .argument('<dir>', 'the folder')
        .action(async (directory: string, flags: ServeFlags) => {
          // The server's types of files take a tenth of the start of every other command.
          const { serve } = await import('./serve');
          report(await serve(givenTextPath(directory), flags, threads));
        });
    },
    web: () => {
      addWebFlags(dataFlag(program.command('web')))
        .description('show the window in a browser, on this machine or another one')
        .action(async (flags: WebFlags) => {
          const { web } = await import('./web');
          report(await web(() => open(flags, { stays: true }), flags, out));
        });
    },
    rpc: () => {
      addRpcFlags(dataFlag(program.command('rpc')))
        .description("download for programs that speak aria2's RPC: browser extensions, web front ends, apps")
        .action(async (flags: RpcFlags) => {
          const { serveRpc } = await import('./rpc');
          report(await serveRpc(await open(flags, { stays: true }), flags));
        });
    },
    jobs: () => {
      dataFlag(program.command('jobs'))
        .description('list stored jobs; for one job, also how its threads spent their time')
        .argument('[job]', 'job number')
        .option('--json', 'JSON Lines')
        .action(async (id: string | undefined, flags: TaskFlags) => {
          const engine = await open(flags);
          try {
            if (id === undefined) await listJobs(engine, flags.json === true);
            else await tellJob(engine, jobNumber(id), flags.json === true);
          } finally {
            await engine.close({ interrupt: true });
          }
        });
    },
    export: () => {
      dataFlag(program.command('export'))
        .description(
          'export the tasks of a job as JSON Lines or CSV, its digests as a manifest, or the URLs that failed',
        )
        .argument('<job>', 'job number')
        .addOption(
          new Option('--format <format>', 'of the lines')
            .choices(['jsonl', 'csv', ...MANIFEST_FORMATS])
            .default('jsonl'),
        )
        .option(
          '--failed-urls',
          'the URLs (or paths) of failed tasks, one per line; retry also keeps the options of a list',
        )
        .option('-o, --out <file>', 'output file (default: standard output)')
        .action(async (id: string, flags: TaskFlags & ExportFlags) => {
          const engine = await open(flags);
          try {
            report(await exportJob(engine, jobNumber(id), flags));
          } finally {
            await engine.close({ interrupt: true });
          }
        });
    },
    resume: () => {
      addNull(outputFlags(program.command('resume')), 'end printed paths of downloads with NUL bytes')
        .description('continue interrupted or paused jobs; without a job number, all of them')
        .argument('[jobs...]', 'job numbers')
        .action(async (ids: string[], flags: TaskFlags & NameFlags) => {
          const given = ids.map(jobNumber);
          const engine = await open(flags);
          const found = given.length > 0 ? given : resumable(engine);
          if (found.length === 0 && flags.quiet !== true)
            process.stderr.write('There is nothing to resume.\n');
          const status = await runJobs(engine, () => Promise.resolve(found), {
            json: flags.json === true,
            quiet: flags.quiet === true,
            nul: flags.null === true,
          });
          // What may be lost was told; scripts see it by the status.
          const isLost = found.length === 0 && engine.openingNotice !== null;
          engine.forgetLoss();
          report(isLost ? EXIT.failed : status);
        });
    },
    retry: () => {
      addNull(outputFlags(program.command('retry')), 'end printed paths of downloads with NUL bytes')
        .description('run the failed tasks of a job again')
        .argument('<job>', 'job number')
        .addOption(
          new Option(
            '--existing <policy>',
            'for a copy: what to do with targets that differ; a mirror deletes afterwards',
          ).choices(COPY_POLICIES.filter((policy) => policy !== 'refuse')),
        )
        .action(async (id: string, flags: TaskFlags & NameFlags & { readonly existing?: CopyPolicy }) => {
          const engine = await open(flags);
          report(
            await runJobs(engine, () => Promise.resolve([jobNumber(id)]), {
              json: flags.json === true,
              quiet: flags.quiet === true,
              nul: flags.null === true,
              start: (job) =>
                flags.existing === undefined ? engine.retry(job) : engine.settleExisting(job, flags.existing),
            }),
          );
        });
    },
    cancel: () => {
      dataFlag(program.command('cancel'))
        .description('cancel a job that is not running elsewhere; finished files are kept')
        .argument('<job>', 'job number')
        .action(async (id: string, flags: TaskFlags) => {
          const engine = await open(flags);
          try {
            await engine.cancel(jobNumber(id));
          } finally {
            await engine.close({ interrupt: true });
          }
        });
    },
    demo: () => {
      program
        .command('demo')
        .description(
          'download, hash and copy sample files, one by one and on the pool, and compare the times',
        )
        .action(async () => {
          const { runDemo } = await import('./demo');
          report(await runDemo(threads));
        });
    },
    help: () => {
      program
        .command('help')
        .description('show what a command does and its flags')
        .argument('[command...]', 'compare hash, say')
        .action((names: string[]) => {
          const command = commandOf(program, names);
          if (command.names.length < names.length) {
            const isName = names.every((name) => /^[a-z-]+$/u.test(name));
            const what = isName ? `command ${names.join(' ')}` : 'such command';
            throw new HeddleError('usage', `there is no ${what}. See: ${command.help}`);
          }
          command.found.outputHelp();
        });
    },
  };
  // To make one takes as long as it takes to load it; the others are there to be listed.
  const [word = ''] = words;
  for (const name of Object.hasOwn(add, word) && word !== 'help' ? [word] : Object.keys(add))
    await add[name]?.();

  const plainHelp = new Help();
  // Subcommands take these from their parent only when they are told to.
  for (const command of program.commands.flatMap((each) => [each, ...each.commands])) {
    command.configureHelp({
      // Of what may be given more than once and is not given.
      optionDescription: (option) => plainHelp.optionDescription(option).replace(' (default: [])', ''),
    });
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    // Behind a command's own hooks, which read flags from files. Those of `compare` also run for its commands.
    if (command.commands.length > 0) continue;
    command.hook('preAction', () => {
      // Commander's own, of what it was given to parse.
      const { rawArgs } = program as Command & { readonly rawArgs: readonly string[] };
      refuseDigitFlags(command, rawArgs.slice(2));
      refuseIdleFlags(command);
    });
  }
  return program;
}

/** The command that these words begin with, as far as they are names of commands, and which one shows its help. */
export function commandOf(
  program: Command,
  words: readonly string[],
): { readonly found: Command; readonly names: readonly string[]; readonly help: string } {
  let found = program;
  const names: string[] = [];
  for (const word of words) {
    const next = found.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    found = next;
    names.push(word);
  }
  return { found, names, help: ['heddle help', ...names].join(' ') };
}

function jobNumber(text: string): number {
  const id = Number(text);
  if (!Number.isInteger(id) || id < 1) {
    throw new HeddleError('usage', 'A job is named by its number alone. See: heddle jobs');
  }
  return id;
}

function resumable(engine: Engine): number[] {
  const ids: number[] = [];
  for (let offset = 0; ; offset += 500) {
    const { jobs } = engine.listJobs({ kind: null, offset, limit: 500 });
    for (const job of jobs) {
      if (!job.foreign && (job.state === 'interrupted' || job.state === 'paused')) ids.push(job.id);
    }
    if (jobs.length < 500) return ids.reverse();
  }
}
