/** Everything about one task. */
import type { ReactNode } from 'react';
import type { CheckAlgorithm, DownloadFacts, Integrity } from '../../common/download';
import { ALGORITHM_NAMES, type JobSummary, type TaskRow } from '../../common/model';
import { formatBytes, formatCount, formatDuration } from '../../common/units';
import { Button } from '../components/button';
import { hintFor } from '../lib/hints';
import { clockText, taskStateText } from '../lib/text';
import { copyText, showInFolder } from '../state/actions';
import { useRunning } from '../state/frames';
import { notifyError } from '../state/notices';
import { FailedAttempts } from './failed-attempts';
import { TimeBars } from './time-bars';
import styles from './task-detail.module.css';

interface TaskDetailProps {
  readonly job: JobSummary;
  readonly row: TaskRow;
  readonly onClose: () => void;
}

export function TaskDetail({ job, row, onClose }: TaskDetailProps) {
  const running = useRunning(row.id);
  const state = taskStateText(row, running !== undefined, 0);
  const { error } = row;
  const hint = error === null || row.state === 'skipped' ? null : hintFor(error.code, error.retryable);
  return (
    <section
      className={styles['detail']}
      aria-label={`Task ${row.name}`}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <div className={styles['head']}>
        <h2 className={styles['title']} title={row.name}>
          {row.name}
        </h2>
        <Button
          look="quiet"
          onPress={() => {
            showInFolder(job.id, row.id);
          }}
        >
          Show in folder
        </Button>
        <Button look="quiet" aria-label="Close the details" onPress={onClose}>
          <span aria-hidden="true">✕</span>
        </Button>
      </div>
      {error !== null && (
        <p className={styles['error']} data-state={row.state}>
          {error.message} {hint ?? ''}
        </p>
      )}
      <dl className={styles['facts']}>
        <Fact name="State">{state.text}</Fact>
        <CopyFact name={job.kind === 'download' ? 'URL' : 'Source'} value={row.source} />
        {row.target !== null && <CopyFact name="Target" value={row.target} />}
        <Fact name="Size">{sizeText(row, running?.bytesDone)}</Fact>
        <Fact name="Attempts">{formatCount(row.attempts)}</Fact>
        {row.worker !== null && <Fact name="Worker">W{row.worker}</Fact>}
        {row.startedAtMs !== null && <Fact name="Time">{timeText(row.startedAtMs, row.endedAtMs)}</Fact>}
        {row.facts !== null && <DownloadFactsList facts={row.facts} source={row.source} />}
        {Object.entries(row.digests ?? {}).map(([algorithm, digest]) => (
          <CopyFact key={algorithm} name={ALGORITHM_NAMES[algorithm as CheckAlgorithm]} value={digest} mono />
        ))}
      </dl>
      {row.facts !== null && <TimeBars times={row.facts.times} />}
      {job.kind === 'download' && <FailedAttempts row={row} />}
      {row.facts !== null && <ResponseHeaders facts={row.facts} />}
    </section>
  );
}

const INTEGRITY: Readonly<Record<Integrity, string>> = {
  verified: 'verified: its digest is the one that was given',
  complete: 'complete: its length is the one that the server gave',
  unverified: 'unverified: the server said too little to be sure',
};

function DownloadFactsList({ facts, source }: { readonly facts: DownloadFacts; readonly source: string }) {
  return (
    <>
      <Fact name="Integrity">{INTEGRITY[facts.integrity]}</Fact>
      <Fact name="Status">{facts.status}</Fact>
      {facts.kept > 0 && <Fact name="Kept">{formatBytes(facts.kept)} from earlier attempts</Fact>}
      {facts.finalUrl !== source && <CopyFact name="Redirected to" value={facts.finalUrl} />}
      {facts.etag !== null && <Fact name="Entity tag">{facts.etag}</Fact>}
      {facts.lastModified !== null && <Fact name="Last modified">{facts.lastModified}</Fact>}
    </>
  );
}

function ResponseHeaders({ facts }: { readonly facts: DownloadFacts }) {
  // Jobs of older versions kept none.
  const headers = Object.entries((facts.headers as DownloadFacts['headers'] | undefined) ?? {});
  if (headers.length === 0) return null;
  return (
    <details className={styles['more']}>
      <summary>Response headers ({headers.length})</summary>
      <dl className={styles['headers']}>
        {headers.map(([name, value]) => (
          <div key={name} className={styles['header']}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function sizeText(row: TaskRow, bytesNow: number | undefined): string {
  const bytes = bytesNow ?? row.bytes;
  const size = row.size ?? (row.state === 'done' ? row.bytes : null);
  if (size === null) return bytes > 0 ? `${formatBytes(bytes)} so far` : 'not known';
  const whole = `${formatBytes(size)} (${formatCount(size)} bytes)`;
  return row.state === 'done' || bytes === 0 ? whole : `${formatBytes(bytes)} of ${whole}`;
}

function timeText(startedAtMs: number, endedAtMs: number | null): string {
  const started = clockText(startedAtMs);
  if (endedAtMs === null) return `since ${started}`;
  return `${started}, took ${formatDuration(Math.max(0, endedAtMs - startedAtMs))}`;
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={styles['fact']}>
      <dt className={styles['name']}>{name}</dt>
      <dd className={styles['value']}>{children}</dd>
    </div>
  );
}

interface CopyFactProps {
  readonly name: string;
  readonly value: string;
  readonly mono?: boolean;
}

function CopyFact({ name, value, mono = false }: CopyFactProps) {
  return (
    <div className={`${styles['fact'] ?? ''} ${styles['wide'] ?? ''}`}>
      <dt className={styles['name']}>{name}</dt>
      <dd className={`${styles['value'] ?? ''} ${mono ? (styles['mono'] ?? '') : ''}`}>
        {value}
        <button
          type="button"
          className={styles['copy']}
          aria-label={`Copy ${name}`}
          onClick={() => {
            copyText(value, name).catch(notifyError);
          }}
        >
          Copy
        </button>
      </dd>
    </div>
  );
}
