/** The window's pages come from `heddle://app/`, never from `file:`: an origin of their own, with a policy. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol } from 'electron';
import { CONTENT_SECURITY_POLICY, PAGE_TYPES } from '../common/pages';

export const APP_ORIGIN = 'heddle://app';

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
    const type = PAGE_TYPES[extname(file)];
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
