/** The command that does what a job did, or what a request would do. */
import { statSync } from 'node:fs';
import { commandLineOf, type CommandLine } from '../../common/command-line/command-line-of';
import { shellText, withInput, type CommandText, type Shell } from '../../common/command-line/shell-text';
import { CHECK_ALGORITHMS } from '../../common/model/digests';
import { DEFAULT_DOWNLOAD_OPTIONS } from '../../common/model/download-options';
import { jobRequestSchema, type JobRequest } from '../../common/model/job-request';
import { displayName, type FsPath } from '../../common/model/paths';
import { absolutePath } from '../../files/absolute-path';
import { native } from '../../files/entries';
import { detectFormat, formatByName } from '../formats/detect-format';
import type { StoredJob } from '../store/job-repository';
import type { Vault } from '../store/vault';
import { understood } from '../understood';
import type { JobSpec, StoredList } from './job-spec';
import { assertWhole } from './own-list';
import { copyAgain } from './stored-request';

/** Longer lists are no part of a command. */
const MOST_LIST_BYTES = 128 * 1024;

/** @throws HeddleError for a request that makes no sense */
export function requestCommand(request: JobRequest, manifest: FsPath | null = null): CommandLine {
  const checked = understood(jobRequestSchema, request, 'The job');
  return commandLineOf(checked, {
    isFolder: (path) =>
      statSync(native(absolutePath(path)), { throwIfNoEntry: false })?.isDirectory() === true,
    hasCloudFiles: process.platform === 'win32' || process.platform === 'darwin',
    manifest,
  });
}

/** @throws HeddleError `secret-lost` */
export async function jobCommand({ summary, spec }: StoredJob, vault: Vault): Promise<CommandLine> {
  const how = { mode: summary.mode, workers: summary.workers };
  switch (spec.kind) {
    case 'download':
      return requestCommand(
        { kind: 'download', ...how, ...(await downloadAgain(spec, vault)) },
        spec.manifest,
      );
    case 'hash': {
      const { paths, algorithms, manifest, rules, cache, duplicates } = spec;
      return requestCommand({
        kind: 'hash',
        ...how,
        paths: [...paths],
        algorithms: [...algorithms],
        manifest,
        rules,
        cache,
        duplicates,
      });
    }
    case 'verify': {
      const { bag = false, folders, strict, outside, algorithm, ignoreMissing = false, rules } = spec;
      const manifest = spec.shown === undefined ? spec.manifest : null;
      const asked = { strict, outside, algorithm, ignoreMissing, rules };
      const root = bag ? null : spec.root;
      return requestCommand({ kind: 'verify', ...how, manifest, root, ...(folders ? { rules } : asked) });
    }
    case 'copy': {
      const { options, manifest, algorithms } = spec;
      return requestCommand({
        ...copyAgain(summary, spec),
        options,
        manifest,
        algorithms: [...algorithms],
      });
    }
  }
}

export function commandText({ words, input, leftOut }: CommandLine, shell: Shell): CommandText {
  const plain = shellText(words, shell);
  if (input === null) return { text: plain, leftOut };
  const text = withInput(plain, input, shell);
  if (text !== null) return { text, leftOut };
  return {
    text: shellText(withoutInput(words), shell),
    leftOut: [...leftOut, 'the list: save it as a file and add -i FILE'],
  };
}

function withoutInput(words: readonly string[]): string[] {
  const at = words.findIndex((word, index) => word === '-i' && words[index + 1] === '-');
  return words.filter((_, index) => index !== at && index !== at + 1);
}

type DownloadSpec = Extract<JobSpec, { kind: 'download' }>;
type Asked = Omit<Extract<JobRequest, { kind: 'download' }>, 'kind' | 'mode' | 'workers'>;

async function downloadAgain(spec: DownloadSpec, vault: Vault): Promise<Asked> {
  const sealed = JSON.parse(vault.open(Buffer.from(spec.secrets, 'base64'))) as object;
  // What was in pipes is no option.
  const secrets = Object.fromEntries(Object.entries(sealed).filter(([name]) => name !== 'piped'));
  const lists = await Promise.all(
    spec.lists.map(async (list) => ({ list, text: await beginningOf(list, vault) })),
  );
  const [first] = lists;
  const single = first === undefined || first.list.file !== undefined ? null : singleUrl(first.text);
  const others = single === null ? lists : lists.slice(1);
  const asked = others.find(({ list, text }) => list.format !== toldFormat(list, text));
  return {
    urls: [],
    text: null,
    texts: others.flatMap(({ list, text }) => (list.file === undefined ? [text] : [])),
    listFiles: others.flatMap(({ list }) => list.file ?? []),
    format: asked?.list.format ?? null,
    ...single,
    directory: spec.directory,
    ...(spec.only === undefined ? {} : { only: spec.only }),
    ...(spec.leaveOut === undefined ? {} : { leaveOut: spec.leaveOut }),
    options: { ...DEFAULT_DOWNLOAD_OPTIONS, ...spec.options, ...secrets },
  };
}

function toldFormat({ file }: StoredList, text: string): StoredList['format'] {
  return detectFormat(text, file === undefined ? null : formatByName(displayName(file)));
}

/** A list that is longer is not read to its end. */
async function beginningOf({ path, bytes: whole }: StoredList, vault: Vault): Promise<string> {
  await assertWhole(path, whole);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of vault.openFile(path)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_LIST_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What a single URL with a name or a checksum is stored as. */
function singleUrl(text: string): Pick<Asked, 'urls' | 'out' | 'checksum'> | null {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof line !== 'object' || line === null || !('url' in line)) return null;
  const { url, filename = null, ...digests } = line as Readonly<Record<string, string>>;
  const [digest, ...more] = Object.entries(digests);
  const isKnown = digest === undefined || CHECK_ALGORITHMS.some((name) => name === digest[0]);
  if (url === undefined || more.length > 0 || !isKnown) return null;
  return { urls: [url], out: filename, checksum: digest === undefined ? null : `${digest[0]}=${digest[1]}` };
}
