/** A server for a download that is interrupted: it sends half of its file and no more, until it is told to go on. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { globSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { folder } from './folder';

export interface StallingServer {
  readonly url: string;
  readonly content: Buffer;
  goOn(): void;
  close(): void;
}

export async function startStallingServer(): Promise<StallingServer> {
  const content = randomBytes(4_000_000);
  let stalls = true;
  const server = createServer((request, response) => {
    const from = Number(/^bytes=(\d+)-/u.exec(request.headers.range ?? '')?.[1] ?? 0);
    const headers = { ETag: '"1"', 'Accept-Ranges': 'bytes', 'Content-Length': content.length - from };
    const range = { 'Content-Range': `bytes ${from}-${content.length - 1}/${content.length}` };
    response.writeHead(from > 0 ? 206 : 200, from > 0 ? { ...headers, ...range } : headers);
    if (stalls) response.write(content.subarray(from, content.length / 2));
    else response.end(content.subarray(from));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.bin`,
    content,
    goOn: () => {
      stalls = false;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Bytes on disk of what is being downloaded into `dl`. */
export function partialBytes(): number {
  const paths = globSync('dl/.heddle-*/*', { cwd: folder });
  return Math.max(0, ...paths.map((path) => statSync(join(folder, path)).size));
}
