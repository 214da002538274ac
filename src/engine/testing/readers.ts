/**
 * The readers of what others wrote, each as a function of a text: what fuzzing gives them is in `readers-corpus.json`
 * besides what is here.
 */
import { contentDigests, parseChecksum, representationDigests } from '../../common/model/digest-fields';
import { readHeaderLine } from '../../common/model/http-fields';
import { jobRequestSchema } from '../../common/model/job-request';
import { pastedDigest } from '../../common/model/pasted-digest';
import { parseWithPaths, pathFromEscaped } from '../../common/model/paths';
import { readProxyAddress } from '../../common/model/proxy-address';
import { DEFAULT_SETTINGS, settingsPatchSchema } from '../../common/model/settings';
import { readBytes } from '../../common/model/units';
import { DEFAULT_WALK_RULES } from '../../common/model/walk-rules';
import { readHeddleLink } from '../../common/opening/heddle-link';
import { urlLines } from '../../common/opening/url-lines';
import { readFlagLine } from '../../cli/flag-file';
import { readCookieFile } from '../../files/cookie-file';
import { fileNameFromUrl, safeFileName } from '../../files/file-name';
import { mountPoints } from '../../files/mounts';
import { WalkFilter } from '../../files/walk-filter';
import { parseContentDisposition } from '../../workers/content-disposition';
import { readChallenges } from '../../workers/http/challenges';
import { listOf, readFields } from '../../workers/http/fields';
import { Jar } from '../../workers/http/jar';
import { ProxyRules } from '../../workers/http/proxy-rules';
import { parse } from '../../workers/http/test-parse';
import { readHttpDate } from '../../workers/http-date';
import { parseRetryAfter } from '../../workers/http-errors';
import { parseNetrc } from '../../workers/netrc';
import { readList } from '../formats/read-list';
import { readAll } from './manifests';

const DIGEST = 'a'.repeat(64);
const url = new URL('http://a.example/b/c');
/** Deeper than anybody's folders; Linux has paths of some 2,000 names. */
const DEEP = 'a/'.repeat(300);

export interface Reader {
  /** @param text one character a byte */
  readonly read: (text: string) => unknown;
  readonly seeds: readonly string[];
  /** What steers it, repeated in texts that are to cost it much; `null`: that is asked elsewhere. */
  readonly pieces: string | null;
}

export const READERS: Readonly<Record<string, Reader>> = {
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
  'list of downloads': {
    read: (text) => readList(Buffer.from(text, 'latin1')),
    seeds: [
      'http://a/[1-3].zip\n',
      `curl 'http://a/b' -H 'X: y' --data-raw $'c\\x41'\n`,
      '{"log":{"version":"1.2","entries":[{"request":{"method":"GET","url":"http://a/","headers":[]}}]}}',
      '<metalink xmlns="urn:ietf:params:xml:ns:metalink"><file name="a"><hash type="md5">b</hash><url>http://a/</url></file></metalink>',
    ],
    // list-fuzz.test.ts asks what each format costs.
    pieces: null,
  },
  'answer of a server': {
    read: (text) => parse(text, 'GET', [7, 1]),
    seeds: [
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: "a"\r\n\r\nabc',
      'HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a="b"\r\nabc\r\n0\r\nT: u\r\n\r\n',
    ],
    pieces: '\r\n|\r|\n|:| |;|0\r\n|1\r\na\r\n|HTTP/1.1 100 \r\n\r\n|a: b\r\n|, ',
  },
  'digests in an answer': {
    read: (text) => {
      const headers = { 'repr-digest': text, digest: text, 'content-md5': text, 'x-goog-hash': text };
      return [
        representationDigests(headers),
        contentDigests({ 'content-digest': text }),
        parseChecksum(text),
      ];
    },
    seeds: [
      `sha-256=:${'A'.repeat(43)}=:, md5=:${'A'.repeat(22)}==:;q=1`,
      `SHA-256=${'A'.repeat(43)}=,crc32c=AAAAAA==`,
      `sha256=${DIGEST}`,
    ],
    pieces: ',|, |=|:|=:|;|"|\\|a=|sha-256=:|==',
  },
  'file of flags': {
    read: (text) => text.split(/\r?\n/u).map((line) => readFlagLine(line, 'Line 1')),
    seeds: ['user = "name:\\"pass\\tword"\n--limit-rate 2M\n-H: X: y\n# none\n'],
    pieces: ' |"|\\|=|:|#|-|--|a|\t',
  },
  'settings and requests': {
    read: (text) => {
      let data: unknown;
      try {
        data = parseWithPaths(text);
      } catch (error) {
        // Of JSON alone: what it is read from is Heddle's own.
        if (error instanceof SyntaxError) return null;
        throw error;
      }
      return [settingsPatchSchema, jobRequestSchema].map((schema) => schema.safeParse(data).success);
    },
    seeds: [
      JSON.stringify(DEFAULT_SETTINGS),
      '{"kind":"hash","mode":"pool","workers":2,"paths":["/a"],"algorithms":["sha256"],"manifest":null}',
      '{"kind":"download","mode":"pool","workers":null,"urls":["http://a/"],"text":null,"listFiles":[],"directory":"/b"}',
    ],
    pieces: '[|{"a":|"a",|1,|\\u0000|null,|:|]|}',
  },
  'heddle: link': {
    read: readHeddleLink,
    seeds: [
      `heddle:download?url=http%3A%2F%2Fa%2Fb&name=c.txt&checksum=sha256:${DIGEST}`,
      'heddle://download/?url=x',
    ],
    pieces: '&|=|%|%2F|?|/|:|url=|url=http://a/&|name=',
  },
  'what is pasted': {
    read: (text) => [pastedDigest(text), urlLines(text), readBytes(text), pathFromEscaped(text)],
    seeds: [
      `SHA256 (a) = ${DIGEST}`,
      `\\${DIGEST} *a`,
      `MD5: ${'AB '.repeat(16)}`,
      'http://a/\nhttps://b/c\n',
      '1.5 GiB',
    ],
    pieces: 'a|a:|a |(|)| = |\\|\\x|0|.|\n|http://a/\n|-',
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
