import type { Threads } from '../engine';
import { serveDirectory } from '../engine/serve';
import { EXIT } from './exit-status';
import { visible } from '../common/model/visible';
import type { ServeFlags } from './serve-flags';
import { ServeProgress } from './serve-progress';
import { onStop } from './stop-signals';

/** Serves until SIGINT or SIGTERM; prints its URL on its first line. @returns the exit status */
export async function serve(directory: string, flags: ServeFlags, threads: Threads): Promise<number> {
  const server = await serveDirectory({
    directory,
    port: flags.port,
    host: flags.host,
    latencyMs: flags.latency,
    jitterMs: flags.jitter,
    errorShare: flags.errors,
    bytesPerSecond: flags.rate ?? null,
    ...(flags.workers > 1 ? { spread: { threads, count: flags.workers } } : {}),
  });
  const { promise: signal, resolve: stop } = Promise.withResolvers<void>();
  const stopListening = onStop(stop);
  process.stdout.write(`${server.url}\n`);
  for (const note of server.notes) process.stderr.write(`heddle: ${visible(note)}\n`);
  const progress = flags.quiet === true ? null : new ServeProgress(process.stderr, () => server.read());
  await signal;
  stopListening();
  progress?.stop();
  await server.close();
  return EXIT.done;
}
