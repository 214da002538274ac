/** What the sources of a new download hold together. Pure. */
import { LIST_FORMAT_NAMES, type ListPreview } from '../../common/model/download';
import { formatCount } from '../../common/model/units';
import { plural } from './text';

/** One source, and what was understood of it. */
export interface PreviewedSource {
  readonly key: string;
  /** What people know it by; `null`: the text field. */
  readonly name: string | null;
  /** `null` until it was read. */
  readonly preview: ListPreview | null;
  /** Why it could not be read. */
  readonly error: string | null;
  /** Whether that is said of what is there now; else of what was there a moment ago. */
  readonly isCurrent: boolean;
}

export interface Combined {
  readonly isCurrent: boolean;
  readonly entries: number;
  /** Whether there is more than was looked at. */
  readonly partial: boolean;
  /** Most entries first. */
  readonly hosts: readonly { readonly host: string; readonly entries: number }[];
  readonly duplicates: number;
  readonly clashes: ListPreview['clashes'];
  readonly faultCount: number;
  readonly faults: readonly { readonly key: string; readonly message: string }[];
  /** The address of the one entry where there is one alone, and nothing but its address is said of it. */
  readonly single: string | null;
}

export function combine(sources: readonly PreviewedSource[]): Combined {
  const previews = sources.flatMap(({ preview }) => preview ?? []);
  const hosts = new Map<string, number>();
  for (const { host, entries } of previews.flatMap((preview) => preview.hosts))
    hosts.set(host, (hosts.get(host) ?? 0) + entries);
  const sum = (count: (preview: ListPreview) => number): number =>
    previews.reduce((total, preview) => total + count(preview), 0);
  const entries = sum((preview) => preview.entries);
  const partial = previews.some((preview) => preview.partial);
  const isCurrent = sources.every((source) => source.isCurrent);
  return {
    isCurrent,
    entries,
    partial,
    hosts: [...hosts]
      .map(([host, own]) => ({ host, entries: own }))
      .sort((left, right) => right.entries - left.entries),
    duplicates: sum((preview) => preview.duplicates),
    clashes: previews.flatMap((preview) => preview.clashes),
    faultCount: sum((preview) => preview.faultCount),
    faults: sources.flatMap(({ key, name, preview }) =>
      (preview?.faults ?? []).map(({ line, message }) => ({
        key: `${key} ${line}`,
        message: name === null || sources.length === 1 ? message : `${name}: ${message}`,
      })),
    ),
    single: isCurrent && entries === 1 && !partial ? singleAddress(previews) : null,
  };
}

function singleAddress(previews: readonly ListPreview[]): string | null {
  const [entry] = previews.flatMap((preview) => preview.first);
  if (entry === undefined) return null;
  const [url, ...mirrors] = entry.urls;
  const isPlain =
    mirrors.length === 0 &&
    entry.fileName === null &&
    entry.directory === null &&
    entry.size === null &&
    Object.keys(entry.digests).length === 0 &&
    entry.method === 'GET' &&
    entry.headers.length === 0 &&
    entry.body === null;
  return isPlain ? (url ?? null) : null;
}

/** What a source was taken for: `CSV`. */
export function formatText({ format }: ListPreview): string {
  return LIST_FORMAT_NAMES[format];
}

/** `1,200 files`, or with `or more` where not all was looked at. */
export function filesText({ entries, partial }: Pick<Combined, 'entries' | 'partial'>): string {
  return plural(entries, 'file', 'files') + (partial ? ' or more' : '');
}

/** `12 lines not understood` */
export function faultsText(count: number): string {
  return `${plural(count, 'line', 'lines')} not understood`;
}

/** What else there is to say, a line each. */
export function remarks({ duplicates, clashes }: Combined): readonly string[] {
  const [clash] = clashes;
  const others = clashes.length - 1;
  return [
    ...(duplicates > 0 ? [`${plural(duplicates, 'entry comes', 'entries come')} more than once.`] : []),
    ...(clash === undefined
      ? []
      : [
          `${plural(clash.entries, 'file', 'files')} would be called ${clash.name}; they get numbers.` +
            (others > 0
              ? ` So do those of ${formatCount(others)} more ${others === 1 ? 'name' : 'names'}.`
              : ''),
        ]),
  ];
}
