/**
 * Secrets in every place where they can be given, also in what is written wrong, and all that every command writes
 * searched for them: what it prints, the data folder with its log while it runs, when it was killed and afterwards,
 * temporary files, reports, exports and manifests. Only their own server gets them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildTerminal } from '../engine/testing/build-worker';

let scripts: string;
let folder: string;
let data: string;
let server: Server;
let base: string;
/** What requests said of who asks, decoded. */
let heard: string;
let isHeld: boolean;
/** Every secret that was made. */
let made: string[];
/** Where each was found. */
let found: Set<string>;

beforeAll(async () => {
  scripts = await buildTerminal();
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-secrets-'));
  data = join(folder, 'data');
  mkdirSync(join(folder, 'tmp'));
  mkdirSync(join(folder, 'out'));
  heard = '';
  isHeld = false;
  made = [];
  found = new Set();
  server = createServer((request, response) => {
    const login = (request.headers.authorization ?? '').replace(/^Basic (.*)$/u, (_, text: string) =>
      Buffer.from(text, 'base64').toString(),
    );
    const proxyLogin = Buffer.from(
      (request.headers['proxy-authorization'] ?? '').slice(6),
      'base64',
    ).toString();
    heard += `${login} ${proxyLogin} ${JSON.stringify(request.headers)}\n`;
    request.setEncoding('utf8').on('data', (text: string) => (heard += text));
    const path = (request.url ?? '').replace(/^http:\/\/[^/]*/u, '');
    if (path.startsWith('/none')) response.writeHead(404).end();
    else if (path.startsWith('/away')) response.writeHead(302, { Location: '/landed' }).end();
    else if (!(isHeld && path.startsWith('/held')))
      response.writeHead(200, { 'Content-Length': 2 }).end('ok');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Letters and digits alone: found as it is, and however else it is percent-encoded around. */
function secret(name: string): string {
  const text = `zQ7${name}Kx9`;
  made.push(text);
  return text;
}

/** As bytes: plain, in small letters, UTF-16, percent-encoded, and what is the same in base64 at each of its three alignments. */
function formsOf(text: string): Buffer[] {
  const inBase64 = [0, 1, 2].map((shift) => {
    const bytes = Buffer.from(`${'x'.repeat(shift)}${text}`);
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
    return whole.slice(shift === 0 ? 0 : 4);
  });
  const percents = [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('');
  // A host is written in small letters.
  return [text, text.toLowerCase(), ...inBase64, percents, percents.toUpperCase()]
    .map((form) => Buffer.from(form))
    .concat(Buffer.from(text, 'utf16le'), Buffer.from(Buffer.from(text).toString('hex')));
}

function search(where: string, content: Buffer | string): void {
  const bytes = Buffer.from(content);
  for (const text of made)
    if (formsOf(text).some((form) => bytes.includes(form))) found.add(`${text} in ${where}`);
}

/** All files that were written by now, but for what this test itself wrote. */
function searchFiles(when: string): void {
  for (const place of ['data', 'tmp', 'out']) {
    for (const entry of readdirSync(join(folder, place), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      search(`${when}: the name of ${place}`, entry.name);
      try {
        search(`${when}: ${path.slice(folder.length)}`, readFileSync(path));
      } catch {
        // It has gone meanwhile.
      }
    }
  }
}

function file(name: string, ...lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command, and searches what it prints and leaves. @param killedAfter lines of output after which it is killed */
async function heddle(
  args: readonly string[],
  { input = '', killedAfter = Infinity }: { readonly input?: string; readonly killedAfter?: number } = {},
): Promise<Ended> {
  const all = ['help', 'demo', 'serve'].includes(args[0] ?? '') ? args : [...args, '--data-dir', data];
  const child = spawn(process.execPath, [join(scripts, 'cli.cjs'), ...all], {
    cwd: folder,
    env: { ...process.env, TMPDIR: join(folder, 'tmp'), NO_COLOR: '1' },
  });
  child.stdin.on('error', () => undefined).end(input);
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (stdout.split('\n').length <= killedAfter || child.killed) return;
    mkdirSync(data, { recursive: true });
    searchFiles('running');
    child.kill('SIGKILL');
  });
  const [status] = (await once(child, 'close')) as [number | null];
  const name = args[0] ?? '';
  search(`${name} stdout`, stdout);
  search(`${name} stderr`, stderr);
  mkdirSync(data, { recursive: true });
  searchFiles(killedAfter === Infinity ? `after ${name}` : `${name} killed`);
  return { status, stdout, stderr };
}

/** Lists of every format, and how many of their entries can be read. */
function lists(path: string): string[] {
  const url = (name: string, at = path): string => `http://u:${secret(name)}@${base}${at}`;
  return [
    file('urls.txt', url('Urls'), `http://u:p%2F${secret('Percent')}@${base}${path}2`),
    file(
      'list.jsonl',
      JSON.stringify({
        url: url('Jurl'),
        headers: { 'X-Key': secret('Jhead') },
        method: 'POST',
        body: secret('Jbody'),
      }),
    ),
    file('list.csv', 'url,headers', `${url('Vurl')},X-Key: ${secret('Vhead')}`),
    file(
      'list.aria2',
      `${url('Aurl')}\t${url('Amirror')}`,
      `  header=Authorization: Bearer ${secret('Ahead')}`,
      `http://${base}${path}3`,
      '  http-user=x',
      `  http-passwd=${secret('Apass')}`,
      `  referer=http://u:${secret('Areferer')}@h/`,
      `  user-agent=${secret('Aagent')}`,
    ),
    file(
      'list.curl',
      `curl 'http://${base}${path}4' -u u:${secret('Cuser')} -H 'Cookie: a=${secret('Ccookie')}' --data-raw '${secret('Cdata')}'`,
    ),
    file(
      'list.meta4',
      `<metalink xmlns="urn:ietf:params:xml:ns:metalink"><file name="m"><url>${url('Murl')}</url></file></metalink>`,
    ),
  ];
}

/** Lists of lines that cannot be read, with a secret in each. */
function wrongLists(): string[] {
  return [
    file(
      'wrong.txt',
      `https://u:${secret('W1')}@[/x`,
      `https://u:pa/${secret('W2')}@h/x`,
      `u:${secret('W3')}@host/x`,
      `//u:${secret('W4')}@host/x`,
      `https:\\\\u:${secret('W5')}@h/`,
      `ftp://u:${secret('W6')}@h/x`,
      `http://u:${secret('W7')}@h:99999/x`,
      `https:/u:${secret('W8')}@h/x`,
      `htp://u:pa ss${secret('W9')}@h/x`,
      secret('Wa'),
      `http://u:x?${secret('Wb')}@h/x`,
      `http://u:x#${secret('Wc')}@h/x`,
      `http://u:${secret('Wd')}@h/[1-99999999]`,
      `http://h/x\thttp://u:${secret('We')}@h/`,
      `http://h/xhttps://u:${secret('Wf')}@h/`,
      `http://u#${secret('Wg')}@h/`,
      `http://u?:${secret('Wh')}@h/`,
    ),
    file(
      'wrong.aria2',
      `http://${base}/w`,
      `  https://u:${secret('WA1')}@h/mirror`,
      `http://${base}/w`,
      `  headr=X: ${secret('WA2')}`,
      `http://${base}/w`,
      `  header=bad name: ${secret('WA3')}`,
      `http://${base}/w`,
      `  header=${secret('WA4')}`,
      `http://${base}/w`,
      `  checksum=${secret('WA5')}=00`,
      `http://${base}/w`,
      `  ${secret('WA6').toLowerCase()}`,
      `http://${base}/w`,
      `  out=http://u:${secret('WA7')}@h/`,
    ),
    file(
      'wrong.curl',
      `curl http://${base}/w --pass ${secret('WC1')}`,
      `curl http://${base}/w -H '${secret('WC2')}'`,
      `curl http://${base}/w -F 'a=${secret('WC3')}'`,
      `curl http://${base}/w -X 'A ${secret('WC4')}'`,
      `curl http://${base}/w --oauth2-bearer ${secret('WC5')}`,
      `curl http://${base}/w --x=${secret('WC6')}`,
      `curl http://${base}/w -d @${secret('WC7')}`,
      `curl http://${base}/w -H X-Key: ${secret('WC8')}`,
      `curl http://${base}/w -H 'Authorization: Bearer' ${secret('WC9')}.${secret('WCa')}`,
      `curl http://${base}/w -o http://u:${secret('WCb')}@h/`,
      `curl 'ht@p://u:${secret('WCc')}@h/x'`,
      `curl 'http://u://${secret('WCd')}@h/x' -u u:${secret('WCe')}`,
    ),
    file(
      'wrong.jsonl',
      `{"url":"http://${base}/w","headers":{"X":"${secret('WJ1')}\\u0001"}}`,
      `{"url":"http://${base}/w","method":"A ${secret('WJ2')}"}`,
      `{"url":"http://${base}/w","checksum":"${secret('WJ3')}"}`,
      `{"url":"ht!tp://u:${secret('WJ4')}@h"}`,
      `{"url":"http://u:${secret('WJ5')}@h/`,
    ),
    file('wrong.csv', 'url,size', `http://u:${secret('WV1')}@h/,x`, `u:${secret('WV2')}@h,1`),
    file('table.txt', 'address,headers', `http://${base}/w,X-Key: ${secret('WT1')}`),
    file('wrong.meta4', `<metalink>&${secret('WM1')};</metalink>`),
  ];
}

/** Secrets that no request brought. */
function unheard(...names: readonly string[]): string[] {
  return names.filter((name) => !heard.includes(`zQ7${name}Kx9`));
}

const inputs = (paths: readonly string[]): string[] => paths.flatMap((path) => ['-i', path]);
const quick = ['--retry', '0', '--workers', '2'];

test('whoever looks finds them', () => {
  const [one, other] = [secret('One'), secret('Other')];
  mkdirSync(data);
  const login = Buffer.from(`user:${one}`).toString('base64');
  for (const [index, content] of [one, login, Buffer.from(one, 'utf16le'), encodeURI(`${one} `)].entries())
    writeFileSync(join(data, String(index)), content);
  searchFiles('now');
  expect([...found]).toEqual([0, 1, 2, 3].map((index) => `${one} in now: /data/${index}`));
  expect(other).not.toBe(one);
});

test('downloads: killed, gone on with, retried, exported', async () => {
  isHeld = true;
  const flags = [
    ...['-H', `X-Flag: ${secret('Header')}`, '-A', secret('Agent')],
    ...['-e', `http://u:${secret('Referer')}@h/`],
    ...['-H', `@${file('headers', `X-File: ${secret('HeaderFile')}`)}`],
    ...[
      '-K',
      file(
        'flags',
        `url = "http://u:${secret('FileUrl')}@${base}/k"`,
        `header = "X-K: ${secret('FileHeader')}"`,
      ),
    ],
    ...['--netrc-file', file('netrc', `machine 127.0.0.1 login u password ${secret('Netrc')}`)],
    ...['--load-cookies', file('cookies', `127.0.0.1\tFALSE\t/\tFALSE\t0\tsid\t${secret('Cookie')}`)],
  ];
  const urls = ['held', 'none', 'away', 'done'].map((path) => `http://u:${secret(path)}@${base}/${path}`);
  urls.push(`http://${base}/netrc`);
  const wrong = wrongLists();
  const own = lists('/held-list');
  const args = [
    'download',
    ...urls,
    ...inputs(own),
    ...inputs(wrong),
    ...flags,
    ...quick,
    '-d',
    'out',
    '--json',
  ];
  const { stdout } = await heddle([...args, '--manifest', 'out/SUMS'], { killedAfter: 30 });
  expect(stdout).toContain('"code":"bad-url"');
  isHeld = false;
  await heddle(['jobs']);
  await heddle(['jobs', '--json']);
  const resumed = await heddle(['resume', '--json']);
  expect(resumed.stdout).toContain(`"source":"http://${base}/held"`);
  await heddle(['retry', '1']);
  for (const format of ['jsonl', 'csv', 'gnu']) await heddle(['export', '1', '--format', format]);
  expect((await heddle(['export', '1', '--failed-urls'])).stdout).toContain('# Line 6 (h) is not an HTTP');
  // All of it was sent to its server, by the one process or the other.
  expect(
    unheard('held', 'none', 'away', 'done', 'Urls', 'Jurl', 'Jhead', 'Jbody', 'Vhead', 'Ahead', 'Apass'),
  ).toEqual([]);
  expect(
    unheard('Cuser', 'Ccookie', 'Cdata', 'Murl', 'Header', 'HeaderFile', 'FileUrl', 'FileHeader'),
  ).toEqual([]);
  expect(unheard('Agent', 'Referer', 'Cookie', 'Percent', 'Netrc')).toEqual([]);
  expect([...found]).toEqual([]);
});

test('downloads: in words, by a proxy, with a token; what cannot be reached', async () => {
  const proxy = `http://p:${secret('Proxy')}@${base}`;
  const list = `http://${base}/x\nhttp://u:${secret('Stdin')}@nowhere.invalid/x\nhttp://u:${secret('Unreachable')}@127.0.0.1:1/x\nx:${secret('StdinWrong')}@h\n`;
  const given = ['download', '-i', '-', ...quick, '-d', 'out'];
  const args = [...given, '--oauth2-bearer', secret('Bearer')];
  await heddle(args, { input: list });
  await heddle([...given, '-u', `u:${secret('User')}`], { input: list });
  await heddle([...args, '--proxy', proxy], { input: list });
  await heddle([...args, '--proxy', `http://p:${secret('ProxyGone')}@127.0.0.1:1`], { input: list });
  await heddle(['export', '1', '--format', 'csv']);
  expect(unheard('Bearer', 'Proxy', 'User')).toEqual([]);
  expect([...found]).toEqual([]);
});

test('a dry run says what is wrong, and quotes none of it', async () => {
  const given = ['download', '--dry-run', ...inputs([...lists('/x'), ...wrongLists()])];
  const { stdout, status } = await heddle(given);
  expect(status).toBe(1);
  expect(stdout).toContain('wrong.txt: Line 6 (h) is not an HTTP or HTTPS address.');
  await heddle([...given, '--json']);
  expect([...found]).toEqual([]);
});

test('experiments: their rows, their reports, and what one leaves that is killed', async () => {
  const flags = [
    ...['-H', `X: ${secret('Header')}`, '-u', `u:${secret('User')}`, '-A', secret('Agent')],
    ...['-K', file('flags', `header = "X-K: ${secret('FileHeader')}"`)],
    ...['--modes', 'sequential,pool', '--workers', '2', '--repeats', '1', '-d', 'out'],
  ];
  const url = `http://u:${secret('Url')}@${base}/c[1-5]?token=1`;
  const reports = ['html', 'json', 'csv', 'svg', 'trace.json'].flatMap((ending) => [
    '-o',
    `out/report.${ending}`,
  ]);
  const own = lists('/list');
  const { status } = await heddle(['compare', 'download', url, '-i', own[1] ?? '', ...flags, ...reports]);
  expect(status).toBe(0);
  expect(readdirSync(join(folder, 'out'))).toHaveLength(5);
  await heddle(['compare', 'download', ...inputs(wrongLists()), ...flags]);
  // The next start ends what was killed.
  const others = ['--proxy', `http://p:${secret('Proxy')}@${base}`, '--oauth2-bearer', secret('Bearer')];
  await heddle(['compare', 'download', url, ...inputs(own), ...flags.slice(6), ...others, '--json'], {
    killedAfter: 2,
  });
  await heddle(['jobs']);
  expect(unheard('Header', 'FileHeader', 'User', 'Bearer', 'Proxy', 'Jbody')).toEqual([]);
  expect([...found]).toEqual([]);
});

test('a command line that is wrong is not quoted', async () => {
  const wrong: readonly (readonly string[])[] = [
    ['download', '-H', secret('NoHeader'), 'http://h/'],
    ['download', '--oauth2-bearer', `${secret('Break')}\nx`, 'http://h/'],
    ['download', '--proxy', `ftp://u:${secret('ProxyScheme')}@h`, 'http://h/'],
    ['download', `--usr=u:${secret('Misspelt')}`, 'http://h/'],
    ['download', '-i', `http://u:${secret('ListUrl')}@h/list`],
    ['download', '-K', file('flags', `usr = "${secret('FlagFile')}"`)],
    ['jobs', `http://u:${secret('Surplus')}@h/`],
    ['download', `--user u:${secret('OneWord')}`, 'http://h/'],
    ['download', '--retry', `u:${secret('Astray')}`, 'http://h/'],
    // A URL, or what a file was to hide, where the path of a file belongs.
    ['download', 'http://h/', '-d', `http://u:${secret('Folder')}@h/`],
    ['download', 'http://h/', '-o', `http://u:${secret('Name')}@h/`],
    ['download', 'http://h/', '--manifest', `http://u:${secret('Manifest')}@h/`],
    ['download', '-i', `u:${secret('ListLogin')}@h/list`],
    ['download', 'http://h/', '--load-cookies', `sid=${secret('NoCookies')}`],
    ['download', 'http://h/', '--netrc-file', `machine h login u password ${secret('NoNetrc')}`],
    ['download', 'http://h/', '--cacert', secret('NoPem')],
    ['download', 'http://h/', '--cert', `cert.p12:${secret('CertPassword')}`],
    ['download', 'http://h/', '--key', secret('NoKey')],
    ['download', 'http://h/', '-K', `user = "u:${secret('NoFlagFile')}"`],
    ['download', 'http://h/', '-H', `@X: ${secret('NoHeaderFile')}`],
    ['download', 'http://h/', '-K', file('cookies-wrong', `load-cookies = "sid=${secret('CookieInFile')}"`)],
    ['compare', 'download', 'http://h/', '--load-cookies', `sid=${secret('CompareCookies')}`],
    ['hash', `http://u:${secret('Hash')}@h/`],
    ['verify', `http://u:${secret('Verify')}@h/`],
    ['duplicates', `http://u:${secret('Duplicates')}@h/`],
    ['copy', `http://u:${secret('CopyFrom')}@h/`, 'out'],
    ['copy', 'out', `http://u:${secret('CopyTo')}@h/`],
    ['compare', 'hash', `http://u:${secret('CompareHash')}@h/`],
    ['serve', `http://u:${secret('Serve')}@h/`],
    ['export', `http://u:${secret('Export')}@h/`],
    ['retry', `http://u:${secret('Retry')}@h/`],
    ['help', `http://u:${secret('Help')}@h/`],
  ];
  for (const args of wrong) expect((await heddle(args)).status, args[1]).toBe(2);
  expect((await heddle([`http://u:${secret('NoCommand')}@h/`])).status).toBe(2);
  expect([...found]).toEqual([]);
});

test('help says what others can see, and how to hide it', async () => {
  for (const command of [['download'], ['compare', 'download']]) {
    const { stdout } = await heddle(['help', ...command]);
    expect(stdout).toMatch(/Other users of this machine can see the command line.*-K FILE.*-H @FILE/su);
    expect(stdout).not.toContain('[]');
  }
});
