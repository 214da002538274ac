/** The chosen job's tasks: filters, search, rows, and what is known about the selected one. */
import { useEffect, useState } from 'react';
import { settledTasks, totalTasks, type FindingCounts, type TaskRow } from '../../common/model/tasks';
import { text } from '../../common/text/text';
import { kindText, type PageKind } from '../kinds';
import { listKindOf } from '../lib/columns';
import { findingWord, isDryRun } from '../lib/findings';
import { useRequest } from '../lib/use-request';
import { inBrowser } from '../lib/place';
import { copyRows, openFile, retryRows } from '../state/actions';
import { useSort } from '../state/columns';
import { useFrame } from '../state/frames';
import { useJob } from '../state/jobs';
import { Segmented } from '../components/segmented';
import { StagesLegend } from '../components/stages-bar';
import { AnswersView } from './answers-view';
import { DigestCheck } from './digest-check';
import { DuplicatesView } from './duplicates-view';
import { HostsView } from './hosts-view';
import { TaskDetail } from './task-detail';
import { TaskFilters, type TaskFilter } from './task-filters';
import { TaskGrid } from './task-grid';
import { ListMenus } from './list-menus';
import { Outcome } from './outcome';
import { canRetryRows, openRowMenu } from './row-menu';
import { useSelection } from './use-selection';
import { useFindings } from './use-findings';
import { useTaskFilter } from './use-task-filter';
import { useTaskRows } from './use-task-rows';
import styles from './task-pane.module.css';

interface TaskPaneProps {
  readonly jobId: number;
  readonly kind: PageKind;
}

type View = 'tasks' | 'groups' | 'answers' | 'hosts';
const DUPLICATE_VIEWS: readonly View[] = ['groups', 'tasks'];
const DOWNLOAD_VIEWS: readonly View[] = ['tasks', 'answers', 'hosts'];

const SEARCH_DELAY_MS = 180;
const NO_FINDINGS: FindingCounts = {};

export function TaskPane({ jobId, kind }: TaskPaneProps) {
  const job = useJob(jobId);
  const frame = useFrame(jobId);
  const duplicates = job?.variant === 'duplicates';
  const [view, setView] = useState<View>(duplicates ? 'groups' : 'tasks');
  const [typed, setTyped] = useState('');
  const search = useSettled(typed, SEARCH_DELAY_MS);
  const [selected, setSelected] = useState<TaskRow | null>(null);
  const [detailOpen, setDetailOpen] = useState(false);
  const counts = (frame ?? job)?.counts;
  // Counts alone do not tell: a task that waits for its next attempt leaves them as they were, a job that was retried
  // may come to the same, and rows are written a moment after they change.
  const version = [job?.state, job?.endedAtMs, frame?.rowWrites, ...Object.values(counts ?? {})].join(' ');
  const sort = useSort(job === null ? null : listKindOf(job));
  const known = useFindings(job, counts === undefined ? 0 : settledTasks(counts));
  const findings = known ?? NO_FINDINGS;
  const [filter, setFilter] = useTaskFilter(job, counts, known);
  const query = { jobId, ...filter, search, sort };
  const rows = useTaskRows(query, version, job?.state ?? '');
  const selection = useSelection(query, rows);
  const dryRun = job !== null && isDryRun(job);
  // The row as it is now, be it among those held or not: filters may hide it, and lists scroll.
  const held = selected === null ? undefined : rows.find(selected.id);
  const asked = useRequest(
    'tasks:get',
    selected === null || held !== undefined ? null : { taskId: selected.id },
    { version },
  );
  const current = held ?? asked ?? selected;
  if (job === null || counts === undefined) return null;
  const total = totalTasks(counts);
  const views = (job.kind === 'download' || duplicates) && (
    <Segmented<View>
      label={text('views.label')}
      value={view}
      options={(duplicates ? DUPLICATE_VIEWS : DOWNLOAD_VIEWS).map((each) => viewOption(each, duplicates))}
      onChange={setView}
    />
  );
  if (view !== 'tasks') {
    return (
      <section className={styles['pane']} aria-label={text(`views.${view}`)}>
        {view !== 'groups' && <div className={styles['bar']}>{views}</div>}
        {view === 'answers' && <AnswersView job={job} />}
        {view === 'hosts' && <HostsView job={job} />}
        {view === 'groups' && (
          <>
            <Outcome job={job} findings={findings} />
            <DuplicatesView job={job} views={views} />
          </>
        )}
      </section>
    );
  }

  return (
    <section className={styles['pane']} aria-label={text('views.tasks')}>
      <Outcome job={job} findings={findings} />
      {job.algorithms.length > 0 && job.kind !== 'verify' && !duplicates && (
        <DigestCheck
          job={job}
          onShow={(row) => {
            setSelected(row);
            setDetailOpen(true);
          }}
        />
      )}
      <div className={styles['bar']}>
        {views}
        <TaskFilters
          counts={counts}
          findings={findings}
          dryRun={dryRun}
          failedApart={job.kind !== 'verify'}
          filter={filter}
          onChange={setFilter}
        />
        {job.kind === 'copy' && job.state === 'running' && !dryRun && <StagesLegend />}
        {selection.count > 1 && (
          <p className={styles['chosen']} role="status">
            {text('task.selected', { count: selection.count })}
          </p>
        )}
        <div className={styles['tools']}>
          <div className={styles['menus']}>
            <ListMenus job={job} />
          </div>
          <input
            type="search"
            className={styles['search']}
            aria-label={kindText(kind, 'find')}
            placeholder={text('task.find', { count: total })}
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
      </div>
      <TaskGrid
        key={`${filter.state ?? ''}\n${filter.finding ?? ''}\n${search}`}
        rows={rows}
        job={job}
        none={noneText(filter, search, job.planned)}
        selection={selection}
        onSelect={(row) => {
          setSelected(row);
          setDetailOpen(true);
        }}
        onOpen={(row) => {
          if (inBrowser) setDetailOpen(true);
          else openFile(job.id, row);
        }}
        onCopy={() => {
          if (selection.count > 0) copyRows(job.id, selection.places, 'row', sort);
        }}
        onRetry={() => {
          if (canRetryRows(job, current ?? undefined, selection.count)) retryRows(job.id, selection.places);
        }}
        onMenu={(row, x, y) => {
          void openRowMenu({
            job,
            row,
            selection,
            sort,
            x,
            y,
            onDetails: () => {
              setSelected(row);
              setDetailOpen(true);
            },
          });
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

function viewOption(value: View, duplicates: boolean) {
  if (value === 'tasks') return { value, text: text(duplicates ? 'views.files' : 'views.tasks') };
  return { value, text: text(`views.${value}`), title: text(`views.${value}.note`) };
}

function noneText({ state, finding }: TaskFilter, search: string, planned: boolean): string {
  if (search !== '') return text('task.none.search');
  if (finding !== null) return text('task.none.finding', { finding: findingWord(finding, false) });
  if (state !== null) return text(`task.none.${state}`);
  return text(planned ? 'task.none.at-all' : 'task.none.listing');
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
