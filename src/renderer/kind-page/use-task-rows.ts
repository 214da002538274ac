/** A job's tasks as rows that can be looked up by their place, fetched by page as they are needed. */
import { useEffect, useMemo, useReducer } from 'react';
import type { TaskSort } from '../../common/model/columns';
import { rangesOf, type Ranges } from '../../common/model/ranges';
import type { Finding, TaskRow, TaskState } from '../../common/model/tasks';
import { request } from '../bridge';
import { RowPages } from '../lib/row-pages';
import { notifyError } from '../state/notices';

export interface TaskQuery {
  readonly jobId: number;
  readonly state: TaskState | null;
  readonly finding: Finding | null;
  readonly search: string;
  readonly sort: TaskSort | null;
}

export interface TaskRows {
  /** `null` until the first page has come. */
  readonly total: number | null;
  row(index: number): TaskRow | undefined;
  has(first: number, last: number): boolean;
  want(first: number, last: number): void;
  /** The row of a task, where it is among those last asked for. */
  find(taskId: number): TaskRow | undefined;
  /** Places in the job of these rows; `null` where not all of them are held. */
  placesHeld(first: number, last: number): Ranges | null;
}

/** Pages are read again at most this often. */
const REFRESH_MS = 500;

/**
 * @param version changes whenever rows may have changed
 * @param jobState once it is another one, rows are read again at once
 */
export function useTaskRows(query: TaskQuery, version: string, jobState: string): TaskRows {
  const { jobId, state, finding, search, sort } = query;
  const [, rerender] = useReducer((count: number) => count + 1, 0);
  const source = useMemo(
    () => new RowSource({ jobId, state, finding, search, sort }),
    [jobId, state, finding, search, sort],
  );
  useEffect(() => source.open(rerender), [source]);
  useEffect(() => {
    source.changed(version, jobState);
  }, [source, version, jobState]);
  return source;
}

class RowSource implements TaskRows {
  readonly #query: TaskQuery;
  #cache: RowPages<TaskRow> | null = null;
  #first = 0;
  #last = 0;
  #version: string | null = null;
  #jobState = '';
  #refreshedAtMs = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(query: TaskQuery) {
    this.#query = query;
  }

  /** @returns what closes it */
  open(onChange: () => void): () => void {
    const cache = new RowPages<TaskRow>({
      fetch: (offset, limit) => request('tasks:page', { ...this.#query, offset, limit }),
      onChange,
      onError: notifyError,
    });
    this.#cache = cache;
    cache.want(this.#first, this.#last);
    return () => {
      cache.close();
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#cache = null;
    };
  }

  get total(): number | null {
    return this.#cache?.total ?? null;
  }

  row(index: number): TaskRow | undefined {
    return this.#cache?.row(index);
  }

  has(first: number, last: number): boolean {
    return this.#cache?.has(first, last) ?? false;
  }

  want(first: number, last: number): void {
    this.#first = first;
    this.#last = last;
    this.#cache?.want(first, last);
  }

  find(taskId: number): TaskRow | undefined {
    for (let index = this.#first; index <= this.#last; index++) {
      const row = this.row(index);
      if (row?.id === taskId) return row;
    }
    return undefined;
  }

  placesHeld(first: number, last: number): Ranges | null {
    const { state, finding, search, sort } = this.#query;
    // The whole job in its own order.
    if (state === null && finding === null && search === '' && sort === null) return [[first, last]];
    const places: number[] = [];
    for (let index = first; index <= last; index++) {
      const row = this.row(index);
      if (row === undefined) return null;
      places.push(row.ordinal);
    }
    return rangesOf(places);
  }

  changed(version: string, jobState: string): void {
    if (this.#version === version) return;
    const first = this.#version === null;
    const isUrgent = jobState !== this.#jobState;
    this.#version = version;
    this.#jobState = jobState;
    if (first) return;
    if (isUrgent) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    const waitMs = isUrgent ? 0 : this.#refreshedAtMs + REFRESH_MS - performance.now();
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        this.#refreshedAtMs = performance.now();
        this.#cache?.refresh();
      },
      Math.max(0, waitMs),
    );
  }
}
