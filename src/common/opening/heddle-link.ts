/**
 * Links of `heddle:`. Any page can have one, so it is read by a fixed grammar, and what is not in it is refused whole:
 *
 *     heddle:download?url=URL[&url=URL]…
 *     heddle:download?url=URL[&name=NAME][&checksum=ALGORITHM:HEX]
 *
 * Values are percent-encoded UTF-8. URLs are http or https, without logins; a name is one of a file, not a path. There
 * is no way to name a file or folder of this computer, or an option.
 */
import { isDangerousName } from './names';
import { ALGORITHM_NAMES, type CheckAlgorithm } from '../model/digests';
import type { LinkedDownload, Opened } from './opened';

export const LONGEST_LINK = 65_536;
const MOST_URLS = 1000;

/** Hexadecimal digits of a digest. */
const DIGITS: Readonly<Record<string, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
  'sha3-256': 64,
  'sha3-512': 128,
  blake2b: 128,
  blake3: 64,
};

class Refusal extends Error {}

export function isHeddleLink(text: string): boolean {
  return /^heddle:/iu.test(text);
}

/** Never throws: what is wrong with it is said in a sentence. */
export function readHeddleLink(link: string): Opened {
  try {
    return { type: 'download', from: 'link', download: read(link) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { type: 'refused', message: `A link was not opened: ${error.message}` };
  }
}

function read(link: string): LinkedDownload {
  if (link.length > LONGEST_LINK) throw new Refusal('it is longer than 64 KiB.');
  const [, action = '', query = ''] = /^heddle:(?:\/\/)?([a-z-]*)\/?(?:\?(.*))?$/isu.exec(link) ?? [];
  if (action.toLowerCase() !== 'download')
    throw new Refusal('Heddle only knows links that begin with “heddle:download?url=”.');
  const urls: string[] = [];
  const single = new Map<string, string>();
  for (const part of query.split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const name = at === -1 ? part : part.slice(0, at);
    const value = decoded(at === -1 ? '' : part.slice(at + 1));
    if (name === 'url') urls.push(checkedUrl(value));
    else if (name !== 'name' && name !== 'checksum')
      throw new Refusal(`it asks for something Heddle does not know: “${name.slice(0, 40)}”.`);
    else if (single.has(name)) throw new Refusal(`it has more than one ${name}.`);
    else single.set(name, name === 'name' ? checkedName(value) : checkedChecksum(value));
  }
  if (urls.length === 0) throw new Refusal('it names no URL to download.');
  if (urls.length > MOST_URLS) throw new Refusal('it names more than 1,000 URLs.');
  if (urls.length > 1 && single.size > 0)
    throw new Refusal('a name or a checksum can only be given for a single URL.');
  return { urls, name: single.get('name') ?? null, checksum: single.get('checksum') ?? null };
}

function decoded(value: string): string {
  let text: string;
  try {
    text = decodeURIComponent(value);
  } catch {
    throw new Refusal('it is not valid percent-encoded UTF-8.');
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) throw new Refusal('it has control characters in it.');
  return text;
}

function checkedUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/u.test(url.protocol))
    throw new Refusal(`“${text.slice(0, 100)}” is not an http or https URL.`);
  if (url.username !== '' || url.password !== '')
    throw new Refusal('it has a login in a URL. Enter logins in the dialog instead.');
  return url.href;
}

function checkedName(name: string): string {
  if (isDangerousName(name)) throw new Refusal(`“${name.slice(0, 100)}” is not a file name.`);
  return name;
}

function checkedChecksum(text: string): string {
  const [, algorithm = '', hex = ''] = /^([a-z0-9-]+)[:=]([0-9a-f]+)$/u.exec(text.toLowerCase()) ?? [];
  const usual = algorithm.replace(/^sha-(?=\d)/u, 'sha') as CheckAlgorithm;
  if (DIGITS[usual] === undefined || DIGITS[usual] !== hex.length || !Object.hasOwn(ALGORITHM_NAMES, usual))
    throw new Refusal('its checksum is not one that Heddle knows, like “sha256:” and 64 digits.');
  return `${usual}=${hex}`;
}
