/** From a request to a job: checked once, paths made absolute, what is impossible refused before the first byte. */
import { randomBytes } from 'node:crypto';
import { lstat, stat } from 'node:fs/promises';
import { HeddleError, fromErrorData, toErrorData } from '../../common/model/errors';
import {
  requestSchema,
  type DownloadRequest,
  type HashRequest,
  type JobRequest,
  type VerifyRequest,
} from '../../common/model/job-request';
import type { Algorithm } from '../../common/model/digests';
import {
  displayName,
  displayPath,
  joinPath,
  keyOfPath,
  samePath,
  type FsPath,
} from '../../common/model/paths';
import { formatCount } from '../../common/model/units';
import { WORK_DIRECTORY_PREFIX } from '../../common/threads/walk';
import type { WalkRules } from '../../common/model/walk-rules';
import { absolutePath, realPath } from '../../files/absolute-path';
import { isSameFile, makeFolders, native, parentPath } from '../../files/entries';
import { understood } from '../understood';
import type { NewJob } from '../store/job-repository';
import type { Vault } from '../store/vault';
import { entryFilter } from '../formats/list-filter';
import { mustHaveLists, storeLists } from './download-lists';
import { downloadName } from './download-name';
import { manifestWriter } from '../formats/manifest';
import { bagFolder } from './bag';
import { copyRoots } from './copy-roots';
import { missing, mustExist, mustLeadSomewhere } from './must-exist';
import { takePiped, type PipedFiles } from './option-files';
import type { JobSpec, ManifestTarget, SecretOption } from './job-spec';
import { nameTaken, usualFormat } from './manifest';
import { ownListPath, storeOwnList } from './own-list';

interface Making {
  /** In the names of what the job has for itself. */
  readonly token: string;
  readonly dataDirectory: string;
  readonly vault: Vault;
  readonly input: AsyncIterable<Uint8Array> | null;
  readonly signal: AbortSignal | null;
}

/**
 * @param input a manifest, or a list, that comes with the request instead of a path
 * @param signal ends the reading of lists
 * @throws HeddleError when the request cannot become a job, the signal's reason; nothing was stored then
 */
export async function prepareJob(
  request: JobRequest,
  dataDirectory: string,
  vault: Vault,
  { input = null, signal = null }: Partial<Pick<Making, 'input' | 'signal'>> = {},
): Promise<NewJob> {
  const checked = understood(requestSchema(request), request, 'The job');
  const token = randomBytes(6).toString('hex');
  const making: Making = { token, dataDirectory, vault, input, signal };
  const how = { mode: checked.mode, workers: checked.workers, token };
  switch (checked.kind) {
    case 'download':
      return { ...how, ...(await prepareDownload(checked, making)) };
    case 'hash': {
      const { paths, algorithms, rules, cache, duplicates } = checked;
      if (duplicates && checked.manifest !== null)
        throw new HeddleError(
          'bad-request',
          'A search for duplicates cannot write a manifest, because it does not read every file in full.',
        );
      const manifest = manifestTarget(checked.manifest, algorithms);
      const absolute = paths.map((path) => absolutePath(path));
      for (const path of absolute) await mustLeadSomewhere(path);
      if (manifest !== null) await mustBeFree(manifest.path);
      const [first = ''] = absolute;
      return {
        ...how,
        kind: 'hash',
        label: labelOf(absolute),
        folder: displayPath(absolute.length === 1 ? await folderOf(first) : parentPath(first)),
        spec: {
          kind: 'hash',
          paths: absolute,
          algorithms,
          manifest,
          rules,
          cache,
          duplicates,
        },
        workDirectories: manifest === null ? [] : [workDirectoryBeside(manifest.path, token)],
      };
    }
    case 'verify':
      return { ...how, ...(await prepareVerify(checked, making)) };
    case 'copy': {
      const { options, rules } = checked;
      if (options.mirror && options.existing === 'number') throw noNumbersInMirrors();
      // A manifest without an algorithm gets the usual one.
      const algorithms: readonly Algorithm[] =
        checked.manifest !== null && checked.algorithms.length === 0 ? ['sha256'] : checked.algorithms;
      const manifest = manifestTarget(checked.manifest, algorithms);
      // A dry run refuses what the run would.
      if (manifest !== null) await mustBeFree(manifest.path);
      const { destination, roots } = await copyRoots(checked, token);
      return {
        ...how,
        kind: 'copy',
        label: labelOf(roots.map(({ source }) => source)),
        folder: displayPath(destination),
        spec: {
          kind: 'copy',
          roots,
          options,
          rules,
          // Of what was not copied there is none.
          manifest: options.dryRun ? null : manifest,
          algorithms,
        },
        workDirectories: [
          ...distinct([
            ...roots.map(({ workDirectory }) => workDirectory),
            ...(manifest === null ? [] : [workDirectoryBeside(manifest.path, token)]),
          ]),
        ],
      };
    }
  }
}

type PreparedKind = Omit<NewJob, 'mode' | 'workers' | 'token'>;

async function prepareVerify(request: VerifyRequest, making: Making): Promise<PreparedKind> {
  const { strict, outside, algorithm, ignoreMissing, rules } = request;
  const options = { strict, outside, algorithm, ignoreMissing, rules };
  if (request.manifest === null) return prepareHandedOver(request, options, making);
  const manifest = absolutePath(request.manifest);
  await mustLeadSomewhere(manifest);
  const stats = await stat(native(manifest));
  const isFolder = stats.isDirectory();
  if (!isFolder && !stats.isFile()) {
    throw new HeddleError(
      'bad-request',
      `${displayPath(manifest)} is not a regular file, so it cannot be a manifest; it was not opened.`,
    );
  }
  const bag = request.root === null ? await bagFolder(manifest) : null;
  if (isFolder || bag !== null) refuseForFolders(request, bag !== null);
  if (bag !== null) {
    return {
      kind: 'verify',
      label: labelOf([bag]),
      folder: displayPath(bag),
      spec: { kind: 'verify', manifest: bag, bag: true, folders: false, root: bag, ...options },
      workDirectories: [],
    };
  }
  if (isFolder && request.root === null) {
    throw new HeddleError(
      'bad-request',
      `${displayPath(manifest)} is a folder but not a bag (it has no bagit.txt). Give the folder to compare it with.`,
    );
  }
  const root = request.root === null ? parentPath(manifest) : absolutePath(request.root);
  await mustBeFolder(root);
  if (isFolder) return prepareFolders(manifest, root, rules);
  return {
    kind: 'verify',
    label: labelOf([manifest]),
    folder: displayPath(root),
    spec: { kind: 'verify', manifest, folders: false, root, ...options },
    workDirectories: [],
  };
}

async function prepareHandedOver(
  request: VerifyRequest,
  options: Pick<VerifyRequest, 'strict' | 'outside' | 'algorithm' | 'ignoreMissing' | 'rules'>,
  { token, dataDirectory, input, signal }: Making,
): Promise<PreparedKind> {
  if (input === null || request.root === null)
    throw new HeddleError('bad-request', 'A manifest without a path comes with its content and a folder.');
  const root = absolutePath(request.root);
  await mustBeFolder(root);
  const manifest = ownListPath(dataDirectory, `${token}.manifest`);
  const bytes = await storeOwnList(manifest, { name: 'standard input', content: input }, [], signal);
  return {
    kind: 'verify',
    label: 'Standard input',
    folder: displayPath(root),
    spec: { kind: 'verify', manifest, shown: 'standard input', bytes, folders: false, root, ...options },
    workDirectories: [],
  };
}

/** What is said of a manifest's lines means nothing where there is none. */
function refuseForFolders(
  { strict, outside, algorithm, ignoreMissing }: VerifyRequest,
  isBag: boolean,
): void {
  if (isBag && strict)
    throw new HeddleError('bad-request', 'A bag is always checked for files that it does not list.');
  const what = isBag ? 'a bag, whose manifests say themselves' : 'two folders, which are compared by content';
  const given = strict
    ? 'A strict check'
    : outside
      ? 'Names that lead outside'
      : ignoreMissing && !isBag
        ? 'Ignoring what is missing'
        : algorithm === null
          ? null
          : 'An algorithm';
  if (given !== null) throw new HeddleError('bad-request', `${given} does not apply to ${what}.`);
}

export function noNumbersInMirrors(): HeddleError {
  return new HeddleError(
    'bad-request',
    'A mirror cannot keep numbered copies. Choose another policy for existing files.',
  );
}

/** Two folders; a link that was given for one of them is that folder. */
async function prepareFolders(
  left: FsPath,
  right: FsPath,
  rules: WalkRules,
): Promise<Omit<NewJob, 'mode' | 'workers' | 'token'>> {
  const [manifest, root] = [realPath(left), realPath(right)];
  const [a, b] = await Promise.all([
    stat(native(manifest), { bigint: true }),
    stat(native(root), { bigint: true }),
  ]);
  if (samePath(manifest, root) || isSameFile(a, b)) {
    throw new HeddleError(
      'bad-request',
      `${displayPath(left)} and ${displayPath(right)} are the same folder; there is nothing to compare.`,
    );
  }
  return {
    kind: 'verify',
    label: `${labelOf([manifest])} and ${labelOf([root])}`,
    folder: displayPath(root),
    spec: {
      kind: 'verify',
      manifest,
      folders: true,
      root,
      strict: false,
      outside: false,
      algorithm: null,
      rules,
    },
    workDirectories: [],
  };
}

/** Refuses what the format cannot carry, before anything is read. */
function manifestTarget(
  asked: HashRequest['manifest'],
  algorithms: readonly Algorithm[],
): ManifestTarget | null {
  if (asked === null) return null;
  const format = asked.format ?? usualFormat(algorithms, asked.path);
  manifestWriter(format, algorithms);
  return { path: absolutePath(asked.path), format };
}

function labelOf(paths: readonly FsPath[]): string {
  const [first = '', ...others] = paths;
  const name = displayName(first) || displayPath(first);
  return others.length === 0 ? name : `${name} and ${formatCount(others.length)} more`;
}

async function folderOf(path: FsPath): Promise<FsPath> {
  return (await stat(native(path))).isDirectory() ? path : parentPath(path);
}

/** A manifest's name that is taken is told before the work, not after. */
async function mustBeFree(path: FsPath): Promise<void> {
  await mustBeFolder(parentPath(path));
  const isFree = await lstat(native(path)).then(
    () => false,
    () => true,
  );
  if (!isFree) throw nameTaken(path);
}

async function mustBeFolder(path: FsPath): Promise<void> {
  const stats = await stat(native(path)).catch((error: unknown) => {
    throw missing(error, path);
  });
  if (!stats.isDirectory()) throw new HeddleError('not-a-folder', `${displayPath(path)} is not a folder.`);
}

async function prepareDownload(
  request: DownloadRequest,
  making: Making,
): Promise<Omit<NewJob, 'mode' | 'workers' | 'token'>> {
  const { token, vault } = making;
  const directory = absolutePath(request.directory);
  const piped = await takePiped(request.options, making.signal);
  for (const file of request.listFiles) await mustExist(absolutePath(file));
  mustHaveLists(request, making.input);
  try {
    makeFolders(directory);
  } catch (error) {
    throw fromErrorData(toErrorData(error, displayPath(directory)));
  }
  const { lists, first } = await storeLists(request, making);
  const workDirectory = joinPath(directory, WORK_DIRECTORY_PREFIX + token);
  const { only, leaveOut } = request;
  return {
    kind: 'download',
    label:
      request.listFiles.length > 0
        ? labelOf(request.listFiles)
        : downloadName(first, request.out, lists.length === 1),
    folder: displayPath(directory),
    spec: {
      kind: 'download',
      lists,
      ...(entryFilter(only, leaveOut) === null ? {} : { only, leaveOut }),
      directory,
      workDirectory,
      ...sealOptions(request.options, piped, vault),
    },
    workDirectories: [workDirectory],
  };
}

function sealOptions(
  given: DownloadRequest['options'],
  piped: PipedFiles,
  vault: Vault,
): Pick<Extract<JobSpec, { kind: 'download' }>, 'options' | 'secrets'> {
  const { headers, user, bearer, proxy, userAgent, keyPassword, ...options } = given;
  const secrets: Record<SecretOption, unknown> = { headers, user, bearer, proxy, userAgent, keyPassword };
  const sealed = Object.keys(piped).length === 0 ? secrets : { ...secrets, piped };
  return { options, secrets: vault.seal(JSON.stringify(sealed)).toString('base64') };
}

function workDirectoryBeside(path: FsPath, token: string): FsPath {
  return joinPath(parentPath(path), WORK_DIRECTORY_PREFIX + token);
}

function distinct(paths: readonly FsPath[]): FsPath[] {
  return [...new Map(paths.map((path) => [keyOfPath(path), path])).values()];
}
