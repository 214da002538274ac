/** The process that sorts long lists: Electron's own kind, since the packed app is no Node for others to start. */
import { join } from 'node:path';
import { utilityProcess } from 'electron';
import type { SortArguments, SortProcess } from '../engine';

export function startSorting(args: SortArguments): SortProcess {
  const child = utilityProcess.fork(join(__dirname, 'sort.cjs'), args, {
    serviceName: 'Heddle: sorting',
    stdio: 'ignore',
  });
  return {
    send: (request) => {
      child.postMessage(request);
    },
    onReply: (listener) => child.on('message', listener),
    onExit: (listener) => child.on('exit', listener),
    kill: () => child.kill(),
  };
}
