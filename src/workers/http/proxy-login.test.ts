/** Proxies that ask for Digest. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { TestServer } from '../test-server';
import type { HttpClient } from './client';
import { makeCertificate, type Certificate } from './http2-test-server';
import { ProxyLogin } from './proxy-login';
import { get, openTestClient } from './test-client';
import { digestGate, startHttpProxy, type Gate, type TestProxy } from './test-proxies';

const LOGIN = { name: 'me', password: 'a "b" ü' };
const USER = `me:${encodeURIComponent(LOGIN.password)}@`;

let folder: string;
let certificate: Certificate;
const servers: Record<'http' | 'https', TestServer> = {} as never;
let proxy: TestProxy;
let client: HttpClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-proxy-login-'));
  certificate = makeCertificate(folder);
  const tls = { key: readFileSync(certificate.keyFile), cert: readFileSync(certificate.certFile) };
  servers.http = await TestServer.start();
  servers.https = await TestServer.start('127.0.0.1', tls);
  for (const server of Object.values(servers)) {
    server.on('/echo', (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.end(`${request.method ?? ''} ${request.url ?? ''} ${body}`));
    });
  }
});

afterEach(async () => {
  await client.close();
  await proxy.close();
});

afterAll(async () => {
  await Promise.all(Object.values(servers).map((server) => server.close()));
  rmSync(folder, { recursive: true });
});

async function open(gate: Gate, user = USER): Promise<void> {
  proxy = await startHttpProxy(gate);
  client = await openTestClient({ proxy: `http://${user}127.0.0.1:${proxy.port}`, insecure: true });
}

/** The answer, or why there is none. */
async function outcomeOf(url: string): Promise<unknown> {
  return await get(client, url).then(
    ({ answer }) => answer,
    (error: unknown) => error,
  );
}

for (const scheme of ['http', 'https'] as const) {
  const url = (query: string): string => servers[scheme].url(`/echo?${query}`);

  test(`${scheme}: the proxy gets what it asks for, and is not asked for it again`, async () => {
    await open(digestGate(LOGIN));
    for (const query of ['a', 'b', 'c'])
      expect((await get(client, url(query))).body).toBe(`GET /echo?${query} `);
    const [host] = proxy.asked;
    expect(proxy.asked.filter((asked) => asked === host)).toHaveLength(2);
  });

  test(`${scheme}: a POST`, async () => {
    await open(digestGate(LOGIN));
    const { body } = await get(client, url('a'), { method: 'POST', body: 'what is sent' });
    expect(body).toBe('POST /echo?a what is sent');
  });

  test(`${scheme}: a nonce that has grown old`, async () => {
    await open(digestGate(LOGIN, 1));
    const bodies = await Promise.all(['a', 'b'].map(async (query) => (await get(client, url(query))).body));
    expect(bodies).toEqual(['GET /echo?a ', 'GET /echo?b ']);
  });

  test(`${scheme}: a wrong password is tried once`, async () => {
    await open(digestGate({ ...LOGIN, password: 'another' }));
    const outcome = await outcomeOf(url('a'));
    expect(outcome).toMatchObject(scheme === 'http' ? { status: 407 } : { code: 'proxy-407' });
    expect(proxy.asked).toHaveLength(2);
  });

  test(`${scheme}: without a login there is nothing to try`, async () => {
    await open(digestGate(LOGIN), '');
    const outcome = await outcomeOf(url('a'));
    expect(outcome).toMatchObject(scheme === 'http' ? { status: 407 } : { code: 'proxy-407' });
    expect(proxy.asked).toHaveLength(1);
  });
}

test('a proxy that asks for Basic again gets it', () => {
  const login = new ProxyLogin(LOGIN);
  const request = { method: 'GET', target: '/', body: null };
  expect(login.authorize(request)).toMatch(/^Basic /u);
  expect(login.goesOn('Basic realm="a"', 0)).toBe(false);
  expect(login.goesOn('Basic realm="a", Digest realm="a", nonce="1"', 0)).toBe(true);
  expect(login.authorize(request)).toMatch(/^Digest /u);
  expect(login.goesOn('Basic realm="a"', 0)).toBe(true);
  expect(login.authorize(request)).toMatch(/^Basic /u);
  expect(login.goesOn(undefined, 0)).toBe(false);
});
