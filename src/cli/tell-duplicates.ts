/** Groups of duplicates in the terminal: paths alone, so that others can go on with them. */
import type { DuplicateFormat } from '../common/model/duplicates';
import type { JobSummary } from '../common/model/jobs';
import { displayPath, type FsPath } from '../common/model/paths';
import { formatBytes, formatCount } from '../common/model/units';
import { visible } from '../common/model/visible';
import type { Engine } from '../engine';
import { print } from './print';

export interface DuplicateOutput {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Behind each path that is printed comes a NUL byte, not a line feed. */
  readonly nul?: boolean;
  /** Where groups of duplicates go; standard output otherwise. */
  readonly duplicates?: { readonly path: FsPath; readonly format: DuplicateFormat };
}

/**
 * One path a line, an empty line between groups; with `--json` a line for each group. What they come to is a message.
 * @returns whether all groups were told
 */
export async function tellDuplicates(
  engine: Engine,
  job: JobSummary,
  options: DuplicateOutput,
): Promise<boolean> {
  const { json, quiet, duplicates } = options;
  if (duplicates !== undefined) await engine.writeDuplicates(job.id, duplicates.format, duplicates.path);
  if (json) {
    for await (const piece of engine.exportDuplicates(job.id, 'jsonl')) await print(piece);
    return true;
  }
  const leftOut = duplicates === undefined ? await listPaths(engine, job, options.nul === true) : 0;
  if (leftOut > 0) {
    process.stderr.write(
      `heddle: ${formatCount(leftOut)} ${leftOut === 1 ? 'group is' : 'groups are'} not listed: --null (-0) or --json tells all of them\n`,
    );
  }
  if (quiet) return leftOut === 0;
  const { groups, files, reclaimableBytes } = (await engine.duplicateGroups(job.id, 0, 0)).totals;
  process.stderr.write(
    `${formatCount(groups)} groups of ${formatCount(files)} files; ${formatBytes(reclaimableBytes)} could be won\n`,
  );
  return leftOut === 0;
}

/** A program gets names byte for byte; a terminal must not act upon them. @returns how many groups were left out */
async function listPaths(engine: Engine, job: JobSummary, nul: boolean): Promise<number> {
  const toTerminal = process.stdout.isTTY && !nul;
  let leftOut = 0;
  const paths = engine.listDuplicates(job.id, {
    end: nul || toTerminal ? '\0' : '\n',
    onLeftOut: (path) => {
      leftOut += 1;
      process.stderr.write(`A name with a control character is not listed: ${visible(displayPath(path))}\n`);
    },
  });
  for await (const piece of paths) await print(toTerminal ? shown(piece) : piece);
  return leftOut;
}

function shown(piece: Uint8Array): string {
  return Buffer.from(piece).toString('utf8').split('\0').map(visible).join('\n');
}
