import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseContentDisposition } from './content-disposition';
import { safeFileName } from '../files/file-name';

interface Vector {
  readonly group: readonly string[];
  readonly header: string;
  readonly filename: string | null;
}

const vectors = (
  JSON.parse(readFileSync(new URL('fixtures/content-disposition-tc2231.json', import.meta.url), 'utf8')) as {
    readonly cases: readonly Vector[];
  }
).cases;

const nameIn = (header: string): string | null => parseContentDisposition(header).fileName;
/** What a header looks like when its text was sent as UTF-8: one character a byte. */
const rawUtf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const RAW_UTF8 =
  'Bytes that are valid UTF-8 are UTF-8: nobody names a file "foo-Ã¤", many servers send "foo-ä" raw.';
const SEPARATOR = 'A path separator must not reach the file system (RFC 6266 §4.3); it becomes "_".';
const QUOTE = 'Windows allows no quotation mark in a name; it becomes "_" everywhere.';
const BROWSERS = 'RFC 6266 has no such escapes; servers write them all the same, and browsers read them.';

/** Headers whose file is called otherwise than the collection expects; docs/names.md has the same list. */
const EXCEPTIONS: Readonly<
  Record<string, { readonly text?: string; readonly name: string; readonly why: string }>
> = {
  'attachment; filename="foo-Ã¤.html"': { text: 'foo-ä.html', name: 'foo-ä.html', why: RAW_UTF8 },
  'attachment; filename=foo-Ã¤.html': { text: 'foo-ä.html', name: 'foo-ä.html', why: RAW_UTF8 },
  'attachment; filename="\\"quoting\\" tested.html"': { name: '_quoting_ tested.html', why: QUOTE },
  'attachment; filename=foo"bar;baz"qux': { name: 'foo_bar', why: QUOTE },
  'attachment; filename="/foo.html"': { name: '_foo.html', why: SEPARATOR },
  'attachment; filename="\\\\foo.html"': { name: '_foo.html', why: SEPARATOR },
  "attachment; filename*=UTF-8''%5cfoo.html": { name: '_foo.html', why: SEPARATOR },
  "attachment; filename*=iso-8859-1''foo-%c3%a4-%e2%82%ac.html": {
    name: 'foo-Ã¤-â_¬.html',
    why: 'The byte 82 is a control character in ISO-8859-1, and no name has control characters.',
  },
  'attachment; filename="foo-%41.html"': { text: 'foo-A.html', name: 'foo-A.html', why: BROWSERS },
  'attachment; filename="foo-%\\41.html"': { text: 'foo-A.html', name: 'foo-A.html', why: BROWSERS },
  'attachment; filename="foo-%c3%a4-%e2%82%ac.html"': {
    text: 'foo-ä-€.html',
    name: 'foo-ä-€.html',
    why: BROWSERS,
  },
  'attachment; filename==?ISO-8859-1?Q?foo-=E4.html?=': {
    text: 'foo-ä.html',
    name: 'foo-ä.html',
    why: BROWSERS,
  },
  'attachment; filename="=?ISO-8859-1?Q?foo-=E4.html?="': {
    text: 'foo-ä.html',
    name: 'foo-ä.html',
    why: BROWSERS,
  },
};

describe('the TC 2231 collection', () => {
  test('is all there, and so is every exception', () => {
    expect(vectors).toHaveLength(87);
    const headers = vectors.map(({ header }) => header);
    expect(headers).toEqual(expect.arrayContaining(Object.keys(EXCEPTIONS)));
    const docs = readFileSync(new URL('../../docs/names.md', import.meta.url), 'utf8');
    for (const [header, { name }] of Object.entries(EXCEPTIONS)) {
      expect(docs).toContain(`\`${header}\``);
      expect(docs).toContain(`\`${name}\``);
    }
  });

  test.each(vectors)('$header', ({ header, filename }) => {
    const exception = EXCEPTIONS[header];
    const text = nameIn(header);
    expect(text).toBe(exception?.text ?? filename);
    expect(text === null ? null : safeFileName(text)).toBe(exception?.name ?? filename);
  });
});

test.each([
  ['inline', 'inline'],
  [' INLINE ;filename=a', 'inline'],
  ['attachment', 'attachment'],
  ['form-data; name=a', 'attachment'],
  ['"inline"', 'attachment'],
  ['inline2', 'attachment'],
  ['', 'attachment'],
])('the type of %j is %s', (header, type) => {
  expect(parseContentDisposition(header).type).toBe(type);
});

describe('bytes past ASCII', () => {
  test('are UTF-8 where they can be', () => {
    expect(nameIn(rawUtf8('attachment; filename="日本語 – été.pdf"'))).toBe('日本語 – été.pdf');
    expect(nameIn(rawUtf8('attachment; filename=été.pdf'))).toBe('été.pdf');
    expect(nameIn(rawUtf8('attachment; filename=📷.jpg; x=y'))).toBe('📷.jpg');
  });

  test('are ISO-8859-1 otherwise', () => {
    expect(nameIn('attachment; filename="caf\u00e9.txt"')).toBe('café.txt');
    expect(nameIn('attachment; filename="\u00e9t\u00e9 \u00c3\u00a4.txt"')).toBe('été Ã¤.txt');
    // An overlong `/` is not UTF-8.
    expect(nameIn('attachment; filename="a\u00c0\u00af.txt"')).toBe('aÀ¯.txt');
  });

  test('keep the byte A0, which is white space to JavaScript', () => {
    expect(nameIn(rawUtf8('attachment; filename=voilà'))).toBe('voilà');
    expect(nameIn(rawUtf8('attachment; filename= voilà ; x=y'))).toBe('voilà');
  });

  test('stay as they are in a text that was decoded already', () => {
    expect(nameIn('attachment; filename="日本.pdf"')).toBe('日本.pdf');
    expect(nameIn('attachment; filename="é📷"')).toBe('é📷');
  });
});

describe('escapes in filename', () => {
  test.each([
    ['na%C3%AFve%20plan.txt', 'naïve plan.txt'],
    ['%E6%96%87%E4%BB%B6.pdf', '文件.pdf'],
    ['100%.txt', '100%.txt'],
    ['a%2Fb.txt', 'a/b.txt'],
    // Bytes of another charset are nobody's guess.
    ['caf%E9.txt', 'caf%E9.txt'],
    ['=?UTF-8?B?5paH5Lu2LnBkZg==?=', '文件.pdf'],
    ['=?utf-8?q?a_=E2=82=AC?= =?utf-8?Q?=5Fb.txt?=', 'a €_b.txt'],
    ['=?windows-1251?Q?=F4=E0=E9=EB?=', 'файл'],
    ['=?Shift_JIS?B?k/qWe4zqLnR4dA==?=', '日本語.txt'],
    ['my =?UTF-8?Q?=C3=A9?= x', 'my éx'],
    ['=?no-such?Q?a?=', '=?no-such?Q?a?='],
    ['=?UTF-8?Q?a=zz?=', '=?UTF-8?Q?a=zz?='],
    ['=?UTF-8?B?!?=', '=?UTF-8?B?!?='],
    [rawUtf8('é-%41.txt'), 'é-%41.txt'],
  ])('%s → %s', (value, name) => {
    expect(nameIn(`attachment; filename="${value}"`)).toBe(name);
  });
});

describe('filename*', () => {
  test.each([
    ["UTF-8''na%C3%AFve%20plan.txt", 'naïve plan.txt'],
    ["utf-8'en-GB'%e2%82%ac%20rates", '€ rates'],
    ["UTF-8''it's (1).txt", "it's (1).txt"],
    ["ISO-8859-1'de'%A3%20rates", '£ rates'],
  ])('%s → %s', (value, name) => {
    expect(nameIn(`attachment; filename="plain"; filename*=${value}`)).toBe(name);
    expect(nameIn(`attachment; filename*=${value}; filename="plain"`)).toBe(name);
  });

  test.each([
    "UTF-8''%E9t%E9",
    "UTF-8''%C3",
    "UTF-8''%ED%A0%80",
    "UTF-8''100%",
    "UTF-8''%zz",
    "UTF-8''",
    "UTF-8''%20",
    "windows-1252''%80",
    "''a",
    'UTF-8',
    "UTF-8'a",
    'a.txt',
    '"UTF-8\'\'a"',
    rawUtf8("UTF-8''é"),
  ])('%s is not understood: the plain name counts', (value) => {
    expect(nameIn(`attachment; filename=plain; filename*=${value}`)).toBe('plain');
    expect(nameIn(`attachment; filename*=${value}`)).toBeNull();
  });
});

test.each([
  ['attachment; filename=""', null],
  ['attachment; filename="  "', null],
  ['attachment; filename=', null],
  ['attachment; filename=; filename=b', 'b'],
  ['attachment; filename', null],
  ['attachment;filename=a', 'a'],
  ['attachment;\tfilename\t=\t"a"\t;', 'a'],
  ['attachment; x="a;filename=b', null],
  ['attachment; filename=a; x="b', 'a'],
  ['attachment; filename="a\\', null],
  ['attachment; filename="a\\"', null],
  ['attachment; filename="a\\\\"', 'a\\'],
  ['attachment; filename=a=b.txt', 'a=b.txt'],
  ['attachment; __proto__=x; constructor=y; filename=a', 'a'],
  ['attachment; filename="../../etc/passwd"', '../../etc/passwd'],
])('%j gives %j', (header, name) => {
  expect(nameIn(header)).toBe(name);
});

test('any text gives a type and a name that is null or not blank', () => {
  const header = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          'attachment',
          'inline',
          ';',
          '=',
          '"',
          '\\',
          ' ',
          '\t',
          ',',
          "'",
          '%',
          '%c3',
          '%a4',
          '\u00c3',
          '\u00a4',
          '\u00a0',
          '\ud800',
          'filename',
          'filename*',
          "UTF-8''",
          'a',
          '/',
          '\u0000',
        ),
        { maxLength: 40 },
      )
      .map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(header, (text) => {
      const { type, fileName } = parseContentDisposition(text);
      expect(['inline', 'attachment']).toContain(type);
      expect(fileName?.trim()).not.toBe('');
    }),
    { numRuns: 2000 },
  );
});

test('every name comes back from how RFC 8187 and RFC 9110 write it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }), (name) => {
      fc.pre(name.trim() !== '');
      expect(nameIn(`attachment; filename*=UTF-8''${encodeURIComponent(name)}`)).toBe(name);
      fc.pre(!/%[0-9a-f]{2}|=\?|^\s/iu.test(name));
      const quoted = name.replace(/["\\]/gu, String.raw`\$&`);
      expect(nameIn(rawUtf8(`attachment; filename="${quoted}"; x=y`))).toBe(name);
    }),
  );
});

test.each([
  ['empty parameters', ';'],
  ['blanks', ' '],
  ['parameters', ';a=b'],
  ['names without value', ';a'],
  ['equals signs', '='],
  ['quotes', '"'],
  ['escapes', '\\"'],
  ['quoted parameters', ';a="b"'],
  ['names', ';filename=""'],
  ['unfit extended names', ";filename*=UTF-8''%"],
  ['percent signs', '%'],
  ['escapes of bytes', '%41'],
  ['encoded words', '=?utf-8?Q?a?= '],
  ['half encoded words', '=?'],
  ['dots and blanks', '. '],
])('a header of 64 KiB of %s takes no long time', (_, piece) => {
  for (const start of [
    '',
    'attachment',
    'attachment; filename=',
    'attachment; filename="',
    'a; filename*=',
  ]) {
    const hostile = `${start}${piece.repeat(Math.ceil(65_536 / piece.length))}`;
    for (const header of [hostile, `${hostile}x`, `${hostile}"; filename=a`]) {
      const before = process.cpuUsage();
      parseContentDisposition(header);
      // Of the processor, however busy the machine is: quadratic time would be seconds, linear time is milliseconds.
      expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
    }
  }
});
