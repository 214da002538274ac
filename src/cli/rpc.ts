import { randomBytes } from 'node:crypto';
import { HeddleError } from '../common/model/errors';
import { displayPath } from '../common/model/paths';
import { visible } from '../common/model/visible';
import { absolutePath, type Engine } from '../engine';
import { readOrigin } from '../rpc/origins';
import { startRpc } from '../rpc/rpc-server';
import { EXIT } from './exit-status';
import { readTextFile } from './flag-file';
import { givenTextPath } from './given-path';
import type { RpcFlags } from './rpc-flags';
import { onStop } from './stop-signals';

/** Too short a secret is found by trying. */
const LEAST_CHARACTERS = 6;

/** Serves until SIGINT, SIGTERM or a client's `shutdown`; prints its URL on its first line. @returns the exit status */
export async function serveRpc(engine: Engine, flags: RpcFlags): Promise<number> {
  const { promise: ended, resolve: stop } = Promise.withResolvers<void>();
  const stopListening = onStop(stop);
  try {
    const { secret, isMade } = secretOf(engine, flags);
    const server = await startRpc({
      engine,
      host: flags.host,
      port: flags.port,
      secret,
      origins: flags.allowOrigin.map(origin),
      directory: displayPath(absolutePath(givenTextPath(flags.dir))),
      // The answer goes first.
      onShutdown: () => {
        setTimeout(stop, 100);
      },
      onEnded: ({ uri, result }) => {
        if (flags.quiet === true) return;
        if (result.status === 'complete') process.stdout.write(`${visible(result.path)}\n`);
        else if (result.status === 'error')
          process.stderr.write(`failed: ${visible(uri)}: ${visible(result.errorMessage)}\n`);
      },
    });
    process.stdout.write(`${server.url}\n`);
    if (isMade) process.stderr.write(`Secret: ${secret}\n`);
    if (server.note !== null && flags.quiet !== true) process.stderr.write(`heddle: ${server.note}\n`);
    await ended;
    await server.close();
    return EXIT.done;
  } finally {
    await engine.close({ interrupt: true });
    stopListening();
  }
}

function origin(text: string): string {
  const read = readOrigin(text);
  if (read !== null) return read;
  throw new HeddleError(
    'usage',
    '--allow-origin takes a scheme and a host: https://example.org. See: heddle help rpc',
  );
}

/** One that nobody gave is made once, and kept with the settings: clients need not be told another one each time. */
function secretOf(engine: Engine, flags: RpcFlags): { secret: string; isMade: boolean } {
  const given =
    flags.secret ??
    (flags.secretFile === undefined
      ? process.env['HEDDLE_RPC_SECRET']
      : readTextFile(flags.secretFile, 'The file of the secret (--secret-file)').split(/\r?\n/u, 1)[0]);
  if (given !== undefined) {
    if (given.trim().length < LEAST_CHARACTERS)
      throw new HeddleError(
        'usage',
        `The secret needs at least ${LEAST_CHARACTERS} characters. See: heddle help rpc`,
      );
    return { secret: given.trim(), isMade: false };
  }
  const { rpc } = engine.settings.get();
  const secret = rpc.secret ?? randomBytes(16).toString('hex');
  if (rpc.secret === null) engine.settings.set({ rpc: { ...rpc, secret } });
  return { secret, isMade: true };
}
