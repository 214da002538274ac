/** The window's pages come from `heddle://app/`, never from `file:`: an origin of their own, with a policy. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol } from 'electron';

export const APP_ORIGIN = 'heddle://app';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
};

/** Before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: 'heddle',
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
}

/** @param folder the built renderer; nothing outside it is served */
export function serveRenderer(folder: string): void {
  protocol.handle('heddle', async (request) => {
    const url = new URL(request.url);
    const file = normalize(join(folder, fileIn(url)));
    const type = TYPES[extname(file)];
    if (url.host !== 'app' || !file.startsWith(folder + sep) || type === undefined) {
      return new Response('Not found', { status: 404 });
    }
    try {
      return new Response(await readFile(file), {
        headers: {
          'content-type': type,
          'content-security-policy': CONTENT_SECURITY_POLICY,
          'x-content-type-options': 'nosniff',
        },
      });
    } catch {
      return new Response('Not found', { status: 404 });
    }
  });
}

/** A path that is no UTF-8 names no file. */
function fileIn({ pathname }: URL): string {
  if (pathname === '/') return '/index.html';
  try {
    return decodeURIComponent(pathname);
  } catch {
    return '';
  }
}
