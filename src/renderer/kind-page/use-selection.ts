/**
 * Which rows are chosen. They are known by their places in the job, as ranges, so that a million of them are a few
 * numbers, and that they stay chosen wherever the list shows them.
 */
import { useEffect, useMemo, useReducer } from 'react';
import { countOf, hasPlace, NO_RANGES, toggled, union, type Ranges } from '../../common/model/ranges';
import { request } from '../bridge';
import { notifyError } from '../state/notices';
import type { TaskQuery, TaskRows } from './use-task-rows';

export interface Selection {
  /** Places in the job. */
  readonly places: Ranges;
  readonly count: number;
  has(ordinal: number): boolean;
  /** This row of the list and no other. */
  choose(index: number): void;
  /** What is chosen already, with this row or without it. */
  toggle(index: number): void;
  /** All rows from the one that was last chosen alone to this one. @param adds to what is chosen already */
  extend(index: number, adds: boolean): void;
  chooseAll(): void;
}

/** Another filter or search begins with nothing chosen; sorted another way, what was chosen stays so. */
export function useSelection(query: TaskQuery, rows: TaskRows): Selection {
  const { jobId, state, finding, search, sort } = query;
  const [, rerender] = useReducer((count: number) => count + 1, 0);
  const selection = useMemo(
    () => new RowSelection({ jobId, state, finding, search, sort: null }, rerender),
    [jobId, state, finding, search],
  );
  useEffect(() => {
    selection.listIs(rows, sort);
  }, [selection, rows, sort]);
  return selection;
}

class RowSelection implements Selection {
  places: Ranges = NO_RANGES;
  #query: TaskQuery;
  #rows: TaskRows | null = null;
  readonly #onChange: () => void;
  /** Where ranges begin. */
  #anchor = 0;
  /** The newest change that had to be asked for: those before it are not made any more. */
  #asked = 0;

  constructor(query: TaskQuery, onChange: () => void) {
    this.#query = query;
    this.#onChange = onChange;
  }

  listIs(rows: TaskRows, sort: TaskQuery['sort']): void {
    this.#rows = rows;
    this.#query = { ...this.#query, sort };
    this.#anchor = 0;
  }

  get count(): number {
    return countOf(this.places);
  }

  has(ordinal: number): boolean {
    return hasPlace(this.places, ordinal);
  }

  choose(index: number): void {
    this.#anchor = index;
    this.#change(index, index, (places) => places);
  }

  toggle(index: number): void {
    this.#anchor = index;
    const before = this.places;
    this.#change(index, index, (places) =>
      places[0] === undefined ? before : toggled(before, places[0][0]),
    );
  }

  extend(index: number, adds: boolean): void {
    const before = adds ? this.places : NO_RANGES;
    const [first, last] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)];
    this.#change(first, last, (places) => union(before, places));
  }

  chooseAll(): void {
    this.#change(0, Math.max(0, (this.#rows?.total ?? 0) - 1), (places) => places);
  }

  /** @param become what is chosen then, from the places in the job of the rows from `first` to `last` */
  #change(first: number, last: number, become: (places: Ranges) => Ranges): void {
    this.#asked += 1;
    const asked = this.#asked;
    const set = (places: Ranges): void => {
      if (asked !== this.#asked) return;
      this.places = become(places);
      this.#onChange();
    };
    const held = this.#rows?.placesHeld(first, last) ?? null;
    if (held !== null) set(held);
    else request('tasks:places', { ...this.#query, first, last }).then(set, notifyError);
  }
}
