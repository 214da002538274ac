// `npm run bench:web`: what browsers cost `heddle web`. Readers of its news over plain HTTP stand in for browsers, so that
// what is measured is the host and not ten renderers on the same cores. A job of 100,000 downloads of 1 KiB, watched by
// nobody, by ten, and by ten and twenty more that never read; and how soon a job starts from an uploaded list of 100,000 URLs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { buildIfStale } from '../scripts/lib/build.cjs';
import { root } from '../scripts/lib/root.mjs';
import { serveBodies } from './lib/bodies.mjs';

const TASKS = 100_000;
const READERS = 10;
const SILENT = 20;
const UPLOADS = 5;

class Front {
  static async start(folder) {
    const hook = join(root, 'bench/lib/loop-delay.mjs');
    const args = ['--import', hook, join(root, 'out/main/cli.cjs'), 'web', '--port', '0'];
    const child = spawn(process.execPath, [...args, '--root', folder, '--data-dir', join(folder, 'data')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const links = createInterface(child.stdout)[Symbol.asyncIterator]();
    const said = createInterface(child.stderr)[Symbol.asyncIterator]();
    return new Front(child, links, said, (await links.next()).value);
  }

  constructor(child, links, said, link) {
    Object.assign(this, { child, links, said, link, url: new URL(link).origin });
  }

  /** As another browser. */
  async signIn() {
    const { headers } = await this.ask('GET', this.link.slice(this.url.length));
    this.link = (await this.links.next()).value;
    return headers['set-cookie'][0].split(';')[0];
  }

  async ask(method, path, headers = {}, body = undefined) {
    const asked = request(this.url + path, { method, headers: { origin: this.url, ...headers } });
    asked.end(body);
    const [response] = await once(asked, 'response');
    return { headers: response.headers, body: await text(response) };
  }

  async call(cookie, name, input, client = '0'.repeat(32)) {
    const headers = { cookie, 'content-type': 'application/json', 'heddle-client': client };
    const { body } = await this.ask('POST', `/api/request/${name}`, headers, JSON.stringify(input));
    const reply = JSON.parse(body);
    if (!reply.ok) throw new Error(reply.error.message);
    return reply.value;
  }

  /** @returns what ends it */
  async listen(index, jobId, reads) {
    const cookie = await this.signIn();
    const client = index.toString(16).padStart(32, '0');
    const asked = request(`${this.url}/api/events?client=${client}`, { headers: { cookie }, agent: false });
    asked.on('error', () => undefined).end();
    const [response] = await once(asked, 'response');
    let bytes = 0;
    response.on('error', () => undefined);
    if (reads) response.on('data', (chunk) => (bytes += chunk.length));
    else response.pause();
    await this.call(cookie, 'jobs:watch', { jobId }, client);
    return { end: () => asked.destroy(), bytes: () => bytes };
  }

  async figures() {
    this.child.kill('SIGUSR2');
    for (;;) {
      const { value, done } = await this.said.next();
      if (done) throw new Error('heddle web has ended');
      if (value.startsWith('{"figures"')) return JSON.parse(value).figures;
    }
  }

  async stop() {
    const startedMs = performance.now();
    this.child.kill('SIGINT');
    await once(this.child, 'exit');
    return performance.now() - startedMs;
  }
}

async function measure(title, bodies, reading, silent) {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-bench-web-'));
  const front = await Front.start(folder);
  try {
    const cookie = await front.signIn();
    const urls = Array.from({ length: TASKS }, (_, index) => `${bodies}/${index}.bin`).join('\n');
    const make = { kind: 'download', mode: 'pool', workers: null, urls: [], text: urls, listFiles: [] };
    const { id } = await front.call(cookie, 'jobs:create', { ...make, directory: join(folder, 'got') });
    const readers = [];
    for (let index = 0; index < reading + silent; index++)
      readers.push(await front.listen(index + 1, id, index < reading));
    await delay(3000);
    const begin = await front.figures();
    let job = await front.call(cookie, 'jobs:resume', { jobId: id }).catch(() => null);
    let most = begin.rss;
    const late = [];
    while (job?.endedAtMs == null && late.length < 30) {
      await delay(1000);
      const { jobs } = await front.call(cookie, 'jobs:list', { kind: 'download', offset: 0, limit: 1 });
      [job] = jobs;
      const now = await front.figures();
      most = Math.max(most, now.rss);
      late.push(now);
    }
    const sorted = late.map(({ p99 }) => p99).sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    const sent = readers.slice(0, reading).reduce((sum, { bytes }) => sum + bytes(), 0);
    process.stdout.write(
      `${title}: ${job.counts.done} done in ${(job.elapsedMs / 1000).toFixed(1)} s; ` +
        `event loop late by p99 ${median.toFixed(1)} ms (median of ${late.length} seconds; ${sorted.at(-1).toFixed(1)} ms in the worst); ` +
        `at most ${(most / 1e6).toFixed(0)} MB; ${(sent / 1e6).toFixed(1)} MB sent\n`,
    );
    for (const { end } of readers) end();
    process.stdout.write(`  ended ${(await front.stop()).toFixed(0)} ms after SIGINT\n`);
  } finally {
    front.child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function measureUploads(bodies) {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-bench-web-'));
  const front = await Front.start(folder);
  try {
    const cookie = await front.signIn();
    const list = Array.from({ length: TASKS }, (_, index) => `${bodies}/${index}.bin`).join('\n');
    const times = [];
    for (let run = 0; run < UPLOADS; run++) {
      const startedMs = performance.now();
      const { body } = await front.ask('POST', '/api/upload?name=list.txt', { cookie }, list);
      const make = { kind: 'download', mode: 'pool', workers: null, urls: [], text: null };
      const listFiles = [JSON.parse(body).path];
      const directory = join(folder, `got-${run}`);
      const { id } = await front.call(cookie, 'jobs:create', { ...make, listFiles, directory });
      for (;;) {
        const { jobs } = await front.call(cookie, 'jobs:list', { kind: 'download', offset: 0, limit: 1 });
        if (jobs[0].counts.done > 0) break;
      }
      times.push(performance.now() - startedMs);
      await front.call(cookie, 'jobs:cancel', { jobId: id });
    }
    times.sort((a, b) => a - b);
    process.stdout.write(
      `A list of ${TASKS} URLs (${(list.length / 1e6).toFixed(1)} MB), uploaded: the first file is there after ${(times[Math.floor(UPLOADS / 2)] / 1000).toFixed(2)} s (median of ${UPLOADS}; ${(times.at(-1) / 1000).toFixed(2)} s in the worst)\n`,
    );
    await front.stop();
  } finally {
    front.child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

if (!buildIfStale()) process.exit(1);
const { server, url } = await serveBodies();
try {
  await measureUploads(url);
  await measure('Nobody watches', url, 0, 0);
  await measure(`${READERS} watch`, url, READERS, 0);
  await measure(`${READERS} watch, ${SILENT} more do not read`, url, READERS, SILENT);
} finally {
  server.closeAllConnections();
  server.close();
}
