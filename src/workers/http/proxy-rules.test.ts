/** Which proxy is used for which address. */
import { expect, test } from 'vitest';
import { ProxyRules, type Environment } from './proxy-rules';

function shown(rules: ProxyRules, url: string): string | null {
  const proxy = rules.for(new URL(url));
  if (proxy === null) return null;
  const { kind, host, port, login, resolvesNames } = proxy;
  const who = login === null ? '' : `${login.name}:${login.password}@`;
  return `${kind} ${who}${host}:${port}${resolvesNames ? '' : ' names here'}`;
}

test.each([
  ['http://proxy.example:3128', 'http proxy.example:3128'],
  ['proxy.example', 'http proxy.example:80'],
  ['proxy.example:8080/', 'http proxy.example:8080'],
  ['https://proxy.example', 'https proxy.example:443'],
  ['http://[::1]:3128', 'http ::1:3128'],
  ['http://me:p%40ss%25@proxy.example:1', 'http me:p@ss%@proxy.example:1'],
  ['socks5h://proxy.example', 'socks5 proxy.example:1080'],
  ['socks://proxy.example', 'socks5 proxy.example:1080'],
  ['SOCKS5://me@proxy.example:9050', 'socks5 me:@proxy.example:9050 names here'],
  ['socks4a://proxy.example', 'socks4 proxy.example:1080'],
  ['socks4://proxy.example', 'socks4 proxy.example:1080 names here'],
  ['socks5h://[::1]', 'socks5 ::1:1080'],
])('%s', (address, proxy) => {
  expect(shown(new ProxyRules(address, {}), 'http://server.example/')).toBe(proxy);
});

test.each(['ftp://proxy.example', 'http://', 'socks5://', 'a b', 'http://proxy:port'])(
  '"%s" is none',
  (address) => {
    expect(() => new ProxyRules(address, {})).toThrow(/not a valid address/u);
  },
);

const [HTTP, HTTPS] = ['http://server.example/', 'https://server.example/'];

test.each<[string, Environment, string | null, string | null]>([
  ['nothing', {}, null, null],
  ['empty ones', { http_proxy: '', https_proxy: ' ', all_proxy: '' }, null, null],
  ['http_proxy', { http_proxy: 'a' }, 'http a:80', null],
  ['https_proxy', { https_proxy: 'a' }, null, 'http a:80'],
  ['HTTPS_PROXY', { HTTPS_PROXY: 'a' }, null, 'http a:80'],
  ['HTTP_PROXY may come from a request', { HTTP_PROXY: 'a' }, null, null],
  ['lower case first', { https_proxy: 'a', HTTPS_PROXY: 'b' }, null, 'http a:80'],
  ['all_proxy', { all_proxy: 'socks5h://a' }, 'socks5 a:1080', 'socks5 a:1080'],
  [
    'ALL_PROXY, and one of its own',
    { ALL_PROXY: 'socks5h://a', http_proxy: 'b' },
    'http b:80',
    'socks5 a:1080',
  ],
  ['no_proxy', { all_proxy: 'a', no_proxy: 'server.example' }, null, null],
  ['NO_PROXY', { all_proxy: 'a', NO_PROXY: 'server.example' }, null, null],
])('of the environment: %s', (_, environment, http, https) => {
  const rules = new ProxyRules(null, environment);
  expect([shown(rules, HTTP), shown(rules, HTTPS)]).toEqual([http, https]);
});

test.each([
  ['*', 'http://server.example/', true],
  ['example', 'http://server.example/', true],
  ['.example', 'http://server.example/', true],
  ['*.example', 'http://server.example/', true],
  ['server.example', 'http://SERVER.EXAMPLE./', true],
  ['erver.example', 'http://server.example/', false],
  ['a.example, server.example', 'http://server.example/', true],
  ['a.example server.example', 'http://server.example/', true],
  ['server.example:80', 'http://server.example/', true],
  ['server.example:443', 'https://server.example/', true],
  ['server.example:8080', 'http://server.example/', false],
  ['127.0.0.1', 'http://127.0.0.1:8080/', true],
  ['0.0.1', 'http://127.0.0.1/', false],
  ['10.0.0.0/8', 'http://10.1.2.3/', true],
  ['10.0.0.0/8', 'http://11.1.2.3/', false],
  ['10.0.0.0/99', 'http://10.1.2.3/', false],
  ['::1', 'http://[::1]:8080/', true],
  ['[::1]', 'http://[::1]/', true],
  ['fd00::/8', 'http://[fd12::1]/', true],
  ['fd00::/8', 'http://[fe80::1]/', false],
  [',', 'http://server.example/', false],
])('no_proxy %s, and %s', (exceptions, url, isDirect) => {
  const rules = new ProxyRules(null, { all_proxy: 'a', no_proxy: exceptions });
  expect(rules.for(new URL(url)) === null).toBe(isDirect);
});

test('what the user says counts for every address', () => {
  const rules = new ProxyRules('b', { all_proxy: 'a', no_proxy: '*' });
  expect([shown(rules, HTTP), shown(rules, HTTPS)]).toEqual(['http b:80', 'http b:80']);
});

test('a variable that is no address is named where it is needed, without its password', () => {
  const rules = new ProxyRules(null, { https_proxy: 'gopher://me:secret@a', http_proxy: 'b' });
  expect(shown(rules, HTTP)).toBe('http b:80');
  expect(() => rules.for(new URL(HTTPS))).toThrow(/^The proxy in https_proxy is not a valid address\./u);
});
