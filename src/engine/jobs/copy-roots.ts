/**
 * Where the sources of a copy go. It depends on what is written, never on what was copied before, so that every copy
 * can be repeated: `src` goes to `dst/src`; `src/` and `src/.` put their contents into `dst`.
 */
import { lstat, readFile, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { isWrittenAsContents } from '../../common/model/copy-options';
import { HeddleError } from '../../common/model/errors';
import type { CopyRequest } from '../../common/model/job-request';
import type { CopyRoot } from '../../common/threads/worker-options';
import { displayPath, joinPath, pathFromBytes, samePath, type FsPath } from '../../common/model/paths';
import { WORK_DIRECTORY_PREFIX } from '../../common/threads/walk';
import { absolutePath, realPath } from '../../files/absolute-path';
import { hasInode, isSameFile, lastPart, native, parentPath } from '../../files/entries';
import { listedPath, loosePath, looseKey } from '../../files/folded-names';
import { mountsIn } from '../../files/mounts';
import { mustExist } from './must-exist';
import { TargetProbe } from './target-names';

export interface CopyRoots {
  readonly destination: FsPath;
  readonly roots: readonly CopyRoot[];
}

interface Mapped {
  readonly source: FsPath;
  readonly target: FsPath;
  readonly isFolder: boolean;
  /** It keeps its name below the destination. */
  readonly isNamed: boolean;
}

/** @throws HeddleError where something of it cannot be, or would delete or overwrite what it should not */
export async function copyRoots(request: CopyRequest, token: string): Promise<CopyRoots> {
  const { sources, layout, options } = request;
  if (layout === 'exact' && sources.length > 1) {
    throw new HeddleError('bad-request', 'Only one source can become the destination itself.');
  }
  const destination = await realDestination(request);
  const mapped: Mapped[] = [];
  for (const written of sources) mapped.push(await map(written, destination, request));
  if (options.mirror && !mapped.some(({ isFolder }) => isFolder)) {
    throw new HeddleError(
      'bad-request',
      'A mirror needs a folder as its source: beside a single file it deletes nothing. Copy it without mirror.',
    );
  }
  for (const { source, target } of mapped) await refuseOntoItself(source, target);
  const probe = new TargetProbe(!options.dryRun, () => undefined);
  const areOne: AreOne = async (a, b) => {
    if (samePath(a, b)) return true;
    if (looseKey(a) !== looseKey(b)) return false;
    const traits = await probe.traits({ target: destination, workDirectory: WORK_DIRECTORY_PREFIX + token });
    return traits.mayFold && traits.areOne(a, b);
  };
  try {
    await refuseClashes(mapped, options.mirror, areOne);
  } finally {
    await probe.close();
  }
  if (options.mirror) await refuseSourcesInTargets(mapped);
  const roots: CopyRoot[] = [];
  for (const { source, target } of mapped) {
    const folder = (await isFolderThere(target, lstat)) ? target : parentPath(target);
    const workDirectory = joinPath(folder, WORK_DIRECTORY_PREFIX + token);
    const mounts = options.mirror ? await mountsAt(source) : [];
    roots.push({ source, target, workDirectory, ...(mounts.length > 0 && { mounts }) });
  }
  return { destination, roots };
}

async function mountsAt(folder: FsPath): Promise<string[]> {
  const mountinfo = await readFile('/proc/self/mountinfo', 'latin1').catch(() => '');
  const real = await realpath(native(folder), { encoding: 'buffer' });
  return mountsIn(mountinfo, real.toString('latin1'));
}

/** Whether single files keep their names below the destination, or the one takes its name. */
export async function receivesFiles({
  sources,
  destination,
  layout,
}: Pick<CopyRequest, 'sources' | 'destination' | 'layout'>): Promise<boolean> {
  if (layout === 'exact') return false;
  if (sources.length > 1 || isWrittenAsContents(destination, sep)) return true;
  const there = await stat(native(destination)).catch(() => null);
  if (there?.isDirectory() !== true) return false;
  // A link that an earlier copy of this same link has made is not a folder to go into.
  const text = await linkText(absolutePath(sources[0] ?? ''));
  return text === null || text !== (await linkText(absolutePath(destination)));
}

/** What is put straight into a folder goes to where a link of that name leads: the user named it. */
async function realDestination(request: CopyRequest): Promise<FsPath> {
  const destination = absolutePath(request.destination);
  const contents = await Promise.all(request.sources.map((written) => isContents(written, request)));
  if (!contents.includes(true)) return destination;
  const leadsTo = await stat(native(destination)).catch(() => null);
  if (leadsTo?.isDirectory() !== true) return destination;
  return (await lstat(native(destination))).isSymbolicLink() ? realPath(destination) : destination;
}

async function map(written: FsPath, destination: FsPath, request: CopyRequest): Promise<Mapped> {
  const source = absolutePath(written);
  await mustExist(source);
  const isLink = (await lstat(native(source))).isSymbolicLink();
  const leadsToFolder = await isFolderThere(source);
  if (isWrittenAsContents(written, sep) && !leadsToFolder) {
    throw new HeddleError(
      'not-a-folder',
      `${displayPath(source)} is not a folder: it has no contents. Write it without a slash at its end.`,
    );
  }
  if (await isContents(written, request)) {
    await refuseFile(destination);
    const folder = isLink ? realPath(source) : source;
    return { source: folder, target: destination, isFolder: true, isNamed: false };
  }
  const isFolder = leadsToFolder && (!isLink || request.rules.links === 'follow');
  // A link to a folder goes where that folder would go.
  if (request.layout !== 'exact' && (leadsToFolder || (await receivesFiles(request)))) {
    await refuseFile(destination);
    return { source, target: joinPath(destination, lastPart(source)), isFolder, isNamed: true };
  }
  if (isWrittenAsContents(request.destination, sep) || (await isFolderThere(destination, lstat))) {
    throw new HeddleError(
      'target-is-a-folder',
      `${displayPath(destination)} is a folder, which ${displayPath(source)} cannot become. Copy it into the folder, or to another name.`,
    );
  }
  return { source, target: destination, isFolder, isNamed: false };
}

/** Whether what is in the source goes straight into the destination. */
async function isContents(written: FsPath, { layout, rules }: CopyRequest): Promise<boolean> {
  if (isWrittenAsContents(written, sep)) return true;
  if (layout === 'named') return false;
  const follows = layout === 'contents' || rules.links === 'follow';
  return isFolderThere(absolutePath(written), follows ? stat : lstat);
}

async function isFolderThere(path: FsPath, look: typeof stat | typeof lstat = stat): Promise<boolean> {
  const stats = await look(native(path)).catch(() => null);
  return stats?.isDirectory() === true;
}

async function refuseFile(path: FsPath): Promise<void> {
  const there = await stat(native(path)).catch(() => null);
  if (there === null || there.isDirectory()) return;
  throw new HeddleError(
    'not-a-folder',
    `${displayPath(path)} is a file, but the destination must be a folder.`,
  );
}

/** Whether two names are one where the copies go. */
type AreOne = (a: FsPath, b: FsPath) => Promise<boolean>;

/** Two sources never become one file. What contents of folders bring is told by the names straight in them. */
async function refuseClashes(mapped: readonly Mapped[], mirror: boolean, areOne: AreOne): Promise<void> {
  for (const [index, one] of mapped.entries()) {
    for (const other of mapped.slice(index + 1)) {
      const [outer, inner] = one.isNamed ? [other, one] : [one, other];
      if (outer.isNamed) {
        const names = [lastPart(one.target), lastPart(other.target)] as const;
        if (!(await areOne(...names))) continue;
        throw new HeddleError(
          'same-name',
          samePath(...names)
            ? `Two sources are named ${displayPath(names[0])}; they cannot both become ${displayPath(one.target)}.`
            : `${displayPath(one.source)} and ${displayPath(other.source)} would both become ${displayPath(one.target)}, whose file system takes the two names for the same. Copy them one at a time, to folders of their own.`,
        );
      }
      const names = inner.isNamed ? [lastPart(inner.target)] : await namesIn(inner.source);
      const both = await commonName(await namesIn(outer.source), names, areOne);
      if (both !== null) {
        throw new HeddleError(
          'same-name',
          `${displayPath(outer.source)} and ${displayPath(inner.source)} would both become ${displayPath(joinPath(outer.target, both))}. Copy them one at a time, or to folders of their own.`,
        );
      }
      if (mirror) {
        throw new HeddleError(
          'bad-request',
          `A mirror of ${displayPath(outer.source)} would delete what ${displayPath(inner.source)} brings: both go into ${displayPath(outer.target)}. Mirror them one at a time, each to a folder of its own.`,
        );
      }
    }
  }
}

/** Of `names`, the first that is one of the others as well. */
async function commonName(
  others: readonly FsPath[],
  names: readonly FsPath[],
  areOne: AreOne,
): Promise<FsPath | null> {
  const byKey = new Map<string, FsPath[]>();
  for (const other of others) {
    const key = looseKey(other);
    byKey.set(key, [...(byKey.get(key) ?? []), other]);
  }
  for (const name of names) {
    for (const other of byKey.get(looseKey(name)) ?? []) if (await areOne(name, other)) return name;
  }
  return null;
}

async function namesIn(folder: FsPath): Promise<FsPath[]> {
  const names = await readdir(native(folder), { encoding: 'buffer' }).catch(() => []);
  return names.map(pathFromBytes);
}

/** A mirror deletes what its source lacks: a source that lies in a target would go. */
async function refuseSourcesInTargets(mapped: readonly Mapped[]): Promise<void> {
  for (const { target } of mapped) {
    if ((await stat(native(target)).catch(() => null)) === null) continue;
    const into = realPath(target);
    for (const { source } of mapped) {
      if (!(await isInFolder(realPath(source), into))) continue;
      throw new HeddleError(
        'copy-into-itself',
        `${displayPath(source)} lies in ${displayPath(target)}: a mirror would delete its own source.`,
      );
    }
  }
}

async function refuseOntoItself(source: FsPath, target: FsPath): Promise<void> {
  const from = await lstat(native(source), { bigint: true });
  const to = await stat(native(target), { bigint: true }).catch(() => null);
  if (to !== null && (isSameFile(to, from) || (!hasInode(to) && areOnePath(source, target)))) {
    throw new HeddleError(
      'copy-into-itself',
      `${displayPath(source)} and ${displayPath(target)} are the same; there is nothing to copy.`,
    );
  }
  if (!from.isDirectory()) return;
  // The nearest folder that exists decides where the target really lies.
  if (await isInFolder(nearestRealFolder(target), realPath(source))) {
    throw new HeddleError(
      'copy-into-itself',
      `${displayPath(target)} lies inside ${displayPath(source)}: a folder cannot be copied into itself.`,
    );
  }
}

/** Whether a path is that of the folder, or lies in it. Both are real paths. */
async function isInFolder(path: FsPath, folder: FsPath): Promise<boolean> {
  for (let above = path; ; above = parentPath(above)) {
    if (await isOne(above, folder)) return true;
    if (parentPath(above) === above) return false;
  }
}

/** By inodes: mounted at a second place, a folder has another path there. And by names: inodes may be made up. */
async function isOne(a: FsPath, b: FsPath): Promise<boolean> {
  if (samePath(a, b)) return true;
  const [one, other] = [await stat(native(a), { bigint: true }), await stat(native(b), { bigint: true })];
  if (one.dev !== other.dev) return false;
  if (isSameFile(one, other)) return true;
  return loosePath(a) === loosePath(b) && samePath(listedPath(a), listedPath(b));
}

/** Of two that are there; where files have no ids, their real paths tell. */
function areOnePath(a: FsPath, b: FsPath): boolean {
  return samePath(realPath(parentPath(a)), realPath(parentPath(b))) && samePath(lastPart(a), lastPart(b));
}

function nearestRealFolder(path: FsPath): FsPath {
  try {
    return realPath(path);
  } catch {
    const parent = parentPath(path);
    return parent === path ? path : nearestRealFolder(parent);
  }
}

async function linkText(path: FsPath): Promise<string | null> {
  return readlink(native(path), 'latin1').catch(() => null);
}
