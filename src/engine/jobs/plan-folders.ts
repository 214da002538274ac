/** Two folders side by side: one merge of their two walks, in the one order that both have. */
import { byteString } from '../../files/byte-strings';
import { decodeCursor, encodeCursor, leftOut } from '../../files/planned-tasks';
import {
  CHUNK,
  planChunk,
  type PlannedTask,
  type PlannedEnd,
  type PlannedChunk,
} from '../../common/model/packet';
import type { PlanContext } from './plan-context';
import { groupingOf } from '../../common/model/duplicates';
import type { ErrorData } from '../../common/model/errors';
import { fileKey, type Finding } from '../../common/model/tasks';
import { displayPath, joinPath, type FsPath } from '../../common/model/paths';
import { formatByteCount, formatCount } from '../../common/model/units';
import type { WalkCursor, WalkEntry } from '../../common/threads/walk';
import type { Threads } from '../pool';
import type { JobSpec } from './job-spec';
import { walk } from './plan-walk';

type VerifySpec = Extract<JobSpec, { kind: 'verify' }>;
type SideName = 'left' | 'right';

const ROOT: Readonly<Record<SideName, number>> = { left: 0, right: 1 };

/** Where planning goes on after a crash. */
interface StoredCursor {
  readonly left: string | null;
  readonly right: string | null;
  readonly held: readonly StoredHeld[];
  readonly unreadable: readonly string[];
}

interface StoredHeld extends Omit<Held, 'relative' | 'path'> {
  readonly relative: string;
}

/** A name that only one side has, as far as is known: a folder of the same name comes later in the order. */
interface Held {
  readonly side: SideName;
  /** Byte string of the path below the root. */
  readonly key: string;
  readonly type: WalkEntry['type'];
  readonly relative: FsPath;
  readonly size: number | null;
}

export async function* planFolders(
  spec: VerifySpec,
  cursor: string | null,
  { threads }: PlanContext,
): AsyncGenerator<PlannedChunk, void, undefined> {
  const comparison = new Comparison(spec, cursor, threads);
  try {
    yield* comparison.chunks();
  } finally {
    await comparison.close();
  }
}

class Comparison {
  readonly #roots: Readonly<Record<SideName, FsPath>>;
  readonly #rules: VerifySpec['rules'];
  readonly #left: Side;
  readonly #right: Side;
  #held: Held[];
  /** Byte strings of folders, with `/` behind, that one side could not read: what is below them says nothing. */
  #unreadable: string[];
  #tasks: PlannedTask[] = [];

  constructor({ manifest, root, rules }: VerifySpec, cursor: string | null, threads: Threads) {
    const stored = cursor === null ? null : (JSON.parse(cursor) as StoredCursor);
    this.#rules = rules;
    this.#roots = { left: manifest, right: root };
    const side = (name: SideName): Side => {
      const after = decodeCursor(stored?.[name] ?? null);
      const roots = [this.#roots[name]];
      return new Side(walk({ role: 'walk', roots, rules, identify: true, after }, threads), after);
    };
    this.#left = side('left');
    this.#right = side('right');
    this.#held = (stored?.held ?? []).map((held) => ({
      ...held,
      relative: decodeCursor(held.relative)?.relative ?? '',
    }));
    this.#unreadable = [...(stored?.unreadable ?? [])];
  }

  async close(): Promise<void> {
    await this.#left.close();
    await this.#right.close();
  }

  async *chunks(): AsyncGenerator<PlannedChunk, void, undefined> {
    for (;;) {
      const left = await this.#left.peek();
      const right = await this.#right.peek();
      if (left === null && right === null) break;
      const key = left === null || (right !== null && right.key < left.key) ? right?.key : left.key;
      await this.#step(key ?? '', left?.key === key ? left : null, right?.key === key ? right : null);
      if (this.#tasks.length >= CHUNK) yield this.#chunk();
    }
    this.#letGo(null);
    yield this.#chunk();
  }

  #chunk(): PlannedChunk {
    const tasks = this.#tasks;
    this.#tasks = [];
    const stored: StoredCursor = {
      left: this.#left.cursor,
      right: this.#right.cursor,
      held: this.#held.map((held) => ({ ...held, relative: encodeCursor({ root: 0, ...held }) })),
      unreadable: this.#unreadable,
    };
    return planChunk(tasks, JSON.stringify(stored));
  }

  async #step(key: string, left: Keyed | null, right: Keyed | null): Promise<void> {
    this.#letGo(key);
    this.#unreadable = this.#unreadable.filter((prefix) => key.startsWith(prefix) || key < prefix);
    if (left !== null) this.#left.take();
    if (right !== null) this.#right.take();
    const [first, second] = [left ?? right, right];
    if (first === null) return;
    const problem = [left, right].find((entry) => entry?.entry.type === 'error')?.entry ?? null;
    if (problem !== null) this.#reportUnreadable(problem, key);
    else if (this.#unreadable.some((prefix) => key.startsWith(prefix))) return;
    else if (left !== null && second !== null) this.#compare(left.entry, second.entry);
    else await this.#meetAlone(first, left === null ? 'right' : 'left');
  }

  /** Those whose folder of the same name can no longer come are on one side alone. */
  #letGo(key: string | null): void {
    if (this.#held.length === 0) return;
    const gone = this.#held.filter((held) => key === null || `${held.key}/` < key);
    if (gone.length === 0) return;
    this.#held = this.#held.filter((held) => !gone.includes(held));
    for (const held of gone) this.#only(held.side, held);
  }

  async #meetAlone({ entry, key }: Keyed, side: SideName): Promise<void> {
    const { type, relative, size } = entry;
    if (type !== 'folder') {
      this.#held.push({ side, key, type, relative, size });
      return;
    }
    if (relative === '') return;
    const other = this.#held.find((held) => `${held.key}/` === key && held.side !== side);
    if (other !== undefined) {
      this.#held = this.#held.filter((held) => held !== other);
      this.#differ(
        relative,
        typesDiffer(this.#pathOf(other.side, relative), other.type, this.#pathOf(side, relative), type),
      );
      return;
    }
    // Where only some files are asked for, a folder that holds none of them is no news.
    const { include, minSize, maxSize } = this.#rules;
    if (include.length > 0 || minSize !== null || maxSize !== null) return;
    // A folder that holds something is told by what it holds.
    const next = await (side === 'left' ? this.#left : this.#right).peek();
    if (next?.key.startsWith(key) !== true) this.#only(side, entry);
  }

  /** The same path on both sides. */
  #compare(left: WalkEntry, right: WalkEntry): void {
    const { relative } = left;
    if (left.type === 'folder' && right.type === 'folder') return;
    const names = [this.#pathOf('left', relative), this.#pathOf('right', relative)] as const;
    if (left.type !== right.type) {
      this.#differ(relative, typesDiffer(names[0], left.type, names[1], right.type));
    } else if (left.type === 'special') {
      const reason = left.reason ?? error('not-a-regular-file', `${names[0]} is not a regular file.`);
      this.#add(relative, { settled: { state: 'skipped', reason } });
    } else if (left.type === 'symlink') {
      const settled = this.#rules.links === 'skip' ? leftOut(left.path) : null;
      this.#add(relative, { settled });
    } else if (left.size !== right.size && left.isPseudo !== true && right.isPseudo !== true) {
      const message = `${names[0]} has ${formatByteCount(left.size ?? 0)}, ${names[1]} ${formatCount(right.size ?? 0)}.`;
      this.#differ(relative, message, left.size);
    } else {
      // One file under two names need not be read to be equal to itself.
      const isOne =
        left.identity !== null &&
        right.identity !== null &&
        fileKey(left.identity) === fileKey(right.identity);
      const settled = isOne ? ({ state: 'done', bytes: 0, finding: 'same' } as const) : null;
      this.#add(relative, { size: left.size, source: left.path, target: right.path, settled });
    }
  }

  #differ(relative: FsPath, message: string, size: number | null = null): void {
    this.#add(relative, { size, settled: failed('different', message) });
  }

  /** Nothing below it can be compared, so it stands for all of that. */
  #reportUnreadable({ relative, reason, path }: WalkEntry, key: string): void {
    const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
    this.#held = this.#held.filter((held) => `${held.key}/` !== prefix);
    this.#unreadable.push(prefix);
    const why = reason?.message ?? `${displayPath(path)} could not be read.`;
    this.#add(relative, { settled: failed('unreadable', `${why} Nothing there was compared.`) });
  }

  #only(side: SideName, { type, relative, size }: Pick<WalkEntry, 'type' | 'relative' | 'size'>): void {
    const source = joinPath(this.#roots[side], relative);
    // An empty file is like every other: that there is one elsewhere does not mean that it was moved there.
    const isLeftOut = type === 'symlink' && this.#rules.links === 'skip';
    const mayHaveMoved = type === 'file' && size !== null && size > 0;
    this.#tasks.push({
      phase: 1,
      type: 'file',
      root: ROOT[side],
      host: '',
      source,
      target: null,
      name: displayPath(relative),
      size: mayHaveMoved ? size : null,
      grouping: groupingOf(mayHaveMoved ? size : 0),
      settled: isLeftOut ? leftOut(source) : mayHaveMoved ? null : onlyOn(ROOT[side], source),
    });
  }

  #add(relative: FsPath, task: Partial<PlannedTask>): void {
    this.#tasks.push({
      phase: 0,
      type: 'pair',
      root: 0,
      host: '',
      source: joinPath(this.#roots.left, relative),
      target: joinPath(this.#roots.right, relative),
      name: relative === '' ? displayPath(this.#roots.left) : displayPath(relative),
      size: null,
      settled: null,
      ...task,
    });
  }

  #pathOf(side: SideName, relative: FsPath): string {
    return displayPath(joinPath(this.#roots[side], relative));
  }
}

/** An entry, and the byte string that it sorts by. */
interface Keyed {
  readonly entry: WalkEntry;
  readonly key: string;
}

/** One of the two walks: an entry can be looked at before it is taken. */
class Side {
  readonly #walk: AsyncGenerator<readonly WalkEntry[], void, undefined>;
  #entries: readonly WalkEntry[] = [];
  #next = 0;
  #isOver = false;
  #peeked: Keyed | null = null;
  #last: WalkCursor | null;
  #lastKey = '';

  constructor(entries: AsyncGenerator<readonly WalkEntry[], void, undefined>, after: WalkCursor | null) {
    this.#walk = entries;
    this.#last = after;
    if (after !== null) this.#lastKey = byteString(after.relative);
  }

  get cursor(): string | null {
    return this.#last === null ? null : encodeCursor(this.#last);
  }

  async peek(): Promise<Keyed | null> {
    while (this.#peeked === null && !this.#isOver) {
      const entry = this.#entries[this.#next];
      if (entry !== undefined) {
        this.#next += 1;
        this.#peeked = { entry, key: this.#keyOf(entry) };
        break;
      }
      const { value, done } = await this.#walk.next();
      this.#entries = value ?? [];
      this.#next = 0;
      this.#isOver = done === true;
    }
    return this.#peeked;
  }

  take(): void {
    if (this.#peeked === null) return;
    const { entry, key } = this.#peeked;
    this.#peeked = null;
    this.#lastKey = key;
    this.#last = { root: 0, relative: entry.relative };
  }

  close(): Promise<unknown> {
    return this.#walk.return();
  }

  #keyOf({ relative, type }: WalkEntry): string {
    const name = byteString(relative);
    if (name === '') return '';
    // What could not be looked at may have been a folder: then it comes where a folder does.
    return type === 'folder' || (type === 'error' && name <= this.#lastKey) ? `${name}/` : name;
  }
}

const TYPE_NAMES: Readonly<Record<WalkEntry['type'], string>> = {
  file: 'a file',
  folder: 'a folder',
  symlink: 'a symbolic link',
  special: 'no regular file',
  error: 'not readable',
};

function typesDiffer(a: string, typeA: WalkEntry['type'], b: string, typeB: WalkEntry['type']): string {
  return `${a} is ${TYPE_NAMES[typeA]}, ${b} is ${TYPE_NAMES[typeB]}.`;
}

/** @param root 0 for the left, 1 for the right */
export function onlyOn(root: number, path: FsPath): PlannedEnd {
  const finding = root === ROOT.left ? 'only-left' : 'only-right';
  const other = root === ROOT.left ? 'right' : 'left';
  return failed(finding, `${displayPath(path)} is not on the ${other}.`);
}

function failed(finding: Finding, message: string): PlannedEnd {
  return { state: 'failed', reason: error(finding, message), finding };
}

function error(code: string, message: string): ErrorData {
  return { code, message, retryable: false };
}
