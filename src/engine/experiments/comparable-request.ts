/** A user's job as it is done again and again: into a target of its own, and reading everything anew. */
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HeddleError, fromErrorData, toErrorData } from '../../common/model/errors';
import {
  jobRequestSchema,
  type CopyRequest,
  type DownloadRequest,
  type JobRequest,
} from '../../common/model/job-request';
import { displayPath, type FsPath } from '../../common/model/paths';
import { WORK_DIRECTORY_PREFIX } from '../../common/threads/walk';
import { absolutePath } from '../../files/absolute-path';
import { receivesFiles } from '../jobs/copy-roots';
import { mustBeFiles } from '../jobs/option-files';
import { understood } from '../understood';
import { removeTree } from './remove-tree';

/** A folder for one run; each begins with a fresh one. */
export interface RunTarget {
  /** Everything that is made lies in it; it is there only between {@link make} and {@link remove}. */
  readonly folder: string;
  make(): Promise<void>;
  remove(): Promise<void>;
}

export interface ComparableRequest {
  /** Its mode and workers count for nothing. */
  readonly job: JobRequest;
  /** As it was asked for, where the target of the runs is not the one that decides whether it can be done. */
  readonly asked: JobRequest | null;
  /** `null`: it makes no file. */
  readonly target: RunTarget | null;
  /** What it reads. */
  readonly sources: readonly string[];
  /** Whose file system counts. */
  readonly location: string;
}

/**
 * @param token tells the target from those of other experiments
 * @throws HeddleError where it cannot be done again and again
 */
export async function comparableRequest(asked: JobRequest, token: string): Promise<ComparableRequest> {
  const request = understood(jobRequestSchema, asked, 'The job');
  switch (request.kind) {
    case 'download':
      return comparableDownload(request, token);
    case 'copy':
      return comparableCopy(request, token);
    case 'hash': {
      const paths = request.paths.map(textPath);
      return {
        job: { ...request, cache: false, manifest: null },
        asked: null,
        target: null,
        sources: paths,
        location: paths[0] ?? '/',
      };
    }
    case 'verify': {
      if (request.manifest === null) {
        throw new HeddleError('bad-request', 'A comparison takes a manifest that is a file.');
      }
      const manifest = textPath(request.manifest);
      const root = request.root === null ? dirname(manifest) : textPath(request.root);
      const isFolder = (await stat(manifest).catch(() => null))?.isDirectory() === true;
      return {
        job: request,
        asked: null,
        target: null,
        sources: isFolder ? [manifest, ...(request.root === null ? [] : [root])] : [root],
        location: root,
      };
    }
  }
}

async function comparableDownload(request: DownloadRequest, token: string): Promise<ComparableRequest> {
  await mustBeFiles(request.options);
  const target = await targetBeside(textPath(request.directory), token);
  return {
    job: { ...request, directory: join(target.folder, 'downloads') },
    asked: null,
    target,
    sources: [],
    location: dirname(target.folder),
  };
}

async function comparableCopy(request: CopyRequest, token: string): Promise<ComparableRequest> {
  const { dryRun, mirror } = request.options;
  if (dryRun)
    throw refused('A dry run copies nothing, so there is nothing to compare. Compare the copy itself.');
  if (mirror) {
    throw refused(
      'A mirror deletes what its target has too much, and an experiment copies into an empty folder. Compare the copy without mirror.',
    );
  }
  const destination = textPath(request.destination);
  const target = await targetBeside(destination, token);
  const into = await receivesFiles(request);
  // A single source that takes the destination's name takes it here, too.
  const copy = join(target.folder, basename(destination) || 'copy');
  const make = async (): Promise<void> => {
    await target.make();
    if (into) await mkdir(copy);
  };
  return {
    job: { ...request, destination: copy, manifest: null },
    asked: { ...request, manifest: null },
    target: { ...target, make },
    sources: request.sources.map(textPath),
    location: dirname(target.folder),
  };
}

/**
 * On the file system of `path`: beside it, or inside it where that is another one or nobody may write there. Walks pass over folders
 * of this name.
 */
async function targetBeside(path: string, token: string): Promise<RunTarget> {
  const folder = join(await folderFor(path), `${WORK_DIRECTORY_PREFIX}experiment-${token}`);
  return {
    folder,
    make: async () => {
      await removeTree(folder);
      try {
        await mkdir(folder, { mode: 0o700 });
      } catch (error) {
        throw fromErrorData(toErrorData(error, folder));
      }
    },
    remove: () => removeTree(folder),
  };
}

async function folderFor(path: string): Promise<string> {
  const own = await stat(path).catch(() => null);
  const parent = dirname(path);
  if (own === null) return parent === path ? path : nearestFolder(parent);
  if (!own.isDirectory()) return parent;
  const above = await stat(parent);
  if (above.dev !== own.dev || parent === path) return path;
  return access(parent, constants.W_OK | constants.X_OK).then(
    () => parent,
    () => path,
  );
}

async function nearestFolder(path: string): Promise<string> {
  const stats = await stat(path).catch(() => null);
  return stats?.isDirectory() === true || dirname(path) === path ? path : nearestFolder(dirname(path));
}

/** Experiments keep and show what they ran on as text. */
function textPath(path: FsPath): string {
  const absolute = absolutePath(path);
  if (typeof absolute === 'string') return absolute;
  throw refused(`An experiment takes no path that is not UTF-8, as ${displayPath(absolute)} is not.`);
}

function refused(message: string): HeddleError {
  return new HeddleError('bad-request', message);
}
