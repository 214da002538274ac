/** What a mirror did not delete, and why: one decision for dry runs and real ones, and one sentence for it. Pure. */
import type { ErrorData } from '../../common/model/errors';
import { formatCount } from '../../common/model/units';

/** What stands in the way of deleting. */
export interface Obstacles {
  /** Targets that differ, of which nobody has said what becomes of them. */
  readonly undecided: number;
  /** Other entries of the source that were not copied, or cannot be. */
  readonly uncopied: number;
}

/** Why nothing is deleted; `null`: nothing stands in the way. Whether something is truly extra cannot be told before. */
export function withheldBy({ undecided, uncopied }: Obstacles): ErrorData | null {
  if (uncopied > 0) {
    return {
      code: 'mirror-source-incomplete',
      message: 'It was not deleted, because not all of the source could be copied.',
      retryable: false,
    };
  }
  if (undecided === 0) return null;
  return {
    code: 'mirror-undecided',
    message: 'It was not deleted yet, because targets that differ wait for a decision.',
    retryable: false,
  };
}

/** The disk that the source was on may be gone: that is no reason to empty the copy. */
export const EMPTY_SOURCE: ErrorData = {
  code: 'mirror-source-empty',
  message: 'The source has no file to copy, so nothing was deleted. Is the disk there that it is on?',
  retryable: false,
};

/** Codes of what goes on when failed tasks run again. */
export const WITHHELD_FOR_NOW = ['mirror-source-incomplete', 'mirror-undecided'] as const;

/** One sentence for all of them. */
export function withheldText(count: number, code: string, dryRun: boolean): string {
  const things = `${formatCount(count)} extra ${count === 1 ? 'entry' : 'entries'} of the target`;
  const them = count === 1 ? 'it' : 'them';
  const would = dryRun ? 'would be deleted' : count === 1 ? 'was not deleted' : 'were not deleted';
  switch (code) {
    case 'mirror-undecided':
      return dryRun
        ? `${things} ${would} only after a decision on the targets that differ.`
        : `${things} ${would} yet: decide what becomes of the targets that differ, and the mirror deletes ${them}.`;
    case 'mirror-source-empty':
      return `${things} ${dryRun ? 'would be kept' : count === 1 ? 'was kept' : 'were kept'}: the source has no file to copy. Is the disk there that it is on?`;
    default:
      return dryRun
        ? `${things} ${would} only if all of the source could be copied.`
        : `${things} ${would}, because not all of the source could be copied. Fix this and retry, and the mirror deletes ${them}.`;
  }
}
