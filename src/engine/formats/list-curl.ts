/** Pasted `curl` and `wget` commands, as browsers and their extensions copy them: one or several. */
import type { ListedEntry } from '../../common/model/download';
import { splitField } from '../../common/model/http-fields';
import { asBytes, fromCopiedRequest, SharedFields } from './copied-request';
import { Fault, fault, listed, unknownOption, withLogin } from './entry';
import { splitCommands, type ShellCommand } from './shell-words';
import { readWhole } from './text-lines';
import { expandUrl, hasRanges } from './url-ranges';
import { readWget } from './list-wget';

const MAX_FROM_ONE_COMMAND = 100_000;

function set(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}

/** With a value that says nothing of what is fetched. */
const IGNORED_WITH_VALUE = set(
  '--max-time -m --connect-timeout --retry --retry-delay --retry-max-time --max-redirs --limit-rate --write-out -w ' +
    '--dump-header -D --cookie-jar -c --parallel-max --stderr --trace --trace-ascii --ciphers --tls-max --tls13-ciphers ' +
    '--speed-limit -Y --speed-time -y --keepalive-time --expect100-timeout --happy-eyeballs-timeout-ms --rate --proto ' +
    '--proto-redir --proto-default --continue-at -C',
);
const IGNORED = set(
  '--location -L --silent -s --show-error -S --fail -f --insecure -k --compressed --verbose -v --include -i ' +
    '--remote-header-name -J --progress-bar -# --http1.0 -0 --http1.1 --http2 --http2-prior-knowledge --http3 ' +
    '--create-dirs --parallel -Z --parallel-immediate --location-trusted --no-buffer -N --ipv4 -4 --ipv6 -6 ' +
    '--path-as-is --tcp-nodelay --remote-time -R --fail-with-body --fail-early --no-progress-meter --no-clobber ' +
    '--skip-existing --basic --digest --anyauth --tlsv1 -1 --tlsv1.0 --tlsv1.1 --tlsv1.2 --tlsv1.3 --sslv3 ' +
    '--retry-connrefused --retry-all-errors --no-keepalive --no-alpn --disable -q --remote-name-all --styled-output ' +
    '--no-styled-output --xattr --raw --no-sessionid --ssl-no-revoke',
);
const LONG: Readonly<Record<string, string>> = {
  '-X': '--request',
  '-H': '--header',
  '-d': '--data',
  '-o': '--output',
  '-u': '--user',
  '-A': '--user-agent',
  '-e': '--referer',
  '-b': '--cookie',
  '-G': '--get',
  '-I': '--head',
  '-O': '--remote-name',
  '-g': '--globoff',
  '-r': '--range',
};
const WITHOUT_VALUE: ReadonlySet<string> = new Set(['-O', '-g', '-G', '-I']);

export async function* readCommands(
  texts: AsyncIterable<string>,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  const { text, isCut } = await readWhole(texts);
  const commands = splitCommands(text);
  // The last one of a text that was cut is half a command.
  const last = isCut ? commands.pop() : undefined;
  for (const command of commands) {
    try {
      yield readCommand(command);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      yield [fault(command.line, addressIn(command.words), error.message)];
    }
  }
  if (last !== undefined)
    yield [fault(last.line, '', 'and those behind it are too much: give them in parts')];
}

/** @throws Fault */
function readCommand({ line, words: given, broken }: ShellCommand): ListedEntry[] {
  // A prompt that was copied, too.
  const words = /^[$%>#]$/u.test(given[0] ?? '') ? given.slice(1) : given;
  const program = (words[0] ?? '').replace(/\.exe$/iu, '').toLowerCase();
  if (broken !== null) throw new Fault(broken);
  if (program === 'wget') return readWget(line, words.slice(1));
  if (program === 'curl') return readCurl(line, words.slice(1));
  throw new Fault('does not begin with curl or wget');
}

export function addressIn(words: readonly string[]): string {
  return words.find((word) => /^https?:\/\//iu.test(word)) ?? '';
}

interface Curl {
  readonly urls: string[];
  readonly outputs: (string | null)[];
  readonly headers: [string, string][];
  readonly data: string[];
  directory: string | null;
  isJson: boolean;
  method: string | null;
  user: string | null;
  isQuery: boolean;
  isGlobbed: boolean;
}

/** @throws Fault */
function readCurl(line: number, given: readonly string[]): ListedEntry[] {
  const curl: Curl = {
    urls: [],
    outputs: [],
    headers: [],
    data: [],
    directory: null,
    isJson: false,
    method: null,
    user: null,
    isQuery: false,
    isGlobbed: true,
  };
  // The last one is next.
  const queue = [...given].reverse();
  for (let word = queue.pop(); word !== undefined; word = queue.pop()) {
    if (!word.startsWith('-') || word === '-') {
      curl.urls.push(word);
      continue;
    }
    let value: string | null = null;
    if (!word.startsWith('--') && word.length > 2) {
      // Letters behind one dash; one that takes a value has the rest of them.
      const short = word.slice(0, 2);
      const rest = word.slice(2);
      if (IGNORED.has(short) || WITHOUT_VALUE.has(short)) queue.push(`-${rest}`);
      else value = rest;
      word = short;
    }
    const name = LONG[word] ?? word;
    if (!IGNORED.has(name) && !setFlag(curl, name)) setOption(curl, word, value ?? queue.pop() ?? '');
  }
  return entriesOf(line, curl, addressIn(given));
}

/** @returns whether it is an option without a value */
function setFlag(curl: Curl, name: string): boolean {
  switch (name) {
    case '--get':
      curl.isQuery = true;
      return true;
    case '--head':
      curl.method = 'HEAD';
      return true;
    case '--remote-name':
      curl.outputs.push(null);
      return true;
    case '--globoff':
      curl.isGlobbed = false;
      return true;
    default:
      return false;
  }
}

/** @throws Fault */
function setOption(curl: Curl, word: string, value: string): void {
  const name = LONG[word] ?? word;
  if (IGNORED_WITH_VALUE.has(name)) return;
  switch (name) {
    case '--url':
      curl.urls.push(value);
      return;
    case '--request':
      curl.method = value;
      return;
    case '--header':
      setHeader(curl, value);
      return;
    case '--range':
      // The whole file.
      if (!/^0-$/u.test(value)) throw new Fault('asks for a part of a file');
      return;
    case '--data':
    case '--data-ascii':
    case '--data-binary':
    case '--data-raw':
      if (value.startsWith('@') && name !== '--data-raw')
        throw new Fault('sends a file, which is not possible here');
      curl.data.push(value);
      return;
    case '--data-urlencode':
      curl.data.push(urlEncoded(value));
      return;
    case '--json':
      if (value.startsWith('@')) throw new Fault('sends a file, which is not possible here');
      curl.data.push(value);
      curl.isJson = true;
      return;
    case '--output':
      curl.outputs.push(value);
      return;
    case '--output-dir':
      curl.directory = value;
      return;
    case '--user':
      curl.user = value;
      return;
    case '--user-agent':
      curl.headers.push(['User-Agent', asBytes(value)]);
      return;
    case '--referer':
      curl.headers.push(['Referer', asBytes(value.replace(/;auto$/u, ''))]);
      return;
    case '--cookie':
      if (!value.includes('=')) throw new Fault('reads cookies from a file: give it with --load-cookies');
      curl.headers.push(['Cookie', asBytes(value)]);
      return;
    default:
      throw unknownOption(word);
  }
}

/** @throws Fault */
function setHeader({ headers }: Curl, line: string): void {
  // `Name;` is one without a value, and `Name:` leaves out what curl would send.
  const [, empty] = /^([^:;\s]+);\s*$/u.exec(line) ?? [];
  const split = empty === undefined ? splitField(line) : null;
  if (empty !== undefined) headers.push([empty, '']);
  else if (split === null) throw new Fault('has an invalid header');
  else if (split[1] !== '') headers.push([split[0], asBytes(split[1])]);
}

/** @throws Fault */
function urlEncoded(value: string): string {
  const equals = value.indexOf('=');
  if (value.includes('@') && equals < 0) throw new Fault('sends a file, which is not possible here');
  if (equals < 0) return encodeURIComponent(value);
  return `${value.slice(0, equals)}${equals > 0 ? '=' : ''}${encodeURIComponent(value.slice(equals + 1))}`;
}

/** @throws Fault */
function entriesOf(line: number, curl: Curl, address: string): ListedEntry[] {
  const { urls, outputs, directory, headers, data, isJson, method, user, isQuery, isGlobbed } = curl;
  if (urls.length === 0) throw new Fault('has no address');
  if (urls.some((url) => isAstray(url, address !== '')))
    throw new Fault('has a word that is neither an option nor an address: put values with spaces in quotes');
  const body = data.length === 0 ? null : data.join(isJson ? '' : '&');
  const setDefault = (name: string, value: string): void => {
    if (!headers.some(([other]) => other.toLowerCase() === name.toLowerCase())) headers.push([name, value]);
  };
  if (isJson) {
    setDefault('Content-Type', 'application/json');
    setDefault('Accept', 'application/json');
  }
  const left = { addresses: MAX_FROM_ONE_COMMAND };
  const shared = new SharedFields(headers, user, isQuery ? body : null);
  return urls.flatMap((written, index) =>
    globbed(written, isGlobbed, left, shared).map((each) =>
      listed(line, each, () => {
        let url = SCHEME.test(each) ? each : `http://${each}`;
        if (isQuery && body !== null) url += (url.includes('?') ? '&' : '?') + body;
        if (user !== null) {
          const [name = '', ...password] = user.split(':');
          url = withLogin(url, name, password.join(':'));
        }
        return fromCopiedRequest({
          url,
          fileName: outputs[index] ?? null,
          directory,
          ...(method === null ? {} : { method }),
          headers,
          body: isQuery ? null : body,
          contentType: 'application/x-www-form-urlencoded',
        });
      }),
    ),
  );
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//iu;

/** A word that is an address no more than by its place: the end of `-H X-Key: value` without quotes, say. */
function isAstray(word: string, besideAddress: boolean): boolean {
  return !SCHEME.test(word) && (besideAddress || !/[.:/]|^localhost$/iu.test(word));
}

/**
 * As curl itself, the addresses that ranges stand for.
 * @param left what the command may still have
 * @throws Fault when they are too many
 */
function globbed(
  url: string,
  isGlobbed: boolean,
  left: { addresses: number },
  shared: SharedFields,
): string[] {
  const all: string[] = [];
  for (const each of isGlobbed && hasRanges(url) ? expandUrl(url) : [url]) {
    if (left.addresses === 0) throw new Fault(`stands for more than ${MAX_FROM_ONE_COMMAND} addresses`);
    left.addresses -= 1;
    shared.take();
    all.push(each);
  }
  return all;
}
