/** Groups of equal files, read from the database: by page for the window, streamed for the terminal and for files. */
import {
  PATHS_SHOWN,
  type DuplicateFormat,
  type DuplicateGroup,
  type DuplicatePage,
  type DuplicateTotals,
} from '../../common/model/duplicates';
import { displayPath, pathToBytes, type FsPath } from '../../common/model/paths';
import { fitsOnLine } from '../../common/model/visible';
import type { GroupMember, StoredGroup } from '../store/duplicate-repository';
import type { TaskStore } from '../store/task-store';
import { csvLine } from './export';
import { SLICE, turn } from './grouped-tasks';

/** Rows of totals that are summed up in one go. */
const TOTALS_SLICE = 5000;
/** No file system known to us lets a file have more names. */
const MOST_LINKS = 1_000_000;

export interface GroupPath {
  readonly path: FsPath;
  /** One more name of a file that was told before. */
  readonly isLink: boolean;
}

export async function duplicatePage(
  tasks: TaskStore,
  jobId: number,
  offset: number,
  limit: number,
): Promise<DuplicatePage> {
  const totals = await totalsOf(tasks, jobId);
  const groups: DuplicateGroup[] = [];
  for (const group of tasks.duplicates.page(jobId, offset, limit)) {
    const { id, size, digest, files, reclaimable } = group;
    const members = tasks.duplicates.members(jobId, group, -1, PATHS_SHOWN);
    const links = members.flatMap((member) => tasks.duplicates.links(jobId, member, PATHS_SHOWN));
    groups.push({
      id,
      size,
      digest,
      files,
      reclaimable,
      ids: members.map(({ id: taskId }) => taskId),
      paths: members.map(({ path }) => displayPath(path)),
      links: links.slice(0, PATHS_SHOWN).map(displayPath),
    });
    await turn();
  }
  return { totals, groups };
}

async function totalsOf(tasks: TaskStore, jobId: number): Promise<DuplicateTotals> {
  let [groups, files, reclaimableBytes] = [0, 0, 0];
  for (let after = 0; ;) {
    const slice = tasks.duplicates.totalsSlice(jobId, after, TOTALS_SLICE);
    if (slice.lastId === null) return { groups, files, reclaimableBytes };
    groups += slice.groups;
    files += slice.files;
    reclaimableBytes += slice.reclaimableBytes;
    after = slice.lastId;
    await turn();
  }
}

async function* allGroups(tasks: TaskStore, jobId: number): AsyncGenerator<StoredGroup, void, undefined> {
  for (let last: StoredGroup | null = null; ;) {
    const page: StoredGroup[] = tasks.duplicates.pageAfter(jobId, last, SLICE);
    yield* page;
    last = page.at(-1) ?? null;
    if (last === null) return;
    await turn();
  }
}

/** One name of each file. */
async function* membersOf(
  tasks: TaskStore,
  jobId: number,
  group: StoredGroup,
): AsyncGenerator<GroupMember, void, undefined> {
  for (let after = -1; ;) {
    const members = tasks.duplicates.members(jobId, group, after, SLICE);
    yield* members;
    const last = members.at(-1);
    if (last === undefined || members.length < SLICE) return;
    after = last.id;
    await turn();
  }
}

/** Files first, then links. A group of another job has none. */
export async function* groupPaths(
  tasks: TaskStore,
  jobId: number,
  groupId: number,
): AsyncGenerator<GroupPath, void, undefined> {
  const group = tasks.duplicates.group(groupId);
  if (group?.jobId !== jobId) return;
  for await (const { path } of membersOf(tasks, jobId, group)) yield { path, isLink: false };
  for await (const member of membersOf(tasks, jobId, group)) {
    for (const path of tasks.duplicates.links(jobId, member, MOST_LINKS)) yield { path, isLink: true };
  }
}

/** How paths are listed: with what behind each of them. */
export interface DuplicateListing {
  readonly end: '\n' | '\0';
  /** Is told of a group that was left out, by a path in it that does not fit on a line: it would pass for two. */
  readonly onLeftOut: (path: FsPath) => void;
}

/** Groups have an empty path between them; one is left out as a whole, for half of a group is no advice. */
export async function* duplicateList(
  tasks: TaskStore,
  jobId: number,
  { end, onLeftOut }: DuplicateListing,
): AsyncGenerator<Uint8Array, void, undefined> {
  const behind = Buffer.from(end);
  let lines: Uint8Array[] = [];
  let isFirst = true;
  for await (const group of allGroups(tasks, jobId)) {
    const unfit = end === '\n' ? await unfitPath(tasks, jobId, group) : null;
    if (unfit !== null) {
      onLeftOut(unfit);
      continue;
    }
    if (!isFirst) lines.push(behind);
    isFirst = false;
    for await (const { path } of membersOf(tasks, jobId, group)) {
      lines.push(pathToBytes(path), behind);
      if (lines.length < 2 * SLICE) continue;
      yield Buffer.concat(lines);
      lines = [];
    }
  }
  yield Buffer.concat(lines);
}

async function unfitPath(tasks: TaskStore, jobId: number, group: StoredGroup): Promise<FsPath | null> {
  for await (const { path } of membersOf(tasks, jobId, group))
    if (!fitsOnLine(displayPath(path))) return path;
  return null;
}

/** Pieces of lines: a group may be longer than what should be in memory. */
export async function* duplicateLines(
  tasks: TaskStore,
  jobId: number,
  format: DuplicateFormat,
): AsyncGenerator<string, void, undefined> {
  if (format === 'csv') yield csvLine(['group', 'size', 'digest', 'reclaimable', 'type', 'path']);
  let number = 0;
  for await (const group of allGroups(tasks, jobId)) {
    number += 1;
    const { id, size, digest, reclaimable } = group;
    if (format === 'csv') {
      for await (const { path, isLink } of groupPaths(tasks, jobId, id)) {
        const type = isLink ? 'hard-link' : 'file';
        yield csvLine([number, size, digest, reclaimable, type, displayPath(path)]);
      }
      continue;
    }
    const head = JSON.stringify({ type: 'duplicates', size, digest, reclaimable });
    yield `${head.slice(0, -1)},"paths":[`;
    let inLinks = false;
    let separator = '';
    for await (const { path, isLink } of groupPaths(tasks, jobId, id)) {
      if (isLink && !inLinks) {
        yield '],"links":[';
        inLinks = true;
        separator = '';
      }
      yield `${separator}${JSON.stringify(displayPath(path))}`;
      separator = ',';
    }
    yield inLinks ? ']}\n' : '],"links":[]}\n';
  }
}
