import { once } from 'node:events';
import { createServer } from 'node:http';

const FOLDERS = ['tiles/12/2138', 'papers', 'fonts', 'datasets/berlin', 'openstreetmap'];
const ENDINGS = ['webp', 'pdf', 'woff2', 'csv.gz', 'pbf'];
const CHUNK = 64 * 1024;

/**
 * A server on this machine that sends generated files of many sizes at a modest rate, and answers `/gone/…`
 * with 404.
 */
export async function startServer() {
  const size = (number) => 20_000 + ((number * 7919) % 97) * 4_000 + (number % 50 === 0 ? 4_000_000 : 0);
  const chunk = Buffer.alloc(CHUNK, 'heddle ');
  const server = createServer((request, response) => {
    const number = Number(/(\d+)\.[a-z.0-9]+$/.exec(request.url ?? '')?.[1]);
    if (request.url?.startsWith('/gone/') || Number.isNaN(number)) {
      response.writeHead(404).end();
      return;
    }
    let left = size(number);
    response.writeHead(200, { 'content-length': left });
    const timer = setInterval(
      () => {
        const bytes = Math.min(left, CHUNK);
        response.write(chunk.subarray(0, bytes));
        left -= bytes;
        if (left > 0) return;
        clearInterval(timer);
        response.end();
      },
      12 + (number % 7) * 6,
    );
    response.on('close', () => clearInterval(timer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    name: (number) => `${FOLDERS[number % 5]}/${1000 + number}.${ENDINGS[number % 5]}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
