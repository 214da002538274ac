/** What is told of a download, under the names and in the forms that aria2 has (aria2c(1), "aria2.tellStatus"). */
import type { Download } from './download';
import type { Downloads } from './downloads';

export interface UriStatus {
  readonly status: 'used' | 'waiting';
  readonly uri: string;
}

export interface FileStatus {
  readonly completedLength: string;
  readonly index: string;
  readonly length: string;
  readonly path: string;
  readonly selected: string;
  readonly uris: readonly UriStatus[];
}

export type Status = Readonly<Record<string, string | readonly FileStatus[]>>;

/** Bytes of one piece: what the bitfield's bits stand for. */
const PIECE_BYTES = 1_048_576;
/** A longer bitfield tells nobody anything. */
const MOST_PIECES = 1_048_576;

/** @param keys of what is asked for; none: everything */
export function statusOf(downloads: Downloads, download: Download, keys: readonly string[]): Status {
  const { gid, result, requested } = download;
  const { total, completed, isRunning } = downloads.progress.of(download);
  const { bytes, connections } = isRunning
    ? downloads.progress.speedOf(download)
    : { bytes: 0, connections: 0 };
  const pieceBytes = Number(requested.options['piece-length'] ?? PIECE_BYTES);
  const length = total === 0 ? (requested.size ?? 0) : total;
  const pieces = Math.ceil(length / pieceBytes);
  const all: Record<string, () => Status[string]> = {
    ...(total > 0 && pieces <= MOST_PIECES
      ? {
          bitfield: () => bitfield(pieces, completed === total ? pieces : Math.floor(completed / pieceBytes)),
        }
      : {}),
    completedLength: () => String(completed),
    connections: () => String(connections),
    dir: () => requested.options['dir'] ?? '',
    downloadSpeed: () => String(bytes),
    ...(result === null
      ? {}
      : { errorCode: () => result.errorCode, errorMessage: () => result.errorMessage }),
    files: () => filesOf(downloads, download),
    gid: () => gid,
    numPieces: () => String(pieces),
    pieceLength: () => String(pieceBytes),
    status: () => wordOf(downloads, download),
    totalLength: () => String(total),
    uploadLength: () => '0',
    uploadSpeed: () => '0',
  };
  const wanted = keys.length === 0 ? Object.keys(all) : keys;
  const status: Record<string, Status[string]> = {};
  for (const key of wanted) if (Object.hasOwn(all, key)) status[key] = all[key]?.() ?? '';
  return status;
}

function wordOf(downloads: Downloads, download: Download): string {
  const { state, result } = download;
  if (state === 'stopped') return result?.status ?? 'removed';
  if (state !== 'active') return state;
  return downloads.progress.isUnderWay(download) ? 'active' : 'waiting';
}

export function filesOf(downloads: Downloads, download: Download): readonly FileStatus[] {
  const { requested, state } = download;
  const { total, completed, path } = downloads.progress.of(download);
  const hasBegun = state === 'active' || total > 0 || (requested.options['out'] ?? '') !== '';
  return [
    {
      completedLength: String(completed),
      index: '1',
      length: String(total === 0 ? (requested.size ?? 0) : total),
      path: download.result !== null || hasBegun ? path : '',
      selected: 'true',
      uris: urisOf(download),
    },
  ];
}

export function urisOf({ requested, state, jobId }: Download): readonly UriStatus[] {
  const isUsed = state === 'active' || state === 'stopped' || jobId !== null;
  return requested.uris.map((uri, at) => ({ status: isUsed && at === 0 ? 'used' : 'waiting', uri }));
}

/** The highest bit of the first digit stands for the first piece. @param done pieces from the beginning on that are there */
function bitfield(pieces: number, done: number): string {
  let text = '';
  for (let at = 0; at < pieces; at += 8) {
    const bits = Math.max(0, Math.min(8, done - at));
    text += ((0xff << (8 - bits)) & 0xff).toString(16).padStart(2, '0');
  }
  return text;
}
