/** What went wrong before: a task's attempts that failed, with their reasons. */
import type { TaskRow } from '../../common/model/tasks';
import { formatDuration } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { failureText } from '../lib/failure-text';
import { clockText } from '../lib/text';
import { useRequest } from '../lib/use-request';
import styles from './task-detail.module.css';

interface FailedAttemptsProps {
  readonly row: TaskRow;
  /** Changes with whatever happens to the task. */
  readonly version: string;
}

export function FailedAttempts({ row, version }: FailedAttemptsProps) {
  const attempts = useRequest('tasks:failed-attempts', { taskId: row.id }, { version });
  if (attempts === null || attempts.length === 0) return null;
  return (
    <table className={styles['table']}>
      <caption className={styles['caption']}>{text('detail.failed-attempts')}</caption>
      <tbody>
        {attempts.map(({ attempt, worker, startedAtMs, endedAtMs, error }) => (
          <tr key={attempt}>
            <th scope="row">{attempt}</th>
            <td>{clockText(startedAtMs ?? endedAtMs)}</td>
            <td>{startedAtMs === null ? '' : formatDuration(Math.max(0, endedAtMs - startedAtMs))}</td>
            <td>{worker === null ? '' : `W${worker}`}</td>
            <td>{visible(failureText(error))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
