/** The options of `wget` (wget(1)), as far as they say what is fetched and how it is called. */
import type { ListedEntry } from '../../common/model/download';
import { asBytes, fromCopiedRequest, SharedFields } from './copied-request';
import { Fault, listed, readField, unknownOption, withLogin } from './entry';

function set(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}

const IGNORED = set(
  'continue quiet verbose no-verbose no-clobber timestamping server-response show-progress background debug ' +
    'no-check-certificate content-disposition trust-server-names inet4-only inet6-only no-cache no-cookies no-hsts ' +
    'auth-no-challenge retry-connrefused no-dns-cache no-directories no-http-keep-alive random-wait no-use-server-timestamps ' +
    'content-on-error https-only no-iri no-netrc',
);
const IGNORED_WITH_VALUE = set(
  'tries timeout connect-timeout read-timeout dns-timeout wait waitretry limit-rate max-redirect progress ' +
    'retry-on-http-error secure-protocol ciphers restrict-file-names output-file append-output compression local-encoding',
);
const KNOWN = set(
  'output-document directory-prefix header user-agent referer user http-user password http-password post-data ' +
    'body-data method',
);
const LONG: Readonly<Record<string, string>> = {
  c: 'continue',
  q: 'quiet',
  v: 'verbose',
  N: 'timestamping',
  S: 'server-response',
  b: 'background',
  d: 'debug',
  4: 'inet4-only',
  6: 'inet6-only',
  nc: 'no-clobber',
  nv: 'no-verbose',
  nd: 'no-directories',
  O: 'output-document',
  P: 'directory-prefix',
  U: 'user-agent',
  t: 'tries',
  T: 'timeout',
  w: 'wait',
  o: 'output-file',
  a: 'append-output',
};

/** @param words behind `wget`. @throws Fault */
export function readWget(line: number, words: readonly string[]): ListedEntry[] {
  const urls: string[] = [];
  const values = new Map<string, string>();
  const headers: [string, string][] = [];
  const take = (name: string, value: string): void => {
    if (name === 'header') {
      const [field, content] = readField(value);
      headers.push([field, asBytes(content)]);
    } else {
      values.set(name, value);
    }
  };
  // The last one is next.
  const queue = [...words].reverse();
  for (let word = queue.pop(); word !== undefined; word = queue.pop()) {
    if (!word.startsWith('-') || word === '-') {
      urls.push(word);
      continue;
    }
    let name: string | undefined;
    let value: string | null = null;
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      name = word.slice(2, equals < 0 ? undefined : equals);
      if (equals >= 0) value = word.slice(equals + 1);
    } else {
      const letters = word[1] === 'n' ? word.slice(1, 3) : word.slice(1, 2);
      const rest = word.slice(1 + letters.length);
      name = LONG[letters];
      if (rest !== '' && name !== undefined && IGNORED.has(name)) queue.push(`-${rest}`);
      else if (rest !== '') value = rest;
      word = `-${letters}`;
    }
    if (name === undefined) throw unknownOption(word);
    if (IGNORED.has(name)) continue;
    if (!KNOWN.has(name) && !IGNORED_WITH_VALUE.has(name)) throw unknownOption(word);
    value ??= queue.pop() ?? '';
    if (KNOWN.has(name)) take(name, value);
  }
  if (urls.length === 0) throw new Fault('has no address');
  const output = values.get('output-document') ?? null;
  if (output !== null && (output === '-' || urls.length > 1))
    throw new Fault('puts what it fetches into one place, which is not possible here');
  const body = values.get('post-data') ?? values.get('body-data') ?? null;
  const method = values.get('method') ?? (values.has('post-data') ? 'POST' : undefined);
  if (values.has('body-data') && method === undefined) throw new Fault('has a body and no method');
  const setHeader = (name: string, value: string | undefined): void => {
    if (value !== undefined) headers.push([name, asBytes(value)]);
  };
  setHeader('User-Agent', values.get('user-agent'));
  setHeader('Referer', values.get('referer'));
  const user = values.get('http-user') ?? values.get('user');
  const password = values.get('http-password') ?? values.get('password') ?? '';
  const shared = new SharedFields(headers, user ?? null, password);
  shared.take(urls.length);
  return urls.map((written) =>
    listed(line, written, () => {
      const address = /^[a-z][a-z0-9+.-]*:\/\//iu.test(written) ? written : `http://${written}`;
      return fromCopiedRequest({
        url: user === undefined ? address : withLogin(address, user, password),
        fileName: output,
        directory: values.get('directory-prefix') ?? null,
        ...(method === undefined ? {} : { method }),
        headers,
        body,
        contentType: 'application/x-www-form-urlencoded',
      });
    }),
  );
}
