/** What the servers of a job answered: how often which status, and how long it took. */
import { isEnded, type JobSummary } from '../../common/model/jobs';
import type { Percentiles, ResponseSummary } from '../../common/model/responses';
import { formatCount, formatDuration } from '../../common/model/units';
import { text } from '../../common/text/text';
import { runOf } from '../lib/run-of';
import { useRequest } from '../lib/use-request';
import styles from './answers-view.module.css';

const ASK_AGAIN_MS = 2000;

export function AnswersView({ job }: { readonly job: JobSummary }) {
  const responses = useRequest(
    'jobs:responses',
    { jobId: job.id },
    { everyMs: isEnded(job.state) ? null : ASK_AGAIN_MS, version: runOf(job) },
  );
  if (responses === null) return <p className={styles['none']}>{text('answers.reading')}</p>;
  if (responses.statuses.length === 0) return <p className={styles['none']}>{text('answers.none')}</p>;
  return (
    <div className={styles['view']}>
      <Statuses responses={responses} />
      <Latencies responses={responses} />
    </div>
  );
}

function Statuses({ responses: { statuses } }: { readonly responses: ResponseSummary }) {
  const most = Math.max(...statuses.map(({ tasks }) => tasks));
  return (
    <table className={styles['table']}>
      <caption className={styles['caption']}>{text('answers.statuses')}</caption>
      <tbody>
        {statuses.map(({ status, tasks }) => (
          <tr key={status ?? 'none'}>
            <th scope="row">{status ?? text('answers.no-answer')}</th>
            <td className={styles['number']}>{formatCount(tasks)}</td>
            <td className={styles['share']} aria-hidden="true">
              <span
                className={styles['bar']}
                data-tone={toneOf(status)}
                style={{ width: `${(tasks / most) * 100}%` }}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function toneOf(status: number | null): string {
  if (status === null || status >= 500) return 'fail';
  if (status >= 400) return 'wait';
  return 'done';
}

function Latencies({ responses: { firstByteMs, totalMs } }: { readonly responses: ResponseSummary }) {
  if (firstByteMs === null || totalMs === null) return null;
  return (
    <table className={styles['table']}>
      <caption className={styles['caption']}>{text('answers.latency')}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col" className={styles['number']}>
            {text('answers.median')}
          </th>
          <th scope="col" className={styles['number']}>
            95 %
          </th>
          <th scope="col" className={styles['number']}>
            99 %
          </th>
          <th scope="col" className={styles['number']}>
            {text('answers.longest')}
          </th>
        </tr>
      </thead>
      <tbody>
        <LatencyRow name={text('answers.first-byte')} of={firstByteMs} />
        <LatencyRow name={text('answers.whole-task')} of={totalMs} />
      </tbody>
    </table>
  );
}

function LatencyRow({ name, of }: { readonly name: string; readonly of: Percentiles }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {[of.median, of.p95, of.p99, of.most].map((ms, index) => (
        <td key={index} className={styles['number']}>
          {formatDuration(ms)}
        </td>
      ))}
    </tr>
  );
}
