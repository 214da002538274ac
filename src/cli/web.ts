import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { HeddleError, fromErrorData, toErrorData } from '../common/model/errors';
import { visible } from '../common/model/visible';
import type { Engine } from '../engine';
import { openWeb } from '../web';
import { EXIT } from './exit-status';
import { givenTextPath } from './given-path';
import { onStop } from './stop-signals';
import type { WebFlags } from './web-flags';

const PASSWORD_VARIABLE = 'HEDDLE_WEB_PASSWORD';

/**
 * Serves the window until SIGINT or SIGTERM. Standard output has the links, a line each: the first one, and another one
 * whenever a browser has used the last. @returns the exit status
 */
export async function web(openEngine: () => Promise<Engine>, flags: WebFlags, out: string): Promise<number> {
  const { promise: signal, resolve: stop } = Promise.withResolvers<void>();
  const stopListening = onStop(stop);
  const [password, tls] = [await passwordOf(flags), await tlsOf(flags)];
  const publicUrl = publicUrlOf(flags.publicUrl);
  const engine = await openEngine();
  try {
    const front = await openWeb({
      engine,
      dataDirectory: givenTextPath(flags.dataDir),
      out,
      host: flags.host,
      port: flags.port,
      roots: flags.root.length === 0 ? [homedir()] : flags.root.map(givenTextPath),
      password,
      tls,
      publicUrl,
      onLink: (link) => {
        process.stdout.write(`${link}\n`);
      },
    });
    for (const note of front.notes) process.stderr.write(`heddle: ${visible(note)}\n`);
    engine.keepWaiting();
    await signal;
    await front.close();
    return EXIT.done;
  } finally {
    stopListening();
    await engine.close({ interrupt: true });
  }
}

/** A flag with the password itself would be in the list of processes, for all to see. */
async function passwordOf({ passwordFile }: WebFlags): Promise<string | null> {
  const given = process.env[PASSWORD_VARIABLE];
  // Programs that it starts need not know it.
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
  delete process.env[PASSWORD_VARIABLE];
  if (passwordFile === undefined) return given ?? null;
  const path = givenTextPath(passwordFile);
  const [line = ''] = (await contentOf(path)).toString('utf8').split(/\r?\n/u, 1);
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & 0o004) !== 0)
    process.stderr.write(
      `heddle: ${visible(path)} can be read by every user. Type: chmod 600 ${visible(path)}\n`,
    );
  return line;
}

async function tlsOf({ tlsCert, tlsKey }: WebFlags): Promise<{ cert: Buffer; key: Buffer } | null> {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new HeddleError('usage', '--tls-cert and --tls-key go together. See: heddle help web');
  return { cert: await contentOf(givenTextPath(tlsCert)), key: await contentOf(givenTextPath(tlsKey)) };
}

async function contentOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fromErrorData(toErrorData(error, path));
  }
}

function publicUrlOf(text: string | undefined): URL | null {
  if (text === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/u.test(url.protocol) || url.pathname !== '/' || url.search !== '')
    throw new HeddleError(
      'usage',
      '--public-url is a URL without a path: https://heddle.example. See: heddle help web',
    );
  return url;
}
