/** Everything about one task. */
import { Fragment, type ReactNode } from 'react';
import type { CopyFacts } from '../../common/model/copy-options';
import type { CheckAlgorithm } from '../../common/model/digests';
import type { DownloadFacts } from '../../common/model/download';
import { ALGORITHM_NAMES } from '../../common/model/digests';
import type { JobSummary } from '../../common/model/jobs';
import type { TaskRow } from '../../common/model/tasks';
import { formatBytes, formatByteCount, formatCount, formatDuration } from '../../common/model/units';
import { fitsOnLine, visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { Button } from '../components/button';
import { useNow } from '../lib/clock';
import { failureText } from '../lib/failure-text';
import { isDryRun } from '../lib/findings';
import { hintFor } from '../lib/hints';
import { inBrowser } from '../lib/place';
import { stagesOf } from '../lib/stages';
import { clockText, percentText, taskStateText } from '../lib/text';
import { useRequest } from '../lib/use-request';
import { copyText, showInFolder } from '../state/actions';
import { useRunning, type RunningOnWorker } from '../state/frames';
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
  const running = useRunning(row);
  const now = useNow(row.state === 'queued' && row.notBeforeMs !== null && running === undefined);
  const state = taskStateText(row, running !== undefined, now, isDryRun(job));
  const canShow = useRequest(
    'shell:can-show',
    { jobId: job.id, taskId: row.id },
    { version: versionOf(row) },
  );
  const sides = job.variant === 'folders';
  const read = row.digests ?? {};
  const { error } = row;
  // One that waits for its next attempt needs nobody's help.
  const hint = error === null || row.state !== 'failed' ? null : hintFor(error.code, error.retryable);
  return (
    <section
      className={styles['detail']}
      aria-label={text('task.label', { name: visible(row.name) })}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <div className={styles['head']}>
        <h2 className={styles['title']} title={visible(row.name)}>
          {visible(row.name)}
        </h2>
        {!inBrowser && (
          <Button
            look="quiet"
            isDisabled={canShow !== true}
            onPress={() => {
              showInFolder(job.id, row.id);
            }}
          >
            {text('row.show')}
          </Button>
        )}
        <Button look="quiet" aria-label={text('detail.close')} onPress={onClose}>
          <span aria-hidden="true">✕</span>
        </Button>
      </div>
      {error !== null && (
        <p className={styles['error']} data-state={row.state}>
          {visible(failureText(error))} {hint ?? ''}
        </p>
      )}
      <dl className={styles['facts']} data-names={job.kind === 'verify' && !sides ? 'long' : undefined}>
        <Fact name={text('detail.state')}>{state.text}</Fact>
        {/* A file that only the right folder has is a source there. */}
        <CopyFact name={sourceName(job, row)} value={row.source} />
        {row.target !== null && (
          <CopyFact name={text(sides ? 'detail.right' : 'detail.target')} value={row.target} />
        )}
        <Fact name={text('detail.size')}>{sizeText(row, running?.bytesDone)}</Fact>
        <Fact name={text('detail.attempts')}>{formatCount(row.attempts)}</Fact>
        {row.worker !== null && <Fact name={text('detail.worker')}>{`W${row.worker}`}</Fact>}
        {row.startedAtMs !== null && (
          <Fact name={text('detail.time')}>{timeText(row.startedAtMs, row.endedAtMs)}</Fact>
        )}
        {row.facts !== null && <DownloadFactsList facts={row.facts} source={row.source} />}
        {running !== undefined && <StageFacts running={running} />}
        {row.copied !== null && <CopyFactsList facts={row.copied} />}
        {job.kind === 'verify' && !sides ? (
          <ExpectedDigests row={row} />
        ) : (
          Object.entries(read).map(([algorithm, digest]) => (
            <CopyFact key={algorithm} name={nameOf(algorithm)} value={digest} mono />
          ))
        )}
      </dl>
      {row.facts !== null && <TimeBars times={row.facts.times} />}
      {job.kind === 'download' && <FailedAttempts row={row} version={versionOf(row)} />}
      {row.facts !== null && <ResponseHeaders facts={row.facts} />}
    </section>
  );
}

/** Changes with whatever happens to a task. */
function versionOf({ state, attempts, startedAtMs, endedAtMs }: TaskRow): string {
  return [state, attempts, startedAtMs, endedAtMs].join(' ');
}

function sourceName(job: JobSummary, row: TaskRow): string {
  if (job.kind === 'download') return text('detail.url');
  if (job.variant === 'folders') return text(row.finding === 'only-right' ? 'detail.right' : 'detail.left');
  return text(job.kind === 'copy' ? 'detail.source' : 'detail.file');
}

function nameOf(algorithm: string): string {
  return ALGORITHM_NAMES[algorithm as CheckAlgorithm];
}

/** What the manifest says, beside what was read where that is another. */
function ExpectedDigests({ row }: { readonly row: TaskRow }) {
  const expected = useRequest('tasks:expected', { taskId: row.id });
  if (expected === null) return null;
  const found: Readonly<Record<string, string>> = row.digests ?? {};
  return (
    <>
      {expected.size !== null && expected.size !== row.size && (
        <Fact name={text('detail.listed-size')}>{formatByteCount(expected.size)}</Fact>
      )}
      {Object.entries(expected.digests).map(([algorithm, digest]) => (
        <Fragment key={algorithm}>
          <CopyFact name={text('detail.listed', { algorithm: nameOf(algorithm) })} value={digest} mono />
          {found[algorithm] !== undefined && found[algorithm] !== digest && (
            <CopyFact
              name={text('detail.found', { algorithm: nameOf(algorithm) })}
              value={found[algorithm]}
              mono
            />
          )}
        </Fragment>
      ))}
    </>
  );
}

/** Of a file that is being copied. */
function StageFacts({ running }: { readonly running: RunningOnWorker }) {
  const stages = stagesOf(running);
  if (stages === null) return null;
  return (
    <>
      <Fact name={text('detail.read')}>{percentText(stages.read)}</Fact>
      <Fact name={text('detail.written')}>{percentText(stages.written)}</Fact>
      <Fact name={text('detail.device')}>{percentText(stages.device)}</Fact>
    </>
  );
}

function CopyFactsList({ facts }: { readonly facts: CopyFacts }) {
  return (
    <>
      <Fact name={text('detail.method')}>{text(`detail.method.${facts.method}`)}</Fact>
      <Fact name={text('detail.data')}>{formatDuration(facts.dataMs)}</Fact>
      <Fact name={text('detail.device')}>
        {facts.flushMs === null
          ? text('detail.device.not-waited')
          : text('detail.device.after', { duration: formatDuration(facts.flushMs) })}
      </Fact>
      <Fact name={text('detail.verified')}>
        {facts.verifyMs === null
          ? text('detail.verified.no')
          : text('detail.verified.in', { duration: formatDuration(facts.verifyMs) })}
      </Fact>
      {facts.kept > 0 && (
        <Fact name={text('detail.kept')}>
          {text('detail.kept.attempt', { bytes: formatBytes(facts.kept) })}
        </Fact>
      )}
    </>
  );
}

function DownloadFactsList({ facts, source }: { readonly facts: DownloadFacts; readonly source: string }) {
  return (
    <>
      <Fact name={text('detail.integrity')}>{text(`detail.integrity.${facts.integrity}`)}</Fact>
      <Fact name={text('detail.status')}>{facts.status}</Fact>
      {facts.kept > 0 && (
        <Fact name={text('detail.kept')}>
          {text('detail.kept.attempts', { bytes: formatBytes(facts.kept) })}
        </Fact>
      )}
      {facts.finalUrl !== source && <CopyFact name={text('detail.redirected')} value={facts.finalUrl} />}
      {facts.etag !== null && <Fact name={text('detail.etag')}>{facts.etag}</Fact>}
      {facts.lastModified !== null && <Fact name={text('detail.last-modified')}>{facts.lastModified}</Fact>}
    </>
  );
}

function ResponseHeaders({ facts }: { readonly facts: DownloadFacts }) {
  // Jobs of older versions kept none.
  const headers = Object.entries((facts.headers as DownloadFacts['headers'] | undefined) ?? {});
  if (headers.length === 0) return null;
  return (
    <details className={styles['more']}>
      <summary>{text('detail.headers', { count: headers.length })}</summary>
      <dl className={styles['headers']}>
        {headers.map(([name, value]) => (
          <div key={name} className={styles['header']}>
            <dt>{visible(name)}</dt>
            <dd>{visible(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function sizeText(row: TaskRow, bytesNow: number | undefined): string {
  const bytes = bytesNow ?? row.bytes;
  const size = row.size ?? (row.state === 'done' ? row.bytes : null);
  if (size === null)
    return bytes > 0
      ? text('detail.size.so-far', { bytes: formatBytes(bytes) })
      : text('detail.size.not-known');
  const whole = { bytes: formatBytes(size), exact: formatByteCount(size) };
  return row.state === 'done' || bytes === 0
    ? text('detail.size.whole', whole)
    : text('detail.size.part', { ...whole, done: formatBytes(bytes) });
}

function timeText(startedAtMs: number, endedAtMs: number | null): string {
  const time = clockText(startedAtMs);
  if (endedAtMs === null) return text('detail.time.since', { time });
  return text('detail.time.took', { time, duration: formatDuration(Math.max(0, endedAtMs - startedAtMs)) });
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
        {visible(value)}
        <button
          type="button"
          className={styles['copy']}
          aria-label={text('detail.copy.label', { name })}
          onClick={() => {
            copyText(fitsOnLine(value) ? value : visible(value), name).catch(notifyError);
          }}
        >
          {text('detail.copy')}
        </button>
      </dd>
    </div>
  );
}
