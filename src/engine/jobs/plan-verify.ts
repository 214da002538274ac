/** The files that a manifest lists; with `strict` also those below the root that it does not. */
import { createReadStream } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { HeddleError, fromErrorData, toErrorData } from '../../common/errors';
import type { ExpectedFile } from '../../common/model';
import {
  displayName,
  displayPath,
  joinPath,
  pathFromBytes,
  pathToBytes,
  samePath,
  type FsPath,
} from '../../common/paths';
import type { WalkEntry } from '../../common/walk';
import { native } from '../../files/entries';
import { readManifest, type ManifestEntry, type ManifestItem } from '../formats/manifest';
import type { NewTask } from '../store/task-repository';
import type { JobSpec } from './job-spec';
import { planWalk, settledEntry } from './plan-walk';
import { CHUNK, type PlannedChunk } from './planned-chunk';
import type { PlanContext } from './planners';

type VerifySpec = Extract<JobSpec, { kind: 'verify' }>;

/** Says that the manifest is planned; the cursor of the walk for files that it does not list follows. */
const WALK = 'walk:';
const SLASH = 0x2f;
const DOT = 0x2e;

export async function* planVerify(
  spec: VerifySpec,
  cursor: string | null,
  context: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  if (cursor?.startsWith(WALK) !== true) yield* planEntries(spec, cursor);
  if (!spec.strict) return;
  // Until here everything that is listed is stored.
  const plan = (entry: WalkEntry): NewTask | null => planExtra(spec, entry, context);
  const after = cursor?.startsWith(WALK) === true ? cursor.slice(WALK.length) : null;
  const extras = planWalk(
    { roots: [spec.root], rules: spec.rules, identify: false, plan },
    after === '' ? null : after,
    context.threads,
  );
  for await (const { tasks, cursor: reached } of extras) yield { tasks, cursor: WALK + reached };
}

/** The cursor says which manifest it is of, and how many of its items are planned. */
async function* planEntries(
  spec: VerifySpec,
  cursor: string | null,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const { size, mtimeMs } = await stat(native(spec.manifest)).catch((error: unknown) => {
    throw fromErrorData(toErrorData(error, displayPath(spec.manifest)));
  });
  const version = `${size}:${mtimeMs}`;
  const [known = version, planned = '0'] = cursor?.split(' ') ?? [];
  if (known !== version) {
    throw new HeddleError(
      'manifest-changed',
      `${displayPath(spec.manifest)} changed since this verification began. Begin a new one.`,
    );
  }
  let read = 0;
  const after = Number(planned);
  for await (const items of itemsOf(spec)) {
    for (let at = 0; at < items.length; at += CHUNK) {
      const part = items.slice(at, at + CHUNK);
      read += part.length;
      if (read <= after) continue;
      const left = part.slice(Math.max(0, part.length - (read - after)));
      const tasks = await Promise.all(left.map((item) => planItem(spec, item)));
      yield { tasks, cursor: `${version} ${read}` };
    }
  }
  if (spec.strict) yield { tasks: [], cursor: WALK };
}

async function* itemsOf(spec: VerifySpec): AsyncGenerator<readonly ManifestItem[], void, undefined> {
  try {
    yield* readManifest(createReadStream(native(spec.manifest), { highWaterMark: 256 * 1024 }), {
      fileName: displayName(spec.manifest),
      algorithm: spec.algorithm,
    });
  } catch (error) {
    throw fromErrorData(toErrorData(error, displayPath(spec.manifest)));
  }
}

async function planItem(spec: VerifySpec, item: ManifestItem): Promise<NewTask> {
  const base = { phase: 0, type: 'file', root: 0, host: '', target: null, size: null } as const;
  if ('message' in item) {
    const reason = {
      code: 'manifest-line',
      message: `Line ${item.line} of ${displayPath(spec.manifest)} ${item.message}.`,
      retryable: false,
    };
    const settled = { state: 'failed', reason, finding: 'unreadable' } as const;
    return { ...base, source: item.text, name: item.text.slice(0, 200), settled };
  }
  const { path, outside } = resolveName(spec.root, item.name);
  const name = displayPath(withoutDots(item.name));
  if (outside && !spec.outside) {
    const reason = {
      code: 'outside-root',
      message: `Line ${item.line} of ${displayPath(spec.manifest)} leads out of ${displayPath(spec.root)}; ${name} was not opened.`,
      retryable: false,
    };
    return { ...base, source: path, name, settled: { state: 'failed', reason, finding: 'unreadable' } };
  }
  const size = await lstat(native(path)).then(
    (stats) => (stats.isFile() ? stats.size : null),
    () => null,
  );
  return {
    ...base,
    source: path,
    name,
    size,
    request: JSON.stringify(expectedOf(item)),
    ...(spec.strict ? { grouping: keyOf(path) } : {}),
    settled: null,
  };
}

function expectedOf({ digests, alternatives, size }: ManifestEntry): ExpectedFile {
  return { digests, alternatives, size };
}

function planExtra(spec: VerifySpec, entry: WalkEntry, { tasks, jobId }: PlanContext): NewTask | null {
  if (entry.type === 'folder' || samePath(entry.path, spec.manifest)) return null;
  if (tasks.hasGrouping(jobId, keyOf(entry.path))) return null;
  const name = displayPath(entry.relative);
  const reason = {
    code: 'extra',
    message: `${displayPath(entry.path)} is not listed in ${displayPath(spec.manifest)}.`,
    retryable: false,
  };
  const extra = { state: 'failed', reason, finding: 'extra' } as const;
  const settled = entry.type === 'file' || entry.type === 'symlink' ? extra : settledEntry(entry);
  const { path: source, size } = entry;
  return { phase: 0, type: 'file', root: 0, host: '', source, target: null, name, size, settled };
}

/** Where a listed name lies, and whether that is outside of the root. Links are followed, as whoever listed it did. */
export function resolveName(
  root: FsPath,
  listed: FsPath,
): { readonly path: FsPath; readonly outside: boolean } {
  const isAbsolute = pathToBytes(listed)[0] === SLASH;
  const parts: Uint8Array[] = [];
  let outside = false;
  for (const part of partsOf(listed)) {
    if (!isUp(part)) parts.push(part);
    else if (parts.pop() === undefined) outside = true;
  }
  if (outside) return { path: isAbsolute ? listed : joinPath(root, listed), outside };
  const inner = parts.reduce<FsPath>(
    (path, part) => joinPath(path, pathFromBytes(part)),
    isAbsolute ? '/' : root,
  );
  return { path: inner, outside: isAbsolute && !isBelow(root, inner) };
}

function isBelow(root: FsPath, path: FsPath): boolean {
  const prefix = pathToBytes(joinPath(root, ''));
  const bytes = pathToBytes(path);
  return prefix.every((byte, index) => bytes[index] === byte);
}

/** Its names, without empty ones and `.`. */
function partsOf(path: FsPath): Uint8Array[] {
  const bytes = pathToBytes(path);
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let end = 0; end <= bytes.length; end++) {
    if (end < bytes.length && bytes[end] !== SLASH) continue;
    const part = bytes.subarray(start, end);
    if (part.length > 0 && !(part.length === 1 && part[0] === DOT)) parts.push(part);
    start = end + 1;
  }
  return parts;
}

function isUp(part: Uint8Array): boolean {
  return part.length === 2 && part[0] === DOT && part[1] === DOT;
}

/** As the manifest has it, but for what only says "from here". */
function withoutDots(name: FsPath): FsPath {
  return typeof name === 'string' ? name.replace(/^(?:\.\/)+/u, '') : name;
}

/** Of a path, as text that no other path has. */
function keyOf(path: FsPath): string {
  return typeof path === 'string' ? path : `\0${Buffer.from(path).toString('base64')}`;
}
