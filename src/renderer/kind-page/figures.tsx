/** The chosen job in four figures and a curve. */
import { isEnded } from '../../common/model/jobs';
import { formatCount, formatDuration, formatRate } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { failureText, storedText } from '../lib/failure-text';
import { isDryRun } from '../lib/findings';
import { doneText, leftText, meanRate } from '../lib/text';
import { useFrame } from '../state/frames';
import { useJob } from '../state/jobs';
import { ThroughputChart } from './throughput-chart';
import styles from './figures.module.css';

export function Figures({ jobId }: { readonly jobId: number }) {
  const job = useJob(jobId);
  const frame = useFrame(jobId);
  if (job === null) return null;
  const live = frame ?? job;
  const ended = isEnded(job.state);
  const running = job.state === 'running';
  const rate = running ? (frame?.bytesPerSecond ?? 0) : meanRate(job);
  const { failed } = live.counts;
  // While all of it waits, the pace so far says nothing of the time that is left.
  const stands = frame?.waitingFor != null && frame.counts.running === 0;
  const told = frame?.waitingFor ?? frame?.alone ?? frame?.fewerThreads ?? '';
  const note = visible(job.error === null ? storedText(told) : failureText(job.error));
  return (
    <section className={styles['strip']} aria-label={text('figures.label')}>
      <dl className={styles['figures']}>
        <Figure
          name={text(ended ? 'figures.mean' : 'figures.throughput')}
          value={(running || ended) && !isDryRun(job) ? formatRate(rate) : '–'}
          wide
        />
        <Figure name={text('figures.done')} value={doneText(live)} />
        {ended ? (
          <Figure name={text('figures.took')} value={formatDuration(job.elapsedMs)} />
        ) : (
          <Figure
            name={text('figures.left')}
            value={running && !stands ? leftText(frame?.remainingMs ?? null) : '–'}
          />
        )}
        <Figure
          name={text(job.kind === 'verify' ? 'figures.differ' : 'figures.failed')}
          value={formatCount(failed)}
          bad={failed > 0 && job.variant !== 'folders'}
        />
      </dl>
      <p className={styles['note']} title={note}>
        {note}
      </p>
      <ThroughputChart />
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly bad?: boolean;
  /** Keeps its width while its digits change. */
  readonly wide?: boolean;
}

function Figure({ name, value, bad = false, wide = false }: FigureProps) {
  return (
    <div className={wide ? styles['wide'] : undefined}>
      <dt className={styles['name']}>{name}</dt>
      <dd className={`${styles['value'] ?? ''} ${bad ? (styles['bad'] ?? '') : ''}`}>{value}</dd>
    </div>
  );
}
