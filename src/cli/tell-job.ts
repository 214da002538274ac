/** Prints one stored job: its line, what its threads gained, and where the time of each went. */
import { gainText } from '../common/model/job-gain';
import type { WorkerStatistics } from '../common/model/jobs';
import {
  NO_TIME,
  TIME_PARTS,
  TIME_PART_NAMES,
  addBills,
  type ThreadBill,
  type TimePart,
} from '../common/model/thread-bill';
import { formatDuration } from '../common/model/units';
import { visible } from '../common/model/visible';
import { commandText, type Engine } from '../engine';
import { jobLine } from './list-jobs';
import { print } from './print';

export async function tellJob(engine: Engine, id: number, json: boolean): Promise<void> {
  const job = engine.job(id);
  const workers = engine.statistics(id);
  if (json) {
    await print(`${JSON.stringify({ type: 'job', ...job, workerStatistics: workers })}\n`);
    return;
  }
  const lines = [
    jobLine(job),
    gainText(job, workers) ?? [],
    billLines(workers),
    await commandLines(engine, id),
  ].flat();
  await print(lines.map((line) => `${line}\n`).join(''));
}

/** What does the same again; none where the job's keys are lost. */
async function commandLines(engine: Engine, id: number): Promise<string[]> {
  const command = await engine.commandOf(id).catch(() => null);
  if (command === null) return [];
  const { text, leftOut } = commandText(command, process.platform === 'win32' ? 'powershell' : 'sh');
  return [
    ...text.split('\n').map(visible),
    ...(leftOut.length === 0 ? [] : [`# Left out: ${leftOut.join('; ')}`]),
  ];
}

/** A row for each thread and, of several, one for all; a column for each part that any of them has. */
export function billLines(workers: readonly WorkerStatistics[]): string[] {
  const rows = workers.flatMap(({ worker, bill }) => (bill === null ? [] : [{ name: `W${worker}`, bill }]));
  const all = rows.reduce((sum, { bill }) => addBills(sum, bill), NO_TIME);
  const parts = TIME_PARTS.filter((part) => all[part] >= 0.5);
  if (parts.length === 0) return [];
  if (rows.length > 1) rows.push({ name: 'all', bill: all });
  const widths = parts.map((part) => Math.max(TIME_PART_NAMES[part].length, 10));
  const line = (name: string, cell: (part: TimePart) => string): string =>
    [name.padEnd(4), ...parts.map((part, at) => cell(part).padStart(widths[at] ?? 0))].join('  ');
  return [
    line('', (part) => TIME_PART_NAMES[part]),
    ...rows.map(({ name, bill }) => line(name, (part) => cellText(bill, part))),
  ];
}

function cellText(bill: ThreadBill, part: TimePart): string {
  return bill[part] < 0.5 ? '–' : formatDuration(bill[part]);
}
