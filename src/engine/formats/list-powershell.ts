/** `Invoke-WebRequest` commands, as browsers copy them for PowerShell, with the sessions that go before them. */
import type { DownloadEntry, ListedEntry } from '../../common/model/download';
import { fromCopiedRequest } from './copied-request';
import { Fault, fault, isHttpUrl, listed } from './entry';
import { PowerShellText, type Hashtable, type Word } from './powershell-text';
import { readWhole } from './text-lines';

const COMMANDS = /^(?:invoke-webrequest|iwr|invoke-restmethod|irm|curl|wget)$/iu;
/** HTTP/2's own fields, which browsers copy without their colon. */
const PSEUDO: ReadonlySet<string> = new Set(['authority', 'method', 'path', 'scheme']);
const FLAGS: ReadonlySet<string> = new Set([
  'usebasicparsing',
  'skipcertificatecheck',
  'skipheadervalidation',
  'passthru',
]);
const IGNORED: ReadonlySet<string> = new Set([
  'timeoutsec',
  'maximumredirection',
  'maximumretrycount',
  'retryintervalsec',
]);

/** What `$session` holds. */
interface Session {
  userAgent: string | null;
  readonly cookies: { readonly name: string; readonly value: string; readonly domain: string }[];
}

export async function* readPowerShell(
  texts: AsyncIterable<string>,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  const { text, isCut } = await readWhole(texts);
  const script = new PowerShellText(text);
  const sessions = new Map<string, Session>();
  const variables = new Map<string, Word>();
  /** A statement that was not understood may be what the next command needs. */
  let broken: { readonly line: number; readonly what: string } | null = null;
  const found: ListedEntry[] = [];
  for (let more = script.nextStatement(); more; more = script.nextStatement()) {
    const { line } = script;
    try {
      const words = script.words();
      const isCommand = typeof words[0] === 'string' && COMMANDS.test(words[0]);
      if (!isCommand) {
        setUp(words, sessions, variables);
        continue;
      }
      if (broken === null) found.push(readCommand(line, filledIn(words, variables), sessions));
      else found.push(fault(broken.line, '', broken.what));
      broken = null;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      broken ??= { line, what: error.message };
      script.skipStatement();
    }
    if (found.length >= 100) yield found.splice(0);
  }
  if (broken !== null) found.push(fault(broken.line, '', broken.what));
  if (isCut) {
    found.pop();
    found.push(fault(script.line, '', 'and those behind it are too much: give them in parts'));
  }
  if (found.length > 0) yield found;
}

/** `$session = New-Object …`, `$session.UserAgent = …`, `$session.Cookies.Add(…)`. @throws Fault */
function setUp(words: readonly Word[], sessions: Map<string, Session>, variables: Map<string, Word>): void {
  const [target, second, third, fourth] = words;
  const [, variable = '', member] =
    /^\$([a-z_]\w{0,60})(?:\.([a-z.]{1,40}))?$/iu.exec(variableName(target)) ?? [];
  const name = variable.toLowerCase();
  const session = sessions.get(name);
  if (member === undefined && second === '=' && isNewSession(third, fourth)) {
    sessions.set(name, { userAgent: null, cookies: [] });
    return;
  }
  if (member === undefined && name !== '' && second === '=' && words.length === 3 && isWrittenOut(third)) {
    variables.set(name, third);
    return;
  }
  if (
    session !== undefined &&
    member?.toLowerCase() === 'useragent' &&
    second === '=' &&
    words.length === 3
  ) {
    session.userAgent = textOf(third);
    return;
  }
  if (session !== undefined && member?.toLowerCase() === 'cookies.add' && words.length === 2) {
    session.cookies.push(cookieOf(second));
    return;
  }
  throw new Fault('is no command that is known here');
}

/** A text or a table, which a later command may name. */
function isWrittenOut(word: Word | undefined): word is Word {
  return typeof word === 'object' && ('text' in word || 'table' in word);
}

function filledIn(words: readonly Word[], variables: ReadonlyMap<string, Word>): readonly Word[] {
  return words.map((word) => variables.get(variableName(word).slice(1).toLowerCase()) ?? word);
}

function variableName(word: Word | undefined): string {
  return typeof word === 'object' && 'variable' in word ? `$${word.variable}` : '';
}

function isNewSession(third: Word | undefined, fourth: Word | undefined): boolean {
  return (
    typeof third === 'string' &&
    third.toLowerCase() === 'new-object' &&
    typeof fourth === 'string' &&
    /(?:^|\.)webrequestsession$/iu.test(fourth)
  );
}

/** `((New-Object System.Net.Cookie("name", "value", "/", "domain")))`. @throws Fault */
function cookieOf(word: Word | undefined): Session['cookies'][number] {
  let inner: readonly Word[] = groupOf(word);
  while (inner.length === 1) inner = groupOf(inner[0]);
  const [command, type, values] = inner;
  if (typeof command !== 'string' || command.toLowerCase() !== 'new-object' || typeof type !== 'string')
    throw new Fault('has a cookie that is not written out');
  if (!/(?:^|\.)cookie$/iu.test(type)) throw new Fault('has a cookie that is not written out');
  const [name, value, , domain] = groupOf(values)
    .filter((each) => each !== ',')
    .map(textOf);
  if (name === undefined || value === undefined) throw new Fault('has a cookie that is not written out');
  return { name, value, domain: domain ?? '' };
}

/** @throws Fault */
function groupOf(word: Word | undefined): readonly Word[] {
  if (typeof word !== 'object' || !('group' in word)) throw new Fault('has a cookie that is not written out');
  return word.group;
}

/** @throws Fault */
function textOf(word: Word | undefined): string {
  if (typeof word === 'string') return word;
  if (typeof word === 'object' && 'text' in word) return word.text;
  throw new Fault('has a value that is not written out');
}

function readCommand(
  line: number,
  words: readonly Word[],
  sessions: ReadonlyMap<string, Session>,
): ListedEntry {
  let address = '';
  const urls: string[] = [];
  const headers: [string, string][] = [];
  let method: string | undefined;
  let session: Session | null = null;
  let body: string | null = null;
  let contentType: string | null = null;
  let agent: string | null = null;
  let fileName: string | null = null;
  return listed(line, addressOf(words), () => {
    for (let at = 1; at < words.length; at++) {
      const word = words[at];
      if (typeof word !== 'string' || !/^-[a-z]/iu.test(word)) {
        urls.push(textOf(word));
        continue;
      }
      const name = word.slice(1).toLowerCase();
      if (FLAGS.has(name)) continue;
      const value = words[(at += 1)];
      if (IGNORED.has(name)) continue;
      if (name === 'uri') urls.push(textOf(value));
      else if (name === 'method') method = textOf(value);
      else if (name === 'contenttype') contentType = textOf(value);
      else if (name === 'useragent') agent = textOf(value);
      else if (name === 'outfile') fileName = textOf(value);
      else if (name === 'body') body = bodyOf(value);
      else if (name === 'headers') headers.push(...tableOf(value));
      else if (name === 'websession') {
        session = sessions.get(variableName(value).slice(1).toLowerCase()) ?? null;
        if (session === null) throw new Fault('names a session that is not there');
      } else throw new Fault('has an option that is not known here');
    }
    [address = ''] = urls;
    if (urls.length !== 1)
      throw new Fault(urls.length === 0 ? 'has no address' : 'has more than one address');
    return request({ address, headers, method, session, body, contentType, agent, fileName });
  });
}

function addressOf(words: readonly Word[]): string {
  const texts = words.map((word) => (typeof word === 'object' && 'text' in word ? word.text : word));
  return (texts.find((text) => typeof text === 'string' && isHttpUrl(text)) as string | undefined) ?? '';
}

interface Command {
  readonly address: string;
  readonly headers: readonly [string, string][];
  readonly method: string | undefined;
  readonly session: Session | null;
  readonly body: string | null;
  readonly contentType: string | null;
  readonly agent: string | null;
  readonly fileName: string | null;
}

/** @throws Fault */
function request({
  address,
  session,
  method,
  body,
  contentType,
  agent,
  fileName,
  ...command
}: Command): DownloadEntry {
  const headers = command.headers.filter(([name]) => !PSEUDO.has(name.toLowerCase()));
  const userAgent = agent ?? session?.userAgent ?? null;
  if (userAgent !== null) headers.push(['User-Agent', userAgent]);
  const host = URL.canParse(address) ? new URL(address).hostname : '';
  const cookies = (session?.cookies ?? []).filter(({ domain }) => isDomainOf(domain, host));
  if (cookies.length > 0)
    headers.push(['Cookie', cookies.map(({ name, value }) => `${name}=${value}`).join('; ')]);
  if (contentType !== null) headers.push(['Content-Type', contentType]);
  return fromCopiedRequest({
    contentType: 'application/x-www-form-urlencoded',
    url: address,
    headers,
    ...(method === undefined ? {} : { method }),
    body,
    fileName,
  });
}

/** Whether a cookie of this domain goes to this host (RFC 6265 §5.1.3). */
function isDomainOf(domain: string, host: string): boolean {
  const plain = domain.replace(/^\./u, '').toLowerCase();
  return plain === host || plain === '' || (host.endsWith(`.${plain}`) && !/^[\d.]+$|:/u.test(host));
}

/** `"…"`, or `([System.Text.Encoding]::UTF8.GetBytes("…"))`. @throws Fault */
function bodyOf(word: Word | undefined): string {
  if (typeof word !== 'object' || !('group' in word)) return textOf(word);
  const [call, values] = word.group;
  if (typeof call !== 'string' || !/^\[system\.text\.encoding\]::utf8\.getbytes$/iu.test(call))
    throw new Fault('has a value that is not written out');
  const [value] = groupOf(values);
  return textOf(value);
}

/** @throws Fault */
function tableOf(word: Word | undefined): [string, string][] {
  if (typeof word !== 'object' || !('table' in word)) throw new Fault('has headers that are not written out');
  return word.table.map(([name, value]: Hashtable[number]) => [textOf(name), textOf(value)]);
}
