/** Groups of duplicates in the terminal: paths alone, so that others can go on with them. */
import type { JobSummary } from '../common/model';
import { formatBytes, formatCount } from '../common/units';
import type { Engine } from '../engine';
import { print } from './print';
import { printable } from './printable';
import type { RunOptions } from './run-jobs';

/** One path a line, an empty line between groups; with `--json` a line for each group. What they come to is a message. */
export async function tellDuplicates(engine: Engine, job: JobSummary, options: RunOptions): Promise<void> {
  const { json, quiet, duplicates } = options;
  if (duplicates !== undefined) await engine.writeDuplicates(job.id, duplicates.format, duplicates.path);
  if (json) {
    for await (const piece of engine.exportDuplicates(job.id, 'jsonl')) await print(piece);
    return;
  }
  if (duplicates === undefined) {
    for await (const lines of engine.listDuplicates(job.id))
      await print(process.stdout.isTTY ? shown(lines) : lines);
  }
  if (quiet) return;
  const { groups, files, reclaimableBytes } = (await engine.duplicateGroups(job.id, 0, 0)).totals;
  process.stderr.write(
    `${formatCount(groups)} groups of ${formatCount(files)} files; ${formatBytes(reclaimableBytes)} could be won\n`,
  );
}

/** A program gets names byte for byte; a terminal must not act upon them. */
function shown(lines: Uint8Array): string {
  return Buffer.from(lines).toString('utf8').split('\n').map(printable).join('\n');
}
