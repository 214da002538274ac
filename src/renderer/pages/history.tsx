/** All jobs of all kinds: those that have not ended in their order, the others with the newest first. */
import { labelText } from '../lib/job-label';
import { text } from '../../common/text/text';
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
  // The queue above has the others.
  const jobs =
    held?.ids.flatMap((id) => {
      const job = byId.get(id);
      return job !== undefined && isEnded(job.state) ? [job] : [];
    }) ?? [];
  return (
    <div className={pageStyles['page']}>
      <header className={`${pageStyles['header'] ?? ''} ${styles['header'] ?? ''}`}>
        <h1 className={pageStyles['title']}>{text('page.history')}</h1>
        {held !== null && held.total > PAGE && (
          <>
            <p className={styles['range']}>
              {text('history.range', {
                first: formatCount(held.offset + 1),
                last: formatCount(Math.min(held.offset + PAGE, held.total)),
                total: formatCount(held.total),
              })}
            </p>
            <Button
              isDisabled={offset === 0}
              onPress={() => {
                setOffset(Math.max(0, offset - PAGE));
              }}
            >
              {text('history.newer')}
            </Button>
            <Button
              isDisabled={offset + PAGE >= held.total}
              onPress={() => {
                setOffset(offset + PAGE);
              }}
            >
              {text('history.older')}
            </Button>
          </>
        )}
      </header>
      <Queue />
      {held?.total === 0 ? (
        <p className={styles['none']}>{text('history.none')} </p>
      ) : held !== null && jobs.length === 0 ? (
        <p className={styles['none']}>{text('history.none-ended')}</p>
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
    <div className={styles['scroller']} role="region" aria-label={text('history.all')} tabIndex={0}>
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">{text('history.job')}</th>
            <th scope="col" className={styles['aside']}>
              {text('history.kind')}
            </th>
            <th scope="col" className={styles['aside']}>
              {text('history.when')}
            </th>
            <th scope="col" className={`${styles['number'] ?? ''} ${styles['aside'] ?? ''}`}>
              {text('history.took')}
            </th>
            <th scope="col" className={styles['number']}>
              {text('history.done')}
            </th>
            <th scope="col" className={styles['number']}>
              {text('history.failed')}
            </th>
            <th scope="col" className={`${styles['number'] ?? ''} ${styles['aside'] ?? ''}`}>
              {text('history.bytes')}
            </th>
            <th scope="col" className={`${styles['number'] ?? ''} ${styles['aside'] ?? ''}`}>
              {text('history.speed')}
            </th>
            <th scope="col" className={styles['aside']}>
              {text('history.mode')}
            </th>
            <th scope="col">{text('history.state')}</th>
            <th scope="col">
              <span className="visually-hidden">{text('history.actions')}</span>
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
  const kind = isDryRun(job) ? text('history.dry-run', { kind: kindName(job.kind) }) : kindName(job.kind);
  const when = whenText(job.createdAtMs);
  const took = formatDuration(job.elapsedMs);
  const bytes = formatBytes(job.bytesDone);
  const speed = rate > 0 && !isDryRun(job) ? formatRate(rate) : null;
  const more = [kind, when, text('history.bytes-in', { bytes, time: took }), speed, modeName(job.mode)];
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
          {labelText(job)}
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
      <td>{job.state === 'done' ? text('history.state.done') : jobStateText(job)}</td>
      <td className={styles['actions']}>
        {canRetry(job) && (
          <button
            type="button"
            className={styles['action']}
            aria-label={text(job.kind === 'verify' ? 'history.check.name' : 'history.retry.name', {
              name: labelText(job),
            })}
            onClick={() => {
              retryJob(job.id);
              showJob(job);
            }}
          >
            {text(job.kind === 'verify' ? 'history.check' : 'history.retry')}
          </button>
        )}
        {isEnded(job.state) && (
          <button
            type="button"
            className={styles['action']}
            aria-label={text('history.remove.name', { name: labelText(job) })}
            onClick={() => {
              removeJobs([job]);
            }}
          >
            {text('history.remove')}
          </button>
        )}
      </td>
    </tr>
  );
}
