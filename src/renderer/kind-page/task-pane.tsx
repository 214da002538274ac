/** The chosen job's tasks: filters, search, rows, and what is known about the selected one. */
import { useEffect, useState } from 'react';
import { totalTasks, type TaskRow, type TaskState } from '../../common/model';
import { formatCount } from '../../common/units';
import type { KindWords } from '../kinds';
import { useFrame } from '../state/frames';
import { useJob } from '../state/jobs';
import { Segmented } from '../components/segmented';
import { AnswersView } from './answers-view';
import { HostsView } from './hosts-view';
import { JobSpeedMenu } from './speed-menu';
import { TaskDetail } from './task-detail';
import { TaskFilters } from './task-filters';
import { TaskGrid } from './task-grid';
import { useTaskRows } from './use-task-rows';
import styles from './task-pane.module.css';

interface TaskPaneProps {
  readonly jobId: number;
  readonly words: KindWords;
}

type View = 'tasks' | 'answers' | 'hosts';
const VIEWS = [
  { value: 'tasks', text: 'Tasks' },
  { value: 'answers', text: 'Answers', title: 'Statuses and latencies' },
  { value: 'hosts', text: 'Hosts', title: 'What each host is asked, and refuses' },
] as const;

const SEARCH_DELAY_MS = 180;

export function TaskPane({ jobId, words }: TaskPaneProps) {
  const job = useJob(jobId);
  const frame = useFrame(jobId);
  const [view, setView] = useState<View>('tasks');
  const [state, setState] = useState<TaskState | null>(null);
  const [typed, setTyped] = useState('');
  const search = useSettled(typed, SEARCH_DELAY_MS);
  const [selected, setSelected] = useState<TaskRow | null>(null);
  const [detailOpen, setDetailOpen] = useState(false);
  const counts = (frame ?? job)?.counts;
  const rows = useTaskRows(
    { jobId, state, search },
    `${job?.state ?? ''} ${Object.values(counts ?? {}).join(' ')}`,
  );
  // The row as it is now, where it is among those held.
  const current = selected === null ? null : (rows.find(selected.id) ?? selected);
  if (job === null || counts === undefined) return null;
  const total = totalTasks(counts);
  const views = job.kind === 'download' && (
    <>
      <Segmented label="What is shown of the job" value={view} options={VIEWS} onChange={setView} />
      <JobSpeedMenu job={job} />
    </>
  );
  if (view !== 'tasks') {
    return (
      <section className={styles['pane']} aria-label={view === 'answers' ? 'Answers' : 'Hosts'}>
        <div className={styles['bar']}>{views}</div>
        {view === 'answers' ? <AnswersView job={job} /> : <HostsView job={job} />}
      </section>
    );
  }

  return (
    <section className={styles['pane']} aria-label="Tasks">
      <div className={styles['bar']}>
        {views}
        <TaskFilters counts={counts} state={state} onChange={setState} />
        <input
          type="search"
          className={styles['search']}
          aria-label={`Find in ${words.many}`}
          placeholder={`Find in ${formatCount(total)}…`}
          spellCheck={false}
          maxLength={200}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setTyped('');
          }}
        />
      </div>
      <TaskGrid
        key={`${state ?? ''}\n${search}`}
        rows={rows}
        none={noneText(state, search, job.planned)}
        selectedId={selected?.id ?? null}
        onSelect={(row) => {
          setSelected(row);
          setDetailOpen(true);
        }}
        onClose={() => {
          setDetailOpen(false);
        }}
      />
      {detailOpen && current !== null && (
        <TaskDetail
          job={job}
          row={current}
          onClose={() => {
            setDetailOpen(false);
          }}
        />
      )}
    </section>
  );
}

function noneText(state: TaskState | null, search: string, planned: boolean): string {
  if (search !== '') return 'Nothing matches.';
  if (state !== null) return `Nothing is ${state}.`;
  return planned ? 'This job has no tasks.' : 'Listing the tasks…';
}

/** The value once it has been the same for a while. */
function useSettled(value: string, delayMs: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(value);
    }, delayMs);
    return () => {
      clearTimeout(timer);
    };
  }, [value, delayMs]);
  return settled;
}
