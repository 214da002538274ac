// A server that answers everything with one kibibyte.
import { once } from 'node:events';
import { createServer } from 'node:http';

export async function serveBodies() {
  const body = Buffer.alloc(1024, 'h');
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': body.length }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}
