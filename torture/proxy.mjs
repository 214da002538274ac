/**
 * An HTTP proxy that fails some of its connections, a program of its own: `node torture/proxy.mjs SHARE SEED` prints its
 * port. `SIGUSR2` heals it.
 */
import { createServer, request as ask } from 'node:http';
import { randomFrom } from './random.mjs';

const [share, seed] = process.argv.slice(2);
const random = randomFrom(seed);
let isHealthy = false;
process.on('SIGUSR2', () => {
  isHealthy = true;
});

const server = createServer((request, response) => {
  const fault =
    !isHealthy && random.chance(Number(share))
      ? random.pick(['close', 'reset', '502', 'half', 'late'])
      : 'none';
  if (fault === 'close') {
    request.socket.destroy();
    return;
  }
  if (fault === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  if (fault === '502') {
    response.writeHead(502).end('no way\n');
    return;
  }
  const url = new URL(request.url);
  const onward = ask(url, { method: request.method, headers: request.headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    if (fault === 'half') {
      answer.once('data', (data) => {
        response.write(data.subarray(0, data.length >> 1), () => response.destroy());
        answer.destroy();
      });
    } else if (fault === 'late') setTimeout(() => answer.pipe(response), 300);
    else answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  onward.once('error', () => request.socket.destroy());
  response.once('close', () => onward.destroy());
  onward.end();
});

server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.resume().once('end', () => process.exit(0));
