/** Chosen rows as text for the clipboard: a line each, in the order in which they are shown. */
import { shellText } from '../../common/command-line/shell-text';
import type { RowText } from '../../common/ipc';
import type { JobSummary } from '../../common/model/jobs';
import type { TaskRow } from '../../common/model/tasks';
import { fitsOnLine, visible } from '../../common/model/visible';
import type { TaskStore } from '../store/task-store';

const SLICE = 500;

/** Rows that have nothing of what is asked for give no line. */
export async function* rowLines(
  tasks: TaskStore,
  job: Pick<JobSummary, 'id' | 'kind' | 'algorithms'>,
  ordinals: Iterable<number>,
  what: RowText,
): AsyncGenerator<string, void, undefined> {
  let slice: number[] = [];
  const lines = (): string[] =>
    tasks.rows.byOrdinals(job.id, slice).flatMap((row) => {
      const text = textOf(row, job, what);
      return text === null ? [] : `${fitsOnLine(text) ? text : visible(text)}\n`;
    });
  for (const ordinal of ordinals) {
    slice.push(ordinal);
    if (slice.length < SLICE) continue;
    yield* lines();
    slice = [];
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield* lines();
}

function textOf(row: TaskRow, job: Pick<JobSummary, 'kind' | 'algorithms'>, what: RowText): string | null {
  const path = row.target ?? (row.type === 'url' ? null : row.source);
  const digest = digestOf(row, job);
  switch (what) {
    case 'url':
      return row.type === 'url' ? row.source : null;
    case 'curl':
      return row.type === 'url' ? curlCommand(row) : null;
    case 'path':
      return path;
    case 'digest':
      return digest;
    case 'error':
      return row.error?.message ?? null;
    case 'row':
      if (row.type === 'url' || path === null) return row.source;
      return digest === null ? path : `${digest}  ${path}`;
  }
}

/** As the system's usual shell takes it. curl(1) takes brackets and braces in URLs for ranges, unless told otherwise. */
function curlCommand({ name, source }: Pick<TaskRow, 'name' | 'source'>): string {
  const isWindows = process.platform === 'win32';
  const file = name.split(/[/\\]/u).at(-1) ?? name;
  return shellText(
    [
      // PowerShell has a command of its own that is called curl.
      isWindows ? 'curl.exe' : 'curl',
      '--location',
      ...(/[[\]{}]/u.test(source) ? ['--globoff'] : []),
      '--output',
      file.startsWith('-') ? `./${file}` : file,
      source,
    ],
    isWindows ? 'powershell' : 'sh',
  );
}

/** Of the algorithm that the job computes first. */
function digestOf({ digests }: TaskRow, { algorithms }: Pick<JobSummary, 'algorithms'>): string | null {
  if (digests === null) return null;
  const [first] = algorithms;
  return (first === undefined ? undefined : digests[first]) ?? Object.values(digests)[0] ?? null;
}
