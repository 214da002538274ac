/** The threads that answer requests while an experiment runs: each one's last 30 seconds, and which request it has now. */
import { text } from '../../../common/text/text';
import { useEffect } from 'react';
import type { WorkerFrame } from '../../../common/model/frames';
import { formatCount } from '../../../common/model/units';
import { visible } from '../../../common/model/visible';
import { StripCanvas } from '../../kind-page/strip-canvas';
import { startPainter } from '../../kind-page/strip-painter';
import { percentText } from '../../lib/text';
import { liveServing, useExperimentFrame } from '../../state/experiments';
import { useStore } from '../../state/store';
import styles from './serving-strips.module.css';

/** Nothing where the experiment has no server, or does not run. */
export function ServingStrips({ experimentId }: { readonly experimentId: number }) {
  const frame = useExperimentFrame(experimentId);
  const threads = useStore(liveServing.strips.workers, (workers) => workers);
  return frame === null || threads.length === 0 ? null : <Strips threads={threads} />;
}

function Strips({ threads }: { readonly threads: readonly number[] }) {
  useEffect(() => startPainter(liveServing.strips), []);
  const frames = threads.map((thread) => liveServing.frame(thread));
  return (
    <section className={styles['serving']} aria-label={text('serving.label')}>
      <div className={styles['head']}>
        <h3 className={styles['caption']}>{text('serving.title', { count: threads.length })}</h3>
        <p className={styles['caption']}>{busyText(frames)}</p>
      </div>
      {/* Scrolls, and so has to be reachable by keyboard. */}
      <ul className={styles['list']} tabIndex={0} aria-label={text('serving.threads')}>
        {threads.map((thread, index) => (
          <li key={thread} className={styles['row']}>
            <span className={styles['name']}>S{thread}</span>
            <StripCanvas
              worker={thread}
              label={`S${thread}`}
              history={liveServing.strips}
              frameOf={frameOf}
            />
            <Now frame={frames[index]} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function frameOf(thread: number): WorkerFrame | undefined {
  return liveServing.frame(thread);
}

function busyText(frames: readonly (WorkerFrame | undefined)[]): string {
  const busy = frames.reduce((sum, frame) => sum + (frame?.busyShare ?? 0), 0) / frames.length;
  return text('serving.busy', { share: percentText(busy) });
}

function Now({ frame }: { readonly frame: WorkerFrame | undefined }) {
  const [first, ...others] = frame?.running ?? [];
  const what = first?.name ?? text(frame?.alive === true ? 'serving.idle' : 'serving.ended');
  return (
    <>
      <span
        className={first === undefined ? styles['quiet'] : styles['request']}
        title={first === undefined ? undefined : visible(first.name)}
      >
        {visible(what)}
      </span>
      <span className={styles['more']}>{others.length > 0 ? `+ ${formatCount(others.length)}` : ''}</span>
      <span className={styles['rate']}>
        {frame === undefined
          ? ''
          : text('serving.rate', { count: formatCount(Math.round(frame.tasksPerSecond)) })}
      </span>
    </>
  );
}
