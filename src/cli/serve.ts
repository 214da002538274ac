import { once } from 'node:events';
import { EXIT } from './exit-status';
import { serveDirectory } from '../engine/serve';

interface ServeFlags {
  readonly port: number;
  readonly latency: number;
  readonly rate?: number;
}

/** Serves until SIGINT or SIGTERM; prints its URL on its first line. @returns the exit status */
export async function serve(directory: string, flags: ServeFlags): Promise<number> {
  const server = await serveDirectory({
    directory,
    port: flags.port,
    latencyMs: flags.latency,
    ...(flags.rate === undefined ? {} : { bytesPerSecond: flags.rate }),
  });
  process.stdout.write(`${server.url}\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await server.close();
  return EXIT.done;
}
