import { expect, test } from 'vitest';
import { readChallenges } from './challenges';
import { DigestLogin } from './digest-login';

function parametersOf(field: string): Record<string, string> {
  return Object.fromEntries(readChallenges(field)[0]?.parameters ?? []);
}

test.each([
  {
    of: 'RFC 2617 §3.5',
    challenge:
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
    cnonce: '0a4f113b',
    login: { name: 'Mufasa', password: 'Circle Of Life' },
    response: '6629fae49393a05397450978507c4ef1',
  },
  {
    of: 'RFC 7616 §3.9.1, MD5',
    challenge:
      'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    login: { name: 'Mufasa', password: 'Circle of Life' },
    response: '8ca523f5e9506fed4657c9700eebdbec',
  },
  {
    of: 'RFC 7616 §3.9.1, SHA-256',
    challenge:
      'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    login: { name: 'Mufasa', password: 'Circle of Life' },
    response: '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  },
])('the example of $of', ({ challenge, cnonce, login, response }) => {
  const digest = DigestLogin.of(readChallenges(challenge), cnonce);
  const sent = digest?.authorize(login, { method: 'GET', target: '/dir/index.html', body: null }) ?? '';
  expect(sent).toMatch(/, qop=auth, nc=00000001$/u);
  expect(parametersOf(sent)).toEqual({
    ...parametersOf(challenge),
    username: 'Mufasa',
    uri: '/dir/index.html',
    response,
    qop: 'auth',
    nc: '00000001',
    cnonce,
  });
});

test('a name that is hidden (RFC 7616 §3.9.2)', () => {
  const challenge =
    'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true';
  const digest = DigestLogin.of(readChallenges(challenge), 'NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm');
  const login = { name: 'Jäsøn Doe', password: 'Secret, or not?' };
  const sent = digest?.authorize(login, { method: 'GET', target: '/doe.json', body: null }) ?? '';
  expect(sent).not.toContain('Doe');
  expect(parametersOf(sent)).toMatchObject({
    // The RFC's own values are not those of SHA-512/256 (erratum 4897); this is SHA-512/256 of `Jäsøn Doe:api@example.org`.
    username: '793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b',
    userhash: 'true',
  });
});

test('each use of a nonce has its number; the next nonce begins anew', () => {
  const digest = DigestLogin.of(
    readChallenges('Digest realm="", nonce="a", qop=auth, algorithm=MD5-sess'),
    'c',
  );
  const login = { name: 'a"b\\', password: '' };
  const next = (): Record<string, string> =>
    parametersOf(digest?.authorize(login, { method: 'GET', target: '/?a="', body: null }) ?? '');
  expect([next(), next()]).toMatchObject([
    { nc: '00000001', nonce: 'a', username: 'a"b\\', uri: '/?a="' },
    { nc: '00000002', nonce: 'a' },
  ]);
  digest?.goOn(readChallenges('Digest rspauth="x", nextnonce="b"')[0]);
  expect([next(), next()]).toMatchObject([
    { nc: '00000001', nonce: 'b' },
    { nc: '00000002', nonce: 'b' },
  ]);
  digest?.goOn(readChallenges('Digest nextnonce="b"')[0]);
  digest?.goOn(undefined);
  expect(next()).toMatchObject({ nc: '00000003', nonce: 'b' });
});

test.each([
  ['Basic realm="a"', [['basic', { realm: 'a' }]]],
  ['Basic', [['basic', {}]]],
  [
    'Negotiate, Basic realm=a',
    [
      ['negotiate', {}],
      ['basic', { realm: 'a' }],
    ],
  ],
  [
    'Negotiate YII+/==, NTLM TlRM=',
    [
      ['negotiate', {}],
      ['ntlm', {}],
    ],
  ],
  [
    'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
    [
      ['newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
      ['basic', { realm: 'simple' }],
    ],
  ],
  ['Digest realm = "a, Basic realm=b" , NONCE=x', [['digest', { realm: 'a, Basic realm=b', nonce: 'x' }]]],
  ['Digest realm="not closed, nonce=x', [['digest', { realm: 'not closed, nonce=x' }]]],
  ['Digest realm="a" nonce="b"', [['digest', { realm: 'a', nonce: 'b' }]]],
  ['Digest realm="a",,, nonce=, realm="c"', [['digest', { realm: 'a', nonce: '' }]]],
  [', ;Basic realm="a"', [['basic', { realm: 'a' }]]],
  ['realm="a"', []],
  ['', []],
])('challenges: %s', (field, expected) => {
  const read = readChallenges(field);
  expect(read.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])).toEqual(expected);
});

test('challenges in fields of their own', () => {
  const read = readChallenges(['Digest nonce="a"', 'Basic realm="b"']);
  expect(read.map(({ scheme }) => scheme)).toEqual(['digest', 'basic']);
  expect(readChallenges(undefined)).toEqual([]);
});

test.each([
  'Basic realm="a"',
  'Digest realm="a"',
  'Digest nonce="a\r\nX: b"',
  'Digest nonce="a", algorithm=SHA-1',
  'Digest nonce="a", algorithm=',
  'Digest nonce="a", qop="auth-conf"',
])('%s cannot be answered', (field) => {
  expect(DigestLogin.of(readChallenges(field))).toBeNull();
});
