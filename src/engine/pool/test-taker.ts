/** A thread that takes what a board gives, for the test of the board. */
import { parentPort, workerData } from 'node:worker_threads';
import { ProgressBoard, type BoardShape } from '../../common/threads/board';

export interface TakerData {
  readonly shape: BoardShape;
  readonly board: SharedArrayBuffer;
  /** Int32: what it is to do next counts up by one; it answers with what it took. */
  readonly round: Int32Array;
}

const { shape, board: buffer, round } = workerData as TakerData;
const board = new ProgressBoard(shape, buffer);

parentPort?.on('message', (number: number) => {
  // Both sides begin at the same moment.
  Atomics.store(round, 0, number);
  const taken: number[] = [];
  for (let next = board.take(0); next !== null; next = board.take(0)) taken.push(next);
  parentPort?.postMessage(taken);
});
