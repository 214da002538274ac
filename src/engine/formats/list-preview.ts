/** What lists hold, before anything starts. */
import { createHash } from 'node:crypto';
import type { DownloadEntry, ListFormat, ListPreview } from '../../common/model/download';
import { expectedFileName } from '../../files/file-name';
import { readDownloadList } from './download-list';
import type { Bytes } from './text-lines';

const SHOWN = 100;
const FIRST = 20;
/** About 5 ms. */
const TURN_ENTRIES = 1000;

type Fault = ListPreview['faults'][number];

/**
 * @param open gives the list from its beginning
 * @param limit entries that are looked at; of a longer list the preview says that it is partial
 */
export async function previewList(
  open: () => Bytes,
  format: ListFormat | null,
  limit = 100_000,
): Promise<ListPreview> {
  const tally = new Tally();
  const faults: Fault[] = [];
  const first: DownloadEntry[] = [];
  const { faultCount, ...rest } = await read({ open, format }, limit, {
    entry: (entry) => {
      if (first.length < FIRST) first.push(entry);
      tally.add(entry);
    },
    fault: (fault) => {
      if (faults.length < SHOWN) faults.push(fault);
    },
  });
  const { hosts, duplicates, clashes } = tally.result();
  return { ...rest, hosts, duplicates, clashes: clashes.slice(0, SHOWN), faults, faultCount, first };
}

export interface PreviewedList {
  /** What people know it by. */
  readonly name: string;
  readonly open: () => Bytes;
  readonly format: ListFormat | null;
}

/** What several lists hold together, whole: what comes twice may come from two of them. */
export interface BatchPreview extends Pick<ListPreview, 'entries' | 'hosts' | 'duplicates' | 'clashes'> {
  readonly lists: readonly {
    readonly name: string;
    readonly format: ListFormat;
    readonly entries: number;
    readonly faultCount: number;
  }[];
  /** All lines that could not be read. */
  readonly faults: readonly (Fault & { readonly list: string })[];
}

export async function previewLists(lists: readonly PreviewedList[]): Promise<BatchPreview> {
  const tally = new Tally();
  const faults: BatchPreview['faults'][number][] = [];
  const done: BatchPreview['lists'][number][] = [];
  for (const list of lists) {
    const { name } = list;
    const { format, entries, faultCount } = await read(list, Infinity, {
      entry: (entry) => {
        tally.add(entry);
      },
      fault: (fault) => faults.push({ list: name, ...fault }),
    });
    done.push({ name, format, entries, faultCount });
  }
  const entries = done.reduce((sum, list) => sum + list.entries, 0);
  return { entries, lists: done, ...tally.result(), faults };
}

interface Visitor {
  readonly entry: (entry: DownloadEntry) => void;
  readonly fault: (fault: Fault) => void;
}

async function read(
  list: Omit<PreviewedList, 'name'>,
  limit: number,
  visitor: Visitor,
): Promise<Pick<ListPreview, 'format' | 'entries' | 'partial' | 'faultCount'>> {
  let format = list.format ?? 'urls';
  let entries = 0;
  let faultCount = 0;
  const listed = readDownloadList(list.open(), list.format, 0, (found) => {
    format = found;
  });
  for await (const group of listed) {
    for (const each of group) {
      // Others on this thread get their turn.
      if ((entries + faultCount) % TURN_ENTRIES === 0) await new Promise((resolve) => setImmediate(resolve));
      if (entries + faultCount >= limit) return { format, entries, partial: true, faultCount };
      if ('error' in each) {
        faultCount += 1;
        visitor.fault({ line: each.line, text: each.text, message: each.error.message });
      } else {
        entries += 1;
        visitor.entry(each.entry);
      }
    }
  }
  return { format, entries, partial: false, faultCount };
}

/** Counts what entries have in common. */
class Tally {
  readonly #hosts = new Map<string, number>();
  readonly #names = new Map<string, number>();
  readonly #seen = new Set<string>();
  #duplicates = 0;

  add(entry: DownloadEntry): void {
    const url = new URL(entry.urls[0] ?? '');
    this.#hosts.set(url.host, (this.#hosts.get(url.host) ?? 0) + 1);
    const key = createHash('sha1')
      .update(`${entry.method} ${url.href} ${entry.body ?? ''}`)
      .digest('base64');
    if (this.#seen.has(key)) this.#duplicates += 1;
    this.#seen.add(key);
    const name = expectedFileName(entry.fileName, url);
    const place = entry.directory === null ? name : `${entry.directory}/${name}`;
    this.#names.set(place, (this.#names.get(place) ?? 0) + 1);
  }

  result(): Pick<ListPreview, 'hosts' | 'duplicates' | 'clashes'> {
    const byCount = (map: ReadonlyMap<string, number>): [string, number][] =>
      [...map].sort(([, left], [, right]) => right - left);
    return {
      hosts: byCount(this.#hosts).map(([host, entries]) => ({ host, entries })),
      duplicates: this.#duplicates,
      clashes: byCount(this.#names)
        .filter(([, count]) => count > 1)
        .map(([name, entries]) => ({ name, entries })),
    };
  }
}
