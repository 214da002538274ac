/**
 * aria2's input files (aria2c(1), "Input File"): the addresses of one file on a line, TAB between mirrors; indented
 * lines below it are options of it. Options that tune aria2 alone are passed over.
 */
import type { CheckAlgorithm } from '../../common/model/digests';
import type { ListedEntry } from '../../common/model/download';
import { isHttpUrl, listed, makeEntry, readDigest, readField, unknownOption, withLogin } from './entry';
import { besideAddresses, type Remark } from './remark';
import type { Line } from './text-lines';

const MAX_OPTIONS = 1000;

interface Item {
  readonly line: number;
  readonly text: string;
  /** `null`: no equals sign. */
  readonly options: (readonly [name: string, value: string | null])[];
}

/** They tune aria2 and change nothing of what is fetched. Others are a fault: one misspelt could lose a check. */
const TUNING =
  /^(?:split|max-|min-|lowest-|allow-|auto-|always-|async-|connect-timeout|timeout|retry-|continue|check-|conditional-|content-disposition|disable-|dry-run|enable-|file-allocation|follow-|force-|gid|hash-|http-(?:accept-gzip|no-cache|auth)|keep-|no-|parameterized|pause|piece-|realtime|remote-time|remove-|reuse-|rpc-|ftp-|metalink-|follow-|select-least|index-out$|save-|stream-|uri-|use-head|log|summary|bt-(?!metadata-only)|seed-|optimize)/u;
const KNOWN: ReadonlySet<string> = new Set([
  'out',
  'dir',
  'header',
  'checksum',
  'referer',
  'user-agent',
  'http-user',
  'http-passwd',
]);

export async function* readAria2(
  groups: AsyncIterable<readonly Line[]>,
  remark: Remark,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  let number = 0;
  let item: Item | null = null;
  for await (const lines of groups) {
    const entries: ListedEntry[] = [];
    for (const { text, tooLong } of lines) {
      number += 1;
      if (text.trim() === '' || text.startsWith('#')) continue;
      if (/^[ \t]/u.test(text)) {
        const [, name = '', value = null] = /^([^=]*)(?:=(.*))?$/su.exec(text.trim()) ?? [];
        if (item !== null && item.options.length < MAX_OPTIONS) item.options.push([name, value]);
        continue;
      }
      if (item !== null) entries.push(read(item, remark));
      item = { line: number, text: tooLong ? '' : text, options: [] };
    }
    if (entries.length > 0) yield entries;
  }
  if (item !== null) yield [read(item, remark)];
}

function read({ line, text, options }: Item, remark: Remark): ListedEntry {
  return listed(line, text, () => {
    const headers: [string, string][] = [];
    const digests: Partial<Record<CheckAlgorithm, string>> = {};
    const last = new Map<string, string>();
    for (const [name, written] of options) {
      if (!KNOWN.has(name) && !TUNING.test(name)) throw unknownOption(written === null ? '' : `${name}=`);
      const value = written ?? '';
      last.set(name, value);
      if (name === 'header') {
        headers.push(readField(value));
      } else if (name === 'checksum') {
        const [kind = '', hex = ''] = value.split('=');
        Object.assign(digests, readDigest(kind, hex));
      }
    }
    const referer = last.get('referer');
    if (referer !== undefined && referer !== '*') headers.push(['Referer', referer]);
    const agent = last.get('user-agent');
    if (agent !== undefined) headers.push(['User-Agent', agent]);
    const user = last.get('http-user');
    const behind = text.search(/\s#/u);
    const written = (behind < 0 ? text : text.slice(0, behind))
      .split('\t')
      .map((url) => url.trim())
      .filter((url) => url !== '');
    // One that is fetched otherwise is passed over where there is another. Sessions name one several times.
    const known = [...new Set(written.filter(isHttpUrl))];
    const urls = known.length === 0 ? written : known;
    if (known.length > 0 && written.some((url) => !/^[a-z]+:\/\//iu.test(url)))
      remark(line, besideAddresses(line));
    const directory = last.get('dir') ?? null;
    const isElsewhere = last.has('gid') && /^(?:[\\/]|[A-Za-z]:)/u.test(directory ?? '');
    if (isElsewhere)
      remark(
        line,
        `Line ${line} is of a session that had a folder of its own: what it names goes into the folder chosen here.`,
      );
    return makeEntry({
      urls:
        user === undefined ? urls : urls.map((url) => withLogin(url, user, last.get('http-passwd') ?? '')),
      fileName: last.get('out') ?? null,
      directory: isElsewhere ? null : directory,
      digests,
      headers,
    });
  });
}
