/** JSON documents: arrays of addresses or of objects, an object with such arrays in it, and HAR files. */
import type { ListedEntry } from '../../common/model/download';
import { fromCopiedRequest } from './copied-request';
import { Fault, fault, isHttpUrl, listed, makeEntry } from './entry';
import { JsonWalker, type TakenValue } from './json-walker';
import { fromObject, isAddressName } from './list-records';
import type { Remark } from './remark';

/** Of one record. */
const MAX_RECORD_CHARACTERS = 4_194_304;
/** Of a document that is one object. */
const MAX_OBJECT_CHARACTERS = 33_554_432;
/** Objects in objects that are looked through for addresses. */
const MAX_DEPTH = 8;

async function* walked(
  texts: AsyncIterable<string>,
  walker: JsonWalker,
  take: (value: TakenValue) => readonly ListedEntry[],
  atEnd: () => readonly ListedEntry[],
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  let broken: string | null = null;
  try {
    for await (const text of texts) {
      const entries = walker.push(text).flatMap(take);
      if (entries.length > 0) yield entries;
    }
    if (!walker.isWhole) broken = 'is where the JSON ends too early';
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    broken = error.message;
  }
  const last = broken === null ? walker.end() : walker.taken();
  const entries = [...last.flatMap(take), ...atEnd()];
  if (broken !== null) entries.push(fault(walker.line, '', broken));
  if (entries.length > 0) yield entries;
}

/** The records of a document's array are read one by one; a document that is an object is read whole. */
export function readJson(
  texts: AsyncIterable<string>,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  const walker = new JsonWalker(
    (path, opens) => (path.length === 0 && opens === '[' ? 'enter' : 'take'),
    MAX_OBJECT_CHARACTERS,
  );
  return walked(texts, walker, recordsOf, () => []);
}

function recordsOf({ line, path, text }: TakenValue): readonly ListedEntry[] {
  if (text === null || (path.length > 0 && text.length > MAX_RECORD_CHARACTERS))
    return [fault(line, '', 'is too long: write an array of records')];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [fault(line, '', 'is not JSON')];
  }
  const records: unknown[] = [];
  gather(value, records, path.length > 0, 0);
  if (records.length === 0) return [fault(line, '', 'has no address')];
  return records.map((record) => {
    const address = typeof record === 'string' ? record : addressIn(record);
    return listed(line, address, () =>
      typeof record === 'string' ? makeEntry({ urls: [record.trim()] }) : fromObject(record as object),
    );
  });
}

/** @param isRecord whether a text is meant as an address: of other texts only those that are one count */
function gather(value: unknown, records: unknown[], isRecord: boolean, depth: number): void {
  if (typeof value === 'string') {
    if (isRecord || isHttpUrl(value)) records.push(value);
  } else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
    if (Array.isArray(value)) for (const each of value) gather(each, records, false, depth + 1);
    else if (Object.keys(value).some((name) => isAddressName(name.toLowerCase()))) records.push(value);
    // Names and their addresses.
    else if (Object.values(value).every((each) => typeof each === 'string' && isHttpUrl(each)))
      records.push(...(Object.values(value) as string[]));
    else
      for (const each of Object.values(value))
        // Single texts of an object are what is said of it: its home page, its license.
        if (typeof each === 'object') gather(each, records, false, depth + 1);
  }
}

function addressIn(record: unknown): string {
  const named = Object.entries(record as object).find(([name]) => isAddressName(name.toLowerCase()));
  return typeof named?.[1] === 'string' ? named[1] : '';
}

interface HarEntry {
  readonly index: string | number | undefined;
  request: TakenValue | null;
  status: number;
}

/** They name another address, which has an entry of its own. RFC 9110 §15.4 */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What a browser recorded (HTTP Archive 1.2): its GET requests, as they were sent. */
export function readHar(
  texts: AsyncIterable<string>,
  remark: Remark,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  const walker = new JsonWalker(([log, entries, index, part, field, ...deeper]) => {
    if (log === undefined) return 'enter';
    if (log !== 'log' || (entries !== undefined && entries !== 'entries')) return 'skip';
    if (part === undefined) return 'enter';
    if (part === 'request' && field === undefined) return 'take';
    if (part !== 'response' || index === undefined) return 'skip';
    if (field === undefined) return 'enter';
    return field === 'status' && deeper.length === 0 ? 'take' : 'skip';
  }, MAX_RECORD_CHARACTERS);
  let current: HarEntry | null = null;
  let others = 0;
  const end = (): readonly ListedEntry[] => {
    const entry = current;
    current = null;
    if (entry?.request == null || REDIRECTS.has(entry.status)) return [];
    const read = harRequest(entry.request);
    if (read === null) others += 1;
    return read === null ? [] : [read];
  };
  return walked(
    texts,
    walker,
    (value) => {
      const [, , index, part] = value.path;
      const before = current !== null && current.index !== index ? end() : [];
      current ??= { index, request: null, status: 0 };
      if (part === 'request') current.request = value;
      else current.status = Number(value.text);
      return before;
    },
    () => {
      const last = end();
      if (others > 0)
        remark(
          1,
          `${others} of its requests do not fetch a file from a server or are not GET requests, and were skipped.`,
        );
      return last;
    },
  );
}

/** @returns `null` for what is no download: other methods, `data:` and the like */
function harRequest({ line, text }: TakenValue): ListedEntry | null {
  if (text === null) return fault(line, '', 'is too long');
  let request: unknown;
  try {
    request = JSON.parse(text);
  } catch {
    return fault(line, '', 'is not JSON');
  }
  if (typeof request !== 'object' || request === null) return fault(line, '', 'is no request');
  const { url, method, headers } = request as Readonly<Record<string, unknown>>;
  if (typeof url !== 'string') return fault(line, '', 'has no address');
  if (!/^https?:/iu.test(url) || (typeof method === 'string' && method.toUpperCase() !== 'GET')) return null;
  return listed(line, url, () =>
    fromCopiedRequest({
      url: withoutFragment(url),
      headers: Array.isArray(headers) ? headers.map(harHeader) : [],
    }),
  );
}

/** @throws Fault */
function harHeader(header: unknown): [string, string] {
  const { name, value } = (header ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || typeof value !== 'string') throw new Fault('has an invalid header');
  return [name, value];
}

function withoutFragment(url: string): string {
  const hash = url.indexOf('#');
  return hash < 0 ? url : url.slice(0, hash);
}
