/** The script of the process that one measurement of threads runs in. Its order is its argument, its answer a message. */
import { join } from 'node:path';
import { toErrorData, type ErrorData } from '../../../common/model/errors';
import { measureOnce, type CostOrder, type CostReading } from './measure-once';

export type CostAnswer =
  { readonly ok: true; readonly reading: CostReading } | { readonly ok: false; readonly error: ErrorData };

/** Electron's own processes answer here. */
interface ParentPort {
  postMessage(message: CostAnswer): void;
}

function answer(message: CostAnswer): void {
  const { parentPort } = process as { parentPort?: ParentPort };
  if (parentPort === undefined) process.send?.(message);
  else parentPort.postMessage(message);
}

const order = JSON.parse(process.argv[2] ?? '') as CostOrder;
measureOnce(join(__dirname, 'worker.cjs'), order).then(
  (reading) => {
    answer({ ok: true, reading });
  },
  (error: unknown) => {
    answer({ ok: false, error: toErrorData(error) });
  },
);
