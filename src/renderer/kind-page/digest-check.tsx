/** A field for a digest, which says at once which files of the job have it. */
import { useState } from 'react';
import { ALGORITHM_NAMES } from '../../common/model/digests';
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { algorithmsOf, pastedDigest } from '../../common/model/pasted-digest';
import { settledTasks, type TaskRow } from '../../common/model/tasks';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { useRequest } from '../lib/use-request';
import styles from './digest-check.module.css';

const ASK_AGAIN_MS = 1000;

interface DigestCheckProps {
  readonly job: JobSummary;
  /** The file was pressed. */
  readonly onShow: (row: TaskRow) => void;
}

export function DigestCheck({ job, onShow }: DigestCheckProps) {
  const [typed, setTyped] = useState('');
  const digest = pastedDigest(typed);
  const ended = isEnded(job.state);
  const found = useRequest('tasks:with-digest', digest === null ? null : { jobId: job.id, digest }, {
    everyMs: ended ? null : ASK_AGAIN_MS,
    version: ended ? `${job.endedAtMs} ${settledTasks(job.counts)}` : '',
  });
  const [first] = found?.rows ?? [];
  return (
    <div className={styles['check']}>
      <input
        type="text"
        className={styles['field']}
        aria-label={text('digest.field')}
        placeholder={text('digest.field')}
        spellCheck={false}
        maxLength={5000}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setTyped('');
        }}
      />
      <div role="status" className={styles['answer']} data-tone={toneOf(typed, found?.total)}>
        {first === undefined ? (
          typed.trim() !== '' && noneText(job, digest, found === null)
        ) : (
          <button
            type="button"
            className={styles['found']}
            onClick={() => {
              onShow(first);
            }}
          >
            <span aria-hidden="true">✓ </span>
            {foundText(algorithmText(job, first, digest), first, found?.total ?? 1)}
          </button>
        )}
      </div>
    </div>
  );
}

function toneOf(typed: string, total: number | undefined): string | undefined {
  if (total === undefined || typed.trim() === '') return undefined;
  return total > 0 ? 'done' : 'failed';
}

function foundText(algorithm: string, first: TaskRow, total: number): string {
  const name = visible(first.name);
  return total > 1
    ? text('digest.found-more', { algorithm, name, count: total - 1 })
    : text('digest.found', { algorithm, name });
}

function algorithmText(job: JobSummary, { digests }: TaskRow, digest: string | null): string {
  const algorithm = job.algorithms.find((each) => digests?.[each] === digest);
  return algorithm === undefined ? text('digest.any') : ALGORITHM_NAMES[algorithm];
}

function noneText(job: JobSummary, digest: string | null, asks: boolean): string {
  if (digest === null) return text('digest.not-one');
  const own = job.algorithms.map((algorithm) => ALGORITHM_NAMES[algorithm]).join(', ');
  if (!algorithmsOf(digest).some((algorithm) => job.algorithms.some((each) => each === algorithm)))
    return text('digest.other', { count: digest.length, algorithms: own });
  if (asks) return '';
  return text(isEnded(job.state) ? 'digest.none' : 'digest.none-yet');
}
