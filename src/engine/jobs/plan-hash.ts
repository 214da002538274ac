/** The files of a hash job. Those whose digests are known need not be read. */
import { displayPath, joinPath, samePath, type FsPath } from '../../common/model/paths';
import type { Digests } from '../../common/model/digests';
import type { FileIdentity } from '../../common/model/tasks';
import type { WalkEntry } from '../../common/threads/walk';
import type { NewTask, PlannedEnd } from '../store/task-repository';
import type { JobSpec } from './job-spec';
import { entryName, planWalk, settledEntry } from './plan-walk';
import type { PlanContext, PlannedChunk } from './planned-chunk';

type HashSpec = Extract<JobSpec, { kind: 'hash' }>;

export function planHash(
  spec: HashSpec,
  cursor: string | null,
  context: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  return planFiles(spec, cursor, context, {
    identify: false,
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
  // With nothing remembered no file need be told from others.
  const remember = cache && !tasks.digestCache.isEmpty;
  let known: KnownDigests = new Map();
  const prepare = (entries: readonly WalkEntry[]): void => {
    if (!remember) return;
    const identities = entries.filter(isRemembered).flatMap(({ identity }) => identity ?? []);
    known = tasks.digestCache.known(identities, algorithms);
  };
  const walked = {
    roots,
    rules,
    identify: identify || remember,
    remember,
    followRoots: true,
    prepare,
    plan: (entry: WalkEntry) => plan(entry, known),
  };
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
    target: pathAsFound(spec, entry),
    name: entryName(spec.paths[entry.root] ?? '', entry.relative),
    size: entry.size,
    settled: linkLeftOut(entry) ?? settledRoot(entry) ?? settledEntry(entry) ?? asKnown(entry, known),
  };
}

/** What was named is to be hashed: where it is a FIFO or a device, the manifest lacks it, and that is no success. */
function settledRoot(entry: WalkEntry): PlannedEnd | null {
  if (entry.relative !== '' || entry.type !== 'special' || entry.reason === null) return null;
  return { state: 'failed', reason: entry.reason };
}

/** Of a file that a link led to, the link's: it is what the manifest lists. Links that were named are followed always. */
function pathAsFound(spec: HashSpec, entry: WalkEntry): FsPath | null {
  if (entry.relative !== '' && spec.rules.links !== 'follow') return null;
  const root = spec.paths[entry.root] ?? '';
  const found = entry.relative === '' ? root : joinPath(root, entry.relative);
  return samePath(found, entry.path) ? null : found;
}

export function linkLeftOut(entry: WalkEntry): PlannedEnd | null {
  return entry.type === 'symlink' ? leftOut(entry.path) : null;
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
