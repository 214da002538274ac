// Downloading lists of URLs: Heddle, curl, aria2 and wget2, each with what it has for many at once.
import { writeFile } from 'node:fs/promises';
import { hasNginx, startNginx } from '../../e2e/nginx.ts';
import { floor, heddleCommand, serve } from '../lib/terminal.mjs';
import { emptied, expectFiles } from '../lib/workshop.mjs';
import { bytesOf } from './trees.mjs';
import { inMemory } from './wishes.mjs';

/**
 * nginx is a server that nobody here wrote and that costs less than any client; it cannot wait before an answer. Where
 * answers are to take their time, or nginx is not installed, Heddle's own server answers, in a process of its own.
 */
async function startOrigin(shop, folder, latencyMs) {
  if (latencyMs > 0 || !hasNginx())
    return { server: 'heddle serve', stop: shop.keep(await serve(folder, latencyMs)) };
  return { server: 'nginx', stop: shop.keep(await startNginx(folder, shop.path('nginx'), 0)) };
}

function download(id, tree, wishes, latencyMs = 0) {
  const { count, bytes } = tree;
  return {
    id,
    group: 'Downloading',
    title: `${tree.title}${latencyMs === 0 ? '' : `, each answer after ${latencyMs} ms`}`,
    neededBytes: 2 * bytesOf(tree),
    wishes,
    async prepare(shop) {
      const files = await shop.files(tree);
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
        finish: () => shop.end(stop),
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
          floor(shop, 'download', list, target),
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

const beside = (peer, most) => ({ own: 'Heddle', peer, most });
const memory = inMemory('Heddle');

export const downloads = ({ slow, kibis, pages, large }) => [
  download('download-slow', slow, [beside('curl -Z', 1), beside('aria2', 0.4), memory], 20),
  download('download-tiny', kibis, [beside('curl -Z', 1), memory]),
  download('download-small', pages, [beside('aria2', 0.7), memory]),
  download('download-large', large, [beside('aria2', 1), beside('curl -Z', 1), memory]),
];
