/** The URLs of a download's lists. */
import { shownUrl } from '../../common/model/http-fields';
import type { DownloadEntry, ListedEntry } from '../../common/model/download';
import { CHUNK, planChunk, type PlannedChunk, type PlannedTask } from '../../common/model/packet';
import { readDownloadList } from '../formats/download-list';
import { entryFilter } from '../formats/list-filter';
import type { Vault } from '../store/vault';
import type { JobSpec } from './job-spec';
import { assertWhole } from './own-list';

type DownloadSpec = Extract<JobSpec, { kind: 'download' }>;

/** The cursor says which list it is, and how many entries of it are planned. */
export async function* planDownload(
  spec: DownloadSpec,
  cursor: string | null,
  vault: Vault,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const none = { hosts: [], extensions: [] };
  const isChosen = entryFilter(spec.only ?? none, spec.leaveOut ?? none);
  const [first = 0, after = 0] = (cursor ?? '0:0').split(':').map(Number);
  for (const [index, { path, format, bytes }] of spec.lists.entries()) {
    if (index < first) continue;
    await assertWhole(path, bytes);
    let read = index === first ? after : 0;
    for await (const entries of readDownloadList(vault.openFile(path), format, read)) {
      for (let at = 0; at < entries.length; at += CHUNK) {
        const part = entries.slice(at, at + CHUNK);
        read += part.length;
        const chosen =
          isChosen === null ? part : part.filter((each) => 'error' in each || isChosen(each.entry));
        if (chosen.length === 0) continue;
        yield planChunk(
          chosen.map((entry) => planUrl(entry, vault)),
          `${index}:${read}`,
        );
      }
    }
  }
}

function planUrl(listed: ListedEntry, vault: Vault): PlannedTask {
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
  const name = entry.fileName ?? (decode(lastTwo(url.pathname)) || url.host);
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

/** Parts of a path that are not empty. */
function lastTwo(path: string): string {
  if (path.includes('//')) return path.split('/').filter(Boolean).slice(-2).join('/');
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  const last = path.lastIndexOf('/', end - 1);
  return path.slice(path.lastIndexOf('/', last - 1) + 1, end);
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What {@link PlannedTask.request} holds. */
export function openRequest(stored: string | Uint8Array, vault: Vault): DownloadEntry {
  return JSON.parse(typeof stored === 'string' ? stored : vault.open(Buffer.from(stored))) as DownloadEntry;
}
