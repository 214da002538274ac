/** A stored job as a request again, so that the same work can be done another time, in other modes. */
import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_DOWNLOAD_OPTIONS, type DownloadOptions } from '../../common/model/download-options';
import { HeddleError } from '../../common/model/errors';
import type { JobRequest } from '../../common/model/job-request';
import { displayPath, joinPath, type FsPath } from '../../common/model/paths';
import { parentPath } from '../../files/entries';
import type { StoredJob } from '../store/job-repository';
import type { Vault } from '../store/vault';
import type { JobSpec, SecretOption } from './job-spec';
import { assertWhole } from './own-list';

/** Longer lists are no matter for an experiment. */
const MOST_LIST_BYTES = 64 * 1024 * 1024;

/**
 * Without a manifest: the work alone. Secrets are not handed out.
 *
 * @throws HeddleError `has-secrets`, `mixed-lists`, `list-too-long`, or `secret-lost`
 */
export async function storedRequest({ summary, spec }: StoredJob, vault: Vault): Promise<JobRequest> {
  const how = { mode: summary.mode, workers: summary.workers };
  switch (spec.kind) {
    case 'download':
      return { kind: 'download', ...how, ...(await downloadOf(summary.label, spec, vault)) };
    case 'hash': {
      const { paths, algorithms, rules, cache, duplicates } = spec;
      return {
        kind: 'hash',
        ...how,
        paths: [...paths],
        algorithms: [...algorithms],
        manifest: null,
        rules,
        cache,
        duplicates,
      };
    }
    case 'verify': {
      const { manifest, bag = false, strict, outside, algorithm, ignoreMissing = false, rules } = spec;
      const root = bag ? null : spec.root;
      return { kind: 'verify', ...how, manifest, root, strict, outside, algorithm, ignoreMissing, rules };
    }
    case 'copy':
      return copyAgain(summary, spec);
  }
}

/** Without a manifest, and for real. */
export function copyAgain(
  { mode, workers, folder }: StoredJob['summary'],
  { roots, options, rules }: Extract<JobSpec, { kind: 'copy' }>,
): Extract<JobRequest, { kind: 'copy' }> {
  // As the job took it, whatever is there by now.
  const isJobsFolder = (target: FsPath): boolean => displayPath(target) === folder;
  const target = roots[0]?.target ?? folder;
  const isExact = roots.length === 1 && isJobsFolder(target);
  const destination = isJobsFolder(target) ? target : parentPath(target);
  return {
    kind: 'copy',
    mode,
    workers,
    sources: roots.map((root) =>
      isExact || !isJobsFolder(root.target) ? root.source : joinPath(root.source, ''),
    ),
    destination: isExact ? destination : joinPath(destination, ''),
    layout: isExact ? 'exact' : 'named',
    options: { ...options, dryRun: false },
    rules,
  };
}

type DownloadSpec = Extract<JobSpec, { kind: 'download' }>;

async function downloadOf(
  label: string,
  spec: DownloadSpec,
  vault: Vault,
): Promise<Omit<Extract<JobRequest, { kind: 'download' }>, 'kind' | 'mode' | 'workers'>> {
  const { userAgent, ...secrets } = JSON.parse(vault.open(Buffer.from(spec.secrets, 'base64'))) as Record<
    Exclude<SecretOption, 'userAgent'>,
    unknown
  > &
    Partial<Pick<DownloadOptions, 'userAgent'>>;
  for (const [name, value] of Object.entries(secrets)) {
    if (isDeepStrictEqual(value, DEFAULT_DOWNLOAD_OPTIONS[name as SecretOption])) continue;
    throw new HeddleError(
      'has-secrets',
      `${label} was given a password, a proxy or headers, which are not handed out. Compare it in the terminal, with heddle compare download.`,
    );
  }
  const formats = new Set(spec.lists.map(({ format }) => format));
  if (formats.size > 1) {
    throw new HeddleError(
      'mixed-lists',
      `${label} has lists of several formats. Compare one of its lists at a time.`,
    );
  }
  const texts: string[] = [];
  let bytes = 0;
  for (const { path, bytes: whole } of spec.lists) {
    await assertWhole(path, whole);
    const chunks: Buffer[] = [];
    for await (const chunk of vault.openFile(path)) {
      bytes += chunk.length;
      if (bytes > MOST_LIST_BYTES) {
        throw new HeddleError('list-too-long', `The lists of ${label} are too long to be compared.`);
      }
      chunks.push(chunk);
    }
    texts.push(Buffer.concat(chunks).toString('utf8'));
  }
  const [format = null] = formats;
  return {
    urls: [],
    text: texts.join('\n'),
    listFiles: [],
    format,
    ...(spec.only === undefined ? {} : { only: spec.only }),
    ...(spec.leaveOut === undefined ? {} : { leaveOut: spec.leaveOut }),
    directory: spec.directory,
    // Of older jobs it is among the options.
    options: userAgent === undefined ? spec.options : { ...spec.options, userAgent },
  };
}
