/** Flags that say which entries of a folder are taken. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { HeddleError } from '../common/model/errors';
import { readBytes } from '../common/model/units';
import { LINK_RULES, type LinkRule, type WalkRules } from '../common/model/walk-rules';

export interface WalkFlags {
  readonly include?: string[];
  readonly exclude?: string[];
  readonly gitignore?: true;
  /** False with `--no-hidden`. */
  readonly hidden: boolean;
  readonly links?: LinkRule;
  readonly oneFileSystem?: true;
  /** False with `--no-online-only`. */
  readonly onlineOnly?: boolean;
  readonly minSize?: number;
  readonly maxSize?: number;
}

export function addWalkFlags(command: Command): Command {
  return command
    .option('--include <glob>', 'only files that match; may be given more than once', collect)
    .option('--exclude <glob>', 'skip matching files and folders; may be given more than once', collect)
    .option('--gitignore', 'skip what .gitignore files exclude')
    .option('--no-hidden', 'skip files and folders whose names begin with a dot')
    .addOption(
      new Option('--links <rule>', 'symbolic links inside folders: as links, followed, or left out').choices(
        LINK_RULES,
      ),
    )
    .option('--one-file-system', 'stay on the file system of each folder that was given')
    .option(
      '--no-online-only',
      'leave out files that OneDrive or iCloud would have to fetch (Windows, macOS)',
    )
    .option('--min-size <bytes>', 'skip smaller files; suffixes K, M, G', size)
    .option('--max-size <bytes>', 'skip larger files; suffixes K, M, G', size);
}

export function walkRules(flags: WalkFlags): Partial<WalkRules> {
  const { include, exclude, gitignore, hidden, links, oneFileSystem, onlineOnly, minSize, maxSize } = flags;
  if (minSize !== undefined && maxSize !== undefined && minSize > maxSize)
    throw new HeddleError('usage', '--min-size is more than --max-size, which leaves no file');
  return {
    ...(include === undefined ? {} : { include }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(links === undefined ? {} : { links }),
    gitignore: gitignore === true,
    hidden,
    oneFileSystem: oneFileSystem === true,
    ...(onlineOnly === false ? { onlineOnly } : {}),
    minSize: minSize ?? null,
    maxSize: maxSize ?? null,
  };
}

function collect(value: string, previous: readonly string[] | undefined): string[] {
  if (value === '') throw new InvalidArgumentError('A glob is not empty.');
  return [...(previous ?? []), value];
}

function size(text: string): number {
  const bytes = readBytes(text);
  if (bytes === null) throw new InvalidArgumentError('A size is a number of bytes, or as 10M.');
  return bytes;
}
