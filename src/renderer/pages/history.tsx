/** All jobs of all kinds, the newest first. */
import { useEffect, useState } from 'react';
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { formatBytes, formatCount, formatDuration, formatRate } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { request } from '../bridge';
import { Button } from '../components/button';
import { kindName, modeName } from '../kinds';
import { isDryRun } from '../lib/findings';
import { jobStateText, meanRate, whenText } from '../lib/text';
import { canRetry, retryJob } from '../state/actions';
import { watchJob } from '../state/frames';
import { jobsStore, mergeJobs } from '../state/jobs';
import { notifyError } from '../state/notices';
import { removeJobs } from '../state/removing';
import { useStore } from '../state/store';
import { showJob } from '../state/ui';
import { Queue } from './queue';
import pageStyles from './page.module.css';
import styles from './history.module.css';

const PAGE = 50;

interface Held {
  readonly offset: number;
  readonly total: number;
  readonly ids: readonly number[];
}

export function HistoryPage() {
  const [offset, setOffset] = useState(0);
  const held = useHistoryPage(offset);
  const byId = useStore(jobsStore, (jobs) => jobs.byId);
  useEffect(() => {
    watchJob(null);
  }, []);
  const jobs = held?.ids.map((id) => byId.get(id)).filter((job) => job !== undefined) ?? [];
  return (
    <div className={pageStyles['page']}>
      <header className={`${pageStyles['header'] ?? ''} ${styles['header'] ?? ''}`}>
        <h1 className={pageStyles['title']}>History</h1>
        {held !== null && held.total > PAGE && (
          <>
            <p className={styles['range']}>
              {formatCount(held.offset + 1)}–{formatCount(Math.min(held.offset + PAGE, held.total))} of{' '}
              {formatCount(held.total)}
            </p>
            <Button
              isDisabled={offset === 0}
              onPress={() => {
                setOffset(Math.max(0, offset - PAGE));
              }}
            >
              Newer
            </Button>
            <Button
              isDisabled={offset + PAGE >= held.total}
              onPress={() => {
                setOffset(offset + PAGE);
              }}
            >
              Older
            </Button>
          </>
        )}
      </header>
      <Queue />
      {held?.total === 0 ? (
        <p className={styles['none']}>
          Every job you run is listed here: what it did, how long it took, how fast it was.
        </p>
      ) : (
        <HistoryTable jobs={jobs} />
      )}
    </div>
  );
}

/** The jobs at an offset; read again when jobs come or go. The last page stays until the next has come. */
function useHistoryPage(offset: number): Held | null {
  const [held, setHeld] = useState<Held | null>(null);
  const known = useStore(jobsStore, (jobs) => jobs.byId.size);
  useEffect(() => {
    let wanted = true;
    request('jobs:list', { kind: null, offset, limit: PAGE }).then((list) => {
      if (!wanted) return;
      mergeJobs(list.jobs);
      setHeld({ offset, total: list.total, ids: list.jobs.map((job) => job.id) });
    }, notifyError);
    return () => {
      wanted = false;
    };
  }, [offset, known]);
  return held;
}

function HistoryTable({ jobs }: { readonly jobs: readonly JobSummary[] }) {
  return (
    // Scrolls, and so has to be reachable by keyboard.
    <div className={styles['scroller']} role="region" aria-label="All jobs" tabIndex={0}>
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col" className={styles['aside']}>
              Kind
            </th>
            <th scope="col" className={styles['aside']}>
              When
            </th>
            <th scope="col" className={`${styles['number'] ?? ''} ${styles['aside'] ?? ''}`}>
              Took
            </th>
            <th scope="col" className={styles['number']}>
              Done
            </th>
            <th scope="col" className={styles['number']}>
              Failed
            </th>
            <th scope="col" className={`${styles['number'] ?? ''} ${styles['aside'] ?? ''}`}>
              Bytes
            </th>
            <th scope="col" className={`${styles['number'] ?? ''} ${styles['aside'] ?? ''}`}>
              Speed
            </th>
            <th scope="col" className={styles['aside']}>
              Mode
            </th>
            <th scope="col">State</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <HistoryRow key={job.id} job={job} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HistoryRow({ job }: { readonly job: JobSummary }) {
  const rate = meanRate(job);
  const kind = `${kindName(job.kind)}${isDryRun(job) ? ', dry run' : ''}`;
  const when = whenText(job.createdAtMs);
  const took = formatDuration(job.elapsedMs);
  const bytes = formatBytes(job.bytesDone);
  const speed = rate > 0 && !isDryRun(job) ? formatRate(rate) : null;
  const more = [kind, when, `${bytes} in ${took}`, speed, modeName(job.mode)];
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          className={styles['open']}
          title={visible(job.folder)}
          onClick={() => {
            showJob(job);
          }}
        >
          {visible(job.label)}
        </button>
        <span className={styles['more']}>{more.filter((part) => part !== null).join(' · ')}</span>
      </th>
      <td className={styles['aside']}>{kind}</td>
      <td className={styles['aside']}>{when}</td>
      <td className={`${styles['number'] ?? ''} ${styles['aside'] ?? ''}`}>{took}</td>
      <td className={styles['number']}>{formatCount(job.counts.done + job.counts.skipped)}</td>
      <td
        className={`${styles['number'] ?? ''} ${job.counts.failed > 0 && job.variant !== 'folders' ? (styles['bad'] ?? '') : ''}`}
      >
        {formatCount(job.counts.failed)}
      </td>
      <td className={`${styles['number'] ?? ''} ${styles['aside'] ?? ''}`}>{bytes}</td>
      <td className={`${styles['number'] ?? ''} ${styles['aside'] ?? ''}`}>{speed ?? '–'}</td>
      <td className={styles['aside']}>{modeName(job.mode)}</td>
      <td>{job.state === 'done' ? 'done' : jobStateText(job)}</td>
      <td className={styles['actions']}>
        {canRetry(job) && (
          <button
            type="button"
            className={styles['action']}
            aria-label={
              job.kind === 'verify'
                ? `Check again what differs in ${visible(job.label)}`
                : `Retry failed tasks of ${visible(job.label)}`
            }
            onClick={() => {
              retryJob(job.id);
              showJob(job);
            }}
          >
            {job.kind === 'verify' ? 'Check again' : 'Retry'}
          </button>
        )}
        {isEnded(job.state) && (
          <button
            type="button"
            className={styles['action']}
            aria-label={`Remove ${visible(job.label)}`}
            onClick={() => {
              removeJobs([job]);
            }}
          >
            Remove
          </button>
        )}
      </td>
    </tr>
  );
}
