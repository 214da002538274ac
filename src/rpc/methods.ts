/**
 * aria2's methods (aria2c(1), "RPC INTERFACE"): what each of them does with Heddle's downloads, and the words in which it
 * is refused.
 */
import { randomBytes } from 'node:crypto';
import type { CheckDigests } from '../common/model/digests';
import { readDownloadList } from '../engine/formats/download-list';
import type { Download } from './download';
import type { Downloads } from './downloads';
import { findGid } from './gid';
import type { GlobalOptions } from './global-options';
import { readOptions } from './options';
import type { Params } from './params';
import { checkRequested, httpAddresses, type Requested } from './requested';
import { RpcError } from './rpc-error';
import { filesOf, statusOf, urisOf, type Status } from './status';

export interface MethodsParts {
  readonly downloads: Downloads;
  readonly options: GlobalOptions;
  /** Somebody asked for the end of the process; `null`: it is not theirs to end. */
  readonly onShutdown: (() => void) | null;
}

export type Method = (params: Params) => unknown;

/** The release of aria2 whose answers these are: clients look at it before they ask for more. */
const ARIA2_VERSION = '1.36.0';
const FEATURES = ['Async DNS', 'Firefox3 Cookie', 'GZip', 'HTTPS', 'Message Digest', 'Metalink'];

export const NOTIFICATIONS = ['Start', 'Pause', 'Stop', 'Complete', 'Error', 'BtComplete'].map((event) =>
  event === 'BtComplete' ? 'aria2.onBtDownloadComplete' : `aria2.onDownload${event}`,
);

/** They are about what is asked of the server and where it goes: nothing of it can change under way. */
const FIXED_OPTIONS: ReadonlySet<string> = new Set([
  'dir',
  'out',
  'header',
  'referer',
  'user-agent',
  'http-user',
  'http-passwd',
  'checksum',
  'all-proxy',
  'http-proxy',
  'https-proxy',
  'load-cookies',
]);
/** More than fits on any screen. */
const MOST_TOLD = 1_000_000;
const MOST_URIS = 1000;

export function makeMethods({ downloads, options, onShutdown }: MethodsParts): ReadonlyMap<string, Method> {
  const sessionId = randomBytes(20).toString('hex');
  const gidAt = (params: Params, at = 0): Download => findGid(params.required(at, 'text'), downloads.all);
  const told = (all: readonly Download[], keys: readonly string[]): Status[] =>
    all.map((download) => statusOf(downloads, download, keys));
  const running = (): Download[] => [...downloads.progress.underWay(downloads.active)];
  const standing = (): Download[] => {
    const under = downloads.progress.underWay(downloads.active);
    return downloads.active.filter((each) => !under.has(each));
  };
  /** Those that have their turn and stand still in it come before those that wait for theirs. */
  const waiting = (): Download[] => [...standing(), ...downloads.queue];

  const readRequest = (given: Readonly<Record<string, unknown>>): Record<string, string> => {
    const own = readOptions(given, ({ isOfDownload }) => isOfDownload);
    return { ...options.forDownloads, ...own, dir: options.folder(own['dir'] ?? '') };
  };

  const add = (all: readonly Wanted[], own: Record<string, string>, at: number | null): string[] => {
    const { gid = null, pause, ...kept } = own;
    const asked = all.map(({ out, ...each }) => ({ ...each, options: withName(kept, out ?? null) }));
    for (const each of asked) checkRequested(each);
    return asked.map(
      (each, index) =>
        downloads.add(each, {
          gid: all.length === 1 ? gid : null,
          isPaused: pause === 'true',
          at: at === null ? null : Math.min(at + index, downloads.queue.length),
        }).gid,
    );
  };

  const position = (params: Params, at: number): number | null => {
    const value = params.optional(at, 'integer');
    if (value !== null && value < 0) throw new RpcError('Position must be greater than or equal to 0.');
    return value;
  };

  const remove = (params: Params): string => {
    const download = gidAt(params);
    if (download.state === 'stopped') throw new RpcError(`Active Download not found for GID#${download.gid}`);
    downloads.remove(download);
    return download.gid;
  };

  const pause = (params: Params): string => {
    const download = gidAt(params);
    if (download.state !== 'active' && download.state !== 'waiting')
      throw new RpcError(`GID#${download.gid} cannot be paused now`);
    downloads.pause(download);
    return download.gid;
  };

  const pauseAll = (): string => {
    // The first of those that run is the first to go on.
    for (const each of [...downloads.active].reverse()) downloads.pause(each);
    for (const each of [...downloads.queue]) if (each.state === 'waiting') downloads.pause(each);
    return 'OK';
  };

  const page = (params: Params, of: () => readonly Download[]): Status[] => {
    const offset = params.required(0, 'integer');
    const count = params.atLeast(1, 0);
    const keys = params.optional(2, 'texts') ?? [];
    return told(slice(of(), offset, Math.min(count, MOST_TOLD)), keys);
  };

  const shutdown = (): string => {
    if (onShutdown === null)
      throw new RpcError('Heddle has a window open and does not end at the wish of another program.');
    onShutdown();
    return 'OK';
  };

  const methods: Readonly<Record<string, Method>> = {
    'aria2.addUri': (params) => {
      const given = params.required(0, 'texts');
      const own = params.optional(1, 'options') ?? {};
      const at = position(params, 2);
      if (given.length === 0) throw new RpcError('URI is not provided.');
      const read = readRequest(own);
      const uris = httpAddresses(given.slice(0, MOST_URIS));
      if (uris.length === 0) throw new RpcError(noUri(given));
      return add([{ uris }], read, at)[0];
    },
    'aria2.addTorrent': (params) => {
      params.required(0, 'text');
      throw new RpcError('Heddle downloads over HTTP and HTTPS; it does not have BitTorrent.');
    },
    'aria2.getPeers': (params) => {
      const { state, gid } = gidAt(params);
      if (state === 'stopped') throw new RpcError(`No peer data is available for GID#${gid}`);
      return [];
    },
    'aria2.addMetalink': async (params) => {
      const document = params.required(0, 'text');
      const own = params.optional(1, 'options') ?? {};
      const at = position(params, 2);
      const read = readRequest(own);
      return add(await readMetalink(document), { ...read }, at);
    },
    'aria2.remove': remove,
    'aria2.pause': pause,
    'aria2.forcePause': pause,
    'aria2.pauseAll': pauseAll,
    'aria2.forcePauseAll': pauseAll,
    'aria2.unpause': (params) => {
      const download = gidAt(params);
      if (download.state !== 'paused') throw new RpcError(`GID#${download.gid} cannot be unpaused now`);
      downloads.unpause(download);
      return download.gid;
    },
    'aria2.unpauseAll': () => {
      for (const each of downloads.queue) if (each.state === 'paused') downloads.unpause(each);
      return 'OK';
    },
    'aria2.forceRemove': remove,
    'aria2.changePosition': (params) => {
      const gid = params.required(0, 'text');
      const by = params.required(1, 'integer');
      const how = params.required(2, 'text');
      const download = findGid(gid, downloads.all);
      const from = downloads.queue.indexOf(download);
      const starts: Readonly<Record<string, number>> = {
        POS_SET: 0,
        POS_CUR: from,
        POS_END: downloads.queue.length - 1,
      };
      if (!Object.hasOwn(starts, how)) throw new RpcError('Illegal argument.');
      if (from < 0) throw new RpcError(`GID#${download.gid} not found in the waiting queue.`);
      return downloads.move(download, Math.min((starts[how] ?? 0) + by, downloads.queue.length - 1));
    },
    'aria2.tellStatus': (params) => {
      const gid = params.required(0, 'text');
      const keys = params.optional(1, 'texts') ?? [];
      return statusOf(downloads, findGid(gid, downloads.all), keys);
    },
    'aria2.getUris': (params) => {
      const download = gidAt(params);
      if (download.state === 'stopped')
        throw new RpcError(`No URI data is available for GID#${download.gid}`);
      return urisOf(download);
    },
    'aria2.getFiles': (params) => filesOf(downloads, gidAt(params)),
    'aria2.getServers': (params) => {
      const download = gidAt(params);
      if (download.state !== 'active' || !downloads.progress.isUnderWay(download))
        throw new RpcError(`No active download for GID#${download.gid}`);
      const [uri = ''] = download.requested.uris;
      const downloadSpeed = String(downloads.progress.speedOf(download).bytes);
      return [{ index: '1', servers: [{ currentUri: uri, downloadSpeed, uri }] }];
    },
    'aria2.tellActive': (params) => {
      const keys = params.optional(0, 'texts') ?? [];
      return told(running(), keys);
    },
    'aria2.tellWaiting': (params) => page(params, waiting),
    'aria2.tellStopped': (params) => page(params, () => downloads.stopped),
    'aria2.getOption': (params) => options.toldOf(gidAt(params).requested.options),
    'aria2.changeUri': (params) => {
      const gid = params.required(0, 'text');
      const file = params.atLeast(1, 1);
      const gone = params.required(2, 'texts');
      const more = httpAddresses(params.required(3, 'texts'));
      const at = params.optional(4, 'integer');
      if (at !== null && at < 0) throw new RpcError('Position must be greater than or equal to 0.');
      const download = findGid(gid, downloads.all);
      if (download.state === 'stopped') throw new RpcError(`Cannot remove URIs from GID#${download.gid}`);
      if (file !== 1) throw new RpcError('fileIndex is out of range');
      const uris = [...download.requested.uris];
      let removed = 0;
      for (const uri of gone) {
        const index = uris.indexOf(uri);
        if (index < 0) continue;
        uris.splice(index, 1);
        removed += 1;
      }
      // The first one is in use, and no place among those that are not.
      const spent = removed === 0 && urisOf(download)[0]?.status === 'used' ? 1 : 0;
      uris.splice(at === null ? uris.length : Math.min(at + spent, uris.length), 0, ...more);
      if (uris.length > MOST_URIS) throw new RpcError(`A download has at most ${MOST_URIS} URIs.`);
      // One without any would never end.
      if (uris.length === 0) throw new RpcError(`Cannot remove the last URI from GID#${download.gid}`);
      downloads.request(download, { ...download.requested, uris });
      if (download.jobId !== null) download.isChanged = true;
      return [removed, more.length];
    },
    'aria2.changeOption': (params) => {
      const gid = params.required(0, 'text');
      const given = params.required(1, 'options');
      const download = findGid(gid, downloads.all);
      const read = readOptions(given, ({ isOfDownload }) => isOfDownload);
      const changed = Object.fromEntries(
        Object.entries(read).filter(([name]) => name !== 'gid' && name !== 'pause'),
      );
      const { requested, jobId } = download;
      const isFixed = Object.keys(changed).some(
        (name) => FIXED_OPTIONS.has(name) && changed[name] !== requested.options[name],
      );
      if (download.state === 'stopped' || (isFixed && jobId !== null))
        throw new RpcError(`Cannot change option for GID#${download.gid}`);
      const { dir, ...others } = changed;
      const next = {
        ...requested,
        options: {
          ...requested.options,
          ...others,
          ...(dir === undefined ? {} : { dir: options.folder(dir) }),
        },
      };
      checkRequested(next);
      downloads.request(download, next);
      if (jobId !== null && 'max-download-limit' in changed) downloads.limitRate(download);
      return 'OK';
    },
    'aria2.getGlobalOption': () => options.told(),
    'aria2.changeGlobalOption': (params) => {
      const changed = options.change(params.required(0, 'options'));
      const most = changed['max-download-result'];
      if (most !== undefined) {
        downloads.mostStopped = Number(most);
        downloads.trim();
      }
      return 'OK';
    },
    'aria2.purgeDownloadResult': () => {
      downloads.purge();
      return 'OK';
    },
    'aria2.removeDownloadResult': (params) => {
      const download = gidAt(params);
      if (download.state !== 'stopped')
        throw new RpcError(`Could not remove download result of GID#${download.gid}`);
      downloads.forget(download);
      return 'OK';
    },
    'aria2.getVersion': () => ({ enabledFeatures: FEATURES, version: ARIA2_VERSION }),
    'aria2.getSessionInfo': () => ({ sessionId }),
    'aria2.shutdown': shutdown,
    'aria2.forceShutdown': shutdown,
    'aria2.getGlobalStat': () => ({
      downloadSpeed: String(downloads.progress.bytesPerSecond),
      numActive: String(running().length),
      numStopped: String(downloads.stopped.length),
      numStoppedTotal: String(downloads.stoppedTotal),
      numWaiting: String(waiting().length),
      uploadSpeed: '0',
    }),
    // Everything is stored before it is answered.
    'aria2.saveSession': () => 'OK',
  };
  return new Map(Object.entries(methods));
}

function noUri(given: readonly string[]): string {
  const other = given
    .map((uri) => /^(magnet|ftps?|sftp):/iu.exec(uri.trim())?.[1])
    .find((each) => each !== undefined);
  return other === undefined
    ? 'No URI to download.'
    : `Heddle downloads over HTTP and HTTPS; it does not have ${other === 'magnet' ? 'BitTorrent' : other.toUpperCase()}.`;
}

/** A negative offset counts from the end, and goes backwards. */
function slice(all: readonly Download[], offset: number, count: number): readonly Download[] {
  if (offset >= 0) return all.slice(offset, offset + count);
  const last = all.length + offset;
  return last < 0 ? [] : all.slice(Math.max(0, last - count + 1), last + 1).reverse();
}

/** What is downloaded, before it is said how. */
interface Wanted extends Omit<Requested, 'options'> {
  /** What the document calls it. */
  readonly out?: string | null;
}

/** A document's own name of a file is not replaced by what the call says of all of them. */
function withName(options: Record<string, string>, out: string | null): Record<string, string> {
  return out === null ? options : { ...options, out };
}

async function readMetalink(base64: string): Promise<Wanted[]> {
  const files: Wanted[] = [];
  let isFaulty = false;
  try {
    for await (const some of readDownloadList([Buffer.from(base64, 'base64')], 'metalink'))
      for (const listed of some) {
        if ('error' in listed) {
          isFaulty = true;
          continue;
        }
        const { urls, fileName, directory, size, digests } = listed.entry;
        const out = [directory, fileName].filter((part) => part !== null).join('/');
        files.push({
          uris: urls,
          out: out === '' ? null : out,
          size,
          digests: digests satisfies CheckDigests,
        });
      }
  } catch {
    isFaulty = true;
  }
  if (files.length === 0 && isFaulty) throw new RpcError('Could not parse Metalink XML document.');
  return files;
}
