/** The files among which duplicates are looked for: those that have one size, once all are listed. */
import { entryName, linkLeftOut, settledEntry } from '../../files/planned-tasks';
import { type PlannedTask, type PlannedEnd, type PlannedChunk } from '../../common/model/packet';
import type { PlanContext } from './plan-context';
import { HEAD_BYTES, groupingOf } from '../../common/model/duplicates';
import { fileKey } from '../../common/model/tasks';
import type { WalkEntry } from '../../common/threads/walk';
import type { JobSpec } from './job-spec';
import { planFiles, type KnownDigests } from './plan-hash';

type HashSpec = Extract<JobSpec, { kind: 'hash' }>;

const HARD_LINK: PlannedEnd = { state: 'done', bytes: 0, finding: 'hard-link' };

export function planDuplicates(
  spec: HashSpec,
  cursor: string | null,
  context: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  return planFiles({ ...spec, algorithms: ['blake3'] }, cursor, context, {
    identify: true,
    // Of a longer file the beginning is read all the same: it says with which files it is to be compared.
    isRemembered: isSmall,
    plan: (entry, known) => planEntry(spec, entry, known),
  });
}

/** Whether its beginning is all of it. Of what could not be looked at, nobody knows. */
function isSmall({ size }: WalkEntry): boolean {
  return size !== null && size <= HEAD_BYTES;
}

function planEntry(spec: HashSpec, entry: WalkEntry, known: KnownDigests): PlannedTask | null {
  if (entry.type === 'folder') return null;
  const { size, identity } = entry;
  const settled = linkLeftOut(entry) ?? settledEntry(entry);
  const digests = identity === null ? undefined : known.get(identity);
  return {
    phase: 0,
    type: isSmall(entry) ? 'file' : 'head',
    root: entry.root,
    host: '',
    source: entry.path,
    target: null,
    name: entryName(spec.paths[entry.root] ?? '', entry.relative),
    size,
    // Whatever way a file is met again (a hard link, a path given twice, a link that is followed), it is one file.
    inode: settled !== null || identity === null ? null : fileKey(identity),
    ifInodeKnown: { type: 'hardlink', grouping: null, settled: HARD_LINK },
    grouping: size === null || settled !== null ? null : groupingOf(size, digests?.blake3),
    settled: settled ?? (digests === undefined ? null : { state: 'done', bytes: size ?? 0, digests }),
  };
}
