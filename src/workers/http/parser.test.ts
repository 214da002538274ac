import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_HEAD_BYTES } from './parser';
import { parse } from './test-parse';

const OK = 'HTTP/1.1 200 OK\r\n';
const invalid = (why: string): string => `The server's answer is not valid HTTP: ${why}.`;

describe('where the body ends', () => {
  test.each([
    // What came, its body, how it ended, what is behind it.
    ['Content-Length: 5\r\n\r\nhello', 'hello', 'whole', ''],
    ['Content-Length: 5\r\n\r\nhello!', 'hello', 'whole', '!'],
    ['Content-Length: 5\r\n\r\nhell', 'hell', 'short', ''],
    ['Content-Length: 0\r\n\r\n', '', 'whole', ''],
    ['Content-Length: 0\r\n\r\nx', '', 'whole', 'x'],
    ['content-length:\t5 \r\n\r\nhello', 'hello', 'whole', ''],
    ['Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello', 'hello', 'whole', ''],
    ['Content-Length: 5, 5\r\n\r\nhello', 'hello', 'whole', ''],
    ['Content-Length: 5,5\r\ncontent-length: 05\r\n\r\nhello', 'hello', 'whole', ''],
    ['\r\nhello', 'hello', 'closed', ''],
    ['Connection: close\r\n\r\n', '', 'closed', ''],
    ['Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n', 'hello', 'whole', ''],
    ['transfer-encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nx', 'hello', 'whole', 'x'],
    ['Transfer-Encoding: identity, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n', 'hello', 'whole', ''],
    [`Transfer-Encoding: ${','.repeat(200_000)}chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, 'hello', 'whole', ''],
    ['Transfer-Encoding: identity\r\n\r\nhello', 'hello', 'closed', ''],
    ['Transfer-Encoding: identity\r\nContent-Length: 4\r\n\r\nhello', 'hell', 'whole', 'o'],
    ['Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n', 'hello world', 'whole', ''],
    ['Transfer-Encoding: chunked\r\n\r\n5\r\nhel', 'hel', 'short', ''],
    ['Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', 'hello', 'short', ''],
    ['Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0', 'hello', 'short', ''],
    // The last chunk was there (RFC 9112 §8).
    ['Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n', 'hello', 'closed', ''],
    [
      'Transfer-Encoding: chunked\r\n\r\n5;a=b;c="d"\r\nhello\r\n0;x\r\nDigest: x\r\n\r\n',
      'hello',
      'whole',
      '',
    ],
    ['Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n00 ; x\r\n\r\n', 'hello', 'whole', ''],
    [
      'Transfer-Encoding: chunked\r\n\r\n000A\nhelloworld\na\nhelloworld\n0\nA: b\n\n',
      'helloworldhelloworld',
      'whole',
      '',
    ],
    // Said twice, and the same.
    ['Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n', 'hello', 'whole', ''],
  ])('%j', (answer, body, end, rest) => {
    expect(parse(OK + answer)).toMatchObject({ body, end, rest });
  });

  test.each([
    ['HEAD', '200 OK'],
    ['GET', '204 No Content'],
    ['GET', '304 Not Modified'],
  ])('%s, %s: there is none', (method, status) => {
    for (const field of ['Content-Length: 5', 'Transfer-Encoding: chunked', 'X: y']) {
      const parsed = parse(`HTTP/1.1 ${status}\r\n${field}\r\n\r\nnext`, method);
      expect(parsed).toMatchObject({ body: '', end: 'whole', rest: 'next' });
      expect(parsed.head?.framing.keepAlive).toBe(true);
    }
  });

  test.each([
    'gzip',
    'gzip, chunked',
    'chunked, gzip',
    'chunked, chunked',
    'chunked, identity',
    'x-chunked',
    '\u00a0chunked',
    'chunked;q=1',
  ])('the transfer coding %j is told', (coding) => {
    const { head } = parse(`${OK}Transfer-Encoding: ${coding}\r\n\r\n`);
    expect(head?.framing).toMatchObject({
      body: 'until-close',
      coding: coding.toLowerCase(),
      keepAlive: false,
    });
  });
});

describe('lengths that are none', () => {
  test.each([
    'five',
    '-5',
    '+5',
    '0x5',
    '5.0',
    '5e1',
    '',
    '5,',
    ',5',
    '5, 6',
    '5 5',
    '1234567890123456',
    '٥',
    '5;',
    '5\u00a0',
  ])('%j', (length) => {
    const written = Buffer.from(length).toString('latin1');
    const why = `its Content-Length is "${written}"`;
    expect(parse(`${OK}Content-Length: ${written}\r\n\r\nhello`).end).toBe(invalid(why));
  });

  test('two that differ', () => {
    const answer = `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`;
    expect(parse(answer).end).toBe(invalid('its Content-Length is "5, 6"'));
  });

  test.each([
    '4\r\nhell\r\n0\r\n\r\n',
    '6\r\nhello!\r\n0\r\n\r\n',
    '3\r\nhel\r\n3\r\nlo!\r\n0\r\n\r\n',
    '0\r\n\r\n',
  ])('one that the chunks contradict: %j', (chunks) => {
    const parsed = parse(`${OK}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n${chunks}`);
    expect(parsed.end).toBe(invalid('its Content-Length and its chunks contradict each other'));
  });
});

describe('chunks that are none', () => {
  test.each([
    ['\r\n', 'a chunk does not begin with its size'],
    [' 5\r\nhello', 'a chunk does not begin with its size'],
    ['-5\r\nhello', 'a chunk does not begin with its size'],
    ['+5\r\nhello', 'a chunk does not begin with its size'],
    [';5\r\nhello', 'a chunk does not begin with its size'],
    ['0x5\r\nhello', 'the size of a chunk is no number'],
    ['5 5\r\nhello', 'the size of a chunk is no number'],
    ['5_0\r\nhello', 'the size of a chunk is no number'],
    ['5\u00005\r\nhello', 'the size of a chunk is no number'],
    ['20000000000000\r\nhello', 'the size of a chunk is no number that can be'],
    ['ffffffffffffffffff1\r\nhello', 'the size of a chunk is no number that can be'],
    ['5\rhello', 'the line before a chunk does not end'],
    ['5;a\rb\nhello\r\n0\r\n\r\n', 'the line before a chunk does not end'],
    [`5;${'x'.repeat(17_000)}\r\nhello`, 'the line before a chunk is too long'],
    [`${'0'.repeat(17_000)}5\r\nhello`, 'the line before a chunk is too long'],
    ['5\r\nhello!\r\n0\r\n\r\n', 'a chunk is longer than it says'],
    ['5\r\nhello0\r\n\r\n', 'a chunk is longer than it says'],
    ['5\r\nhello\rx', 'a chunk is longer than it says'],
    [`0\r\nA: ${'x'.repeat(MOST_HEAD_BYTES)}\r\n\r\n`, 'its headers are too large'],
  ])('%.40j', (chunks, why) => {
    expect(parse(`${OK}Transfer-Encoding: chunked\r\n\r\n${chunks}`).end).toBe(invalid(why));
  });
});

describe('first lines', () => {
  test.each([
    ['HTTP/1.1 200 OK', 200, 1],
    ['HTTP/1.1 200 ', 200, 1],
    ['HTTP/1.1 200', 200, 1],
    ['HTTP/1.1   200   Very  OK', 200, 1],
    ['HTTP/1.0 404 Nicht gefunden \u00fc', 404, 0],
    ['HTTP/1.7 999 ?', 999, 7],
    ['\r\n\nHTTP/1.1 200 OK', 200, 1],
  ])('%j', (line, status, minor) => {
    for (const end of ['\r\n', '\n']) {
      expect(parse(`${line}${end}${end}`).head).toMatchObject({ status, minor });
    }
  });

  test.each([
    ['SSH-2.0-OpenSSH_9.2', 'it does not begin with HTTP/ and a version'],
    ['http/1.1 200 OK', 'it does not begin with HTTP/ and a version'],
    [' HTTP/1.1 200 OK', 'it does not begin with HTTP/ and a version'],
    ['<html>', 'it does not begin with HTTP/ and a version'],
    ['HTTP/1.1 20 OK', 'its first line is not that of an answer'],
    ['HTTP/1.1 2000 OK', 'its first line is not that of an answer'],
    ['HTTP/1.1 200OK', 'its first line is not that of an answer'],
    ['HTTP/1.1 OK', 'its first line is not that of an answer'],
    ['HTTP/1.1\t200 OK', 'its first line is not that of an answer'],
    ['HTTP/1 200 OK', 'its first line is not that of an answer'],
    ['HTTP/11.1 200 OK', 'its first line is not that of an answer'],
    ['HTTP/1.1 200 O\rK', 'its first line is not that of an answer'],
    ['HTTP/2.0 200 OK', 'it speaks HTTP/2.0'],
    ['HTTP/1.1 000 OK', 'its status is 000'],
    ['HTTP/1.1 101 Switching Protocols', 'it changes the protocol (101), which was not asked for'],
    ['HTTP/1.1 200 O\0K', 'there is a NUL in its headers'],
  ])('%j', (line, why) => {
    expect(parse(`${line}\r\n\r\n`).end).toBe(invalid(why));
  });

  test('what is no answer is told of at once, not at its end', () => {
    expect(parse('220 welcome').end).toBe(invalid('it does not begin with HTTP/ and a version'));
    expect(parse('HTTP').end).toBe('short');
  });

  test('those that only announce are passed over', () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n';
    const { head, body } = parse(
      `HTTP/1.1 100 Continue\r\n\r\n${hints}${hints}${OK}Content-Length: 1\r\n\r\nx`,
    );
    expect([head?.status, head?.fields['link'], body]).toEqual([200, undefined, 'x']);
  });
});

describe('fields', () => {
  const fieldsOf = (lines: string): unknown => ({ ...parse(`${OK}${lines}\r\n\r\n`).head?.fields });

  test.each([
    ['A: b', { a: 'b' }],
    ['A:b', { a: 'b' }],
    ['A: \t b c \t', { a: 'b c' }],
    ['A:', { a: '' }],
    ['A: b: c', { a: 'b: c' }],
    ['A: \u00fc\u0001\u007f', { a: '\u00fc\u0001\u007f' }],
    ['A: 1\r\na: 2\r\nA: 3', { a: ['1', '2', '3'] }],
    ['A: 1\nB: 2\r\nC: 3', { a: '1', b: '2', c: '3' }],
    ['A: 1\r\n 2\r\n\t 3 \r\nB: 4', { a: '1 2 3', b: '4' }],
    ['A:\r\n 1\n \r\nB: 2', { a: '1', b: '2' }],
    ['A: 1\r\nA: 2\r\n 3', { a: ['1', '2 3'] }],
    ['Set-Cookie: a=1; b\r\nSet-Cookie: c', { 'set-cookie': ['a=1; b', 'c'] }],
    ['__proto__: x\r\nConstructor: y', { ['__proto__']: 'x', constructor: 'y' }],
    ['a(b)/c: d', { 'a(b)/c': 'd' }],
  ])('%j', (lines, fields) => {
    expect(fieldsOf(lines)).toEqual(fields);
  });

  test.each([
    ['A', 'a line of its headers has no colon'],
    ['A: b\r\nfoo\r\nB: c', 'a line of its headers has no colon'],
    [': b', 'a name among its headers is empty or has a blank in it'],
    ['A : b', 'a name among its headers is empty or has a blank in it'],
    ['A\t: b', 'a name among its headers is empty or has a blank in it'],
    ['A B: c', 'a name among its headers is empty or has a blank in it'],
    [' A: b', 'a name among its headers is empty or has a blank in it'],
    ['A\u0001: b', 'a name among its headers is empty or has a blank in it'],
    ['A: b\rC: d', 'a line of its headers has a carriage return in its middle'],
    ['A: b\r\r\nC: d', 'a line of its headers has a carriage return in its middle'],
    ['A: b\r\n\r\r\nC: d', 'a line of its headers has a carriage return in its middle'],
    ['A: b\r\n c\rd', 'a line of its headers has a carriage return in its middle'],
    ['A: b\0', 'there is a NUL in its headers'],
    ['A\0: b', 'there is a NUL in its headers'],
  ])('%j', (lines, why) => {
    expect(parse(`${OK}${lines}\r\n\r\n`).end).toBe(invalid(why));
  });

  test('256 KB of them, and no end of them', () => {
    const large = parse(`${OK}X: ${'x'.repeat(256 * 1024)}\r\nContent-Length: 1\r\n\r\ny`);
    expect([large.body, large.end]).toEqual(['y', 'whole']);
    const many = 'X: y\r\n'.repeat(40_000);
    expect(parse(`${OK}${many}\r\n`).head?.fields['x']).toHaveLength(40_000);
    for (const end of ['', '\r\n\r\n']) {
      expect(parse(`${OK}X: ${'x'.repeat(300 * 1024)}${end}`).end).toBe(invalid('its headers are too large'));
    }
  });
});

describe('whether the connection is of use afterwards', () => {
  test.each([
    ['HTTP/1.1', 'Content-Length: 1', true],
    ['HTTP/1.1', 'Content-Length: 1\r\nConnection: close', false],
    ['HTTP/1.1', 'Content-Length: 1\r\nConnection: x, Close', false],
    ['HTTP/1.1', 'Content-Length: 1\r\nConnection: x\r\nConnection: close', false],
    ['HTTP/1.1', 'Content-Length: 1\r\nConnection: Keep-Alive', true],
    ['HTTP/1.0', 'Content-Length: 1', false],
    ['HTTP/1.0', 'Content-Length: 1\r\nConnection: Keep-Alive', true],
    ['HTTP/1.1', 'Transfer-Encoding: chunked', true],
    ['HTTP/1.1', 'Transfer-Encoding: chunked\r\nContent-Length: 1', false],
    ['HTTP/1.1', 'Transfer-Encoding: identity\r\nContent-Length: 1', false],
    ['HTTP/1.0', 'Transfer-Encoding: chunked\r\nConnection: Keep-Alive', false],
    ['HTTP/1.1', 'Connection: Keep-Alive', false],
  ])('%s, %j', (version, lines, keepAlive) => {
    expect(parse(`${version} 200 OK\r\n${lines}\r\n\r\n`).head?.framing.keepAlive).toBe(keepAlive);
  });

  test.each([
    ['timeout=5', 5000],
    ['timeout=5, max=100', 5000],
    ['max=100,Timeout = 15', 15_000],
    ['timeout="7"', 7000],
    ['timeout=0', 0],
    ['max=100', null],
    ['timeout=soon', null],
  ])('for how long: %j', (field, keepAliveMs) => {
    const { head } = parse(`${OK}Content-Length: 1\r\nKeep-Alive: ${field}\r\n\r\n`);
    expect(head?.framing.keepAliveMs).toBe(keepAliveMs);
  });
});

test('however the bytes are split, the same comes out', () => {
  const piece = fc.constantFrom(
    ...[
      'HTTP/1.1 200 OK',
      'HTTP/1.0 100 x',
      '\r\n',
      '\n',
      '\r',
      'A: b',
      ': ',
      ' ',
      '\t',
      'x',
      '\0',
      '5',
      '0',
      'a',
    ],
    ...[
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
      'hello',
      '0\r\n\r\n',
      '5\r\nhello\r\n',
      ';x',
      ', ',
    ],
  );
  const answer = fc
    .tuple(fc.boolean(), fc.array(piece, { maxLength: 20 }))
    .map(([isGood, pieces]) => (isGood ? OK : '') + pieces.join(''));
  fc.assert(
    fc.property(
      answer,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      fc.constantFrom('GET', 'HEAD'),
      (text, sizes, method) => {
        const whole = parse(text, method);
        const split = parse(text, method, sizes);
        expect(split).toEqual(whole);
        expect(parse(text, method, [1])).toEqual(whole);
      },
    ),
    { numRuns: 2000 },
  );
});
