/** A job's tasks as CSV (RFC 4180), JSON Lines or a list of what failed, streamed from the database. */
import type { ExportFormat } from '../../common/model/responses';
import { HeddleError } from '../../common/model/errors';
import { taskLine } from '../../common/model/json-lines';
import type { TaskRow } from '../../common/model/tasks';
import { fitsOnLine, visible } from '../../common/model/visible';
import { statusOf } from './responses';
import type { TaskRepository } from '../store/task-repository';

const PAGE = 500;

const COLUMNS: readonly (readonly [name: string, value: (row: TaskRow) => string | number | null])[] = [
  ['state', (row) => row.state],
  ['source', (row) => row.source],
  ['target', (row) => row.target],
  ['bytes', (row) => row.bytes],
  ['status', (row) => row.facts?.status ?? statusOf(row.error?.code ?? null)],
  ['integrity', (row) => row.facts?.integrity ?? null],
  ['first_byte_ms', (row) => rounded(row.facts?.times.firstByteMs ?? null)],
  [
    'ms',
    (row) =>
      rounded(row.startedAtMs === null || row.endedAtMs === null ? null : row.endedAtMs - row.startedAtMs),
  ],
  ['attempts', (row) => row.attempts],
  ['worker', (row) => row.worker],
  [
    'digests',
    (row) =>
      Object.entries(row.digests ?? {})
        .map(([name, hex]) => `${name}=${hex}`)
        .join(' '),
  ],
  ['error_code', (row) => row.error?.code ?? null],
  ['error', (row) => row.error?.message ?? null],
];

export async function* exportLines(
  tasks: TaskRepository,
  jobId: number,
  format: ExportFormat,
): AsyncGenerator<string, void, undefined> {
  if (format === 'failed-urls') {
    yield* failedSources(tasks, jobId);
    return;
  }
  if (format === 'csv') yield csvLine(COLUMNS.map(([name]) => name));
  for (let from = 0; ; from += PAGE) {
    const page = tasks.pageByOrdinal(jobId, from, PAGE);
    if (page.length === 0) return;
    for (const row of page) {
      yield format === 'csv'
        ? csvLine(COLUMNS.map(([, value]) => value(row)))
        : `${JSON.stringify(record(jobId, row))}\n`;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function* failedSources(tasks: TaskRepository, jobId: number): AsyncGenerator<string, void, undefined> {
  for (let offset = 0; ; offset += PAGE) {
    const page = tasks.pageByState(jobId, 'failed', offset, PAGE);
    if (page.length === 0) return;
    // Of a line that could not be read its number is known, and a remark in a list.
    for (const { source, error } of page) {
      if (error?.code === 'bad-url') yield `# ${visible(error.message)}\n`;
      else if (fitsOnLine(source)) yield `${source}\n`;
      else {
        throw new HeddleError(
          'name-with-control-character',
          `${visible(source)} does not fit on a line. Export the job as jsonl or csv.`,
        );
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** As `--json` has it, with how a download ended. */
function record(jobId: number, row: TaskRow): Record<string, unknown> {
  return { ...taskLine(jobId, row), ...(row.facts === null ? {} : { facts: row.facts }) };
}

export function csvLine(values: readonly (string | number | null)[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

function csvField(value: string | number | null): string {
  const text = String(value ?? '');
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}
