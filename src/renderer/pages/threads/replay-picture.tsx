/** Queue, threads and what is done, as they stood at one moment of a job. */
import { text } from '../../../common/text/text';
import type { JobKind } from '../../../common/model/jobs';
import { formatCount } from '../../../common/model/units';
import { visible } from '../../../common/model/visible';
import type { ReplayState, ReplayWorker } from '../../lib/replay';
import styles from './replay.module.css';

const MOST_SQUARES = 9;
/** Tasks that a thread has at once, as bars below each other. */
const MOST_BARS = 4;
const MOST_WORKERS = 8;

interface ReplayPictureProps {
  readonly kind: JobKind;
  readonly state: ReplayState;
  readonly total: number;
}

export function ReplayPicture({ kind, state, total }: ReplayPictureProps) {
  const { waiting, done, workers } = state;
  const more = workers.length - MOST_WORKERS;
  return (
    <div className={styles['picture']}>
      <div className={styles['queue']}>
        <p className={styles['label']}>{text('replay.waiting', { count: formatCount(waiting) })}</p>
        <div className={styles['squares']} aria-hidden="true">
          {Array.from({ length: Math.min(MOST_SQUARES, waiting) }, (_, index) => (
            <span key={index} className={styles['square']} />
          ))}
        </div>
      </div>
      <span className={styles['arrow']} aria-hidden="true">
        →
      </span>
      <ul className={styles['threads']} aria-label={text('replay.threads')}>
        {workers.slice(0, MOST_WORKERS).map((worker) => (
          <ThreadBox key={worker.worker} kind={kind} worker={worker} />
        ))}
        {more > 0 && <li className={styles['label']}>{text('replay.more', { count: more })}</li>}
      </ul>
      <div className={styles['done']}>
        <p className={styles['label']}>{text('replay.done', { count: formatCount(done) })}</p>
        <div className={styles['track']} aria-hidden="true">
          <div className={styles['doneBar']} style={{ width: `${(done / Math.max(1, total)) * 100}%` }} />
        </div>
      </div>
    </div>
  );
}

function ThreadBox({ kind, worker: { worker, running } }: { kind: JobKind; worker: ReplayWorker }) {
  return (
    <li className={styles['thread']}>
      <span className={styles['box']} aria-hidden="true">
        {running.slice(0, MOST_BARS).map(({ name, share }, index) => (
          <span key={`${index} ${name}`} className={styles['bar']} style={{ width: `${share * 100}%` }} />
        ))}
      </span>
      <span className={styles['label']}>
        W{worker} · {doesText(kind, running)}
      </span>
    </li>
  );
}

export function doesText(kind: JobKind, running: ReplayWorker['running']): string {
  const [first, ...others] = running;
  if (first === undefined) return text('replay.idle');
  return others.length === 0
    ? text(`replay.does.${kind}`, { name: visible(first.name) })
    : text(`replay.many.${kind}`, { count: formatCount(running.length) });
}
