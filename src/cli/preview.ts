/** `heddle download --dry-run`: what there is to download, and nothing is started, made or asked. */
import { HeddleError, fromErrorData, toErrorData } from '../common/model/errors';
import type { ListFormat } from '../common/model/download';
import type { ListFilter } from '../common/model/list-filter';
import { displayName, displayPath, type FsPath } from '../common/model/paths';
import { formatCount } from '../common/model/units';
import { formatByName } from '../engine/formats/detect-format';
import { entryFilter } from '../engine/formats/list-filter';
import { asAddress } from '../engine/formats/list-urls';
import { previewLists, type BatchPreview, type PreviewedList } from '../engine/formats/list-preview';
import { contentOf } from '../engine';
import { EXIT, NotStarted } from './exit-status';
import { print } from './print';
import { visible } from '../common/model/visible';

/** Of hosts and names that clash; `--json` has them all. */
const SHOWN = 20;

export interface ToPreview {
  readonly urls: readonly string[];
  /** What the file of the single URL is called. */
  readonly out: string | null;
  /** Standard input, where it was asked for. */
  readonly input: AsyncIterable<Uint8Array> | null;
  readonly files: readonly FsPath[];
  readonly format: ListFormat | null;
  readonly only: ListFilter;
  readonly leaveOut: ListFilter;
}

/** @returns the exit status */
export async function preview(given: ToPreview, json: boolean): Promise<number> {
  const found = await previewLists(listsOf(given), entryFilter(given.only, given.leaveOut)).catch(
    (error: unknown) => {
      const data = toErrorData(error);
      throw new NotStarted(
        data.code === 'not-found' ? new HeddleError('source-missing', data.message) : error,
      );
    },
  );
  const lines = json ? [JSON.stringify({ type: 'preview', ...found })] : describe(found);
  for (const line of lines) await print(`${line}\n`);
  return found.faults.length > 0 ? EXIT.failed : EXIT.done;
}

function listsOf({ urls, out, input, files, format }: ToPreview): PreviewedList[] {
  const lists: PreviewedList[] = [];
  const add = (name: string, open: PreviewedList['open'], ofIt: Partial<PreviewedList> = {}): void => {
    lists.push({ name, open, format, ...ofIt });
  };
  const name = 'command line';
  if (urls.length > 0 && out === null)
    add(name, () => [Buffer.from(urls.map(asAddress).join('\n'))], { format: 'urls' });
  if (urls.length > 0 && out !== null) {
    add(name, () => [Buffer.from(JSON.stringify({ url: asAddress(urls[0] ?? ''), filename: out }))], {
      format: 'jsonl',
    });
  }
  if (input !== null) add('standard input', () => input);
  for (const file of files) {
    add(displayPath(file), () => chunksOf(file), { hint: formatByName(displayName(file)) });
  }
  return lists;
}

async function* chunksOf(file: FsPath): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of contentOf(file)) yield chunk;
  } catch (error) {
    throw fromErrorData(toErrorData(error, displayPath(file)));
  }
}

function describe(found: BatchPreview): string[] {
  const { entries, leftOut, lists, hosts, extensions, duplicates, clashes, faults } = found;
  const faultCount = lists.reduce((sum, list) => sum + list.faultCount, 0);
  return [
    counted(entries, 'entry', 'entries') + (leftOut > 0 ? `, ${formatCount(leftOut)} left out` : ''),
    ...lists.flatMap(({ name, format, entries: ofIt, remarks }) => [
      `  ${visible(name)} (${format}): ${formatCount(ofIt)}`,
      ...remarks.map(({ message }) => `    ${visible(message)}`),
    ]),
    counted(hosts.length, 'host', 'hosts'),
    ...most(
      hosts.map(({ host, entries: ofIt }) => `  ${visible(host)}: ${formatCount(ofIt)}`),
      'hosts',
    ),
    counted(extensions.length, 'extension', 'extensions'),
    ...most(
      extensions.map(
        ({ extension, entries: ofIt }) =>
          `  ${extension === '' ? '(none)' : visible(extension)}: ${formatCount(ofIt)}`,
      ),
      'extensions',
    ),
    counted(duplicates, 'duplicate', 'duplicates'),
    counted(clashes.length, 'name that clashes', 'names that clash'),
    ...most(
      clashes.map(({ name, entries: ofIt }) => `  ${visible(name)}: ${formatCount(ofIt)}`),
      'names',
    ),
    counted(faultCount, 'line that could not be read', 'lines that could not be read'),
    // The message begins with the line's number.
    ...faults.map(({ list, message }) => `  ${visible(list)}: ${visible(message)}`),
    ...(faultCount > faults.length ? [`  and ${formatCount(faultCount - faults.length)} more lines`] : []),
  ];
}

function counted(count: number, one: string, several: string): string {
  return `${formatCount(count)} ${count === 1 ? one : several}`;
}

function most(lines: readonly string[], what: string): string[] {
  const more = lines.length - SHOWN;
  return more > 0 ? [...lines.slice(0, SHOWN), `  and ${formatCount(more)} more ${what}`] : [...lines];
}
