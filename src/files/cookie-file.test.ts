import { expect, test } from 'vitest';
import { readCookieFile } from './cookie-file';

const PLAIN = {
  key: 'a',
  value: '1',
  domain: 'x.example',
  hostOnly: true,
  path: '/',
  secure: false,
  expires: 'Infinity',
};

test.each([
  ['x.example\tFALSE\t/\tFALSE\t0\ta\t1', PLAIN],
  ['#HttpOnly_x.example\tFALSE\t/\tFALSE\t0\ta\t1', PLAIN],
  ['x.example\tfalse\t/\tfalse\t0\ta\t1', PLAIN],
  ['x.example\tFALSE\t/\tFALSE\t-1\ta\t1', PLAIN],
  ['x.example\tFALSE\t/\tFALSE\t\ta\t1', PLAIN],
  ['x.example\tFALSE\t/\tFALSE\t99999999999999999999\ta\t1', PLAIN],
  ['x.example\tFALSE\tnonsense\tFALSE\t0\ta\t1', PLAIN],
  ['X.Example\tTRUE\t/\tFALSE\t0\ta\t1', { ...PLAIN, hostOnly: false }],
  ['.x.example\tFALSE\t/\tFALSE\t0\ta\t1', { ...PLAIN, hostOnly: false }],
  [
    'x.example\tFALSE\t/b\tTRUE\t60.5\ta\t',
    { ...PLAIN, path: '/b', secure: true, expires: new Date(60_500), value: '' },
  ],
  ['x.example\tFALSE\t/\tFALSE\t0\ta', { ...PLAIN, value: '' }],
  ['x.example\tFALSE\t/\tFALSE\t0\t\tno name', { ...PLAIN, key: '', value: 'no name' }],
  ['x.example\tFALSE\t/\tFALSE\t0\ta\t1 2;"', { ...PLAIN, value: '1 2;"' }],
  ['x.example   FALSE  /  FALSE  0  a  1', PLAIN],
  ['[::1]\tFALSE\t/\tFALSE\t0\ta\t1', { ...PLAIN, domain: '::1' }],
  ['m\u00c3\u00bcnchen.example\tFALSE\t/\tFALSE\t0\ta\t1', { ...PLAIN, domain: 'xn--mnchen-3ya.example' }],
  ['\u00ef\u00bb\u00bfx.example\tFALSE\t/\tFALSE\t0\ta\t\u00e9', { ...PLAIN, value: '\u00e9' }],
])('%j', (line, cookie) => {
  for (const end of ['', '\n', '\r\n', '\r'])
    expect(readCookieFile(`${line}${end}`)).toEqual({ cookies: [cookie], unread: 0 });
});

test('comments and blank lines are no cookies; what else is none is counted', () => {
  expect(readCookieFile('# Netscape HTTP Cookie File\n\n  \n#x.example\tFALSE\t/\tFALSE\t0\ta\t1\n')).toEqual(
    {
      cookies: [],
      unread: 0,
    },
  );
  expect(
    readCookieFile(
      '[{"name":"a","value":"1"}]\na=1; b=2\nx.example\tFALSE\t/\nx.example\tFALSE\t/\tFALSE\t0\ta\t\0\n',
    ),
  ).toEqual({
    cookies: [],
    unread: 4,
  });
});
