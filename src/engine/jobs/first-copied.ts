/** The first file that a copy makes: seen before anything starts, it tells best where things go. */
import type { FirstCopied } from '../../common/model/copy-options';
import type { CopyRoot } from '../../common/threads/worker-options';
import { displayPath, joinPath } from '../../common/model/paths';
import type { WalkRules } from '../../common/model/walk-rules';
import type { Threads } from '../pool';
import { walk } from './plan-walk';

/** Entries of folders without a file that are looked through, in chunks of the walk. */
const MOST_CHUNKS = 20;

/** @returns `null` where there is none, or none soon */
export async function firstCopied(
  roots: readonly CopyRoot[],
  rules: WalkRules,
  threads: Threads,
): Promise<FirstCopied | null> {
  const sources = roots.map(({ source }) => source);
  const data = { role: 'walk', roots: sources, rules, identify: false, after: null } as const;
  let chunks = 0;
  for await (const entries of walk(data, threads)) {
    const first = entries.find(({ type }) => type === 'file' || type === 'symlink');
    const root = first === undefined ? undefined : roots[first.root];
    if (first !== undefined && root !== undefined) {
      const target = first.relative === '' ? root.target : joinPath(root.target, first.relative);
      return { source: displayPath(first.path), target: displayPath(target) };
    }
    chunks += 1;
    if (chunks === MOST_CHUNKS) break;
  }
  return null;
}
