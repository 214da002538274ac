// Downloading lists of URLs: Heddle, curl, aria2 and wget2, each with what it has for many at once.
import { writeFile } from 'node:fs/promises';
import { hasNginx, startNginx } from '../../e2e/nginx.ts';
import { bareNode, heddleCommand, serve } from '../lib/terminal.mjs';
import { emptied, expectFiles } from '../lib/workshop.mjs';

const MIB = 1024 * 1024;

/**
 * nginx is a server that nobody here wrote and that costs less than any client; it cannot wait before an answer. Where
 * answers are to take their time, or nginx is not installed, Heddle's own server answers, in a process of its own.
 */
async function startOrigin(shop, folder, latencyMs) {
  if (latencyMs > 0 || !hasNginx())
    return { server: 'heddle serve', stop: shop.keep(await serve(folder, latencyMs)) };
  return { server: 'nginx', stop: shop.keep(await startNginx(folder, shop.path('nginx'), 0)) };
}

function download(id, title, { count, bytes, latencyMs = 0, wishes }) {
  return {
    id,
    group: 'Downloading',
    title,
    neededBytes: 2 * count * Math.max(bytes, 4096),
    wishes,
    async prepare(shop) {
      const files = await shop.files({ name: `origin-${bytes}-${count}`, count, bytes });
      const { server, stop } = await startOrigin(shop, files, latencyMs);
      const { url } = stop;
      const target = shop.path('target');
      const list = shop.path('list');
      const curlConfig = shop.path('curl');
      const names = Array.from({ length: count }, (_, index) => `${index}.bin`);
      await writeFile(list, names.map((name) => `${url}/${name}\n`).join(''));
      await writeFile(
        curlConfig,
        names.map((name) => `url=${url}/${name}\noutput=${target}/${name}\n`).join(''),
      );
      return {
        server,
        stop,
        before: () => emptied(target),
        after: () => expectFiles(target, count, bytes),
        contestants: [
          {
            name: 'Heddle',
            own: true,
            command: heddleCommand(
              ...['download', '--quiet', '-i', list, '-d', target, '--data-dir', shop.path('data')],
            ),
          },
          bareNode('download', list, target),
          {
            name: 'curl -Z',
            needs: 'curl',
            command: ['curl', '-Z', '--no-progress-meter', '-K', curlConfig],
          },
          {
            name: 'aria2',
            needs: 'aria2c',
            command: [
              ...['aria2c', '-q', '-i', list, '-d', target, '-j', '16', '-x', '16'],
              '--file-allocation=none',
            ],
          },
          {
            name: 'wget2',
            needs: 'wget2',
            command: ['wget2', '-q', '-i', list, '-P', target, '--max-threads=16'],
          },
        ],
      };
    },
  };
}

export const downloads = [
  download('download-slow', '2,000 × 1 KiB, each answer after 20 ms', {
    count: 2000,
    bytes: 1024,
    latencyMs: 20,
    wishes: [
      { own: 'Heddle', peer: 'curl -Z', most: 1 },
      { own: 'Heddle', peer: 'aria2', most: 0.4 },
    ],
  }),
  download('download-tiny', '10,000 × 1 KiB', {
    count: 10_000,
    bytes: 1024,
    wishes: [{ own: 'Heddle', peer: 'curl -Z', most: 1 }],
  }),
  download('download-small', '5,000 × 16 KiB', {
    count: 5000,
    bytes: 16 * 1024,
    wishes: [{ own: 'Heddle', peer: 'aria2', most: 0.7 }],
  }),
  download('download-large', '4 × 256 MiB', {
    count: 4,
    bytes: 256 * MIB,
    wishes: [
      { own: 'Heddle', peer: 'aria2', most: 1 },
      { own: 'Heddle', peer: 'curl -Z', most: 1 },
    ],
  }),
];
