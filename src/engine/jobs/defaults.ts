/** How many threads, and how many tasks on each, where the user left it open. */
import { availableParallelism } from 'node:os';
import type { JobKind, Mode } from '../../common/model/jobs';
import type { Settings } from '../../common/model/settings';

/**
 * Downloads wait, and a thread waits for many servers at once; hashing computes,
 * so it takes as many as cores; copying keeps one busy too.
 * @param best what an experiment found to be best on this machine comes before that
 */
export function automaticWorkers(kind: JobKind, best: Settings['bestWorkers']): number {
  return best[kind === 'verify' ? 'hash' : kind] ?? usualWorkers(kind);
}

function usualWorkers(kind: JobKind): number {
  const cores = availableParallelism();
  switch (kind) {
    case 'download':
      return Math.max(2, Math.min(8, cores));
    case 'hash':
    case 'verify':
      return cores;
    case 'copy':
      return Math.max(2, Math.min(8, cores));
  }
}

/** Threads that a mode really has. */
export function threadsOf(mode: Mode, size: number): number {
  return mode === 'pool' || mode === 'thread-per-task' ? size : 1;
}
