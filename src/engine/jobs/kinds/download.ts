/** Downloads of URLs. */
import { createHash } from 'node:crypto';
import {
  plainEntry,
  type DownloadEntry,
  type KnownFile,
  type PartialNote,
} from '../../../common/model/download';
import { DEFAULT_DOWNLOAD_OPTIONS, type DownloadOptions } from '../../../common/model/download-options';
import { isIdempotent } from '../../../common/model/http-fields';
import { toColumn, valueAt, type OrderDetails, type Packet } from '../../../common/model/packet';
import { displayPath, joinPath, samePath, type FsPath } from '../../../common/model/paths';
import { SharedLog } from '../../../common/threads/shared-log';
import { expectedFileName } from '../../../files/file-name';
import { isOneEntry } from '../../../files/folded-names';
import { FIRST_LIMIT } from '../host-pace';
import type { PipedFiles } from '../option-files';
import type { JobSpec, SecretOption } from '../job-spec';
import { openRequest, planDownload } from '../plan-download';
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from '../retry-policy';
import { namedFinding } from './file-work';
import { ONE_PHASE, type Kind, type KindContext } from './kind';

/** A packet is held by its slowest URL. */
const TASKS_IN_PACKET = 32;

export function downloadKind(spec: Extract<JobSpec, { kind: 'download' }>, context: KindContext): Kind {
  const { tasks, vault, settings, rates, places, partial } = context;
  const { options, directory, workDirectory } = spec;

  function entryOf(packet: Packet, task: number): DownloadEntry {
    const request = valueAt(packet.requests, task);
    if (request !== null) return openRequest(request, vault);
    return plainEntry(displayPath(packet.sources[task] ?? ''));
  }

  /** Where only newer files are wanted: what the entry became before, and whose its name is. */
  function whatIsKnown(
    packet: Packet,
    task: number,
  ): { readonly known: KnownFile | null; readonly isForeign: boolean } | null {
    if (options.existing !== 'newer') return null;
    const entry = entryOf(packet, task);
    const key = keyOf(entry);
    const target = expectedTarget(entry, directory);
    const isForeign = tasks.knownFiles
      .ofOthers(target, key)
      .some((other) => samePath(other, target) || isOneEntry(other, target));
    return { known: tasks.knownFiles.get(key, directory), isForeign };
  }

  function detailsOf(packet: Packet, task: number): OrderDetails | null {
    const known = whatIsKnown(packet, task);
    const request = valueAt(packet.requests, task);
    const left = partial(packet.ids[task] ?? 0);
    if (request === null && known === null && left === null) return null;
    const entry = request === null ? null : openRequest(request, vault);
    return { download: { entry, partial: left, ...known } };
  }

  function retryPolicy(packet: Packet, task: number, base: RetryPolicy): RetryPolicy {
    const { retries, retryBaseMs, retryAll } = options;
    const { method } = entryOf(packet, task);
    // RFC 9110 §9.2.2: the call may have had its effect although its answer did not come.
    if (!retryAll && !isIdempotent(method)) return { ...base, maxAttempts: 1 };
    // What a test asks for holds.
    return base === DEFAULT_RETRY_POLICY ? { ...base, maxAttempts: retries + 1, baseMs: retryBaseMs } : base;
  }

  return {
    phases: ONE_PHASE,
    writesTo: {
      folder: directory,
      // Older jobs do not have all options.
      keepFreeBytes: { ...DEFAULT_DOWNLOAD_OPTIONS, ...options }.keepFreeBytes,
    },
    // Older jobs have none in their options.
    connections: options.connections ?? settings.connections,
    tasksInPacket: TASKS_IN_PACKET,
    tasksAhead: TASKS_IN_PACKET,
    // Who says how many there are to be means it.
    firstPerHost: options.connections ?? FIRST_LIMIT,
    limitPerHost: options.connectionsPerHost ?? settings.connectionsPerHost,
    workerOptions: () => {
      const { piped, ...secrets } = JSON.parse(vault.open(Buffer.from(spec.secrets, 'base64'))) as Pick<
        DownloadOptions,
        SecretOption
      > & { readonly piped?: PipedFiles };
      return {
        kind: 'download',
        directory,
        workDirectory,
        options: {
          // Older jobs do not have all of them.
          ...DEFAULT_DOWNLOAD_OPTIONS,
          ...options,
          ...secrets,
          proxy: secrets.proxy ?? settings.proxy,
          caFile: options.caFile ?? settings.caFile,
        },
        rates: rates.map(({ buffer }) => buffer),
        ...(places === null ? {} : { places }),
        cookieLog: new SharedLog().buffer,
        ...(piped === undefined ? {} : { piped }),
      };
    },
    plan: (cursor) => planDownload(spec, cursor, vault),
    details: (packet) => toColumn(packet.ids.map((_, task) => detailsOf(packet, task))),
    partialIn: (note) => note as PartialNote,
    findingOf: namedFinding,
    retryPolicy,
    knownOf: (packet, task, file) => ({ key: keyOf(entryOf(packet, task)), directory: directory, file }),
  };
}

/** Of all that an entry asks: another header may bring another file. */
function keyOf(entry: DownloadEntry): string {
  return createHash('sha256').update(JSON.stringify(entry)).digest('hex');
}

/** Where the file goes if the answer gives it no other name. */
function expectedTarget({ urls, fileName, directory }: DownloadEntry, root: FsPath): FsPath {
  const name = expectedFileName(fileName, new URL(urls[0] ?? ''));
  return joinPath(directory === null ? root : joinPath(root, directory), name);
}
