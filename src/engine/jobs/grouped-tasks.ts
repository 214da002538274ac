/** A job's tasks by what they have in common, in slices between which others get their turn. */
import type { GroupedTask } from '../store/task-moves';
import type { TaskStore } from '../store/task-store';

/** Rows read, or written, in one go: well below what would hold up the window. */
export const SLICE = 250;

/** Lets others have their turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Every task that has a grouping; those of one follow each other. Ends early when the job is to stop. */
export async function* groupedTasks(
  tasks: TaskStore,
  jobId: number,
  goesOn: () => boolean,
): AsyncGenerator<GroupedTask, void, undefined> {
  let after: Pick<GroupedTask, 'grouping' | 'id'> = { grouping: '', id: -1 };
  while (goesOn()) {
    const rows = tasks.moves.grouped(jobId, after, SLICE);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last;
    await turn();
  }
}

/** Gathers what is to be written, and writes it a slice at a time. */
export class Slices<Item> {
  readonly #write: (items: readonly Item[]) => void;
  #items: Item[] = [];

  constructor(write: (items: readonly Item[]) => void) {
    this.#write = write;
  }

  async add(...items: readonly Item[]): Promise<void> {
    this.#items.push(...items);
    if (this.#items.length < SLICE) return;
    this.end();
    await turn();
  }

  end(): void {
    const items = this.#items;
    this.#items = [];
    if (items.length > 0) this.#write(items);
  }
}
