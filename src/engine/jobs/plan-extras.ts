/**
 * What a mirror removes: what the target has and the source lacks, by the same rules, so that what was left out of the
 * copy is left alone. Files first; the folders that they were in go when they are empty. What the source has under a
 * name that the target takes for the same is no extra.
 */
import { byteString } from '../../files/byte-strings';
import { encodeCursor } from '../../files/planned-tasks';
import { planChunk, type PlannedTask, type PlannedEnd, type PlannedChunk } from '../../common/model/packet';
import type { PlanContext } from './plan-context';
import { readFile, realpath } from 'node:fs/promises';
import { isInMount, mountsBelow } from '../../files/mounts';
import { displayPath, joinPath, type FsPath } from '../../common/model/paths';
import { WORK_DIRECTORY_PREFIX, type WalkCursor, type WalkEntry } from '../../common/threads/walk';
import { rulesAtTarget } from '../../files/walk-filter';
import { EMPTY_SOURCE } from './withheld';
import type { CopyRoot } from '../../common/threads/worker-options';
import { native } from '../../files/entries';
import { loosePath } from '../../files/folded-names';
import type { JobSpec } from './job-spec';
import { COPY_PHASES } from '../../files/planned-tasks';
import { walk } from './plan-walk';

export async function* planExtras(
  { roots, rules }: Extract<JobSpec, { kind: 'copy' }>,
  after: WalkCursor | null,
  { threads, tasks: stored, jobId }: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const mountinfo = await readFile('/proc/self/mountinfo', 'latin1').catch(() => '');
  const mounts = await Promise.all(
    roots.map(async ({ source, target }) => [
      // What is mounted at the target is somebody else's.
      ...(await mountsIn(mountinfo, target)),
      // What the copy did not go into is not missing at the source.
      ...(rules.oneFileSystem ? await mountsIn(mountinfo, source) : []),
    ]),
  );
  const targets = roots.map(({ target }) => target);
  const sources = roots.map(({ source }) => source);
  const data = {
    role: 'walk',
    roots: targets,
    rules: rulesAtTarget(rules),
    identify: false,
    after,
    sources,
  } as const;
  const empty = roots.map((_, root) => !stored.rows.hasSources(jobId, root));
  /** The extra folder that the walk is in, with `/` behind. */
  let inside: { readonly root: number; readonly prefix: string } | null = null;
  for await (const entries of walk(data, threads)) {
    const tasks: PlannedTask[] = [];
    for (const entry of entries) {
      const root = roots[entry.root];
      const { counterpart } = entry;
      if (root === undefined || counterpart === undefined || entry.relative === '' || isOurs(entry)) continue;
      const path = byteString(entry.relative);
      if (isInMount(mounts[entry.root] ?? [], path)) continue;
      // Left out at the source, so left alone here.
      if (entry.type === 'symlink' && rules.links === 'skip') continue;
      const isInside: boolean =
        inside !== null && inside.root === entry.root && path.startsWith(inside.prefix);
      if (!isInside) {
        inside = null;
        if (counterpart.isThere || isInOtherTarget(entry, roots)) continue;
        if (entry.type === 'folder') inside = { root: entry.root, prefix: `${path}/` };
      }
      // Those in an extra folder go with it.
      if (entry.type === 'folder' && isInside) continue;
      tasks.push(extra(entry, root, counterpart.path, empty[entry.root] === true ? KEPT : null));
    }
    const last = entries.at(-1);
    if (last !== undefined) yield planChunk(tasks, `extras${encodeCursor(last)}`);
  }
}

const KEPT: PlannedEnd = { state: 'skipped', finding: 'withheld', reason: EMPTY_SOURCE };

function extra(entry: WalkEntry, root: CopyRoot, source: FsPath, settled: PlannedEnd | null): PlannedTask {
  const isFolder = entry.type === 'folder';
  const failed: PlannedEnd | null =
    entry.type === 'error' && entry.reason !== null ? { state: 'failed', reason: entry.reason } : null;
  return {
    phase: isFolder ? COPY_PHASES.emptied : COPY_PHASES.extras,
    type: 'extra',
    root: entry.root,
    host: '',
    source,
    target: joinPath(root.target, entry.relative),
    name: displayPath(entry.relative),
    // A folder has none.
    size: isFolder ? null : 0,
    settled: failed ?? settled,
  };
}

function isOurs({ relative }: WalkEntry): boolean {
  return displayPath(relative)
    .split('/')
    .some((part) => part.startsWith(WORK_DIRECTORY_PREFIX));
}

/** What another of the job's sources goes to, what is in it, and the folders above it. */
function isInOtherTarget({ path, root }: WalkEntry, roots: readonly CopyRoot[]): boolean {
  const key = `${loosePath(path)}/`;
  return roots.some(({ target }, index) => {
    if (index === root) return false;
    const other = `${loosePath(target)}/`;
    return key.startsWith(other) || other.startsWith(key);
  });
}

async function mountsIn(mountinfo: string, folder: FsPath): Promise<string[]> {
  const real = await realpath(native(folder), { encoding: 'buffer' }).catch(() => null);
  return real === null ? [] : mountsBelow(mountinfo, real.toString('latin1'));
}
