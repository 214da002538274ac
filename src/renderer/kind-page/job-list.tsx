import { labelText } from '../lib/job-label';
import { useRef, useState, type KeyboardEvent } from 'react';
import { Button } from '../components/button';
import { ProgressBar } from '../components/progress-bar';
import { modeName, type PageKind } from '../kinds';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { isDryRun } from '../lib/findings';
import { jobLine, jobStateText, sharesOf, whenText } from '../lib/text';
import { useFrame } from '../state/frames';
import { jobsStore, loadJobs, useJob } from '../state/jobs';
import { notifyError } from '../state/notices';
import { moveInQueue, useQueuePlace } from '../state/queue';
import { clearFinished, isFinished, removeJobs } from '../state/removing';
import { useStore } from '../state/store';
import { chooseJob, openDialog } from '../state/ui';
import { openJobMenu } from './job-menu';
import styles from './job-list.module.css';

/** Where a card's text begins, from its left. */
const CARD_PX = 12;

interface JobListProps {
  readonly kind: PageKind;
  readonly chosenId: number;
}

export function JobList({ kind, chosenId }: JobListProps) {
  const jobs = useStore(jobsStore, (all) => all.kinds[kind]);
  const list = useRef<HTMLUListElement>(null);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey) return;
    if (event.altKey) {
      const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : null;
      if (by === null) return;
      event.preventDefault();
      moveInQueue(chosenId, by);
      return;
    }
    if (event.key === 'Delete') {
      const job = jobsStore.get().byId.get(chosenId);
      if (job !== undefined) removeJobs([job]);
      return;
    }
    if (event.key === 'F2') {
      openDialog({ type: 'rename', jobId: chosenId });
      return;
    }
    const at = jobs.ids.indexOf(chosenId);
    const to =
      event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1 : event.key === 'Home' ? 0 : null;
    const id = to === null ? undefined : jobs.ids[to];
    if (id === undefined) return;
    event.preventDefault();
    chooseJob(kind, id);
    list.current?.querySelector<HTMLElement>(`[data-job="${id}"]`)?.focus();
  };
  return (
    <section className={styles['pane']} aria-label={text('job.list')}>
      <ul ref={list} className={styles['list']} onKeyDown={onKeyDown}>
        {jobs.ids.map((id) => (
          <li key={id}>
            <JobCard id={id} kind={kind} chosen={id === chosenId} />
          </li>
        ))}
      </ul>
      {jobs.total > jobs.ids.length && <OlderButton kind={kind} />}
      <ClearButton kind={kind} />
    </section>
  );
}

/** Where there is more than one to clear. */
function ClearButton({ kind }: { readonly kind: PageKind }) {
  const isUseful = useStore(jobsStore, ({ kinds, byId }) => {
    const jobs = kinds[kind].ids.map((id) => byId.get(id));
    return jobs.length > 1 && jobs.some((job) => job !== undefined && isFinished(job));
  });
  if (!isUseful) return null;
  return (
    <div className={styles['clear']}>
      <Button
        look="link"
        onPress={() => {
          clearFinished(kind);
        }}
      >
        {text('job.clear-finished')}
      </Button>
    </div>
  );
}

function OlderButton({ kind }: { readonly kind: PageKind }) {
  const [busy, setBusy] = useState(false);
  const load = async (): Promise<void> => {
    setBusy(true);
    try {
      await loadJobs(kind);
    } catch (error) {
      notifyError(error);
    }
    setBusy(false);
  };
  return (
    <Button look="quiet" isDisabled={busy} onPress={() => void load()}>
      {text('job.older')}
    </Button>
  );
}

interface JobCardProps {
  readonly id: number;
  readonly kind: PageKind;
  readonly chosen: boolean;
}

function JobCard({ id, kind, chosen }: JobCardProps) {
  const job = useJob(id);
  const frame = useFrame(id);
  const place = useQueuePlace(id);
  if (job === null) return null;
  const live = frame === null ? job : { ...job, ...progressOf(frame) };
  const sides = job.variant === 'folders';
  const failed = job.state === 'failed' || (job.state === 'done' && job.counts.failed > 0 && !sides);
  const word =
    job.kind === 'verify' && job.state === 'done' && job.counts.failed > 0
      ? text('job.state.some-differ', { count: job.counts.failed })
      : job.state === 'paused' && job.error?.room !== undefined
        ? text('job.state.disk-full')
        : job.startAtMs !== null
          ? text('job.state.starts', { when: whenText(job.startAtMs) })
          : place === null || job.foreign
            ? jobStateText(live)
            : place === 1
              ? text('job.state.next')
              : text('job.state.place', { place });
  const state = job.foreign ? text('job.state.elsewhere', { state: word }) : word;
  return (
    <button
      type="button"
      data-job={id}
      className={styles['card']}
      aria-current={chosen ? 'true' : undefined}
      onContextMenu={(event) => {
        event.preventDefault();
        // By keys it has no place of its own.
        const box = event.currentTarget.getBoundingClientRect();
        const [x, y] = event.button === 2 ? [event.clientX, event.clientY] : [box.left + CARD_PX, box.bottom];
        void openJobMenu(job, x, y);
      }}
      onClick={() => {
        chooseJob(kind, id);
      }}
    >
      <span className={styles['line']}>
        <span className={styles['label']} title={labelText(job)}>
          {labelText(job)}
        </span>
        <span className={`${styles['state'] ?? ''} ${failed ? (styles['failed'] ?? '') : ''}`}>{state}</span>
      </span>
      <ProgressBar shares={sharesOf(live)} differs={sides} />
      <span className={`${styles['line'] ?? ''} ${styles['second'] ?? ''}`}>
        <span className={styles['folder']} title={visible(job.folder)}>
          {visible(jobLine(live, kind))}
        </span>
        <span className={styles['how']}>
          {isDryRun(job) ? text('job.dry-run', { mode: modeName(job.mode) }) : modeName(job.mode)}
        </span>
      </span>
    </button>
  );
}

/** What a frame knows better than a summary. */
function progressOf(frame: NonNullable<ReturnType<typeof useFrame>>) {
  const { state, counts, planned, bytesDone, bytesKnown } = frame;
  return { state, counts, planned, bytesDone, bytesKnown };
}
