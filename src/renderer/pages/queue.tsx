/** Jobs that have not ended, in the order in which they go on; those that wait can be put into another. */
import { labelText } from '../lib/job-label';
import { shortcutText } from '../../common/commands/shortcut';
import { text } from '../../common/text/text';
import { useEffect, useId, useState, type DragEvent, type KeyboardEvent } from 'react';
import type { JobSummary } from '../../common/model/jobs';
import { visible } from '../../common/model/visible';
import { request } from '../bridge';
import { Button } from '../components/button';
import { kindName } from '../kinds';
import { failureText } from '../lib/failure-text';
import { isMac } from '../lib/platform';
import { jobStateText, whenText } from '../lib/text';
import { useFrame } from '../state/frames';
import { jobsStore, mergeJobs } from '../state/jobs';
import { notifyError } from '../state/notices';
import { moveBefore, moveInQueue, pauseAll, queueOf, resumeAll } from '../state/queue';
import { useStore } from '../state/store';
import { showJob } from '../state/ui';
import styles from './queue.module.css';

export function Queue() {
  const id = useId();
  const byId = useStore(jobsStore, (jobs) => jobs.byId);
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  useEffect(() => {
    // Lists of kinds may not have the oldest of them.
    request('jobs:unfinished', undefined).then(mergeJobs, notifyError);
  }, []);
  const jobs = queueOf({ byId });
  if (jobs.length === 0) return null;
  const waiting = jobs.filter((job) => job.state === 'queued' && !job.foreign);
  const goes = jobs.some(({ state }) => state === 'running' || state === 'queued');
  const stands = jobs.some(
    ({ state, startAtMs }) => startAtMs === null && (state === 'paused' || state === 'interrupted'),
  );
  const end = (): void => {
    setDragged(null);
    setOver(null);
  };
  const drop = (event: DragEvent, target: number): void => {
    if (dragged === null) return;
    event.preventDefault();
    const ids = waiting.map((job) => job.id);
    // Down the list it takes the place of the one it is dropped on, which moves up.
    const isDown = ids.indexOf(dragged) < ids.indexOf(target);
    moveBefore(dragged, isDown ? (ids[ids.indexOf(target) + 1] ?? null) : target);
    end();
  };
  return (
    <section className={styles['queue']} aria-labelledby={id}>
      <div className={styles['head']}>
        <h2 id={id} className={styles['title']}>
          {text('queue.title')}
        </h2>
        <Button isDisabled={!goes} onPress={pauseAll}>
          {text('queue.pause-all')}
        </Button>
        <Button isDisabled={!stands} onPress={resumeAll}>
          {text('queue.resume-all')}
        </Button>
      </div>
      <ol className={styles['list']}>
        {jobs.map((job) => {
          const place = waiting.indexOf(job);
          return (
            <QueueRow
              key={job.id}
              job={job}
              place={place < 0 ? null : place + 1}
              isLast={place === waiting.length - 1}
              isOver={over === job.id && dragged !== job.id}
              onDragStart={() => {
                setDragged(job.id);
              }}
              onDragOver={(event) => {
                if (dragged === null || place < 0) return;
                event.preventDefault();
                setOver(job.id);
              }}
              onDrop={(event) => {
                if (place >= 0) drop(event, job.id);
              }}
              onDragEnd={end}
            />
          );
        })}
      </ol>
      {waiting.length > 1 && (
        <p className={styles['hint']}>
          {text('queue.hint', { up: shortcutText('Alt+Up', isMac), down: shortcutText('Alt+Down', isMac) })}
        </p>
      )}
    </section>
  );
}

interface QueueRowProps {
  readonly job: JobSummary;
  /** Among those that wait: 1 is next. */
  readonly place: number | null;
  readonly isLast: boolean;
  readonly isOver: boolean;
  readonly onDragStart: () => void;
  readonly onDragOver: (event: DragEvent) => void;
  readonly onDrop: (event: DragEvent) => void;
  readonly onDragEnd: () => void;
}

function QueueRow({ job, place, isLast, isOver, ...drag }: QueueRowProps) {
  const name = labelText(job);
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : null;
    if (!event.altKey || by === null || place === null) return;
    event.preventDefault();
    moveInQueue(job.id, by);
  };
  return (
    <li
      className={styles['row']}
      data-over={isOver || undefined}
      draggable={place !== null}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move';
        drag.onDragStart();
      }}
      onDragOver={drag.onDragOver}
      onDrop={drag.onDrop}
      onDragEnd={drag.onDragEnd}
      onKeyDown={onKeyDown}
    >
      <span className={styles['place']}>{place ?? ''}</span>
      <button
        type="button"
        className={styles['open']}
        title={visible(job.folder)}
        onClick={() => {
          showJob(job);
        }}
      >
        {name}
      </button>
      <span className={styles['kind']}>{kindName(job.kind)}</span>
      <QueueState job={job} />
      <span className={styles['moves']}>
        {place !== null && (
          <>
            <Button
              look="icon"
              aria-label={text('queue.up', { name })}
              isDisabled={place === 1}
              onPress={() => {
                moveInQueue(job.id, -1);
              }}
            >
              <span aria-hidden="true">↑</span>
            </Button>
            <Button
              look="icon"
              aria-label={text('queue.down', { name })}
              isDisabled={isLast}
              onPress={() => {
                moveInQueue(job.id, 1);
              }}
            >
              <span aria-hidden="true">↓</span>
            </Button>
          </>
        )}
      </span>
    </li>
  );
}

function QueueState({ job }: { readonly job: JobSummary }) {
  const frame = useFrame(job.id);
  const state =
    job.startAtMs !== null
      ? text('queue.starts', { when: whenText(job.startAtMs) })
      : job.error !== null
        ? visible(failureText(job.error))
        : jobStateText(frame === null ? job : { ...job, ...frame });
  return (
    <span className={styles['state']} title={state}>
      {state}
    </span>
  );
}
