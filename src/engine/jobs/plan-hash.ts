/** The files of a hash job. Those whose digests are known need not be read. */
import { displayPath, joinPath, type FsPath } from '../../common/paths';
import type { Digests, FileIdentity } from '../../common/model';
import type { WalkEntry } from '../../common/walk';
import type { NewTask, PlannedEnd } from '../store/task-repository';
import type { JobSpec } from './job-spec';
import { entryName, planWalk, settledEntry } from './plan-walk';
import type { PlannedChunk } from './planned-chunk';
import type { PlanContext } from './planners';

type HashSpec = Extract<JobSpec, { kind: 'hash' }>;

export function planHash(
  spec: HashSpec,
  cursor: string | null,
  context: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  let known: ReadonlyMap<FileIdentity, Digests> = new Map();
  const prepare = (entries: readonly WalkEntry[]): void => {
    const identities = entries.flatMap(({ identity }) => identity ?? []);
    known = context.tasks.knownDigests(identities, spec.algorithms);
  };
  const plan = (entry: WalkEntry): NewTask | null => planEntry(spec, entry, known);
  return planWalk(
    { roots: spec.paths, rules: spec.rules, identify: spec.cache, prepare, plan },
    cursor,
    context.threads,
  );
}

function planEntry(
  spec: HashSpec,
  entry: WalkEntry,
  known: ReadonlyMap<FileIdentity, Digests>,
): NewTask | null {
  if (entry.type === 'folder') return null;
  return {
    phase: 0,
    type: 'file',
    root: entry.root,
    host: '',
    source: entry.path,
    target: spec.rules.links === 'follow' ? pathAsFound(spec, entry) : null,
    name: entryName(spec.paths[entry.root] ?? '', entry.relative),
    size: entry.size,
    settled: linkLeftOut(entry) ?? settledEntry(entry) ?? asKnown(entry, known),
  };
}

/** Of a file that a link led to, the link's: it is what the manifest lists. */
function pathAsFound(spec: HashSpec, entry: WalkEntry): FsPath | null {
  const root = spec.paths[entry.root] ?? '';
  const found = entry.relative === '' ? root : joinPath(root, entry.relative);
  return found === entry.path ? null : found;
}

/** A link that is given by name is reported by whoever opens it. */
export function linkLeftOut(entry: WalkEntry): PlannedEnd | null {
  return entry.type !== 'symlink' || entry.relative === '' ? null : leftOut(entry.path);
}

export function leftOut(link: FsPath): PlannedEnd {
  return {
    state: 'skipped',
    reason: {
      code: 'symbolic-link',
      message: `${displayPath(link)} is a symbolic link, which is not followed inside a folder.`,
      retryable: false,
    },
  };
}

function asKnown(entry: WalkEntry, known: ReadonlyMap<FileIdentity, Digests>): PlannedEnd | null {
  const digests = entry.identity === null ? undefined : known.get(entry.identity);
  return digests === undefined ? null : { state: 'done', bytes: entry.size ?? 0, digests };
}
