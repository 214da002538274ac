/** Lists of records, CSV (RFC 4180) with a header row and JSON Lines: the same names for the same things. */
import type { CheckAlgorithm } from '../../common/model/digests';
import type { DownloadEntry, ListedEntry } from '../../common/model/download';
import { parseChecksum } from '../../common/model/digest-fields';
import { Fault, fault, isDigestName, listed, makeEntry, readDigest, readField, readSize } from './entry';
import type { Line } from './text-lines';

/** A record longer than this is no record. */
const MAX_RECORD_CHARACTERS = 4_194_304;
const MAX_FIELDS = 1000;

type Fields = Readonly<Record<string, unknown>>;

export async function* readJsonLines(
  groups: AsyncIterable<readonly Line[]>,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  let number = 0;
  for await (const lines of groups) {
    const entries: ListedEntry[] = [];
    for (const { text, tooLong } of lines) {
      number += 1;
      if (text.trim() === '') continue;
      entries.push(tooLong ? fault(number, '', 'is too long') : readJson(number, text));
    }
    if (entries.length > 0) yield entries;
  }
}

function readJson(number: number, text: string): ListedEntry {
  const address = /"(?:urls?|uri|href|link)"\s*:\s*(?:\[\s*)?"([^"\\]{1,2000})"/iu.exec(text)?.[1] ?? '';
  return listed(number, address, () => {
    try {
      return fromJson(text);
    } catch (error) {
      // Nested deeper than any call is.
      if (error instanceof RangeError) throw new Fault('is nested too deeply');
      throw error;
    }
  });
}

function fromJson(text: string): DownloadEntry {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Fault('is not JSON');
  }
  if (typeof value === 'string') return makeEntry({ urls: [value] });
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Fault('is neither an object nor an address');
  return fromObject(value);
}

/** Fields in quotes may hold delimiters and line breaks; the delimiter is the one that the header row has. */
export async function* readCsv(
  texts: AsyncIterable<string>,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  let header: readonly string[] | null = null;
  const parser = new CsvParser();
  let toldNoUrl = false;
  const take = (records: readonly CsvRecord[]): ListedEntry[] => {
    const entries: ListedEntry[] = [];
    for (const { line, fields, faulty } of records) {
      if (fields.length === 1 && fields[0]?.trim() === '') continue;
      if (header === null) {
        header = fields.map((field) => field.trim().toLowerCase());
        continue;
      }
      const names = header;
      const address = fields[names.findIndex(isAddressName)] ?? '';
      if (faulty !== null) entries.push(fault(line, address, faulty));
      else if (!names.some(isAddressName)) {
        // Said once: it is so for every record.
        if (!toldNoUrl) entries.push(fault(1, '', 'names no column "url"'));
        toldNoUrl = true;
      } else if (fields.slice(names.length).some((field) => field.trim() !== '')) {
        entries.push(
          fault(line, address, 'has more fields than the first line names: put those with commas in quotes'),
        );
      } else {
        entries.push(
          listed(line, address, () =>
            fromFields(Object.fromEntries(names.map((name, at) => [name, fields[at] ?? '']))),
          ),
        );
      }
    }
    return entries;
  };
  for await (const text of texts) {
    const entries = take(parser.push(text));
    if (entries.length > 0) yield entries;
  }
  const entries = take(parser.end());
  if (entries.length > 0) yield entries;
}

interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
  readonly faulty: string | null;
}

class CsvParser {
  #delimiter: string | null = null;
  #line = 1;
  #recordLine = 1;
  #fields: string[] = [];
  #field = '';
  #length = 0;
  #state: 'start' | 'plain' | 'quoted' | 'after-quote' = 'start';
  #lastWasCr = false;
  #fault: string | null = null;

  push(text: string): CsvRecord[] {
    const records: CsvRecord[] = [];
    for (const character of text) {
      if (character === '\n' && this.#lastWasCr && this.#state === 'start' && this.#fields.length === 0) {
        this.#lastWasCr = false;
        continue;
      }
      this.#lastWasCr = character === '\r';
      if (character === '\n') this.#line += 1;
      this.#length += 1;
      if (this.#state === 'quoted') {
        if (character === '"') this.#state = 'after-quote';
        else if (this.#length <= MAX_RECORD_CHARACTERS) this.#field += character;
        continue;
      }
      if (character === '"' && this.#state === 'after-quote') {
        this.#field += '"';
        this.#state = 'quoted';
      } else if (character === '"' && this.#state === 'start') {
        this.#state = 'quoted';
      } else if (character === '\n' || character === '\r') {
        records.push(this.#finish());
      } else if (this.#isDelimiter(character)) {
        if (this.#fields.length < MAX_FIELDS) this.#fields.push(this.#field);
        else this.#fault ??= 'has too many fields';
        this.#field = '';
        this.#state = 'start';
      } else {
        if (this.#state === 'after-quote') this.#fault ??= 'has text behind a quoted field';
        if (this.#length <= MAX_RECORD_CHARACTERS) this.#field += character;
        this.#state = 'plain';
      }
    }
    return records;
  }

  end(): CsvRecord[] {
    const open = this.#state === 'quoted';
    if (this.#field === '' && this.#fields.length === 0 && !open) return [];
    const record = this.#finish();
    return [open ? { ...record, faulty: 'has a quoted field that does not end' } : record];
  }

  #isDelimiter(character: string): boolean {
    if (this.#delimiter !== null) return character === this.#delimiter;
    if (!',;\t'.includes(character)) return false;
    this.#delimiter = character;
    return true;
  }

  #finish(): CsvRecord {
    const tooLong = this.#length > MAX_RECORD_CHARACTERS;
    const record = {
      line: this.#recordLine,
      fields: [...this.#fields, this.#field],
      faulty: tooLong ? 'is too long' : this.#fault,
    };
    // A header row of one column has no delimiter; then there is none.
    this.#delimiter ??= '\n';
    this.#recordLine = this.#lastWasCr ? this.#line + 1 : this.#line;
    this.#fields = [];
    this.#field = '';
    this.#length = 0;
    this.#fault = null;
    this.#state = 'start';
    return record;
  }
}

const ADDRESS_NAMES = ['url', 'uri', 'href', 'link', 'src', 'browser_download_url', 'download_url'] as const;
const ALL_ADDRESS_NAMES: ReadonlySet<string> = new Set([...ADDRESS_NAMES, 'urls', 'mirrors']);

/** @param name lower-case */
export function isAddressName(name: string): boolean {
  return ALL_ADDRESS_NAMES.has(name);
}

/** Of an object out of JSON. @throws Fault */
export function fromObject(value: object): DownloadEntry {
  return fromFields(
    Object.fromEntries(Object.entries(value).map(([name, field]) => [name.toLowerCase(), field as unknown])),
  );
}

/** @param fields names in lower case. @throws Fault */
function fromFields(fields: Fields): DownloadEntry {
  const text = (...names: readonly string[]): string | null => {
    for (const name of names) {
      const value = fields[name];
      if (typeof value === 'string' && value.trim() !== '') return value.trim();
      if (typeof value === 'number') return String(value);
    }
    return null;
  };
  const digests: Partial<Record<CheckAlgorithm, string>> = {};
  for (const name of Object.keys(fields)) {
    const value = isDigestName(name) ? text(name) : null;
    if (value !== null) Object.assign(digests, readDigest(name, value));
  }
  const checksum = checksumIn(fields['checksum']) ?? digestIn(fields['digest']);
  if (checksum !== null) digests[checksum.algorithm] = checksum.hex;
  const size = text('size', 'bytes');
  const body = fields['body'];
  const isJson = typeof body === 'object' && body !== null;
  const headers = readHeaders(fields['headers']);
  if (isJson && !headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    headers.push(['Content-Type', 'application/json']);
  }
  const method = text('method');
  return makeEntry({
    urls: [
      // An interface's own address of a thing is not that of its content.
      ...readUrlField(
        fields['browser_download_url'] ??
          fields['download_url'] ??
          ADDRESS_NAMES.map((name) => fields[name]).find((field) => field !== undefined && field !== ''),
      ),
      ...readUrlField(fields['urls']),
      ...readUrlField(fields['mirrors']),
    ],
    fileName: text('filename', 'file_name', 'out', 'name'),
    directory: text('directory', 'dir', 'folder'),
    size: size === null ? null : readSize(size),
    digests,
    ...(method === null ? {} : { method }),
    headers,
    body: isJson ? JSON.stringify(body) : typeof body === 'string' && body !== '' ? body : null,
  });
}

/** As text, or an object with an algorithm and a value. @throws Fault */
function checksumIn(value: unknown): ReturnType<typeof parseChecksum> {
  if (value === undefined || value === null || value === '') return null;
  const { algorithm, type, value: hex, hash } = (typeof value === 'object' ? value : {}) as Fields;
  const [kind, digits] = [algorithm ?? type, hex ?? hash];
  const written =
    typeof kind === 'string' && typeof digits === 'string'
      ? `${kind.replace(/^sha-/iu, 'sha')}=${digits}`
      : value;
  const parsed = typeof written === 'string' ? parseChecksum(written.trim()) : null;
  if (parsed === null) throw new Fault('has an invalid checksum: write it as sha256=…');
  return parsed;
}

/** As GitHub writes it, `sha256:…`; other things are called so, too. */
function digestIn(value: unknown): ReturnType<typeof parseChecksum> {
  return typeof value === 'string' ? parseChecksum(value.replace(/^([a-z0-9-]+):/iu, '$1=')) : null;
}

function readUrlField(value: unknown): string[] {
  if (typeof value === 'string') return value.split(/[\s|]+/u).filter((url) => url !== '');
  return Array.isArray(value) ? value.flatMap(readUrlField) : [];
}

function readHeaders(value: unknown): [string, string][] {
  if (value === undefined || value === null || value === '') return [];
  if (typeof value === 'string') {
    if (value.trim().startsWith('{')) {
      try {
        return readHeaders(JSON.parse(value));
      } catch {
        throw new Fault('has headers that are not JSON');
      }
    }
    return value
      .split(/\r?\n/u)
      .filter((line) => line.trim() !== '')
      .map(readField);
  }
  const pairs: unknown[] = Array.isArray(value)
    ? value
    : typeof value === 'object'
      ? Object.entries(value)
      : [];
  if (pairs.length === 0 && typeof value !== 'object') throw new Fault('has headers that are none');
  return pairs.map((pair) => {
    const [name, field] = Array.isArray(pair) && pair.length === 2 ? (pair as unknown[]) : [];
    if (typeof name !== 'string' || !['string', 'number', 'boolean'].includes(typeof field)) {
      throw new Fault('has an invalid header');
    }
    return [name, String(field)];
  });
}
