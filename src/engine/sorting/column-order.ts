/**
 * The order of a job's tasks by one of their columns. There is no index for it, which would cost every job: keys are
 * read in slices between which others get their turn, and sorted. What is kept is four bytes for each task.
 */
import type { TaskColumn } from '../../common/model/columns';
import type { Finding } from '../../common/model/tasks';
import type { TaskKeys } from '../store/task-keys';
import { TextKeys, sortedNumbers } from './radix';

/** Places in the job, by places in the sorted list. */
export interface Order {
  /** Tasks that it knows of; those planned since come behind them. */
  readonly length: number;
  /** Of them the last ones have no value. */
  readonly blank: number;
  at(place: number): number;
}

/** All of an order. */
export interface MadeOrder {
  readonly places: Uint32Array;
  readonly blank: number;
}

export function heldOrder({ places, blank }: MadeOrder): Order {
  return { length: places.length, blank, at: (place) => places[place] ?? 0 };
}

/** Of a list of so many tasks, from a place on. */
export function placesOf(
  order: Order,
  descending: boolean,
  total: number,
  offset: number,
  limit: number,
): number[] {
  const places: number[] = [];
  const valued = order.length - order.blank;
  for (let place = offset; place < Math.min(total, offset + limit); place++) {
    if (place >= order.length) places.push(place);
    else places.push(order.at(descending && place < valued ? valued - 1 - place : place));
  }
  return places;
}

/** What a user looks for, in this order; the others stand behind it as they are in the job. */
const ATTENTION: readonly (Finding | 'failed')[] = [
  'changed',
  'different',
  'missing',
  'only-left',
  'only-right',
  'moved',
  'extra',
  'unreadable',
  'clash',
  'withheld',
  'failed',
  'replaced',
  'deleted',
  'duplicate',
  'hard-link',
];

const SLICE = 2000;

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** @param total tasks of the job */
export function makeOrder(
  keys: TaskKeys,
  jobId: number,
  column: TaskColumn,
  total: number,
): Promise<MadeOrder> {
  return column === 'state' ? attentionOrder(keys, jobId, total) : columnOrder(keys, jobId, column, total);
}

/** Costs what there is to be looked at: the others are not read. */
async function attentionOrder(keys: TaskKeys, jobId: number, total: number): Promise<MadeOrder> {
  const places = new Uint32Array(total);
  const seen = new Uint8Array(total);
  let count = 0;
  const add = (place: number): void => {
    // A task may have failed and have a finding, and tasks are planned meanwhile.
    if (place >= total || seen[place] === 1) return;
    seen[place] = 1;
    places[count++] = place;
  };
  for (const what of ATTENTION) {
    let after = -1;
    for (;;) {
      const some = keys.placesOf(jobId, what, after, SLICE);
      for (const place of some) add(place);
      if (some.length < SLICE) break;
      after = some.at(-1) ?? after;
      await turn();
    }
  }
  for (let place = 0; place < total; place++) add(place);
  return { places, blank: 0 };
}

async function columnOrder(
  source: TaskKeys,
  jobId: number,
  column: Exclude<TaskColumn, 'state'>,
  total: number,
): Promise<MadeOrder> {
  const valued = new Uint32Array(total);
  const blank: number[] = [];
  const isText = column === 'name' || column === 'source';
  const texts = new TextKeys(isText ? total : 0);
  const numbers = new Float64Array(isText ? 0 : total);
  let count = 0;
  for (let from = 0; from < total; from += SLICE) {
    const slice = source.slice(jobId, column, from, Math.min(SLICE, total - from));
    for (let index = 0; index < slice.length; index++) {
      const key = slice[index] ?? null;
      const place = from + index;
      if (isText) texts.add(typeof key === 'string' ? key : '');
      else if (typeof key === 'number') numbers[place] = key;
      if (key === null) blank.push(place);
      else valued[count++] = place;
    }
    await turn();
  }
  let sorted: Uint32Array = valued.subarray(0, count);
  if (isText) texts.sort(sorted);
  else sorted = sortedNumbers(numbers, sorted);
  const places = new Uint32Array(total);
  places.set(sorted);
  places.set(blank, count);
  return { places, blank: blank.length };
}
