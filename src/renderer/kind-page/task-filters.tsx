import { totalTasks, type TaskCounts, type TaskState } from '../../common/model';
import { formatCount } from '../../common/units';
import styles from './task-filters.module.css';

interface TaskFiltersProps {
  readonly counts: TaskCounts;
  /** `null`: all. */
  readonly state: TaskState | null;
  readonly onChange: (state: TaskState | null) => void;
}

interface Filter {
  readonly state: TaskState | null;
  readonly name: string;
  /** Shown even when no task is in this state. */
  readonly always: boolean;
}

const FILTERS: readonly Filter[] = [
  { state: null, name: 'All', always: true },
  { state: 'running', name: 'Running', always: true },
  { state: 'failed', name: 'Failed', always: true },
  { state: 'done', name: 'Done', always: true },
  { state: 'queued', name: 'Queued', always: false },
  { state: 'skipped', name: 'Skipped', always: false },
  { state: 'cancelled', name: 'Cancelled', always: false },
];

export function TaskFilters({ counts, state, onChange }: TaskFiltersProps) {
  const countOf = (filter: Filter): number =>
    filter.state === null ? totalTasks(counts) : counts[filter.state];
  const shown = FILTERS.filter((filter) => filter.always || filter.state === state || countOf(filter) > 0);
  return (
    <div role="group" aria-label="Show tasks" className={styles['filters']}>
      {shown.map((filter) => (
        <button
          key={filter.name}
          type="button"
          className={styles['filter']}
          aria-pressed={filter.state === state}
          onClick={() => {
            onChange(filter.state);
          }}
        >
          {filter.name} {formatCount(countOf(filter))}
        </button>
      ))}
    </div>
  );
}
