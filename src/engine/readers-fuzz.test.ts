/**
 * Small readers of what others wrote (servers' fields, files of cookies and logins, rules, manifests): whatever is done to
 * what they read, they give an answer or say what is wrong, and their work grows with it and no faster. `npm run fuzz --
 * readers` has more time for it.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HeddleError } from '../common/model/errors';
import { readHeaderLine } from '../common/model/http-fields';
import { readProxyAddress } from '../common/model/proxy-address';
import { DEFAULT_WALK_RULES } from '../common/model/walk-rules';
import { readCookieFile } from '../files/cookie-file';
import { mountPoints } from '../files/mounts';
import { WalkFilter } from '../files/walk-filter';
import { fileNameFromUrl, safeFileName } from '../files/file-name';
import { parseContentDisposition } from '../workers/content-disposition';
import { readChallenges } from '../workers/http/challenges';
import { listOf, readFields } from '../workers/http/fields';
import { Jar } from '../workers/http/jar';
import { ProxyRules } from '../workers/http/proxy-rules';
import { readHttpDate } from '../workers/http-date';
import { parseRetryAfter } from '../workers/http-errors';
import { parseNetrc } from '../workers/netrc';
import { mutated, randomFrom } from './formats/list-fuzzing';
import { readAll } from './testing/manifests';

const CORPUS = join(import.meta.dirname, 'testing/readers-corpus');
const MINUTES = Number(process.env['HEDDLE_FUZZ_MINUTES'] ?? 0);
const RUNS = 400;
const MOST_BYTES = 4000;
const LENGTH = 32_768;
/** Of CPU, for what does not grow with the text: a collection of garbage, a busy machine's caches. */
const SLACK_MS = 150;

const DIGEST = 'a'.repeat(64);
const url = new URL('http://a.example/b/c');
/** As deep as paths are on Linux. */
const DEEP = 'a/'.repeat(1000);

interface Reader {
  /** @param text one character a byte */
  readonly read: (text: string) => unknown;
  readonly seeds: readonly string[];
  /** What steers it, repeated in texts that are to cost it much. */
  readonly pieces: string;
}

const READERS: Readonly<Record<string, Reader>> = {
  manifest: {
    read: (text) => readAll(text),
    seeds: [
      `${DIGEST}  a\n${DIGEST} *b\n`,
      `\\${DIGEST}  a\\nb\n`,
      `SHA256 (a) = ${DIGEST}\nMD5 (b) = ${'b'.repeat(32)}\n`,
      '; comment\na 00000000\nb c 12345678\n',
      `%%%% HASHDEEP-1.0\n%%%% size,sha256,filename\n## x\n1,${DIGEST},a\n`,
      `{"files":[{"name":"a","size":1,"sha256":"${DIGEST}"}]}`,
      `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${DIGEST}  a\n-----BEGIN PGP SIGNATURE-----\nx\n`,
    ],
    pieces: ' |\t|\n|\\|"|(|)|,|:|;|=|*|) = |SHA256 (|{"a":|[|%%%% |## ',
  },
  'file of cookies': {
    read: (text) => readCookieFile(text),
    seeds: [
      'a.example\tFALSE\t/\tTRUE\t0\tname\tvalue\n',
      '#HttpOnly_.a.example TRUE / FALSE 1999999999 n v\n',
    ],
    pieces: '\t| |\n|#|#HttpOnly_|TRUE|.|a.|\r',
  },
  'Set-Cookie': {
    read: (text) => {
      const jar = new Jar(null, null);
      return [jar.take(url, text.split('\n')), jar.cookiesFor(url).length];
    },
    seeds: ['a=b; Path=/; Domain=a.example; Expires=Wed, 21 Oct 2037 07:28:00 GMT; HttpOnly\nc=d; Max-Age=1'],
    pieces: ';|; |=|a=|,| |; Domain=a.|; Path=/|; Expires=|\n',
  },
  'file of logins': {
    read: (text) => parseNetrc(text)('a.example'),
    seeds: ['machine a.example login "b c" password d\ndefault login e password f\nmacdef x\ny\n\n'],
    pieces: ' |\t|\n|"|\\|#|machine |login |password |default |macdef ',
  },
  'WWW-Authenticate': {
    read: (text) => readChallenges(text),
    seeds: ['Digest realm="a", nonce="b\\"c", qop="auth,auth-int", algorithm=SHA-256, Basic realm="d"'],
    pieces: ',|, |=|"|\\|\\"| |a=|a="|Digest |Basic |==',
  },
  'Content-Disposition': {
    read: (text) => parseContentDisposition(text),
    seeds: [
      'attachment; filename="a \\"b\\".txt"; filename*=UTF-8\'en\'%e2%82%ac.txt',
      'inline; filename=a; filename*0="b"; filename*1*=%20c',
    ],
    pieces: ';|; |=|"|\\|%|%e2|\'|*| |filename=|filename*=|a',
  },
  'fields of an answer': {
    read: (text) => [readFields(text, 0), listOf(text)],
    seeds: ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\nVary: a, b\r\n c\r\n\r\n'],
    pieces: ':|\r|\n|\r\n|\r\n | |,|, |a: b\r\n|"|\t',
  },
  'header line': { read: readHeaderLine, seeds: ['X-Name: value', 'X-Empty;'], pieces: ':|;| |a|\t' },
  'Retry-After': {
    read: (text) => [parseRetryAfter(text, 0), readHttpDate(text)],
    seeds: [
      '120',
      'Wed, 21 Oct 2037 07:28:00 GMT',
      'Wednesday, 21-Oct-37 07:28:00 GMT',
      'Wed Oct 21 07:28:00 2037',
    ],
    pieces: '0| |,|:|-|Wed|GMT|Oct |21 ',
  },
  'proxy address': {
    read: (text) => [readProxyAddress(text), new ProxyRules(text, {}).for(url)],
    seeds: ['http://a:b@c.example:8080', 'socks5h://[::1]:1080', 'c.example:3128/'],
    pieces: ':|/|@|[|]|%|.|a|http://|0',
  },
  'exceptions from the proxy': {
    read: (text) =>
      new ProxyRules(null, { http_proxy: 'http://p', no_proxy: text.replaceAll('\0', '') }).for(url),
    seeds: ['localhost, .example,10.0.0.0/8 [::1] *.b', '*'],
    pieces: ',| |.|*|/|:|[|]|a.|0.|::',
  },
  'rules of a .gitignore': {
    read: (text) => {
      const filter = new WalkFilter({ ...DEFAULT_WALK_RULES, gitignore: true });
      filter.enter('', () => text);
      return [filter.takes(DEEP, 'bx'), filter.takes('', `${'ab'.repeat(120)}x/`)];
    },
    seeds: ['# a\n*.o\n!keep.o\n/build/\nfoo/**/bar\n[a-z]?.tmp\n\\#x\ntrail\\ \n**/a/\n'],
    pieces: '*|?|**/|**/a/|*a|a*|[a-|[!|]|/|\\|!|\n|#| |{a,|(|a/**/',
  },
  'names of files': {
    read: (text) => [safeFileName(text), fileNameFromUrl(new URL(`http://a/${encodeURIComponent(text)}`))],
    seeds: ['a b.txt', '..\\CON.tar.gz ', '%2e%2e%2f'],
    pieces: '.|..|/|\\| |%|%2e|con|a.',
  },
  'table of mounts': {
    read: (text) => mountPoints(text),
    seeds: ['36 35 98:0 /mnt1 /mnt2\\040x rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n'],
    pieces: ' |\n|-| - |\\|\\040|/|a ',
  },
};

function corpusOf(name: string): Buffer[] {
  const folder = join(CORPUS, name);
  const saved = existsSync(folder) ? readdirSync(folder).sort() : [];
  const seeds = READERS[name]?.seeds ?? [];
  return [
    ...seeds.map((text) => Buffer.from(text, 'latin1')),
    ...saved.map((file) => readFileSync(join(folder, file))),
  ];
}

/** @returns what went wrong with it; `null`: nothing, or a fault that is told */
async function wrongWith({ read }: Reader, bytes: Buffer): Promise<string | null> {
  try {
    await read(bytes.toString('latin1'));
    return null;
  } catch (error) {
    return error instanceof HeddleError ? null : error instanceof Error ? (error.stack ?? '') : String(error);
  }
}

/** CPU time in milliseconds. */
async function costOf(reader: Reader, text: string): Promise<number> {
  const before = process.cpuUsage();
  const wrong = await wrongWith(reader, Buffer.from(text, 'latin1'));
  const { user, system } = process.cpuUsage(before);
  expect(wrong).toBeNull();
  return (user + system) / 1000;
}

function keep(name: string, bytes: Buffer): void {
  mkdirSync(join(CORPUS, name), { recursive: true });
  const file = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  writeFileSync(join(CORPUS, name, `failed-${file}`), bytes);
}

const named = Object.entries(READERS);

test.each(named)(
  '%s: whatever is done to it, it is read',
  { timeout: (MINUTES + 2) * 60_000 },
  async (name, reader) => {
    const seed = Number(
      process.env['HEDDLE_FUZZ_SEED'] ?? (MINUTES > 0 ? Math.floor(Math.random() * 2 ** 31) : 1),
    );
    const random = randomFrom(seed);
    const corpus = corpusOf(name);
    const parts = [...corpus, ...reader.pieces.split('|').map((piece) => Buffer.from(piece, 'latin1'))];
    const until = performance.now() + (MINUTES * 60_000) / named.length;
    for (let run = 0; MINUTES > 0 ? performance.now() < until : run < RUNS; run++) {
      const from = corpus[Math.floor(random() * corpus.length)] ?? Buffer.alloc(0);
      const bytes = mutated(from, parts, random).subarray(0, MOST_BYTES);
      const wrong = await wrongWith(reader, bytes);
      if (wrong !== null && MINUTES > 0) keep(name, bytes);
      expect({ seed, run, bytes: bytes.toString('base64'), wrong }).toMatchObject({ wrong: null });
    }
  },
);

test.each(named)('%s: four times as much is no more than some four times the work', async (_, reader) => {
  for (const start of ['', ...reader.seeds])
    for (const piece of reader.pieces.split('|')) {
      const text = (characters: number): string => start + piece.repeat(Math.ceil(characters / piece.length));
      const once = await costOf(reader, text(LENGTH));
      const four = await costOf(reader, text(4 * LENGTH));
      // Quadratic work would be sixteen times as much.
      expect({ start, piece, once, four, isLinear: four < 9 * once + SLACK_MS }).toMatchObject({
        isLinear: true,
      });
    }
});
