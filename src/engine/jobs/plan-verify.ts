/** The files that a manifest lists; with `strict` also those below the root that it does not. Or all of a bag. */
import { linkLeftOut, settledEntry } from '../../files/planned-tasks';
import {
  CHUNK,
  planChunk,
  type PlannedTask,
  type PlannedEnd,
  type PlannedChunk,
} from '../../common/model/packet';
import type { PlanContext } from './plan-context';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { HeddleError, fromErrorData, toErrorData, type ErrorData } from '../../common/model/errors';
import type { ExpectedFile, Finding } from '../../common/model/tasks';
import { displayName, displayPath, joinPath, type FsPath } from '../../common/model/paths';
import type { WalkEntry } from '../../common/threads/walk';
import { native, parentPath } from '../../files/entries';
import {
  isBagManifest,
  readManifest,
  type ManifestEntry,
  type ManifestItem,
  type ManifestNote,
  type ManifestProblem,
} from '../formats/manifest';
import { bagEscapes, readBag, type Bag } from './bag';
import type { JobSpec } from './job-spec';
import { belowRoot, keyOf, ListedFiles, type ListedFile } from './listed-file';
import { ListedFilter } from './listed-filter';
import { assertWhole } from './own-list';
import { planWalk } from './plan-walk';

type VerifySpec = Extract<JobSpec, { kind: 'verify' }>;

/** Says that the manifest is planned; the cursor of the walk for files that it does not list follows. */
const WALK = 'walk:';
/** Says that what is wrong with a bag apart from its files is planned. */
const BAG = 'bag';
const BASE = { phase: 0, type: 'file', root: 0, host: '', target: null, size: null } as const;

/** One list, with what tells how its names are read. */
interface List {
  readonly path: FsPath;
  /** As messages call it. */
  readonly shown: string;
  /** Begins the groupings of what it lists, by which files that it does not list are told. */
  readonly key: string;
  readonly files: ListedFiles;
  readonly filter: ListedFilter;
  readonly fetched: ReadonlySet<string>;
}

export async function* planVerify(
  spec: VerifySpec,
  cursor: string | null,
  context: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const bag = spec.bag === true ? await readBag(spec.root) : null;
  const isWalking = cursor?.startsWith(WALK) === true;
  if (!isWalking) {
    if (cursor === null && bag !== null) yield planChunk(bag.faults.map(bagFault), BAG);
    yield* planLists(spec, bag, cursor === BAG ? null : cursor);
    // A bag may hold nothing.
    if (bag === null) refuseNothing(spec, context);
  }
  if (!spec.strict && bag === null) return;
  if (!isWalking) yield planChunk([], WALK);
  // Until here everything that is listed is stored.
  const plan = (entry: WalkEntry): PlannedTask | null => planExtra(spec, bag, entry, context);
  const after = isWalking ? cursor.slice(WALK.length) : '';
  const roots = [bag === null ? spec.root : joinPath(spec.root, 'data')];
  const walk = { roots, rules: spec.rules, identify: false, plan };
  for await (const chunk of planWalk(walk, after === '' ? null : after, context.threads))
    yield { ...chunk, cursor: WALK + chunk.cursor };
}

/** A verification that read no file has verified nothing. */
function refuseNothing(spec: VerifySpec, { tasks, jobId }: PlanContext): void {
  if (tasks.rows.hasTasks(jobId)) return;
  const shown = spec.shown ?? displayPath(spec.manifest);
  throw new HeddleError(
    'nothing-verified',
    spec.ignoreMissing === true
      ? `None of the files listed in ${shown} exist; nothing was verified.`
      : `The rules exclude every file listed in ${shown}; nothing was verified.`,
  );
}

/** The cursor says which version of which manifest it is of, and how many of its items are planned. */
async function* planLists(
  spec: VerifySpec,
  bag: Bag | null,
  cursor: string | null,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const [known = null, planned = '0', first = '0'] = cursor?.split(' ') ?? [];
  const filter = new ListedFilter(spec.root, spec.rules);
  const lists = await listsOf(spec, bag, filter);
  for (const [index, list] of lists.entries()) {
    if (index < Number(first)) continue;
    if (spec.shown !== undefined) await assertWhole(list.path, spec.bytes);
    const { size, mtimeMs } = await stat(native(list.path)).catch((error: unknown) => {
      throw fromErrorData(toErrorData(error, displayPath(list.path)));
    });
    const version = `${size}:${mtimeMs}`;
    const isGoingOn = known !== null && index === Number(first);
    if (isGoingOn && known !== version) {
      throw new HeddleError(
        'manifest-changed',
        `${list.shown} changed since this verification began. Start a new one.`,
      );
    }
    let read = 0;
    const after = isGoingOn ? Number(planned) : 0;
    for await (const items of itemsOf(spec, list)) {
      for (let at = 0; at < items.length; at += CHUNK) {
        const part = items.slice(at, at + CHUNK);
        read += part.length;
        if (read <= after) continue;
        const left = part.slice(Math.max(0, part.length - (read - after)));
        const tasks = await Promise.all(left.map((item) => planItem(spec, list, item)));
        yield planChunk(
          tasks.flatMap((task) => task ?? []),
          `${version} ${read} ${index}`,
        );
      }
    }
  }
}

async function listsOf(spec: VerifySpec, bag: Bag | null, filter: ListedFilter): Promise<readonly List[]> {
  if (bag !== null) {
    const files = new ListedFiles(spec.root, { takesOutside: false, followsLinks: false }, bag.escapes);
    return bag.manifests.map(({ name, isPayload }, index) => {
      const path = joinPath(spec.root, name);
      const key = isPayload ? bagKey(index) : 'tag:';
      return { path, shown: displayPath(path), key, files, filter, fetched: bag.fetched };
    });
  }
  const { manifest, root, outside } = spec;
  const escapes = isBagManifest(displayName(manifest)) ? await bagEscapes(parentPath(manifest)) : null;
  const takes = { takesOutside: outside, followsLinks: spec.rules.links === 'follow' };
  const files = new ListedFiles(root, takes, escapes);
  return [
    {
      path: manifest,
      shown: spec.shown ?? displayPath(manifest),
      key: '',
      files,
      filter,
      fetched: new Set(),
    },
  ];
}

function bagKey(index: number): string {
  return `${index}:`;
}

async function* itemsOf(
  spec: VerifySpec,
  { path }: List,
): AsyncGenerator<readonly ManifestItem[], void, undefined> {
  try {
    yield* readManifest(createReadStream(native(path), { highWaterMark: 256 * 1024 }), {
      fileName: spec.shown === undefined ? displayName(path) : null,
      algorithm: spec.algorithm,
    });
  } catch (error) {
    const data = toErrorData(error, displayPath(path));
    // A bag may hold nothing.
    if (spec.bag === true && data.code === 'manifest-unreadable' && (await stat(native(path))).size === 0)
      return;
    throw fromErrorData(data);
  }
}

async function planItem(spec: VerifySpec, list: List, item: ManifestItem): Promise<PlannedTask | null> {
  if ('message' in item) return planProblem(list, item);
  return 'note' in item ? planNote(list, item) : planFile(spec, list, item);
}

function planProblem({ shown }: List, { line, text, message }: ManifestProblem): PlannedTask {
  const settled = unreadable('manifest-line', `Line ${line} of ${shown} ${message}.`);
  return { ...BASE, source: text, name: text.slice(0, 200), settled };
}

function planNote({ shown }: List, { note }: ManifestNote): PlannedTask {
  const reason = reasonOf('signature-not-checked', `${shown} ${note}`);
  return { ...BASE, source: shown, name: 'Signature', settled: { state: 'skipped', reason } };
}

async function planFile(spec: VerifySpec, list: List, item: ManifestEntry): Promise<PlannedTask | null> {
  const { shown, filter, files, fetched, key } = list;
  const found = await files.find(item);
  const { path, stats, note } = found;
  const name = displayPath(found.name);
  if (!filter.takes(belowRoot(spec.root, path) ?? found.name)) return null;
  if (found.outside) {
    const shownRoot = displayPath(spec.root);
    const message =
      found.outside === 'written'
        ? `Line ${item.line} of ${shown} points outside ${shownRoot}; ${name} was not opened.`
        : `Line ${item.line} of ${shown} leads out of ${shownRoot} through a symbolic link; ${name} was not opened. Allow files outside the folder (--outside) to check it.`;
    return { ...BASE, source: path, name, settled: unreadable('outside-root', message) };
  }
  if (found.isMissing && spec.ignoreMissing === true) return null;
  const size = stats?.isFile() === true ? stats.size : null;
  if (!filter.takesSize(size)) return null;
  const { digests, alternatives, size: listedSize } = item;
  const expected: ExpectedFile = {
    digests,
    alternatives,
    size: listedSize,
    ...(note === null ? {} : { note }),
  };
  const hasGrouping = spec.strict || spec.bag === true;
  return {
    ...BASE,
    source: path,
    name,
    size,
    request: JSON.stringify(expected),
    ...(hasGrouping ? { grouping: key + keyOf(path) } : {}),
    settled: notFetched(found, item, fetched),
  };
}

function notFetched(
  { path, isMissing }: ListedFile,
  { name }: ManifestEntry,
  fetched: List['fetched'],
): PlannedEnd | null {
  if (!isMissing || !fetched.has(displayPath(name))) return null;
  const message = `${displayPath(path)} is not there: fetch.txt says from where it is to be fetched.`;
  return failedAs('missing', 'missing', message);
}

function bagFault(message: string): PlannedTask {
  return { ...BASE, source: message, name: 'bagit.txt', settled: unreadable('bag', message) };
}

function planExtra(
  spec: VerifySpec,
  bag: Bag | null,
  entry: WalkEntry,
  { tasks, jobId }: PlanContext,
): PlannedTask | null {
  const { root } = spec;
  const base = bag === null ? root : joinPath(root, 'data');
  // Where links are followed, the path is what it leads to; a list has the link.
  const path = joinPath(base, entry.relative);
  if (entry.type === 'folder' || keyOf(path) === keyOf(spec.manifest)) return null;
  const lists = (key: string): boolean => tasks.rows.hasGrouping(jobId, key + keyOf(path));
  const payload = bag?.manifests.filter(({ isPayload }) => isPayload) ?? [];
  const lacking = payload.filter((_, index) => !lists(bagKey(index)));
  const isListed = bag === null ? lists('') : lacking.length < (bag.isListedInAll ? 1 : payload.length);
  if (isListed) return null;
  const name = displayPath(belowRoot(root, path) ?? entry.relative);
  const by =
    bag === null
      ? (spec.shown ?? displayPath(spec.manifest))
      : lacking.map((each) => each.name).join(' and ');
  const extra = failedAs('extra', 'extra', `${displayPath(path)} is not listed in ${by}.`);
  const settled = entry.type === 'file' ? extra : (linkLeftOut(entry) ?? settledEntry(entry));
  return { ...BASE, source: entry.path, name, size: entry.size, settled };
}

function unreadable(code: string, message: string): PlannedEnd {
  return failedAs('unreadable', code, message);
}

function failedAs(finding: Finding, code: string, message: string): PlannedEnd {
  return { state: 'failed', reason: reasonOf(code, message), finding };
}

function reasonOf(code: string, message: string): ErrorData {
  return { code, message, retryable: false };
}
