/**
 * Answers that no server should send, through the parser and through Node's own (llhttp) as an oracle. Where the two
 * say different things, the difference is of a kind that is listed here with its reason, or it is a fault.
 */
import { request } from 'node:http';
import { Duplex } from 'node:stream';
import { parse, type Parsed } from './test-parse';

/** What an answer is, to whoever reads it: `null` where it is none, or not whole. */
export type Reading = { readonly status: number; readonly body: string } | null;

export function ours(parsed: Parsed): Reading {
  const isWhole = parsed.end === 'whole' || parsed.end === 'closed';
  return isWhole && parsed.head !== null && parsed.head.framing.coding === null
    ? { status: parsed.head.status, body: parsed.body }
    : null;
}

/** @param isLenient takes bare line feeds and more, as clients do */
export function oracle(bytes: Buffer, method: string, isLenient: boolean): Promise<Reading> {
  return new Promise((resolve) => {
    const stream = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => {
        done();
      },
    });
    let reading: Reading = null;
    const done = (): void => {
      setImmediate(() => {
        stream.destroy();
        resolve(reading);
      });
    };
    const sent = request({
      method,
      createConnection: () => stream,
      insecureHTTPParser: isLenient,
      maxHeaderSize: 300 * 1024,
    });
    sent.on('response', (response) => {
      const body: Buffer[] = [];
      response.on('data', (chunk: Buffer) => body.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(body).toString('latin1');
        reading = response.complete ? { status: response.statusCode ?? 0, body: text } : null;
      });
      response.on('error', () => undefined);
      response.on('close', done);
    });
    sent.on('upgrade', done);
    sent.on('error', done);
    sent.on('close', done);
    sent.end();
    stream.push(bytes);
    stream.push(null);
  });
}

interface Case {
  readonly text: string;
  readonly method: string;
  readonly parsed: Parsed;
  readonly strict: Reading;
  readonly lenient: Reading;
}

interface Difference {
  readonly reason: string;
  readonly is: (found: Case) => boolean;
}

const saysNot = ({ parsed }: Case, ...why: readonly string[]): boolean =>
  why.some((each) => parsed.end.includes(each));

/** The head of the answer that counts, without those that announce it. */
function headOf({ text }: Case): string {
  const [, head = ''] =
    /^(?:[\r\n]*HTTP\/1\.\d +1\d\d[^]*?\n\r*\n)*[\r\n]*([^]*?)(?:\n\r*\n|$)/u.exec(text) ?? [];
  return head;
}

const has = (found: Case, pattern: RegExp): boolean => pattern.test(headOf(found));

const NO_CODING = /^transfer-encoding:(?:[ \t,]|identity)*\r?$/imu;

const TAB_BEHIND: Difference = {
  reason: 'a tab behind a value is a blank, and none of it (RFC 9110 §5.5)',
  is: (found) => has(found, /^transfer-encoding:[^\n]*\t\r?$/imu),
};

const FOLDED: Difference = {
  reason: 'a field goes on in the next line, be there nothing in it (RFC 9112 §5.2)',
  is: (found) => has(found, /^(?:content-length|transfer-encoding):[^\n]*\n[ \t]/imu),
};

/** Where it is stricter than the oracle. */
export const STRICTER: readonly Difference[] = [
  TAB_BEHIND,
  FOLDED,
  {
    reason: 'a field whose name ends in a blank is hidden from some (RFC 9112 §5.1)',
    is: (found) => saysNot(found, 'a name among its headers'),
  },
  {
    reason: 'a line without a colon, or a carriage return alone, ends the headers for some (RFC 9112 §2.2)',
    is: (found) =>
      saysNot(found, 'no colon', 'carriage return') ||
      (/\r(?!\n)/u.test(found.text) && found.parsed.head === null),
  },
  {
    reason: 'a line of blanks is not the empty one that ends the headers',
    is: ({ text, parsed }) => parsed.end === 'short' && parsed.head === null && /\n[ \t]+\r?\n/u.test(text),
  },
  { reason: 'a NUL ends a text for some', is: (found) => saysNot(found, 'a NUL') },
  { reason: 'nobody asked for another protocol', is: (found) => saysNot(found, '(101)') },
  { reason: 'other versions are not this protocol', is: (found) => saysNot(found, 'it speaks HTTP/') },
  { reason: 'there is no such status (RFC 9110 §15)', is: (found) => saysNot(found, 'its status is') },
  {
    reason: 'two lengths that contradict each other: nobody knows which one is right',
    is: (found) => saysNot(found, 'contradict each other'),
  },
  {
    reason: 'lines before and behind a chunk end in CR LF or LF, and in nothing else (RFC 9112 §7.1)',
    is: (found) => saysNot(found, 'does not end', 'longer than it says') && found.strict === null,
  },
  {
    reason:
      'identity, or nothing, is no transfer coding (RFC 2616 §3.6), so a length holds that is not there',
    is: (found) => found.parsed.end === 'short' && has(found, NO_CODING),
  },
  {
    reason: 'a coding that was not asked for is not the file',
    is: ({ parsed }) => parsed.head !== null && parsed.head.framing.coding !== null,
  },
];

/** Where it takes what the oracle refuses, or reads it in another way. */
export const OTHERWISE: readonly Difference[] = [
  TAB_BEHIND,
  {
    reason: 'one length is one length, however often it is said (RFC 9112 §6.3)',
    is: (found) =>
      has(found, /^content-length:(?:\r?\n?[ \t])*\d+[ \t\r\n]*,/imu) ||
      (headOf(found).match(/^content-length:/gimu) ?? []).length > 1,
  },
  {
    reason: 'identity, or nothing, is no transfer coding (RFC 2616 §3.6), so a length holds',
    is: (found) => has(found, NO_CODING),
  },
  {
    reason: 'before chunks and behind them, too, lines may end in LF alone (RFC 9112 §2.2)',
    is: ({ text, parsed }) => parsed.head?.framing.body === 'chunked' && /[^\r]\n/u.test(text),
  },
  {
    reason: 'the last chunk was there, and behind it is nothing of the body (RFC 9112 §8)',
    is: ({ parsed }) => parsed.head?.framing.body === 'chunked' && parsed.end === 'closed',
  },
  {
    reason: 'nobody asked for fields behind the body, and nobody reads them',
    is: ({ text, parsed }) =>
      parsed.head?.framing.body === 'chunked' && /\n0+[ \t]*(?:;[^\n]*)?\r?\n[^\r\n]/u.test(text),
  },
  {
    reason: 'what only announces an answer says nothing of its body',
    is: ({ text }) => /^[\r\n]*HTTP\/1\.\d +1\d\d[^\n]*\n[^\r\n]/u.test(text),
  },
  {
    reason: 'nobody reads what is said of a chunk beside its size',
    is: ({ text, parsed }) => parsed.head?.framing.body === 'chunked' && /^[\da-f]+[ \t]*;/imu.test(text),
  },
  FOLDED,
  {
    reason: 'a name with a character that it should not have is a name',
    is: (found) => has(found, /^[^:\0- ]*[^\0- !#$%&'*+.^_`|~\w:-][^:\0- ]*:/mu),
  },
  {
    reason: 'blanks between the parts of the first line',
    is: ({ text }) => /^HTTP\/1\.\d(?: {2,}\d| \d{3}\t)/mu.test(text),
  },
];

async function caseOf(text: string, method: string): Promise<Case> {
  const bytes = Buffer.from(text, 'latin1');
  const [strict, lenient] = await Promise.all([oracle(bytes, method, false), oracle(bytes, method, true)]);
  return { text, method, parsed: parse(bytes, method), strict, lenient };
}

/** Why an answer may be another one to the oracle; `null`: it is none. */
function reasonsFor(found: Case): readonly string[] | null {
  const own = ours(found.parsed);
  const { strict, lenient } = found;
  if (own === null ? strict === null && lenient === null : same(own, strict) || same(own, lenient))
    return null;
  const listed = own === null ? STRICTER : OTHERWISE;
  return listed.filter(({ is }) => is(found)).map(({ reason }) => reason);
}

export interface Found {
  /** What is wrong; `null`: nothing that is not listed. */
  readonly wrong: string | null;
  /** By which two answers are alike: of each kind one is kept. */
  readonly kind: string;
  /** Of the list, by which it is another one to the oracle. */
  readonly reasons: readonly string[];
}

/** @param sizes of the pieces in which it comes another time */
export async function lookAt(text: string, method: string, sizes: readonly number[]): Promise<Found> {
  const found = await caseOf(text, method);
  const { parsed, strict, lenient } = found;
  const reasons = reasonsFor(found);
  const { head, end } = parsed;
  const { body, coding, keepAlive } = head?.framing ?? {};
  const how = [method, end.replace(/".*"/u, ''), body, coding === null, keepAlive, head?.minor === 0];
  const kind = [...how, Math.floor((head?.status ?? 0) / 100), parsed.rest === '', ...(reasons ?? [])].join(
    ' | ',
  );
  let wrong: string | null = null;
  if (JSON.stringify(parse(text, method, sizes)) !== JSON.stringify(parsed)) {
    wrong = `split by ${sizes.join(', ')} it is another answer`;
  } else if (reasons?.length === 0) {
    const own = JSON.stringify(ours(parsed) ?? end);
    wrong = `${own} here, ${JSON.stringify(strict)} and ${JSON.stringify(lenient)} to the oracle`;
  }
  return { wrong, kind, reasons: reasons ?? [] };
}

function same(one: NonNullable<Reading>, other: Reading): boolean {
  return other !== null && one.status === other.status && one.body === other.body;
}

// What is tried

/** Numbers that look random, the same ones for one seed (mulberry32). */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const LINES = [
  ...[
    'Content-Length: 5',
    'content-length: 5',
    'Content-Length: 3',
    'Content-Length: 5, 5',
    'Content-Length: 0',
  ],
  ...[
    'Content-Length:5 ',
    'Content-Length: +5',
    'Content-Length: 0x5',
    'Content-Length: 5;',
    'Content-Length:',
  ],
  ...['Transfer-Encoding: chunked', 'Transfer-Encoding: Chunked', 'Transfer-Encoding: identity'],
  ...[
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: chunked, gzip',
    'Transfer-Encoding: chunked, chunked',
  ],
  ...[
    'Transfer-Encoding : chunked',
    'Transfer-Encoding:\tchunked',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding:',
  ],
  ...[' folded', '\tchunked', ' 5', 'Connection: close', 'Connection: keep-alive', 'Connection: upgrade'],
  ...[
    'X: y',
    'X:',
    ': y',
    'X',
    'X : y',
    'X\0: y',
    'X: \0',
    'X: a\rb',
    'Keep-Alive: timeout=5',
    'Upgrade: h2c',
  ],
  ...['Trailer: X', 'Set-Cookie: a=b', 'Etag: "x"'],
];
const FIRST = [
  ...[
    'HTTP/1.1 200 OK',
    'HTTP/1.0 200 OK',
    'HTTP/1.1 200',
    'HTTP/1.1 200 ',
    'HTTP/1.1 204 No',
    'HTTP/1.1 304 x',
  ],
  ...[
    'HTTP/1.1 404 Not Found',
    'HTTP/1.1 101 x',
    'HTTP/2.0 200 OK',
    'HTTP/1.1  200 OK',
    'HTTP/1.1 20 OK',
    'http/1.1 200 x',
  ],
  ...['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK', '\r\nHTTP/1.1 200 OK', 'HTTP/1.1 999 x', 'ICY 200 OK'],
];
const BODIES = [
  ...[
    'hello',
    'hel',
    'hello!',
    '',
    '5\r\nhello\r\n0\r\n\r\n',
    '5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n',
    '5\nhello\n0\n\n',
  ],
  ...[
    '5\r\nhello\r\n',
    '5\r\nhello\r\n0\r\n',
    '05\r\nhello\r\n000\r\n\r\n',
    '5 \r\nhello\r\n0\r\n\r\n',
    '0\r\n\r\n',
    'A\r\n',
  ],
  ...[
    '0x5\r\nhello\r\n0\r\n\r\n',
    '5\r\nhello!\r\n0\r\n\r\n',
    'fffffffffffffffff\r\n',
    '5\rhello',
    '-5\r\nhello\r\n0\r\n\r\n',
  ],
  ...['5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
];
const BITS = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '0',
  '5',
  'x',
  '\u00ff',
  '\v',
  '"',
  '=',
  'HTTP/1.1',
];

/** An answer by the grammar, more or less. */
export function compose(random: (below: number) => number): string {
  const one = (of: readonly string[]): string => of[random(of.length)] ?? '';
  const end = random(4) === 0 ? '\n' : '\r\n';
  const lines = Array.from({ length: random(4) }, () => one(LINES));
  return [random(3) === 0 ? one(FIRST) : 'HTTP/1.1 200 OK', ...lines, '', one(BODIES)].join(end);
}

/** Another one, close to those that are there. */
export function mutate(texts: readonly string[], random: (below: number) => number): string {
  let text = texts[random(texts.length)] ?? '';
  for (let times = 1 + random(3); times > 0; times--) {
    const at = random(text.length + 1);
    const to = Math.min(text.length, at + random(8));
    switch (random(6)) {
      case 0:
        text = text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + 1);
        break;
      case 1:
        text = text.slice(0, at) + (BITS[random(BITS.length)] ?? '') + text.slice(at);
        break;
      case 2:
        text = text.slice(0, at) + text.slice(to);
        break;
      case 3:
        text = text.slice(0, to) + text.slice(at);
        break;
      case 4: {
        const other = texts[random(texts.length)] ?? '';
        text = text.slice(0, at) + other.slice(random(other.length + 1));
        break;
      }
      default:
        text = text.slice(0, at);
    }
  }
  return text.slice(0, 2000);
}
