/** The built window as files: those that were there at the start, and no others, whatever a request says. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { CONTENT_SECURITY_POLICY, PAGE_TYPES } from '../common/pages';

/** Smaller ones fit into a packet anyway. */
const LEAST_COMPRESSED = 1024;
/** Whoever takes nothing of a page for so long is not waited for. */
const STALL_MS = 60_000;
const compress = promisify(gzip);

interface Page {
  readonly content: Buffer;
  readonly type: string;
  readonly etag: string;
  /** Its name says what it holds, so that it never changes. */
  readonly isHashed: boolean;
  compressed: Promise<Buffer> | null;
}

export interface PageOptions {
  readonly status?: number;
  /** A form of it is sent to us. */
  readonly hasForm?: boolean;
}

export class Pages {
  readonly #pages = new Map<string, Page>();

  /** @param folder of the built renderer */
  constructor(folder: string) {
    // Not all at once: the archive of the packed app is no folder to the system.
    const names = ['', 'assets/'].flatMap((part) =>
      readdirSync(join(folder, part)).map((name) => part + name),
    );
    for (const name of names) {
      const type = PAGE_TYPES[extname(name)];
      if (type === undefined || name.endsWith('.map')) continue;
      const content = readFileSync(join(folder, name));
      this.#pages.set(`/${name}`, {
        content,
        type,
        etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`,
        isHashed: name.startsWith('assets/'),
        compressed: null,
      });
    }
  }

  has(path: string): boolean {
    return this.#pages.has(path);
  }

  async send(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    { status = 200, hasForm = false }: PageOptions = {},
  ): Promise<void> {
    const page = this.#pages.get(path);
    if (page === undefined) throw new Error(`the build has no ${path}`);
    const { content, type, etag, isHashed } = page;
    response.setTimeout(STALL_MS, () => response.destroy());
    response.setHeader('Content-Type', type);
    response.setHeader('ETag', etag);
    response.setHeader('Vary', 'Accept-Encoding');
    response.setHeader('Cache-Control', isHashed ? 'private, max-age=31536000, immutable' : 'no-cache');
    if (hasForm)
      response.setHeader(
        'Content-Security-Policy',
        CONTENT_SECURITY_POLICY.replace("form-action 'none'", "form-action 'self'"),
      );
    if (status === 200 && request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return;
    }
    const isSmall = content.length < LEAST_COMPRESSED || type === 'image/png';
    const takesGzip = /\bgzip\b/u.test(request.headers['accept-encoding'] ?? '');
    if (!isSmall && takesGzip) response.setHeader('Content-Encoding', 'gzip');
    const body = !isSmall && takesGzip ? await (page.compressed ??= compress(content)) : content;
    response.writeHead(status, { 'Content-Length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}
