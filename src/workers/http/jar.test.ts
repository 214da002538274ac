import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SharedLog } from '../../common/threads/shared-log';
import { Jar } from './jar';

/** One character a byte, often ones that mean something. */
const bytes = fc.string({
  unit: fc.oneof(
    fc.constantFrom('a', 'b', '=', ';', ',', '.', ' ', '\t', '"', '/', '\\'),
    fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
  ),
  maxLength: 20,
});
const attribute = fc.tuple(
  fc.constantFrom('Path', 'Domain', 'Max-Age', 'Expires', 'Secure', 'HttpOnly', 'SameSite', 'x'),
  fc.oneof(bytes, fc.constantFrom('/', '/a', 'a.example', 'example', '0', '1e9', '9'.repeat(30), '-1')),
);
const line = fc.oneof(
  bytes,
  fc
    .tuple(bytes, bytes, fc.array(attribute, { maxLength: 4 }))
    .map(([name, value, attributes]) =>
      [`${name}=${value}`, ...attributes.map((each) => each.join('='))].join('; '),
    ),
);
const address = fc
  .tuple(
    fc.constantFrom('http', 'https'),
    fc.constantFrom(
      'a.example',
      'b.a.example',
      'example',
      'localhost',
      'test',
      '127.0.0.1',
      '[::1]',
      'co.uk',
    ),
    fc.constantFrom('', 'a', 'a/b', '%61/', '%', 'a%2fb?c=%zz'),
  )
  .map(([scheme, host, path]) => new URL(`${scheme}://${host}/${path}`));

const sent = (jar: Jar, url: URL): string => jar.cookiesFor(url).join('; ');

test('whatever a server sets, nothing fails, no header breaks, and every thread sends the same', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(address, line), { maxLength: 12 }), address, (answers, asked) => {
      const { buffer } = new SharedLog();
      const jars = [0, 1].map(() => new Jar(new SharedLog(buffer), null));
      answers.forEach(([url, cookie], at) => {
        jars[at % 2]?.take(url, [cookie]);
      });
      const [first = '', ...others] = [...jars, new Jar(new SharedLog(buffer), null)].map((jar) =>
        jar
          .cookiesFor(asked)
          .map((cookie) => cookie.cookieString())
          .sort()
          .join('; '),
      );
      for (const other of others) expect(other).toBe(first);
      // eslint-disable-next-line no-control-regex -- they are what no header may hold
      expect(first).not.toMatch(/[\0-\u0008\u000a-\u001f\u007f]/u);
    }),
  );
});

test.each([
  // Set by whom, with which domain; who gets it then.
  ['www.a.example', '', ['www.a.example']],
  ['www.a.example', 'www.a.example', ['www.a.example', 'x.www.a.example']],
  ['www.a.example', 'a.example', ['www.a.example', 'x.www.a.example', 'a.example', 'b.a.example']],
  ['www.a.example', '.A.Example', ['www.a.example', 'x.www.a.example', 'a.example', 'b.a.example']],
  ['www.a.example', 'b.a.example', []],
  ['www.a.example', 'ww.a.example', []],
  ['www.a.example', 'example', []],
  ['a.example', 'www.a.example', []],
  // Public suffixes: nobody's, but of a host that has that very name.
  ['a.co.uk', 'co.uk', []],
  ['a.co.uk', 'uk', []],
  ['a.co.uk', 'a.co.uk', ['a.co.uk', 'x.a.co.uk']],
  ['a.github.io', 'github.io', []],
  ['github.io', 'github.io', ['github.io']],
  ['nas', 'nas', ['nas']],
  ['localhost', '.localhost', ['localhost']],
  ['test', '', ['test']],
  // Addresses are whole names.
  ['10.0.0.1', '10.0.0.1', ['10.0.0.1']],
  ['10.0.0.1', '0.0.1', []],
  ['[::1]', '', ['[::1]']],
  ['m\u00fcnchen.example', '', ['xn--mnchen-3ya.example']],
  ['m\u00fcnchen.example', 'xn--mnchen-3ya.example', ['xn--mnchen-3ya.example', 'x.xn--mnchen-3ya.example']],
])('a cookie of %s with the domain "%s" goes to %j', (host, domain, expected) => {
  const jar = new Jar(null, null);
  jar.take(new URL(`http://${host}/`), [`a=1; Domain=${domain}`]);
  const hosts = [
    ...['www.a.example', 'x.www.a.example', 'a.example', 'b.a.example', 'ba.example', 'example'],
    ...['a.co.uk', 'x.a.co.uk', 'b.co.uk', 'co.uk', 'a.github.io', 'b.github.io', 'github.io'],
    ...['nas', 'x.nas', 'localhost', 'test', '10.0.0.1', '20.0.0.1', '[::1]', '[::2]'],
    ...['xn--mnchen-3ya.example', 'x.xn--mnchen-3ya.example'],
  ];
  expect(hosts.filter((each) => sent(jar, new URL(`http://${each}/`)) !== '')).toEqual(expected);
});

test('of very many cookies the oldest go, and those of the file stay', () => {
  const jar = new Jar(null, 'file.example\tFALSE\t/\tFALSE\t0\tkept\t1\n');
  for (let host = 0; host < 100; host++) {
    const lines = Array.from({ length: 45 }, (_, at) => `c${at}=1`);
    jar.take(new URL(`http://h${host}.example/`), lines);
  }
  expect(sent(jar, new URL('http://h0.example/'))).toBe('');
  expect(jar.cookiesFor(new URL('http://h99.example/'))).toHaveLength(45);
  expect(sent(jar, new URL('http://file.example/'))).toContain('kept=1');
});

test('of one answer no more than fifty are taken, and none that is too long', () => {
  const jar = new Jar(null, null);
  const url = new URL('http://a.example/');
  jar.take(url, [`long=${'x'.repeat(9000)}`, ...Array.from({ length: 100 }, (_, at) => `c${at}=1`)]);
  expect(jar.cookiesFor(url)).toHaveLength(49);
});
