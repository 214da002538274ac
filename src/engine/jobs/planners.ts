/**
 * Planners list a job's tasks, a chunk at a time. Each chunk carries a cursor
 * from which planning goes on after a crash; it is stored with the chunk.
 */
import { shownUrl } from '../../common/model/http-fields';
import type { DownloadEntry, ListedEntry } from '../../common/model/download';
import { readDownloadList } from '../formats/download-list';
import type { NewTask } from '../store/task-repository';
import type { Vault } from '../store/vault';
import type { JobSpec } from './job-spec';
import { planFolders } from './plan-folders';
import { planCopy } from './plan-copy';
import { planDuplicates } from './plan-duplicates';
import { planHash } from './plan-hash';
import { planVerify } from './plan-verify';
import { CHUNK, type PlanContext, type PlannedChunk } from './planned-chunk';

/** @param cursor of the last chunk that was stored; `null` at the beginning */
export function planJob(
  spec: JobSpec,
  cursor: string | null,
  context: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  switch (spec.kind) {
    case 'download':
      return planDownload(spec, cursor, context);
    case 'hash':
      return spec.duplicates ? planDuplicates(spec, cursor, context) : planHash(spec, cursor, context);
    case 'verify':
      return spec.folders ? planFolders(spec, cursor, context) : planVerify(spec, cursor, context);
    case 'copy':
      return planCopy(spec, cursor, context);
  }
}

/** The cursor says which list it is, and how many entries of it are planned. */
async function* planDownload(
  spec: Extract<JobSpec, { kind: 'download' }>,
  cursor: string | null,
  { vault }: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const [first = 0, after = 0] = (cursor ?? '0:0').split(':').map(Number);
  for (const [index, { path, format }] of spec.lists.entries()) {
    if (index < first) continue;
    let read = index === first ? after : 0;
    for await (const entries of readDownloadList(vault.openFile(path), format, read)) {
      for (let at = 0; at < entries.length; at += CHUNK) {
        const part = entries.slice(at, at + CHUNK);
        read += part.length;
        yield { tasks: part.map((entry) => planUrl(entry, vault)), cursor: `${index}:${read}` };
      }
    }
  }
}

function planUrl(listed: ListedEntry, vault: Vault): NewTask {
  const base = { phase: 0, type: 'url', root: 0, target: null, size: null } as const;
  if ('error' in listed) {
    const settled = { state: 'failed', reason: listed.error } as const;
    return { ...base, host: '', source: listed.text, name: listed.text, settled };
  }
  const { entry } = listed;
  const url = new URL(entry.urls[0] ?? '');
  const hasLogin = url.username !== '' || url.password !== '';
  const request = isPlain(entry) && !hasLogin ? null : seal(entry, vault);
  // The last two parts tell files of one name apart.
  const inPath = url.pathname.split('/').filter(Boolean).slice(-2).join('/') || url.host;
  const name = entry.fileName ?? decode(inPath);
  return { ...base, host: url.host, source: shownUrl(url), name, size: entry.size, request, settled: null };
}

function isPlain(entry: DownloadEntry): boolean {
  return entry.urls.length === 1 && entry.fileName === null && !hasSecrets(entry) && !hasDetails(entry);
}

function hasDetails({ directory, size, digests, method }: DownloadEntry): boolean {
  return directory !== null || size !== null || method !== 'GET' || Object.keys(digests).length > 0;
}

/** Headers and bodies may hold keys; which ones do nobody can tell. */
function hasSecrets({ headers, body, urls }: DownloadEntry): boolean {
  return headers.length > 0 || body !== null || urls.some((url) => url.includes('@'));
}

function seal(entry: DownloadEntry, vault: Vault): string | Buffer {
  const text = JSON.stringify(entry);
  return hasSecrets(entry) ? vault.seal(text) : text;
}

/** What {@link NewTask.request} holds. */
export function openRequest(stored: string | Buffer, vault: Vault): DownloadEntry {
  return JSON.parse(typeof stored === 'string' ? stored : vault.open(stored)) as DownloadEntry;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
