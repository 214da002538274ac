/** Pasted `curl` commands, as browsers' tools copy them: one or several, quoted for a POSIX shell. */
import type { ListedEntry } from '../../common/model/download';
import { splitField } from '../../common/model/http-fields';
import { Fault, fault, listed, makeEntry, unknownOption, withLogin } from './entry';
import { expandUrl, hasRanges } from './url-ranges';

/** A page of commands; what is longer is a list in another form. */
const MAX_CHARACTERS = 4_194_304;
const MAX_FROM_ONE_COMMAND = 100_000;
const OF_THE_CONNECTION: ReadonlySet<string> = new Set(['accept-encoding', 'connection', 'te', 'keep-alive']);

/** With a value that says nothing of what is fetched. */
const IGNORED_WITH_VALUE: ReadonlySet<string> = new Set([
  '--max-time',
  '-m',
  '--connect-timeout',
  '--retry',
  '--retry-delay',
  '--retry-max-time',
  '--max-redirs',
  '--limit-rate',
  '--write-out',
  '-w',
  '--dump-header',
  '-D',
  '--cookie-jar',
  '-c',
  '--parallel-max',
  '--stderr',
  '--trace',
  '--trace-ascii',
  '--ciphers',
  '--tls-max',
]);
const IGNORED: ReadonlySet<string> = new Set([
  '--location',
  '-L',
  '--silent',
  '-s',
  '--show-error',
  '-S',
  '--fail',
  '-f',
  '--insecure',
  '-k',
  '--compressed',
  '--verbose',
  '-v',
  '--include',
  '-i',
  '--remote-header-name',
  '-J',
  '--progress-bar',
  '-#',
  '--http1.1',
  '--http2',
  '--create-dirs',
  '--parallel',
  '-Z',
  '--location-trusted',
  '--no-buffer',
  '-N',
  '--ipv4',
  '-4',
  '--ipv6',
  '-6',
  '--path-as-is',
  '--tcp-nodelay',
  '--remote-time',
  '-R',
  '--fail-with-body',
  '--no-progress-meter',
]);
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
};

export async function* readCurl(
  texts: AsyncIterable<string>,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  let text = '';
  for await (const piece of texts) {
    text += piece;
    if (text.length > MAX_CHARACTERS) break;
  }
  const isCut = text.length > MAX_CHARACTERS;
  const commands = split(text.slice(0, MAX_CHARACTERS));
  // The last one of a text that was cut is half a command.
  const last = isCut ? commands.pop() : undefined;
  const entries = commands.flatMap((command) => {
    try {
      return read(command);
    } catch (error) {
      if (error instanceof Fault) return [fault(command.line, '', error.message)];
      throw error;
    }
  });
  if (last !== undefined)
    entries.push(fault(last.line, '', 'and those behind it are too much: give them in parts'));
  if (entries.length > 0) yield entries;
}

interface ShellCommand {
  readonly line: number;
  readonly words: readonly string[];
  /** What no list can know: a quote that does not end, what only a shell would put in, where its output goes. */
  readonly broken: string | null;
}

/** Words as a POSIX shell reads them, `$'…'` included; nothing is expanded. */
function split(text: string): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let words: string[] = [];
  let word: string | null = null;
  let line = 1;
  let began = 1;
  let at = 0;
  let broken: string | null = null;
  const endWord = (): void => {
    if (word !== null) words.push(word);
    word = null;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0) commands.push({ line: began, words, broken });
    words = [];
    broken = null;
  };
  while (at < text.length) {
    const character = text[at] ?? '';
    at += 1;
    if (words.length === 0 && word === null) began = line;
    if (character === '\n') line += 1;
    if (character === '\\') {
      const next = text[at] ?? '';
      at += 1;
      if (next === '\r' && text[at] === '\n') at += 1;
      if (next === '\n' || next === '\r') line += 1;
      else word = (word ?? '') + next;
    } else if (character === "'" || character === '"' || (character === '$' && text[at] === "'")) {
      const escapes = character === '$';
      if (escapes) at += 1;
      const quote = character === '"' ? '"' : "'";
      let inner = '';
      let isOpen = true;
      while (at < text.length) {
        const each = text[at] ?? '';
        at += 1;
        if (each === quote) {
          isOpen = false;
          break;
        }
        if (each === '\n') line += 1;
        if (quote === '"' && ((each === '$' && /[A-Za-z_({]/u.test(text[at] ?? '')) || each === '`')) {
          broken ??= 'has a part that only a shell can fill in';
        }
        if (each === '\\' && quote === '"' && '"\\$`\n'.includes(text[at] ?? ' ')) {
          if (text[at] !== '\n') inner += text[at] ?? '';
          at += 1;
        } else if (each === '\\' && escapes) {
          const [length, value] = escape(text.slice(at, at + 9));
          inner += value;
          at += length;
        } else {
          inner += each;
        }
      }
      if (isOpen) broken = 'has a quote that does not end';
      word = (word ?? '') + inner;
    } else if ((character === '$' && /[A-Za-z_({]/u.test(text[at] ?? '')) || character === '`') {
      broken ??= 'has a part that only a shell can fill in';
      word = (word ?? '') + character;
    } else if (character === '>' || character === '<') {
      broken ??= 'sends its output elsewhere: name it with -o';
    } else if (character === '#' && word === null) {
      // A remark, to the end of its line.
      while (at < text.length && text[at] !== '\n') at += 1;
    } else if (character === '\n' || character === ';' || character === '&' || character === '|') {
      // `&` may be part of an address that was not quoted.
      if (character === '&' && word !== null && !/\s/u.test(text[at] ?? ' ') && text[at] !== '&')
        word += character;
      else endCommand();
    } else if (/\s/u.test(character)) {
      endWord();
    } else {
      word = (word ?? '') + character;
    }
  }
  endCommand();
  return commands;
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  "'": "'",
  '"': '"',
  '\\': '\\',
};

/** Behind the backslash of `$'…'`. @returns characters used, and what they stand for */
function escape(text: string): [number, string] {
  const simple = SIMPLE_ESCAPES[text[0] ?? ''];
  if (simple !== undefined) return [1, simple];
  const unicode = /^(?:x([0-9a-f]{1,2})|u([0-9a-f]{1,4})|U([0-9a-f]{1,8}))/iu.exec(text);
  if (unicode === null) return [0, '\\'];
  const code = parseInt(unicode[1] ?? unicode[2] ?? unicode[3] ?? '0', 16);
  return [unicode[0].length, code <= 0x10ffff ? String.fromCodePoint(code) : ''];
}

function read({ line, words: given, broken }: ShellCommand): ListedEntry[] {
  const words = given[0] === '$' ? given.slice(1) : given;
  const address = words.find((word) => /^https?:\/\//iu.test(word)) ?? '';
  const urls: string[] = [];
  const outputs: (string | null)[] = [];
  const headers: [string, string][] = [];
  const data: string[] = [];
  let isJson = false;
  let method: string | null = null;
  let user: string | null = null;
  let isQuery = false;
  let isGlobbed = true;
  const failed = (what: string): ListedEntry[] => [fault(line, address, what)];
  if (broken !== null) return failed(broken);
  if (words[0] !== 'curl') return failed('does not begin with curl');
  const queue = words.slice(1);
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (!word.startsWith('-') || word === '-') {
      urls.push(word);
      continue;
    }
    let value: string | null = null;
    if (!word.startsWith('--') && word.length > 2) {
      // Letters behind one dash; one that takes a value has the rest of them.
      const short = word.slice(0, 2);
      const rest = word.slice(2);
      if (IGNORED.has(short) || ['-O', '-g', '-G', '-I'].includes(short)) queue.unshift(`-${rest}`);
      else value = rest;
      word = short;
    }
    const name = LONG[word] ?? word;
    if (IGNORED.has(name)) continue;
    if (name === '--get') {
      isQuery = true;
      continue;
    }
    if (name === '--head') {
      method = 'HEAD';
      continue;
    }
    if (name === '--remote-name') {
      outputs.push(null);
      continue;
    }
    if (name === '--globoff') {
      isGlobbed = false;
      continue;
    }
    value ??= queue.shift() ?? '';
    if (IGNORED_WITH_VALUE.has(name)) continue;
    switch (name) {
      case '--url':
        urls.push(value);
        break;
      case '--request':
        method = value;
        break;
      case '--header': {
        const split = splitField(value);
        if (split === null) return failed('has a header that is none');
        const [field, content] = split;
        // What the connection is about is not the list's to say; without content curl leaves a header out.
        if (content !== '' && !OF_THE_CONNECTION.has(field.toLowerCase())) headers.push([field, content]);
        break;
      }
      case '--data':
      case '--data-ascii':
      case '--data-binary':
      case '--data-raw':
        if (value.startsWith('@') && name !== '--data-raw')
          return failed('sends a file, which is not possible here');
        data.push(value);
        break;
      case '--data-urlencode': {
        const equals = value.indexOf('=');
        if (value.includes('@') && equals < 0) return failed('sends a file, which is not possible here');
        data.push(
          equals < 0
            ? encodeURIComponent(value)
            : `${value.slice(0, equals)}${equals > 0 ? '=' : ''}${encodeURIComponent(value.slice(equals + 1))}`,
        );
        break;
      }
      case '--json':
        data.push(value);
        if (!isJson) headers.push(['Content-Type', 'application/json'], ['Accept', 'application/json']);
        isJson = true;
        break;
      case '--output':
        outputs.push(value);
        break;
      case '--user':
        user = value;
        break;
      case '--user-agent':
        headers.push(['User-Agent', value]);
        break;
      case '--referer':
        headers.push(['Referer', value]);
        break;
      case '--cookie':
        if (!value.includes('=')) return failed('reads cookies from a file: give it with --load-cookies');
        headers.push(['Cookie', value]);
        break;
      default:
        return failed(unknownOption(word).message);
    }
  }
  if (urls.length === 0) return failed('has no address');
  if (urls.some((url) => isAstray(url, address !== '')))
    return failed('has a word that is neither an option nor an address: put values with spaces in quotes');
  const body = data.length === 0 ? null : data.join(isJson ? '' : '&');
  if (body !== null && !isQuery && !headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    headers.push(['Content-Type', 'application/x-www-form-urlencoded']);
  }
  return urls.flatMap((written, index) =>
    globbed(written, isGlobbed).map((each) =>
      listed(line, each, () => {
        let url = SCHEME.test(each) ? each : `http://${each}`;
        if (isQuery && body !== null) url += (url.includes('?') ? '&' : '?') + body;
        if (user !== null) {
          const [name = '', ...password] = user.split(':');
          url = withLogin(url, name, password.join(':'));
        }
        return makeEntry({
          urls: [url],
          fileName: outputs[index] ?? null,
          ...(method === null ? {} : { method }),
          headers,
          body: isQuery ? null : body,
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

/** As curl itself, the addresses that ranges stand for. @throws Fault when they are too many */
function globbed(url: string, isGlobbed: boolean): string[] {
  if (!isGlobbed || !hasRanges(url)) return [url];
  const all: string[] = [];
  for (const each of expandUrl(url)) {
    all.push(each);
    if (all.length > MAX_FROM_ONE_COMMAND)
      throw new Fault(`stands for more than ${MAX_FROM_ONE_COMMAND} addresses`);
  }
  return all;
}
