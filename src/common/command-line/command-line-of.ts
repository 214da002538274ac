/** The `heddle …` command that does what a request asks for: the other direction of the terminal's parser. */
import type { CopyRequest, DownloadRequest, HashRequest, VerifyRequest } from '../model/job-request';
import { DEFAULT_COPY_OPTIONS } from '../model/copy-options';
import { DEFAULT_DOWNLOAD_OPTIONS, type DownloadOptions } from '../model/download-options';
import type { Mode } from '../model/jobs';
import type { ListFilter } from '../model/list-filter';
import { escapedPath, joinPath, type FsPath } from '../model/paths';
import { DEFAULT_WALK_RULES, type WalkRules } from '../model/walk-rules';

export type CheckedRequest = DownloadRequest | HashRequest | VerifyRequest | CopyRequest;

export interface CommandFacts {
  readonly isFolder: (path: FsPath) => boolean;
  /** Whether files can be online alone, and be marked as from the internet (Windows, macOS). */
  readonly hasCloudFiles: boolean;
  /** Of a download: where its manifest goes. */
  readonly manifest?: FsPath | null;
}

export interface CommandLine {
  readonly words: readonly string[];
  /** What it reads from standard input; `null`: nothing. */
  readonly input: string | null;
  /** What it lacks, as phrases: `the login`. */
  readonly leftOut: readonly string[];
}

/** As arguments; more of them are a list. */
const MOST_URLS = 20;
/** Of a list that is part of a command. */
const MOST_INPUT_CHARACTERS = 64 * 1024;
/** A line of a list that says the same as an argument. */
const PLAIN_URL = /^https?:\/\/[^\s|"'<>\\^`{}]+$/iu;
/** Of headers that hold no keys; any other may. */
const OPEN_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'cache-control',
  'dnt',
  'pragma',
  'referer',
  'user-agent',
]);

export function commandLineOf(request: CheckedRequest, facts: CommandFacts): CommandLine {
  switch (request.kind) {
    case 'download':
      return downloadCommand(request, facts);
    case 'hash':
      return hashCommand(request, facts);
    case 'verify':
      return verifyCommand(request, facts);
    case 'copy':
      return copyCommand(request, facts);
  }
}

type Words = readonly string[];

function flag(name: string, isGiven: boolean): Words {
  return isGiven ? [name] : [];
}

/** With its value, where that is not the usual one. */
function valued(name: string, value: string | number | null | undefined, usual: unknown = null): Words {
  return value == null || value === usual ? [] : [name, String(value)];
}

function howWords({ mode, workers }: { readonly mode: Mode; readonly workers: number | null }): Words {
  if (mode === 'sequential') return ['--sync'];
  return [...(mode === 'pool' ? ['--async'] : ['--mode', mode]), ...valued('--workers', workers)];
}

/** Arguments behind the flags; one that begins with a dash is no flag. */
function argued(args: readonly string[]): Words {
  return args.some((arg) => arg.startsWith('-')) ? ['--', ...args] : args;
}

/** @param inFolders whether there is a folder that the rules are about @param usualLinks what becomes of links otherwise */
function walkWords(
  rules: WalkRules,
  usualLinks: WalkRules['links'],
  inFolders: boolean,
  { hasCloudFiles }: CommandFacts,
): Words {
  const ofFolders = [
    ...rules.include.flatMap((glob) => ['--include', glob]),
    ...rules.exclude.flatMap((glob) => ['--exclude', glob]),
    ...flag('--gitignore', rules.gitignore),
    ...flag('--no-hidden', !rules.hidden),
    ...valued('--links', rules.links, usualLinks),
    ...flag('--one-file-system', rules.oneFileSystem),
    ...flag('--no-online-only', rules.onlineOnly === false && hasCloudFiles),
  ];
  return [
    ...(inFolders ? ofFolders : []),
    ...valued('--min-size', rules.minSize),
    ...valued('--max-size', rules.maxSize),
  ];
}

function algorithmWords(algorithms: readonly string[]): Words {
  return algorithms.flatMap((name) => ['-a', name]);
}

function hashCommand(request: HashRequest, facts: CommandFacts): CommandLine {
  const { paths, algorithms, rules, cache, duplicates, manifest } = request;
  const words = [
    'heddle',
    ...(duplicates ? ['duplicates'] : ['hash', ...algorithmWords(algorithms)]),
    ...walkWords(rules, 'skip', paths.some(facts.isFolder), facts),
    ...flag('--no-cache', !cache),
    ...(manifest === null ? [] : ['-o', escapedPath(manifest.path), ...valued('--format', manifest.format)]),
    ...howWords(request),
    ...argued(paths.map(escapedPath)),
  ];
  return { words, input: null, leftOut: [] };
}

function verifyCommand(request: VerifyRequest, facts: CommandFacts): CommandLine {
  const { manifest, root, strict, ignoreMissing, outside, algorithm, rules } = request;
  const isFolder = manifest !== null && facts.isFolder(manifest);
  const folders = isFolder && root !== null;
  // Of a list alone no folder is walked.
  const walks = strict || isFolder;
  const words = [
    'heddle',
    'verify',
    ...flag('--strict', strict),
    ...flag('--ignore-missing', ignoreMissing),
    ...flag('--outside', outside),
    ...valued('-a', algorithm),
    ...(walks ? walkWords(rules, folders ? DEFAULT_WALK_RULES.links : 'skip', true, facts) : []),
    ...(root === null || folders ? [] : ['--root', escapedPath(root)]),
    ...howWords(request),
    ...argued([manifest === null ? '-' : escapedPath(manifest), ...(folders ? [escapedPath(root)] : [])]),
  ];
  return {
    words,
    input: null,
    leftOut: manifest === null ? ['the manifest, which came from standard input'] : [],
  };
}

function copyCommand(request: CopyRequest, facts: CommandFacts): CommandLine {
  const { sources, destination, layout, options, rules, manifest, algorithms } = request;
  const asContents = (source: FsPath): boolean => layout === 'contents' && facts.isFolder(source);
  const written = sources.map((source) => (asContents(source) ? joinPath(source, '') : source));
  const words = [
    'heddle',
    'copy',
    ...flag('-T', layout === 'exact'),
    ...valued('--existing', options.existing, DEFAULT_COPY_OPTIONS.existing),
    ...flag('--verify', options.verify),
    ...flag('--checksum', options.checksum),
    ...flag('--no-sync', !options.sync),
    ...flag('--in-place', options.inPlace),
    ...(options.mirror ? ['--mirror', ...flag('--yes', !options.dryRun)] : []),
    ...flag('--dry-run', options.dryRun),
    ...walkWords(rules, DEFAULT_WALK_RULES.links, sources.some(facts.isFolder), facts),
    ...(manifest === null
      ? flag('--json', algorithms.length > 0)
      : ['--manifest', escapedPath(manifest.path), ...valued('--format', manifest.format)]),
    ...algorithmWords(algorithms),
    ...howWords(request),
    ...argued([...written, destination].map(escapedPath)),
  ];
  return { words, input: null, leftOut: [] };
}

function downloadCommand(request: DownloadRequest, facts: CommandFacts): CommandLine {
  const { listFiles, format, out, checksum, directory, only, leaveOut, options } = request;
  const leftOut: string[] = [];
  const texts = [request.text ?? '', ...request.texts].filter((text) => text.trim() !== '');
  const plain = texts.length === 0 || format !== null ? null : plainUrls(texts);
  const input = plain === null ? inputOf(texts, format, leftOut) : null;
  const urls = [...request.urls, ...(plain ?? [])].map((url) => {
    const shown = url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/iu, '$1');
    if (shown !== url) leftOut.push('logins in URLs');
    return shown;
  });
  const words = [
    'heddle',
    'download',
    '-d',
    escapedPath(directory),
    ...(input === null ? [] : ['-i', '-']),
    ...listFiles.flatMap((file) => ['-i', escapedPath(file)]),
    ...(input === null && listFiles.length === 0 ? [] : valued('--format', format)),
    ...filterWords(only, leaveOut, leftOut),
    ...valued('-o', out),
    ...valued('--checksum', checksum),
    ...optionWords(options, facts, leftOut),
    ...(facts.manifest == null ? [] : ['--manifest', escapedPath(facts.manifest)]),
    ...howWords(request),
    ...argued(urls),
  ];
  return { words, input, leftOut: [...new Set(leftOut)] };
}

/** @returns `null` for texts that are more than some URLs, one a line */
function plainUrls(texts: readonly string[]): string[] | null {
  const lines = texts.flatMap((text) => text.split('\n')).map((line) => line.trim());
  const urls = lines.filter((line) => line !== '');
  return urls.length <= MOST_URLS && urls.every((url) => PLAIN_URL.test(url)) ? urls : null;
}

/** Standard input is one list. */
function inputOf(
  texts: readonly string[],
  format: DownloadRequest['format'],
  leftOut: string[],
): string | null {
  if (texts.length === 0) return null;
  const text = texts.join('\n');
  const isOne = texts.length === 1 || format === 'urls';
  // Any list may hold logins and keys; lines of URLs show theirs.
  const isOpen = plainLines(text);
  if (isOne && isOpen && text.length <= MOST_INPUT_CHARACTERS) return text;
  leftOut.push(
    texts.length === 1
      ? 'the list: save it as a file and add -i FILE'
      : 'the lists: save each as a file and add -i FILE for each',
  );
  return null;
}

function plainLines(text: string): boolean {
  return text.split('\n').every((line) => {
    const trimmed = line.trim();
    return (
      trimmed === '' || trimmed.startsWith('#') || /^https?:\/\/[^\s/?#@]+(?:[/?#]\S*)?$/iu.test(trimmed)
    );
  });
}

function filterWords(only: ListFilter, leaveOut: ListFilter, leftOut: string[]): Words {
  const names = ({ hosts, extensions }: ListFilter): number => hosts.length + extensions.length;
  const used = [only, leaveOut].filter((filter) => names(filter) > 0);
  if (new Set(used.map(({ exact = false }) => exact)).size > 1)
    leftOut.push('that only one of the filters is exact (--exact)');
  const named = (name: string, values: readonly string[]): Words => values.flatMap((value) => [name, value]);
  return [
    ...named('--only-host', only.hosts),
    ...named('--only-ext', only.extensions),
    ...named('--skip-host', leaveOut.hosts),
    ...named('--skip-ext', leaveOut.extensions),
    ...flag(
      '--exact',
      used.some(({ exact }) => exact === true),
    ),
  ];
}

function optionWords(options: DownloadOptions, { hasCloudFiles }: CommandFacts, leftOut: string[]): Words {
  const usual = DEFAULT_DOWNLOAD_OPTIONS;
  const seconds = (name: string, ms: number, usualMs: number): Words =>
    ms === usualMs ? [] : [name, String(ms / 1000)];
  const file = (name: string, path: string | null): Words => valued(name, path);
  for (const [name, value] of [
    ['the login (-u)', options.user],
    ['the token (--oauth2-bearer)', options.bearer],
    ['the password of the client certificate (--pass)', options.keyPassword],
  ] as const)
    if (value !== null) leftOut.push(name);
  const open = options.headers.filter(([name]) => OPEN_HEADERS.has(name.toLowerCase()));
  for (const [name] of options.headers)
    if (!OPEN_HEADERS.has(name.toLowerCase())) leftOut.push(`the header ${name} (-H)`);
  const isProxyOpen = options.proxy?.includes('@') !== true;
  if (!isProxyOpen) leftOut.push('the proxy, which has a login (--proxy)');
  const retries = options.retries > 0;
  return [
    ...valued('--existing', options.existing, usual.existing),
    ...algorithmWords(options.digests),
    ...valued('--retry', options.retries, usual.retries),
    ...(retries ? valued('--retry-base', options.retryBaseMs, usual.retryBaseMs) : []),
    ...(retries && options.retryOn.length > 0 ? ['--retry-on', options.retryOn.join(',')] : []),
    ...flag('--retry-non-idempotent', retries && options.retryAll),
    ...seconds('--connect-timeout', options.connectMs, usual.connectMs),
    ...seconds('--header-timeout', options.headersMs, usual.headersMs),
    ...seconds('--stall-timeout', options.stallMs, usual.stallMs),
    ...valued('--max-filesize', options.maxBytes),
    ...valued('--keep-free', options.keepFreeBytes, 0),
    ...valued('--connections', options.connections),
    ...valued('--split', options.segments, usual.segments),
    ...valued('--max-connection-per-server', options.connectionsPerHost),
    ...valued('--limit-rate', options.limitRate),
    ...open.flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    ...valued('-A', options.userAgent),
    ...file('--netrc-file', options.netrc),
    ...file('--load-cookies', options.cookies),
    ...(isProxyOpen ? valued('--proxy', options.proxy) : []),
    ...file('--cacert', options.caFile),
    // A colon would begin its password.
    ...file('-E', options.certFile?.replaceAll(/[\\:]/gu, '\\$&') ?? null),
    ...file('--key', options.certFile === null ? null : options.keyFile),
    ...flag('--insecure', options.insecure),
    ...flag('--mark-of-the-web', options.markOfTheWeb && hasCloudFiles),
  ];
}
