/** An engine in a process of its own, to be told what to do and then killed. */
import { Engine, Threads, type EngineEvents } from '../../index';
import { toErrorData } from '../../../common/model/errors';

type Method = (...args: readonly unknown[]) => unknown;

export interface Call {
  readonly id: number;
  readonly on: 'engine' | 'experiments';
  /** One that answers with data. */
  readonly method: string;
  readonly args: readonly unknown[];
}
/** The first one, of id 0, says that the engine is there. */
export type Answer = { readonly id: number } & ({ readonly result: unknown } | { readonly error: unknown });
/** What it tells without being asked. */
export interface Told {
  readonly id: null;
  readonly settled: EngineEvents['tasks-settled'];
}

const [dataDirectory = '', worker = ''] = process.argv.slice(2);

void (async () => {
  const engine = await Engine.open({
    dataDirectory,
    threads: new Threads(worker),
    waits: true,
    retryPolicy: { maxAttempts: 3, baseMs: 1, capMs: 5, random: () => 0.5 },
  });
  engine.on('tasks-settled', (settled) => {
    process.send?.({ id: null, settled } satisfies Told);
  });
  process.on('message', ({ id, on, method: name, args }: Call) => {
    const answer = (answered: Answer): void => void process.send?.(answered);
    const target: object = on === 'engine' ? engine : engine.experiments;
    const method = Reflect.get(target, name) as Method;
    void Promise.resolve()
      .then(() => method.call(target, ...args))
      .then(
        (result: unknown) => {
          answer({ id, result });
        },
        (error: unknown) => {
          answer({ id, error: toErrorData(error) });
        },
      );
  });
  process.send?.({ id: 0, result: null } satisfies Answer);
})();
