/** What a copied command or a recording says of a request, less what was true of that one request alone. */
import { isConnectionField } from '../../common/model/http-fields';
import type { DownloadEntry } from '../../common/model/download';
import { Fault, makeEntry, type EntryFields } from './entry';

/** They ask whether something has changed since, and would get no file. RFC 9110 §13.1 */
const CONDITIONS = /^if-(?:match|none-match|modified-since|unmodified-since)$/u;

export interface CopiedRequest extends Omit<EntryFields, 'urls' | 'headers'> {
  /** Of the body, where no header says it. */
  readonly contentType?: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

const MAX_SHARED_CHARACTERS = 400_000_000;

/** What all addresses of one command have besides their own. Each is checked with all of it, so there is an end to it. */
export class SharedFields {
  readonly #characters: number;
  #left = MAX_SHARED_CHARACTERS;

  /** @param others a login, a query */
  constructor(headers: CopiedRequest['headers'], ...others: readonly (string | null)[]) {
    this.#characters = [...headers.flat(), ...others].reduce((sum, each) => sum + (each?.length ?? 0), 0);
  }

  /** For so many more addresses. @throws Fault */
  take(addresses = 1): void {
    this.#left -= addresses * this.#characters;
    if (this.#left < 0) throw new Fault('has too many addresses for so many headers');
  }
}

/** @throws Fault */
export function fromCopiedRequest({ url, headers, contentType, ...rest }: CopiedRequest): DownloadEntry {
  const kept = headers.filter(([name, value]) => !isPassing(name, value, url));
  const isSaid = kept.some(([name]) => name.toLowerCase() === 'content-type');
  if (rest.body != null && contentType !== undefined && !isSaid) kept.push(['Content-Type', contentType]);
  return makeEntry({ ...rest, urls: [url], headers: kept });
}

/** Of the connection, of a part of the file, or what the address says already. @throws Fault */
function isPassing(field: string, value: string, url: string): boolean {
  const name = field.toLowerCase();
  // HTTP/2 has the method and the parts of the address as such.
  if (name.startsWith(':') || isConnectionField(name) || CONDITIONS.test(name)) return true;
  if (name === 'proxy-connection' || name === 'http2-settings') return true;
  if (name !== 'host') return false;
  if (URL.canParse(url) && value.toLowerCase() !== new URL(url).host)
    throw new Fault('names another host than the one of its address');
  return true;
}

/** Header values of tools that send what they are given byte by byte: one character a byte, of the text in UTF-8. */
export function asBytes(value: string): string {
  // eslint-disable-next-line no-control-regex -- ASCII is what is the same in both
  return /^[\u0000-\u007f]*$/u.test(value) ? value : Buffer.from(value, 'utf8').toString('latin1');
}
