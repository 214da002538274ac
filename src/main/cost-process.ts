/** A process in which threads are measured: Electron's own kind, since the packed app is no Node for others to start. */
import { join } from 'node:path';
import { utilityProcess } from 'electron';
import type { CostProcess } from '../engine';

export function startCostProcess(argument: string): CostProcess {
  const child = utilityProcess.fork(join(__dirname, 'thread-costs.cjs'), [argument], {
    serviceName: 'Heddle: measuring threads',
    stdio: 'ignore',
  });
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<CostProcess['answer']>>();
  child.once('message', resolve);
  child.once('exit', (code) => {
    reject(new Error(`the process that measures ended with code ${code}.`));
  });
  return {
    answer: promise,
    kill: () => {
      child.kill();
    },
  };
}
