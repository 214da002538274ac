/** Each host of a running download: how much it is asked at once, whether it is held, what it refused. */
import type { JobSummary } from '../../common/model/jobs';
import type { HostState } from '../../common/model/responses';
import { formatCount, formatWait } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { useNow } from '../lib/clock';
import { storedText } from '../lib/failure-text';
import { runOf } from '../lib/run-of';
import { useRequest } from '../lib/use-request';
import styles from './answers-view.module.css';

const ASK_AGAIN_MS = 500;
const MOST_SHOWN = 200;

export function HostsView({ job }: { readonly job: JobSummary }) {
  const running = job.state === 'running';
  const hosts = useRequest(
    'jobs:hosts',
    { jobId: job.id },
    { everyMs: running ? ASK_AGAIN_MS : null, version: runOf(job) },
  );
  const now = useNow(running);
  if (hosts === null || hosts.length === 0) return <p className={styles['none']}>{text('hosts.none')}</p>;
  return (
    <div className={styles['view']}>
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">{text('hosts.host')}</th>
            <th scope="col">{text('hosts.state')}</th>
            <th scope="col" className={styles['number']}>
              {text('hosts.at-once')}
            </th>
            <th scope="col" className={styles['number']}>
              {text('hosts.answered')}
            </th>
            <th scope="col" className={styles['number']}>
              {text('hosts.refused')}
            </th>
            <th scope="col">{text('hosts.last-error')}</th>
          </tr>
        </thead>
        <tbody>
          {hosts.slice(0, MOST_SHOWN).map((host) => (
            <tr key={host.host}>
              <th scope="row">{host.host}</th>
              <td className={styles['short']}>{stateText(host, now)}</td>
              <td className={styles['number']}>
                {text('hosts.of-limit', { count: host.inFlight, limit: host.limit })}
              </td>
              <td className={styles['number']}>{formatCount(host.answered)}</td>
              <td className={styles['number']}>{formatCount(host.refused)}</td>
              <td className={styles['long']}>{visible(storedText(host.lastError ?? ''))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {hosts.length > MOST_SHOWN && <p>{text('hosts.more', { count: hosts.length - MOST_SHOWN })}</p>}
    </div>
  );
}

function stateText({ heldUntilMs, inFlight }: HostState, nowMs: number): string {
  if (heldUntilMs !== null && heldUntilMs > nowMs)
    return text('hosts.held', { wait: formatWait(heldUntilMs - nowMs) });
  return text(inFlight > 0 ? 'hosts.running' : 'hosts.waiting');
}
