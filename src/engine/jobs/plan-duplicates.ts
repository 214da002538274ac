/** The files among which duplicates are looked for: those that have one size, once all are listed. */
import { HEAD_BYTES, groupingOf } from '../../common/duplicates';
import type { WalkEntry } from '../../common/walk';
import type { NewTask, PlannedEnd } from '../store/task-repository';
import type { JobSpec } from './job-spec';
import { linkLeftOut } from './plan-hash';
import { entryName, planWalk, settledEntry } from './plan-walk';
import type { PlannedChunk } from './planned-chunk';
import type { PlanContext } from './planners';

type HashSpec = Extract<JobSpec, { kind: 'hash' }>;

const HARD_LINK: PlannedEnd = { state: 'done', bytes: 0, finding: 'hard-link' };

export function planDuplicates(
  spec: HashSpec,
  cursor: string | null,
  context: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const plan = (entry: WalkEntry): NewTask | null => planEntry(spec, entry, context);
  return planWalk({ roots: spec.paths, rules: spec.rules, identify: true, plan }, cursor, context.threads);
}

function planEntry(spec: HashSpec, entry: WalkEntry, { tasks }: PlanContext): NewTask | null {
  if (entry.type === 'folder') return null;
  const { size, identity } = entry;
  const settled = linkLeftOut(entry) ?? settledEntry(entry);
  // Where it could not be looked at, nobody knows what it could be equal to.
  const isSmall = size !== null && size <= HEAD_BYTES;
  const digests =
    spec.cache && isSmall && identity !== null
      ? (tasks.knownDigests([identity], ['blake3']).get(identity) ?? null)
      : null;
  // Of a longer one the beginning is read all the same: it says with which files it is to be compared.
  const known = digests === null ? null : ({ state: 'done', bytes: size ?? 0, digests } as const);
  return {
    phase: 0,
    type: isSmall ? 'file' : 'head',
    root: entry.root,
    host: '',
    source: entry.path,
    target: null,
    name: entryName(spec.paths[entry.root] ?? '', entry.relative),
    size,
    // Whatever way a file is met again (a hard link, a path given twice, a link that is followed), it is one file.
    inode: settled === null ? (identity?.file ?? null) : null,
    ifInodeKnown: { type: 'hardlink', grouping: null, settled: HARD_LINK },
    grouping: size === null || settled !== null ? null : groupingOf(size, known?.digests.blake3),
    settled: settled ?? known,
  };
}
