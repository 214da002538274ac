import type { ReactNode } from 'react';
import {
  totalTasks,
  type Finding,
  type FindingCounts,
  type TaskCounts,
  type TaskState,
} from '../../common/model/tasks';
import { formatCount } from '../../common/model/units';
import { text } from '../../common/text/text';
import { FindingMark } from '../components/finding-mark';
import { findingWord, foundOf } from '../lib/findings';
import styles from './task-filters.module.css';

/** Which tasks are shown: those in a state, those with a finding, or all. */
export interface TaskFilter {
  readonly state: TaskState | null;
  readonly finding: Finding | null;
}
export const ALL_TASKS: TaskFilter = { state: null, finding: null };

interface TaskFiltersProps {
  readonly counts: TaskCounts;
  /** Where there are some, they take the place of what says only that a task was done. */
  readonly findings: FindingCounts;
  readonly dryRun: boolean;
  /** Whether a task can fail without a finding. */
  readonly failedApart: boolean;
  readonly filter: TaskFilter;
  readonly onChange: (filter: TaskFilter) => void;
}

interface StateFilter {
  readonly state: TaskState | null;
  /** Shown even when no task is in this state. */
  readonly always: boolean;
}

const STATES: readonly StateFilter[] = [
  { state: null, always: true },
  { state: 'running', always: true },
  { state: 'failed', always: true },
  { state: 'done', always: true },
  { state: 'queued', always: false },
  { state: 'skipped', always: false },
  { state: 'cancelled', always: false },
];

export function TaskFilters({ counts, findings, dryRun, failedApart, filter, onChange }: TaskFiltersProps) {
  const found = foundOf(findings);
  // What was chosen stays there though its last task may be gone.
  const shownFindings =
    filter.finding === null || found.includes(filter.finding) ? found : [...found, filter.finding];
  const countOf = ({ state }: StateFilter): number => (state === null ? totalTasks(counts) : counts[state]);
  const isShown = (entry: StateFilter): boolean => {
    if (filter.finding === null && entry.state === filter.state) return true;
    if (found.length === 0) return entry.always || countOf(entry) > 0;
    if (entry.state === 'done') return false;
    if (entry.state === 'failed' && !failedApart) return false;
    return entry.state === null || countOf(entry) > 0;
  };
  return (
    <div role="group" aria-label={text('task.show')} className={styles['filters']}>
      {STATES.filter(isShown).map((entry) => (
        <FilterButton
          key={entry.state ?? 'all'}
          pressed={filter.finding === null && entry.state === filter.state}
          onPress={() => {
            onChange({ state: entry.state, finding: null });
          }}
        >
          {text(`task.state.${entry.state ?? 'all'}`)} {formatCount(countOf(entry))}
        </FilterButton>
      ))}
      {shownFindings.map((finding) => (
        <FilterButton
          key={finding}
          pressed={filter.finding === finding}
          onPress={() => {
            onChange({ state: null, finding });
          }}
        >
          <FindingMark finding={finding} />
          {findingWord(finding, dryRun)} {formatCount(findings[finding] ?? 0)}
        </FilterButton>
      ))}
    </div>
  );
}

interface FilterButtonProps {
  readonly pressed: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

function FilterButton({ pressed, onPress, children }: FilterButtonProps) {
  return (
    <button type="button" className={styles['filter']} aria-pressed={pressed} onClick={onPress}>
      {children}
    </button>
  );
}
