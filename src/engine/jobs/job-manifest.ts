/** The manifest of a job: of which digests, in which format, what it lacks, and the one that the job writes itself. */
import type { CheckAlgorithm, ManifestFormat } from '../../common/model/digests';
import { HeddleError, toErrorData, type ErrorData } from '../../common/model/errors';
import type { JobSummary } from '../../common/model/jobs';
import { displayPath, joinPath, type FsPath } from '../../common/model/paths';
import { formatCount } from '../../common/model/units';
import { WORK_DIRECTORY_PREFIX } from '../../common/threads/walk';
import { parentPath } from '../../files/entries';
import type { JobRepository, StoredJob } from '../store/job-repository';
import type { TaskStore } from '../store/task-store';
import type { JobSpec } from './job-spec';
import { manifestLines, ownManifest, usualFormat, writeOwnManifest } from './manifest';

export interface ManifestLook {
  /** Names are as seen from this folder. */
  readonly base: FsPath;
  /** `null`: the one that the job was made with, or the usual one for its digests. */
  readonly format?: ManifestFormat | null;
  readonly zero?: boolean;
}

/** @throws HeddleError `bad-request` where the job computed no digests */
export function jobManifest(
  tasks: TaskStore,
  { summary, spec }: StoredJob,
  { base, format = null, zero = false }: ManifestLook,
): AsyncGenerator<string | Uint8Array, void, undefined> {
  const own = spec.kind === 'hash' || spec.kind === 'copy' ? spec.manifest : null;
  const algorithms = algorithmsOf(spec);
  if (algorithms.length === 0)
    throw new HeddleError('bad-request', 'A manifest needs digests, and this job computed none.');
  const usual = own?.format ?? usualFormat(algorithms, ownManifest(spec));
  return manifestLines(tasks, summary.id, { algorithms, format: format ?? usual, base, zero });
}

/** What a job's manifest lacks; `null`: nothing. @param path of the manifest, where it has one */
export function manifestGap(
  tasks: TaskStore,
  { id, state, planned }: JobSummary,
  path: string | null,
): ErrorData | null {
  const lacking = tasks.rows.unlisted(id);
  const isPlanned = planned || state === 'done';
  if (lacking === 0 && isPlanned) return null;
  const manifest = path ?? `The manifest of job ${id}`;
  const files =
    lacking === 1 ? '1 file that failed or is' : `${formatCount(lacking)} files that failed or are`;
  const message = isPlanned
    ? `${manifest} lacks ${files} still to be done.`
    : `${manifest} is incomplete: the job has not finished.`;
  return { code: 'manifest-incomplete', message, retryable: false };
}

/**
 * Writes the manifest that a job was asked to write, if it was.
 * @returns what is to be told of it: why it could not be written, or what it lacks
 */
export async function writeJobManifest(
  { jobs, tasks }: { readonly jobs: JobRepository; readonly tasks: TaskStore },
  job: StoredJob,
  summary: () => JobSummary,
): Promise<{ readonly failure: ErrorData | null; readonly gap: ErrorData | null }> {
  const path = ownManifest(job.spec);
  if (path === null) return { failure: null, gap: null };
  const { id } = job.summary;
  const shown = displayPath(path);
  try {
    await writeOwnManifest(jobManifest(tasks, job, { base: parentPath(path) }), path, {
      workDirectory: joinPath(parentPath(path), WORK_DIRECTORY_PREFIX + job.token),
      identity: jobs.manifestIdentity(id),
      remember: (identity) => {
        jobs.setManifestIdentity(id, identity);
      },
    });
    return { failure: null, gap: manifestGap(tasks, summary(), shown) };
  } catch (error) {
    return { failure: toErrorData(error, shown), gap: null };
  }
}

/** Of the digests that a job computes, those that its manifest has. */
function algorithmsOf(spec: JobSpec): readonly CheckAlgorithm[] {
  switch (spec.kind) {
    // The first one that was asked for: of the others the manifest would not say where they come from.
    case 'download':
      return spec.options.digests.slice(0, 1);
    case 'verify':
      return [];
    case 'hash':
      return spec.algorithms;
    // A dry run keeps them for the real one.
    case 'copy':
      return spec.options.dryRun ? [] : spec.algorithms;
  }
}
