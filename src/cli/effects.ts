/**
 * Where each flag of each command has an effect. One that has none where it is given is refused, with the reason: who
 * gave it believes that it does something. What is here of no flag fails a test, so that no new one is forgotten.
 *
 * A dry run takes the flags of the run that it stands for.
 */
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { HeddleError } from '../common/model/errors';
import { native } from '../engine';
import { givenPath } from './given-path';

/** What was given on a command line. */
interface Given {
  /** The value of a flag, by its long name. */
  readonly value: (flag: string) => unknown;
  readonly has: (flag: string) => boolean;
  /** The arguments that are no flags. */
  readonly args: readonly string[];
}

/** @returns why the flag has no effect, to follow its name; `null` where it has one */
type Effect = (given: Given) => string | null;
type Effects = Readonly<Record<string, Effect>>;

export const always: Effect = () => null;

function unless(isIdle: (given: Given) => boolean, why: string): Effect {
  return (given) => (isIdle(given) ? why : null);
}

/** The first reason counts. */
function first(...effects: readonly Effect[]): Effect {
  return (given) => {
    for (const effect of effects) {
      const why = effect(given);
      if (why !== null) return why;
    }
    return null;
  };
}

function needs(flag: string, why: string): Effect {
  return unless(({ has }) => !has(flag), why);
}

function clashes(flag: string, why: string): Effect {
  return unless(({ has }) => has(flag), why);
}

const STORED: Effects = { '--data-dir': always };
const OUTPUT: Effects = { ...STORED, '--json': always, '--quiet': always };

const isSequential: (given: Given) => boolean = ({ has, value }) =>
  has('--sync') || value('--mode') === 'sequential';
const HOW: Effects = {
  ...OUTPUT,
  '--sync': always,
  '--async': always,
  '--mode': always,
  '--workers': unless(isSequential, 'is for several threads, and sequential work has one'),
};

/** Neither marks files nor keeps them online. */
const isPlain = (): boolean => !['win32', 'darwin'].includes(process.platform);
const needsCloud = unless(isPlain, 'is for Windows and macOS; this system keeps no files online alone');

function isFolder(path: string): boolean {
  try {
    return statSync(native(givenPath(path))).isDirectory();
  } catch {
    // Whatever it is, somebody else says that it is not there.
    return true;
  }
}

/** @param sources which arguments may be folders */
function walkEffects(sources: (args: readonly string[]) => readonly string[]): Effects {
  const inFolders = unless(
    ({ args, has }) => !has('--files-from') && sources(args).length > 0 && !sources(args).some(isFolder),
    'is about what is in folders, and no folder is given',
  );
  return {
    '--include': inFolders,
    '--exclude': inFolders,
    '--gitignore': inFolders,
    '--no-hidden': inFolders,
    '--links': inFolders,
    '--one-file-system': inFolders,
    '--no-online-only': first(inFolders, needsCloud),
    '--min-size': always,
    '--max-size': always,
  };
}

const isInput: (given: Given) => boolean = ({ args }) => args.includes('-');

/** Flags of `heddle hash` that mean nothing for standard input. */
function forFiles(effects: Effects): Effects {
  const files = unless(isInput, 'is about files, and - is standard input');
  return Object.fromEntries(Object.entries(effects).map(([flag, effect]) => [flag, first(files, effect)]));
}

const HASH_INPUTS: Effects = {
  ...walkEffects((args) => args),
  '--algorithm': always,
  '--files-from': always,
  '--null': needs('--files-from', 'is about the names of --files-from'),
};

const isBetweenFolders: (given: Given) => boolean = ({ args: [manifest = '-', folder], has }) =>
  folder !== undefined || (has('--root') && manifest !== '-' && isFolder(manifest) && exists(manifest));
const isBag: (given: Given) => boolean = (given) => {
  const [manifest = '-'] = given.args;
  if (manifest === '-' || isBetweenFolders(given) || given.has('--root')) return false;
  return exists(manifest) && (isFolder(manifest) || /(?:^|[/\\])bagit\.txt$/u.test(manifest));
};
const ofLists = first(
  unless(isBetweenFolders, 'is about lists, and two folders are compared by content'),
  unless(isBag, 'is about single lists, and a bag says itself what is in it'),
);
const isPlainList: (given: Given) => boolean = (given) =>
  !given.has('--strict') && !isBetweenFolders(given) && !isBag(given);
const ofWalks = unless(isPlainList, 'is about files that the list does not name, which --strict looks for');

function exists(path: string): boolean {
  return statSync(native(givenPath(path)), { throwIfNoEntry: false }) !== undefined;
}

const TRANSFER: Effects = {
  '--config': always,
  '--input': always,
  '--dir': always,
  '--format': needs('--input', 'is that of lists, and none is given (-i)'),
  '--only-host': always,
  '--only-ext': always,
  '--skip-host': always,
  '--skip-ext': always,
  '--exact': unless(
    ({ has }) => !['--only-host', '--only-ext', '--skip-host', '--skip-ext'].some(has),
    'is for --only-host, --only-ext, --skip-host and --skip-ext, and none of them is given',
  ),
  '--checksum': unless(({ args }) => args.length !== 1, 'is for a single URL; of several a list gives them'),
  '--existing': always,
  '--algorithm': always,
  '--retry': always,
  '--retry-base': unless(({ value }) => value('--retry') === 0, 'means nothing with --retry 0'),
  '--retry-on': unless(({ value }) => value('--retry') === 0, 'means nothing with --retry 0'),
  '--retry-non-idempotent': unless(({ value }) => value('--retry') === 0, 'means nothing with --retry 0'),
  '--connect-timeout': always,
  '--header-timeout': always,
  '--stall-timeout': always,
  '--max-filesize': always,
  '--keep-free': always,
  '--connections': always,
  '--split': always,
  '--max-connection-per-server': always,
  '--limit-rate': always,
  '--header': always,
  '--user-agent': always,
  '--referer': always,
  '--user': clashes('--oauth2-bearer', 'and --oauth2-bearer are two logins, of which one would count'),
  '--oauth2-bearer': always,
  '--netrc': clashes('--netrc-file', 'is ~/.netrc, and --netrc-file names another file'),
  '--netrc-file': always,
  '--load-cookies': always,
  '--proxy': always,
  '--cacert': always,
  '--cert': always,
  '--key': needs('--cert', 'is that of a client certificate, and none is given (--cert)'),
  '--pass': needs('--cert', 'is that of a client certificate, and none is given (--cert)'),
  '--insecure': always,
  '--mark-of-the-web': unless(isPlain, 'is for Windows and macOS; this system has no such mark'),
};

const PATHS_PRINTED = first(
  clashes('--json', 'is about printed paths, and --json prints none'),
  unless(({ value }) => value('--manifest') === '-', 'is about printed paths, and a manifest is printed'),
);

const COPY_INPUTS: Effects = {
  ...walkEffects((args) => args.slice(0, -1)),
  '--no-target-directory': always,
  '--verify': always,
  '--no-sync': always,
};

const COMPARE: Effects = {
  ...OUTPUT,
  '--modes': always,
  '--repeats': always,
  '--workers': first(
    unless(
      ({ has }) => has('--best') && has('--sizes') && !has('--modes'),
      'is the number of threads of --modes, and --best searches those of --sizes',
    ),
    unless(
      ({ value, has }) =>
        !has('--best') &&
        has('--modes') &&
        (value('--modes') as readonly string[]).every((mode) => mode === 'sequential'),
      'is for several threads, and sequential work has one',
    ),
  ),
  '--sizes': always,
  '--best': always,
  '--report': always,
};
const READS_FILES: Effects = { '--cold': always };
const READS_NONE: Effects = {
  '--cold': () => 'drops files from the page cache, and this work reads none',
};
const READY: Effects = { ...COMPARE, '--tasks': always };
const INTO_EMPTY = (): string =>
  'is about what exists at the target, and each run copies into an empty folder';

/** By command, then by long flag. */
export const EFFECTS: Readonly<Record<string, Effects>> = {
  download: {
    ...HOW,
    ...TRANSFER,
    '--out': unless(
      ({ args }) => args.length !== 1,
      'is for a single URL; of several a list gives the names',
    ),
    '--manifest': always,
    '--null': PATHS_PRINTED,
    '--dry-run': always,
  },
  hash: {
    ...STORED,
    '--json': always,
    '--quiet': always,
    ...forFiles({
      ...HASH_INPUTS,
      '--sync': always,
      '--async': always,
      '--mode': always,
      '--workers': HOW['--workers'] ?? always,
      '--output': always,
      '--no-cache': always,
    }),
    '--algorithm': always,
    '--format': unless(
      ({ has }) => has('--json') && !has('--output'),
      'is that of a manifest, and --json prints none; -o writes one',
    ),
    '--zero': first(
      clashes('--output', 'is about printed lines, and -o writes a file'),
      clashes('--json', 'is about printed manifests, and --json prints none'),
    ),
  },
  verify: {
    ...HOW,
    ...walkEffects(() => []),
    '--links': ofWalks,
    '--one-file-system': ofWalks,
    '--no-online-only': first(ofWalks, needsCloud),
    '--root': always,
    '--strict': first(
      unless(isBetweenFolders, 'is about lists, and two folders are always compared both ways'),
      unless(isBag, 'is about lists, and a bag is always checked for files that it does not list'),
    ),
    '--ignore-missing': unless(isBetweenFolders, 'is about lists, and two folders are compared by content'),
    '--outside': ofLists,
    '--algorithm': ofLists,
  },
  duplicates: {
    ...HOW,
    ...walkEffects((args) => args),
    '--output': always,
    '--format': needs('--output', 'is that of the file that -o names'),
    '--no-cache': always,
    '--files-from': always,
    '--null': unless(
      ({ has }) => !has('--files-from') && (has('--json') || has('--output')),
      'is about printed paths and the names of --files-from, and there are neither',
    ),
  },
  copy: {
    ...HOW,
    ...COPY_INPUTS,
    '--existing': always,
    '--skip-existing': always,
    '--in-place': always,
    '--checksum': always,
    '--dry-run': always,
    '--mirror': always,
    '--yes': needs('--mirror', 'allows what --mirror deletes, and there is none'),
    '--manifest': always,
    '--format': needs('--manifest', 'is that of a manifest, and none is asked for (--manifest)'),
    '--algorithm': unless(
      ({ has }) => !has('--manifest') && !has('--json'),
      'is for a manifest or --json, and neither is asked for',
    ),
  },
  serve: {
    '--port': always,
    '--host': always,
    '--latency': always,
    '--jitter': always,
    '--rate': always,
    '--errors': always,
    '--workers': always,
    '--quiet': always,
  },
  web: {
    ...STORED,
    '--port': always,
    '--host': always,
    '--root': always,
    '--password-file': always,
    '--tls-cert': always,
    '--tls-key': always,
    '--public-url': always,
  },
  rpc: {
    ...STORED,
    '--port': always,
    '--host': always,
    '--dir': always,
    '--secret': clashes('--secret-file', 'is another secret than that of --secret-file'),
    '--secret-file': always,
    '--allow-origin': always,
    '--quiet': always,
  },
  jobs: { ...STORED, '--json': always },
  export: {
    ...STORED,
    '--format': clashes('--failed-urls', 'is that of tasks, and --failed-urls is a list of URLs'),
    '--out': always,
    '--failed-urls': always,
  },
  resume: { ...OUTPUT, '--null': PATHS_PRINTED },
  retry: { ...OUTPUT, '--existing': always, '--null': PATHS_PRINTED },
  cancel: STORED,
  demo: {},
  help: {},
  'compare download': {
    ...COMPARE,
    ...READS_NONE,
    ...TRANSFER,
    '--connections': () => 'is for a job of its own; here --workers and --sizes say how much is in flight',
    '--adopt': always,
  },
  'compare hash': { ...COMPARE, ...READS_FILES, ...HASH_INPUTS, '--adopt': always },
  'compare copy': {
    ...COMPARE,
    ...READS_FILES,
    ...COPY_INPUTS,
    '--existing': INTO_EMPTY,
    '--skip-existing': INTO_EMPTY,
    '--in-place': INTO_EMPTY,
    '--checksum': INTO_EMPTY,
    '--adopt': always,
  },
  'compare slow-server': { ...READY, ...READS_NONE, '--latency': always, '--adopt': always },
  'compare small-files': { ...READY, ...READS_FILES, '--adopt': always },
  'compare large-files': { ...READY, ...READS_FILES, '--adopt': always },
  'compare computing': { ...READY, ...READS_NONE },
  'compare tiny-tasks': { ...READY, ...READS_NONE },
  'compare serving': { ...READY, ...READS_NONE, '--latency': always },
  compare: {},
};

/** `compare hash` */
export function nameOf(command: Command): string {
  const { parent } = command;
  return parent?.parent == null ? command.name() : `${nameOf(parent)} ${command.name()}`;
}

/** @throws HeddleError `usage` for the first flag that has no effect */
export function refuseIdleFlags(command: Command): void {
  const name = nameOf(command);
  const effects = EFFECTS[name] ?? {};
  const sourceOf = (flag: string): string | undefined => {
    const option = command.options.find(({ long }) => long === flag);
    return option === undefined ? undefined : command.getOptionValueSource(option.attributeName());
  };
  const given: Given = {
    value: (flag) => {
      const option = command.options.find(({ long }) => long === flag);
      return option === undefined ? undefined : (command.getOptionValue(option.attributeName()) as unknown);
    },
    has: (flag) => sourceOf(flag) === 'cli' || sourceOf(flag) === 'config',
    args: command.processedArgs.flat().filter((arg): arg is string => typeof arg === 'string'),
  };
  for (const { long } of command.options) {
    // A file of flags is for several commands.
    if (long == null || sourceOf(long) !== 'cli') continue;
    const why = effects[long]?.(given) ?? null;
    if (why !== null) throw new HeddleError('usage', `${long} ${why}. See: heddle help ${name}`);
  }
}

/** Commander takes `-0` and `-5` for arguments wherever a command has no flag of one digit. */
export function refuseDigitFlags(command: Command, words: readonly string[]): void {
  const end = words.indexOf('--');
  const flags = end < 0 ? words : words.slice(0, end);
  const digit = command.args.find((arg) => /^-\d/u.test(arg) && flags.includes(arg));
  if (digit === undefined) return;
  const name = nameOf(command);
  const file = `a file of that name is ./${digit}`;
  throw new HeddleError('usage', `unknown option '${digit}'; ${file}. See: heddle help ${name}`);
}
