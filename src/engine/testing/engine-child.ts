/** An engine in a process of its own, which is made when something is asked of it, and can be killed. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { EngineEvents } from '../engine';
import { buildWorker } from './build-worker';
import type { Answer, Call, Told } from './old-databases/engine-process';

export class EngineChild {
  readonly #dataDirectory: string;
  readonly #worker: string;
  readonly #into: readonly string[];
  readonly #onSettled: (news: EngineEvents['tasks-settled']) => void;
  #child: ChildProcess | null = null;
  #calls = 0;

  /**
   * @param worker path of the threads' TypeScript, from this file
   * @param onSettled is told of the tasks that settle
   * @param into a command that runs the process, `unshare -n` say
   */
  constructor(
    dataDirectory: string,
    worker: string,
    onSettled: (news: EngineEvents['tasks-settled']) => void = () => undefined,
    into: readonly string[] = [],
  ) {
    this.#dataDirectory = dataDirectory;
    this.#worker = worker;
    this.#onSettled = onSettled;
    this.#into = into;
  }

  /** @throws what the engine throws, as JSON */
  async ask(call: Omit<Call, 'id'>): Promise<unknown> {
    const child = await this.#process();
    const id = (this.#calls += 1);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const gone = (): void => {
      reject(new Error(`The engine was killed before it answered: ${call.method}`));
    };
    const take = (message: Answer | Told): void => {
      if (message.id === id) resolve(message);
    };
    child.on('message', take).once('exit', gone);
    try {
      child.send({ ...call, id });
      const answered = await promise;
      if ('error' in answered) throw new Error(JSON.stringify(answered.error));
      return answered.result;
    } finally {
      child.off('message', take).off('exit', gone);
    }
  }

  async #process(): Promise<ChildProcess> {
    if (this.#child !== null) return this.#child;
    const script = (path: string): Promise<string> =>
      buildWorker(fileURLToPath(new URL(path, import.meta.url)));
    const engine = await script('old-databases/engine-process.ts');
    const [command, ...given] = this.#into;
    const child = fork(engine, [this.#dataDirectory, await script(this.#worker)], {
      serialization: 'advanced',
      ...(command === undefined ? {} : { execPath: command, execArgv: [...given, process.execPath] }),
    });
    this.#child = child;
    child.on('message', (message: Answer | Told) => {
      if ('settled' in message) this.#onSettled(message.settled);
    });
    await once(child, 'message');
    return child;
  }

  /** Of the process, once something was asked of it. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** By the signal that no process can answer. Resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}
