import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SILENCE_MS, downloadElectron } from './lib/electron-download.mjs';

const version = '45.9.9';
const CHUNK = Buffer.alloc(1_200_000, 'x');
const CHUNKS = 10;
const whole = Buffer.concat(Array.from({ length: CHUNKS }, () => CHUNK));
const archive = 'electron-v45.9.9-linux-x64.zip';
const checksums = { [archive]: createHash('sha256').update(whole).digest('hex') };

let cache, server, answers, written, answer;
const lines = new EventEmitter();
/** Stands in for standard error. */
const stream = (isTTY) => ({
  isTTY,
  write(text) {
    written.push(text);
    lines.emit('line');
  },
});

/** An answer of the server, once it is asked. */
async function asked() {
  const [request, response] = await once(answers, 'request');
  return { request, response };
}

beforeEach(async () => {
  // Only what limits silence runs on a clock that the tests move; the server and the client are real.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  cache = mkdtempSync(join(tmpdir(), 'heddle-electron-'));
  answers = createServer();
  server = answers.listen(0, '127.0.0.1');
  await once(server, 'listening');
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']) vi.stubEnv(name, undefined);
  vi.stubEnv('ELECTRON_MIRROR', `http://127.0.0.1:${server.address().port}/`);
  vi.stubEnv('ELECTRON_INSTALL_PLATFORM', 'linux');
  vi.stubEnv('ELECTRON_INSTALL_ARCH', 'x64');
  vi.stubEnv('electron_config_cache', cache);
  written = [];
  answer = asked();
});

afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  rmSync(cache, { recursive: true, force: true });
});

const filesInCache = () => readdirSync(cache, { recursive: true }).filter((name) => name.endsWith('.zip'));

/** Sends some chunks, each when it was told of the one before and most of the limit has passed. */
async function sendSlowly(response, count) {
  response.writeHead(200, { 'content-length': whole.length });
  for (let index = 0; index < count; index += 1) {
    const before = written.length;
    response.write(CHUNK);
    while (written.length === before) await once(lines, 'line');
    vi.advanceTimersByTime(SILENCE_MS * 0.75);
  }
}

describe('the download of Electron', () => {
  it.each([true, false])(
    'may take as long as it wants, and says how far it is (on a terminal: %s)',
    async (isTTY) => {
      const path = downloadElectron({ version, checksums }, stream(isTTY));
      const { request, response } = await answer;
      expect(request.url).toBe(`/v${version}/${archive}`);
      await sendSlowly(response, CHUNKS);
      response.end();
      expect(readFileSync(await path).equals(whole)).toBe(true);
      const shares = written.flatMap((text) => {
        const share = /Downloading Electron 45\.9\.9: (\d+)% of 12 MB/.exec(text)?.[1];
        return share === undefined ? [] : [Number(share)];
      });
      expect(shares.length).toBeGreaterThanOrEqual(CHUNKS);
      expect(shares).toEqual(shares.toSorted((a, b) => a - b));
      expect(shares.at(-1)).toBe(100);
      expect(written.at(-1).endsWith('\n')).toBe(true);
      expect(written.some((text) => text.startsWith('\r'))).toBe(isTTY);
      expect(filesInCache()).toHaveLength(1);
    },
  );

  it('is not made again', async () => {
    const path = downloadElectron({ version, checksums }, stream(false));
    (await answer).response.end(whole);
    const first = await path;
    answers.on('request', () => expect.fail('It was asked for again.'));
    expect(await downloadElectron({ version, checksums }, stream(false))).toBe(first);
  });

  it('is given up when a server that was there falls silent', async () => {
    const path = downloadElectron({ version, checksums }, stream(false));
    const refused = expect(path).rejects.toThrow('The server sent nothing for 20 seconds.');
    const { response } = await answer;
    await sendSlowly(response, 3);
    vi.advanceTimersByTime(SILENCE_MS);
    await refused;
    expect(filesInCache()).toEqual([]);
  });

  it('is given up when a server never answers', async () => {
    const path = downloadElectron({ version, checksums }, stream(false));
    const refused = expect(path).rejects.toThrow('The server sent nothing for 20 seconds.');
    await answer;
    vi.advanceTimersByTime(SILENCE_MS);
    await refused;
  });

  it('says what the server said', async () => {
    const path = downloadElectron({ version, checksums }, stream(false));
    (await answer).response.writeHead(403).end();
    await expect(path).rejects.toThrow(/403 \(Forbidden\)/);
  });

  it('says what the system said where there is no server', async () => {
    vi.stubEnv('ELECTRON_MIRROR', 'http://127.0.0.1:1/');
    await expect(downloadElectron({ version, checksums }, stream(false))).rejects.toThrow(
      /ECONNREFUSED|bad port/,
    );
  });

  it('is refused when it is not what was released', async () => {
    const path = downloadElectron({ version, checksums }, stream(false));
    (await answer).response.end(CHUNK);
    await expect(path).rejects.toThrow(/checksum/i);
    expect(filesInCache()).toEqual([]);
    expect(existsSync(cache)).toBe(true);
  });
});
