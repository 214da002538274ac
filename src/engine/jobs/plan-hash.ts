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
  return planFiles(spec, cursor, context, {
    identify: spec.cache,
    isRemembered: () => true,
    plan: (entry, known) => planEntry(spec, entry, known),
  });
}

/** What is remembered of the files that a walk gives, asked for once for each chunk of them. */
export type KnownDigests = ReadonlyMap<FileIdentity, Digests>;

export interface FilePlan {
  readonly identify: boolean;
  /** Whether digests that are remembered of it are of use. */
  readonly isRemembered: (entry: WalkEntry) => boolean;
  readonly plan: (entry: WalkEntry, known: KnownDigests) => NewTask | null;
}

/** The files of a job that computes digests, with those that are known. */
export function planFiles(
  { paths: roots, rules, algorithms, cache }: HashSpec,
  cursor: string | null,
  { threads, tasks }: PlanContext,
  { identify, isRemembered, plan }: FilePlan,
): AsyncGenerator<PlannedChunk, void, undefined> {
  let known: KnownDigests = new Map();
  const prepare = (entries: readonly WalkEntry[]): void => {
    if (!cache) return;
    const identities = entries.filter(isRemembered).flatMap(({ identity }) => identity ?? []);
    known = tasks.knownDigests(identities, algorithms);
  };
  const walked = { roots, rules, identify, prepare, plan: (entry: WalkEntry) => plan(entry, known) };
  return planWalk(walked, cursor, threads);
}

function planEntry(spec: HashSpec, entry: WalkEntry, known: KnownDigests): NewTask | null {
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

function asKnown(entry: WalkEntry, known: KnownDigests): PlannedEnd | null {
  const digests = entry.identity === null ? undefined : known.get(entry.identity);
  return digests === undefined ? null : { state: 'done', bytes: entry.size ?? 0, digests };
}
