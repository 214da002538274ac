/** Each host of a running download: how much it is asked at once, whether it is held, what it refused. */
import type { JobSummary } from '../../common/model/jobs';
import type { HostState } from '../../common/model/responses';
import { formatCount, formatWait } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { useNow } from '../lib/clock';
import { plural } from '../lib/text';
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
  if (hosts === null || hosts.length === 0)
    return <p className={styles['none']}>Hosts are listed while the job runs.</p>;
  return (
    <div className={styles['view']}>
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">State</th>
            <th scope="col" className={styles['number']}>
              At once
            </th>
            <th scope="col" className={styles['number']}>
              Answered
            </th>
            <th scope="col" className={styles['number']}>
              Refused
            </th>
            <th scope="col">Last error</th>
          </tr>
        </thead>
        <tbody>
          {hosts.slice(0, MOST_SHOWN).map((host) => (
            <tr key={host.host}>
              <th scope="row">{host.host}</th>
              <td className={styles['short']}>{stateText(host, now)}</td>
              <td className={styles['number']}>
                {host.inFlight} of {host.limit}
              </td>
              <td className={styles['number']}>{formatCount(host.answered)}</td>
              <td className={styles['number']}>{formatCount(host.refused)}</td>
              <td className={styles['long']}>{visible(host.lastError ?? '')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {hosts.length > MOST_SHOWN && <p>and {plural(hosts.length - MOST_SHOWN, 'more host', 'more hosts')}</p>}
    </div>
  );
}

function stateText({ heldUntilMs, inFlight }: HostState, nowMs: number): string {
  if (heldUntilMs !== null && heldUntilMs > nowMs) return `held, ${formatWait(heldUntilMs - nowMs)}`;
  return inFlight > 0 ? 'running' : 'waiting';
}
