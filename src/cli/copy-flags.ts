/** The command that copies, and its flags. */
import { sep } from 'node:path';
import { Option, type Command } from 'commander';
import {
  COPY_POLICIES,
  isWrittenAsContents,
  type CopyOptions,
  type CopyPolicy,
} from '../common/model/copy-options';
import { HeddleError } from '../common/model/errors';
import type { JobRequest } from '../common/model/job-request';
import { joinPath, type FsPath } from '../common/model/paths';
import { MANIFEST_FORMATS, type Algorithm, type ManifestFormat } from '../common/model/digests';
import { algorithmOption, type TaskCommands } from './hash-commands';
import { addWalkFlags, walkRules, type WalkFlags } from './walk-flags';
import { givenPath } from './given-path';

export type CopyFlags = WalkFlags & {
  readonly existing?: CopyPolicy;
  readonly skipExisting?: true;
  /** False with `-T`. */
  readonly targetDirectory?: boolean;
  readonly verify?: true;
  readonly checksum?: true;
  /** False with `--no-sync`. */
  readonly flush?: false;
  readonly dryRun?: true;
  readonly mirror?: true;
  readonly inPlace?: true;
  readonly yes?: true;
  readonly manifest?: string;
  readonly format?: ManifestFormat;
  readonly algorithm?: Algorithm[];
};

/** `--sync` says how tasks run, so that `--no-sync` needs a place of its own. */
class NoSync extends Option {
  override attributeName(): string {
    return 'flush';
  }
}

/** What is copied and how; not what is told of it, and nothing that deletes. */
export function addCopyInputs(command: Command): Command {
  return addWalkFlags(command)
    .argument(
      '<paths...>',
      'one or more sources, then the destination: src goes to dst/src; src/ and src/. copy its contents into dst',
    )
    .option(
      '-T, --no-target-directory',
      'the destination is the copy itself: a file is copied to that name, the contents of a folder go into it',
    )
    .addOption(
      new Option(
        '--existing <policy>',
        'if the target exists and differs: refuse (keep it and fail), skip, overwrite, newer (overwrite older), number (keep both)',
      ).choices(COPY_POLICIES),
    )
    .addOption(new Option('-n, --skip-existing', 'the same as --existing skip').conflicts('existing'))
    .option(
      '--in-place',
      'overwrite in place what cannot be replaced in one step (its folder is read-only, or it is a mount point); an interruption leaves it half-written',
    )
    .option('--verify', 'read every file back from the device and compare, unchanged ones too')
    .option('-c, --checksum', 'compare existing files by content, not by size and time')
    .addOption(new NoSync('--no-sync', 'do not wait for the device: faster, but a power cut may lose files'));
}

export function addCopyCommand(program: Command, { taskFlags, run }: TaskCommands): void {
  addCopyInputs(taskFlags(program.command('copy')))
    .description('copy files and trees; existing files are kept unless you say otherwise')
    .option('--dry-run', 'show what would happen without writing anything')
    .option('--mirror', 'also delete target files that are not in the source; needs --yes')
    .option('--yes', 'delete what --mirror finds; check with --dry-run first')
    .option('--manifest <file>', 'write a manifest of the copied files, computed while copying')
    .addOption(new Option('--format <format>', 'of the manifest').choices(MANIFEST_FORMATS))
    .addOption(algorithmOption('of the manifest (default: sha256); may be given more than once'))
    .action(async (paths: string[], flags: CopyFlags) => {
      const request = copyRequest(paths, flags, 'heddle help copy');
      if (flags.mirror === true && flags.yes !== true && flags.dryRun !== true) {
        throw new HeddleError(
          'usage',
          'a mirror deletes at the target: look at what with --dry-run first, then say --yes. See: heddle help copy',
        );
      }
      const { manifest, format, algorithm } = flags;
      await run(
        flags,
        (how) => ({
          ...request,
          ...how,
          manifest: manifest === undefined ? null : { path: givenPath(manifest), format: format ?? null },
          algorithms: algorithm ?? [],
        }),
        { kind: 'copy', dryRun: flags.dryRun === true },
      );
    });
}

/** Absolute, with a slash at its end where it means what is in a folder. */
function writtenPath(path: string): FsPath {
  const given = givenPath(path);
  return isWrittenAsContents(path, sep) ? joinPath(given, '') : given;
}

/** @throws HeddleError where there is no source or no destination */
export function copyRequest(
  paths: readonly string[],
  flags: CopyFlags,
  help: string,
): Omit<Extract<JobRequest, { kind: 'copy' }>, 'mode' | 'workers'> {
  const destination = paths.at(-1);
  if (destination === undefined || paths.length < 2) {
    throw new HeddleError('usage', `copy needs a source and a destination. See: ${help}`);
  }
  return {
    kind: 'copy',
    sources: paths.slice(0, -1).map(writtenPath),
    destination: writtenPath(destination),
    layout: flags.targetDirectory === false ? 'exact' : 'named',
    options: copyOptions(flags),
    rules: walkRules(flags),
  };
}

export function copyOptions(flags: CopyFlags): Partial<CopyOptions> {
  const existing = flags.existing ?? (flags.skipExisting === true ? 'skip' : undefined);
  return {
    ...(existing === undefined ? {} : { existing }),
    verify: flags.verify === true,
    checksum: flags.checksum === true,
    sync: flags.flush !== false,
    dryRun: flags.dryRun === true,
    mirror: flags.mirror === true,
    inPlace: flags.inPlace === true,
  };
}
