/** What lists hold, before anything starts. */
import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { DownloadEntry, EntryGroup, ListFormat, ListPreview } from '../../common/model/download';
import { HeddleError } from '../../common/model/errors';
import { expectedFileName } from '../../files/file-name';
import { readDownloadList } from './download-list';
import { extensionOf } from './list-filter';
import type { Bytes } from './text-lines';

const SHOWN = 100;
const FIRST = 20;
/** More are nothing that anybody chooses from. */
const MOST_GROUPS = 10_000;
/** Nobody reads more of them. */
const MOST_FAULTS = 100_000;
/** About 5 ms. */
const TURN_ENTRIES = 1000;

type Fault = ListPreview['faults'][number];

/**
 * @param open gives the list from its beginning
 * @param limit entries that are looked at; of a longer list the preview says that it is partial
 */
export async function previewList(
  open: () => Bytes,
  given: Pick<PreviewedList, 'format' | 'hint'>,
  limit = 100_000,
): Promise<ListPreview> {
  const tally = new Tally();
  const faults: Fault[] = [];
  const first: DownloadEntry[] = [];
  const { faultCount, ...rest } = await read({ open, ...given }, limit, {
    entry: (entry) => {
      if (first.length < FIRST) first.push(entry);
      tally.add(entry);
    },
    fault: (fault) => {
      if (faults.length < SHOWN) faults.push(fault);
    },
  });
  const { clashes, ...counts } = tally.result();
  return {
    ...rest,
    ...counts,
    clashes: clashes.slice(0, SHOWN),
    faults,
    faultCount,
    firstFile: tally.firstFile,
    first,
  };
}

/**
 * A list that somebody looks at in a file. A pipe could be read only once, and might never begin; a device never end.
 * @throws HeddleError `not-a-file`
 */
export async function* listFile(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const stats = await stat(path);
  if (!stats.isFile() && !stats.isDirectory())
    throw new HeddleError('not-a-file', `${path} is a device, pipe or socket. A list has to be a file.`);
  yield* createReadStream(path) as AsyncIterable<Uint8Array>;
}

export interface PreviewedList {
  /** What people know it by. */
  readonly name: string;
  readonly open: () => Bytes;
  readonly format: ListFormat | null;
  /** What its name says, where its format is told by its beginning. */
  readonly hint?: ListFormat | null;
}

/** What several lists hold together, whole: what comes twice may come from two of them. */
export interface BatchPreview extends Pick<
  ListPreview,
  'entries' | 'hosts' | 'extensions' | 'groups' | 'duplicates' | 'clashes'
> {
  /** By the filter. */
  readonly leftOut: number;
  readonly lists: readonly {
    readonly name: string;
    readonly format: ListFormat;
    readonly entries: number;
    readonly faultCount: number;
    readonly remarks: ListPreview['remarks'];
  }[];
  /** The first lines that could not be read; how many there are is said of each list. */
  readonly faults: readonly (Fault & { readonly list: string })[];
}

/** @param isChosen `null`: all are counted; see `entryFilter` */
export async function previewLists(
  lists: readonly PreviewedList[],
  isChosen: ((entry: DownloadEntry) => boolean) | null = null,
): Promise<BatchPreview> {
  const tally = new Tally();
  const faults: BatchPreview['faults'][number][] = [];
  const done: BatchPreview['lists'][number][] = [];
  let leftOut = 0;
  for (const list of lists) {
    const { name } = list;
    const before = leftOut;
    const { format, entries, faultCount, remarks } = await read(list, Infinity, {
      entry: (entry) => {
        if (isChosen === null || isChosen(entry)) tally.add(entry);
        else leftOut += 1;
      },
      fault: (fault) => {
        if (faults.length < MOST_FAULTS) faults.push({ list: name, ...fault });
      },
    });
    done.push({ name, format, entries: entries - (leftOut - before), faultCount, remarks });
  }
  const entries = done.reduce((sum, list) => sum + list.entries, 0);
  return { entries, leftOut, lists: done, ...tally.result(), faults };
}

interface Visitor {
  readonly entry: (entry: DownloadEntry) => void;
  readonly fault: (fault: Fault) => void;
}

async function read(
  list: Omit<PreviewedList, 'name'>,
  limit: number,
  visitor: Visitor,
): Promise<Pick<ListPreview, 'format' | 'entries' | 'partial' | 'faultCount' | 'remarks'>> {
  let format = list.format ?? 'urls';
  let entries = 0;
  let faultCount = 0;
  const remarks: ListPreview['remarks'][number][] = [];
  const listed = readDownloadList(list.open(), list.format, 0, {
    format: (found) => {
      format = found;
    },
    hint: list.hint ?? null,
    remark: (line, message) => {
      if (remarks.length < SHOWN) remarks.push({ line, message });
    },
  });
  for await (const group of listed) {
    for (const each of group) {
      // Others on this thread get their turn.
      if ((entries + faultCount) % TURN_ENTRIES === 0) await new Promise((resolve) => setImmediate(resolve));
      if (entries + faultCount >= limit) return { format, entries, partial: true, faultCount, remarks };
      if ('error' in each) {
        faultCount += 1;
        visitor.fault({ line: each.line, text: each.text, message: each.error.message });
      } else {
        entries += 1;
        visitor.entry(each.entry);
      }
    }
  }
  return { format, entries, partial: false, faultCount, remarks };
}

/** Counts what entries have in common. */
class Tally {
  readonly #groups = new Map<string, Map<string, number>>();
  readonly #names = new Map<string, number>();
  readonly #seen = new Set<string>();
  #duplicates = 0;
  firstFile: string | null = null;

  add(entry: DownloadEntry): void {
    const url = new URL(entry.urls[0] ?? '');
    // As short as tells a million of them apart.
    const key = hash('sha256', `${entry.method} ${url.href} ${entry.body ?? ''}`, 'binary').slice(0, 12);
    if (this.#seen.has(key)) this.#duplicates += 1;
    this.#seen.add(key);
    const name = expectedFileName(entry.fileName, url);
    const place = entry.directory === null ? name : `${entry.directory}/${name}`;
    this.#names.set(place, (this.#names.get(place) ?? 0) + 1);
    this.firstFile ??= place;
    let extensions = this.#groups.get(url.host);
    if (extensions === undefined) this.#groups.set(url.host, (extensions = new Map<string, number>()));
    const extension = extensionOf(name);
    extensions.set(extension, (extensions.get(extension) ?? 0) + 1);
  }

  result(): Pick<ListPreview, 'hosts' | 'extensions' | 'groups' | 'duplicates' | 'clashes'> {
    const byCount = (counts: Iterable<[string, number]>): [string, number][] =>
      [...counts].sort(([, left], [, right]) => right - left);
    const groups: EntryGroup[] = [];
    const hosts = new Map<string, number>();
    const extensions = new Map<string, number>();
    for (const [host, ofHost] of this.#groups) {
      for (const [extension, entries] of ofHost) {
        groups.push({ host, extension, entries });
        hosts.set(host, (hosts.get(host) ?? 0) + entries);
        extensions.set(extension, (extensions.get(extension) ?? 0) + entries);
      }
    }
    return {
      hosts: byCount(hosts).map(([host, entries]) => ({ host, entries })),
      extensions: byCount(extensions).map(([extension, entries]) => ({ extension, entries })),
      groups: groups.length > MOST_GROUPS ? null : groups,
      duplicates: this.#duplicates,
      // Few of them, mostly: to sort all names would hold the thread up.
      clashes: byCount([...this.#names].filter(([, count]) => count > 1)).map(([name, entries]) => ({
        name,
        entries,
      })),
    };
  }
}
