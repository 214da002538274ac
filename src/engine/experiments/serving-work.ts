/**
 * Many clients of one server. A thread of its own plays the clients; the server takes their requests here and hands the
 * work of each, some waiting and some computing, to the contender's executor.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { READY_WORK_TASKS, readyWorkTitle } from '../../common/experiments/works';
import type { ClientsData, FromClients, ToClients } from '../../common/threads/clients';
import { HeddleError, toErrorData } from '../../common/model/errors';
import type { ComputeWorkerOptions } from '../../common/threads/worker-options';
import type { Threads } from '../pool';
import { ComputeRun, type RunTools } from './compute-run';
import { COMPUTED_BYTES } from './compute-work';
import { cancelledError, unlessCancelled, type RunOutput, type Work } from './work';

/** About 4 ms of computing for each request. */
const ROUNDS = 110;
/** More than any contender has in flight by default, so that there is always a request to take. */
const MOST_CLIENTS = 64;

export function servingWork(
  asked: number | null,
  latencyMs: number,
  location: string,
  threads: Threads,
): Work {
  const count = asked ?? READY_WORK_TASKS.serving;
  const options: ComputeWorkerOptions = {
    kind: 'compute',
    bytes: COMPUTED_BYTES,
    rounds: ROUNDS,
    waitMs: latencyMs,
  };
  /** The newest run, also when it has ended. */
  let now: ComputeRun | null = null;
  return {
    kind: null,
    location,
    sources: [],
    title: () => readyWorkTitle('serving', count, latencyMs),
    prepare: () => Promise.resolve(),
    run: async (contender, measurement, signal) => {
      const tools = { threads, measurement, signal };
      const handler: { run: ComputeRun | null } = { run: null };
      const server = createServer((request, response) => {
        const id = Number(request.url?.slice(1));
        (handler.run?.task(id) ?? Promise.reject(cancelledError())).then(
          ({ failed, result }) => {
            response.statusCode = failed ? 500 : 200;
            response.end(result);
          },
          () => {
            response.destroy();
          },
        );
      });
      try {
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        const { port } = server.address() as AddressInfo;
        const clients = Math.min(MOST_CLIENTS, count);
        const data: ClientsData = {
          role: 'clients',
          url: `http://127.0.0.1:${port}`,
          clients,
          requests: count,
        };
        return await answered(data, tools, () => {
          now = handler.run = new ComputeRun(contender, options, count, tools, true);
          return handler.run;
        });
      } finally {
        await handler.run?.end();
        await closed(server);
      }
    },
    serving: () => now?.frame() ?? null,
    close: () => {
      now = null;
      return Promise.resolve();
    },
  };
}

/** @param begin is called once the clients are there: loading them is not measured */
async function answered(
  data: ClientsData,
  { threads, signal }: RunTools,
  begin: () => ComputeRun,
): Promise<RunOutput> {
  const worker = threads.start(data);
  const { promise, resolve, reject } = Promise.withResolvers<RunOutput>();
  let run: ComputeRun | null = null;
  worker.on('message', (message: FromClients) => {
    if (message.type === 'ready') {
      if (signal.aborted) return;
      run = begin();
      run.start().then(() => {
        const go: ToClients = 'go';
        worker.postMessage(go);
      }, reject);
      return;
    }
    const results = message.answers.map((answer, index) => ({
      name: `Request ${index + 1}`,
      failed: !answer.startsWith('200 '),
      result: answer,
    }));
    // Of the run's own threads: the clients' one has nothing more to do with the time.
    void run?.end().then(() => {
      resolve({ results, bytes: run?.bytes ?? 0 });
    });
  });
  worker.on('error', (error) => {
    reject(new HeddleError('clients-failed', `The clients failed: ${toErrorData(error).message}`));
  });
  worker.on('exit', () => {
    // After its answers that says nothing.
    if (run === null)
      reject(new HeddleError('clients-failed', 'The thread that plays the clients ended too early.'));
  });
  try {
    return await unlessCancelled(promise, signal);
  } finally {
    await worker.terminate();
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
