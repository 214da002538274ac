/** A process in which threads are measured: Electron's own kind, since the packed app is no Node for others to start. */
import { join } from 'node:path';
import { utilityProcess } from 'electron';
import { costProcessOf, type CostProcess } from '../engine';

export function startCostProcess(argument: string): CostProcess {
  return costProcessOf(
    utilityProcess.fork(join(__dirname, 'thread-costs.cjs'), [argument], {
      serviceName: 'Heddle: measuring threads',
      stdio: 'ignore',
    }),
  );
}
