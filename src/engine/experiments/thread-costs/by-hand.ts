/** What it takes to run tasks on threads without a pool. The page "How threads work" shows this code. */
import { Worker } from 'node:worker_threads';
import type { SingleData, SingleTask } from '../../../common/threads/single';

// shown
export function byHand(script: string, tasks: readonly SingleTask[]): Promise<(string | Error)[]> {
  return Promise.all(tasks.map((task) => startThread(script, task)));
}

function startThread(script: string, task: SingleTask): Promise<string | Error> {
  return new Promise((resolve) => {
    let result: string | Error | null = null;
    const workerData: SingleData = { role: 'single', task };
    const thread = new Worker(script, { workerData });
    thread.on('message', (digest: string) => {
      result = digest;
    });
    // What it throws would end the whole process.
    thread.on('error', (error: Error) => {
      result = error;
    });
    // It may end without a word.
    thread.on('exit', (code) => {
      resolve(result ?? new Error(`The thread ended with code ${code} and no result.`));
    });
  });
}
// end
