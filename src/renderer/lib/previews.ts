/** What the sources of a new download hold together. Pure. */
import type { DownloadEntry, EntryGroup, ListPreview } from '../../common/model/download';
import { text } from '../../common/text/text';
import { storedText } from './failure-text';

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

/** A host, or an extension ('' for none), and how many entries have it. */
export interface Counted {
  readonly name: string;
  readonly entries: number;
}

/** What is not downloaded, by the names of a preview. */
export interface LeftOut {
  readonly hosts: readonly string[];
  readonly extensions: readonly string[];
}
export const NOTHING_LEFT_OUT: LeftOut = { hosts: [], extensions: [] };

export interface Combined {
  readonly isCurrent: boolean;
  readonly entries: number;
  /** Whether there is more than was looked at. */
  readonly partial: boolean;
  /** Most entries first. */
  readonly hosts: readonly Counted[];
  readonly extensions: readonly Counted[];
  /** `null` where there are too many. */
  readonly groups: readonly EntryGroup[] | null;
  readonly duplicates: number;
  readonly clashes: ListPreview['clashes'];
  /** What is no fault and yet worth knowing. */
  readonly remarks: readonly string[];
  /** Below the folder, where the server gives it no other name. */
  readonly firstFile: string | null;
  readonly faultCount: number;
  readonly faults: readonly { readonly key: string; readonly message: string }[];
  /** The entry where there is one alone. */
  readonly single: DownloadEntry | null;
}

export function combine(sources: readonly PreviewedSource[]): Combined {
  const previews = sources.flatMap(({ preview }) => preview ?? []);
  const sum = (count: (preview: ListPreview) => number): number =>
    previews.reduce((total, preview) => total + count(preview), 0);
  const entries = sum((preview) => preview.entries);
  const partial = previews.some((preview) => preview.partial);
  const isCurrent = sources.every((source) => source.isCurrent);
  return {
    isCurrent,
    entries,
    partial,
    hosts: added(
      previews.flatMap(({ hosts }) => hosts.map(({ host, entries: own }) => ({ name: host, entries: own }))),
    ),
    extensions: added(
      previews.flatMap(({ extensions }) =>
        extensions.map(({ extension, entries: own }) => ({ name: extension, entries: own })),
      ),
    ),
    groups: previews.some(({ groups }) => groups === null)
      ? null
      : previews.flatMap(({ groups }) => groups ?? []),
    duplicates: sum((preview) => preview.duplicates),
    clashes: previews.flatMap((preview) => preview.clashes),
    remarks: previews.flatMap((preview) => preview.remarks.map(({ message }) => storedText(message))),
    firstFile: previews.find(({ firstFile }) => firstFile !== null)?.firstFile ?? null,
    faultCount: sum((preview) => preview.faultCount),
    faults: sources.flatMap(({ key, name, preview }) =>
      (preview?.faults ?? []).map(({ line, message }) => ({
        key: `${key} ${line}`,
        message:
          name === null || sources.length === 1 ? storedText(message) : `${name}: ${storedText(message)}`,
      })),
    ),
    single:
      isCurrent && entries === 1 && !partial ? (previews.flatMap(({ first }) => first)[0] ?? null) : null,
  };
}

function added(counted: readonly Counted[]): readonly Counted[] {
  const sums = new Map<string, number>();
  for (const { name, entries } of counted) sums.set(name, (sums.get(name) ?? 0) + entries);
  return [...sums]
    .map(([name, entries]) => ({ name, entries }))
    .sort((left, right) => right.entries - left.entries);
}

/** How many entries are left; `null` where that cannot be told. */
export function chosenEntries(
  { entries, hosts, extensions, groups }: Combined,
  leftOut: LeftOut,
): number | null {
  const noHosts = new Set(leftOut.hosts);
  const noExtensions = new Set(leftOut.extensions);
  const total = (counted: readonly { readonly entries: number }[]): number =>
    counted.reduce((sum, { entries: own }) => sum + own, 0);
  if (noHosts.size + noExtensions.size === 0) return entries;
  if (groups !== null)
    return total(groups.filter(({ host, extension }) => !noHosts.has(host) && !noExtensions.has(extension)));
  const left = [
    total(hosts.filter(({ name }) => !noHosts.has(name))),
    total(extensions.filter(({ name }) => !noExtensions.has(name))),
  ];
  if (left.includes(0)) return 0;
  if (noExtensions.size === 0) return left[0] ?? null;
  return noHosts.size === 0 ? (left[1] ?? null) : null;
}

/** `.zip`, or in words that there is none. */
export function extensionText(extension: string): string {
  return extension === '' ? text('lists.no-extension') : `.${extension}`;
}

/** What a source was taken for: `CSV`, `a curl command`. */
export function formatText({ format, entries }: Pick<ListPreview, 'format' | 'entries'>): string {
  return text(`format.${format}.found`, { count: entries });
}

/** `1,200 files`, or with `or more` where not all was looked at. */
export function filesText({ entries, partial }: Pick<Combined, 'entries' | 'partial'>): string {
  return text(partial ? 'lists.files-or-more' : 'lists.files', { count: entries });
}

/** `12 lines not understood` */
export function faultsText(count: number): string {
  return text('lists.faults', { count });
}

/** What else there is to say, a line each. */
export function remarkLines({ duplicates, clashes, remarks }: Combined): readonly string[] {
  const [clash] = clashes;
  const others = clashes.length - 1;
  return [
    ...remarks,
    ...(duplicates > 0 ? [text('lists.duplicates', { count: duplicates })] : []),
    ...(clash === undefined
      ? []
      : [
          others > 0
            ? text('lists.clashes', { count: clash.entries, name: clash.name, others })
            : text('lists.clash', { count: clash.entries, name: clash.name }),
        ]),
  ];
}
