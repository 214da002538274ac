// Downloading lists of URLs: Heddle, curl, aria2 and wget2, each with what it has for many at once.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasNginx, makeCertificate, startNginx } from '../../e2e/nginx.ts';
import { FLOOR } from '../lib/tables.mjs';
import { floor, heddleCommand, late, serve } from '../lib/terminal.mjs';
import { emptied, expectFiles } from '../lib/workshop.mjs';
import { MIB, bytesOf } from './trees.mjs';
import { inMemory } from './wishes.mjs';

/**
 * nginx is a server that nobody here wrote and that costs less than any client; it cannot wait before an answer. Where
 * answers are to take their time, or nginx is not installed, Heddle's own server answers, in a process of its own. What
 * Heddle does not serve (TLS) comes from nginx over a wire that is as late.
 */
async function startOrigin(shop, folder, { latencyMs = 0, secure = null, rate = 0 }) {
  if (secure === null && rate === 0 && (latencyMs > 0 || !hasNginx()))
    return { server: 'heddle serve', stop: shop.keep(await serve(folder, latencyMs)) };
  const nginx = shop.keep(await startNginx(folder, shop.path('nginx'), rate, secure));
  if (latencyMs === 0) return { server: 'nginx', stop: nginx };
  return { server: 'nginx', stop: shop.keep(await late(nginx, latencyMs / 2)) };
}

const digestOf = (folder) => (name) =>
  createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex');

/**
 * @param {object} tree
 * @param {object} how `latencyMs` of each answer; `tls`: the origin speaks TLS, `'h2'`: HTTP/2 over it; `digests`: the
 *   list has the SHA-256 of each file, which those that read aria2's lists check; `rate`: bytes per second of each
 *   connection, `parts`: only for those that fetch one file over several
 */
function download(
  id,
  tree,
  wishes,
  { latencyMs = 0, tls = false, digests = false, rate = 0, parts = false } = {},
) {
  const { count, bytes } = tree;
  const over = tls === 'h2' ? ' over HTTP/2' : tls ? ' over TLS 1.3' : '';
  const limited = rate === 0 ? '' : `, ${rate / MIB} MiB/s for each connection`;
  const after = latencyMs === 0 ? '' : `, each answer after ${latencyMs} ms`;
  return {
    id,
    group: 'Downloading',
    title: `${tree.title}${over}${limited}${after}${digests ? ', each checked by its SHA-256' : ''}`,
    neededBytes: 2 * bytesOf(tree),
    wishes,
    async prepare(shop) {
      if ((tls !== false || rate > 0) && !hasNginx()) return { leftOut: 'nginx is not installed' };
      const files = await shop.files(tree);
      const secure = tls === false ? null : makeCertificate(shop.folder, { http2: tls === 'h2' });
      const { server, stop } = await startOrigin(shop, files, { latencyMs, secure, rate });
      const { url } = stop;
      const target = shop.path('target');
      const list = shop.path('list');
      const curlConfig = shop.path('curl');
      const names = Array.from({ length: count }, (_, index) => `${index}.bin`);
      const digest = digestOf(files);
      const line = (name) => `${url}/${name}\n${digests ? `  checksum=sha-256=${digest(name)}\n` : ''}`;
      await writeFile(list, names.map(line).join(''));
      await writeFile(
        curlConfig,
        names.map((name) => `url=${url}/${name}\noutput=${target}/${name}\n`).join(''),
      );
      const trusting = (flag) => (secure === null ? [] : [`${flag}=${secure.certificate}`]);
      const plain = floor(shop, tls === 'h2' ? 'download-http2' : 'download', list, target).command;
      const contestants = [
        {
          name: 'Heddle',
          own: true,
          command: heddleCommand(
            ...['download', '--quiet', '-i', list, '-d', target, '--data-dir', shop.path('data')],
            ...trusting('--cacert'),
          ),
        },
        {
          name: FLOOR,
          // It has one connection for a file.
          isFor: !parts,
          command: secure === null ? plain : ['env', `NODE_EXTRA_CA_CERTS=${secure.certificate}`, ...plain],
        },
        {
          name: 'curl -Z',
          needs: 'curl',
          // It has no lists with digests.
          isFor: !digests && !parts,
          command: [
            'curl',
            '-Z',
            '--no-progress-meter',
            '-K',
            curlConfig,
            ...(secure === null ? [] : ['--cacert', secure.certificate]),
          ],
        },
        {
          name: 'aria2',
          needs: 'aria2c',
          command: [
            ...['aria2c', '-q', '-i', list, '-d', target, '-j', '16', '-x', '16', '--file-allocation=none'],
            ...(parts ? ['-s', '16', '-k', '1M'] : []),
            ...trusting('--ca-certificate'),
          ],
        },
        {
          name: 'wget2',
          needs: 'wget2',
          isFor: !digests && !parts,
          command: [
            ...['wget2', '-q', '-i', list, '-P', target, '--max-threads=16'],
            ...trusting('--ca-certificate'),
          ],
        },
      ];
      return {
        server,
        finish: () => shop.end(stop),
        before: () => emptied(target),
        after: () => expectFiles(target, count, bytes),
        contestants: contestants.filter(({ isFor = true }) => isFor),
      };
    },
  };
}

const beside = (peer, most) => ({ own: 'Heddle', peer, most });
const memory = inMemory('Heddle');

export const downloads = ({ slow, kibis, pages, large, thirds, streams, pair, single, forty }) => [
  download('download-slow', slow, [beside('curl -Z', 1.1), beside('aria2', 0.42), memory], { latencyMs: 20 }),
  download('download-tiny', kibis, [beside('curl -Z', 1.5), beside('aria2', 0.5), memory]),
  download('download-small', pages, [beside('curl -Z', 1.8), beside('aria2', 0.6), memory]),
  download('download-large', large, [
    beside('curl -Z', 1.1),
    beside('aria2', 0.6),
    beside('wget2', 1.2),
    memory,
  ]),
  download('download-tls', thirds, [beside('curl -Z', 2.2), beside('aria2', 1.1), memory], { tls: true }),
  download('download-tls-large', pair, [beside('curl -Z', 1.5), beside('aria2', 1.1), memory], { tls: true }),
  download('download-http2', streams, [beside('curl -Z', 1.2), memory], { tls: 'h2', latencyMs: 20 }),
  download('download-limited', forty, [beside('curl -Z', 1.1), memory], { rate: 2 * MIB }),
  download('download-limited-large', single, [beside('aria2', 1.15), memory], { rate: 2 * MIB, parts: true }),
  download('download-digests', kibis, [beside('aria2', 0.6), memory], { digests: true }),
];
