/** What TLS changes of who gets what. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { TestServer } from '../test-server';
import type { HttpClient, HttpOptions } from './client';
import { makeCertificate, type Certificate } from './http2-test-server';
import { get, openTestClient } from './test-client';

let folder: string;
let certificate: Certificate;
/** Over TLS. */
let secure: TestServer;
/** On the same host, without. */
let plain: TestServer;
const clients: HttpClient[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-session-'));
  certificate = makeCertificate(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  const tls = { key: readFileSync(certificate.keyFile), cert: readFileSync(certificate.certFile) };
  secure = await TestServer.start('127.0.0.1', tls);
  plain = await TestServer.start();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await Promise.all([secure.close(), plain.close()]);
});

async function open(options: Partial<HttpOptions> = {}): Promise<HttpClient> {
  const client = await openTestClient({ caFile: certificate.certFile, ...options });
  clients.push(client);
  return client;
}

const LOGIN = { name: 'me', password: 'secret' };
const BASIC = `Basic ${btoa('me:secret')}`;
const loginsAt = (server: TestServer): (string | undefined)[] =>
  server.requests.map(({ headers }) => headers.authorization?.replace(/^(Digest) .*$/u, '$1'));

test('Basic is sent at once, where the server is the one that it should be', async () => {
  const url = secure.body('/a', 'x');
  await get(await open(), url, { login: LOGIN });
  expect(loginsAt(secure)).toEqual([BASIC]);
  secure.requests.length = 0;
  await get(await open({ insecure: true }), url, { login: LOGIN });
  expect(loginsAt(secure)).toEqual([undefined, BASIC]);
});

test('a server that asks for Digest then gets it, and Basic no more', async () => {
  const url = secure.on('/a', ({ headers }, response) => {
    if (headers.authorization?.startsWith('Digest ') === true) response.end('x');
    else response.writeHead(401, { 'WWW-Authenticate': 'Digest realm="a", nonce="b", qop="auth"' }).end();
  });
  const client = await open();
  await get(client, url, { login: LOGIN });
  await get(client, url, { login: LOGIN });
  expect(loginsAt(secure)).toEqual([BASIC, 'Digest', 'Digest']);
});

test('what is for TLS alone is not sent without it, nor what is for another origin', async () => {
  const url = secure.on('/a', (_, response) => {
    response.setHeader('Set-Cookie', [
      'safe=1; Secure; Path=/',
      'open=1; Path=/',
      '__Host-b=1; Secure; Path=/',
    ]);
    response.writeHead(302, { Location: plain.url('/b') }).end();
  });
  plain.on('/b', (_, response) => {
    response
      .writeHead(302, { Location: secure.body('/c', 'the file'), 'Set-Cookie': 'safe=2; Path=/' })
      .end();
  });
  const headers = { 'x-key': '1', authorization: 'Bearer key' };
  expect((await get(await open(), url, { headers })).body).toBe('the file');
  expect(plain.requests[0]?.headers).not.toHaveProperty('x-key');
  expect(loginsAt(plain)).toEqual([undefined]);
  expect(plain.requests.map((request) => request.headers.cookie)).toEqual(['open=1']);
  expect(secure.requests.at(-1)?.headers).toMatchObject({
    ...headers,
    // Without TLS nothing may take the place of a Secure one.
    cookie: 'safe=1; open=1; __Host-b=1',
  });
});

test('over HTTP/2: bytes beyond ASCII, cookies on the way, Digest', async () => {
  const server = createSecureServer({
    key: readFileSync(certificate.keyFile),
    cert: readFileSync(certificate.certFile),
  });
  const seen: string[] = [];
  server.on('stream', (stream, headers) => {
    const text = (value: string | string[] | undefined): string =>
      Buffer.from([value ?? '-'].flat().join(), 'latin1').toString();
    seen.push(`${headers[':path'] ?? ''} ${text(headers.cookie)} ${text(headers['x-name'])}`);
    if (headers[':path'] === '/a') {
      stream.respond({
        ':status': 302,
        // As Node sends it: one byte a character.
        location: Buffer.from('/nächste').toString('latin1'),
        'set-cookie': ['last=雨', 'b=2'].map((cookie) => Buffer.from(cookie).toString('latin1')),
      });
      stream.end();
    } else if (headers.authorization?.startsWith('Digest ') === true) {
      stream.respond({ ':status': 200 });
      stream.end('the file');
    } else {
      stream.respond({ ':status': 401, 'www-authenticate': 'Digest realm="a", nonce="b", qop="auth"' });
      stream.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/a`;
  const client = await open();
  expect((await get(client, url, { login: LOGIN, headers: { 'x-name': 'ä' } })).body).toBe('the file');
  expect(seen).toEqual(['/a - ä', '/n%C3%A4chste last=雨; b=2 ä', '/n%C3%A4chste last=雨; b=2 ä']);
  await client.close();
  await new Promise((resolve) => server.close(resolve));
});
