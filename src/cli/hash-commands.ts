/** The commands that read files and change none: hash, verify and duplicates. */
import { existsSync, lstatSync, statSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { DUPLICATE_FORMATS, type DuplicateFormat } from '../common/model/duplicates';
import { HeddleError } from '../common/model/errors';
import type { JobRequest } from '../common/model/job-request';
import { ALGORITHMS, MANIFEST_FORMATS, type Algorithm, type ManifestFormat } from '../common/model/digests';
import type { Mode } from '../common/model/jobs';
import { joinPath } from '../common/model/paths';
import { manifestWriter } from '../engine/formats/manifest';
import { native, type CreateOptions } from '../engine';
import type { RunOptions } from './run-jobs';
import { addWalkFlags, walkRules, type WalkFlags } from './walk-flags';
import { givenPath } from './given-path';
import { hashInput, isInput } from './hash-input';
import { listInput } from './list-input';
import { addFilesFrom, addNull, givenPaths, type NameFlags } from './names-from';

/** What all commands that run tasks have in common. */
export interface TaskCommands {
  readonly taskFlags: (command: Command) => Command;
  /** Makes the job, runs it, and tells what came of it. */
  readonly run: <Flags extends object>(
    flags: Flags,
    request: (how: { mode: Mode; workers: number | null }) => JobRequest,
    options: Partial<RunOptions>,
    given?: Omit<CreateOptions, 'start'>,
  ) => Promise<void>;
}

type HashFlags = HashInputs & {
  readonly output?: string;
  readonly format?: ManifestFormat;
  readonly cache: boolean;
  readonly zero?: true;
  readonly json?: true;
};

type DuplicateFlags = WalkFlags &
  NameFlags & {
    readonly output?: string;
    readonly format: DuplicateFormat;
    readonly cache: boolean;
  };

type VerifyFlags = WalkFlags & {
  readonly root?: string;
  readonly strict?: true;
  readonly ignoreMissing?: true;
  readonly outside?: true;
  readonly algorithm?: Algorithm[];
};

/** What is hashed and how; not what is told of it. */
export function addHashInputs(command: Command): Command {
  return addNull(addFilesFrom(addWalkFlags(command)), 'names of --files-from end in NUL bytes')
    .argument('[paths...]', 'files and folders; - alone is standard input')
    .addOption(algorithmOption('digest algorithm; may be given more than once'));
}

export type HashInputs = WalkFlags & NameFlags & { readonly algorithm?: Algorithm[] };

/** @throws HeddleError where no path is given */
export async function hashRequest(
  paths: readonly string[],
  flags: HashInputs,
  help: string,
): Promise<Pick<Extract<JobRequest, { kind: 'hash' }>, 'kind' | 'paths' | 'algorithms' | 'rules'>> {
  return {
    kind: 'hash',
    paths: await givenPaths(paths, flags, help),
    algorithms: flags.algorithm ?? ['sha256'],
    rules: walkRules(flags),
  };
}

export function addHashCommand(program: Command, { taskFlags, run }: TaskCommands): void {
  addHashInputs(taskFlags(program.command('hash')))
    .description('hash files and folders; the manifest goes to standard output unless -o is given')
    .option('-o, --output <manifest>', 'write the manifest to this file')
    .addOption(
      new Option(
        '--format <format>',
        'manifest format; by default gnu for one algorithm, bsd for several, sfv for crc32, json for a name ending in .json',
      ).choices(MANIFEST_FORMATS),
    )
    .option('--no-cache', 'read every file, even unchanged ones whose digests are known')
    .option('-z, --zero', 'end printed lines with NUL bytes and do not escape names, as sha256sum does')
    .action(async (paths: string[], flags: HashFlags) => {
      const { output, format, json, zero, algorithm = ['sha256'] } = flags;
      if (isInput(paths)) {
        if (format !== undefined) refuseFormat(format, algorithm);
        await hashInput(process.stdin, algorithm, {
          format: format ?? null,
          json: json === true,
          zero: zero === true,
        });
        return;
      }
      const request = await hashRequest(paths, flags, 'heddle help hash');
      const manifestToOutput = output === undefined && json !== true;
      await run(
        flags,
        (how) => {
          if (format !== undefined) refuseFormat(format, request.algorithms);
          return {
            ...request,
            ...how,
            manifest: output === undefined ? null : { path: givenPath(output), format: format ?? null },
            cache: flags.cache,
          };
        },
        { kind: 'hash', manifestToOutput, zero: zero === true, ...(format === undefined ? {} : { format }) },
      );
    });
}

export function addVerifyCommand(program: Command, { taskFlags, run }: TaskCommands): void {
  addWalkFlags(taskFlags(program.command('verify')))
    .description('check files against a manifest of any format, check a bag, or compare two folders')
    .argument(
      '<manifest>',
      'a manifest of sha256sum, b3sum, md5sum…, BSD, SFV, hashdeep or JSON; - reads standard input; the folder of a bag (BagIt); or a folder to compare',
    )
    .argument('[folder]', 'compare the two folders by content')
    .option(
      '--root <dir>',
      'folder that names are relative to; by default that of the manifest, or the current one for -',
    )
    .option('--strict', 'also report files that the manifest does not list')
    .option(
      '--ignore-missing',
      'do not fail for listed files that are missing; fail if nothing is left to check',
    )
    .option('--outside', 'also check names that lead out of the root')
    .addOption(algorithmOption('algorithm of the digests, if the manifest does not say'))
    .action(async (manifest: string, folder: string | undefined, flags: VerifyFlags) => {
      const { algorithm = [] } = flags;
      const input = listInput(manifest);
      const fromInput = input !== null;
      const root = folder ?? flags.root ?? (fromInput ? '.' : undefined);
      if (algorithm.length > 1) {
        throw new HeddleError('usage', 'verify takes one algorithm. See: heddle help verify');
      }
      const isFolder =
        !fromInput &&
        statSync(native(givenPath(manifest)), { throwIfNoEntry: false })?.isDirectory() === true;
      const folders = isFolder && root !== undefined;
      refuseWrongFolders(manifest, folder, isFolder, flags);
      await run(
        flags,
        (how) => ({
          kind: 'verify',
          ...how,
          manifest: fromInput ? null : givenPath(manifest),
          root: root === undefined ? null : givenPath(root),
          strict: flags.strict === true,
          ignoreMissing: flags.ignoreMissing === true,
          outside: flags.outside === true,
          algorithm: algorithm[0] ?? null,
          // Two folders are the same with the same links in them; a manifest lists none.
          rules: { ...(folders ? { links: 'link' } : {}), ...walkRules(flags) },
        }),
        { kind: 'verify' },
        fromInput ? { input } : {},
      );
    });
}

function refuseWrongFolders(
  manifest: string,
  folder: string | undefined,
  isFolder: boolean,
  { root }: VerifyFlags,
): void {
  const wrong = (message: string): HeddleError =>
    new HeddleError('usage', `${message}. See: heddle help verify`);
  if (folder !== undefined && root !== undefined) throw wrong('name the other folder once');
  if (folder !== undefined && !isFolder) throw wrong(`${manifest} is no folder that could be compared`);
  if (isFolder && folder === undefined && root === undefined) {
    if (existsSync(native(joinPath(givenPath(manifest), 'bagit.txt')))) return;
    throw wrong(`${manifest} is a folder and no bag; say with which one it is to be compared`);
  }
}

export function addDuplicatesCommand(program: Command, { taskFlags, run }: TaskCommands): void {
  addNull(
    addFilesFrom(addWalkFlags(taskFlags(program.command('duplicates')))),
    'printed paths end in NUL bytes, and names of --files-from do',
  )
    .description('find files with the same content; nothing is changed')
    .argument('[paths...]', 'files and folders')
    .option('-o, --output <file>', 'write the groups to this file instead of standard output')
    .addOption(new Option('--format <format>', 'of that file').choices(DUPLICATE_FORMATS).default('jsonl'))
    .option('--no-cache', 'read every file that has to be, also those that have not changed since')
    .action(async (paths: string[], flags: DuplicateFlags) => {
      const { output, format } = flags;
      // It may be one of those that are searched; what is no file (a pipe, a device) only takes the lines.
      const there =
        output === undefined ? undefined : lstatSync(native(givenPath(output)), { throwIfNoEntry: false });
      if (there?.isFile() === true || there?.isSymbolicLink() === true) {
        throw new HeddleError('usage', `${output ?? ''} exists already and is left as it is`);
      }
      const given = await givenPaths(paths, flags, 'heddle help duplicates');
      await run(
        flags,
        (how) => ({
          kind: 'hash',
          ...how,
          paths: given,
          algorithms: ['blake3'],
          manifest: null,
          rules: walkRules(flags),
          cache: flags.cache,
          duplicates: true,
        }),
        {
          kind: 'hash',
          nul: flags.null === true,
          ...(output === undefined ? {} : { duplicates: { path: givenPath(output), format } }),
        },
      );
    });
}

/** What the format cannot carry is refused before anything is read. */
function refuseFormat(format: ManifestFormat, algorithms: readonly Algorithm[]): void {
  try {
    manifestWriter(format, algorithms);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new HeddleError('usage', `${message} See: heddle help hash`);
  }
}

export function algorithmOption(description: string): Option {
  return new Option('-a, --algorithm <name>', description).choices(ALGORITHMS).argParser(collectAlgorithm);
}

function collectAlgorithm(value: string, previous: readonly Algorithm[] | undefined): Algorithm[] {
  const plain = value.toLowerCase().replaceAll('-', '');
  const algorithm = ALGORITHMS.find((name) => name.replace('-', '') === plain);
  if (algorithm === undefined) {
    throw new InvalidArgumentError(`Allowed are ${ALGORITHMS.join(', ')}.`);
  }
  return [...new Set([...(previous ?? []), algorithm])];
}
