/** The page of one kind of job: figures above, jobs at the left, tasks at the right, workers at the foot. */
import { useEffect } from 'react';
import { text } from '../../common/text/text';
import { type PageKind } from '../kinds';
import { watchJob } from '../state/frames';
import { jobsStore, useJob } from '../state/jobs';
import { useStore } from '../state/store';
import { useChosenId } from '../state/ui';
import { DropTarget } from './drop-target';
import { EmptyState } from './empty-state';
import { Figures } from './figures';
import { JobList } from './job-list';
import { PageHeader } from './page-header';
import { TaskPane } from './task-pane';
import { WorkerFoot } from './worker-foot';
import styles from './kind-page.module.css';

export function KindPage({ kind }: { readonly kind: PageKind }) {
  const chosenId = useChosenId(kind);
  const job = useJob(chosenId);
  const loaded = useStore(jobsStore, (jobs) => jobs.kinds[kind].loaded);
  useEffect(() => {
    watchJob(chosenId);
  }, [chosenId]);

  return (
    <DropTarget kind={kind}>
      <PageHeader kind={kind} jobId={chosenId} />
      {chosenId === null ? (
        loaded && <EmptyState kind={kind} />
      ) : (
        <>
          <Figures jobId={chosenId} />
          {job?.insecure === true && (
            <p className={styles['warning']} role="note">
              {text('job.insecure')}
            </p>
          )}
          <div className={styles['body']}>
            <JobList kind={kind} chosenId={chosenId} />
            <TaskPane key={chosenId} jobId={chosenId} kind={kind} />
          </div>
          <WorkerFoot jobId={chosenId} />
        </>
      )}
    </DropTarget>
  );
}
