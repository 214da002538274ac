/** The paths in requests that are read or written for the asker. What a schema gains is a compile error here. */
import type { RequestInput, RequestName } from '../common/ipc';
import type { DownloadOptions } from '../common/model/download-options';
import type {
  CopyRequest,
  DownloadRequest,
  HashRequest,
  JobRequest,
  VerifyRequest,
} from '../common/model/job-request';
import type { FsPath } from '../common/model/paths';
import type { Settings } from '../common/model/settings';

type Found = FsPath | null | undefined | readonly (FsPath | null | undefined)[];
/** What of a value is a path; 'no': nothing. */
type PathsOf<Value> = { readonly [Key in keyof Value]-?: 'no' | ((value: Value[Key]) => Found) };

const DOWNLOAD_OPTIONS: PathsOf<DownloadOptions> = {
  existing: 'no',
  retries: 'no',
  retryBaseMs: 'no',
  retryOn: 'no',
  retryAll: 'no',
  connectMs: 'no',
  headersMs: 'no',
  stallMs: 'no',
  maxBytes: 'no',
  keepFreeBytes: 'no',
  connections: 'no',
  segments: 'no',
  connectionsPerHost: 'no',
  limitRate: 'no',
  digests: 'no',
  userAgent: 'no',
  headers: 'no',
  user: 'no',
  bearer: 'no',
  netrc: (path) => path,
  cookies: (path) => path,
  proxy: 'no',
  caFile: (path) => path,
  certFile: (path) => path,
  keyFile: (path) => path,
  keyPassword: 'no',
  insecure: 'no',
  markOfTheWeb: 'no',
};

const DOWNLOAD: PathsOf<DownloadRequest> = {
  kind: 'no',
  mode: 'no',
  workers: 'no',
  urls: 'no',
  text: 'no',
  texts: 'no',
  listFiles: (paths) => paths,
  format: 'no',
  out: 'no',
  checksum: 'no',
  directory: (path) => path,
  only: 'no',
  leaveOut: 'no',
  options: (options) => found(DOWNLOAD_OPTIONS, options),
};
const HASH: PathsOf<HashRequest> = {
  kind: 'no',
  mode: 'no',
  workers: 'no',
  paths: (paths) => paths,
  algorithms: 'no',
  manifest: (manifest) => manifest?.path,
  rules: 'no',
  cache: 'no',
  duplicates: 'no',
};
const VERIFY: PathsOf<VerifyRequest> = {
  kind: 'no',
  mode: 'no',
  workers: 'no',
  manifest: (path) => path,
  root: (path) => path,
  strict: 'no',
  ignoreMissing: 'no',
  outside: 'no',
  algorithm: 'no',
  rules: 'no',
};
const COPY: PathsOf<CopyRequest> = {
  kind: 'no',
  mode: 'no',
  workers: 'no',
  sources: (paths) => paths,
  destination: (path) => path,
  layout: 'no',
  options: 'no',
  rules: 'no',
  manifest: (manifest) => manifest?.path,
  algorithms: 'no',
};

function found<Value extends object>(parts: PathsOf<Value>, value: Partial<Value>): readonly FsPath[] {
  return (Object.keys(value) as (keyof Value)[]).flatMap((key) => {
    const part = parts[key];
    if (part === 'no') return [];
    return [part(value[key] as Value[typeof key])]
      .flat()
      .filter((path) => path !== null && path !== undefined);
  });
}

export function pathsOfJob(request: JobRequest): readonly FsPath[] {
  switch (request.kind) {
    case 'download':
      return found(DOWNLOAD, request as DownloadRequest);
    case 'hash':
      return found(HASH, request as HashRequest);
    case 'verify':
      return found(VERIFY, request as VerifyRequest);
    case 'copy':
      return found(COPY, request as CopyRequest);
  }
}

/** Settings that name files, which later jobs read and write. */
function pathsOfSettings({
  downloadDirectory,
  caFile,
  downloadOptions,
}: Partial<Settings>): readonly FsPath[] {
  const own = [downloadDirectory, caFile].filter((path) => path !== null && path !== undefined);
  return [...own, ...found(DOWNLOAD_OPTIONS, (downloadOptions ?? {}) as Partial<DownloadOptions>)];
}

const REQUEST_PATHS: { readonly [Name in RequestName]?: (input: RequestInput<Name>) => readonly FsPath[] } = {
  'settings:set': (patch) => pathsOfSettings(patch as Partial<Settings>),
  'jobs:create': pathsOfJob,
  'copies:first': pathsOfJob,
  'lists:preview': ({ file }) => (file === null ? [] : [file]),
  'folders:free': ({ path }) => [path],
  'experiments:start': ({ work }) => (work.type === 'job' ? pathsOfJob(work.request) : []),
};

/** @param input as it was understood */
export function pathsOf<Name extends RequestName>(name: Name, input: RequestInput<Name>): readonly FsPath[] {
  return REQUEST_PATHS[name]?.(input) ?? [];
}
