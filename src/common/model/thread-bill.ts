/** Where the time of a job's threads went. */

/**
 * What a thread can do with its time, in the order in which it is shown.
 * - `work`: on a core
 * - `core`: ready to run, while other threads and programs had all cores
 * - `network`, `disk`: waiting for servers, and for devices
 * - `speedLimit`: held back by the job's or the app's speed limit
 * - `hostLimit`: every task that was left was held back for its host's sake: as many as it takes ran already, or it
 *   had said "later"
 * - `queue`: no task was left to take, or none was known yet
 * - `mainThread`: tasks were there, and the thread that hands them out and stores results had not come to it
 * - `absent`: it was not there: coming up, ended, or not asked for yet
 */
export const TIME_PARTS = [
  'work',
  'core',
  'network',
  'disk',
  'speedLimit',
  'hostLimit',
  'queue',
  'mainThread',
  'absent',
] as const;
export type TimePart = (typeof TIME_PARTS)[number];

/** Milliseconds; together the wall time of the job. */
export type ThreadBill = Readonly<Record<TimePart, number>>;

export const NO_TIME: ThreadBill = {
  work: 0,
  core: 0,
  network: 0,
  disk: 0,
  speedLimit: 0,
  hostLimit: 0,
  queue: 0,
  mainThread: 0,
  absent: 0,
};

/** As the terminal says them; the window has them in its catalogue. */
export const TIME_PART_NAMES: Readonly<Record<TimePart, string>> = {
  work: 'Work',
  core: 'Waiting for a core',
  network: 'Network',
  disk: 'Disk',
  speedLimit: 'Speed limit',
  hostLimit: 'Host limit',
  queue: 'Nothing queued',
  mainThread: 'Main thread',
  absent: 'Starting or ended',
};

export function addBills(left: ThreadBill, right: ThreadBill): ThreadBill {
  const sum = { ...left } as Record<TimePart, number>;
  for (const part of TIME_PARTS) sum[part] += right[part];
  return sum;
}

export function billTotal(bill: ThreadBill): number {
  return TIME_PARTS.reduce((sum, part) => sum + bill[part], 0);
}
